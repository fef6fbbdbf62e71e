//! One word beside the vault, in plain text, for a start that cannot open the vault: it shall look and speak as the last one did. What
//! it repeats lies sealed in the vault, and is no secret.

use std::path::{Path, PathBuf};

pub(crate) struct Note {
    path: PathBuf,
}

impl Note {
    /// The note of this name. It need not be there.
    pub(crate) fn of(data_folder: &Path, name: &str) -> Self {
        Self { path: data_folder.join(name) }
    }

    /// What it says, as far as anything can be read.
    pub(crate) fn read(&self) -> Option<String> {
        std::fs::read_to_string(&self.path).ok().map(|word| word.trim().to_owned())
    }

    /// Says it from now on; None = there is nothing to note. A note that cannot be written is not worth a failure.
    pub(crate) fn keep(&self, word: Option<&str>) {
        let before = self.read();
        let written = match word {
            Some(word) if before.as_deref() != Some(word) => std::fs::write(&self.path, word),
            None if before.is_some() => std::fs::remove_file(&self.path),
            _ => Ok(()),
        };
        if let Err(error) = written {
            tracing::warn!(%error, path = %self.path.display(), "nothing could be noted for the next start");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_says_the_last_word_until_there_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let note = Note::of(folder.path(), "word");
        assert_eq!(note.read(), None);
        note.keep(Some("one"));
        note.keep(Some("two"));
        assert_eq!(Note::of(folder.path(), "word").read().as_deref(), Some("two"));
        note.keep(None);
        note.keep(None);
        assert_eq!(note.read(), None);
        assert_eq!(folder.path().read_dir().unwrap().count(), 0);
    }
}
