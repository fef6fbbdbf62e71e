//! What the core tells its shell. An event names what changed; the shell asks for the rest. No secret is in one.

use serde::{Deserialize, Serialize};

use crate::{AttemptId, IntegrationId};

/// Something changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// An integration was added, changed or removed.
    IntegrationChanged {
        /// Which.
        id: IntegrationId,
    },
    /// An authorization moved on.
    AuthorizationChanged {
        /// Which attempt.
        id: AttemptId,
    },
    /// A rotation moved on.
    RotationChanged {
        /// Of which integration.
        id: IntegrationId,
    },
    /// A credential of a removed integration was ended at its service, tried again, or given up.
    RevocationsChanged,
    /// Another program asked for the access of an integration that only its user can help.
    AskedInVain {
        /// Which.
        id: IntegrationId,
    },
    /// The user prefers something else of the program as a whole.
    PreferencesChanged,
    /// The log has an entry that no other event tells of, or that was written after it.
    ActivityAdded,
    /// The whole log was gone through: what is known of its chain may be another.
    LogChecked,
    /// The vault was locked, unlocked, or lost its keyring.
    VaultChanged,
}
