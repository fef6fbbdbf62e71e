//! The state file: what survives a restart.
//!
//! Each change is written to a sibling, synced, and renamed into place, so a reader sees the old state or the new one.
//! Writers may overlap: a snapshot older than one already written is dropped, because the newer contains it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use super::Provider;
use crate::SandboxError;

/// Where the state is kept.
pub(crate) struct StateFile {
    path: PathBuf,
    written_revision: AtomicU64,
    writing: Mutex<()>,
}

impl StateFile {
    /// Names the file; nothing is read or written yet.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self { path, written_revision: AtomicU64::new(0), writing: Mutex::new(()) }
    }

    /// Reads the state; `None` when the file does not exist yet.
    pub(crate) fn read(&self) -> Result<Option<Provider>, SandboxError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(SandboxError::ReadState { path: self.path.clone(), source }),
        };
        let provider: Provider = serde_json::from_slice(&bytes)
            .map_err(|source| SandboxError::ParseState { path: self.path.clone(), source })?;
        Ok(Some(provider.with_indexes()))
    }

    /// Whether this revision, or a newer one, is on disk.
    pub(crate) fn holds(&self, revision: u64) -> bool {
        revision <= self.written_revision.load(Ordering::Acquire)
    }

    /// Makes a snapshot durable, unless a newer one already is. Blocks on the disk.
    pub(crate) fn write(&self, revision: u64, snapshot: &[u8]) -> Result<(), SandboxError> {
        // LOCK: held across the write on purpose, so that snapshots reach the disk in order.
        let _writing = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        if self.holds(revision) {
            return Ok(());
        }
        replace(&self.path, snapshot).map_err(|source| SandboxError::WriteState { path: self.path.clone(), source })?;
        self.written_revision.store(revision, Ordering::Release);
        Ok(())
    }
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    let fresh = path.with_file_name(name);
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&fresh)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&fresh, path)?;
    sync_directory(path)
}

/// Makes the rename itself durable, where directories can be synced.
fn sync_directory(path: &Path) -> io::Result<()> {
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    if cfg!(unix) { File::open(directory)?.sync_all() } else { Ok(()) }
}
