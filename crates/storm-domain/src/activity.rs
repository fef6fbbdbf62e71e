//! The activity log: what happened to which integration. Texts are made by the UI from the kind; no secret is in one.

use serde::{Deserialize, Serialize};

use crate::{IntegrationId, ReconnectReason, Timestamp, Trouble, Verdict};

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ActivityEntry {
    /// Counts up; later entries have greater numbers.
    #[specta(type = i32)]
    pub sequence: u64,
    /// When.
    pub at: Timestamp,
    /// Which integration; None = the vault or the program.
    pub integration_id: Option<IntegrationId>,
    /// Its name at that time, so that the entry still reads after a removal.
    pub integration_name: String,
    /// What.
    pub what: ActivityKind,
}

/// What happened. In the past tense.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ActivityKind {
    /// An integration was added.
    Added,
    /// It was connected, or reconnected.
    Connected {
        /// As whom.
        account: Option<String>,
    },
    /// An authorization ended without a grant.
    AuthorizationFailed {
        /// In plain words.
        reason: String,
    },
    /// A new access token was stored.
    Refreshed {
        /// How long the service took, in milliseconds: from sending the request to the end of its answer. None = not measured.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        took_ms: Option<u32>,
    },
    /// A refresh failed for now.
    RefreshPostponed {
        /// Why.
        trouble: Trouble,
        /// When it is tried again.
        until: Timestamp,
    },
    /// It needs its user.
    ReconnectNeeded {
        /// Why.
        reason: ReconnectReason,
    },
    /// An answer of a broken-off refresh was found and used.
    RefreshRecovered,
    /// It was verified.
    Verified {
        /// With which outcome.
        verdict: Verdict,
    },
    /// It was renamed.
    Renamed {
        /// Its name before.
        from: String,
    },
    /// It was paused.
    Paused,
    /// It runs again.
    Resumed,
    /// Lending to other programs was switched.
    LendingSwitched {
        /// On or off.
        allowed: bool,
    },
    /// Access was lent to another program.
    Lent {
        /// Which program asked.
        consumer: String,
    },
    /// A rotation reached a step.
    Rotated {
        /// Which step.
        step: RotationMilestone,
    },
    /// The rotation of its app registration's client secret reached a step.
    SecretRotated {
        /// Which step.
        step: RotationMilestone,
    },
    /// It was revoked at the service.
    Revoked,
    /// Revoking at the service failed.
    RevokeFailed {
        /// In plain words.
        reason: String,
    },
    /// Revoking at the service was tried in vain for so long that only the user can do it now.
    RevocationGivenUp {
        /// Why the last try failed, in plain words.
        reason: String,
    },
    /// The user let a credential be that could not be revoked.
    RevocationForgotten,
    /// It was disconnected.
    Disconnected,
    /// A disconnect was undone.
    Restored,
    /// It was written into a sealed export.
    Exported {
        /// Whether its sign-in went with it and is not refreshed here any more.
        moved: bool,
        /// The last moment at which the file can be opened.
        ends_at: Timestamp,
    },
    /// A sealed export that was to be written was not: its sign-in is refreshed here as before.
    ExportWithdrawn,
    /// It came from a sealed export.
    Imported {
        /// When that was made.
        made_at: Timestamp,
    },
    /// A service accepted what came from an export, which was switched on.
    SwitchedOn,
    /// A sign-in that had moved away is refreshed here again, at its user's word.
    TakenBack,
    /// How the vault's key is kept was changed.
    ProtectionChanged {
        /// What was changed.
        change: ProtectionChange,
    },
    /// How the network is reached was changed.
    NetworkChanged {
        /// What was changed.
        change: NetworkChange,
    },
    /// A service sent an answer that was not as it should be.
    OddAnswer {
        /// What was odd, in plain words.
        what: String,
    },
    /// The entry cannot be read: somebody wrote over it, or a newer version of the program wrote it.
    Unreadable,
}

impl ActivityKind {
    /// Whether it tells how a refresh ended.
    #[must_use]
    pub fn is_of_refresh(&self) -> bool {
        matches!(
            self,
            Self::Refreshed { .. }
                | Self::RefreshPostponed { .. }
                | Self::ReconnectNeeded { .. }
                | Self::RefreshRecovered
        )
    }
}

/// Changes of how the vault's key is kept, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ProtectionChange {
    /// A recovery code was shown, and not yet switched on.
    RecoveryCodeShown,
    /// It was typed back and opens the vault from now on.
    RecoveryCodeSet,
    /// The recovery code does not open the vault any more.
    RecoveryCodeRemoved,
    /// The vault was opened with the recovery code.
    RecoveryCodeUsed,
    /// A passphrase opens the vault from now on.
    PassphraseSet,
    /// The passphrase does not open the vault any more.
    PassphraseRemoved,
    /// The key was put into the keyring.
    PutIntoKeyring,
    /// The key was taken out of the keyring.
    TakenFromKeyring,
    /// The master key was changed.
    MasterKeyChanged,
}

/// Changes of how the network is reached, for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "network", rename_all = "snake_case")]
pub enum NetworkChange {
    /// Another proxy, or none, is asked.
    Proxy {
        /// Host and port; None = the system's, or none.
        proxy: Option<String>,
    },
    /// Certificate authorities are trusted beside the system's.
    AuthoritiesTrusted {
        /// Whose certificates they are.
        subjects: Vec<String>,
    },
    /// Only the system's certificate authorities are trusted.
    AuthoritiesRemoved,
}

/// Steps of a rotation, for the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RotationMilestone {
    /// The service made the new one, which lies beside the old.
    Minted,
    /// The new one lies beside the old.
    Staged,
    /// The new one works.
    Verified,
    /// The new one is in use.
    Switched,
    /// The service refused the new one in use, so the old one is in use again.
    WentBack,
    /// The old one was switched off, which can be taken back.
    Deactivated,
    /// The old one was turned off.
    Revoked,
    /// The service refuses the old one.
    ProvedDead,
    /// The rotation was undone.
    Undone,
    /// It was a drill: the new one was tried and discarded.
    Rehearsed,
    /// It was a drill whose new one only its use could have tried: it was discarded unused.
    Untold,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refresh_is_read_as_earlier_versions_wrote_it_and_is_written_as_they_read_it() {
        let old: ActivityKind = serde_json::from_str(r#"{"kind":"refreshed"}"#).unwrap();
        assert_eq!(old, ActivityKind::Refreshed { took_ms: None });
        assert_eq!(serde_json::to_string(&old).unwrap(), r#"{"kind":"refreshed"}"#);
        let new = ActivityKind::Refreshed { took_ms: Some(412) };
        let written = serde_json::to_string(&new).unwrap();
        assert_eq!(serde_json::from_str::<ActivityKind>(&written).unwrap(), new);

        #[derive(Deserialize)]
        #[serde(tag = "kind", rename_all = "snake_case")]
        enum Earlier {
            Refreshed,
        }
        assert!(matches!(serde_json::from_str(&written), Ok(Earlier::Refreshed)));
    }
}
