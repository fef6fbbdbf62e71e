//! One victim after the other on one estate: open, judge the round before, begin the next, die.
//!
//! INVARIANT: an estate is judged whole at each opening; what nobody touched must be well, too.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use storm_auth::SystemClock;
use storm_domain::port::Clock as _;
use storm_domain::{IntegrationId, Method, RotationStep};
use storm_sandbox::{JournalQuery, Progress, Step};
use storm_tests::{Outcome, StepError};
use tokio::time::Instant;

use super::point::{Operation, Point};
use super::tally::{End, Tally};
use super::verdict::{Round, judge};
use crate::chance::Chance;
use crate::estate::{Estate, Holding, Kind, Server, is_well};
use crate::process::Process;
use crate::shim::{Shim, Span, Strike};
use crate::victim::report::{Order, Report, Standing, What};
use crate::victim::turn::Turn;

const GRANTS: usize = 8;
const KEYS: usize = 2;
/// Fewer living grants, or more integrations than that, and a new estate is made.
const FEWEST: usize = 3;
const MOST: usize = 24;
const GATE: &str = "the kill";

pub struct Lane {
    pub server: Server,
    pub chance: Chance,
    /// Kills still wanted, of all lanes together.
    pub wanted: Arc<AtomicI64>,
    pub library: PathBuf,
    pub tally: Tally,
    /// How often an operation reaches a file, and how long it takes; learned from those that were not killed.
    pub calls: BTreeMap<Operation, u64>,
    pub lengths: BTreeMap<Operation, Duration>,
    /// Points at calls that are still to be tried at least once.
    pub untried: Vec<(Operation, Point)>,
    made: usize,
}

impl Lane {
    pub fn new(server: Server, seed: u64, wanted: Arc<AtomicI64>, library: PathBuf) -> Self {
        Self {
            server,
            chance: Chance(seed),
            wanted,
            library,
            tally: Tally::default(),
            calls: BTreeMap::new(),
            lengths: BTreeMap::new(),
            untried: Vec::new(),
            made: 0,
        }
    }

    /// Goes on, with new estates, until enough were killed.
    pub async fn run(mut self, folder: &Path) -> Outcome<Tally> {
        while self.wanted.load(Ordering::Relaxed) > 0 {
            let at = folder.join(format!("estate-{:x}-{}", self.chance.0, self.made));
            self.made += 1;
            std::fs::create_dir_all(&at)?;
            let estate = Estate::make(&at, self.server, GRANTS, KEYS).await?;
            let shim = Shim::new(&self.library, &at)?;
            self.wear_out(estate, &shim).await?;
            std::fs::remove_dir_all(&at)?;
        }
        Ok(self.tally)
    }

    async fn wear_out(&mut self, mut estate: Estate, shim: &Shim) -> Outcome {
        let mut round: Option<Round> = None;
        loop {
            let point = self.opening_point(round.as_ref());
            let (process, standings) = match self.open(&estate, shim, point.as_ref(), &mut round).await? {
                Opening::Died => continue,
                Opening::Stands(process, standings) => (*process, standings),
                Opening::Wrong(what) => {
                    self.end_round(round.take(), &Err(what));
                    return Ok(()); // nothing more can be learned here
                }
            };
            let (mut process, standings) = self.ask_about_keys(process, &estate, standings).await?;
            self.judge_all(&mut estate, round.take(), &standings);
            let living = estate.holdings.iter().filter(|holding| holding.method == Method::OAuth).count();
            if living < FEWEST || standings.len() > MOST || !self.may_kill() {
                process.kill()?;
                process.wait().await?;
                return Ok(());
            }
            round = Some(self.kill_one(&estate, shim, process, &standings).await?);
        }
    }

    /// One opening in four after a kill is killed, too.
    fn opening_point(&mut self, round: Option<&Round>) -> Option<Point> {
        let wanted = round.is_some_and(|round| round.points.len() < 3) && self.chance.below(4) == 0;
        let calls = self.calls.get(&Operation::Opening).copied().unwrap_or(30);
        (wanted && self.may_kill()).then(|| Point::any(Operation::Opening, calls, &mut self.chance))
    }

