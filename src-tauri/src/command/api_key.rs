//! Pasted keys.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{AddApiKeyRequest, CheckKeyRequest, HeldKeyView, KeyInput, SavedView};

/// Reads the clipboard; the key itself stays in the core.
#[tauri::command]
#[specta::specta]
pub async fn hold_key_from_clipboard(connector_id: String) -> Result<HeldKeyView, Failure> {
    let _ = (connector_id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Shows a key that was read from the clipboard and is not saved yet, on the user's gesture.
#[tauri::command]
#[specta::specta]
pub async fn reveal_held_key(id: HeldSecretId) -> Result<String, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Remarks on a key while it is typed; an error says why it cannot be used.
#[tauri::command]
#[specta::specta]
pub async fn check_typed_key(request: CheckKeyRequest) -> Result<Vec<String>, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Saves a new integration with its key, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn add_api_key(request: AddApiKeyRequest) -> Result<SavedView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Replaces a refused key of an integration, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn replace_api_key(id: IntegrationId, key: KeyInput) -> Result<SavedView, Failure> {
    let _ = (id, key);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
