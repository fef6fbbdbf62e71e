//! Key files.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{AddServiceAccountRequest, HeldFileView, KeyFileView, SavedView, UnlockFileRequest};
use tauri::{State, WebviewWindow};

use crate::shell::{Shell, guarded};
use crate::{key_file, window};

/// Shows the system's file chooser; the file is read in the core. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_key_file(shell: State<'_, Shell>, window: WebviewWindow) -> Result<Option<HeldFileView>, Failure> {
    let chosen = guarded(async { Ok(window::choose_file(&window, window::Wanted::KeyFile).await) }).await?;
    match chosen {
        Some(path) => key_file::hold(&shell, vec![path]).await.map(Some),
        None => Ok(None),
    }
}

/// Opens a held file with its password.
#[tauri::command]
#[specta::specta]
pub async fn unlock_key_file(shell: State<'_, Shell>, request: UnlockFileRequest) -> Result<KeyFileView, Failure> {
    shell.ask(|engine| async move { engine.unlock_files(request).await }).await
}

/// Saves a new integration with its key file, then exchanges and verifies it.
#[tauri::command]
#[specta::specta]
pub async fn add_service_account(
    shell: State<'_, Shell>,
    request: AddServiceAccountRequest,
) -> Result<SavedView, Failure> {
    shell.ask(|engine| async move { engine.add_service_account(request).await }).await
}

/// Replaces a refused key file of an integration, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn replace_key_file(
    shell: State<'_, Shell>,
    id: IntegrationId,
    file: HeldSecretId,
) -> Result<SavedView, Failure> {
    shell.ask(|engine| async move { engine.replace_key_file(id, file).await }).await
}
