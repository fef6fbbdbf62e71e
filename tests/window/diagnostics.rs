//! Diagnostics and the program's log in the real window: read before they are given away, and what neither of them tells.

use storm_tests::program::built;
use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Copied, Journey, Look, Outcome, PATIENCE, ensure, eventually};
use tokio::process::Command;

const SAVE: &str = "Save the diagnostics";
const ACCOUNT: &str = "ada@practice.example";
const STORED: &str = "a new token was stored";

/// What the element with this name holds, to the last space.
async fn whole_text(journey: &Journey, test: &str) -> Outcome<String> {
    journey.window()?.find(test).await?;
    let text =
        journey.window()?.execute(&format!("return document.querySelector('[data-test={test}]').textContent")).await?;
    Ok(text.as_str().unwrap_or_default().to_owned())
}

/// The texts of the lines that are shown, oldest first.
async fn lines(journey: &Journey) -> Outcome<Vec<String>> {
    const LINES: &str =
        "return [...document.querySelectorAll('[data-test=program-log-line] .text')].map((line) => line.textContent)";
    Ok(serde_json::from_value(journey.window()?.execute(LINES).await?)?)
}

async fn await_lines(journey: &Journey, what: &str, fit: impl Fn(&[String]) -> bool) -> Outcome<Vec<String>> {
    eventually(what, PATIENCE, async || {
        let lines = lines(journey).await?;
        Ok(if fit(&lines) { Look::Found(lines) } else { Look::NotYet(lines.join("\n")) })
    })
    .await
}

fn ensure_silent(secrets: &[String], place: &str, text: &str) -> Outcome {
    ensure(secrets.iter().all(|secret| !text.contains(secret)), || {
        format!("{place} tells a secret or a person:\n{text}")
    })
}

/// What `storm diagnostics` prints.
async fn printed(journey: &Journey) -> Outcome<String> {
    let mut storm = Command::new(built("storm")?);
    storm.arg("diagnostics").env("STORM_CONNECT_SOCKET", journey.home.socket());
    let output = storm.output().await?;
    ensure(output.status.success(), || String::from_utf8_lossy(&output.stderr).into_owned())?;
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Without what a moment changes.
fn lasting(report: &str) -> Vec<&str> {
    let changes = [
        "Storm Connect diagnostics",
        "  write-ahead log",
        "  database",
        "  copies",
        "  newest copy",
        "  waiting in the schedule",
        "  next due",
        "  entries looked at",
    ];
    report
        .lines()
        .filter(|line| !changes.iter().any(|change| line.starts_with(change)) && !line.contains(", "))
        .collect()
}

#[tokio::test]
async fn what_is_read_is_what_is_given_away_and_no_secret_and_no_person_is_in_report_or_log() -> Outcome {
    let mut journey = Journey::begin().await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.click("program-log-open").await?;
    window.click("program-log-more").await?;
    window.find_css("[data-test=program-log-more][aria-pressed=true]").await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    let mut secrets = vec![journey.lend(KEY).await?, journey.lend(SIGN_IN).await?, ACCOUNT.to_owned()];

    // The refresh that was just made is in the log.
    journey.practice.shorten_tokens().await?;
    let before = journey.practice.now().await?;
    let window = journey.window()?;
    window.click("tab-overview").await?;
    window.click("refresh-now").await?;
    let status = journey.practice.await_refresh(before).await?;
    ensure(status == 200, || format!("the refresh was answered with {status}"))?;
    window.click("nav-settings").await?;
    window.click("program-log-open").await?;
    let stored = |lines: &[String]| lines.iter().filter(|line| line.contains(STORED)).count();
    let shown = await_lines(&journey, "the refresh in the log", |lines| stored(lines) > 0).await?;
    // So is the next one, which is made by itself: the log is followed.
    let first = stored(&shown);
    let shown = await_lines(&journey, "the next refresh in the log", |lines| stored(lines) > first).await?;
    journey.picture("program-log").await?;
    ensure_silent(&secrets, "the log", &shown.join("\n"))?;
    ensure(shown.iter().any(|line| !line.contains(STORED)), || "the log shows nothing else".to_owned())?;

    journey.window()?.fill("program-log-search", "TOKEN stored").await?;
    let found = await_lines(&journey, "the filter to fit", |lines| {
        !lines.is_empty() && lines.iter().all(|line| line.contains(STORED))
    })
    .await?;
    journey.window()?.click("program-log-copy").await?;
    journey.window()?.await_text("toast", "copied").await?;
    let copied = Copied::now().await?.unwrap_or_default();
    let is_line = |line: &str| line.contains(" DEBUG storm_engine::refresh: ") && line.contains(STORED);
    ensure(copied.lines().count() >= found.len() && copied.lines().all(is_line), || format!("copied: {copied}"))?;

    // The report: read, copied to the letter, saved to the letter, and printed by the command line.
    secrets.extend([KEY, SIGN_IN, "127.0.0.1", "practice.example"].map(str::to_owned));
    secrets.push(journey.home.data().display().to_string());
    journey.window()?.click("program-log-back").await?;
    journey.window()?.click("diagnostics-open").await?;
    let report = whole_text(&journey, "diagnostics-text").await?;
    journey.picture("diagnostics").await?;
    for fact in
        ["api_key / connected", "oauth / connected", "state                       open", "proxy                       "]
    {
        ensure(report.contains(fact), || format!("“{fact}” is not in the report:\n{report}"))?;
    }
    ensure_silent(&secrets, "the report", &report)?;
    ensure(Copied::now().await?.as_deref() != Some(report.as_str()), || {
        "it was copied before anybody wished".to_owned()
    })?;
    let window = journey.window()?;
    window.click("diagnostics-copy").await?;
    window.await_text("diagnostics-told", "Copied").await?;
    let copied = Copied::now().await?;
    ensure(copied.as_deref() == Some(report.as_str()), || format!("on the clipboard: {copied:?}"))?;
    let path = journey.home.file("diagnostics.txt");
    window.click("diagnostics-save").await?;
    window.save_in_dialog(SAVE, &path).await?;
    window.await_text("diagnostics-told", "diagnostics.txt was saved").await?;
    let saved = std::fs::read_to_string(&path)?;
    ensure(saved == report, || format!("saved: {saved}"))?;
    window.click("diagnostics-close").await?;
    window.await_gone("diagnostics-dialog").await?;
    let printed = printed(&journey).await?;
    ensure(lasting(&printed) == lasting(&report), || format!("printed:\n{printed}\nshown:\n{report}"))?;

    // What is recorded ends with the program, and so does recording more.
    journey.restart().await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.click("program-log-open").await?;
    window.find_css("[data-test=program-log-more][aria-pressed=false]").await?;
    window.find("program-log-count").await?;
    let shown = lines(&journey).await?;
    ensure(shown.iter().all(|line| !line.contains(STORED)), || shown.join("\n"))
}
