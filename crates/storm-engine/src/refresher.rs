//! When what is due: one schedule, one sleep, wake-ups on a five-second grid.
//!
//! Every thirty seconds at most the wall clock is compared with the monotonic clock; a jump means that the computer slept or
//! its clock was set, and everything due is looked at again, staggered by what is needed first and by how many requests one
//! service may see at once. A service that is out of reach, as all are before the network is back, is asked by few again, and
//! soon; the others wait their turn without failing. So do all when the vault takes nothing.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::{
    Backoff, ErrorCode, Event, Failure, Integration, IntegrationId, Method, RefreshState, Timestamp, TokenLifetimes,
    TokenState, TransientKind, Trouble, VaultError,
};
use tokio::sync::Semaphore;

use crate::age::CLOCK_JUMP;
use crate::engine::{Engine, lock};
use crate::integration::BIN_TERM;
use crate::refresh::Wanted;

const CLOCK_CHECK: Duration = Duration::from_secs(30);
/// A token that lives shorter is over before it is of use; refreshing it at its end would be a loop.
const SHORTEST_USEFUL_LIFETIME: Duration = Duration::from_secs(10);
/// A grant whose access token does not end by itself is refreshed so often, lest it die of disuse. Most services do not say
/// when that would be; those that do count in months.
const KEEP_WARM_EVERY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const KEEP_WARM_JITTER: f64 = 0.1;
const VERIFY_KEYS_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const EMPTY_BIN_EVERY: Duration = Duration::from_secs(60 * 60);
const MOST_AT_ONE_SERVICE: usize = 4;
const MOST_AT_ONCE: usize = 8;

