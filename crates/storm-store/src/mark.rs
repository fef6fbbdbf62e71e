//! The mark: how far the write-ahead log had come, beside it in a file of its own. SQLite takes a log that was shortened for one
//! that ended there, and forgets the commits behind without a word; the mark does not.
//!
//! It is written after each commit, without a sync: a program that is killed leaves it right, and after a power cut it is never
//! ahead of what was synced. Deliberately absent: saying so when somebody else's tool has moved the log into the database
//! since, by which nothing is lost; the database is younger than the mark then.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;

use crate::VaultFolder;
use crate::folder::open_private;

/// Where the log's salt lies (https://www.sqlite.org/walformat.html): it changes whenever the log begins anew.
const SALT: std::ops::Range<usize> = 16..24;
/// Length of the log's header.
const HEADER: usize = 32;
/// The salt, and the log's length.
const LENGTH: usize = 16;

/// The mark's file, open for the next commit.
pub(crate) struct Mark {
    file: File,
    log: PathBuf,
}

impl Mark {
    pub(crate) fn open(folder: &VaultFolder) -> io::Result<Self> {
        Ok(Self { file: open_private(&path(folder))?, log: log(folder) })
    }

    /// Notes how far the log has come.
    pub(crate) fn set(&mut self) -> io::Result<()> {
        let Some(state) = state_of(&self.log)? else { return Ok(()) }; // no log where the journal is another
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&state)
    }

    /// Before the log is moved into the database for good, at a clean end.
    pub(crate) fn clear(&self) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.sync_data()
    }
}

/// Whether the log is shorter than it was. To be asked before the database is opened.
pub(crate) fn has_lost_commits(folder: &VaultFolder) -> io::Result<bool> {
    let marked = match fs::read(path(folder)) {
        Ok(marked) => marked,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    let (Some(salt), Some(length)) = (marked.get(..8), marked.get(8..LENGTH)) else { return Ok(false) };
    let is_shorter = match state_of(&log(folder))? {
        Some(now) => now.starts_with(salt) && now[8..] < *length,
        None => true,
    };
    let written_at = |path: PathBuf| fs::metadata(path)?.modified();
    Ok(is_shorter && written_at(folder.database())? <= written_at(path(folder))?)
}

fn path(folder: &VaultFolder) -> PathBuf {
    folder.path().join("mark")
}

fn log(folder: &VaultFolder) -> PathBuf {
    folder.path().join("vault.db-wal")
}

/// `None` without a log, or with one too short to hold anything. The length is big-endian, so that states compare as bytes.
fn state_of(log: &PathBuf) -> io::Result<Option<[u8; LENGTH]>> {
    let mut header = [0; HEADER];
    let length = match File::open(log).and_then(|mut file| file.read_exact(&mut header).and(file.metadata())) {
        Ok(metadata) => metadata.len(),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::UnexpectedEof) => {
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    let mut state = [0; LENGTH];
    state[..8].copy_from_slice(&header[SALT]);
    state[8..].copy_from_slice(&length.to_be_bytes());
    Ok(Some(state))
}
