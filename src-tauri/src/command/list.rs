//! The window's own business: labels, and how it is used.

use storm_domain::{Failure, IntegrationId, WindowSettings};
use storm_engine::view::IntegrationView;
use tauri::State;

use crate::shell::Shell;

/// Puts labels on an integration, in the place of those it had.
#[tauri::command]
#[specta::specta]
pub async fn set_labels(shell: State<'_, Shell>, id: IntegrationId, labels: Vec<String>) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_labels(id, &labels).await }).await
}

/// What stood on top of the list when the window was used last, before all the others are there.
#[tauri::command]
#[specta::specta]
pub async fn top_integrations(shell: State<'_, Shell>) -> Result<Vec<IntegrationView>, Failure> {
    shell.ask(|engine| async move { engine.top_integrations().await }).await
}

/// How the window is used.
#[tauri::command]
#[specta::specta]
pub async fn window_settings(shell: State<'_, Shell>) -> Result<WindowSettings, Failure> {
    shell.ask(|engine| async move { engine.window_settings().await }).await
}

/// Remembers how the window is used.
#[tauri::command]
#[specta::specta]
pub async fn set_window_settings(shell: State<'_, Shell>, settings: WindowSettings) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_window_settings(settings).await }).await
}
