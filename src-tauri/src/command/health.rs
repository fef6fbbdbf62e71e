//! Health and forecast.

use storm_domain::{ErrorCode, Failure, IntegrationId};
use storm_engine::view::{HealthView, RefreshView};
use tauri::{Manager as _, State, WebviewWindow};

use crate::calendar;
use crate::language::Speech;
use crate::saved_file::{SavedFileView, save_text};
use crate::shell::{Shell, guarded};
use crate::window;

/// How all integrations are, and what will need their user.
#[tauri::command]
#[specta::specta]
pub async fn health(shell: State<'_, Shell>) -> Result<HealthView, Failure> {
    shell.ask(|engine| async move { engine.health().await }).await
}

/// The last refreshes of an integration, oldest first.
#[tauri::command]
#[specta::specta]
pub async fn refreshes(shell: State<'_, Shell>, id: IntegrationId) -> Result<Vec<RefreshView>, Failure> {
    shell.ask(|engine| async move { engine.refreshes(id).await }).await
}

/// Shows the system's file chooser, and writes the forecast there as a calendar file. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn export_forecast(shell: State<'_, Shell>, window: WebviewWindow) -> Result<Option<SavedFileView>, Failure> {
    let (forecast, now) = shell.ask(|engine| async move { Ok((engine.forecast().await?, engine.now())) }).await?;
    let language = window.state::<Speech>().language();
    let Some((text, entries)) = calendar::calendar_of(language, &forecast, now) else {
        return Err(nothing_to_come());
    };
    let choice = window::choose_place(&window, window::Wanted::Calendar);
    let Some(path) = guarded(async { Ok(choice.await) }).await? else { return Ok(None) };
    Ok(Some(SavedFileView { name: save_text(path, text).await?, entries }))
}

fn nothing_to_come() -> Failure {
    Failure::new(ErrorCode::NotFound, "Nothing will need you in the next 90 days, so there is no file to write.", None)
}
