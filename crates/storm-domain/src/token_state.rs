//! Where an integration's token stands, as a machine.
//!
//! INVARIANT: no event but a refusal of the grant itself, or a record that does not open, leads to `NeedsReconnect`, and an
//! unfinished authorization never changes what worked before it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Backoff, ReconnectReason, RefreshFailure, Timestamp};

/// Where the token stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum TokenState {
    /// Set up, but never connected, or disconnected.
    Disconnected,
    /// The first authorization is under way.
    Authorizing,
    /// Usable.
    Active {
        /// End of the access token; None = unknown or none.
        expires_at: Option<Timestamp>,
        /// Where refreshing stands.
        refresh: RefreshState,
    },
    /// Only the user can help.
    NeedsReconnect {
        /// Why.
        reason: ReconnectReason,
        /// Since when.
        since: Timestamp,
    },
    /// Revoked at the service by us.
    Revoked,
}

/// Where refreshing stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "refresh", rename_all = "snake_case")]
pub enum RefreshState {
    /// Nothing to refresh with.
    NotRefreshable,
    /// Waiting for its time.
    Idle,
    /// On its way.
    InFlight,
    /// Failed for now.
    BackingOff {
        /// Failures in a row.
        failures: u32,
        /// When it is tried again.
        until: Timestamp,
        /// In plain words, for the page.
        trouble: Trouble,
    },
}

/// What keeps a refresh from working for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "trouble", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Trouble {
    /// The service cannot be reached or is busy.
    Service {
        /// What went wrong.
        kind: crate::TransientKind,
    },
    /// The app registration is refused; the user can mend it without reconnecting.
    Registration {
        /// The service's own words.
        words: crate::ProviderWords,
    },
    /// The request is refused.
    Request {
        /// The service's own words.
        words: crate::ProviderWords,
    },
    /// The vault cannot be written.
    Vault,
}

/// What happens to a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenEvent {
    /// The browser was opened.
    AuthorizationBegun,
    /// The user gave up, denied, or ran out of time.
    AuthorizationAbandoned,
    /// A credential was saved: a key, a first grant, a key file, a reconnect.
    CredentialSaved {
        /// End of its access token.
        expires_at: Option<Timestamp>,
        /// Whether it can be refreshed.
        refreshable: bool,
    },
    /// A token request was sent.
    RefreshBegun,
    /// A new access token is stored.
    RefreshSucceeded {
        /// Its end.
        expires_at: Option<Timestamp>,
        /// Whether it can be refreshed again.
        refreshable: bool,
    },
    /// A token request failed. `jitter` is a fraction in 0..1.
    RefreshFailed {
        /// Why.
        failure: RefreshFailure,
        /// Spread of the back-off.
        jitter: u16,
    },
    /// The refresh was broken off after sending, and the service then refused the refresh token.
    InterruptionProved {
        /// What the user is told.
        reason: ReconnectReason,
    },
    /// An access token without a refresh token ended.
    AccessTokenEnded,
    /// The service refused the key or key file itself. Never sent for an OAuth grant: its access token may only have ended.
    CredentialRefused {
        /// The service's own words.
        words: crate::ProviderWords,
    },
    /// The credential's record in the vault does not open.
    RecordDamaged,
    /// A verification was accepted.
    CredentialAccepted,
    /// Revoked at the service on the user's wish.
    RevokedByUser,
}

