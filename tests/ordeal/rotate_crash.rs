//! The program is killed at every call of vault and provider that a rotation makes, before it and after it, for each kind of
//! credential that is rotated; then it is started again and led on to the end. Whenever it is dead, the ordeal looks at what
//! the vault holds and tries it at the service: the credential in use must work.
//!
//! After all points in order come some at random, whose next start is killed at random, too.

mod held;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use storm_domain::{GenerationNumber, GenerationPhase, RotationStep, Verdict};
use storm_tests::{Outcome, StepError};
use tokio::task::JoinSet;

use crate::chance::Chance;
use crate::estate::{Estate, Holding, Kind, Server};
use crate::process::Process;
use crate::scratch;
use crate::victim::report::{Beginning, Order, Report, Standing, What};
use crate::victim::trap::Trap;
use crate::victim::turn::Turn;

/// Rounds at random for each kind.
const RANDOM_ROUNDS: u64 = 20;
/// More moments than a start has.
const MOMENTS_OF_A_START: u64 = 60;
/// Turns that no rotation takes.
const TOO_MANY_TURNS: usize = 12;
/// Of the client secret that an app registration began with.
const FIRST: GenerationNumber = GenerationNumber(0);

/// A turn of the person, in which the program is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Saves the new one, which is verified, and switched to if it is known whose it is.
    Begin,
    Switch,
    /// Turns the old one off, up to its proof where the service can be asked to.
    RevokeOld,
    /// Turned it off by hand, up to its proof.
    Confirm,
}

impl Stage {
    fn all_of(kind: Kind) -> &'static [Self] {
        match kind {
            Kind::KeyByHand => &[Self::Begin, Self::Switch, Self::RevokeOld, Self::Confirm],
            Kind::ClientSecret => &[Self::Begin, Self::RevokeOld, Self::Confirm],
            Kind::ClientSecretDrill => &[Self::Begin, Self::Confirm],
            _ => &[Self::Begin, Self::RevokeOld],
        }
    }
}

#[derive(Default)]
struct Sum {
    kills: u64,
    /// Kills after which nothing that the vault holds works.
    without: u64,
    violations: Vec<String>,
    /// How often it was killed where.
    points: BTreeMap<String, u64>,
}

/// Kills at each `each`-th moment of every kind, and tells how it went. Whether everything held.
pub async fn run(each: u64, seed: u64) -> Outcome<bool> {
    let scratch = scratch()?;
    let mut lanes = JoinSet::new();
    for (number, kind) in (0..).zip(Kind::ROTATED) {
        let folder = scratch.path().join(format!("lane-{number}"));
        lanes.spawn(async move { Lane::furnish(kind, &folder).await?.run(each.max(1), Chance(seed + number)).await });
    }
    let mut total = Sum::default();
    while let Some(lane) = lanes.join_next().await {
        let (kind, sum) = lane.map_err(|error| wrong(error.to_string()))??;
        println!("{}: {} kills at {} calls", kind.name(), sum.kills, sum.points.len());
        sum.violations.iter().for_each(|what| eprintln!("VIOLATION {}: {what}", kind.name()));
        total.kills += sum.kills;
        total.without += sum.without;
        total.violations.extend(sum.violations);
    }
    println!("{} kills, {} without a working credential", total.kills, total.without);
    Ok(total.kills > 0 && total.without == 0 && total.violations.is_empty())
}

/// One estate with one integration, whose credential is rotated again and again.
struct Lane {
    kind: Kind,
    estate: Estate,
    holding: Holding,
    copy: PathBuf,
    victim: Option<Process>,
    sum: Sum,
}

/// A rotation from its first turn to its end.
struct Round {
    new: Turn,
    /// What the service took before.
    old: Vec<String>,
    /// The generation in use before.
    before: Option<GenerationNumber>,
}

