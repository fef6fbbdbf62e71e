//! Import from the files of other tools.

use storm_domain::{Failure, HeldSecretId};
use storm_engine::view::{ImportCopyView, ImportItemRequest, ImportedView};
use storm_import::SearchEnd;
use tauri::{AppHandle, State, WebviewWindow};
use tauri_specta::Event as _;

use crate::import::{ImportPlaceView, ImportScanRequest, ImportScanView, ImportSourceView, Searched};
use crate::original::{BinOutcome, move_to_bin};
use crate::shell::{Shell, guarded};
use crate::shell_event::ShellEvent;
use crate::window;

/// Where would be looked; nothing is opened for it.
#[tauri::command]
#[specta::specta]
pub async fn import_places(shell: State<'_, Shell>) -> Result<Vec<ImportPlaceView>, Failure> {
    guarded(async { Ok(shell.imports.places()) }).await
}

/// Shows the system's file chooser, and keeps what is chosen for the search. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_import_files(
    shell: State<'_, Shell>,
    window: WebviewWindow,
) -> Result<Vec<ImportSourceView>, Failure> {
    let chosen = guarded(async { Ok(window::choose_files(&window, window::Wanted::Import).await) }).await?;
    chosen.into_iter().map(|path| shell.imports.choose(path, false)).collect()
}

/// Shows the system's chooser of folders, and keeps the one that is chosen for the search. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_import_folder(
    shell: State<'_, Shell>,
    window: WebviewWindow,
) -> Result<Option<ImportSourceView>, Failure> {
    let chosen = guarded(async { Ok(window::choose_folder(&window).await) }).await?;
    chosen.map(|path| shell.imports.choose(path, true)).transpose()
}

/// Looks for credentials where its user agreed to. None = it was stopped.
#[tauri::command]
#[specta::specta]
pub async fn scan_for_import(
    app: AppHandle,
    shell: State<'_, Shell>,
    request: ImportScanRequest,
) -> Result<Option<ImportScanView>, Failure> {
    let tell = move |looked_at| {
        if let Err(error) = (ShellEvent::ImportProgress { looked_at }).emit_to(&app, window::MAIN) {
            tracing::warn!(%error, "the page could not be told how far the search is");
        }
    };
    let searched = guarded(shell.imports.search(&request, tell)).await?;
    let Some(Searched { files, on_disk, looked_at, end }) = searched else { return Ok(None) };
    let import = shell.ask(|engine| async move { engine.preview_import(files).await }).await?;
    shell.imports.remember(import.id, on_disk);
    Ok(Some(ImportScanView { import, looked_at, is_cut_short: end == SearchEnd::Limit }))
}

/// Ends the search that runs.
#[tauri::command]
#[specta::specta]
pub async fn stop_import_scan(shell: State<'_, Shell>) -> Result<(), Failure> {
    guarded(async {
        shell.imports.stop();
        Ok(())
    })
    .await
}

/// Adds one of the things that were found as an integration, then verifies it.
#[tauri::command]
#[specta::specta]
pub async fn import_item(shell: State<'_, Shell>, request: ImportItemRequest) -> Result<ImportedView, Failure> {
    shell.ask(|engine| async move { engine.import_item(request).await }).await
}

/// Where secrets that are in the vault now still lie in plain text.
#[tauri::command]
#[specta::specta]
pub async fn import_copies(shell: State<'_, Shell>, id: HeldSecretId) -> Result<Vec<ImportCopyView>, Failure> {
    shell.ask(|engine| async move { engine.import_copies(id) }).await
}

/// Moves a file that holds nothing but what is in the vault and works to the desktop's bin.
#[tauri::command]
#[specta::specta]
pub async fn move_import_file_to_bin(
    shell: State<'_, Shell>,
    id: HeldSecretId,
    file: u32,
) -> Result<BinOutcome, Failure> {
    let is_stored = shell.ask(|engine| async move { Ok(engine.is_import_file_stored(id, file)) }).await?;
    let original = if is_stored { shell.imports.original(id, file) } else { None };
    guarded(async { Ok(move_to_bin(original.into_iter().collect()).await) }).await
}

/// Opens the folder of a file that was found.
#[tauri::command]
#[specta::specta]
pub async fn show_import_file(shell: State<'_, Shell>, id: HeldSecretId, file: u32) -> Result<(), Failure> {
    guarded(shell.imports.show(id, file)).await
}

/// Forgets what was chosen and found, and ends the search that runs.
#[tauri::command]
#[specta::specta]
pub async fn discard_import(shell: State<'_, Shell>, id: Option<HeldSecretId>) -> Result<(), Failure> {
    guarded(async {
        shell.imports.forget();
        Ok(())
    })
    .await?;
    let Some(id) = id else { return Ok(()) };
    shell
        .ask(|engine| async move {
            engine.discard_import(id);
            Ok(())
        })
        .await
}
