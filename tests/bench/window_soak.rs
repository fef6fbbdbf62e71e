//! A window that is open for a long time while its integrations change: how fast its memory grows. Each is refreshed once; from then
//! on one every 200 ms through the socket of the host, in turn one whose row is seen and one whose row is not.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use storm_broker::{Client, Request, Response};
use storm_tests::{Home, Look, Outcome, StepError, await_no_instance, ensure, eventually};
use tokio::process::Child;
use tokio::task::JoinHandle;

use crate::filled_vault::name;
use crate::floor::build_empty_window;
use crate::group_commit::failed;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::{LIFETIME_S, LeanService};
use crate::process::memory_by_program;
use crate::screen::Screen;
use crate::stopwatch::Stopwatch;
use crate::window::{Contender, LARGE, end, filled_home};

const MINUTES: &str = "SOAK_MINUTES";
const USUAL_MINUTES: f64 = 30.0;
/// What is loaded and compiled late is there after this share of the time.
const WARM_UP: f64 = 0.25;
/// Between two refreshes.
const PACE: Duration = Duration::from_millis(200);
/// Between two looks at the memory.
const LOOK: Duration = Duration::from_secs(5);
/// Rows that are drawn without scrolling.
const SEEN: usize = 20;
/// More than is left of a token when its turn comes again, so that each request is a refresh.
const FORCED_S: u64 = LIFETIME_S - 5;
const EMPTY: &str = "empty-window";

/// Memory over the time, and how it grows.
///
/// # Errors
/// When a window does not appear, or a refresh fails.
pub async fn measure(folder: &Path) -> Outcome<[Benchmark; 2]> {
    let length = length()?;
    let service = LeanService::start(LARGE)?;
    let home = filled_home(&service, LARGE).await?;
    let screen = Screen::connect()?;
    screen.await_blank().await?;
    await_no_instance().await?;
    let ours = Contender::ours(OURS, &home)?.start()?;
    screen.await_first_row().await?;
    // Beside ours, not in turn with it. Both are there all the time, so that what they share is divided alike.
    let empty = Contender::empty(EMPTY, &build_empty_window(folder).await?, &["cpu"]).start()?;

    let changing = Changing::begin(&home, &service).await?;
    let trace = Trace::of(&[(OURS, &ours), (EMPTY, &empty)], length).await?;
    let refreshed = changing.end().await?;
    end(ours).await?;
    end(empty).await?;
    ensure(refreshed <= service.refreshed(), || {
        format!("{refreshed} tokens were lent, and {} were refreshed", service.refreshed())
    })?;
    Ok(trace.report(length, refreshed))
}

#[expect(clippy::disallowed_methods, reason = "how long it takes is the caller's choice")]
fn length() -> Outcome<Duration> {
    let minutes = match std::env::var(MINUTES) {
        Ok(text) => text.parse().ok(),
        Err(_) => Some(USUAL_MINUTES),
    };
    let length = minutes.and_then(|minutes: f64| Duration::try_from_secs_f64(minutes * 60.0).ok());
    length.ok_or_else(|| StepError::Wrong(format!("{MINUTES} is not a number of minutes")))
}

/// Integrations that change all the time.
struct Changing {
    ends: Arc<AtomicBool>,
    task: JoinHandle<Outcome<u64>>,
}

impl Changing {
    async fn begin(home: &Home, service: &LeanService) -> Outcome<Self> {
        let socket = home.socket();
        let client = eventually("the host to listen", Duration::from_secs(30), async || {
            Ok(match Client::connect(&socket) {
                Ok(client) => Look::Found(client),
                Err(error) => Look::NotYet(error.to_string()),
            })
        })
        .await?;
        let mut client = client;
        let mut pace = tokio::time::interval(PACE);
        pace.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The tokens that the vault was filled with are lent as they are until a few seconds of them have passed.
        while service.refreshed() == 0 {
            pace.tick().await;
            client = ask(client, LARGE - 1).await?;
        }
        // A row that was refreshed once holds more than one that was filled in, a token in memory for one thing. That grows until
        // each has been, which is not what is looked for.
        for grant in 0..LARGE {
            client = ask(client, grant).await?;
        }
        let ends = Arc::new(AtomicBool::default());
        let ending = Arc::clone(&ends);
        let task = tokio::spawn(async move {
            let mut refreshed = 0;
            while !ending.load(Ordering::Acquire) {
                pace.tick().await;
                client = ask(client, turn(refreshed)).await?;
                refreshed += 1;
            }
            Ok(refreshed)
        });
        Ok(Self { ends, task })
    }

    /// How many refreshes there were.
    async fn end(self) -> Outcome<u64> {
        self.ends.store(true, Ordering::Release);
        self.task.await.map_err(failed)?
    }
}

/// Asks for a token with more life than one has that was refreshed a while ago.
async fn ask(mut client: Client, grant: usize) -> Outcome<Client> {
    let asking = tokio::task::spawn_blocking(move || {
        let request = Request::Token { name: name(grant), min_lifetime_seconds: Some(FORCED_S) };
        let answer = client.ask(&request).map_err(failed)?;
        ensure(matches!(answer, Response::Token(_)), || format!("{answer:?}"))?;
        Ok::<_, StepError>(client)
    });
    asking.await.map_err(failed)?
}

