//! Looking into the activity log: a part of it by sequence, with the links that make it a chain, and its topics.

use serde::{Deserialize, Serialize};

use crate::{ActivityEntry, ActivityKind, IntegrationId, Timestamp, Verdict};

/// A part of the log, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ActivityPortion {
    /// Of one integration; None = of all, the program's own entries too.
    pub integration_id: Option<IntegrationId>,
    /// Nothing that happened before.
    pub since: Option<Timestamp>,
    /// Only entries before this sequence.
    pub before: Option<u64>,
    /// Only entries after this sequence.
    pub after: Option<u64>,
    /// At most so many: the newest of them.
    pub limit: u32,
}

/// An entry as it hangs in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkedActivity {
    /// What it says.
    pub entry: ActivityEntry,
    /// The text that its link covers, beside sequence, time, integration and name.
    pub content: String,
    /// Its predecessor's link, as stored.
    pub previous: Vec<u8>,
    /// Its own link, as stored.
    pub link: Vec<u8>,
}

/// What people look for in the log. An entry may belong to several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ActivityTopic {
    /// What was added, connected or reconnected, or asks for it.
    SignIn,
    /// Refreshes of tokens.
    Refresh,
    /// Verifications.
    Verification,
    /// Rotations of keys and client secrets.
    Rotation,
    /// What was lent to other programs, and whether it may be.
    Lending,
    /// What was removed, brought back or revoked.
    Removal,
    /// What went wrong or needed somebody.
    Trouble,
    /// Changes that the user made: names, pauses, lending, the network, the ways into the vault.
    Settings,
}

impl ActivityTopic {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::SignIn,
        Self::Refresh,
        Self::Verification,
        Self::Rotation,
        Self::Lending,
        Self::Removal,
        Self::Trouble,
        Self::Settings,
    ];

    /// As it is typed and written.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Refresh => "refresh",
            Self::Verification => "verification",
            Self::Rotation => "rotation",
            Self::Lending => "lending",
            Self::Removal => "removal",
            Self::Trouble => "trouble",
            Self::Settings => "settings",
        }
    }

    /// The topic of this [`word`](Self::word).
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|topic| topic.word() == word)
    }

    /// Whether an entry of this kind belongs to it.
    #[must_use]
    pub fn takes(self, what: &ActivityKind) -> bool {
        of(what).contains(&self)
    }
}

fn of(what: &ActivityKind) -> &'static [ActivityTopic] {
    use ActivityTopic::{Lending, Refresh, Removal, Rotation, Settings, SignIn, Trouble, Verification};
    match what {
        ActivityKind::Added | ActivityKind::Connected { .. } | ActivityKind::TakenBack => &[SignIn],
        ActivityKind::AuthorizationFailed { .. } | ActivityKind::ReconnectNeeded { .. } => &[SignIn, Trouble],
        ActivityKind::Refreshed { .. } | ActivityKind::RefreshRecovered => &[Refresh],
        ActivityKind::RefreshPostponed { .. } => &[Refresh, Trouble],
        ActivityKind::Verified { verdict: Verdict::Works { .. } } | ActivityKind::SwitchedOn => &[Verification],
        ActivityKind::Verified { .. } => &[Verification, Trouble],
        ActivityKind::Renamed { .. }
        | ActivityKind::Paused
        | ActivityKind::Resumed
        | ActivityKind::Exported { .. }
        | ActivityKind::ExportWithdrawn
        | ActivityKind::Imported { .. }
        | ActivityKind::ProtectionChanged { .. }
        | ActivityKind::NetworkChanged { .. } => &[Settings],
        ActivityKind::LendingSwitched { .. } => &[Lending, Settings],
        ActivityKind::Lent { .. } => &[Lending],
        ActivityKind::Rotated { .. } | ActivityKind::SecretRotated { .. } => &[Rotation],
        ActivityKind::Revoked
        | ActivityKind::RevocationForgotten
        | ActivityKind::Disconnected
        | ActivityKind::Restored => &[Removal],
        ActivityKind::RevokeFailed { .. } | ActivityKind::RevocationGivenUp { .. } => &[Removal, Trouble],
        ActivityKind::OddAnswer { .. } | ActivityKind::Unreadable => &[Trouble],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_is_found_by_its_word_which_is_also_how_it_is_written() {
        for topic in ActivityTopic::ALL {
            assert_eq!(ActivityTopic::of_word(topic.word()), Some(topic));
            assert_eq!(serde_json::to_value(topic).unwrap(), topic.word());
        }
        assert_eq!(ActivityTopic::of_word("everything"), None);
    }

    #[test]
    fn what_went_wrong_is_found_under_trouble_and_under_its_own_topic() {
        let refused = ActivityKind::Verified { verdict: Verdict::Refused { reason: String::new() } };
        assert!(ActivityTopic::Trouble.takes(&refused) && ActivityTopic::Verification.takes(&refused));
        let works = ActivityKind::Verified { verdict: Verdict::Works { account: None } };
        assert!(!ActivityTopic::Trouble.takes(&works) && ActivityTopic::Verification.takes(&works));
        assert!(ActivityTopic::Lending.takes(&ActivityKind::Lent { consumer: String::new() }));
        assert!(!ActivityTopic::Refresh.takes(&ActivityKind::Added));
    }
}
