//! Opening a file that a person dropped, which may be anything: a device, a pipe that never speaks, ten sparse gigabytes, a
//! dead network drive.
//!
//! INVARIANT: an answer within a second, a few MiB read at most, and what was checked is what is read: the open file is asked,
//! not its name.

use std::fs::{File, Metadata};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use storm_secret::SecretBytes;

use super::OpenFileError;

/// PKCS#12 files with whole chains are the largest there are; what may be this large is known once it was read.
const LARGEST_BYTES: u64 = 4 * 1024 * 1024;
const ANSWER_WITHIN: Duration = Duration::from_secs(1);

/// Reads a file of at most 4 MiB, within a second. Blocks; call it off an async runtime.
///
/// A disk that never answers leaves one thread waiting for it; the caller gets its answer all the same.
///
/// # Errors
/// [`OpenFileError`] says what the path leads to instead, and what to do.
pub fn open_dropped_file(path: &Path) -> Result<SecretBytes, OpenFileError> {
    let path = PathBuf::from(path);
    within(ANSWER_WITHIN, move || read(&path))
}

/// The same for a file that a search came upon and nobody pointed at: a link is not followed, since it leads out of the folder that
/// was named.
///
/// # Errors
/// As [`open_dropped_file`], and [`OpenFileError::Link`].
pub fn open_found_file(path: &Path) -> Result<SecretBytes, OpenFileError> {
    let path = PathBuf::from(path);
    within(ANSWER_WITHIN, move || read_found(&path))
}

fn within(
    time: Duration,
    read: impl FnOnce() -> Result<SecretBytes, OpenFileError> + Send + 'static,
) -> Result<SecretBytes, OpenFileError> {
    let (sender, receiver) = mpsc::sync_channel(1);
    let reader = thread::Builder::new().name("key-file".to_owned()).spawn(move || {
        // The receiver is gone when the second is over; the bytes are wiped as they are dropped.
        let _ = sender.send(read());
    });
    if reader.is_err() {
        return Err(OpenFileError::Failed);
    }
    receiver.recv_timeout(time).unwrap_or(Err(OpenFileError::NoAnswer))
}

fn read(path: &Path) -> Result<SecretBytes, OpenFileError> {
    if path.extension().is_some_and(|extension| extension == "icloud") {
        return Err(OpenFileError::NotDownloaded);
    }
    // Asked by name first, because opening a device can already do something.
    let named = std::fs::metadata(path).map_err(|error| reason(&error))?;
    check(&named)?;
    read_same(path, &named)
}

fn read_found(path: &Path) -> Result<SecretBytes, OpenFileError> {
    let named = std::fs::symlink_metadata(path).map_err(|error| reason(&error))?;
    if named.is_symlink() {
        return Err(OpenFileError::Link);
    }
    check(&named)?;
    // A link that took its place since leads to another file, which is seen below.
    read_same(path, &named)
}

/// Reads the file at `path` if it still is the one that was asked about.
fn read_same(path: &Path, named: &Metadata) -> Result<SecretBytes, OpenFileError> {
    let file = open(path).map_err(|error| reason(&error))?;
    let opened = file.metadata().map_err(|error| reason(&error))?;
    check(&opened)?;
    if !is_same_file(named, &opened) {
        return Err(OpenFileError::Replaced);
    }
    let capacity = usize::try_from(opened.len()).unwrap_or_default().saturating_add(1);
    // The buffer has room from the start, so that growing it leaves no copy behind.
    let mut bytes = zeroize::Zeroizing::new(Vec::with_capacity(capacity));
    file.take(LARGEST_BYTES + 1).read_to_end(&mut bytes).map_err(|error| reason(&error))?;
    if bytes.len() as u64 > LARGEST_BYTES {
        return Err(OpenFileError::TooLarge);
    }
    Ok(SecretBytes::new(std::mem::take(&mut *bytes)))
}

fn check(metadata: &Metadata) -> Result<(), OpenFileError> {
    if metadata.is_dir() {
        Err(OpenFileError::Folder)
    } else if !metadata.is_file() {
        Err(OpenFileError::NotAFile)
    } else if metadata.len() > LARGEST_BYTES {
        Err(OpenFileError::TooLarge)
    } else {
        Ok(())
    }
}

/// Never waits for the other end of a pipe, never takes over a terminal.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<File> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    Ok(File::from(rustix::fs::open(path, flags, Mode::empty())?))
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(unix)]
fn is_same_file(named: &Metadata, opened: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (named.dev(), named.ino()) == (opened.dev(), opened.ino())
}

#[cfg(not(unix))]
fn is_same_file(named: &Metadata, opened: &Metadata) -> bool {
    named.len() == opened.len() && named.created().ok() == opened.created().ok()
}

fn reason(error: &std::io::Error) -> OpenFileError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => OpenFileError::NotFound,
        ErrorKind::PermissionDenied => OpenFileError::NotReadable,
        ErrorKind::IsADirectory => OpenFileError::Folder,
        #[cfg(unix)]
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => OpenFileError::LinkLoop,
        #[cfg(unix)]
        _ if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => OpenFileError::NotAFile,
        _ => OpenFileError::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f147_a_file_that_was_replaced_after_it_was_asked_about_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let (chosen, other) = (folder.path().join("chosen"), folder.path().join("other"));
        std::fs::write(&chosen, b"one").unwrap();
        std::fs::write(&other, b"two").unwrap();
        let named = std::fs::metadata(&chosen).unwrap();
        assert_eq!(read_same(&chosen, &named).unwrap().expose(), b"one");
        std::fs::rename(&other, &chosen).unwrap();
        assert_eq!(read_same(&chosen, &named).unwrap_err(), OpenFileError::Replaced);
    }

    #[test]
    fn f147_a_file_that_grew_after_it_was_asked_about_is_not_read_without_end() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = folder.path().join("chosen");
        std::fs::write(&chosen, b"one").unwrap();
        let named = std::fs::metadata(&chosen).unwrap();
        File::options().write(true).open(&chosen).unwrap().set_len(LARGEST_BYTES + 1).unwrap();
        assert_eq!(read_same(&chosen, &named).unwrap_err(), OpenFileError::TooLarge);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_a_search_came_upon_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, b"one").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert_eq!(open_found_file(&file).unwrap().expose(), b"one");
        assert_eq!(open_found_file(&link).unwrap_err(), OpenFileError::Link);
        assert_eq!(open_dropped_file(&link).unwrap().expose(), b"one");
    }

    #[test]
    fn f150_a_disk_that_never_answers_is_given_up_within_its_time() {
        let (end, ended) = mpsc::channel::<()>();
        let hangs = move || {
            let _ = ended.recv();
            Ok(SecretBytes::new(*b"too late"))
        };
        let time = Duration::from_millis(50);
        assert_eq!(within(time, hangs).unwrap_err(), OpenFileError::NoAnswer);
        drop(end);
        assert_eq!(within(ANSWER_WITHIN, || Ok(SecretBytes::new(*b"in time"))).unwrap().expose(), b"in time");
    }
}
