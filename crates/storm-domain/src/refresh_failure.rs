//! What a failed token request means.
//!
//! INVARIANT: only [`RefreshFailure::GrantRefused`] and [`RefreshFailure::InteractionRequired`] may ever become a Reconnect.
//! Everything else keeps the grant: a proxy's 4xx, a wrong client secret or a full disk says nothing about it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// A provider's text, safe to show: at most 200 printable characters, no control or direction marks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProviderWords {
    /// The `error` code, such as `invalid_grant`.
    pub code: String,
    /// The `error_description`, or empty.
    pub description: String,
}

impl ProviderWords {
    /// Cleans both texts.
    #[must_use]
    pub fn cleaned(code: &str, description: &str) -> Self {
        Self { code: clean(code), description: clean(description) }
    }
}

fn clean(text: &str) -> String {
    const LONGEST_SHOWN: usize = 200;
    let direction_mark =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.chars().filter(|c| !c.is_control() && !direction_mark(*c)).take(LONGEST_SHOWN).collect()
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// The service cannot have seen it: DNS, refused connection, TLS.
    NotSent,
    /// It may have been acted upon, but no whole answer came back.
    Ambiguous,
    /// A whole answer came back.
    Answered,
}

/// A token request that brought no whole answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SendFailure {
    /// `NotSent` or `Ambiguous`.
    pub delivery: Delivery,
    /// What went wrong.
    pub kind: TransientKind,
}

/// Passing trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TransientKind {
    /// The host name was not found.
    Dns,
    /// The connection was refused or broke.
    Connection,
    /// The certificate was not accepted.
    Tls,
    /// No answer within the deadline.
    Timeout,
    /// The answer went past 1 MiB.
    TooLarge,
    /// A redirect, which is never followed with a refresh token in hand.
    Redirected,
    /// A status such as 429 or 503.
    ServiceBusy,
    /// An answer that holds neither a token nor an OAuth error: a proxy's page, a captive portal.
    NotAnAnswer,
    /// The answer to an earlier part of the exchange could not be used.
    UnusableToken,
    /// The ID token beside the access token does not hold, so neither is believed.
    IdTokenRefused,
    /// The app registration's private key or certificate cannot be used, so nothing was sent.
    ClientKey,
}

/// Why a refresh did not bring an access token.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RefreshFailure {
    /// The grant is over (RFC 6749 §5.2 `invalid_grant`, or a connector's alias for it).
    GrantRefused(ProviderWords),
    /// `interaction_required`, `consent_required`, `login_required`.
    InteractionRequired(ProviderWords),
    /// `invalid_client`, `unauthorized_client`: the app registration is wrong, the grant may be fine.
    RegistrationRefused(ProviderWords),
    /// `invalid_scope`, `unsupported_grant_type`, `invalid_request`: the request is wrong, the grant may be fine.
    RequestRefused(ProviderWords),
    /// Passing trouble: keep, back off, try again.
    Transient {
        /// How far the request came.
        delivery: Delivery,
        /// What went wrong.
        kind: TransientKind,
        /// The service's own wish, already clamped to an hour.
        retry_after: Option<Duration>,
    },
    /// The vault could not promise to keep the answer, so nothing was sent.
    NotPrepared,
    /// An answer came and lies in its landing slot, but could not be committed.
    NotStored,
}

impl From<SendFailure> for RefreshFailure {
    fn from(SendFailure { delivery, kind }: SendFailure) -> Self {
        match kind {
            TransientKind::ClientKey => Self::RegistrationRefused(ProviderWords::cleaned(
                "client_key_not_usable",
                "The app registration's private key or certificate cannot be used.",
            )),
            kind => Self::Transient { delivery, kind, retry_after: None },
        }
    }
}

impl RefreshFailure {
    /// Whether only the user can bring a grant back after it.
    #[must_use]
    pub fn ends_grant(&self) -> bool {
        matches!(self, Self::GrantRefused(_) | Self::InteractionRequired(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provider_words_lose_control_and_direction_marks_and_stay_short() {
        let words = ProviderWords::cleaned("invalid\u{1b}[31m_grant", &"\u{202e}evil".repeat(100));
        assert_eq!(words.code, "invalid[31m_grant");
        assert_eq!(words.description.chars().count(), 200);
        assert!(!words.description.contains('\u{202e}'));
    }
}
