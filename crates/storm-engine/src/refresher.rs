//! When what is due: one heap of due times, one sleep, wake-ups on a five-second grid.
//!
//! Every thirty seconds at most the wall clock is compared with the monotonic clock; a jump means that the computer slept or
//! its clock was set, and everything due is looked at again, staggered by what is needed first and by how many requests one
//! service may see at once.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::{
    Backoff, ErrorCode, Failure, Integration, IntegrationId, Method, RefreshPolicy, RefreshState, Timestamp,
    TokenState, VaultError,
};
use tokio::sync::{Notify, Semaphore};

use crate::engine::{Engine, lock};
use crate::integration::BIN_TERM;
use crate::refresh::Wanted;

const GRID: Duration = Duration::from_secs(5);
const CLOCK_CHECK: Duration = Duration::from_secs(30);
const CLOCK_JUMP: Duration = Duration::from_secs(90);
/// A token that lives shorter is over before it is of use; refreshing it at its end would be a loop.
const SHORTEST_USEFUL_LIFETIME: Duration = Duration::from_secs(10);
const VERIFY_KEYS_EVERY: Duration = Duration::from_secs(24 * 60 * 60);
const MOST_AT_ONE_SERVICE: usize = 4;
const MOST_AT_ONCE: usize = 8;

/// Due times. The heap may hold outdated entries; `due` is what counts.
#[derive(Default)]
pub(crate) struct Schedule {
    inner: Mutex<Queue>,
    changed: Notify,
}

#[derive(Default)]
struct Queue {
    heap: BinaryHeap<Reverse<(Timestamp, IntegrationId)>>,
    due: HashMap<IntegrationId, Timestamp>,
}

impl Schedule {
    pub(crate) fn set(&self, id: IntegrationId, at: Timestamp) {
        let mut queue = lock(&self.inner);
        if queue.due.insert(id, at) != Some(at) {
            queue.heap.push(Reverse((at, id)));
            self.changed.notify_one();
        }
    }

    pub(crate) fn remove(&self, id: IntegrationId) {
        lock(&self.inner).due.remove(&id);
    }

    pub(crate) fn due(&self, id: IntegrationId) -> Option<Timestamp> {
        lock(&self.inner).due.get(&id).copied()
    }

    /// Takes everything that is due, most urgent first.
    fn take_due(&self, now: Timestamp) -> Vec<IntegrationId> {
        let mut queue = lock(&self.inner);
        let mut taken = Vec::new();
        while let Some(Reverse((at, id))) = queue.heap.peek().copied() {
            if at > now {
                break;
            }
            queue.heap.pop();
            if queue.due.get(&id) == Some(&at) {
                queue.due.remove(&id);
                taken.push(id);
            }
        }
        taken
    }

    fn next(&self) -> Option<Timestamp> {
        let mut queue = lock(&self.inner);
        while let Some(Reverse((at, id))) = queue.heap.peek().copied() {
            if queue.due.get(&id) == Some(&at) {
                return Some(at);
            }
            queue.heap.pop();
        }
        None
    }
}

impl Engine {
    /// Runs until [`Engine::shut_down`]: refreshes what is due, verifies keys once a day, drops what dialogs left behind.
    pub async fn run_refresher(self: &Arc<Self>) -> Result<(), VaultError> {
        for row in self.vault().integrations().await? {
            self.schedule_next(&row);
        }
        let limits = Arc::new(Limits::default());
        let mut stopping = self.stopping.subscribe();
        let mut clocks = (self.now(), self.parts.clock.monotonic());
        loop {
            let now = self.now();
            self.held.expire(now);
            for id in self.schedule.take_due(now) {
                let (engine, limits) = (Arc::clone(self), Arc::clone(&limits));
                tokio::spawn(async move { engine.work_on(id, &limits).await });
            }
            if self.clocks_jumped(&mut clocks) {
                tracing::info!("the clock jumped; everything due is looked at again");
                match self.vault().integrations().await {
                    Ok(rows) => rows.iter().for_each(|row| self.schedule_next(row)),
                    Err(error) => tracing::warn!(%error, "the vault could not be read; the schedule stays as it was"),
                }
            }
            let pause = self.schedule.next().map_or(CLOCK_CHECK, |due| pause_until(now, due).min(CLOCK_CHECK));
            tokio::select! {
                () = self.parts.clock.sleep(pause) => {}
                () = self.schedule.changed.notified() => {}
                _ = stopping.wait_for(|stop| *stop) => return Ok(()),
            }
        }
    }

    /// Compares how far the two clocks went since the last look.
    fn clocks_jumped(&self, last: &mut (Timestamp, Duration)) -> bool {
        let (wall, monotonic) = (self.now(), self.parts.clock.monotonic());
        let by_monotonic = last.0.after(monotonic.saturating_sub(last.1));
        *last = (wall, monotonic);
        wall.since(by_monotonic) > CLOCK_JUMP || by_monotonic.since(wall) > CLOCK_JUMP
    }

    /// Puts an integration where it belongs in the schedule.
    pub(crate) fn schedule_next(&self, row: &Integration) {
        match self.next_due(row) {
            Some(at) => self.schedule.set(row.id, at),
            None => self.schedule.remove(row.id),
        }
    }

