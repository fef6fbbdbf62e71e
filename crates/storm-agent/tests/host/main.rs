//! The host: its vault in every state, its socket, its end.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used)] // in a test a panic is a failure

mod agent;
#[cfg(target_os = "linux")]
mod bad_disk;
mod closed_vault;
#[cfg(target_os = "linux")]
mod damage;
mod desk;
mod diagnostics;
#[cfg(target_os = "linux")]
mod disk_fault;
mod ending;
#[cfg(target_os = "linux")]
mod estate;
mod key_rotation;
#[cfg(target_os = "linux")]
mod keyring_fault;
#[cfg(target_os = "linux")]
mod keyring_rig;
mod lending;
mod log_check;
#[cfg(target_os = "linux")]
mod many;
mod passphrase;
#[cfg(target_os = "linux")]
mod process_fault;
mod protection;
mod storage_test;
