//! What the window costs, beside the least window with a web page: time until a list can be used, and memory, with one, ten
//! thousand and a hundred thousand integrations.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use storm_store::OsKeyring;
use storm_tests::program::built;
use storm_tests::{Home, Look, Outcome, await_no_instance, eventually};
use tokio::process::{Child, Command};

use crate::filled_vault::fill;
use crate::floor::build_empty_window;
use crate::harness::{Benchmark, OURS, Rounds};
use crate::lean_service::LeanService;
use crate::process::memory;
use crate::screen::Screen;
use crate::search;
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 7;
const PATIENCE: Duration = Duration::from_secs(90);
/// Memory is read when it has not grown for so long.
const CALM: Duration = Duration::from_secs(2);
/// Ours first: what the others are compared with.
pub const SIZES: [(&str, usize); 3] = [(OURS, LARGE), ("ours-1", 1), ("ours-100000", 100_000)];
/// How many integrations ours has.
pub const LARGE: usize = 10_000;
const EMPTY: &str = "empty-window";
const EMPTY_BY_PROCESSOR: &str = "empty-window-cpu";

/// Start and memory from the same rounds, then the search.
///
/// # Errors
/// When a window does not appear.
pub async fn measure(folder: &Path) -> Outcome<Vec<Benchmark>> {
    let service = LeanService::start(SIZES.iter().map(|(_, count)| *count).max().unwrap_or_default())?;
    let empty = build_empty_window(folder).await?;
    let mut homes = Vec::new();
    for (name, count) in SIZES {
        homes.push((name, filled_home(&service, count).await?));
    }
    let mut contenders = Vec::new();
    for (name, home) in &homes {
        contenders.push(Contender::ours(name, home)?);
    }
    contenders.push(Contender::empty(EMPTY, &empty, &[]));
    contenders.push(Contender::empty(EMPTY_BY_PROCESSOR, &empty, &["cpu"]));
    let mut measured = Vec::from(start_and_memory(&contenders).await?);
    measured.extend(search::measure(&homes).await?);
    Ok(measured)
}

async fn start_and_memory(contenders: &[Contender]) -> Outcome<[Benchmark; 2]> {
    let mut start = Rounds::new("window-start", "ms");
    let mut memory = Rounds::new("window-memory", "MB PSS");
    for contender in contenders {
        start.announce(contender.name, contender.what.clone());
        memory.announce(contender.name, "it and all processes it started");
    }
    let screen = Screen::connect()?;
    for _ in 0..ROUNDS {
        for contender in contenders {
            screen.await_blank().await?;
            await_no_instance().await?;
            let stopwatch = Stopwatch::start();
            let child = contender.start()?;
            screen.await_first_row().await?;
            start.add(contender.name, stopwatch.milliseconds());
            memory.add(contender.name, settled_memory(&child).await?);
            end(child).await?;
        }
    }
    Ok([start.finish(), memory.finish()])
}

/// A home whose vault holds so many integrations at the service.
///
/// # Errors
/// When it cannot be written.
pub async fn filled_home(service: &LeanService, count: usize) -> Outcome<Home> {
    let home = Home::make(service.port())?;
    fill(&home.data(), Arc::new(OsKeyring::default()), service, count).await?;
    Ok(home)
}

/// A program that opens a window.
pub struct Contender {
    /// Its name in the tables.
    pub name: &'static str,
    what: String,
    program: PathBuf,
    arguments: Vec<&'static str>,
    environment: Vec<(&'static str, String)>,
}

impl Contender {
    /// The program with what its user has.
    ///
    /// # Errors
    /// When it has not been built.
    pub fn ours(name: &'static str, home: &Home) -> Outcome<Self> {
        let mut environment = home.environment();
        environment.push(("STORM_CONNECT_LOG", "info".to_owned())); // as its users have it
        let what = format!("storm-connect, from its start to its first row; {}", size_of(name));
        Ok(Self { name, what, program: built("storm-connect")?, arguments: Vec::new(), environment })
    }

    /// A WebKitGTK window with one line of text.
    pub fn empty(name: &'static str, program: &Path, arguments: &[&'static str]) -> Self {
        let drawn = if arguments.is_empty() { "" } else { ", drawn by the processor as ours is" };
        let what = format!("a WebKitGTK window with one line of text{drawn}");
        Self { name, what, program: program.to_owned(), arguments: arguments.to_vec(), environment: Vec::new() }
    }

    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(&self) -> Outcome<Child> {
        let mut command = Command::new(&self.program);
        command.args(&self.arguments).envs(self.environment.iter().cloned()).kill_on_drop(true);
        Ok(command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?)
    }
}

/// How many integrations there are, in words.
pub fn size_of(name: &str) -> String {
    let count = SIZES.iter().find(|(size, _)| *size == name).map_or(LARGE, |(_, count)| *count);
    if count == 1 { "one integration".to_owned() } else { format!("{count} integrations") }
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
        Ok(if settled { Look::Found(now) } else { Look::NotYet(format!("{now} MB")) })
    })
    .await
}

/// Ends a program as a shutdown does.
///
/// # Errors
/// When it cannot be ended.
pub async fn end(mut child: Child) -> Outcome {
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()).and_then(rustix::process::Pid::from_raw) {
        rustix::process::kill_process(id, rustix::process::Signal::TERM).map_err(std::io::Error::from)?;
    }
    child.wait().await?;
    Ok(())
}