/// Which integration is refreshed next.
fn turn(refreshed: u64) -> usize {
    let turn = usize::try_from(refreshed / 2).unwrap_or_default();
    if refreshed.is_multiple_of(2) { turn % SEEN } else { SEEN + turn % (LARGE - SEEN) }
}

/// Hours since the start, and megabytes.
type Sample = (f64, f64);

/// The memory of some programs, look by look.
struct Trace(BTreeMap<String, Vec<Sample>>);

impl Trace {
    async fn of(watched: &[(&str, &Child)], length: Duration) -> Outcome<Self> {
        let mut trace: BTreeMap<String, Vec<Sample>> = BTreeMap::new();
        let stopwatch = Stopwatch::start();
        let mut looks = tokio::time::interval(LOOK);
        while stopwatch.elapsed() < length {
            looks.tick().await;
            let hours = stopwatch.elapsed().as_secs_f64() / 3600.0;
            for (name, child) in watched {
                let id = child.id().ok_or_else(|| StepError::Wrong(format!("{name} has ended")))?;
                let by_program = memory_by_program(id);
                trace.entry((*name).to_owned()).or_default().push((hours, by_program.values().sum()));
                for (program, memory) in by_program {
                    trace.entry(format!("{name}: {program}")).or_default().push((hours, memory));
                }
            }
        }
        Ok(Self(trace))
    }

    fn report(self, length: Duration, refreshed: u64) -> [Benchmark; 2] {
        let mut memory = Rounds::new("window-soak-memory", "MB PSS");
        let mut slope = Rounds::new("window-soak-slope", "MB an hour");
        let after = length.as_secs_f64() / 3600.0 * WARM_UP;
        let minutes = length.as_secs_f64() / 60.0;
        for (name, samples) in by_us_first(self.0) {
            let warm: Vec<Sample> = samples.into_iter().filter(|(hours, _)| *hours >= after).collect();
            let line = Line::through(&warm);
            memory.announce(&name, format!("{} looks, without the first quarter of {minutes} minutes", warm.len()));
            let error = line.error;
            slope.announce(&name, format!("± {error:.2}; fitted to {minutes} minutes with {refreshed} refreshes"));
            slope.add(&name, line.slope);
            for (_, sample) in warm {
                memory.add(&name, sample);
            }
        }
        [memory.finish(), slope.finish()]
    }
}

fn by_us_first(trace: BTreeMap<String, Vec<Sample>>) -> Vec<(String, Vec<Sample>)> {
    let mut trace: Vec<_> = trace.into_iter().collect();
    trace.sort_by_key(|(name, _)| !name.starts_with(OURS));
    trace
}

/// The line that fits best.
struct Line {
    slope: f64,
    /// The standard error of the slope.
    error: f64,
}

impl Line {
    /// By least squares; not a number for less than three samples.
    fn through(samples: &[Sample]) -> Self {
        #[expect(clippy::cast_precision_loss, reason = "some hundred samples")]
        let count = samples.len() as f64;
        let middle = |of: fn(&Sample) -> f64| samples.iter().map(of).sum::<f64>() / count;
        let (x, y) = (middle(|sample| sample.0), middle(|sample| sample.1));
        let spread: f64 = samples.iter().map(|sample| (sample.0 - x).powi(2)).sum();
        let together: f64 = samples.iter().map(|sample| (sample.0 - x) * (sample.1 - y)).sum();
        let slope = together / spread;
        let beside: f64 = samples.iter().map(|sample| (sample.1 - y - slope * (sample.0 - x)).powi(2)).sum();
        Self { slope, error: (beside / (count - 2.0) / spread).sqrt() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slope_of_a_line_is_found_exactly() {
        let samples: Vec<Sample> = (0..50_i32).map(|at| (f64::from(at), 3.0 * f64::from(at) + 200.0)).collect();
        let line = Line::through(&samples);
        assert!((line.slope - 3.0).abs() < 1e-9);
        assert!(line.error < 1e-9);
    }

    #[test]
    fn what_goes_up_and_down_has_no_slope_but_an_error() {
        let samples: Vec<Sample> = (0..1000_i32).map(|at| (f64::from(at), f64::from(at % 10))).collect();
        let line = Line::through(&samples);
        assert!(line.slope.abs() < 0.001);
        assert!(line.error > 0.0);
    }

    #[test]
    fn every_other_refresh_is_of_a_row_that_is_seen() {
        let turns: Vec<usize> = (0..100).map(turn).collect();
        assert!(turns.iter().step_by(2).all(|grant| *grant < SEEN));
        assert!(turns.iter().skip(1).step_by(2).all(|grant| (SEEN..LARGE).contains(grant)));
        assert!((0..u64::from(u32::MAX)).step_by(99_999_937).map(turn).all(|grant| grant < LARGE));
    }
}
