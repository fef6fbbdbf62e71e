//! Reading a key file that was dropped or chosen: off the window's thread, bounded in size and time.

use std::path::{Path, PathBuf};
use std::time::Duration;

use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::view::KeyFileView;
use storm_secret::SecretBytes;

use crate::shell::Shell;
use crate::shell_event::FilePreview;

/// A file on a disk that does not answer is refused after so long.
const READ_DEADLINE: Duration = Duration::from_secs(1);

/// What a file is; nothing of it is kept.
pub(crate) async fn preview(shell: &Shell, path: PathBuf) -> Result<FilePreview, Failure> {
    let file = shell
        .ask(|engine| async move {
            let (bytes, name) = read(path).await?;
            engine.preview_key_file(&bytes, &name)
        })
        .await?;
    Ok(FilePreview { shape: file.shape, client_email: file.client_email, key_id: file.key_id })
}

/// Hands a file to the core, which holds it until the dialog saves.
pub(crate) async fn hold(shell: &Shell, path: PathBuf) -> Result<KeyFileView, Failure> {
    shell
        .ask(|engine| async move {
            let (bytes, name) = read(path).await?;
            engine.hold_key_file(&bytes, &name)
        })
        .await
}

/// The bytes of a file that is no credential, read as carefully as one.
pub(crate) async fn read_public(path: PathBuf) -> Result<SecretBytes, Failure> {
    read(path).await.map(|(bytes, _)| bytes)
}

/// The one file of a drag. Several are refused as a whole: each needs a dialog of its own.
pub(crate) fn only_one(paths: Vec<PathBuf>) -> Result<PathBuf, Failure> {
    let count = paths.len();
    let [path] = <[PathBuf; 1]>::try_from(paths)
        .map_err(|_| refused(format!("These are {count} files. Nothing was taken; drop one key file at a time.")))?;
    Ok(path)
}

async fn read(path: PathBuf) -> Result<(SecretBytes, String), Failure> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = within_deadline(move || open(&path)).await?;
    Ok((bytes, name))
}

fn open(path: &Path) -> Result<SecretBytes, Failure> {
    storm_connectors::open_key_file(path).map_err(|error| refused(error.to_string()))
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

    #[test]
    fn several_files_are_refused_with_their_number() {
        let failure = only_one(vec!["a.json".into(), "b.json".into()]).unwrap_err();
        assert_eq!(failure.code, ErrorCode::FileNotUsable);
        assert!(failure.message.contains("2 files"));
    }

    #[test]
    fn one_file_is_taken() {
        assert_eq!(only_one(vec!["a.json".into()]).unwrap(), PathBuf::from("a.json"));
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