impl TokenState {
    /// The state after `event`. An event that does not fit leaves the state as it is.
    #[must_use]
    pub fn step(self, event: TokenEvent, now: Timestamp) -> Self {
        match (self, event) {
            (Self::Disconnected | Self::Revoked, TokenEvent::AuthorizationBegun) => Self::Authorizing,
            (Self::Authorizing, TokenEvent::AuthorizationAbandoned) => Self::Disconnected,
            (
                _,
                TokenEvent::CredentialSaved { expires_at, refreshable }
                | TokenEvent::RefreshSucceeded { expires_at, refreshable },
            ) => Self::Active { expires_at, refresh: RefreshState::of(refreshable) },
            (Self::Active { expires_at, refresh }, TokenEvent::RefreshBegun)
                if refresh != RefreshState::NotRefreshable =>
            {
                Self::Active { expires_at, refresh: RefreshState::InFlight }
            }
            (Self::Active { expires_at, refresh }, TokenEvent::RefreshFailed { failure, jitter }) => {
                Self::after_failure(expires_at, &refresh, failure, f64::from(jitter) / f64::from(u16::MAX), now)
            }
            (Self::Active { .. }, TokenEvent::InterruptionProved { reason }) => {
                Self::NeedsReconnect { reason, since: now }
            }
            (Self::Active { refresh: RefreshState::NotRefreshable, .. }, TokenEvent::AccessTokenEnded) => {
                Self::NeedsReconnect { reason: ReconnectReason::AccessTokenEnded, since: now }
            }
            (Self::Active { .. }, TokenEvent::CredentialRefused { words }) => {
                Self::NeedsReconnect { reason: ReconnectReason::KeyRefused { words }, since: now }
            }
            (Self::Active { .. }, TokenEvent::RecordDamaged) => {
                Self::NeedsReconnect { reason: ReconnectReason::RecordDamaged, since: now }
            }
            (
                Self::NeedsReconnect { reason: ReconnectReason::KeyRefused { .. }, .. },
                TokenEvent::CredentialAccepted,
            ) => Self::Active { expires_at: None, refresh: RefreshState::NotRefreshable },
            (_, TokenEvent::RevokedByUser) => Self::Revoked,
            (state, _) => state,
        }
    }

    fn after_failure(
        expires_at: Option<Timestamp>,
        refresh: &RefreshState,
        failure: RefreshFailure,
        jitter: f64,
        now: Timestamp,
    ) -> Self {
        let (trouble, retry_after) = match failure {
            RefreshFailure::GrantRefused(words) => {
                return Self::NeedsReconnect { reason: ReconnectReason::GrantRefused { words }, since: now };
            }
            RefreshFailure::InteractionRequired(words) => {
                return Self::NeedsReconnect { reason: ReconnectReason::InteractionRequired { words }, since: now };
            }
            RefreshFailure::RegistrationRefused(words) => (Trouble::Registration { words }, Some(Backoff::LONGEST)),
            RefreshFailure::RequestRefused(words) => (Trouble::Request { words }, Some(Backoff::LONGEST)),
            RefreshFailure::Transient { kind, retry_after, .. } => (Trouble::Service { kind }, retry_after),
            RefreshFailure::NotPrepared | RefreshFailure::NotStored => (Trouble::Vault, None::<Duration>),
        };
        let failures = refresh.failures().saturating_add(1);
        let until = now.after(Backoff::pause(failures, retry_after, jitter));
        Self::Active { expires_at, refresh: RefreshState::BackingOff { failures, until, trouble } }
    }

    /// What is left of a state that was written before the program ended: nothing is in flight any more.
    #[must_use]
    pub fn settled(self) -> Self {
        match self {
            Self::Active { expires_at, refresh: RefreshState::InFlight } => {
                Self::Active { expires_at, refresh: RefreshState::Idle }
            }
            Self::Authorizing => Self::Disconnected,
            state => state,
        }
    }
}

impl RefreshState {
    fn of(refreshable: bool) -> Self {
        if refreshable { Self::Idle } else { Self::NotRefreshable }
    }

