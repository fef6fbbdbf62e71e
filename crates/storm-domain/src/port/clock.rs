//! Time and randomness.

use std::time::Duration;

use async_trait::async_trait;

use crate::Timestamp;

/// Wall clock, monotonic clock, and waiting. The two clocks are compared to notice sleep and a changed clock.
#[async_trait]
pub trait Clock: Send + Sync {
    /// The wall clock.
    fn now(&self) -> Timestamp;
    /// Time since some fixed start; never goes back; does not count sleep on some systems.
    fn monotonic(&self) -> Duration;
    /// Waits, by the monotonic clock.
    async fn sleep(&self, duration: Duration);
}

/// Random bytes of the operating system.
pub trait Entropy: Send + Sync {
    /// Fills the buffer.
    fn fill(&self, buffer: &mut [u8]);

    /// A fraction in 0..1, for jitter.
    fn fraction(&self) -> f64 {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        f64::from(u32::from_le_bytes(bytes)) / (f64::from(u32::MAX) + 1.0)
    }

    /// A random (version 4) UUID.
    fn make_uuid(&self) -> uuid::Uuid {
        let mut bytes = [0; 16];
        self.fill(&mut bytes);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}