impl Engine {
    /// Runs until [`Engine::shut_down`]: refreshes what is due, verifies keys once a day, drops what dialogs left behind and what
    /// has lain in the bin for a day.
    pub async fn run_refresher(self: &Arc<Self>) -> Result<(), VaultError> {
        self.schedule_all().await?;
        let limits = Arc::new(Limits::default());
        let mut stopping = self.stopping.subscribe();
        let mut jumps = self.look_at_clocks();
        let mut bin_emptied = self.parts.clock.monotonic();
        loop {
            let now = self.now();
            self.held.expire(now);
            self.imports.expire(now);
            for id in self.schedule.take_due(now) {
                let (engine, limits) = (Arc::clone(self), Arc::clone(&limits));
                tokio::spawn(async move {
                    // Apart, so that a panic in it does not leave the integration taken for ever.
                    let work = tokio::spawn({
                        let engine = Arc::clone(&engine);
                        async move { engine.work_on(id, &limits).await }
                    });
                    if work.await.is_err() {
                        tracing::error!(integration = %id, "the work on what was due broke off; it is tried again");
                        engine.schedule.set(id, engine.now().after(Backoff::FIRST));
                    }
                    if engine.schedule.finish(id)
                        && let Ok(row) = engine.live(id).await
                    {
                        engine.schedule_next(&row);
                    }
                });
            }
            let jumps_before = std::mem::replace(&mut jumps, self.look_at_clocks());
            if jumps != jumps_before {
                tracing::info!("the clock jumped; everything due is looked at again");
                if let Err(error) = self.schedule_all().await {
                    tracing::warn!(%error, "the vault could not be read; the schedule stays as it was");
                }
            }
            let monotonic = self.parts.clock.monotonic();
            if monotonic.saturating_sub(bin_emptied) >= EMPTY_BIN_EVERY {
                bin_emptied = monotonic;
                if let Err(error) = self.empty_bin().await {
                    tracing::warn!(%error, "the bin was not emptied; a later hour will do");
                }
            }
            let pause = self.schedule.pause(now).map_or(CLOCK_CHECK, |pause| pause.min(CLOCK_CHECK));
            tokio::select! {
                () = self.parts.clock.sleep(pause) => {}
                () = self.schedule.changed() => {}
                _ = stopping.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }

    async fn schedule_all(&self) -> Result<(), VaultError> {
        self.vault().each_integration(&mut |row| self.schedule_next(&row)).await
    }

    /// Puts an integration where it belongs in the schedule.
    pub(crate) fn schedule_next(&self, row: &Integration) {
        match self.next_due(row) {
            Some(at) => self.schedule.set(row.id, at),
            None => self.schedule.remove(row.id),
        }
    }

    fn next_due(&self, row: &Integration) -> Option<Timestamp> {
        let is_exchanged = self.is_exchanged(row);
        let is_held_back = self.is_held_back(row.method) && !is_exchanged;
        if row.paused_at.is_some() || row.trashed_at.is_some() || is_held_back {
            return None;
        }
        let TokenState::Active { expires_at, refresh } = &row.state else { return None };
        let now = self.now();
        match (refresh, row.method) {
            (RefreshState::BackingOff { until, .. }, _) => Some(if self.is_pausing(*until) { *until } else { now }),
            _ if self.is_lasting(row) => {
                let last = row.last_verdict.as_ref().map_or(row.created_at, |record| record.at);
                let is_from_the_future = last > now.after(CLOCK_JUMP);
                Some(if is_from_the_future { now } else { last.after(VERIFY_KEYS_EVERY) })
            }
            (RefreshState::NotRefreshable, _) => *expires_at,
            (RefreshState::Idle | RefreshState::InFlight, _) => {
                let obtained_at = row.last_refreshed_at.unwrap_or(row.created_at);
                if !self.knows_age(row.id, obtained_at) {
                    return Some(now);
                }
                if expires_at.is_some_and(|end| end.since(obtained_at) < SHORTEST_USEFUL_LIFETIME) {
                    return Some(obtained_at.after(Backoff::FIRST));
                }
                let lifetimes = self.lifetimes_of(row);
                let due = |fraction| {
                    let before_it_ends =
                        expires_at.map(|end| lifetimes.refresh_policy.due_at(obtained_at, end, fraction));
                    let while_warm = keep_warm_by(obtained_at, *expires_at, lifetimes.refresh_idle, fraction);
                    before_it_ends.into_iter().chain(while_warm.filter(|_| !is_exchanged)).min()
                };
                // An unchanged token keeps its place; a new one gets a new jitter.
                let (earliest, latest) = (due(1.0), due(0.0));
                let known = self.schedule.due(row.id).filter(|at| earliest <= Some(*at) && Some(*at) <= latest);
                known.or_else(|| due(self.parts.entropy.fraction()))
            }
        }
    }

    fn lifetimes_of(&self, row: &Integration) -> TokenLifetimes {
        let connector = self.parts.catalogue.connector(&row.connector_id);
        let lifetimes = connector.and_then(|connector| match row.method {
            Method::OAuth => connector.oauth_service(&row.fields).ok().map(|service| service.lifetimes),
            Method::ServiceAccount => Some(connector.service_account_lifetimes()),
            Method::ApiKey => None,
        });
        lifetimes.unwrap_or_default()
    }

    async fn work_on(self: &Arc<Self>, id: IntegrationId, limits: &Limits) {
        let row = match self.live(id).await {
            Ok(row) => row,
            Err(Failure { code: ErrorCode::NotFound, .. }) => return,
            Err(_) => return self.schedule.set(id, self.now().after(Backoff::FIRST)),
        };
        let service = limits.service(self.host_of(&row));
        let _turn = limits.turn(&service).await;
        if *self.stopping.borrow() || row.paused_at.is_some() {
            return;
        }
        let monotonic = self.parts.clock.monotonic();
        if let Some(pause) = service.rest.left(monotonic).max(limits.of_vault.left(monotonic)) {
            return self.schedule.set(id, self.now().after(pause));
        }
        // Failures are written into the row and the log where they happen; here they only need no further handling.
        let outcome = if self.is_lasting(&row) {
            self.verify_integration(id).await.map(drop)
        } else if self.is_exchanged(&row) {
            self.exchanged.forget(id);
            self.exchange(&row).await.map(drop)
        } else {
            self.refresh_grant(id, Wanted::WhenDue).await.map(drop)
        };
        // A back-off that could not be written, on a full disk say, must not make the schedule spin.
        let earliest = match &outcome {
            Ok(()) => self.now(),
            Err(failure) => {
                tracing::info!(integration = %id, code = ?failure.code, "a scheduled refresh brought no token");
                if matches!(failure.code, ErrorCode::DiskFull | ErrorCode::VaultNotWritable) {
                    limits.of_vault.begin(self.parts.clock.monotonic());
                }
                self.now().after(Backoff::FIRST)
            }
        };
        match self.vault().integration(id).await {
            Ok(row) => {
                if outcome.is_err() && is_out_of_reach(&row.state) {
                    service.rest.begin(self.parts.clock.monotonic());
                }
                match self.next_due(&row) {
                    Some(at) => self.schedule.set(id, at.max(earliest)),
                    None => self.schedule.remove(id),
                }
            }
            Err(VaultError::NotFound) => {}
            Err(error) => {
                tracing::warn!(%error, integration = %id, "the vault could not be read; tried again soon");
                self.schedule.set(id, self.now().after(Backoff::FIRST));
            }
        }
    }

    /// Erases what has lain in the bin for a day.
    pub(crate) async fn empty_bin(&self) -> Result<(), VaultError> {
        let before = self.now().before(BIN_TERM);
        for row in self.vault().unsettled().await? {
            if row.trashed_at.is_some_and(|at| at < before) {
                self.vault().erase_integration(row.id).await?;
                self.parts.events.publish(Event::IntegrationChanged { id: row.id });
            }
        }
        Ok(())
    }
}

/// When a grant is refreshed so that it does not die of disuse; None = it is refreshed sooner in any case. Half of the time
/// that the service gives is left for days on which this computer is off.
fn keep_warm_by(
    obtained_at: Timestamp,
    expires_at: Option<Timestamp>,
    refresh_idle: Option<Duration>,
    jitter: f64,
) -> Option<Timestamp> {
    let unless_it_ends = expires_at.is_none().then_some(KEEP_WARM_EVERY);
    let term = refresh_idle.map(|idle| idle / 2).into_iter().chain(unless_it_ends).min()?;
    Some(obtained_at.after(term.mul_f64(1.0 - KEEP_WARM_JITTER * jitter)))
}

/// Whether it was not reached, or said nothing: so will whoever asks next.
fn is_out_of_reach(state: &TokenState) -> bool {
    let TokenState::Active { refresh: RefreshState::BackingOff { trouble, .. }, .. } = state else { return false };
    let unreached = [TransientKind::Dns, TransientKind::Connection, TransientKind::Timeout];
    matches!(trouble, Trouble::Service { kind } if unreached.contains(kind))
}

/// How many requests may be under way, in all and at one service.
struct Limits {
    all: Semaphore,
    of_vault: Rest,
    services: Mutex<HashMap<String, Arc<Service>>>,
}

struct Service {
    places: Semaphore,
    rest: Rest,
}

/// Until when something is left alone that just failed whoever asked it, by the monotonic clock.
#[derive(Default)]
struct Rest(Mutex<Duration>);

impl Rest {
    fn begin(&self, monotonic: Duration) {
        *lock(&self.0) = monotonic + Backoff::FIRST;
    }

    fn left(&self, monotonic: Duration) -> Option<Duration> {
        lock(&self.0).checked_sub(monotonic).filter(|left| !left.is_zero())
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: Semaphore::new(MOST_AT_ONCE), of_vault: Rest::default(), services: Mutex::default() }
    }
}

impl Limits {
    fn service(&self, name: String) -> Arc<Service> {
        let places = || Semaphore::new(MOST_AT_ONE_SERVICE);
        let service = || Arc::new(Service { places: places(), rest: Rest::default() });
        Arc::clone(lock(&self.services).entry(name).or_insert_with(service))
    }

    async fn turn<'a>(&'a self, service: &'a Service) -> impl Sized + 'a {
        // First the service's own place: a slow service must not hold places that others could use.
        let at_service = service.places.acquire().await.ok();
        (at_service, self.all.acquire().await.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_is_touched_long_before_it_would_die_of_disuse() {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let (start, end) = (Timestamp(0), Some(Timestamp(3_600_000)));
        let days = |by: Option<Timestamp>| by.map(|by| by.since(start).as_secs_f64() / DAY.as_secs_f64());
        assert_eq!(days(keep_warm_by(start, None, None, 0.0)), Some(7.0), "the service does not say");
        assert_eq!(days(keep_warm_by(start, None, Some(90 * DAY), 0.0)), Some(7.0));
        assert_eq!(days(keep_warm_by(start, None, Some(10 * DAY), 0.0)), Some(5.0));
        assert_eq!(days(keep_warm_by(start, None, Some(10 * DAY), 1.0)), Some(4.5));
        assert_eq!(
            days(keep_warm_by(start, end, Some(60 * DAY), 0.0)),
            Some(30.0),
            "a token that ends is refreshed by then"
        );
        assert_eq!(days(keep_warm_by(start, end, None, 0.0)), None);
    }
}
