//! Credentials that are still to be ended at their service, although their integrations are gone from here.
//!
//! The user asked for their end and the service did not confirm it. INVARIANT: until the service confirms it or the user lets
//! it be, such a credential stays known and is shown; giving up ends the tries, not the knowledge.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Backoff, Integration, RevocationId, Timestamp};

/// A credential whose end the service has not confirmed yet. The secret itself lies in the vault under the same id.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PendingRevocation {
    /// Stable id.
    pub id: RevocationId,
    /// The integration as it was: where its service is, and as whom it is asked.
    pub integration: Integration,
    /// When the user asked for the end.
    pub asked_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed, in plain words.
    pub reason: String,
    /// When it is tried again by itself; None = given up, so that only the user can do it.
    pub next_try_at: Option<Timestamp>,
}

impl PendingRevocation {
    /// How long it is tried by itself.
    pub const PATIENCE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

    /// After another try that failed at `now`. `is_final` = trying again would not help. `retry_after` is the service's own
    /// wish, `jitter` a fraction in 0..1.
    #[must_use]
    pub fn failed(
        self,
        reason: String,
        is_final: bool,
        retry_after: Option<Duration>,
        now: Timestamp,
        jitter: f64,
    ) -> Self {
        let tries = self.tries.saturating_add(1);
        let gives_up = is_final || self.asked_at.after(Self::PATIENCE) <= now;
        let next_try_at = (!gives_up).then(|| now.after(Backoff::pause(tries, retry_after, jitter)));
        Self { tries, reason, next_try_at, ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fields, IntegrationId, Method, TokenState};
    use uuid::Uuid;

    const ASKED: Timestamp = Timestamp(1_000_000);

    fn asked() -> PendingRevocation {
        let integration = Integration {
            id: IntegrationId(Uuid::nil()),
            revision: 1,
            name: "Billing".to_owned(),
            labels: Vec::new(),
            connector_id: "practice".to_owned(),
            method: Method::OAuth,
            fields: Fields::new(),
            registration_id: None,
            requested_scopes: Vec::new(),
            asked_scopes: None,
            granted_scopes: Vec::new(),
            account: None,
            state: TokenState::Disconnected,
            paused_at: None,
            hold: None,
            lending_allowed: false,
            replacement: crate::ReplacementPolicy::default(),
            last_verdict: None,
            last_refreshed_at: None,
            refresh_life: None,
            created_at: ASKED,
            trashed_at: None,
        };
        PendingRevocation {
            id: RevocationId(Uuid::nil()),
            integration,
            asked_at: ASKED,
            tries: 0,
            reason: String::new(),
            next_try_at: None,
        }
    }

    #[test]
    fn tries_follow_the_back_off_and_the_services_longer_wish() {
        let first = asked().failed("busy".into(), false, None, ASKED, 0.0);
        assert_eq!((first.tries, first.next_try_at), (1, Some(ASKED.after(Backoff::FIRST))));
        let second = first.failed("busy".into(), false, Some(Duration::from_secs(120)), ASKED, 0.0);
        assert_eq!((second.tries, second.next_try_at), (2, Some(ASKED.after(Duration::from_secs(120)))));
    }

    #[test]
    fn it_is_given_up_after_fourteen_days_and_at_a_final_refusal() {
        let last_moment = Timestamp(ASKED.after(PendingRevocation::PATIENCE).0 - 1);
        assert!(asked().failed("busy".into(), false, None, last_moment, 0.0).next_try_at.is_some());
        let too_long = ASKED.after(PendingRevocation::PATIENCE);
        assert_eq!(asked().failed("busy".into(), false, None, too_long, 0.0).next_try_at, None);
        assert_eq!(asked().failed("unsupported".into(), true, None, ASKED, 0.0).next_try_at, None);
    }
}
