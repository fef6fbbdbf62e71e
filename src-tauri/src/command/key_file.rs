//! Key files.

use storm_domain::{Failure, HeldSecretId, IntegrationId};
use storm_engine::view::{AddServiceAccountRequest, KeyFileView, SavedView};

/// Shows the system's file chooser; the file is read in the core. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_key_file() -> Result<Option<KeyFileView>, Failure> {
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Saves a new integration with its key file, then exchanges and verifies it.
#[tauri::command]
#[specta::specta]
pub async fn add_service_account(request: AddServiceAccountRequest) -> Result<SavedView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Replaces a refused key file of an integration, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn replace_key_file(id: IntegrationId, file: HeldSecretId) -> Result<SavedView, Failure> {
    let _ = (id, file);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
