//! The files that keys were read from. A key that is in the vault still lies there in plain text, until its file is moved to the
//! bin, which is offered then.
//!
//! The page names a file by the id under which the core held it, never by a path. INVARIANT: what is moved has, at that moment, the
//! very content that was read and stored. Deliberately absent: erasing; a bin can be looked into when the wrong file went there.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use storm_domain::HeldSecretId;
use storm_secret::SecretBytes;

/// More than anybody leaves lying in open dialogs.
const MOST_REMEMBERED: usize = 32;
/// A bin on a disk that does not answer is given up after so long.
const BIN_DEADLINE: Duration = Duration::from_secs(10);

/// A file that a key was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Original {
    /// The file itself, not a link to it.
    path: PathBuf,
    content: [u8; 32],
}

/// What may be shown of where a key still lies in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OriginalView {
    /// Its files with their folders, `~` for the user's own; a certificate beside its key is one of them.
    pub files: Vec<String>,
}

/// What became of files that were to go to the bin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum BinOutcome {
    /// They lie in the bin.
    Moved,
    /// They were gone already.
    Gone,
    /// They stay where they are.
    Kept {
        /// Why, and what to do, in plain words.
        reason: String,
    },
}

impl Original {
    /// Remembers where bytes were read from. None where the way to the file cannot be followed.
    pub(crate) fn of(path: &Path, bytes: &SecretBytes) -> Option<Self> {
        // EXPOSE: for its digest, by which the same content is recognised later.
        let content = Sha256::digest(bytes.expose()).into();
        Some(Self { path: std::fs::canonicalize(path).ok()?, content })
    }

