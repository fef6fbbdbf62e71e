//! When what is due: one schedule of refreshes and one of verifications, one sleep, wake-ups on a five-second grid.
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

use crate::engine::{Engine, lock};
use crate::integration::BIN_TERM;
use crate::refresh::Wanted;
use crate::schedule::Schedule;

const CLOCK_CHECK: Duration = Duration::from_secs(30);
/// A token that lives shorter is over before it is of use; refreshing it at its end would be a loop.
const SHORTEST_USEFUL_LIFETIME: Duration = Duration::from_secs(10);
/// A grant whose access token does not end by itself is refreshed so often, lest it die of disuse. Most services do not say
/// when that would be; those that do count in months.
const KEEP_WARM_EVERY: Duration = Duration::from_secs(7 * 24 * 60 * 60);
const KEEP_WARM_JITTER: f64 = 0.1;
const EMPTY_BIN_EVERY: Duration = Duration::from_secs(60 * 60);
const MOST_AT_ONE_SERVICE: usize = 4;
const MOST_AT_ONCE: usize = 8;
/// Nobody waits for a verification, so few of them are under way, and always with room left for what is refreshed.
const MOST_VERIFIED_AT_ONCE: usize = 2;

/// What is due.
#[derive(Clone, Copy)]
enum Task {
    Refresh,
    Verify,
}

impl Engine {
    /// Runs until [`Engine::shut_down`]: refreshes and verifies what is due, drops what dialogs left behind and what has lain in the
    /// bin for a day.
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
            for task in [Task::Refresh, Task::Verify] {
                for id in self.schedule_of(task).take_due(now) {
                    self.take_up(task, id, &limits);
                }
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
            let next = self.schedule.pause(now).into_iter().chain(self.verifications.pause(now)).min();
            let pause = next.map_or(CLOCK_CHECK, |pause| pause.min(CLOCK_CHECK));
            tokio::select! {
                () = self.parts.clock.sleep(pause) => {}
                () = self.schedule.changed() => {}
                () = self.verifications.changed() => {}
                _ = stopping.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }

    fn schedule_of(&self, task: Task) -> &Schedule {
        match task {
            Task::Refresh => &self.schedule,
            Task::Verify => &self.verifications,
        }
    }

    /// Works on what was taken from its schedule, beside everything else.
    fn take_up(self: &Arc<Self>, task: Task, id: IntegrationId, limits: &Arc<Limits>) {
        let (engine, limits) = (Arc::clone(self), Arc::clone(limits));
        tokio::spawn(async move {
            // Apart, so that a panic in it does not leave the integration taken for ever.
            let work = tokio::spawn({
                let engine = Arc::clone(&engine);
                async move {
                    match task {
                        Task::Refresh => engine.work_on(id, &limits).await,
                        Task::Verify => engine.verify_when_due(id, &limits).await,
                    }
                }
            });
            if work.await.is_err() {
                tracing::error!(integration = %id, "the work on what was due broke off; it is tried again");
                engine.schedule_of(task).set(id, engine.now().after(Backoff::FIRST));
            }
            let is_due_again = engine.schedule_of(task).finish(id);
            let is_awaited = matches!(task, Task::Refresh) && engine.awaits_refresh(id);
            if (is_due_again || is_awaited)
                && let Ok(row) = engine.live(id).await
            {
                match is_due_again {
                    true => engine.schedule_next(&row),
                    false => engine.verifications.put(id, engine.next_verification(&row)),
                }
            }
        });
    }

    pub(crate) async fn schedule_all(&self) -> Result<(), VaultError> {
        self.vault().each_integration(&mut |row| self.schedule_next(&row)).await
    }

    /// Puts an integration where it belongs in the schedules.
    pub(crate) fn schedule_next(&self, row: &Integration) {
        self.schedule.put(row.id, self.next_due(row));
        self.verifications.put(row.id, self.next_verification(row));
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
            _ if self.is_lasting(row) => None, // it does not end by itself
            (RefreshState::NotRefreshable, _) => *expires_at,
            (RefreshState::Idle | RefreshState::InFlight, _) => {
                let obtained_at = row.last_refreshed_at.unwrap_or(row.created_at);
                if !self.knows_age(row.id, obtained_at) {
                    return Some(now);
                }
                if expires_at.is_some_and(|end| end.since(obtained_at) < SHORTEST_USEFUL_LIFETIME) {
                    return Some(obtained_at.after(Backoff::FIRST));
                }
                let (lifetimes, wish) = (self.lifetimes_of(row), self.timing().refresh);
                let is_kept_warm = wish.keep_warm && !is_exchanged;
                let due = |fraction| {
                    let policy = lifetimes.refresh_policy;
                    let before_it_ends = expires_at.map(|end| policy.due_at(wish.margin, obtained_at, end, fraction));
                    let while_warm = keep_warm_by(obtained_at, *expires_at, lifetimes.refresh_idle, fraction);
                    before_it_ends.into_iter().chain(while_warm.filter(|_| is_kept_warm)).min()
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
            Method::OAuth => connector
                .refresh_lifetimes(&row.fields)
                .or_else(|| connector.oauth_service(&row.fields).ok().map(|service| service.lifetimes)),
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
        let outcome = if self.is_exchanged(&row) {
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
                self.schedule.put(id, self.next_due(&row).map(|at| at.max(earliest)));
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
pub(crate) struct Limits {
    all: Semaphore,
    verifying: Semaphore,
    of_vault: Rest,
    services: Mutex<HashMap<String, Arc<Service>>>,
}

pub(crate) struct Service {
    places: Semaphore,
    rest: Rest,
    of_verifying: Rest,
}

impl Service {
    /// How long nothing is verified there, because it just said nothing.
    pub(crate) fn rest_of_verifying(&self, monotonic: Duration) -> Option<Duration> {
        self.rest.left(monotonic).max(self.of_verifying.left(monotonic))
    }

    pub(crate) fn begin_rest_of_verifying(&self, monotonic: Duration) {
        self.of_verifying.begin(monotonic);
    }
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
        let [all, verifying] = [MOST_AT_ONCE, MOST_VERIFIED_AT_ONCE].map(Semaphore::new);
        Self { all, verifying, of_vault: Rest::default(), services: Mutex::default() }
    }
}

impl Limits {
    pub(crate) fn service(&self, name: String) -> Arc<Service> {
        let places = || Semaphore::new(MOST_AT_ONE_SERVICE);
        let service = || Arc::new(Service { places: places(), rest: Rest::default(), of_verifying: Rest::default() });
        Arc::clone(lock(&self.services).entry(name).or_insert_with(service))
    }

    pub(crate) async fn turn_to_verify<'a>(&'a self, service: &'a Service) -> impl Sized + 'a {
        // First the place among verifications: those that wait must not hold places that a refresh could use.
        (self.verifying.acquire().await.ok(), service.places.acquire().await.ok())
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
