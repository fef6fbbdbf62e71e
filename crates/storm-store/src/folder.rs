//! The data folder: what lies in it under which name. The path comes from outside; nothing here reads the environment.
//!
//! Also: whether it lies on a network file system, which another computer may have open too, and how much room is left there.
//!
//! INVARIANT: the folder and everything made in it belong to the user alone (0700 and 0600).

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::file_system;

/// The folder of one vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultFolder(PathBuf);

impl VaultFolder {
    /// Names a folder; nothing is made yet.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The database.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.0.join("vault.db")
    }

    /// Where token answers land, and where damaged ones are kept.
    #[must_use]
    pub fn landing(&self) -> PathBuf {
        self.0.join("landing")
    }

    /// The file that the one host holds locked.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.0.join("vault.lock")
    }

    /// Counts openings, so that a database put back from a backup is noticed.
    #[must_use]
    pub fn epoch(&self) -> PathBuf {
        self.0.join("epoch")
    }

    /// The hourly copies.
    #[must_use]
    pub fn backups(&self) -> PathBuf {
        self.0.join("backups")
    }

    /// The network file system that the folder lies on, by its usual name; `None` on a disk of this computer, or where it
    /// cannot be told.
    #[must_use]
    pub fn network_file_system(&self) -> Option<String> {
        file_system::network_file_system_of(&self.0)
    }

    /// How many bytes this user may still write where it lies; `None` where it cannot be told.
    #[must_use]
    pub fn free_space(&self) -> Option<u64> {
        file_system::free_space_of(&self.0)
    }

    /// Makes the folders that are missing and takes them from everybody else.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        for folder in [self.0.clone(), self.landing(), self.backups()] {
            fs::create_dir_all(&folder)?;
            #[cfg(unix)]
            fs::set_permissions(&folder, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        }
        Ok(())
    }
}

/// Opens a file for reading and writing, made with 0600 if it is missing; what is in it stays.
pub(crate) fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes the names in a folder durable. Windows does that by itself.
pub(crate) fn sync_folder(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
