#![doc = include_str!("../README.md")]

mod assertion;
mod authorization;
mod browser;
mod clock;
mod discovery;
mod document;
mod header;
mod http;
mod id_token;
mod loopback;
mod network_address;
mod placement;
mod provider;
mod refusal;
mod revoke;
mod token_answer;
mod token_request;
mod verify;

pub use browser::SystemBrowser;
pub use clock::{OsEntropy, SystemClock};
pub use http::{Deadlines, HttpClientError};
pub use provider::HttpProvider;
