//! Sealed exports: written where the user chooses, and restored from.

use storm_domain::{Failure, IntegrationId};
use storm_engine::view::{
    ExportCandidateView, ExportRequest, ExportedFileView, HeldFileView, OpenExportRequest, OpenedExportView,
    RestoreRequest, RestoredView,
};
use tauri::{State, WebviewWindow};

use crate::shell::{Shell, guarded};
use crate::{key_file, sealed_export, window};

/// What each of these would bring into an export, and what keeps it from that.
#[tauri::command]
#[specta::specta]
pub async fn export_candidates(
    shell: State<'_, Shell>,
    ids: Vec<IntegrationId>,
) -> Result<Vec<ExportCandidateView>, Failure> {
    shell.ask(|engine| async move { engine.export_candidates(&ids).await }).await
}

/// Shows the system's file chooser, and writes the export there. None = the user closed it, and nothing was changed.
#[tauri::command]
#[specta::specta]
pub async fn export_integrations(
    shell: State<'_, Shell>,
    window: WebviewWindow,
    request: ExportRequest,
) -> Result<Option<ExportedFileView>, Failure> {
    let wish = sealed_export::Wish::of(request)?;
    let chosen = guarded(async { Ok(window::choose_place(&window, window::Wanted::NewExport).await) }).await?;
    let Some(place) = chosen else { return Ok(None) };
    shell.ask(|engine| async move { sealed_export::write(&engine, wish, place).await }).await.map(Some)
}

/// Refreshes a sign-in here again that had moved away.
#[tauri::command]
#[specta::specta]
pub async fn take_back(shell: State<'_, Shell>, id: IntegrationId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.take_back(id).await }).await
}

/// Shows the system's file chooser; the file is read in the core. Empty = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_export_file(shell: State<'_, Shell>, window: WebviewWindow) -> Result<Vec<HeldFileView>, Failure> {
    let chosen = guarded(async { Ok(window::choose_file(&window, window::Wanted::Export).await) }).await?;
    let Some(path) = chosen else { return Ok(Vec::new()) };
    guarded(async { Ok(key_file::hold(&shell, vec![path]).await) }).await
}

/// Opens a held export with its passphrase, and says what is in it.
#[tauri::command]
#[specta::specta]
pub async fn open_export(shell: State<'_, Shell>, request: OpenExportRequest) -> Result<OpenedExportView, Failure> {
    shell.ask(|engine| async move { sealed_export::open(&engine, request).await }).await
}

/// Restores one integration of an opened export, verifies it, and switches it on when its service accepts it.
#[tauri::command]
#[specta::specta]
pub async fn restore_integration(shell: State<'_, Shell>, request: RestoreRequest) -> Result<RestoredView, Failure> {
    shell.ask(|engine| async move { engine.restore(request).await }).await
}
