//! What is due when: one number for each integration, and the earliest of them.
//!
//! A heap would find the next one faster, and take twice the memory all day for it: a wake-up looks through a hundred thousand
//! in less than a millisecond, and comes every few seconds at most.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use storm_domain::{IntegrationId, Timestamp};
use tokio::sync::Notify;

use crate::engine::lock;

/// Wake-ups that are further away fall on its lines, so that what is due at about the same time is done in one; and where many
/// are near, none follows the other sooner.
const GRID: Duration = Duration::from_secs(5);

/// The due times of all integrations.
#[derive(Debug, Default)]
pub struct Schedule {
    inner: Mutex<Queue>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Queue {
    due: HashMap<IntegrationId, Timestamp>,
    /// Not later than the earliest of them.
    earliest: Option<Timestamp>,
    /// When something was taken last.
    last_taken: Option<Timestamp>,
    /// What is being worked on, or waits for its turn; true = it came due again meanwhile.
    taken: HashMap<IntegrationId, bool>,
}

impl Schedule {
    /// Puts an integration at a time, instead of the one it had.
    pub fn set(&self, id: IntegrationId, at: Timestamp) {
        let mut queue = lock(&self.inner);
        queue.due.insert(id, at);
        // What comes behind something that is waited for already needs no wake-up.
        if queue.earliest.is_none_or(|earliest| at < earliest) {
            queue.earliest = Some(at);
            self.changed.notify_one();
        }
    }

    /// Puts an integration at a time, or out of it.
    pub(crate) fn put(&self, id: IntegrationId, at: Option<Timestamp>) {
        match at {
            Some(at) => self.set(id, at),
            None => self.remove(id),
        }
    }

    pub(crate) fn remove(&self, id: IntegrationId) {
        lock(&self.inner).due.remove(&id);
    }

    /// Ends the refresher's sleep.
    pub(crate) fn look_again(&self) {
        self.changed.notify_one();
    }

    /// Waits until something is to be done sooner than was known.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    pub(crate) fn due(&self, id: IntegrationId) -> Option<Timestamp> {
        lock(&self.inner).due.get(&id).copied()
    }

    /// How many wait, and when the first of them is due.
    pub(crate) fn waiting(&self) -> (usize, Option<Timestamp>) {
        let queue = lock(&self.inner);
        (queue.due.len(), queue.due.values().min().copied())
    }

    /// Whether it is due, waits for its turn, or is being worked on.
    pub(crate) fn is_under_way(&self, id: IntegrationId, now: Timestamp) -> bool {
        let queue = lock(&self.inner);
        queue.taken.contains_key(&id) || queue.due.get(&id).is_some_and(|at| *at <= now)
    }

    /// Takes everything that is due, most urgent first, and leaves out what is taken already.
    pub fn take_due(&self, now: Timestamp) -> Vec<IntegrationId> {
        let mut guard = lock(&self.inner);
        let queue = &mut *guard;
        if queue.earliest.is_none_or(|earliest| earliest > now) {
            return Vec::new();
        }
        let mut due: Vec<(Timestamp, IntegrationId)> =
            queue.due.extract_if(|_, at| *at <= now).map(|(id, at)| (at, id)).collect();
        due.sort_unstable();
        queue.last_taken = Some(now);
        queue.earliest = queue.due.values().min().copied();
        let mut take = |id: &IntegrationId| match queue.taken.get_mut(id) {
            Some(again) => {
                *again = true;
                false
            }
            None => queue.taken.insert(*id, false).is_none(),
        };
        due.into_iter().map(|(_, id)| id).filter(|id| take(id)).collect()
    }

    /// The work on it is done. True = it came due again meanwhile.
    pub fn finish(&self, id: IntegrationId) -> bool {
        lock(&self.inner).taken.remove(&id).unwrap_or(false)
    }

    /// How long to sleep; None = nothing is to come.
    #[must_use]
    pub fn pause(&self, now: Timestamp) -> Option<Duration> {
        let queue = lock(&self.inner);
        queue.earliest.map(|due| pause_until(now, due, queue.last_taken))
    }
}

