//! What the user prefers of the program as a whole.

use storm_domain::{Failure, Preferences};
use tauri::{AppHandle, Manager as _, State};

use crate::appearance::Look;
use crate::language::Speech;
use crate::shell::Shell;

/// What is preferred.
#[tauri::command]
#[specta::specta]
pub async fn preferences(shell: State<'_, Shell>) -> Result<Preferences, Failure> {
    shell.ask(|engine| async move { engine.preferences().await }).await
}

/// Keeps what is preferred from now on.
#[tauri::command]
#[specta::specta]
pub async fn set_preferences(
    app: AppHandle,
    shell: State<'_, Shell>,
    preferences: Preferences,
) -> Result<Preferences, Failure> {
    let kept = shell.ask(|engine| async move { engine.set_preferences(preferences).await }).await?;
    app.state::<Speech>().follow(&app, kept.language);
    app.state::<Look>().follow(&app, kept.appearance);
    Ok(kept)
}
