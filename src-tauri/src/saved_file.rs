//! A file that the user asked for, at the place that the user chose.
//!
//! INVARIANT: it is there whole or not at all, and what lay there before is replaced only by the whole of it. Only its user can
//! read it.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use storm_domain::{Action, ErrorCode, Failure};
use tempfile::NamedTempFile;

use crate::shell::guarded;

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedFileView {
    /// Its name, without the folder.
    pub name: String,
    /// Entries of the log, events of the calendar, or lines in it.
    pub entries: u32,
}

/// A file that is being written, beside its place.
pub(crate) struct SavedFile {
    target: PathBuf,
    begun: BufWriter<NamedTempFile>,
}

impl SavedFile {
    /// Begins to write what will lie at `target`.
    pub(crate) fn begin(target: PathBuf) -> Result<Self, Failure> {
        let begun = NamedTempFile::new_in(folder_of(&target)).map_err(|error| not_saved(&error))?;
        Ok(Self { target, begun: BufWriter::new(begun) })
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.begun.write_all(bytes).map_err(|error| not_saved(&error))
    }

    /// Puts it in its place, and says its name.
    pub(crate) fn finish(self) -> Result<String, Failure> {
        let written = self.begun.into_inner().map_err(|error| not_saved(error.error()))?;
        written.as_file().sync_all().map_err(|error| not_saved(&error))?;
        written.persist(&self.target).map_err(|error| not_saved(&error.error))?;
        // What moved into it must not be lost with its name; and what is said not to be saved must not lie there.
        #[cfg(unix)]
        if let Err(error) = std::fs::File::open(folder_of(&self.target)).and_then(|folder| folder.sync_all()) {
            let _ = std::fs::remove_file(&self.target);
            return Err(not_saved(&error));
        }
        Ok(self.target.file_name().unwrap_or_default().to_string_lossy().into_owned())
    }
}

/// Writes a text, and says the name of its file.
pub(crate) async fn save_text(target: PathBuf, text: String) -> Result<String, Failure> {
    let saving = tokio::task::spawn_blocking(move || {
        let mut file = SavedFile::begin(target)?;
        file.write(text.as_bytes())?;
        file.finish()
    });
    let broken_off = || io::Error::other("the writing broke off");
    guarded(async { saving.await.unwrap_or_else(|_| Err(not_saved(&broken_off()))) }).await
}

fn folder_of(target: &Path) -> &Path {
    target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Neither path nor the system's own words: what to do is the same for most of them.
fn not_saved(error: &io::Error) -> Failure {
    tracing::warn!(reason = %error.kind(), "a file could not be saved");
    let (code, why) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => (
            ErrorCode::DiskFull,
            "The disk is full, so the file was not saved. Free some space or choose another folder.",
        ),
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            ErrorCode::FileNotWritten,
            "You may not write in that folder, so the file was not saved. Choose another one.",
        ),
        io::ErrorKind::NotFound => (
            ErrorCode::FileNotWritten,
            "That folder is not there any more, so the file was not saved. Choose another one.",
        ),
        _ => (ErrorCode::FileNotWritten, "The file could not be saved. Check the disk, or choose another folder."),
    };
    Failure::new(code, why, Some(Action::Retry))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_replaces_what_lay_there_only_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("log.csv");
        std::fs::write(&target, "before").unwrap();
        let mut file = SavedFile::begin(target.clone()).unwrap();
        file.write(b"after").unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "before");
        assert_eq!(file.finish().unwrap(), "log.csv");
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "after");
        assert_eq!(names(folder.path()), ["log.csv"]);
    }

    #[test]
    fn a_file_that_was_given_up_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = SavedFile::begin(folder.path().join("log.csv")).unwrap();
        file.write(b"half").unwrap();
        drop(file);
        assert!(names(folder.path()).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn only_its_user_can_read_a_saved_file() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let target = folder.path().join("log.csv");
        SavedFile::begin(target.clone()).unwrap().finish().unwrap();
        assert_eq!(std::fs::metadata(target).unwrap().permissions().mode() & 0o777, 0o600);
    }

    #[test]
    fn a_folder_that_is_gone_is_said_in_words_without_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let Err(failure) = SavedFile::begin(folder.path().join("gone/log.csv")) else { panic!("it was begun") };
        assert_eq!(failure.code, ErrorCode::FileNotWritten);
        assert!(failure.message.contains("not there any more") && !failure.message.contains("gone/"));
    }
}
