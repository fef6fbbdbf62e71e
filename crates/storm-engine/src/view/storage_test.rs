//! What came of trying whether secrets can be kept.

use serde::{Deserialize, Serialize};
use storm_domain::{Failure, Timestamp};

use super::KeyProblem;

/// A test of where secrets are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct StorageTestView {
    /// When it ended.
    pub tested_at: Timestamp,
    /// Only what the vault is kept by, in the order in which it was tried.
    pub checks: Vec<StorageCheckView>,
}

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct StorageCheckView {
    /// Which.
    pub check: StorageCheck,
    /// What came of it.
    pub outcome: StorageOutcome,
}

/// What is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum StorageCheck {
    /// Whether the keyring answers, which it does when it is unlocked.
    Keyring,
    /// Whether it keeps an entry, gives it back, and lets go of it.
    KeyringRoundTrip,
    /// Whether the key lies in the vault under the passphrase.
    Passphrase,
    /// Whether the vault keeps a sealed record, gives it back, and lets go of it.
    VaultRoundTrip,
    /// Whether the folder keeps a second program out.
    Folder,
    /// Whether there is room.
    Space,
}

/// What came of trying it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum StorageOutcome {
    /// It holds.
    Passed,
    /// It holds, and something is to be known about it.
    Remarked {
        /// What.
        remark: StorageRemark,
    },
    /// It does not hold.
    Failed {
        /// What is wrong with the keyring, where it is one of the things that have a name.
        problem: Option<KeyProblem>,
        /// What happened and what to do.
        failure: Failure,
    },
    /// It was not tried, since what it needs did not hold.
    NotTried,
}

/// What is to be known about something that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "remark", rename_all = "snake_case")]
pub enum StorageRemark {
    /// The folder lies across a network.
    NetworkFolder {
        /// The file system, by its usual name.
        file_system: String,
    },
    /// Hardly any room is left.
    LittleSpace {
        /// Mebibytes that are free.
        free_mib: u32,
    },
}
