//! The tray icon: how things stand at a glance, and Reconnect one click away.
//!
//! Everything it offers is in its menu, because not every desktop reports clicks on the icon. On Linux it speaks
//! StatusNotifierItem itself; elsewhere it is tauri's.

mod icon;
#[cfg(not(target_os = "linux"))]
mod native;
#[cfg(target_os = "linux")]
mod status_notifier;
mod view;

use tauri::{AppHandle, Manager as _};
use tokio::sync::watch;

#[cfg(not(target_os = "linux"))]
pub(crate) use native::Tray;
#[cfg(target_os = "linux")]
pub(crate) use status_notifier::Tray;
use view::Pause;
pub(crate) use view::TrayView;

use crate::language::Language;
use crate::shell::Shell;
use crate::shell_event::ShellEvent;
use crate::{application, window};

/// Whether a tray icon can be seen, so that a hidden window can be brought back.
#[derive(Debug, Clone)]
pub(crate) struct TrayPresence(watch::Sender<bool>);

impl Default for TrayPresence {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl TrayPresence {
    pub(crate) fn is_shown(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it can be seen.
    pub(crate) async fn wait_until_shown(&self) {
        let _ = self.0.subscribe().wait_for(|shown| *shown).await; // the sender is held here
    }

    fn set(&self, shown: bool) {
        self.0.send_replace(shown);
    }
}

/// What the user chose in the menu.
#[derive(Debug, Clone)]
enum Choice {
    Open,
    Show(ShellEvent),
    Pause(Pause),
    Quit,
}

impl Pause {
    fn label(self, language: Language) -> String {
        language.say(match self {
            Self::All => "tray-pause-all",
            Self::Resume => "tray-resume-all",
        })
    }
}

fn follow_choice(app: &AppHandle, choice: &Choice) {
    match choice {
        Choice::Open => window::show(app),
        Choice::Show(event) => window::tell(app, event),
        Choice::Pause(pause) => pause_or_resume(app.clone(), *pause),
        Choice::Quit => application::quit(app),
    }
}

/// Behind the menu, which must not wait. What could not be done is seen: the icon and the list stay as they are.
fn pause_or_resume(app: AppHandle, pause: Pause) {
    tauri::async_runtime::spawn(async move {
        let shell = app.state::<Shell>();
        let done = shell
            .ask(|engine| async move {
                match pause {
                    Pause::All => engine.pause_all().await,
                    Pause::Resume => engine.resume_all().await,
                }
            })
            .await;
        if let Err(failure) = done {
            tracing::warn!(code = ?failure.code, "not all integrations could be paused or resumed");
        }
    });
}
