//! Reading key files that were dropped or chosen: off the window's thread, bounded in number, size and time.
//!
//! A file that cannot be read or used says so for itself, after those that can be.

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::HeldFile;
use storm_engine::view::{FilePreview, HeldFileView};
use storm_secret::SecretBytes;

use crate::original::Original;
use crate::sealed_export;
use crate::shell::Shell;

/// A file on a disk that does not answer is refused after so long.
const READ_DEADLINE: Duration = Duration::from_secs(1);
/// As many as the core holds at once, opened and under their passwords.
const MOST_AT_ONCE: usize = 8;

/// What files are; nothing of them is kept.
pub(crate) async fn preview(shell: &Shell, paths: Vec<PathBuf>) -> Vec<FilePreview> {
    let (sealed, Read { files, refused, .. }) = read_all(paths).await.part();
    let mut previews = match shell.ask(|engine| async move { engine.preview_files(files).await }).await {
        Ok(previews) => previews,
        Err(failure) => return vec![FilePreview::Refused { name: String::new(), failure }],
    };
    previews.extend(sealed.iter().map(sealed_export::preview));
    previews.extend(refused.into_iter().map(|Refused { name, failure }| FilePreview::Refused { name, failure }));
    previews
}

/// Hands files to the core, which holds them until the dialog saves, and remembers where they lie.
pub(crate) async fn hold(shell: &Shell, paths: Vec<PathBuf>) -> Vec<HeldFileView> {
    let (sealed, Read { files, originals, refused }) = read_all(paths).await.part();
    let things = match shell.ask(|engine| async move { engine.hold_files(files).await }).await {
        Ok(things) => things,
        Err(failure) => return vec![HeldFileView::Refused { name: String::new(), failure }],
    };
    let mut held = Vec::with_capacity(things.len() + sealed.len() + refused.len());
    for thing in things {
        let id = match &thing.view {
            HeldFileView::Known { file } => Some(file.id),
            HeldFileView::Locked { id, .. } => Some(*id),
            HeldFileView::Export { .. } | HeldFileView::Refused { .. } => None,
        };
        if let Some(id) = id {
            let originals: Option<Vec<_>> = thing.files.iter().map(|place| originals[*place].clone()).collect();
            shell.originals.remember(id, originals.unwrap_or_default());
        }
        held.push(thing.view);
    }
    for file in sealed {
        held.push(sealed_export::hold(shell, file).await);
    }
    held.extend(refused.into_iter().map(|Refused { name, failure }| HeldFileView::Refused { name, failure }));
    held
}

/// The bytes of a file that is no credential, read as carefully as one.
pub(crate) async fn read_public(path: PathBuf) -> Result<SecretBytes, Failure> {
    read(path).await.map(|(file, _)| file.bytes)
}

struct Refused {
    name: String,
    failure: Failure,
}

#[derive(Default)]
struct Read {
    files: Vec<HeldFile>,
    /// Where each of `files` lies; None where that is not known.
    originals: Vec<Option<Original>>,
    refused: Vec<Refused>,
}

impl Read {
    /// Exports are for another dialog than keys.
    fn part(self) -> (Vec<HeldFile>, Self) {
        let both = self.files.into_iter().zip(self.originals);
        let (sealed, others): (Vec<_>, Vec<_>) = both.partition(|(file, _)| sealed_export::is_one(file));
        let (files, originals) = others.into_iter().unzip();
        (sealed.into_iter().map(|(file, _)| file).collect(), Self { files, originals, refused: self.refused })
    }
}

async fn read_all(paths: Vec<PathBuf>) -> Read {
    let count = paths.len();
    if count > MOST_AT_ONCE {
        let failure = refused(format!(
            "Nothing was taken of these files. Drop {MOST_AT_ONCE} at once, and the others after them."
        ));
        return Read { refused: vec![Refused { name: format!("{count} files"), failure }], ..Read::default() };
    }
    let mut all = Read::default();
    let reading = paths.into_iter().map(|path| async { (name_of(&path), read(path).await) });
    for (name, read) in join_all(reading).await {
        match read {
            Ok((file, original)) => {
                all.files.push(file);
                all.originals.push(original);
            }
            Err(failure) => all.refused.push(Refused { name, failure }),
        }
    }
    all
}

fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

async fn read(path: PathBuf) -> Result<(HeldFile, Option<Original>), Failure> {
    let name = name_of(&path);
    let (bytes, original) = within_deadline(move || {
        let bytes = open(&path)?;
        let original = Original::of(&path, &bytes);
        Ok((bytes, original))
    })
    .await?;
    Ok((HeldFile { bytes, name }, original))
}

fn open(path: &Path) -> Result<SecretBytes, Failure> {
    storm_connectors::open_dropped_file(path).map_err(|error| refused(error.to_string()))
}

async fn within_deadline<T: Send + 'static>(
    read: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::time::timeout(READ_DEADLINE, tokio::task::spawn_blocking(read)).await {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(refused("The file could not be read. Try again.".to_owned())),
        Err(_) => Err(refused(
            "The disk or network folder that holds this file does not answer. Copy the file to this computer and try again."
                .to_owned(),
        )),
    }
}

fn refused(message: String) -> Failure {
    Failure::new(ErrorCode::FileNotUsable, message, Some(Action::ReplaceCredential))
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn more_files_than_are_taken_at_once_are_refused_with_their_number_before_one_is_read() {
        let paths = (0..=MOST_AT_ONCE).map(|number| PathBuf::from(format!("{number}.json"))).collect();
        let read = read_all(paths).await;
        assert!(read.files.is_empty());
        let [refused] = &read.refused[..] else { panic!("one refusal for all") };
        assert_eq!((refused.name.as_str(), refused.failure.code), ("9 files", ErrorCode::FileNotUsable));
    }

    #[tokio::test]
    async fn a_file_that_cannot_be_read_stops_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let [there, gone] = ["there.json", "gone.json"].map(|name| folder.path().join(name));
        std::fs::write(&there, "{}").unwrap();
        let read = read_all(vec![gone, there]).await;
        assert_eq!((read.files.len(), read.originals.iter().flatten().count()), (1, 1));
        assert_eq!(read.files[0].name, "there.json");
        assert_eq!(read.refused[0].name, "gone.json");
    }

    #[tokio::test(start_paused = true)]
    async fn a_disk_that_does_not_answer_is_refused() {
        let (answer, never) = mpsc::channel::<()>();
        let reading = tokio::spawn(within_deadline(move || {
            let _ = never.recv();
            Ok(())
        }));
        tokio::task::yield_now().await;
        tokio::time::advance(READ_DEADLINE).await;
        assert!(reading.await.unwrap().unwrap_err().message.contains("does not answer"));
        drop(answer);
    }
}
