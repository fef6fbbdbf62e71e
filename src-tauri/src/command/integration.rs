//! The Integrations list and page.

use storm_domain::{ActivityEntry, Failure, IntegrationId, Verdict};
use storm_engine::view::{ConnectorPage, DisconnectedView, IntegrationDetailView, IntegrationView};

/// All integrations that are not in the bin.
#[tauri::command]
#[specta::specta]
pub async fn integrations() -> Result<Vec<IntegrationView>, Failure> {
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// One integration's page.
#[tauri::command]
#[specta::specta]
pub async fn integration(id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Renames it.
#[tauri::command]
#[specta::specta]
pub async fn rename_integration(id: IntegrationId, name: String) -> Result<(), Failure> {
    let _ = (id, name);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Pauses or resumes it.
#[tauri::command]
#[specta::specta]
pub async fn pause_integration(id: IntegrationId, paused: bool) -> Result<(), Failure> {
    let _ = (id, paused);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Allows or ends lending its access to other programs.
#[tauri::command]
#[specta::specta]
pub async fn set_lending(id: IntegrationId, allowed: bool) -> Result<(), Failure> {
    let _ = (id, allowed);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Verifies it now.
#[tauri::command]
#[specta::specta]
pub async fn verify_integration(id: IntegrationId) -> Result<Verdict, Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Refreshes its token now.
#[tauri::command]
#[specta::specta]
pub async fn refresh_integration(id: IntegrationId) -> Result<(), Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Removes it, and revokes it at the service when asked to.
#[tauri::command]
#[specta::specta]
pub async fn disconnect_integration(id: IntegrationId, revoke: bool) -> Result<DisconnectedView, Failure> {
    let _ = (id, revoke);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Takes it out of the bin.
#[tauri::command]
#[specta::specta]
pub async fn undo_disconnect(id: IntegrationId) -> Result<(), Failure> {
    let _ = (id,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// The newest entries of the log.
#[tauri::command]
#[specta::specta]
pub async fn activity(id: Option<IntegrationId>, limit: u32) -> Result<Vec<ActivityEntry>, Failure> {
    let _ = (id, limit);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Opens a page of its service in the browser.
#[tauri::command]
#[specta::specta]
pub async fn open_integration_page(id: IntegrationId, page: ConnectorPage) -> Result<(), Failure> {
    let _ = (id, page);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
