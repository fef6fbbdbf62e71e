//! Rotating a key.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{IntegrationDetailView, KeyInput};

/// Saves a new key beside the old, verifies it, and switches to it when it belongs to the same account.
#[tauri::command]
#[specta::specta]
pub async fn begin_key_rotation(id: IntegrationId, key: KeyInput) -> Result<IntegrationDetailView, Failure> {
    let _ = (id, key);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// The same for a key file.
#[tauri::command]
#[specta::specta]
pub async fn begin_key_file_rotation(id: IntegrationId, file: HeldSecretId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id, file);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Tries the present step again.
#[tauri::command]
#[specta::specta]
pub async fn retry_rotation(id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Switches to a verified key that belongs to another account, or whose account is not known.
#[tauri::command]
#[specta::specta]
pub async fn switch_rotation(id: IntegrationId, despite_difference: bool) -> Result<IntegrationDetailView, Failure> {
    let _ = (id, despite_difference);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Turns the old key off: by API, or by opening the service's page.
#[tauri::command]
#[specta::specta]
pub async fn revoke_old_key(id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// The user turned the old key off at the service; it is tried until refused.
#[tauri::command]
#[specta::specta]
pub async fn confirm_old_key_revoked(id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Goes back to the old key.
#[tauri::command]
#[specta::specta]
pub async fn undo_rotation(id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
