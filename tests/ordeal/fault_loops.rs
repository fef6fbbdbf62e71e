//! Every call that reaches a file fails, one after the other, in every way a disk fails: the n-th alone, or the n-th and all
//! after it, for all n until the operation gets through untouched. Then, with a disk that is well again, the service is asked
//! whether the program still holds what works, before a restart and after it.
//!
//! INVARIANT: each fault is judged by itself: what one left wrong is not counted for the next.

use std::path::Path;
use std::sync::Arc;

use rustix::io::Errno;
use serde_json::{Value, json};
use storm_domain::{IntegrationId, Method, RotationStep};
use storm_tests::{Outcome, StepError};
use tokio::sync::Mutex;
use tokio::task::JoinSet;

use crate::estate::{Estate, Holding, Kind, Server, is_well};
use crate::process::Process;
use crate::scratch;
use crate::shim::{Shim, Span, Strike};
use crate::victim::report::{Beginning, Order, Report, Standing, What};
use crate::victim::trap::Trap;
use crate::victim::turn::Turn;

const CLOSED: &str = "the vault does not open: ";
/// Each waits for processes most of the time.
const LANES: usize = 4;

/// What is disturbed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operation {
    Refresh,
    Connect,
    Reconnect,
    Rotate,
    /// Opening the vault, with a refresh that was broken off to take up.
    Opening,
}

/// One operation under one kind of fault.
#[derive(Debug, Clone, Copy)]
struct Series {
    operation: Operation,
    fault: (&'static str, Strike),
    span: Span,
}

#[derive(Default)]
struct Sum {
    faults: u64,
    violations: Vec<String>,
}

fn all_series() -> Vec<Series> {
    const FAULTS: [(&str, Strike); 4] = [
        ("ENOSPC", Strike::Fail(Errno::NOSPC)),
        ("EIO", Strike::Fail(Errno::IO)),
        ("EROFS", Strike::Fail(Errno::ROFS)),
        ("a short write", Strike::Short),
    ];
    const OPERATIONS: [Operation; 5] =
        [Operation::Refresh, Operation::Opening, Operation::Connect, Operation::Reconnect, Operation::Rotate];
    let spans = [Span::Once, Span::Onward];
    let with_fault =
        |operation| FAULTS.into_iter().flat_map(move |fault| spans.map(|span| Series { operation, fault, span }));
    OPERATIONS.into_iter().flat_map(with_fault).collect()
}

/// Runs all series, or only those of one operation, and gives the closing figures.
pub async fn run(only: Option<&str>) -> Outcome<Value> {
    let scratch = scratch()?;
    let library = Shim::build(scratch.path()).await?;
    let mut series = all_series();
    let is_wanted = |name: &str| only.is_none_or(|only| name.eq_ignore_ascii_case(only));
    series.retain(|series| is_wanted(&format!("{:?}", series.operation)));
    let (count, waiting) = (series.len(), Arc::new(Mutex::new(series.into_iter())));
    let mut lanes = JoinSet::new();
    for lane in 0..LANES {
        let (waiting, library) = (Arc::clone(&waiting), library.clone());
        let folder = scratch.path().join(format!("lane-{lane}"));
        lanes.spawn(async move {
            let mut total = Sum::default();
            loop {
                let next = waiting.lock().await.next();
                let Some(series) = next else { return Ok::<_, StepError>(total) };
                let sum = disturb(series, &library, &folder).await?;
                tell(series, &sum);
                total.faults += sum.faults;
                total.violations.extend(sum.violations);
            }
        });
    }
    let mut total = Sum::default();
    while let Some(lane) = lanes.join_next().await {
        let sum = lane.map_err(|error| wrong(error.to_string()))??;
        total.faults += sum.faults;
        total.violations.extend(sum.violations);
    }
    Ok(json!({ "series": count, "faults": total.faults, "violations": total.violations.len() }))
}

fn tell(Series { operation, fault: (name, _), span }: Series, sum: &Sum) {
    let span = if span == Span::Once { "once" } else { "from then on" };
    println!("{operation:?}, {name} {span}: {} faults, {} violations", sum.faults, sum.violations.len());
    sum.violations.iter().for_each(|what| eprintln!("VIOLATION {operation:?}, {name} {span}, {what}"));
}

async fn disturb(series: Series, library: &Path, folder: &Path) -> Outcome<Sum> {
    let mut sum = Sum::default();
    let mut room = Room::furnish(series.operation, library, folder).await?;
    for number in 1.. {
        match room.disturb_once(series, number).await? {
            Disturbed::Never => break,
            Disturbed::AndWell => sum.faults += 1,
            Disturbed::Wrong(what) => {
                sum.faults += 1;
                sum.violations.push(format!("call {number}: {what}"));
                room = Room::furnish(series.operation, library, folder).await?;
            }
        }
    }
    Ok(sum)
}

enum Disturbed {
    /// The operation has fewer calls.
    Never,
    AndWell,
    Wrong(String),
}

/// An estate with the victim at work in it.
struct Room {
    estate: Estate,
    shim: Shim,
    /// The one that is worked on.
    subject: Holding,
    victim: Option<Process>,
    newcomers: u32,
}

impl Room {
    async fn furnish(operation: Operation, library: &Path, folder: &Path) -> Outcome<Self> {
        let _ = std::fs::remove_dir_all(folder); // of the series before
        std::fs::create_dir_all(folder)?;
        let estate = Estate::make(folder, Server::Strict, 2, 1).await?;
        let method = if operation == Operation::Rotate { Method::ApiKey } else { Method::OAuth };
        let subject = estate.holdings.iter().find(|holding| holding.method == method).cloned();
        let subject = subject.ok_or_else(|| wrong("an estate without such an integration"))?;
        let mut room = Self { shim: Shim::new(library, folder)?, estate, subject, victim: None, newcomers: 0 };
        room.open().await?.map_err(wrong)?;
        if operation == Operation::Rotate {
            // Whose the key is, so that a new one of the same account is switched to by itself.
            room.ask(What::Verify(room.subject.id)).await.map_err(wrong)?;
        }
        Ok(room)
    }

