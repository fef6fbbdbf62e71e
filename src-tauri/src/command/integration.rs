//! The Integrations list and page.

use storm_domain::{Failure, IntegrationId, Verdict};
use storm_engine::view::{
    ConnectorPage, DisconnectedView, IntegrationDetailView, IntegrationView, SetReplacementRequest,
};
use tauri::State;

use crate::shell::Shell;

/// All integrations that are not in the bin.
#[tauri::command]
#[specta::specta]
pub async fn integrations(shell: State<'_, Shell>) -> Result<Vec<IntegrationView>, Failure> {
    shell.ask(|engine| async move { engine.integrations().await }).await
}

/// One row of the list, as it is now.
#[tauri::command]
#[specta::specta]
pub async fn integration_row(shell: State<'_, Shell>, id: IntegrationId) -> Result<IntegrationView, Failure> {
    shell.ask(|engine| async move { engine.integration_row(id).await }).await
}

/// One integration's page.
#[tauri::command]
#[specta::specta]
pub async fn integration(shell: State<'_, Shell>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
    shell.ask(|engine| async move { engine.integration(id).await }).await
}

/// Renames it.
#[tauri::command]
#[specta::specta]
pub async fn rename_integration(shell: State<'_, Shell>, id: IntegrationId, name: String) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.rename_integration(id, &name).await }).await
}

/// Pauses or resumes it.
#[tauri::command]
#[specta::specta]
pub async fn pause_integration(shell: State<'_, Shell>, id: IntegrationId, paused: bool) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.pause_integration(id, paused).await }).await
}

/// Allows or ends lending its access to other programs.
#[tauri::command]
#[specta::specta]
pub async fn set_lending(shell: State<'_, Shell>, id: IntegrationId, allowed: bool) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_lending(id, allowed).await }).await
}

/// Sets when its user wants to be reminded to replace its key or key file.
#[tauri::command]
#[specta::specta]
pub async fn set_replacement(
    shell: State<'_, Shell>,
    id: IntegrationId,
    request: SetReplacementRequest,
) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_replacement(id, request).await }).await
}

/// Verifies it now.
#[tauri::command]
#[specta::specta]
pub async fn verify_integration(shell: State<'_, Shell>, id: IntegrationId) -> Result<Verdict, Failure> {
    shell.ask(|engine| async move { engine.verify_integration(id).await }).await
}

/// Refreshes its token now.
#[tauri::command]
#[specta::specta]
pub async fn refresh_integration(shell: State<'_, Shell>, id: IntegrationId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.refresh_integration(id).await }).await
}

/// Removes it, and revokes it at the service when asked to.
#[tauri::command]
#[specta::specta]
pub async fn disconnect_integration(
    shell: State<'_, Shell>,
    id: IntegrationId,
    revoke: bool,
) -> Result<DisconnectedView, Failure> {
    shell.ask(|engine| async move { engine.disconnect_integration(id, revoke).await }).await
}

/// Takes it out of the bin.
#[tauri::command]
#[specta::specta]
pub async fn undo_disconnect(shell: State<'_, Shell>, id: IntegrationId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.undo_disconnect(id).await }).await
}

/// Opens a page of its service in the browser.
#[tauri::command]
#[specta::specta]
pub async fn open_integration_page(
    shell: State<'_, Shell>,
    id: IntegrationId,
    page: ConnectorPage,
) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.open_integration_page(id, page).await }).await
}
