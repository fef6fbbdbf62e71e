//! Events of the shell itself, beside those of the core: files over the window, and requests from tray and notifications.

use serde::{Deserialize, Serialize};
use storm_domain::{Event, Failure, IntegrationId};
use storm_engine::view::{FilePreview, HeldFileView};

/// Something changed in the core; the page asks for the rest.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct CoreEvent(pub Event);

/// Something happened to the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ShellEvent {
    /// A file hangs over the window. It was read, but nothing is held yet.
    FileHovering {
        /// What it is, when it is a key file.
        preview: Option<FilePreview>,
        /// Why it cannot be used, otherwise.
        failure: Option<Failure>,
    },
    /// The file was taken away.
    FileLeft,
    /// A key file was dropped; the core holds it.
    FileHeld {
        /// What may be shown of it, or that it asks for its password.
        held: HeldFileView,
    },
    /// A file was dropped that cannot be used.
    FileRefused {
        /// Why, and what to do.
        failure: Failure,
    },
    /// Tray or notification want an integration shown.
    ShowIntegration {
        /// Which.
        id: IntegrationId,
        /// Whether to begin reconnecting at once.
        reconnect: bool,
    },
}