impl Lane {
    async fn furnish(kind: Kind, folder: &Path) -> Outcome<Self> {
        let data = folder.join("data");
        std::fs::create_dir_all(&data)?;
        let estate = Estate::make_of(&data, Server::Grace, &[kind]).await?;
        let holding = estate.holdings.first().cloned().ok_or_else(|| wrong("an empty estate"))?;
        let copy = folder.join("copy");
        let mut lane = Self { kind, estate, holding, copy, victim: None, sum: Sum::default() };
        lane.open().await?;
        // Whose it is, so that a new one of the same account is switched to by itself.
        lane.ask(What::Verify(lane.holding.id)).await?;
        Ok(lane)
    }

    async fn run(mut self, each: u64, mut chance: Chance) -> Outcome<(Kind, Sum)> {
        let stages = Stage::all_of(self.kind);
        let mut lengths = Vec::new();
        for stage in stages {
            for trap in [Trap::Change, Trap::Passage] {
                let mut number = 1;
                while self.kill_in(*stage, trap(number), None).await? {
                    number += each;
                }
                lengths.push((*stage, number));
            }
        }
        if each == 1 {
            self.strike_the_missed().await?;
        }
        for _ in 0..RANDOM_ROUNDS.div_ceil(each) {
            let Some((stage, length)) = chance.pick(&lengths).copied() else { break };
            let number = 1 + chance.below(length);
            self.kill_in(stage, Trap::Passage(number), Some(&mut chance)).await?;
        }
        self.end().await?;
        Ok((self.kind, self.sum))
    }

    /// Rotates once, with a kill at one moment of a stage; with `chance`, the starts after it are killed as well. Whether the
    /// stage has such a moment.
    async fn kill_in(&mut self, stage: Stage, trap: Trap, mut chance: Option<&mut Chance>) -> Outcome<bool> {
        let round = Round {
            old: self.estate.living_keys(&self.holding).await?,
            new: self.estate.make_replacement(self.kind, &self.holding).await?,
            before: self.look().await?.generation,
        };
        for earlier in Stage::all_of(self.kind).iter().take_while(|earlier| **earlier != stage) {
            let turn = self.turn_of(*earlier, &round).await?;
            self.ask(What::Turn(turn)).await?;
        }
        let turn = self.turn_of(stage, &round).await?;
        let point = self.kill_over(turn, &trap).await?;
        if let Some(point) = &point {
            let point = format!("{stage:?}: {point}");
            self.look_at_the_dead(&point).await?;
            *self.sum.points.entry(point).or_default() += 1;
            while let Some(chance) = chance.as_deref_mut()
                && chance.coin()
            {
                let moment = 1 + chance.below(MOMENTS_OF_A_START);
                if self.open_with(Some(Trap::Passage(moment))).await? {
                    break; // it got away
                }
                self.look_at_the_dead("a start").await?;
            }
            self.open().await?;
        }
        if let Err(what) = self.lead_to_the_end(&round).await? {
            self.sum.violations.push(format!("{stage:?}, {trap:?}, {point:?}: {what}"));
            return Err(wrong(format!("nothing more can be learned here: {:?}", self.sum.violations)));
        }
        Ok(point.is_some())
    }

    async fn turn_of(&self, stage: Stage, round: &Round) -> Outcome<Turn> {
        let id = self.holding.id;
        Ok(match stage {
            Stage::Begin => round.new.clone(),
            Stage::Switch => Turn::Switch(id),
            Stage::RevokeOld => Turn::RevokeOld(id),
            Stage::Confirm => {
                self.estate.end_by_hand(&self.holding, &round.old).await?;
                Turn::Confirm(id)
            }
        })
    }

    /// Orders a turn and lets the program die in the trap; at which call that was. None = it got to the end.
    async fn kill_over(&mut self, turn: Turn, trap: &Trap) -> Outcome<Option<String>> {
        let Some(victim) = &mut self.victim else { return Err(wrong("it is not there")) };
        victim.order(&Order { what: What::Turn(turn), trap: Some(trap.clone()) }).await?;
        let mut point = trap_name(trap);
        loop {
            match victim.report().await? {
                Some(Report::Falls { call, after }) => point = trap_name(&Trap::Call { call, after }),
                Some(Report::Done(None)) => return Ok(None),
                Some(other) => return Err(wrong(format!("instead of a turn's end: {other:?}"))),
                None => break,
            }
        }
        self.end().await?;
        self.sum.kills += 1;
        Ok(Some(point))
    }

