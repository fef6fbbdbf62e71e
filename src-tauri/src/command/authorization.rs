//! Authorizing in the browser.

use storm_domain::{AttemptId, Failure};
use storm_engine::view::{AuthorizationView, BeginAuthorizationRequest, RegistrationView, SaveRegistrationRequest};

/// App registrations of a connector.
#[tauri::command]
#[specta::specta]
pub async fn registrations(connector_id: String) -> Result<Vec<RegistrationView>, Failure> {
    let _ = (connector_id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Saves an app registration.
#[tauri::command]
#[specta::specta]
pub async fn save_registration(request: SaveRegistrationRequest) -> Result<RegistrationView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Opens the browser and waits for its redirect.
#[tauri::command]
#[specta::specta]
pub async fn begin_authorization(request: BeginAuthorizationRequest) -> Result<AuthorizationView, Failure> {
    let _ = (request,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Where an authorization stands.
#[tauri::command]
#[specta::specta]
pub async fn authorization(id: AttemptId) -> Result<AuthorizationView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Opens the same page again.
#[tauri::command]
#[specta::specta]
pub async fn reopen_browser(id: AttemptId) -> Result<(), Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Puts the link on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_authorization_link(id: AttemptId) -> Result<(), Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Stops waiting and closes the port.
#[tauri::command]
#[specta::specta]
pub async fn cancel_authorization(id: AttemptId) -> Result<(), Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Decides about a reconnect that signed in as another account.
#[tauri::command]
#[specta::specta]
pub async fn accept_different_account(id: AttemptId, accept: bool) -> Result<AuthorizationView, Failure> {
    let _ = (id, accept);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