    fn next_due(&self, row: &Integration) -> Option<Timestamp> {
        if row.paused_at.is_some() || row.trashed_at.is_some() {
            return None;
        }
        let TokenState::Active { expires_at, refresh } = &row.state else { return None };
        match (refresh, row.method) {
            (RefreshState::BackingOff { until, .. }, _) => Some(*until),
            (_, Method::ApiKey) => {
                let last = row.last_verdict.as_ref().map_or(row.created_at, |record| record.at);
                Some(last.after(VERIFY_KEYS_EVERY))
            }
            (RefreshState::NotRefreshable, _) => *expires_at,
            (RefreshState::Idle | RefreshState::InFlight, _) => {
                let obtained_at = row.last_refreshed_at.unwrap_or(row.created_at);
                if (*expires_at)?.since(obtained_at) < SHORTEST_USEFUL_LIFETIME {
                    return Some(obtained_at.after(Backoff::FIRST));
                }
                let known = self.schedule.due(row.id);
                let due = |fraction| self.policy_of(row).due_at(obtained_at, (*expires_at)?, fraction).into();
                // An unchanged token keeps its place; a new one gets a new jitter.
                let (earliest, latest): (Option<Timestamp>, Option<Timestamp>) = (due(1.0), due(0.0));
                known
                    .filter(|at| earliest <= Some(*at) && Some(*at) <= latest)
                    .or_else(|| due(self.parts.entropy.fraction()))
            }
        }
    }

    fn policy_of(&self, row: &Integration) -> RefreshPolicy {
        let connector = self.parts.catalogue.connector(&row.connector_id);
        let lifetimes = connector.and_then(|connector| match row.method {
            Method::OAuth => connector.oauth_service(&row.fields).ok().map(|service| service.lifetimes),
            Method::ServiceAccount => connector
                .service_account_service(&row.fields, &row.requested_scopes)
                .ok()
                .map(|service| service.lifetimes),
            Method::ApiKey => None,
        });
        lifetimes.map(|lifetimes| lifetimes.refresh_policy).unwrap_or_default()
    }

    async fn work_on(self: Arc<Self>, id: IntegrationId, limits: &Limits) {
        let row = match self.live(id).await {
            Ok(row) => row,
            Err(Failure { code: ErrorCode::NotFound, .. }) => return,
            Err(_) => return self.schedule.set(id, self.now().after(Backoff::FIRST)),
        };
        let _turn = limits.turn(self.host_of(&row)).await;
        if *self.stopping.borrow() || row.paused_at.is_some() {
            return;
        }
        // Failures are written into the row and the log where they happen; here they only need no further handling.
        let outcome = match row.method {
            Method::ApiKey => self.verify_integration(id).await.map(drop),
            Method::OAuth => self.refresh_grant(id, Wanted::WhenDue).await.map(drop),
            Method::ServiceAccount => {
                self.exchanged.forget(id);
                self.exchange(&row).await.map(drop)
            }
        };
        // A back-off that could not be written, on a full disk say, must not make the schedule spin.
        let earliest = match &outcome {
            Ok(()) => self.now(),
            Err(failure) => {
                tracing::info!(integration = %id, code = ?failure.code, "a scheduled refresh brought no token");
                self.now().after(Backoff::FIRST)
            }
        };
        match self.vault().integration(id).await {
            Ok(row) => match self.next_due(&row) {
                Some(at) => self.schedule.set(id, at.max(earliest)),
                None => self.schedule.remove(id),
            },
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
        for row in self.vault().integrations().await? {
            if row.trashed_at.is_some_and(|at| at < before) {
                self.vault().erase_integration(row.id).await?;
            }
        }
        Ok(())
    }
}

/// How long to sleep: to the grid line at or after the due time, so that neighbours share a wake-up. What is due within two
/// grid steps is not rounded: a token may live for seconds only.
fn pause_until(now: Timestamp, due: Timestamp) -> Duration {
    let exact = due.since(now);
    if exact < GRID * 2 {
        return exact;
    }
    let grid = i64::try_from(GRID.as_millis()).unwrap_or(1);
    let line = Timestamp(due.0.saturating_add(grid - 1).div_euclid(grid).saturating_mul(grid));
    line.since(now)
}

/// How many requests may be under way, in all and at one service.
struct Limits {
    all: Semaphore,
    services: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { all: Semaphore::new(MOST_AT_ONCE), services: Mutex::default() }
    }
}

impl Limits {
    async fn turn(&self, service: String) -> impl Sized + '_ {
        let gate = Arc::clone(
            lock(&self.services).entry(service).or_insert_with(|| Arc::new(Semaphore::new(MOST_AT_ONE_SERVICE))),
        );
        // First the service's own gate: a slow service must not hold places that others could use.
        let of_service = gate.acquire_owned().await.ok();
        (of_service, self.all.acquire().await.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn far_wake_ups_fall_on_the_grid_and_near_ones_are_exact() {
        assert_eq!(pause_until(Timestamp(1_000), Timestamp(61_234)), Duration::from_millis(64_000));
        assert_eq!(pause_until(Timestamp(1_000), Timestamp(4_321)), Duration::from_millis(3_321));
        assert_eq!(pause_until(Timestamp(9_000), Timestamp(4_000)), Duration::ZERO);
    }

    #[test]
    fn a_moved_due_time_leaves_no_ghost() {
        let schedule = Schedule::default();
        let id = IntegrationId(Uuid::nil());
        schedule.set(id, Timestamp(10));
        schedule.set(id, Timestamp(99));
        assert_eq!(schedule.take_due(Timestamp(50)), Vec::new());
        assert_eq!(schedule.next(), Some(Timestamp(99)));
        assert_eq!(schedule.take_due(Timestamp(99)), vec![id]);
        assert_eq!(schedule.next(), None);
    }
}
