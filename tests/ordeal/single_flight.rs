//! Many programs ask at once for a token that is over. Eight processes with fifty threads each ask the real host over its
//! socket, round after round, and each round may cost one token request at the service and no more.
//!
//! That a token is over is brought about without waiting: each round's tokens live ten seconds longer than those of the round
//! before, and each asker wants one that lives nearly as long as the newest can.

pub mod asker;

use std::collections::BTreeSet;

use serde_json::{Value, json};
use storm_sandbox::JournalQuery;
use storm_tests::{Outcome, StepError};

pub use self::asker::run as run_asker;
use self::asker::{Asked, Task};
use crate::estate::{Estate, Server};
use crate::host::HostBeginning;
use crate::process::Process;
use crate::scratch;

const PROCESSES: usize = 8;
/// Tasks of each process.
pub const TASKS: usize = 50;
/// Seconds that the tokens of the first round live; longer than those of the estate.
const FIRST_LIFETIME: u64 = 4_000;
const LONGER_EACH_ROUND: u64 = 10;
/// Seconds in which a round is over for sure.
const LENGTH_OF_A_ROUND: u64 = 5;

/// Plays so many rounds, and gives the closing figures.
pub async fn run(rounds: u64) -> Outcome<Value> {
    let scratch = scratch()?;
    let (data, socket) = (scratch.path().join("data"), scratch.path().join("run/host.sock"));
    std::fs::create_dir_all(&data)?;
    // A second use of one refresh token ends the grant.
    let estate = Estate::make(&data, Server::Strict, 1, 0).await?;
    let one = estate.holdings.first().ok_or_else(|| wrong("an empty estate"))?;
    let name = one.id.to_string();
    let beginning =
        HostBeginning { beginning: estate.beginning(None), socket: socket.clone(), id: one.id, refreshes: false };
    let mut host = Process::begin("host", &beginning, |_| {}).await?;
    host.line::<()>().await?.ok_or_else(|| wrong("the host did not come up"))?;
    let mut askers = Vec::new();
    for _ in 0..PROCESSES {
        askers.push(Process::begin("asker", &socket, |_| {}).await?);
    }
    let control = estate.service.control();
    let (mut violations, mut requests, mut tokens) = (0_u64, 0_usize, 0_usize);
    for round in 1..=rounds {
        let lifetime = FIRST_LIFETIME + LONGER_EACH_ROUND * round;
        control.change_settings(|settings| settings.access_token_lifetime_s = lifetime);
        let since = control.state().last_sequence;
        let task = Task { name: name.clone(), min_lifetime_seconds: lifetime - LENGTH_OF_A_ROUND };
        for asker in &mut askers {
            asker.write(&task).await?;
        }
        let (mut seen, mut refused) = (BTreeSet::new(), Vec::new());
        for asker in &mut askers {
            let asked: Asked = asker.line().await?.ok_or_else(|| wrong("an asker died"))?;
            tokens += asked.lent;
            seen.extend(asked.sha256);
            refused.extend(asked.refused);
        }
        let query = JournalQuery { path: Some("/oauth/token".to_owned()), since, ..JournalQuery::default() };
        let sent = control.requests(&query).len();
        requests += sent;
        if sent != 1 || seen.len() != 1 || !refused.is_empty() {
            violations += 1;
            eprintln!("VIOLATION in round {round}: {sent} requests, {} tokens, refused: {refused:?}", seen.len());
        }
    }
    host.end().await?;
    for asker in askers {
        asker.end().await?;
    }
    let asked = rounds * (PROCESSES * TASKS) as u64;
    Ok(json!({
        "rounds": rounds, "processes": PROCESSES, "tasks": TASKS, "asked": asked, "lent": tokens, "requests": requests,
        "violations": violations,
    }))
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
