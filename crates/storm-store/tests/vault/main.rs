//! The vault on real files: SQLite, the sealed rows in it, the lock file and the keyring behind it.
#![allow(clippy::unwrap_used, reason = "a panic is a failed test")]

#[macro_use]
mod common;

mod canary;
mod damage;
mod full_disk;
mod generations;
mod group_commit;
mod integrations;
mod key_rotation;
#[cfg(target_os = "linux")]
mod key_rotation_killed;
#[cfg(unix)]
mod lost_file;
mod opening;
mod parting;
mod protection;
mod put_back;
mod refreshing;
mod revocations;
mod rotations;
mod secret_rotations;
#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service;
mod self_test;
