//! What was promised and not kept, and what happened.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

/// Violations are kept with their time; after a hundred they are only counted.
#[derive(Default)]
pub struct Ledger {
    violations: Mutex<Vec<String>>,
    more: AtomicU64,
    pub requests: AtomicU64,
    pub refreshed: AtomicU64,
    pub lent: AtomicU64,
    pub lost_answers: AtomicU64,
    pub made_good: AtomicU64,
    pub explained: AtomicU64,
    pub reconnected: AtomicU64,
    pub crashes: AtomicU64,
    pub sleeps: AtomicU64,
    /// Sleeps that began while an answer was on its way.
    pub sleeps_in_flight: AtomicU64,
    pub clock_steps: AtomicU64,
    pub outages: AtomicU64,
    pub busy_answers: AtomicU64,
    pub full_disks: AtomicU64,
}

impl Ledger {
    pub fn violation(&self, what: String) {
        let mut violations = self.violations.lock().unwrap();
        if violations.len() < 100 {
            violations.push(what);
        } else {
            self.more.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub fn violations(&self) -> Vec<String> {
        self.violations.lock().unwrap().clone()
    }

    pub fn violated(&self) -> u64 {
        self.violations.lock().unwrap().len() as u64 + self.more.load(Ordering::Relaxed)
    }

    /// Everything that a computer and its network can do to the program, and how often they did.
    pub fn adversities(&self) -> [(&'static str, u64); 8] {
        [
            ("answers lost", read(&self.lost_answers)),
            ("crashes", read(&self.crashes)),
            ("sleeps", read(&self.sleeps)),
            ("sleeps in flight", read(&self.sleeps_in_flight)),
            ("clock steps", read(&self.clock_steps)),
            ("outages", read(&self.outages)),
            ("503s", read(&self.busy_answers)),
            ("full disks", read(&self.full_disks)),
        ]
    }
}

/// Counts one.
pub fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// What a counter says.
pub fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}
