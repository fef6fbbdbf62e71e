//! The vault lock: one host at a time.
//!
//! An advisory lock of the operating system on an open file, so that it ends with the process however that ends; a stale
//! file means nothing. What is written into the file is for people only and is never read by the program.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};

use thiserror::Error;

use crate::VaultFolder;
use crate::folder::open_private;

/// Held as long as the value lives.
#[derive(Debug)]
pub struct VaultLock {
    _file: File,
}

/// The lock was not taken.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LockError {
    /// Another host holds the vault.
    #[error("another process holds the vault")]
    Busy,
    /// The lock file could not be made or locked.
    #[error("the vault lock cannot be used")]
    Io(#[source] io::Error),
}

impl VaultLock {
    /// Takes the lock at once or not at all.
    pub fn try_lock(folder: &VaultFolder) -> Result<Self, LockError> {
        folder.prepare().map_err(LockError::Io)?;
        let mut file = open_private(&folder.lock()).map_err(LockError::Io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LockError::Busy),
            Err(TryLockError::Error(error)) => return Err(LockError::Io(error)),
        }
        file.set_len(0).map_err(LockError::Io)?;
        writeln!(file, "process {} of boot {}", std::process::id(), boot_id()).map_err(LockError::Io)?;
        Ok(Self { _file: file })
    }
}

fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}
