#![doc = include_str!("../README.md")]

mod api;
mod clock;
mod control;
mod error;
mod oauth;
mod page;
mod provider;
mod sandbox;
mod secret;
mod server;
mod settings;

pub use control::{
    ClientCreated, Control, GrantFilter, GrantView, JournalEntry, JournalQuery, KeyCreated, NewClient, NewGrant,
    NewKey, Outcome, Progress, SecretCreated, State, Step,
};
pub use error::SandboxError;
pub use provider::{ClientKind, EndReason};
pub use sandbox::{Options, Sandbox, TlsIdentity};
pub use settings::Settings;
