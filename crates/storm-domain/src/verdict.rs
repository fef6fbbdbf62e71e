//! The outcome of verifying a credential with one cheap authenticated request.

use serde::{Deserialize, Serialize};

use crate::{Account, Timestamp};

/// Four outcomes; only one of them means that the credential is dead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum Verdict {
    /// The service accepted it.
    Works {
        /// Who it belongs to, when the service says.
        account: Option<Account>,
    },
    /// The service knows the credential, but it may not do what was asked.
    WorksWithout {
        /// Who it belongs to, when the service says.
        account: Option<Account>,
        /// What it may not do, in the service's or the connector's words.
        missing: String,
    },
    /// The service refused the credential.
    Refused {
        /// In plain words.
        reason: String,
    },
    /// No answer that says anything about the credential.
    CouldNotReach {
        /// In plain words.
        reason: String,
    },
}

impl Verdict {
    /// Whether the service accepted the credential, fully or in part.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Works { .. } | Self::WorksWithout { .. })
    }

    /// The account the service named.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        match self {
            Self::Works { account } | Self::WorksWithout { account, .. } => account.as_ref(),
            Self::Refused { .. } | Self::CouldNotReach { .. } => None,
        }
    }
}

/// A verdict and when it was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct VerdictRecord {
    /// The outcome.
    pub verdict: Verdict,
    /// When.
    pub at: Timestamp,
}