/// How long to sleep: to the grid line at or after the due time, so that neighbours share a wake-up. What is due within two
/// grid steps is not rounded, since a token may live for seconds only; but where something was taken just before, as when very
/// many are waited for, it is a grid step from that.
fn pause_until(now: Timestamp, due: Timestamp, last_taken: Option<Timestamp>) -> Duration {
    let exact = due.since(now);
    if exact < GRID * 2 {
        let apart = last_taken.map_or(Duration::ZERO, |last| last.after(GRID).since(now).min(GRID));
        return if exact.is_zero() { exact } else { exact.max(apart) };
    }
    let grid = i64::try_from(GRID.as_millis()).unwrap_or(1);
    let line = Timestamp(due.0.saturating_add(grid - 1).div_euclid(grid).saturating_mul(grid));
    line.since(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> IntegrationId {
        IntegrationId(Uuid::from_u128(number))
    }

    #[test]
    fn far_wake_ups_fall_on_the_grid_and_near_ones_are_exact() {
        assert_eq!(pause_until(Timestamp(1_000), Timestamp(61_234), None), Duration::from_millis(64_000));
        assert_eq!(pause_until(Timestamp(1_000), Timestamp(4_321), None), Duration::from_millis(3_321));
        assert_eq!(pause_until(Timestamp(9_000), Timestamp(4_000), None), Duration::ZERO);
    }

    #[test]
    fn where_many_are_near_no_wake_up_follows_the_other_within_a_grid_step() {
        let schedule = Schedule::default();
        for number in 0..100 {
            schedule.set(id(number), Timestamp(i64::try_from(number).unwrap() * 100));
        }
        let mut now = Timestamp(0);
        let mut wake_ups = 0;
        while let Some(pause) = schedule.pause(now) {
            now = now.after(pause);
            assert!(!schedule.take_due(now).is_empty());
            wake_ups += 1;
        }
        assert_eq!(wake_ups, 3, "at 0 s, 5 s and 10 s");
        schedule.set(id(1), Timestamp(12_000));
        assert_eq!(schedule.pause(Timestamp(-60_000)), Some(Duration::from_secs(75)), "a clock that was set back");
    }

    #[test]
    fn a_moved_due_time_leaves_no_ghost() {
        let schedule = Schedule::default();
        schedule.set(id(1), Timestamp(10_000));
        schedule.set(id(1), Timestamp(99_000));
        assert_eq!(schedule.take_due(Timestamp(50_000)), Vec::new());
        assert_eq!(schedule.pause(Timestamp(98_000)), Some(Duration::from_secs(1)));
        assert_eq!(schedule.take_due(Timestamp(99_000)), vec![id(1)]);
        assert_eq!(schedule.pause(Timestamp(99_000)), None);
    }

    #[test]
    fn the_most_urgent_comes_first_and_nothing_before_its_time() {
        let schedule = Schedule::default();
        for (number, at) in [(1, 30_001), (2, 10_000), (3, 20_000)] {
            schedule.set(id(number), Timestamp(at));
        }
        assert_eq!(schedule.take_due(Timestamp(20_000)), vec![id(2), id(3)]);
        assert_eq!(schedule.take_due(Timestamp(30_000)), Vec::new());
        assert_eq!(schedule.pause(Timestamp(30_000)), Some(Duration::from_millis(1)));
        assert_eq!(schedule.take_due(Timestamp(30_001)), vec![id(1)]);
    }

    #[test]
    fn what_comes_due_again_while_it_is_worked_on_is_not_taken_twice_and_not_forgotten() {
        let schedule = Schedule::default();
        schedule.set(id(1), Timestamp(10_000));
        assert_eq!(schedule.take_due(Timestamp(10_000)), vec![id(1)]);
        schedule.set(id(1), Timestamp(11_000));
        assert_eq!(schedule.take_due(Timestamp(11_000)), Vec::new());
        assert!(schedule.finish(id(1)));
        schedule.set(id(1), Timestamp(12_000));
        assert_eq!(schedule.take_due(Timestamp(12_000)), vec![id(1)]);
        assert!(!schedule.finish(id(1)));
    }
}