    /// What is left of the dead program must do for whoever needs the credential.
    async fn look_at_the_dead(&mut self, point: &str) -> Outcome {
        let held = held::look(&self.estate, self.holding.id, &self.copy).await?;
        if !held.iter().any(|one| one.works) {
            self.sum.without += 1;
        }
        let in_use = held.iter().find(|one| one.phase == GenerationPhase::Active && one.works);
        if in_use.is_none() {
            self.sum.violations.push(format!("killed {point}, the credential in use does not work: {held:?}"));
        }
        if self.kind.is_drill() && in_use.is_some_and(|one| one.number != FIRST) {
            self.sum.violations.push(format!("killed {point}, a drill had switched: {held:?}"));
        }
        Ok(())
    }

    /// Takes the person's turns until the new one is in use and the old one dead. The inner Err says what is wrong.
    async fn lead_to_the_end(&mut self, round: &Round) -> Outcome<Result<(), String>> {
        let id = self.holding.id;
        let mut is_drilling = false;
        for _ in 0..TOO_MANY_TURNS {
            let standing = self.look().await?;
            let is_begun = standing.generation != round.before;
            let turn = match standing.rotation {
                // The one before may have left this.
                None | Some(RotationStep::Rehearsed) if self.kind.is_drill() => {
                    if is_drilling || self.estate.living_keys(&self.holding).await?.len() == round.old.len() {
                        return self.look_at_the_end(round).await;
                    }
                    round.new.clone()
                }
                // One that is done is cleared away by the next start.
                None | Some(RotationStep::Done) if is_begun => return self.look_at_the_end(round).await,
                None | Some(RotationStep::Done) => round.new.clone(),
                Some(RotationStep::Verified { .. }) => Turn::Switch(id),
                Some(RotationStep::Switched | RotationStep::Deactivating { ordered: true, .. }) => Turn::RevokeOld(id),
                Some(
                    RotationStep::Revoking { ordered: false, .. } | RotationStep::Discarding { ordered: false, .. },
                ) if self.kind.is_ended_by_hand() => {
                    is_drilling = self.kind.is_drill();
                    self.turn_of(Stage::Confirm, round).await?
                }
                step => return Ok(Err(format!("it hangs at {step:?}"))),
            };
            if let Report::Done(Some(failure)) = self.ask(What::Turn(turn)).await? {
                return Ok(Err(format!("a turn failed: {failure:?}")));
            }
        }
        Ok(Err("a rotation that does not end".to_owned()))
    }

    async fn look_at_the_end(&mut self, round: &Round) -> Outcome<Result<(), String>> {
        let living = self.estate.living_keys(&self.holding).await?;
        if living.len() != 1 || living.iter().any(|one| round.old.contains(one) != self.kind.is_drill()) {
            return Ok(Err(format!("the service still has {living:?} after {:?}", round.old)));
        }
        let used = match self.kind {
            kind if kind.is_secret() => What::Refresh(self.holding.id),
            _ => What::Verify(self.holding.id),
        };
        let outcome = self.ask(used).await?;
        if !matches!(outcome, Report::Done(None) | Report::Verified(Verdict::Works { .. })) {
            return Ok(Err(format!("in the end the new one does not work: {outcome:?}")));
        }
        let held = held::look(&self.estate, self.holding.id, &self.copy).await?;
        Ok(match held.as_slice() {
            [only] if only.works && only.phase == GenerationPhase::Active && self.is_in_use(only.number, round) => {
                Ok(())
            }
            held => Err(format!("in the end it holds {held:?}")),
        })
    }

