//! Why an integration needs its user.

use serde::{Deserialize, Serialize};

use crate::{ProviderWords, Timestamp};

/// What broke off a refresh after it was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum InterruptedBy {
    /// The program ended between sending and storing.
    Crash,
    /// The computer slept.
    Sleep,
    /// The connection broke before the answer was complete.
    Network,
}

/// Why only the user can help. Each has a sentence in the UI that says what happened and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "reason", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReconnectReason {
    /// `invalid_grant` on the bytes we posted.
    GrantRefused {
        /// The service's own words, cleaned.
        words: ProviderWords,
    },
    /// The service wants the user to sign in or consent again (policy, MFA, new terms).
    InteractionRequired {
        /// The service's own words, cleaned.
        words: ProviderWords,
    },
    /// A refresh was broken off, and the service no longer takes the refresh token we have.
    RefreshInterrupted {
        /// When it was sent.
        at: Timestamp,
        /// By what.
        by: InterruptedBy,
    },
    /// It came from an export that left its sign-in where it was.
    SignInLeftBehind,
    /// An access token without a refresh token ended.
    AccessTokenEnded,
    /// Its record in the vault is damaged; the service was not asked.
    RecordDamaged,
    /// The service refused the key.
    KeyRefused {
        /// The service's own words, cleaned.
        words: ProviderWords,
    },
}
