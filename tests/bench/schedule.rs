//! What it costs to wait for a hundred thousand ends of tokens, spread over an hour: memory, and wake-ups.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use storm_auth::SystemClock;
use storm_domain::IntegrationId;
use storm_domain::port::Clock as _;
use storm_engine::Schedule;
use storm_tests::{Outcome, StepError};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;
use uuid::Uuid;

use crate::harness::{Benchmark, OURS, Rounds};
use crate::process::sleeps;

/// The word that makes this program the one that waits.
pub const WAITS: &str = "waits";
const COUNT: u32 = 100_000;
const HOUR_MS: u32 = 3_600_000;
const ROUNDS: usize = 3;
const WINDOW: Duration = Duration::from_secs(15);
const TASKS: &str = "a-task-each";

/// Bytes and wake-ups of our schedule beside a sleeping task for each end.
///
/// # Errors
/// When a process does not start.
pub async fn measure(_folder: &Path) -> Outcome<[Benchmark; 2]> {
    let mut bytes = Rounds::new("schedule-memory", "bytes each of 100,000");
    let mut wakes = Rounds::new("schedule-wakeups", "wake-ups a second");
    for rounds in [&mut bytes, &mut wakes] {
        rounds.announce(OURS, "the refresher's schedule");
        rounds.announce(TASKS, "tokio::time::sleep in a task for each");
    }
    for _ in 0..ROUNDS {
        for name in [OURS, TASKS] {
            let mut command = Command::new(std::env::current_exe()?);
            command.args([WAITS, name]).stdout(Stdio::piped()).kill_on_drop(true);
            let mut child = command.spawn()?;
            let output = child.stdout.take().ok_or_else(|| wrong("no output"))?;
            let grown = BufReader::new(output).lines().next_line().await?.and_then(|line| line.parse::<f64>().ok());
            let id = child.id().ok_or_else(|| wrong("it has ended"))?;
            let before = sleeps(id);
            tokio::time::sleep(WINDOW).await;
            wakes.add(name, f64::from(sleeps(id).saturating_sub(before)) / WINDOW.as_secs_f64());
            bytes.add(name, grown.ok_or_else(|| wrong("no figure"))? / f64::from(COUNT));
            child.kill().await?;
        }
    }
    Ok([bytes.finish(), wakes.finish()])
}

/// Waits for all of them, and prints by how many bytes the process has grown for that.
pub async fn wait(name: &str) -> Outcome {
    let before = resident();
    let due_in = |number: u32| Duration::from_millis(u64::from(number) * u64::from(HOUR_MS) / u64::from(COUNT));
    if name == TASKS {
        for number in 0..COUNT {
            tokio::spawn(tokio::time::sleep(due_in(number)));
        }
        tokio::task::yield_now().await;
        tell(before)?;
        std::future::pending::<()>().await;
    }
    let schedule = Schedule::default();
    let start = SystemClock.now();
    for number in 0..COUNT {
        schedule.set(IntegrationId(Uuid::from_u128(u128::from(number))), start.after(due_in(number)));
    }
    tell(before)?;
    loop {
        let now = SystemClock.now();
        for id in schedule.take_due(now) {
            schedule.finish(id);
        }
        let Some(pause) = schedule.pause(now) else { return Ok(()) };
        SystemClock.sleep(pause).await;
    }
}

fn tell(before: u64) -> Outcome {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{}", resident().saturating_sub(before))?;
    Ok(output.flush()?)
}

/// Bytes of memory that this process has in use.
fn resident() -> u64 {
    const PAGE: u64 = 4_096;
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    pages.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).unwrap_or_default() * PAGE
}

fn wrong(what: &str) -> StepError {
    StepError::Wrong(what.to_owned())
}
