//! What somebody who helps needs: a report, and the program's own log of this run.

use storm_domain::Failure;
use tauri::{State, WebviewWindow};

use crate::diagnostics::DiagnosticsView;
use crate::log::{ProgramLogFilter, ProgramLogPage, ProgramLogQuery};
use crate::saved_file::{SavedFileView, save_text};
use crate::shell::{Shell, guarded};
use crate::window;

/// Makes a report, to be read before it is given to anybody.
#[tauri::command]
#[specta::specta]
pub async fn make_diagnostics(shell: State<'_, Shell>) -> Result<DiagnosticsView, Failure> {
    guarded(async { Ok(shell.report.show(&shell.host.diagnostics().await)) }).await
}

/// Puts the report that is shown on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_diagnostics(shell: State<'_, Shell>, id: u32) -> Result<(), Failure> {
    guarded(shell.clipboard.put_text(shell.report.text(id)?)).await
}

/// Asks where to, and writes the report that is shown there. None = the user closed the question.
#[tauri::command]
#[specta::specta]
pub async fn save_diagnostics(
    shell: State<'_, Shell>,
    window: WebviewWindow,
    id: u32,
) -> Result<Option<SavedFileView>, Failure> {
    let text = shell.report.text(id)?;
    let choice = window::choose_place(&window, window::Wanted::Diagnostics);
    let Some(path) = guarded(async { Ok(choice.await) }).await? else { return Ok(None) };
    let entries = u32::try_from(text.lines().count()).unwrap_or(u32::MAX);
    Ok(Some(SavedFileView { name: save_text(path, text).await?, entries }))
}

/// A portion of the program's log of this run.
#[tauri::command]
#[specta::specta]
pub async fn program_log(shell: State<'_, Shell>, query: ProgramLogQuery) -> Result<ProgramLogPage, Failure> {
    guarded(async { Ok(shell.log.page(&query)) }).await
}

/// Has the page told of new lines, or not any more.
#[tauri::command]
#[specta::specta]
pub async fn follow_program_log(shell: State<'_, Shell>, follows: bool) -> Result<(), Failure> {
    let following = async {
        shell.log.follow(follows);
        Ok(())
    };
    guarded(following).await
}

/// Records more until the program ends, or as much as at its start.
#[tauri::command]
#[specta::specta]
pub async fn record_more(shell: State<'_, Shell>, more: bool) -> Result<(), Failure> {
    guarded(async { shell.log.record_more(more) }).await
}

/// Puts the lines from one to another that the filter shows on the clipboard, and says how many they are.
#[tauri::command]
#[specta::specta]
pub async fn copy_program_log(
    shell: State<'_, Shell>,
    filter: ProgramLogFilter,
    first: u32,
    last: u32,
) -> Result<u32, Failure> {
    let (text, lines) = shell.log.text(&filter, first, last);
    guarded(shell.clipboard.put_text(text)).await?;
    Ok(lines)
}
