//! A vault that was damaged or put back from a copy.

use storm_domain::Failure;
use storm_engine::view::HostView;
use tauri::State;

use crate::shell::{Shell, guarded};

/// Puts the offered copy of the database back, by its name, and opens the vault.
#[tauri::command]
#[specta::specta]
pub async fn restore_backup(shell: State<'_, Shell>, name: String) -> Result<HostView, Failure> {
    guarded(shell.host.restore_backup(&name)).await
}

/// The user knows that the vault is an older one: refreshing goes on.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_restore(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.acknowledge_restore()).await
}
