//! A victim as a process of its own: orders in, reports out, and its death.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde::Serialize;
use serde::de::DeserializeOwned;
use storm_tests::{Outcome, StepError};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::Mutex;

use crate::shim::Shim;
use crate::victim::report::{Beginning, Order, Report};

/// How long a victim may think before that counts as being stuck.
const PATIENCE: Duration = Duration::from_secs(120);

/// LOCK: held while a process is started, and while a vault is open in this one: until it is another program, a child holds the
/// lock of every vault that is open here.
pub static FORKING: Mutex<()> = Mutex::const_new(());

pub struct Process {
    child: Child,
    orders: ChildStdin,
    reports: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a victim, with the shim if one is given, and tells it where its data are.
    pub async fn start(beginning: &Beginning, shim: Option<&Shim>, record: Option<&Path>) -> Outcome<Self> {
        Self::begin("victim", beginning, |command| {
            if let Some(shim) = shim {
                shim.wear(command, &beginning.folder);
            }
            if let Some(record) = record {
                command.env("STORM_SHIM_RECORD", record);
            }
        })
        .await
    }

    /// Starts this program in another part, and writes its first line.
    pub async fn begin(part: &str, first: &impl Serialize, dress: impl FnOnce(&mut Command)) -> Outcome<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(part).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        dress(&mut command);
        let forking = FORKING.lock().await;
        let mut child = command.spawn()?;
        drop(forking);
        let (Some(orders), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(StepError::Wrong("a process without standard input and output".to_owned()));
        };
        let mut process = Self { child, orders, reports: BufReader::new(output).lines() };
        process.write(first).await?;
        Ok(process)
    }

    /// Writes a line to its standard input.
    pub async fn write(&mut self, line: &impl Serialize) -> Outcome {
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        match self.orders.write_all(&line).await {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()), // it died; who reads will see
            written => Ok(written?),
        }
    }

    /// Reads a line of its standard output; None when it is dead. One that a kill cut off is as good as none.
    pub async fn line<T: DeserializeOwned>(&mut self) -> Outcome<Option<T>> {
        let Ok(line) = tokio::time::timeout(PATIENCE, self.reports.next_line()).await else {
            return Err(StepError::InVain { what: "a line of a process".to_owned(), seen: "silence".to_owned() });
        };
        Ok(line?.and_then(|line| serde_json::from_str(&line).ok()))
    }

    /// Gives an order and does not wait.
    pub async fn order(&mut self, order: &Order) -> Outcome {
        self.write(order).await
    }

    /// The next report; None when the victim is dead. Announcements are reports, too.
    pub async fn report(&mut self) -> Outcome<Option<Report>> {
        self.line().await
    }

    /// The report that answers an order; None when the victim died over it.
    pub async fn answer(&mut self) -> Outcome<Option<Report>> {
        loop {
            match self.report().await? {
                Some(Report::Landed { .. } | Report::Committed { .. }) => {}
                answer => return Ok(answer),
            }
        }
    }

    /// Kills it, now.
    pub fn kill(&mut self) -> Outcome {
        Ok(self.child.start_kill()?)
    }

    /// Stops it without its notice, as a debugger or a frozen container does.
    pub fn stand_still(&self) -> Outcome {
        self.signal(Signal::STOP)
    }

    /// Lets it run on.
    pub fn go_on(&self) -> Outcome {
        self.signal(Signal::CONT)
    }

    fn signal(&self, signal: Signal) -> Outcome {
        let id = self.child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
        let id = id.ok_or_else(|| StepError::Wrong("the process has ended".to_owned()))?;
        Ok(kill_process(id, signal).map_err(std::io::Error::from)?)
    }

    /// Ends its standard input, and waits until it is gone.
    pub async fn end(self) -> Outcome {
        self.wait().await.map(drop)
    }

    /// Waits until it is gone.
    pub async fn wait(mut self) -> Outcome<std::process::ExitStatus> {
        drop(self.orders);
        Ok(self.child.wait().await?)
    }
}