    async fn disturb_once(&mut self, series: Series, number: u64) -> Outcome<Disturbed> {
        let Series { operation, fault: (_, strike), span } = series;
        let ended = if operation == Operation::Opening {
            self.break_off_a_refresh().await?;
            self.shim.arm(number, span, strike)?;
            match self.open_without_waiting().await? {
                // What is taken up in the background has come to its end when a refresh that stood behind it has.
                Ok(_) => self.ask(What::Refresh(self.subject.id)).await.map(drop),
                closed => closed.map(drop),
            }
        } else {
            let what = self.order_of(operation).await?;
            self.shim.arm(number, span, strike)?;
            self.ask(what).await.map(drop)
        };
        let (_, fired) = self.shim.disarm()?;
        // A vault that a failing disk keeps closed is fine; a victim that dies or hangs is not.
        let is_closed = ended.as_ref().is_err_and(|what| what.starts_with(CLOSED));
        if let (Err(what), false) = (&ended, is_closed) {
            return Ok(Disturbed::Wrong(what.clone()));
        }
        if !is_closed && let Err(what) = self.look(operation, "with a disk that is well again").await? {
            return Ok(Disturbed::Wrong(what));
        }
        self.end().await?;
        if let Err(what) = self.open().await? {
            return Ok(Disturbed::Wrong(format!("after a restart: {what}")));
        }
        if let Err(what) = self.look(operation, "after a restart").await? {
            return Ok(Disturbed::Wrong(what));
        }
        Ok(if fired == 0 { Disturbed::Never } else { Disturbed::AndWell })
    }

    /// Leaves a refresh behind whose answer had just landed.
    async fn break_off_a_refresh(&mut self) -> Outcome {
        let trap = Trap::Call { call: "land".to_owned(), after: true };
        if let Some(victim) = &mut self.victim {
            victim.order(&Order { what: What::Refresh(self.subject.id), trap: Some(trap) }).await?;
            victim.answer().await?;
        }
        self.end().await
    }

    async fn order_of(&mut self, operation: Operation) -> Outcome<What> {
        let (id, account) = (self.subject.id, self.subject.account.clone());
        Ok(match operation {
            Operation::Refresh | Operation::Opening => What::Refresh(id),
            Operation::Reconnect => What::Reconnect { id, account },
            Operation::Rotate => What::Turn(self.estate.make_replacement(Kind::Key, &self.subject).await?),
            Operation::Connect => {
                self.newcomers += 1;
                let account = format!("newcomer-{}@practice.example", self.newcomers);
                let base_url = self.estate.service.base_url().to_owned();
                What::Connect { base_url, registration: self.estate.registration, account }
            }
        })
    }

