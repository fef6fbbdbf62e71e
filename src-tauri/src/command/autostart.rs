//! Whether the program is started when its user logs in.

use storm_domain::Failure;
use tauri::State;

use crate::autostart::AutostartView;
use crate::shell::{Shell, guarded};

/// Whether it is, as the system has it.
#[tauri::command]
#[specta::specta]
pub async fn autostart(shell: State<'_, Shell>) -> Result<AutostartView, Failure> {
    guarded(async { Ok(shell.autostart.view()) }).await
}

/// Has it started at login from now on, or not any more.
#[tauri::command]
#[specta::specta]
pub async fn set_autostart(shell: State<'_, Shell>, on: bool) -> Result<AutostartView, Failure> {
    guarded(async { shell.autostart.switch(on) }).await
}
