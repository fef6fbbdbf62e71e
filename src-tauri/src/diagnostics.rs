//! What the window adds to a report for whoever helps: how it is drawn, and whether tray and notifications are there. And the report
//! that is shown, kept so that exactly what was read is copied or saved.

use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use storm_agent::Surroundings;
use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::diagnostics::{Report, Section, Version};

use crate::settings::Session;
use crate::tray::TrayPresence;

/// A report, to be read before it is given to anybody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DiagnosticsView {
    /// Which one; a later one takes its place.
    pub id: u32,
    /// Plain text, in English. Holds no secret, and nothing that names a person, a host or a folder.
    pub text: String,
}

/// The report that is shown.
#[derive(Debug, Default)]
pub(crate) struct ShownReport(Mutex<Option<DiagnosticsView>>);

impl ShownReport {
    /// Shows another one.
    pub(crate) fn show(&self, report: &Report) -> DiagnosticsView {
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let id = shown.as_ref().map_or(1, |before| before.id.wrapping_add(1));
        shown.insert(DiagnosticsView { id, text: report.to_string() }).clone()
    }

    /// The text of the one that is shown.
    pub(crate) fn text(&self, id: u32) -> Result<String, Failure> {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.as_ref().filter(|shown| shown.id == id).map(|shown| shown.text.clone()).ok_or_else(|| {
            Failure::new(
                ErrorCode::NotFound,
                "Another report was made since. Close this one and open it again.",
                Some(Action::Retry),
            )
        })
    }
}

/// What is known of the desktop around the window.
pub(crate) struct Desktop {
    session: Session,
    drawn_by: Option<&'static str>,
    tray: TrayPresence,
}

impl Desktop {
    /// Looks around. On the main thread, once there is a display.
    pub(crate) fn around(session: Session, tray: TrayPresence) -> Self {
        Self { session, drawn_by: drawn_by(), tray }
    }
}

impl Surroundings for Desktop {
    fn sections(&self) -> Vec<Section> {
        let Session { kind, desktop } = self.session;
        let engine = tauri::webview_version().ok();
        vec![
            Section::new("Desktop")
                .with("session", kind)
                .with("desktop", desktop)
                .with("window drawn by", self.drawn_by)
                .with("web view", engine.as_deref().and_then(Version::of))
                .with("tray", self.tray.is_shown())
                .with("notifications", notifications()),
        ]
    }
}

#[cfg(target_os = "linux")]
fn drawn_by() -> Option<&'static str> {
    use gtk::glib::prelude::ObjectExt as _;
    match gtk::gdk::Display::default()?.type_().name() {
        "GdkX11Display" => Some("x11"),
        "GdkWaylandDisplay" => Some("wayland"),
        _ => Some("another"),
    }
}

#[cfg(not(target_os = "linux"))]
fn drawn_by() -> Option<&'static str> {
    None
}

/// Whether somebody on the session bus shows them.
#[cfg(target_os = "linux")]
fn notifications() -> &'static str {
    use gtk::gio::{BusType, Cancellable, DBusCallFlags, bus_get_sync};
    use gtk::glib::prelude::ToVariant as _;
    /// Milliseconds. The bus itself answers, at once.
    const PATIENCE_MS: i32 = 2_000;
    let Ok(bus) = bus_get_sync(BusType::Session, Cancellable::NONE) else { return "no session bus" };
    let name = ("org.freedesktop.Notifications",).to_variant();
    let owned = bus.call_sync(
        Some("org.freedesktop.DBus"),
        "/org/freedesktop/DBus",
        "org.freedesktop.DBus",
        "NameHasOwner",
        Some(&name),
        None,
        DBusCallFlags::NO_AUTO_START,
        PATIENCE_MS,
        Cancellable::NONE,
    );
    match owned.ok().and_then(|owned| owned.child_value(0).get::<bool>()) {
        Some(true) => "yes",
        Some(false) => "nobody shows them yet",
        None => "not known",
    }
}

/// The system shows them.
#[cfg(not(target_os = "linux"))]
fn notifications() -> &'static str {
    "by the system"
}

#[cfg(test)]
mod tests {
    use storm_domain::Timestamp;

    use super::*;

    #[test]
    fn only_the_report_that_is_shown_can_be_copied_and_it_is_the_one_that_was_read() {
        let shown = ShownReport::default();
        assert_eq!(shown.text(1).unwrap_err().code, ErrorCode::NotFound);
        let report =
            |at| Report { made_at: Timestamp(at), sections: vec![Section::new("Vault").with("state", "open")] };
        let first = shown.show(&report(0));
        assert_eq!(shown.text(first.id).unwrap(), first.text);
        let second = shown.show(&report(1_000));
        assert_ne!(first.text, second.text);
        assert_eq!(shown.text(second.id).unwrap(), second.text);
        assert_eq!(shown.text(first.id).unwrap_err().code, ErrorCode::NotFound);
    }
}
