//! What the window costs: time to the first paint, and memory, beside the least window with a web page.

use std::path::{Path, PathBuf};
use std::time::Duration;

use storm_tests::program::built;
use storm_tests::{Home, Outcome, Practice, eventually};
use tokio::process::{Child, Command};

use crate::floor::build_empty_window;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::process::memory;
use crate::screen::Screen;
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 7;
const PATIENCE: Duration = Duration::from_secs(30);
/// Memory is read when it has not grown for so long.
const CALM: Duration = Duration::from_secs(2);

/// Both figures, from the same rounds.
///
/// # Errors
/// When a window does not appear.
pub async fn measure(folder: &Path) -> Outcome<[Benchmark; 2]> {
    let practice = Practice::start().await?;
    let home = Home::make(practice.port())?;
    let empty = build_empty_window(folder).await?;
    let mut paint = Rounds::new("window-paint", "ms");
    let mut memory = Rounds::new("window-memory", "MB PSS");
    paint.announce(OURS, "storm-connect, from its start to text on the screen");
    memory.announce(OURS, "storm-connect and all processes it started");
    for rounds in [&mut paint, &mut memory] {
        rounds.announce("empty-window", "a WebKitGTK window with one line of text");
    }
    let programs: [(&str, PathBuf); 2] = [(OURS, built("storm-connect")?), ("empty-window", empty)];
    let screen = Screen::connect()?;
    for _ in 0..ROUNDS {
        for (name, program) in &programs {
            screen.await_blank().await?;
            let mut command = Command::new(program);
            command.envs(home.environment()).kill_on_drop(true).stderr(std::process::Stdio::null());
            let stopwatch = Stopwatch::start();
            let child = command.spawn()?;
            screen.await_text().await?;
            paint.add(name, stopwatch.milliseconds());
            memory.add(name, settled_memory(&child).await?);
            end(child).await?;
        }
    }
    Ok([paint.finish(), memory.finish()])
}

/// Proportional memory in megabytes of a process and all it started, once it has settled.
async fn settled_memory(child: &Child) -> Outcome<f64> {
    let id = child.id().unwrap_or_default();
    let mut least_change: Option<(f64, Stopwatch)> = None;
    eventually("memory to settle", PATIENCE, async || {
        let now = memory(id);
        let settled = match &least_change {
            Some((before, since)) if (now - before).abs() < 1.0 => since.elapsed() >= CALM,
            _ => {
                least_change = Some((now, Stopwatch::start()));
                false
            }
        };
        Ok(if settled { storm_tests::Look::Found(now) } else { storm_tests::Look::NotYet(format!("{now} MB")) })
    })
    .await
}

/// Ends a program as a shutdown does.
async fn end(mut child: Child) -> Outcome {
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process(id, rustix::process::Signal::TERM).map_err(std::io::Error::from)?;
    }
    child.wait().await?;
    Ok(())
}
