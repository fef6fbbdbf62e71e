//! Credentials are rotated while other programs use them: processes with several tasks each are lent the credential over the
//! real host's socket and call the service with it every 20 ms, and the token of a client secret is refreshed all the time, from
//! before the new one is saved until after the old one is proved dead. A key of AWS signs those calls. No call may fail.
//!
//! The person is as quick as a program: each step is ordered the moment the one before is done.

mod caller;

use serde::Serialize;
use storm_domain::{RotationStep, Timestamp};
use storm_engine::view::{RevokeMode, RotationView};
use storm_tests::{Outcome, StepError};

pub use self::caller::run as run_caller;
use self::caller::{CallerBeginning, CallerOrder, Calls, Failed, TASKS};
use crate::estate::{Estate, Holding, Kind, Server};
use crate::host::{HostAnswer, HostBeginning, HostOrder, Refreshes};
use crate::process::Process;
use crate::scratch;
use crate::single_flight::asker::Task;
use crate::victim::turn::Turn;

const PROCESSES: usize = 2;
/// Rotations of a client secret in the time of one of a key.
const SECRETS_A_ROUND: u64 = 10;
/// Turns that no rotation takes.
const TOO_MANY_TURNS: usize = 9;
/// A few seconds less than the service's tokens live: those of a key file are exchanged anew all the time, so also while the
/// one key takes the place of the other.
const MIN_LIFETIME_SECONDS: u64 = 3_595;

/// Rotates a credential of each kind so many times, and tells how it went. Whether everything held.
pub async fn run(rounds: u64) -> Outcome<bool> {
    let mut held = true;
    for kind in Kind::ROTATED {
        // One of a secret takes a fraction of a second: nothing was lent that must still be used.
        let rounds = if kind.is_secret() { rounds * SECRETS_A_ROUND } else { rounds };
        let (calls, refreshes, timeline, is_proved) = rotate(kind, rounds).await?;
        for failed in &calls.failed {
            eprintln!("FAILED {}, {}: {}", kind.name(), moment_of(failed, &timeline), failed.what);
        }
        refreshes.failed.iter().for_each(|what| eprintln!("FAILED {}, a refresh: {what:?}", kind.name()));
        let (made, failed) = (calls.made, calls.failed.len() + refreshes.failed.len());
        println!(
            "{}: {rounds} rotations under {PROCESSES} processes × {TASKS} tasks and {} refreshes, {} secrets lent",
            kind.name(),
            refreshes.made,
            calls.sha256.len()
        );
        let proof = if is_proved { "proved dead" } else { "NOT proved dead" };
        println!("{}: calls {made}, failed {failed}, old key {proof}", kind.name());
        held &= failed == 0 && is_proved && made > 0 && (!kind.is_secret() || refreshes.made > 0);
    }
    Ok(held)
}

