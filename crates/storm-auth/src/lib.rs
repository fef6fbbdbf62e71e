#![doc = include_str!("../README.md")]

mod assertion;
mod authorization;
mod aws_signature;
mod browser;
mod claims;
mod client_authentication;
mod client_key;
mod clock;
mod device;
mod discovery;
mod document;
mod dpop;
mod header;
mod http;
mod id_token;
mod kept;
mod loopback;
mod network;
mod network_address;
mod pem;
mod placement;
mod provider;
mod pushed;
mod refusal;
mod registration;
mod revoke;
mod sender;
mod signing_key;
mod token_answer;
mod token_request;
mod verify;
mod xml;

pub use browser::SystemBrowser;
pub use clock::{OsEntropy, SystemClock};
pub use http::{Deadlines, HttpClientError};
pub use provider::HttpProvider;
