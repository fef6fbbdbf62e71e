#![doc = include_str!("../README.md")]

mod client;
mod exit_code;
mod frame;
mod message;
mod private_folder;
mod socket_path;

#[cfg(feature = "host")]
pub mod host;

pub use client::{Client, ClientError};
pub use exit_code::ExitCode;
pub use frame::{FRAME_LIMIT_BYTES, FrameError};
pub use message::{
    AccessKeyLoan, IntegrationStatus, LentSecret, Loan, LogEntry, LogPage, LogRequest, LogVerdict, MessageError,
    Refusal, RefusalKind, Request, Response, Status, VERSION, VaultState,
};
pub use private_folder::FolderError;
pub use socket_path::{SOCKET_VARIABLE, socket_path};
