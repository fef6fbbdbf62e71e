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

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tauri::AppHandle;

#[cfg(not(target_os = "linux"))]
pub(crate) use native::Tray;
#[cfg(target_os = "linux")]
pub(crate) use status_notifier::Tray;
pub(crate) use view::TrayView;

use crate::shell_event::ShellEvent;
use crate::{application, window};

/// Whether a tray icon can be seen, so that a hidden window can be brought back.
#[derive(Debug, Clone, Default)]
pub(crate) struct TrayPresence(Arc<AtomicBool>);

impl TrayPresence {
    pub(crate) fn is_shown(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    fn set(&self, shown: bool) {
        self.0.store(shown, Ordering::Relaxed);
    }
}

/// What the user chose in the menu.
#[derive(Debug, Clone)]
enum Choice {
    Open,
    Show(ShellEvent),
    Quit,
}

fn follow_choice(app: &AppHandle, choice: &Choice) {
    match choice {
        Choice::Open => window::show(app),
        Choice::Show(event) => window::tell(app, event),
        Choice::Quit => application::quit(app),
    }
}