/// When a rotation reached which step.
type Timeline = Vec<(Timestamp, &'static str)>;

async fn rotate(kind: Kind, rounds: u64) -> Outcome<(Calls, Refreshes, Timeline, bool)> {
    let scratch = scratch()?;
    let (data, socket) = (scratch.path().join("data"), scratch.path().join("run/host.sock"));
    std::fs::create_dir_all(&data)?;
    let estate = Estate::make_of(&data, Server::Grace, &[kind]).await?;
    let holding = estate.holdings.first().ok_or_else(|| wrong("an empty estate"))?;
    // What a client secret is used for is to refresh; a refresh is to be under way when the old one ends.
    if kind.is_secret() {
        estate.slow_token_requests_down()?;
    }
    let (id, refreshes) = (holding.id, kind.is_secret());
    let beginning = HostBeginning { beginning: estate.beginning(None), socket: socket.clone(), id, refreshes };
    let mut host = Process::begin("host", &beginning, |_| {}).await?;
    host.line::<()>().await?.ok_or_else(|| wrong("the host did not come up"))?;
    let beginning = CallerBeginning {
        socket,
        task: Task { name: holding.id.to_string(), min_lifetime_seconds: MIN_LIFETIME_SECONDS },
        url: format!("{}/api/whoami", estate.service.base_url()),
        aws: estate.moto.as_ref().map(|moto| moto.url().to_owned()),
    };
    let mut callers = Vec::new();
    for _ in 0..PROCESSES {
        callers.push(Process::begin("caller", &beginning, |_| {}).await?);
    }
    call_once_more(&mut callers).await?;
    let (mut timeline, mut is_proved) = (Timeline::new(), rounds > 0);
    for _ in 0..rounds {
        let old = estate.living_keys(holding).await?;
        let rotation = rotate_once(&mut host, &estate, holding, &old).await?;
        call_once_more(&mut callers).await?;
        is_proved &= rotation.proved_at.is_some() && is_one_left(&estate, holding, &old).await?;
        timeline.extend(steps_of(&rotation));
    }
    let refreshes: Refreshes = told(&mut host, &HostOrder::Refreshed).await?;
    let mut all = Calls::default();
    for mut caller in callers {
        let calls: Calls = told(&mut caller, &CallerOrder::Stop).await?;
        all.made += calls.made;
        all.failed.extend(calls.failed);
        all.sha256.extend(calls.sha256);
        caller.end().await?;
    }
    host.end().await?;
    Ok((all, refreshes, timeline, is_proved))
}

/// Waits until each task has made one more call.
async fn call_once_more(callers: &mut [Process]) -> Outcome {
    for caller in callers.iter_mut() {
        caller.write(&CallerOrder::OnceMore).await?;
    }
    for caller in callers {
        caller.line::<()>().await?.ok_or_else(|| wrong("a caller died"))?;
    }
    Ok(())
}

/// Whether the service takes one key or client secret only: the new one, or after a drill the old one.
async fn is_one_left(estate: &Estate, holding: &Holding, old: &[String]) -> Outcome<bool> {
    let living = estate.living_keys(holding).await?;
    Ok(matches!(living.as_slice(), [only] if old.contains(only) == holding.kind.is_drill()))
}

/// Leads a rotation from its beginning to its end.
async fn rotate_once(host: &mut Process, estate: &Estate, holding: &Holding, old: &[String]) -> Outcome<RotationView> {
    let (id, kind) = (holding.id, holding.kind);
    let mut order = HostOrder::Turn(estate.make_replacement(kind, holding).await?);
    for _ in 0..TOO_MANY_TURNS {
        let answer: HostAnswer = told(host, &order).await?;
        let (None, Some(rotation)) = (&answer.failure, answer.rotation.clone()) else {
            return Err(wrong(format!("{}: {answer:?}", kind.name())));
        };
        order = match (&rotation.step, rotation.revoke_mode) {
            (RotationStep::Done | RotationStep::Rehearsed, _) => return Ok(rotation),
            (RotationStep::Verified { .. }, _) => HostOrder::Turn(Turn::Switch(id)),
            (RotationStep::Deactivating { ordered: false, .. }, _) => HostOrder::Deactivated,
            (RotationStep::Switched | RotationStep::Deactivating { .. }, _) => HostOrder::Turn(Turn::RevokeOld(id)),
            (
                RotationStep::Revoking { ordered: false, .. } | RotationStep::Discarding { ordered: false, .. },
                RevokeMode::ByPage,
            ) => {
                estate.end_by_hand(holding, old).await?;
                HostOrder::Turn(Turn::Confirm(id))
            }
            (RotationStep::Revoking { .. } | RotationStep::Discarding { .. } | RotationStep::ProvedDead, _) => {
                HostOrder::Finish
            }
            (step, _) => return Err(wrong(format!("{} stands at {step:?}", kind.name()))),
        };
    }
    Err(wrong(format!("{}: a rotation that does not end", kind.name())))
}

async fn told<T: serde::de::DeserializeOwned>(process: &mut Process, order: &impl Serialize) -> Outcome<T> {
    process.write(order).await?;
    process.line().await?.ok_or_else(|| wrong("a process died"))
}

fn steps_of(rotation: &RotationView) -> Timeline {
    let steps = [
        (Some(rotation.begun_at), "the new one was saved"),
        (rotation.verified_at, "the new one was verified"),
        (rotation.switched_at, "it was switched to the new one"),
        (rotation.revoked_at, "the old one was turned off"),
        (rotation.proved_at, "the old one was proved dead"),
    ];
    steps.into_iter().filter_map(|(at, step)| at.map(|at| (at, step))).collect()
}

/// At which moment of the rotation a call failed.
fn moment_of(failed: &Failed, timeline: &Timeline) -> String {
    let after = |at: Timestamp| {
        let step = timeline.iter().rev().find(|(reached, _)| *reached <= at);
        step.map_or_else(
            || "before the rotation".to_owned(),
            |(reached, step)| format!("{} ms after {step}", at.since(*reached).as_millis()),
        )
    };
    format!("lent {}, failed {}", after(failed.lent_at), after(failed.ended_at))
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
