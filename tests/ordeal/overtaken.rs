//! A host that stands still in the midst of a refresh, while another takes its place. The lock of the vault keeps the two
//! apart; here it is taken away, as a network file system or a zealous cleaner does, so that only the lease is left.
//!
//! What must hold: the first, once it moves again, overwrites nothing, and the refresh token in the answer that it then gets
//! is there when the service takes no other.

use std::path::Path;
use std::time::Duration;

use serde_json::{Value, json};
use storm_sandbox::{Control, GrantFilter, JournalQuery, NewGrant, Progress, Step};
use storm_tests::{Outcome, StepError};

use crate::estate::{Estate, Holding, Server, is_well};
use crate::process::Process;
use crate::scratch;
use crate::victim::report::{Order, Report, Standing, What};

const GATE: &str = "the other one";
const PATIENCE: Duration = Duration::from_secs(10);

/// Plays both cases and gives the closing figures.
pub async fn run() -> Outcome<Value> {
    let mut violations = Vec::new();
    for case in [Case::OlderAnswer, Case::NewerAnswer] {
        let scratch = scratch()?;
        if let Err(what) = play(case, scratch.path()).await? {
            violations.push(format!("{case:?}: {what}"));
        }
    }
    violations.iter().for_each(|what| eprintln!("VIOLATION {what}"));
    Ok(json!({ "cases": 2, "violations": violations.len() }))
}

/// What the first one's answer holds when it comes at last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    /// A token that the second one has refreshed away since.
    OlderAnswer,
    /// The only token that the service still takes.
    NewerAnswer,
}

async fn play(case: Case, folder: &Path) -> Outcome<Result<(), String>> {
    let estate = Estate::make(folder, Server::Grace, 1, 0).await?;
    let Some(holding) = estate.holdings.first().cloned() else { return Err(wrong("an empty estate")) };
    let control = estate.service.control();
    let mut first = open(&estate).await?;
    let mut step = Step { path: "/oauth/token".to_owned(), hold: Some(GATE.to_owned()), ..Step::default() };
    let spare = match case {
        Case::OlderAnswer => None,
        Case::NewerAnswer => Some(another_grant(&control, &holding).await?),
    };
    step.apply_first = spare.is_none();
    step.body = spare.map(|answer| answer.to_string());
    step.status = step.body.is_some().then_some(200);
    control.script(step).map_err(|error| wrong(error.to_string()))?;
    let since = control.state().last_sequence;
    first.order(&Order { what: What::Refresh(holding.id), trap: None }).await?;
    let query = JournalQuery { path: Some("/oauth/token".to_owned()), since, ..JournalQuery::default() };
    control.wait_for_requests(&query, Progress::Held, 1, PATIENCE).await;
    first.stand_still()?;

    std::fs::remove_file(folder.join("vault.lock"))?;
    let mut second = open(&estate).await?;
    if let Some(Report::Done(Some(failure))) = ask(&mut second, What::Refresh(holding.id)).await? {
        return Ok(Err(format!("the second one's refresh: {failure:?}")));
    }
    let before = look(&mut second, &holding).await?;

    control.release(GATE);
    first.go_on()?;
    let overtaken = first.answer().await?;
    if !matches!(overtaken, Some(Report::Done(Some(_)))) {
        return Ok(Err(format!("the first one took no notice: {overtaken:?}")));
    }
    let after = look(&mut second, &holding).await?;
    if after.generation != before.generation || after.sha256 != before.sha256 {
        return Ok(Err(format!("it overwrote {before:?} with {after:?}")));
    }
    first.kill()?;
    first.wait().await?;
    second.kill()?;
    second.wait().await?;

    if case == Case::NewerAnswer {
        end_grant_of(&control, &after).await?;
    }
    let mut third = open(&estate).await?;
    let refreshed = ask(&mut third, What::Refresh(holding.id)).await?;
    let standing = look(&mut third, &holding).await?;
    third.kill()?;
    third.wait().await?;
    let is_well = is_well(&holding, Some(&standing), &estate.truth());
    Ok(if is_well { Ok(()) } else { Err(format!("after a restart: {refreshed:?}, {standing:?}")) })
}

async fn another_grant(control: &Control, holding: &Holding) -> Outcome<Value> {
    let asked = NewGrant { account: Some(holding.account.clone()), ..NewGrant::default() };
    control.create_grant(asked).await.map_err(|error| wrong(error.to_string()))
}

/// The service ends the grant whose token this is, and no other of the account.
async fn end_grant_of(control: &Control, standing: &Standing) -> Outcome {
    let grants = control.grants().into_iter();
    let ended =
        grants.filter(|grant| grant.refresh_token_sha256.iter().any(|one| Some(one) == standing.sha256.as_ref()));
    for grant in ended {
        let filter = GrantFilter { id: Some(grant.id), ..GrantFilter::default() };
        control.revoke_grants(&filter).await.map_err(|error| wrong(error.to_string()))?;
    }
    Ok(())
}

async fn open(estate: &Estate) -> Outcome<Process> {
    let mut process = Process::start(&estate.beginning(None), None, None).await?;
    match process.answer().await? {
        Some(Report::Opened(_)) => Ok(process),
        other => Err(wrong(format!("instead of opening: {other:?}"))),
    }
}

async fn ask(process: &mut Process, what: What) -> Outcome<Option<Report>> {
    process.order(&Order { what, trap: None }).await?;
    process.answer().await
}

async fn look(process: &mut Process, holding: &Holding) -> Outcome<Standing> {
    match ask(process, What::Look).await? {
        Some(Report::Looked(standings)) => standings.into_iter().find(|standing| standing.id == holding.id),
        _ => None,
    }
    .ok_or_else(|| wrong("it is not there"))
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
