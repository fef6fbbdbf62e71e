//! The one clock of the benchmarks.

use std::time::Duration;

/// Times something, from now on.
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Starts.
    #[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Time since the start.
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }

    /// Milliseconds since the start.
    pub fn milliseconds(&self) -> f64 {
        self.elapsed().as_secs_f64() * 1000.0
    }
}
