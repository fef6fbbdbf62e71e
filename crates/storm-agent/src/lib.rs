#![doc = include_str!("../README.md")]

mod boot;
mod care;
mod closed;
mod diagnostics;
mod host;
mod key_rotation;
mod keyring_words;
mod lending;
mod listening;
mod log_check;
mod open_vault;
mod opening;
mod protection;
mod restoring;
mod storage_test;

pub use diagnostics::Surroundings;
pub use host::{Host, HostOptions};
