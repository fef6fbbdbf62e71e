//! Key files.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{AddServiceAccountRequest, HeldFileView, KeyFileView, SavedView, UnlockFileRequest};
use tauri::{AppHandle, Manager as _, State, WebviewWindow};

use crate::original::{BinOutcome, OriginalView, Originals, move_to_bin};
use crate::shell::{Shell, guarded};
use crate::{key_file, window};

/// Shows the system's file chooser; the files are read in the core. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_key_files(shell: State<'_, Shell>, window: WebviewWindow) -> Result<Vec<HeldFileView>, Failure> {
    let chosen = guarded(async { Ok(window::choose_files(&window, window::Wanted::Key).await) }).await?;
    guarded(async { Ok(if chosen.is_empty() { Vec::new() } else { key_file::hold(&shell, chosen).await }) }).await
}

/// Opens a held file with its password.
#[tauri::command]
#[specta::specta]
pub async fn unlock_key_file(shell: State<'_, Shell>, request: UnlockFileRequest) -> Result<KeyFileView, Failure> {
    let locked = request.id;
    let opened = shell.ask(|engine| async move { engine.unlock_files(request).await }).await?;
    shell.originals.follow(locked, opened.id);
    Ok(opened)
}

/// Where the key that was held under this id still lies in plain text, now that it is in the vault. None = nowhere that is known.
#[tauri::command]
#[specta::specta]
pub async fn stored_original(
    app: AppHandle,
    shell: State<'_, Shell>,
    file: HeldSecretId,
) -> Result<Option<OriginalView>, Failure> {
    let originals = shell.originals.of(file);
    if !shell.ask(|engine| async move { Ok(engine.was_saved(file)) }).await? {
        return Ok(None);
    }
    let home = app.path().home_dir().ok();
    let looking = tokio::task::spawn_blocking(move || Originals::view(&originals, home.as_deref()));
    Ok(looking.await.ok().flatten())
}

/// Moves the files of a key that is in the vault to the desktop's bin.
#[tauri::command]
#[specta::specta]
pub async fn move_original_to_bin(shell: State<'_, Shell>, file: HeldSecretId) -> Result<BinOutcome, Failure> {
    let saved = shell.ask(|engine| async move { Ok(engine.was_saved(file)) }).await?;
    let originals = if saved { shell.originals.of(file) } else { Vec::new() };
    guarded(async { Ok(move_to_bin(originals).await) }).await
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
