//! The program and its vault.

use storm_domain::Failure;
use storm_engine::view::{HostView, PassphraseRequest};

/// The program and where its vault stands.
#[tauri::command]
#[specta::specta]
pub async fn host() -> Result<HostView, Failure> {
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Asks the keyring again.
#[tauri::command]
#[specta::specta]
pub async fn retry_vault() -> Result<HostView, Failure> {
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Makes a vault protected by a passphrase, where there is no keyring.
#[tauri::command]
#[specta::specta]
pub async fn create_passphrase_vault(request: PassphraseRequest) -> Result<HostView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Opens a vault protected by a passphrase.
#[tauri::command]
#[specta::specta]
pub async fn unlock_with_passphrase(request: PassphraseRequest) -> Result<HostView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Starts the practice service, if it does not run, and gives its base URL.
#[tauri::command]
#[specta::specta]
pub async fn start_practice() -> Result<String, Failure> {
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
