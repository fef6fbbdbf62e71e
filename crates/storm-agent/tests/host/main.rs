//! The host: its vault in every state, its socket, its end.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // in a test a panic is a failure

mod agent;
mod closed_vault;
mod desk;
mod ending;
#[cfg(target_os = "linux")]
mod keyring_fault;
#[cfg(target_os = "linux")]
mod keyring_rig;
mod lending;
mod passphrase;
mod protection;
