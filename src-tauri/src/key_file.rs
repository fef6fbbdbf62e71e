//! Reading a key file that was dropped or chosen: off the window's thread, bounded in size and time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::HeldFile;
use storm_engine::view::{FilePreview, HeldFileView};
use storm_secret::SecretBytes;

use crate::shell::Shell;

/// A file on a disk that does not answer is refused after so long.
const READ_DEADLINE: Duration = Duration::from_secs(1);

/// What files are; nothing of them is kept.
pub(crate) async fn preview(shell: &Shell, paths: Vec<PathBuf>) -> Result<FilePreview, Failure> {
    shell.ask(|engine| async move { engine.preview_files(read_all(paths).await?).await }).await
}

/// Hands files to the core, which holds them until the dialog saves.
pub(crate) async fn hold(shell: &Shell, paths: Vec<PathBuf>) -> Result<HeldFileView, Failure> {
    shell.ask(|engine| async move { engine.hold_files(read_all(paths).await?).await }).await
}

/// The bytes of a file that is no credential, read as carefully as one.
pub(crate) async fn read_public(path: PathBuf) -> Result<SecretBytes, Failure> {
    read(path).await.map(|file| file.bytes)
}

/// More than a certificate and its key are never one thing, so not even their names are looked at.
async fn read_all(paths: Vec<PathBuf>) -> Result<Vec<HeldFile>, Failure> {
    let count = paths.len();
    if count > 2 {
        return Err(refused(format!(
            "These are {count} files. Nothing was taken; drop one key file at a time, or a certificate and its key."
        )));
    }
    let mut files = Vec::with_capacity(count);
    for path in paths {
        files.push(read(path).await?);
    }
    Ok(files)
}

async fn read(path: PathBuf) -> Result<HeldFile, Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = within_deadline(move || open(&path)).await?;
    Ok(HeldFile { bytes, name })
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
    async fn many_files_are_refused_with_their_number_before_one_is_read() {
        let paths = ["a.json", "b.json", "c.json"].map(PathBuf::from).to_vec();
        let failure = read_all(paths).await.err().unwrap();
        assert_eq!(failure.code, ErrorCode::FileNotUsable);
        assert!(failure.message.contains("3 files"));
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
