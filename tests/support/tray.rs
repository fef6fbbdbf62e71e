//! The tray icon as a panel sees it, over D-Bus.

use serde::Deserialize;

use crate::patience::{Look, eventually};
use crate::program::{desktop_script, run};
use crate::{Outcome, PATIENCE};

/// What the tray shows.
#[derive(Debug, Clone, Deserialize)]
pub struct TrayIcon {
    /// The program's name.
    pub title: String,
    /// `Active`, or `NeedsAttention`.
    pub status: String,
    /// Title and line of the tooltip.
    pub tooltip: String,
    /// Whether it has a picture.
    pub has_icon: bool,
    /// Labels of the menu, from top to bottom.
    pub menu: Vec<String>,
}

/// Looks at the tray now.
///
/// # Errors
/// When there is no icon.
pub async fn look() -> Outcome<TrayIcon> {
    let script = desktop_script("tray.py");
    Ok(serde_json::from_str(&run("/usr/bin/python3", &[&script.to_string_lossy(), "show"]).await?)?)
}

/// Waits until the tray shows what is wanted.
///
/// # Errors
/// When it does not in time.
pub async fn await_tray(what: &str, wanted: impl Fn(&TrayIcon) -> bool) -> Outcome<TrayIcon> {
    eventually(what, PATIENCE, async || {
        Ok(match look().await {
            Ok(icon) if wanted(&icon) => Look::Found(icon),
            Ok(icon) => Look::NotYet(format!("{icon:?}")),
            Err(error) => Look::NotYet(error.to_string()),
        })
    })
    .await
}

/// Clicks an entry of its menu.
///
/// # Errors
/// When there is no such entry, or it is greyed out.
pub async fn click(label: &str) -> Outcome {
    let script = desktop_script("tray.py");
    run("/usr/bin/python3", &[&script.to_string_lossy(), "click", label]).await.map(drop)
}