    /// Takes one of the kills that are still wanted.
    fn may_kill(&self) -> bool {
        let one_less = |wanted: i64| (wanted > 0).then(|| wanted - 1);
        self.wanted.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok()
    }

    async fn open(
        &mut self,
        estate: &Estate,
        shim: &Shim,
        point: Option<&Point>,
        round: &mut Option<Round>,
    ) -> Outcome<Opening> {
        let trap = match point {
            Some(Point::Call(trap)) => Some(trap.clone()),
            _ => None,
        };
        match point {
            Some(Point::File { number, after }) => shim.arm(*number, Span::Once, kill(*after))?,
            _ => shim.disarm().map(drop)?,
        }
        let begun = Instant::now();
        let mut process = Process::start(&estate.beginning(trap), Some(shim), None).await?;
        if let Some(Point::Moment(thousandths)) = point {
            self.wait_for_moment(Operation::Opening, *thousandths).await?;
            process.kill()?;
        }
        let report = process.answer().await;
        let (calls, _) = shim.disarm()?;
        if point.is_some() && !matches!(report, Ok(None)) {
            self.wanted.fetch_add(1, Ordering::Relaxed); // it got away
        }
        match report {
            Ok(Some(Report::Opened(standings))) => {
                self.lengths.insert(Operation::Opening, begun.elapsed());
                if matches!(point, Some(Point::File { .. })) {
                    self.calls.insert(Operation::Opening, calls);
                }
                Ok(Opening::Stands(Box::new(process), standings))
            }
            Ok(Some(Report::NotOpened(why))) => Ok(Opening::Wrong(format!("the vault does not open: {why}"))),
            Ok(None) if point.is_some() => {
                process.wait().await?;
                self.tally.kills += 1;
                if let (Some(round), Some(point)) = (round, point) {
                    round.points.push(point.name(Operation::Opening));
                }
                Ok(Opening::Died)
            }
            Ok(other) => Ok(Opening::Wrong(format!("instead of opening: {other:?}"))),
            Err(StepError::InVain { .. }) => Ok(Opening::Wrong("what was left is never taken up".to_owned())),
            Err(error) => Err(error),
        }
    }

    /// The service's word on each key in use.
    async fn ask_about_keys(
        &mut self,
        mut process: Process,
        estate: &Estate,
        standings: Vec<Standing>,
    ) -> Outcome<(Process, Vec<Standing>)> {
        for holding in estate.holdings.iter().filter(|holding| holding.method == Method::ApiKey) {
            process.order(&Order { what: What::Verify(holding.id), trap: None }).await?;
            process.answer().await?;
        }
        process.order(&Order { what: What::Look, trap: None }).await?;
        match process.answer().await? {
            Some(Report::Looked(standings)) => Ok((process, standings)),
            _ => Ok((process, standings)),
        }
    }

    fn judge_all(&mut self, estate: &mut Estate, round: Option<Round>, standings: &[Standing]) {
        let truth = estate.truth();
        let of = |id: IntegrationId| standings.iter().find(|standing| standing.id == id);
        let subject = round.as_ref().and_then(|round| match round.operation {
            Operation::Connect => standings.iter().find(|standing| !round.known.contains(&standing.id)),
            _ => estate.holdings.iter().find(|holding| holding.account == round.account).and_then(|one| of(one.id)),
        });
        if let Some(round) = round {
            let verdict = judge(&round, subject, &truth);
            let account = round.account.clone();
            let is_new = round.operation == Operation::Connect;
            let is_lost = !matches!(verdict, Ok(end) if end < End::Interrupted);
            self.end_round(Some(round), &verdict);
            if let (true, false, Some(standing)) = (is_new, is_lost, subject) {
                estate.holdings.push(Holding { id: standing.id, account, method: Method::OAuth, kind: Kind::Grant });
            } else if is_lost {
                estate.holdings.retain(|holding| holding.account != account);
            }
        }
        for holding in &estate.holdings {
            if !is_well(holding, of(holding.id), &truth) {
                self.tally.count(&[], End::Unexplained);
                self.tally.mystery(format!("untouched, and not well: {holding:?} {:?}", of(holding.id)));
            }
        }
        estate.holdings.retain(|holding| is_well(holding, of(holding.id), &truth));
    }

