//! How the Integrations list is shown, as its user left it.

use serde::{Deserialize, Serialize};

/// What is remembered of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ListSettings {
    /// In which order.
    pub sort: ListSort,
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
