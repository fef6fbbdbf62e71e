//! Events of the shell itself, beside those of the core: files over the window, and requests from tray and notifications.

use serde::{Deserialize, Serialize};
use storm_domain::{Event, IntegrationId};
use storm_engine::view::{FilePreview, HeldFileView};

use crate::language::Language;

/// Something changed in the core; the page asks for the rest.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
pub struct CoreEvent(pub Event);

/// Something happened to the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, tauri_specta::Event)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum ShellEvent {
    /// Files hang over the window. They were read, but nothing is held yet.
    FilesHovering {
        /// What they are; a certificate and its key are one.
        files: Vec<FilePreview>,
    },
    /// The files were taken away.
    FilesLeft,
    /// Files were dropped; the core holds those that can be used.
    FilesHeld {
        /// What may be shown of each, that it asks for its password, or why it cannot be used.
        files: Vec<HeldFileView>,
    },
    /// A search for credentials of other tools goes on.
    ImportProgress {
        /// How many files and folders were looked at.
        looked_at: u32,
    },
    /// Tray or notification want an integration shown.
    ShowIntegration {
        /// Which.
        id: IntegrationId,
        /// Whether to begin reconnecting at once.
        reconnect: bool,
    },
    /// Another language is spoken from now on.
    LanguageSpoken {
        /// Which.
        language: Language,
    },
    /// There are new lines in the program's log, which the page follows.
    ProgramLogGrew,
    /// A notification wants the credentials of an integration shown, where they can be replaced.
    ShowCredentials {
        /// Which.
        id: IntegrationId,
    },
}