    fn end_round(&mut self, round: Option<Round>, verdict: &Result<End, String>) {
        let Some(round) = round else {
            if let Err(what) = verdict {
                self.tally.count(&[], End::Unexplained);
                self.tally.mystery(what.clone());
            }
            return;
        };
        match verdict {
            Ok(end) => self.tally.count(&round.points, *end),
            Err(what) => {
                self.tally.count(&round.points, End::Unexplained);
                self.tally.mystery(format!("{what}; killed at {:?}; {round:?}", round.points));
            }
        }
    }

    /// Gives one order and kills the victim in the midst of it.
    async fn kill_one(
        &mut self,
        estate: &Estate,
        shim: &Shim,
        mut process: Process,
        standings: &[Standing],
    ) -> Outcome<Round> {
        let (operation, point) = self.next_point(estate, standings);
        let (what, account, before) = self.order_of(operation, estate, standings).await?;
        let mut trap = None;
        match &point {
            Point::Call(here) => trap = Some(here.clone()),
            Point::File { number, after } => shim.arm(*number, Span::Once, kill(*after))?,
            Point::Service { replaced } => {
                let step = Step {
                    path: "/oauth/token".to_owned(),
                    hold: Some(GATE.to_owned()),
                    apply_first: *replaced,
                    ..Step::default()
                };
                estate.service.control().script(step).map_err(|error| StepError::Wrong(error.to_string()))?;
            }
            Point::Moment(_) => {}
        }
        let (begun_at, begun) = (SystemClock.now(), Instant::now());
        let since = estate.service.control().state().last_sequence;
        process.order(&Order { what, trap }).await?;
        match &point {
            Point::Service { .. } => {
                wait_for_token_request(estate, since, Progress::Held).await;
                process.kill()?;
            }
            Point::Moment(thousandths) => {
                self.wait_for_moment(operation, *thousandths).await?;
                process.kill()?;
            }
            _ => {}
        }
        let report = process.answer().await?;
        let is_over = report.is_some();
        process.kill()?;
        process.wait().await?;
        let killed_at = SystemClock.now();
        let (calls, _) = shim.disarm()?;
        if is_over && !matches!(point, Point::Moment(_)) {
            self.lengths.insert(operation, begun.elapsed());
            if matches!(point, Point::File { .. }) {
                self.calls.insert(operation, calls);
            }
        }
        if matches!(point, Point::Service { .. }) {
            estate.service.control().clear_script();
            // Whatever the service still does with the request comes before the next opening.
            wait_for_token_request(estate, since, Progress::Completed).await;
        }
        self.tally.kills += 1;
        let name = if is_over { format!("{}: after its end", operation.name()) } else { point.name(operation) };
        let requests = estate.token_requests();
        let known = standings.iter().map(|standing| standing.id).collect();
        Ok(Round { operation, account, points: vec![name], begun_at, killed_at, before, known, requests })
    }