    /// Whether this is the generation that a rotation, or a drill, ends with.
    fn is_in_use(&self, number: GenerationNumber, round: &Round) -> bool {
        if self.kind.is_drill() { Some(number) == round.before } else { Some(number) > round.before }
    }

    /// Every call that a rotation cannot do without is struck on both sides. What the program does at the same time may come
    /// in between, so that counting moments steps over one: that is aimed at by its name.
    async fn strike_the_missed(&mut self) -> Outcome {
        let calls = self.indispensable();
        let traps =
            calls.iter().flat_map(|call| [false, true].map(|after| Trap::Call { call: call.to_string(), after }));
        for trap in traps {
            let struck = format!(": {}", trap_name(&trap));
            let mut is_struck = self.sum.points.keys().any(|known| known.ends_with(&struck));
            for stage in Stage::all_of(self.kind) {
                is_struck = is_struck || self.kill_in(*stage, trap.clone(), None).await?;
            }
            if !is_struck {
                self.sum.violations.push(format!("it was never killed{struck}"));
            }
        }
        Ok(())
    }

    /// The calls of vault and provider that no rotation of this kind does without.
    fn indispensable(&self) -> Vec<&'static str> {
        let by_api: &[&str] = match self.kind {
            kind if kind.is_ended_by_hand() => &[],
            kind if kind.is_minted() => &["begin_minting", "manage_keys", "keep_minted"],
            _ => &["revoke", "begin_rotation"],
        };
        let by_exchange: &[&str] = if self.kind == Kind::KeyFile { &["exchange_assertion"] } else { &[] };
        let always: &[&str] = match self.kind {
            kind if kind.is_secret() => {
                &["begin_secret_rotation", "send_token_request", "update_secret_rotation", "append_activity"]
            }
            _ => &["verify", "update_rotation", "update_integration", "retire_generation", "append_activity"],
        };
        [always, by_api, by_exchange].concat()
    }

    async fn look(&mut self) -> Outcome<Standing> {
        let standings = match self.ask(What::Look).await? {
            Report::Looked(standings) => standings,
            other => return Err(wrong(format!("instead of looking: {other:?}"))),
        };
        standings.into_iter().find(|one| one.id == self.holding.id).ok_or_else(|| wrong("it is gone"))
    }

    async fn ask(&mut self, what: What) -> Outcome<Report> {
        let Some(victim) = &mut self.victim else { return Err(wrong("it is not there")) };
        victim.order(&Order { what, trap: None }).await?;
        victim.answer().await?.ok_or_else(|| wrong("it died by itself"))
    }

    async fn open(&mut self) -> Outcome {
        if self.victim.is_none() && !self.open_with(None).await? {
            return Err(wrong("it died by itself"));
        }
        Ok(())
    }

    /// Starts the victim, and waits until all that goes on by itself is done. False = it died in the trap.
    async fn open_with(&mut self, trap: Option<Trap>) -> Outcome<bool> {
        let mut victim = Process::start(&Beginning { trap, ..self.estate.beginning(None) }, None, None).await?;
        loop {
            match victim.answer().await? {
                Some(Report::Opened(_)) => {
                    self.victim = Some(victim);
                    return Ok(true);
                }
                Some(Report::Falls { .. }) => {}
                Some(other) => return Err(wrong(format!("instead of opening: {other:?}"))),
                None => {
                    victim.wait().await?;
                    self.sum.kills += 1;
                    return Ok(false);
                }
            }
        }
    }

    async fn end(&mut self) -> Outcome {
        if let Some(mut victim) = self.victim.take() {
            victim.kill()?;
            victim.wait().await?;
        }
        Ok(())
    }
}

/// Where it falls, as far as the trap says it beforehand.
fn trap_name(trap: &Trap) -> String {
    match trap {
        Trap::Call { call, after } => format!("{} {call}", if *after { "after" } else { "before" }),
        Trap::Passage(_) | Trap::Change(_) => "it does not say where".to_owned(),
    }
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
