//! What reading may cost: two seconds of the processor and 64 MiB, whatever the bytes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use peak_alloc::PeakAlloc;
use rustix::time::{ClockId, clock_gettime};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;
/// One reading at a time, or the memory of two would be taken for that of one.
static ALONE: Mutex<()> = Mutex::new(());

const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Without optimization, or with counters in every branch, everything takes several times as long.
const LONGEST: Duration = Duration::from_secs(if cfg!(feature = "libfuzzer") {
    20
} else if cfg!(debug_assertions) {
    10
} else {
    2
});

/// Reads within the limits, or panics.
pub(crate) fn within<T>(read: impl FnOnce() -> T) -> T {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    MEMORY.reset_peak_usage();
    let (before, begun) = (MEMORY.current_usage(), spent());
    let done = read();
    let (time, bytes) = (spent().saturating_sub(begun), MEMORY.peak_usage().saturating_sub(before));
    assert!(time <= LONGEST, "reading took {time:?}");
    assert!(bytes <= MOST_BYTES, "reading held {bytes} bytes");
    done
}

fn spent() -> Duration {
    Duration::try_from(clock_gettime(ClockId::ThreadCPUTime)).unwrap_or_default()
}