    /// Whether the content is still the one that was read. Blocks for up to a second.
    fn is_unchanged(&self) -> Result<bool, storm_connectors::OpenFileError> {
        // A link that took the file's place leads to another one.
        if std::fs::symlink_metadata(&self.path).is_ok_and(|metadata| !metadata.is_file()) {
            return Ok(false);
        }
        let bytes = storm_connectors::open_dropped_file(&self.path)?;
        // EXPOSE: for its digest.
        Ok(<[u8; 32]>::from(Sha256::digest(bytes.expose())) == self.content)
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// The files of keys that the core held last.
#[derive(Debug, Default)]
pub(crate) struct Originals(Mutex<VecDeque<(HeldSecretId, Vec<Original>)>>);

impl Originals {
    pub(crate) fn remember(&self, id: HeldSecretId, originals: Vec<Original>) {
        if originals.is_empty() {
            return;
        }
        let mut all = self.all();
        all.truncate(MOST_REMEMBERED - 1);
        all.push_front((id, originals));
    }

    /// What was held under a password is held under another id once it is open.
    pub(crate) fn follow(&self, locked: HeldSecretId, opened: HeldSecretId) {
        if let Some(entry) = self.all().iter_mut().find(|(id, _)| *id == locked) {
            entry.0 = opened;
        }
    }

    pub(crate) fn of(&self, wanted: HeldSecretId) -> Vec<Original> {
        let all = self.all();
        all.iter().find(|(id, _)| *id == wanted).map(|(_, originals)| originals.clone()).unwrap_or_default()
    }

    /// Where the files lie that are still there as they were read. Blocks; None = there are none to speak of.
    pub(crate) fn view(originals: &[Original], home: Option<&Path>) -> Option<OriginalView> {
        let there = originals.iter().filter(|original| matches!(original.is_unchanged(), Ok(true)));
        let files: Vec<String> = there.map(|original| shown(&original.path, home)).collect();
        (!files.is_empty()).then_some(OriginalView { files })
    }

    fn all(&self) -> MutexGuard<'_, VecDeque<(HeldSecretId, Vec<Original>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moves files to the desktop's bin, all or, when one of them is not what was read, none.
pub(crate) async fn move_to_bin(originals: Vec<Original>) -> BinOutcome {
    let moving = tokio::task::spawn_blocking(move || move_all(&originals, |path| bin().delete(path)));
    match tokio::time::timeout(BIN_DEADLINE, moving).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => kept("Moving it failed inside Storm Connect. Move it by hand."),
        Err(_) => {
            kept("The disk with the file or the bin does not answer. Look there again later, and move it by hand.")
        }
    }
}

fn move_all<E: std::fmt::Debug>(originals: &[Original], to_bin: impl Fn(&Path) -> Result<(), E>) -> BinOutcome {
    let mut there = Vec::new();
    for original in originals {
        match original.is_unchanged() {
            Ok(true) => there.push(original),
            Ok(false) => {
                let name = original.name();
                return kept(format!("{name} was changed since it was read, so it was not touched. Look at it first."));
            }
            Err(storm_connectors::OpenFileError::NotFound) => {}
            Err(error) => return kept(error.to_string()),
        }
    }
    if there.is_empty() {
        return BinOutcome::Gone;
    }
    for original in there {
        if let Err(error) = to_bin(&original.path) {
            // What the library says may hold paths, which are nobody's business but the user's.
            tracing::warn!("a file could not be moved to the bin");
            tracing::debug!(?error, "moving to the bin");
            return kept(format!(
                "{} could not be moved: its folder may be read-only, or on a disk without a bin. Delete it by hand.",
                original.name()
            ));
        }
    }
    BinOutcome::Moved
}

fn kept(reason: impl Into<String>) -> BinOutcome {
    BinOutcome::Kept { reason: reason.into() }
}

fn bin() -> trash::TrashContext {
    #[cfg_attr(not(target_os = "macos"), expect(unused_mut, reason = "only macOS has ways to choose from"))]
    let mut bin = trash::TrashContext::new();
    #[cfg(target_os = "macos")]
    {
        // Asking the Finder needs a permission of its own, and makes a sound.
        use trash::macos::{DeleteMethod, TrashContextExtMacos as _};
        bin.set_delete_method(DeleteMethod::NsFileManager);
    }
    bin
}

/// A path as people write it.
pub(crate) fn shown(path: &Path, home: Option<&Path>) -> String {
    let own = home.and_then(|home| path.strip_prefix(home).ok());
    let path = own.map_or_else(|| path.to_owned(), |below| Path::new("~").join(below));
    path.to_string_lossy().chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    struct Folder(tempfile::TempDir);

    impl Folder {
        fn make() -> Self {
            Self(tempfile::tempdir().unwrap())
        }

        fn file(&self, name: &str, content: &str) -> Original {
            let path = self.0.path().join(name);
            std::fs::write(&path, content).unwrap();
            Original::of(&path, &SecretBytes::new(content.as_bytes().to_vec())).unwrap()
        }

        fn move_all(&self, originals: &[Original]) -> (BinOutcome, Vec<String>) {
            let moved = RefCell::new(Vec::new());
            let outcome = move_all(originals, |path| {
                moved.borrow_mut().push(shown(path.strip_prefix(self.0.path().canonicalize().unwrap()).unwrap(), None));
                std::fs::remove_file(path)
            });
            (outcome, moved.into_inner())
        }
    }

    fn words(outcome: &BinOutcome) -> &str {
        match outcome {
            BinOutcome::Kept { reason } => reason,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_read_is_moved_and_what_is_gone_needs_nothing() {
        let folder = Folder::make();
        let pair = [folder.file("key.pem", "key"), folder.file("own.crt", "certificate")];
        assert_eq!(folder.move_all(&pair), (BinOutcome::Moved, vec!["key.pem".to_owned(), "own.crt".to_owned()]));
        assert_eq!(folder.move_all(&pair), (BinOutcome::Gone, Vec::new()));
    }

    #[test]
    fn a_file_that_was_changed_or_replaced_is_not_touched_and_neither_is_the_one_beside_it() {
        let folder = Folder::make();
        let pair = [folder.file("own.crt", "certificate"), folder.file("key.pem", "key")];
        let path = folder.0.path().join("key.pem");
        std::fs::write(&path, "another key").unwrap();
        let (outcome, moved) = folder.move_all(&pair);
        assert!(words(&outcome).contains("key.pem was changed"), "{outcome:?}");
        assert_eq!(moved, Vec::<String>::new());

        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        let (outcome, moved) = folder.move_all(&pair);
        assert!(words(&outcome).contains("was changed"), "{outcome:?}");
        assert_eq!(moved, Vec::<String>::new());
    }

    #[cfg(unix)]
    #[test]
    fn the_file_itself_is_meant_and_not_a_link_to_it() {
        let folder = Folder::make();
        let (file, link) = (folder.file("key.pem", "key"), folder.0.path().join("link.pem"));
        std::os::unix::fs::symlink(folder.0.path().join("key.pem"), &link).unwrap();
        assert_eq!(Original::of(&link, &SecretBytes::new(b"key".to_vec())), Some(file.clone()));
        // A link in its place leads to the same content, which lies somewhere else.
        std::fs::rename(folder.0.path().join("key.pem"), folder.0.path().join("moved.pem")).unwrap();
        std::os::unix::fs::symlink(folder.0.path().join("moved.pem"), folder.0.path().join("key.pem")).unwrap();
        assert!(words(&folder.move_all(&[file]).0).contains("was changed"));
    }

    #[test]
    fn a_bin_that_does_not_take_it_is_said() {
        let folder = Folder::make();
        let outcome = move_all(&[folder.file("key.pem", "key")], |_| Err(std::io::Error::other("read-only")));
        assert!(words(&outcome).contains("Delete it by hand"), "{outcome:?}");
    }

    #[test]
    fn a_file_under_a_password_is_found_under_the_id_it_has_once_it_is_open() {
        let (folder, originals) = (Folder::make(), Originals::default());
        let [locked, opened, other] = [1, 2, 3].map(|number| HeldSecretId(uuid::Uuid::from_u128(number)));
        originals.remember(locked, vec![folder.file("app.p12", "archive")]);
        originals.follow(locked, opened);
        assert_eq!([locked, opened, other].map(|id| originals.of(id).len()), [0, 1, 0]);
        let home = folder.0.path().canonicalize().unwrap();
        let view = Originals::view(&originals.of(opened), Some(&home)).unwrap();
        assert_eq!(view.files, ["~/app.p12"]);
        std::fs::remove_file(home.join("app.p12")).unwrap();
        assert_eq!(Originals::view(&originals.of(opened), Some(&home)), None);
    }
}
