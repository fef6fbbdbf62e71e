//! Verifying without anybody asking: each credential once in a while, as often as its user wishes.
//!
//! INVARIANT: trouble that passes wakes nobody. A service that cannot be reached is asked again within the hour, and what was last said
//! of the credential stands meanwhile; only when a whole interval went by in vain is it said that it could not be verified. What is
//! paused, held, given up by its service or backing off is left alone, and refreshing always comes first.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::{
    Backoff, ErrorCode, Failure, Integration, IntegrationId, RefreshState, Timestamp, TokenState, Verdict,
};

use crate::age::CLOCK_JUMP;
use crate::engine::{Engine, lock};
use crate::refresher::Limits;

/// Up to so much earlier, so that what was connected together is not tried together for ever.
const JITTER: f64 = 0.1;
/// When a service that could not be reached is asked again.
const AGAIN_AFTER: Duration = Backoff::LONGEST;
/// How long a verification waits for a refresh that is under way; the end of that brings it sooner.
const REFRESH_FIRST: Duration = Backoff::FIRST;

impl Engine {
    /// When a credential is verified next; None = only when somebody asks.
    pub(crate) fn next_verification(&self, row: &Integration) -> Option<Timestamp> {
        let wished = self.timing().verification.interval()?;
        let is_held_back = self.is_held_back(row.method) && !self.is_exchanged(row);
        if row.paused_at.is_some() || row.trashed_at.is_some() || is_held_back {
            return None;
        }
        let TokenState::Active { refresh, .. } = &row.state else { return None };
        if matches!(refresh, RefreshState::BackingOff { .. }) {
            return None;
        }
        let (last, is_answered) = last_verdict(row);
        let now = self.now();
        if last > now.after(CLOCK_JUMP) {
            return Some(now); // the clock was ahead
        }
        let interval = if is_answered { self.own_interval(row).unwrap_or(wished) } else { AGAIN_AFTER };
        let due = |fraction: f64| last.after(interval.mul_f64(1.0 - JITTER * fraction));
        // What was planned keeps its place; another verdict, or another interval, gets a new jitter.
        let (earliest, latest) = (due(1.0), due(0.0));
        let known = self.verifications.due(row.id).filter(|at| earliest <= *at && *at <= latest);
        let planned = known.unwrap_or_else(|| due(self.parts.entropy.fraction()));
        let unreached = lock(&self.unreached).get(&row.id).copied().filter(|tried| *tried <= now);
        Some(unreached.map_or(planned, |tried| planned.max(tried.after(AGAIN_AFTER))))
    }

    /// How often the connector wants it.
    fn own_interval(&self, row: &Integration) -> Option<Duration> {
        self.parts.catalogue.connector(&row.connector_id)?.verification_interval(row.method)
    }

    /// Verifies what is due, when it is its turn.
    pub(crate) async fn verify_when_due(self: &Arc<Self>, id: IntegrationId, limits: &Limits) {
        let row = match self.live(id).await {
            Ok(row) => row,
            Err(Failure { code: ErrorCode::NotFound, .. }) => return,
            Err(_) => return self.verifications.set(id, self.now().after(Backoff::FIRST)),
        };
        let service = limits.service(self.host_of(&row));
        let _turn = limits.turn_to_verify(&service).await;
        // The turn may have come late.
        let Ok(row) = self.live(id).await else { return };
        if *self.stopping.borrow() || self.next_verification(&row).is_none_or(|at| at > self.now()) {
            return self.schedule_next(&row);
        }
        // One refresh, not two: what is about to be refreshed is verified with the token that comes of it.
        if self.schedule.is_under_way(id, self.now()) {
            return self.verifications.set(id, self.now().after(REFRESH_FIRST));
        }
        if let Some(pause) = service.rest_of_verifying(self.parts.clock.monotonic()) {
            return self.verifications.set(id, self.now().after(pause));
        }
        if !self.verify_on_schedule(&row).await {
            service.begin_rest_of_verifying(self.parts.clock.monotonic());
        }
        if let Ok(row) = self.vault().integration(id).await {
            self.schedule_next(&row);
        }
    }

    /// Whether a verification was put off for a refresh.
    pub(crate) fn awaits_refresh(&self, id: IntegrationId) -> bool {
        self.verifications.due(id).is_some_and(|at| at <= self.now().after(REFRESH_FIRST))
    }

    /// Whether the service said something of the credential, or there is nothing to ask it.
    async fn verify_on_schedule(&self, row: &Integration) -> bool {
        // What a service offers nothing to ask for is proved by its refreshes.
        if !matches!(self.verify_request(row), Ok(Some(_))) {
            self.note_unreached(row.id);
            return true;
        }
        let verdict = match self.verdict_now(row.id).await {
            Ok((row, verdict)) if !matches!(verdict, Verdict::CouldNotReach { .. }) || self.is_worth_telling(&row) => {
                self.settle_verdict(&row, &verdict).await.map(|()| verdict)
            }
            Ok((_, verdict)) => Ok(verdict),
            Err(failure) => Err(failure),
        };
        let is_said = match &verdict {
            Ok(verdict) => !matches!(verdict, Verdict::CouldNotReach { .. }),
            Err(failure) => {
                tracing::info!(integration = %row.id, code = ?failure.code, "a scheduled verification brought no verdict");
                false
            }
        };
        if is_said {
            lock(&self.unreached).remove(&row.id);
        } else {
            self.note_unreached(row.id);
        }
        is_said
    }

    fn note_unreached(&self, id: IntegrationId) {
        lock(&self.unreached).insert(id, self.now());
    }

    /// Whether the last verdict is so old that a second one of its kind is missing.
    fn is_worth_telling(&self, row: &Integration) -> bool {
        let (last, is_answered) = last_verdict(row);
        let interval = self.own_interval(row).or(self.timing().verification.interval());
        is_answered && interval.is_some_and(|interval| last.after(interval * 2) <= self.now())
    }
}

/// When a credential was tried last, and whether its service said something of it then.
fn last_verdict(row: &Integration) -> (Timestamp, bool) {
    match &row.last_verdict {
        Some(record) => (record.at, !matches!(record.verdict, Verdict::CouldNotReach { .. })),
        None => (row.created_at, true),
    }
}
