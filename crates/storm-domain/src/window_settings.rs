//! How the window is used, as its user left it.

use serde::{Deserialize, Serialize};

use crate::IntegrationId;

/// What is remembered of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WindowSettings {
    /// In which order the list is shown.
    pub sort: ListSort,
    /// Whether letters alone are keys. Who speaks to the computer, or hits keys by mistake, must be able to turn them off (WCAG 2.2,
    /// 2.1.4).
    pub letter_keys: bool,
    /// What stood on top of the list, so that the next start shows it before all the others are read. Empty where all are read as soon.
    #[serde(default)]
    pub top: Vec<IntegrationId>,
}

impl Default for WindowSettings {
    fn default() -> Self {
        Self { sort: ListSort::default(), letter_keys: true, top: Vec::new() }
    }
}

/// The order of the list. What has no such time comes last, and names decide between equals.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ListSort {
    /// What needs its user first, then what soon may.
    #[default]
    NeedsMe,
    /// By name.
    Name,
    /// By service, and there by account.
    Connector,
    /// The last sign of life first.
    LastUsed,
    /// The next refresh first.
    NextRefresh,
    /// The newest first.
    Created,
}