    /// What the victim answers; an Err says how it failed to.
    async fn ask(&mut self, what: What) -> Result<Report, String> {
        let Some(victim) = &mut self.victim else { return Err("it is not there".to_owned()) };
        victim.order(&Order { what, trap: None }).await.map_err(|error| error.to_string())?;
        match victim.answer().await {
            Ok(Some(report)) => Ok(report),
            Ok(None) => Err("it died".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    /// Starts the victim. The inner Err says why the vault stays closed.
    async fn open(&mut self) -> Outcome<Result<Vec<Standing>, String>> {
        self.open_with(&self.estate.beginning(None)).await
    }

    /// The same, without waiting until everything that was left is taken up: on a failing disk it never is.
    async fn open_without_waiting(&mut self) -> Outcome<Result<Vec<Standing>, String>> {
        self.open_with(&Beginning { waits: false, ..self.estate.beginning(None) }).await
    }

    async fn open_with(&mut self, beginning: &Beginning) -> Outcome<Result<Vec<Standing>, String>> {
        let mut victim = Process::start(beginning, Some(&self.shim), None).await?;
        let report = victim.answer().await;
        self.victim = Some(victim);
        Ok(match report {
            Ok(Some(Report::Opened(standings))) => Ok(standings),
            Ok(Some(Report::NotOpened(why))) => Err(format!("{CLOSED}{why}")),
            Ok(other) => Err(format!("instead of opening: {other:?}")),
            Err(error) => Err(error.to_string()),
        })
    }

    async fn end(&mut self) -> Outcome {
        if let Some(mut victim) = self.victim.take() {
            victim.kill()?;
            victim.wait().await?;
        }
        Ok(())
    }

    /// Whether everything is as the service has it. The inner Err says what is not.
    async fn look(&mut self, operation: Operation, when: &str) -> Outcome<Result<(), String>> {
        let id = self.subject.id;
        match operation {
            Operation::Refresh | Operation::Opening => match self.ask(What::Refresh(id)).await {
                Ok(Report::Done(None)) => {}
                other => return Ok(Err(format!("a refresh {when}: {other:?}"))),
            },
            Operation::Rotate => {
                if let Err(what) = self.finish_rotation().await {
                    return Ok(Err(format!("{when}: {what}")));
                }
            }
            Operation::Connect | Operation::Reconnect => {}
        }
        let standings = match self.ask(What::Look).await {
            Ok(Report::Looked(standings)) => standings,
            other => return Ok(Err(format!("{when}: {other:?}"))),
        };
        let truth = self.estate.truth();
        let of = |id: IntegrationId| standings.iter().find(|standing| standing.id == id);
        for holding in &self.estate.holdings {
            if !is_well(holding, of(holding.id), &truth) {
                return Ok(Err(format!("{when}: {holding:?} stands at {:?}", of(holding.id))));
            }
        }
        // What was there before a restart need not be finished; afterwards it is whole or gone.
        let account = format!("newcomer-{}@practice.example", self.newcomers);
        let newcomer = standings.iter().find(|standing| !self.estate.holdings.iter().any(|one| one.id == standing.id));
        if let (Some(newcomer), "after a restart") = (newcomer, when) {
            let holding = Holding { id: newcomer.id, account, method: Method::OAuth, kind: Kind::Grant };
            if !is_well(&holding, Some(newcomer), &truth) {
                return Ok(Err(format!("{when}: a new integration stands at {newcomer:?}")));
            }
            self.estate.holdings.push(holding);
        }
        Ok(Ok(()))
    }

    /// Ends a rotation that stands at its switch, and asks the service about the key in use.
    async fn finish_rotation(&mut self) -> Result<(), String> {
        let id = self.subject.id;
        let Report::Looked(standings) = self.ask(What::Look).await? else { return Err("it does not look".to_owned()) };
        let step = standings.into_iter().find(|standing| standing.id == id).and_then(|standing| standing.rotation);
        if step == Some(RotationStep::Switched) {
            self.ask(What::Turn(Turn::RevokeOld(id))).await?;
        }
        self.ask(What::Verify(id)).await.map(drop)
    }
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