    fn failures(&self) -> u32 {
        match self {
            Self::BackingOff { failures, .. } => *failures,
            Self::NotRefreshable | Self::Idle | Self::InFlight => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Delivery, ProviderWords, TransientKind};
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp(1_000_000);

    fn words() -> ProviderWords {
        ProviderWords::cleaned("code", "text")
    }

    fn active(refresh: RefreshState) -> TokenState {
        TokenState::Active { expires_at: Some(NOW), refresh }
    }

    fn failed(failure: RefreshFailure) -> TokenEvent {
        TokenEvent::RefreshFailed { failure, jitter: 0 }
    }

    fn transient() -> RefreshFailure {
        RefreshFailure::Transient { delivery: Delivery::Answered, kind: TransientKind::ServiceBusy, retry_after: None }
    }

    #[test]
    fn the_table_of_transitions() {
        let idle = || active(RefreshState::Idle);
        let table = [
            (TokenState::Disconnected, TokenEvent::AuthorizationBegun, TokenState::Authorizing),
            (TokenState::Authorizing, TokenEvent::AuthorizationAbandoned, TokenState::Disconnected),
            (idle(), TokenEvent::AuthorizationBegun, idle()),
            (idle(), TokenEvent::AuthorizationAbandoned, idle()),
            (TokenState::Authorizing, TokenEvent::CredentialSaved { expires_at: Some(NOW), refreshable: true }, idle()),
            (idle(), TokenEvent::RefreshBegun, active(RefreshState::InFlight)),
            (active(RefreshState::NotRefreshable), TokenEvent::RefreshBegun, active(RefreshState::NotRefreshable)),
            (
                active(RefreshState::InFlight),
                TokenEvent::RefreshSucceeded { expires_at: Some(NOW), refreshable: true },
                idle(),
            ),
            (idle(), TokenEvent::AccessTokenEnded, idle()),
            (idle(), TokenEvent::RevokedByUser, TokenState::Revoked),
            (
                active(RefreshState::InFlight),
                failed(RefreshFailure::GrantRefused(words())),
                TokenState::NeedsReconnect { reason: ReconnectReason::GrantRefused { words: words() }, since: NOW },
            ),
            (
                active(RefreshState::NotRefreshable),
                TokenEvent::CredentialRefused { words: words() },
                TokenState::NeedsReconnect { reason: ReconnectReason::KeyRefused { words: words() }, since: NOW },
            ),
        ];
        for (state, event, expected) in table {
            let shown = format!("{state:?} on {event:?}");
            assert_eq!(state.step(event, NOW), expected, "{shown}");
        }
    }

    #[test]
    fn failures_in_a_row_back_off_further_and_a_success_forgets_them() {
        let first = active(RefreshState::InFlight).step(failed(transient()), NOW);
        let TokenState::Active { refresh: RefreshState::BackingOff { failures: 1, until, .. }, .. } = &first else {
            panic!("{first:?}");
        };
        assert_eq!(until.since(NOW), Duration::from_secs(30));
        let second = first.step(failed(transient()), NOW);
        let TokenState::Active { refresh: RefreshState::BackingOff { failures: 2, until, .. }, .. } = &second else {
            panic!("{second:?}");
        };
        assert_eq!(until.since(NOW), Duration::from_secs(60));
        assert_eq!(
            second.step(TokenEvent::RefreshSucceeded { expires_at: Some(NOW), refreshable: true }, NOW),
            active(RefreshState::Idle)
        );
    }

    #[test]
    fn a_wrong_client_secret_keeps_the_grant() {
        let state = active(RefreshState::InFlight).step(failed(RefreshFailure::RegistrationRefused(words())), NOW);
        assert!(matches!(
            state,
            TokenState::Active { refresh: RefreshState::BackingOff { trouble: Trouble::Registration { .. }, .. }, .. }
        ));
    }

    proptest! {
        #[test]
        fn only_a_refusal_of_the_grant_needs_the_user(kind in 0usize..5, failures in 0u32..100) {
            let failure = match kind {
                0 => transient(),
                1 => RefreshFailure::NotPrepared,
                2 => RefreshFailure::NotStored,
                3 => RefreshFailure::RegistrationRefused(words()),
                _ => RefreshFailure::RequestRefused(words()),
            };
            let before = active(RefreshState::BackingOff { failures, until: NOW, trouble: Trouble::Vault });
            let stays_active = matches!(before.step(failed(failure), NOW), TokenState::Active { .. });
            prop_assert!(stays_active);
        }
    }
}
