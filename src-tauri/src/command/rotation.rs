//! Rotating a key, a key file or a client secret.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{IntegrationDetailView, KeyInput, NewSecretRequest};
use tauri::State;

use crate::shell::Shell;

/// Saves a new key beside the old, verifies it, and switches to it when it belongs to the same account; in a drill it is tried,
/// compared and discarded.
#[tauri::command]
#[specta::specta]
pub async fn begin_key_rotation(
    shell: State<'_, Shell>,
    id: IntegrationId,
    key: KeyInput,
    drill: bool,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.begin_key_rotation(id, key, drill).await }).await
}

/// The same for a key file.
#[tauri::command]
#[specta::specta]
pub async fn begin_key_file_rotation(
    shell: State<'_, Shell>,
    id: IntegrationId,
    file: HeldSecretId,
    drill: bool,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.begin_key_file_rotation(id, file, drill).await }).await
}

/// Has the service make a new key; in a drill it is tried, compared and discarded.
#[tauri::command]
#[specta::specta]
pub async fn mint_key(
    shell: State<'_, Shell>,
    id: IntegrationId,
    drill: bool,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.begin_minted_rotation(id, drill).await }).await
}

/// The same for the client secret of an integration's app registration, which others may share.
#[tauri::command]
#[specta::specta]
pub async fn begin_secret_rotation(
    shell: State<'_, Shell>,
    id: IntegrationId,
    request: NewSecretRequest,
    drill: bool,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.begin_secret_rotation(id, request.secret, drill).await }).await
}

/// Tries the present step again.
#[tauri::command]
#[specta::specta]
pub async fn retry_rotation(shell: State<'_, Shell>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.retry_rotation(id).await }).await
}

/// Switches to a verified key that belongs to another account, or whose account is not known.
#[tauri::command]
#[specta::specta]
pub async fn switch_rotation(
    shell: State<'_, Shell>,
    id: IntegrationId,
    despite_difference: bool,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.switch_rotation(id, despite_difference).await }).await
}

/// Turns the old key off: by API, or by opening the service's page.
#[tauri::command]
#[specta::specta]
pub async fn revoke_old_key(shell: State<'_, Shell>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.revoke_old_key(id).await }).await
}

/// The user turned the old key off at the service; it is tried until refused.
#[tauri::command]
#[specta::specta]
pub async fn confirm_old_key_revoked(
    shell: State<'_, Shell>,
    id: IntegrationId,
) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.confirm_old_key_revoked(id).await }).await
}

/// Goes back to the old key.
#[tauri::command]
#[specta::specta]
pub async fn undo_rotation(shell: State<'_, Shell>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.undo_rotation(id).await }).await
}
