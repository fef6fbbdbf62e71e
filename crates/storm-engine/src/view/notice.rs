//! What the user should know about an open vault, and the copy that is offered for a damaged one.

use serde::{Deserialize, Serialize};
use storm_domain::{IntegrationId, Timestamp};

/// Something about an open vault that its user must know. Shown above everything else until it is over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "notice", rename_all = "snake_case")]
pub enum VaultNotice {
    /// The disk did not take new tokens. They are in memory, handed out, and lost if the program ends before it does.
    Unsaved {
        /// Whose.
        integrations: Vec<IntegrationId>,
    },
    /// The database is damaged, or was taken away. What can be read is usable.
    Damaged,
    /// The database, or a part of it, is older than the vault: tokens may have been rotated since. No OAuth grant is refreshed
    /// before the user goes on.
    Restored {
        /// When that was noticed.
        since: Timestamp,
    },
    /// The activity log was changed outside of the program.
    LogBroken {
        /// The first entry that does not fit.
        #[specta(type = i32)]
        sequence: u64,
    },
    /// The data folder lies on a network file system.
    NetworkFolder {
        /// Its usual name.
        file_system: String,
    },
}

/// A copy of the database that can be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BackupView {
    /// Its name among the copies.
    pub name: String,
    /// When it was made.
    pub made_at: Timestamp,
    /// How many integrations it holds.
    pub integrations: u32,
}
