//! The check that makes a socket trustworthy: the folder it lies in belongs to the user, and nobody else may enter it.
//!
//! Both sides make it: the host before it listens, the client before it believes what answers. A folder that passes cannot be
//! replaced by another user afterwards, so there is no race between the check and the use.

use std::path::{Path, PathBuf};

use thiserror::Error;

/// A folder in which no socket of ours may lie.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FolderError {
    /// There is none.
    #[error("{0} does not exist")]
    Missing(PathBuf),
    /// A symbolic link or a file stands there.
    #[error("{0} is not a folder; remove it")]
    NotAFolder(PathBuf),
    /// Somebody else made it first.
    #[error("{0} belongs to another user; set STORM_CONNECT_SOCKET to a path in a folder of your own")]
    OfAnotherUser(PathBuf),
    /// Others may enter it.
    #[error("{0} is open to other users; run: chmod 700 {0}")]
    OpenToOthers(PathBuf),
    /// It cannot be looked at or made.
    #[error("{folder} cannot be used: {reason}")]
    NotUsable {
        /// Which.
        folder: PathBuf,
        /// The system's word for it.
        reason: std::io::ErrorKind,
    },
}

/// Checks the folder that `socket` lies in.
#[cfg(unix)]
pub(crate) fn check_folder_of(socket: &Path) -> Result<(), FolderError> {
    use std::os::unix::fs::MetadataExt as _;

    let folder = folder_of(socket);
    let found = std::fs::symlink_metadata(folder).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => FolderError::Missing(folder.to_path_buf()),
        reason => FolderError::NotUsable { folder: folder.to_path_buf(), reason },
    })?;
    judge(folder, found.is_dir(), found.uid(), found.mode(), rustix::process::geteuid().as_raw())
}

#[cfg(unix)]
pub(crate) fn folder_of(socket: &Path) -> &Path {
    socket.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(unix)]
fn judge(folder: &Path, is_folder: bool, owner: u32, mode: u32, user: u32) -> Result<(), FolderError> {
    let folder = folder.to_path_buf();
    if !is_folder {
        Err(FolderError::NotAFolder(folder))
    } else if owner != user {
        Err(FolderError::OfAnotherUser(folder))
    } else if mode & 0o077 != 0 {
        Err(FolderError::OpenToOthers(folder))
    } else {
        Ok(())
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    const USER: u32 = 1000;

    #[test]
    fn only_a_private_folder_of_the_user_passes() {
        let folder = Path::new("/run/user/1000/storm-connect");
        assert!(judge(folder, true, USER, 0o40_700, USER).is_ok());
        assert!(matches!(judge(folder, false, USER, 0o120_777, USER), Err(FolderError::NotAFolder(_))));
        assert!(matches!(judge(folder, true, USER + 1, 0o40_700, USER), Err(FolderError::OfAnotherUser(_))));
        assert!(matches!(judge(folder, true, 0, 0o40_700, USER), Err(FolderError::OfAnotherUser(_))));
        for mode in [0o40_701, 0o40_710, 0o40_755, 0o41_777] {
            assert!(matches!(judge(folder, true, USER, mode, USER), Err(FolderError::OpenToOthers(_))), "{mode:o}");
        }
    }

    #[test]
    fn a_symbolic_link_to_a_private_folder_does_not_pass() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = temporary.path().join("real");
        std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(&folder).unwrap();
        let link = temporary.path().join("link");
        std::os::unix::fs::symlink(&folder, &link).unwrap();
        assert!(check_folder_of(&folder.join("host.sock")).is_ok());
        assert!(matches!(check_folder_of(&link.join("host.sock")), Err(FolderError::NotAFolder(_))));
    }

    #[test]
    fn a_bare_file_name_lies_in_the_present_folder() {
        assert_eq!(folder_of(Path::new("host.sock")), Path::new("."));
    }
}
