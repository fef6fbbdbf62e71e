//! The activity log: pages of it, whether it is as it was written, and files of it.

use storm_domain::Failure;
use storm_engine::view::{ActivityFilter, ActivityPage, ActivityQuery, ExportFormat, LogCheckView};
use tauri::{State, WebviewWindow};

use crate::saved_file::{SavedFile, SavedFileView};
use crate::shell::{Shell, guarded};
use crate::window;

/// A page of the log, newest first.
#[tauri::command]
#[specta::specta]
pub async fn activity(shell: State<'_, Shell>, query: ActivityQuery) -> Result<ActivityPage, Failure> {
    shell.ask(|engine| async move { engine.activity_page(&query).await }).await
}

/// What is known of the log's chain.
#[tauri::command]
#[specta::specta]
pub async fn log_check(shell: State<'_, Shell>) -> Result<LogCheckView, Failure> {
    guarded(async { shell.host.log_check() }).await
}

/// Goes through the whole log anew.
#[tauri::command]
#[specta::specta]
pub async fn check_log(shell: State<'_, Shell>) -> Result<LogCheckView, Failure> {
    guarded(shell.host.check_log()).await
}

/// Asks where to, and writes what the filter shows into that file. None = the user closed the question.
#[tauri::command]
#[specta::specta]
pub async fn export_activity(
    shell: State<'_, Shell>,
    window: WebviewWindow,
    filter: ActivityFilter,
    format: ExportFormat,
) -> Result<Option<SavedFileView>, Failure> {
    let wanted = match format {
        ExportFormat::Csv => window::Wanted::LogTable,
        ExportFormat::JsonLines => window::Wanted::LogLines,
    };
    let choice = window::choose_place(&window, wanted);
    let Some(path) = guarded(async { Ok(choice.await) }).await? else { return Ok(None) };
    shell
        .ask(|engine| async move {
            let mut file = SavedFile::begin(path)?;
            let exported = engine.export_activity(filter, format, |text| file.write(text.as_bytes())).await?;
            Ok(Some(SavedFileView { name: file.finish()?, entries: exported }))
        })
        .await
}
