//! Pasted keys.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{AddApiKeyRequest, CheckKeyRequest, HeldKeyView, KeyInput, SavedView, TypedKeyView};
use tauri::State;

use crate::shell::{Shell, guarded};

/// Reads the clipboard; the key itself stays in the core, and is taken off the clipboard a little later.
#[tauri::command]
#[specta::specta]
pub async fn hold_key_from_clipboard(shell: State<'_, Shell>, connector_id: String) -> Result<HeldKeyView, Failure> {
    let key = guarded(shell.clipboard.key()).await?;
    let taken = key.clone();
    let held = shell.ask(|engine| async move { engine.hold_key(&connector_id, &key) }).await?;
    shell.clipboard.empty_later(taken);
    Ok(held)
}

/// Tells for which connector the key on the clipboard is, by its form; null = none that is known. Nothing is kept, and the key stays
/// on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn connector_of_copied_key(shell: State<'_, Shell>) -> Result<Option<String>, Failure> {
    let key = guarded(shell.clipboard.key()).await?;
    shell.ask(|engine| async move { engine.connector_of_key(&key) }).await
}

/// Shows a key that was read from the clipboard and is not saved yet, on the user's gesture.
#[tauri::command]
#[specta::specta]
pub async fn reveal_held_key(shell: State<'_, Shell>, id: HeldSecretId) -> Result<String, Failure> {
    shell.ask(|engine| async move { engine.reveal_held_key(id) }).await
}

/// What is seen in a key while it is typed; an error says why it cannot be used.
#[tauri::command]
#[specta::specta]
pub async fn check_typed_key(shell: State<'_, Shell>, request: CheckKeyRequest) -> Result<TypedKeyView, Failure> {
    shell.ask(|engine| async move { engine.check_typed_key(&request) }).await
}

/// Saves a new integration with its key, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn add_api_key(shell: State<'_, Shell>, request: AddApiKeyRequest) -> Result<SavedView, Failure> {
    shell.ask(|engine| async move { engine.add_api_key(request).await }).await
}

/// Replaces a refused key of an integration, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn replace_api_key(shell: State<'_, Shell>, id: IntegrationId, key: KeyInput) -> Result<SavedView, Failure> {
    shell.ask(|engine| async move { engine.replace_api_key(id, key).await }).await
}
