//! The beginning of the list, for windows with very many integrations.

use storm_domain::{Failure, IntegrationId};
use storm_engine::view::IntegrationView;
use tauri::State;

use crate::shell::Shell;

/// What stood on top of the list when the window was used last, before all the others are there.
#[tauri::command]
#[specta::specta]
pub async fn top_integrations(shell: State<'_, Shell>) -> Result<Vec<IntegrationView>, Failure> {
    shell.ask(|engine| async move { engine.top_integrations().await }).await
}

/// Notes what stands on top of the list.
#[tauri::command]
#[specta::specta]
pub async fn note_top(shell: State<'_, Shell>, top: Vec<IntegrationId>) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.note_top(&top).await }).await
}
