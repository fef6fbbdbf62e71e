#![doc = include_str!("../README.md")]

mod boot;
mod closed;
mod host;
mod lending;
mod listening;
mod open_vault;
mod opening;

pub use host::{Host, HostOptions};
