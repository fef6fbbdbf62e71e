//! Credentials that are still to be ended at their service.

use storm_domain::{Failure, RevocationId};
use storm_engine::view::{ConnectorPage, PendingRevocationView};
use tauri::State;

use crate::shell::Shell;

/// Those whose end the service has not confirmed, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn pending_revocations(shell: State<'_, Shell>) -> Result<Vec<PendingRevocationView>, Failure> {
    shell.ask(|engine| async move { engine.pending_revocations().await }).await
}

/// Tries to end one now.
#[tauri::command]
#[specta::specta]
pub async fn retry_revocation(shell: State<'_, Shell>, id: RevocationId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.retry_revocation(id).await }).await
}

/// Lets one be, and erases it here.
#[tauri::command]
#[specta::specta]
pub async fn forget_revocation(shell: State<'_, Shell>, id: RevocationId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.forget_revocation(id).await }).await
}

/// Opens the service's page on which the user can end one by hand.
#[tauri::command]
#[specta::specta]
pub async fn open_revocation_page(
    shell: State<'_, Shell>,
    id: RevocationId,
    page: ConnectorPage,
) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.open_revocation_page(id, page).await }).await
}
