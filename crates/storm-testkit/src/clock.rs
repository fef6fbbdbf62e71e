//! Virtual time: it stands still until a test advances it.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use storm_domain::Timestamp;
use storm_domain::port::Clock;
use tokio::sync::watch;

/// 2026-01-01 00:00:00 UTC.
const START: Timestamp = Timestamp(1_767_225_600_000);

/// A clock that a test moves. Clones are the same clock.
#[derive(Debug, Clone)]
pub struct FakeClock {
    monotonic: Arc<watch::Sender<Duration>>,
    wall: Arc<Mutex<Timestamp>>,
    sleepers: Arc<watch::Sender<usize>>,
}

impl Default for FakeClock {
    fn default() -> Self {
        Self::at(START)
    }
}

impl FakeClock {
    /// A clock whose wall time is `now`.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self {
            monotonic: Arc::new(watch::Sender::new(Duration::ZERO)),
            wall: Arc::new(Mutex::new(now)),
            sleepers: Arc::new(watch::Sender::new(0)),
        }
    }

    /// Both clocks move on; sleeps that are over end.
    pub fn advance(&self, duration: Duration) {
        self.set_wall(self.now().after(duration));
        self.monotonic.send_modify(|now| *now += duration);
    }

    /// Only the wall clock jumps: the computer slept, or somebody set the clock.
    pub fn set_wall(&self, now: Timestamp) {
        *self.wall.lock().unwrap() = now;
    }

    /// Waits until at least `count` sleeps are under way, so that an `advance` cannot come before the sleep it should end.
    pub async fn sleepers(&self, count: usize) {
        self.sleepers.subscribe().wait_for(|sleeping| *sleeping >= count).await.unwrap();
    }
}

/// Counts a sleep, also when its future is dropped.
struct Sleeping<'a>(&'a watch::Sender<usize>);

impl<'a> Sleeping<'a> {
    fn begin(sleepers: &'a watch::Sender<usize>) -> Self {
        sleepers.send_modify(|count| *count += 1);
        Self(sleepers)
    }
}

impl Drop for Sleeping<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> Timestamp {
        *self.wall.lock().unwrap()
    }

    fn monotonic(&self) -> Duration {
        *self.monotonic.borrow()
    }

    async fn sleep(&self, duration: Duration) {
        let until = self.monotonic() + duration;
        let mut monotonic = self.monotonic.subscribe();
        let _sleeping = Sleeping::begin(&self.sleepers);
        monotonic.wait_for(|now| *now >= until).await.unwrap();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_sleep_ends_when_the_clock_is_advanced_past_it_and_not_before() {
        let clock = FakeClock::default();
        let sleeper = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(10)).await;
                clock.monotonic()
            }
        });
        clock.sleepers(1).await;
        clock.advance(Duration::from_secs(9));
        tokio::task::yield_now().await;
        assert!(!sleeper.is_finished());
        clock.advance(Duration::from_secs(1));
        assert_eq!(sleeper.await.unwrap(), Duration::from_secs(10));
        assert_eq!(clock.now(), START.after(Duration::from_secs(10)));
    }
}
