//! The activity log as the window shows it.

use serde::{Deserialize, Serialize};
use storm_domain::{ActivityEntry, ActivityTopic, Failure, IntegrationId, Timestamp};

/// Which entries are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityFilter {
    /// Of one integration; None = of all, the program's own entries too.
    pub integration_id: Option<IntegrationId>,
    /// Of one topic; None = of all.
    pub topic: Option<ActivityTopic>,
    /// Nothing that happened before; None = all that is kept.
    pub since: Option<Timestamp>,
    /// Words that all have to stand in the name or the sentence, whatever their case; empty = any.
    pub text: String,
}

/// Which part of what a filter shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityQuery {
    /// Which entries.
    pub filter: ActivityFilter,
    /// Only those before this sequence: where the page before ended.
    #[specta(type = Option<i32>)]
    pub before: Option<u64>,
    /// Only those after this sequence: the newest that is known.
    #[specta(type = Option<i32>)]
    pub after: Option<u64>,
}

/// A part of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityPage {
    /// Newest first; fewer than a page, even none, where much had to be looked through.
    pub entries: Vec<ActivityEntry>,
    /// Where the next page goes on, as its `before`; None = there are no older ones.
    #[specta(type = Option<i32>)]
    pub older: Option<u64>,
    /// The newest that was looked at, whether it fitted or not; what comes later is asked for by it, as `after`.
    #[specta(type = Option<i32>)]
    pub newest: Option<u64>,
}

/// As what the log is written to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// For spreadsheets: comma-separated values (RFC 4180).
    Csv,
    /// For programs: JSON, one entry a line, with the links of the chain.
    JsonLines,
}

/// What is known of the log's chain. See `SECURITY.md` for what a broken one proves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "check", rename_all = "snake_case")]
pub enum LogCheckView {
    /// Not checked since the vault was opened; that is under way.
    Checking,
    /// Every entry is as it was written.
    Intact {
        /// How many there were.
        #[specta(type = i32)]
        entries: u64,
        /// When it was checked.
        checked_at: Timestamp,
    },
    /// An entry was changed, removed or put in outside of the program.
    Broken {
        /// The first that does not fit.
        #[specta(type = i32)]
        sequence: u64,
        /// When it was checked.
        checked_at: Timestamp,
    },
    /// The log could not be read to its end.
    NotChecked {
        /// Why.
        failure: Failure,
    },
}
