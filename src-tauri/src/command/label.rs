//! The user's labels on integrations.

use storm_domain::{Failure, IntegrationId};
use tauri::State;

use crate::shell::Shell;

/// Puts labels on an integration, in the place of those it had.
#[tauri::command]
#[specta::specta]
pub async fn set_labels(shell: State<'_, Shell>, id: IntegrationId, labels: Vec<String>) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.set_labels(id, &labels).await }).await
}