    /// First every point at a call, then any point.
    fn next_point(&mut self, estate: &Estate, standings: &[Standing]) -> (Operation, Point) {
        let is_switched = |standing: &Standing| standing.rotation == Some(RotationStep::Switched);
        let can_revoke = estate
            .holdings
            .iter()
            .any(|holding| standings.iter().any(|standing| standing.id == holding.id && is_switched(standing)));
        let can_rotate = estate.holdings.iter().any(|holding| {
            holding.method == Method::ApiKey
                && standings.iter().any(|standing| standing.id == holding.id && !is_switched(standing))
        });
        let can = |operation: Operation| match operation {
            Operation::RevokeOld => can_revoke,
            Operation::Rotate => can_rotate,
            _ => true,
        };
        if let Some(index) = self.untried.iter().position(|(operation, _)| can(*operation)) {
            return self.untried.swap_remove(index);
        }
        let operation = match self.chance.below(20) {
            0..12 => Operation::Refresh,
            12..14 => Operation::Connect,
            14..17 => Operation::Reconnect,
            _ if can_revoke => Operation::RevokeOld,
            _ if can_rotate => Operation::Rotate,
            _ => Operation::Refresh,
        };
        let calls = self.calls.get(&operation).copied().unwrap_or(40);
        let point = Point::any(operation, calls, &mut self.chance);
        (operation, point)
    }

    async fn order_of(
        &mut self,
        operation: Operation,
        estate: &Estate,
        standings: &[Standing],
    ) -> Outcome<(What, String, Option<Standing>)> {
        let standing_of = |holding: &Holding| standings.iter().find(|standing| standing.id == holding.id).cloned();
        let is_switched =
            |holding: &&Holding| standing_of(holding).is_some_and(|it| it.rotation == Some(RotationStep::Switched));
        let fitting: Vec<&Holding> = match operation {
            Operation::Rotate | Operation::RevokeOld => {
                let keys = estate.holdings.iter().filter(|holding| holding.method == Method::ApiKey);
                keys.filter(|holding| is_switched(holding) == (operation == Operation::RevokeOld)).collect()
            }
            _ => estate.holdings.iter().filter(|holding| holding.method == Method::OAuth).collect(),
        };
        let nobody = || StepError::Wrong("there is nothing left to do this with".to_owned());
        let holding = self.chance.pick(&fitting).copied().ok_or_else(nobody)?;
        let (id, account) = (holding.id, holding.account.clone());
        let what = match operation {
            Operation::Connect => {
                let account = format!("newcomer-{}@practice.example", self.chance.below(u64::MAX));
                let base_url = estate.service.base_url().to_owned();
                let what = What::Connect { base_url, registration: estate.registration, account: account.clone() };
                return Ok((what, account, None));
            }
            Operation::Reconnect => What::Reconnect { id, account: account.clone() },
            Operation::Rotate => What::Turn(estate.make_replacement(Kind::Key, holding).await?),
            Operation::RevokeOld => What::Turn(Turn::RevokeOld(id)),
            Operation::Refresh | Operation::Opening => What::Refresh(id),
        };
        Ok((what, account, standing_of(holding)))
    }

    /// Part of the time that the operation takes.
    async fn wait_for_moment(&self, operation: Operation, thousandths: u64) -> Outcome {
        let length = self.lengths.get(&operation).copied().unwrap_or(Duration::from_millis(40));
        let pause = length.mul_f64(f64::from(u32::try_from(thousandths).unwrap_or(0)) / 1_000.0);
        // A thread of its own: the runtime's timer knows milliseconds only.
        let slept = tokio::task::spawn_blocking(move || std::thread::sleep(pause)).await;
        slept.map_err(|_| StepError::Wrong("the runtime ended".to_owned()))
    }
}

enum Opening {
    Stands(Box<Process>, Vec<Standing>),
    Died,
    Wrong(String),
}

fn kill(after: bool) -> Strike {
    if after { Strike::KillAfter } else { Strike::KillBefore }
}

fn token_requests(since: u64) -> JournalQuery {
    JournalQuery { path: Some("/oauth/token".to_owned()), since, ..JournalQuery::default() }
}

async fn wait_for_token_request(estate: &Estate, since: u64, progress: Progress) {
    const PATIENCE: Duration = Duration::from_secs(5);
    let query = token_requests(since);
    // In vain = the victim never came so far; its own report tells.
    let _ = estate.service.control().wait_for_requests(&query, progress, 1, PATIENCE).await;
}
