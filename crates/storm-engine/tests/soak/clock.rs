//! Virtual time over tokio's paused clock: months pass in seconds, and no two tasks ever wait for the real one.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use storm_domain::Timestamp;
use storm_domain::port::Clock;
use tokio::time::Instant;

/// 2026-01-01 00:00:00 UTC.
const START: Timestamp = Timestamp(1_767_225_600_000);
/// Two things that happen to the clocks sooner after each other look like one, and what each was nobody can tell.
const APART: Duration = Duration::from_secs(31);

struct Inner {
    /// When the present run of the program began, by tokio's clock.
    began: Option<Instant>,
    /// Time that the computer was awake before that.
    awake: Duration,
    /// Time that it slept, or was off.
    asleep: Duration,
    /// By how much the wall clock is wrong, in milliseconds.
    wrong_by: i64,
    set_at: Option<Duration>,
    set_back_at: Timestamp,
    sleeps: u64,
}

/// The computer's clocks, and the true time that services keep.
pub struct SimulatedClock {
    inner: Mutex<Inner>,
    /// How often something went to sleep on this clock, and so will wake up.
    pub wake_ups: AtomicU64,
}

impl Default for SimulatedClock {
    fn default() -> Self {
        let inner = Inner {
            began: None,
            awake: Duration::ZERO,
            asleep: Duration::ZERO,
            wrong_by: 0,
            set_at: None,
            set_back_at: Timestamp(0),
            sleeps: 0,
        };
        Self { inner: Mutex::new(inner), wake_ups: AtomicU64::new(0) }
    }
}

impl SimulatedClock {
    /// A run of the program begins, on a fresh runtime.
    pub fn begin(&self) {
        self.inner.lock().unwrap().began = Some(Instant::now());
    }

    /// It ends; from now on there is no runtime.
    pub fn end(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.awake = inner.awake();
        inner.began = None;
    }

    /// The computer is off: only the true time goes on.
    pub fn pass_off(&self, duration: Duration) {
        self.inner.lock().unwrap().asleep += duration;
    }

    /// The computer sleeps. False = it does not, since its clock was just set.
    pub fn fall_asleep(&self, duration: Duration) -> bool {
        let mut inner = self.inner.lock().unwrap();
        if inner.was_just_set() {
            return false;
        }
        inner.asleep += duration;
        inner.sleeps += 1;
        true
    }

    /// How often the computer slept so far; whoever waits for the network and sees it rise was cut off.
    pub fn sleeps(&self) -> u64 {
        self.inner.lock().unwrap().sleeps
    }

    /// Somebody sets the wall clock. False = not now, since it was just set.
    pub fn set_wrong_by(&self, milliseconds: i64) -> bool {
        let mut inner = self.inner.lock().unwrap();
        if inner.was_just_set() {
            return false;
        }
        if milliseconds < inner.wrong_by {
            inner.set_back_at = inner.true_now();
        }
        inner.wrong_by = milliseconds;
        inner.set_at = Some(inner.awake());
        true
    }

    /// By how much the wall clock is wrong, in milliseconds.
    pub fn wrong_by(&self) -> i64 {
        self.inner.lock().unwrap().wrong_by
    }

    /// When the wall clock was last set back.
    pub fn set_back_at(&self) -> Timestamp {
        self.inner.lock().unwrap().set_back_at
    }

    /// The true time.
    pub fn true_now(&self) -> Timestamp {
        self.inner.lock().unwrap().true_now()
    }

    /// How long it has been since the beginning.
    pub fn since_start(&self) -> Duration {
        self.true_now().since(START)
    }
}

impl Inner {
    fn awake(&self) -> Duration {
        self.awake + self.began.map_or(Duration::ZERO, |began| began.elapsed())
    }

    fn true_now(&self) -> Timestamp {
        START.after(self.awake() + self.asleep)
    }

    fn was_just_set(&self) -> bool {
        self.set_at.is_some_and(|at| self.awake() - at < APART)
    }
}

#[async_trait]
impl Clock for SimulatedClock {
    fn now(&self) -> Timestamp {
        let inner = self.inner.lock().unwrap();
        Timestamp(inner.true_now().0 + inner.wrong_by)
    }

    fn monotonic(&self) -> Duration {
        self.inner.lock().unwrap().awake()
    }

    async fn sleep(&self, duration: Duration) {
        self.wake_ups.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(duration).await;
    }
}

/// The same time for the disk of a vault, whose waits are nobody's wake-ups.
pub struct DiskClock(pub Arc<SimulatedClock>);

#[async_trait]
impl Clock for DiskClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Duration {
        self.0.monotonic()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
