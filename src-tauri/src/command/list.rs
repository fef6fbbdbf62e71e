//! The list's own business: labels, and how it is shown.

use storm_domain::{Failure, IntegrationId, ListSettings};
use tauri::State;

use crate::shell::Shell;

/// Puts labels on an integration, in the place of those it had.
#[tauri::command]
#[specta::specta]
pub async fn set_labels(shell: State<'_, Shell>, id: IntegrationId, labels: Vec<String>) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_labels(id, &labels).await }).await
}

/// How the list is shown.
#[tauri::command]
#[specta::specta]
pub async fn list_settings(shell: State<'_, Shell>) -> Result<ListSettings, Failure> {
    shell.ask(|engine| async move { engine.list_settings().await }).await
}

/// Remembers how the list is shown.
#[tauri::command]
#[specta::specta]
pub async fn set_list_settings(shell: State<'_, Shell>, settings: ListSettings) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_list_settings(settings).await }).await
}
