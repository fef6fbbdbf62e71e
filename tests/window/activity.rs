//! The activity log in the real window: filters, a file of it, and an entry that somebody changed behind the program's back.

use rusqlite::Connection;
use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Journey, Look, Outcome, PATIENCE, StepError, ensure, eventually};
use thirtyfour::Key;

const SAVE: &str = "Save the activity log";

/// The kinds of entries that are shown, newest first.
async fn await_kinds(journey: &Journey, fit: impl Fn(&[&str]) -> bool) -> Outcome {
    let window = journey.window()?;
    eventually("the log to show these", PATIENCE, async || {
        let kinds = window
            .execute("return [...document.querySelectorAll('[data-test=activity-entry]')].map((entry) => entry.dataset.kind)")
            .await?;
        let kinds: Vec<&str> = kinds.as_array().into_iter().flatten().filter_map(|kind| kind.as_str()).collect();
        Ok(if fit(&kinds) { Look::Found(()) } else { Look::NotYet(format!("{kinds:?}")) })
    })
    .await
}

async fn check_is(journey: &Journey, wanted: &str) -> Outcome {
    journey.window()?.find_css(&format!("[data-test=log-check][data-check={wanted}]")).await.map(drop)
}

#[tokio::test]
async fn the_log_is_filtered_saved_and_says_that_somebody_changed_it() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    journey.window()?.click("nav-activity").await?;
    check_is(&journey, "intact").await?;
    await_kinds(&journey, |kinds| kinds.contains(&"connected") && kinds.contains(&"verified")).await?;
    journey.window()?.click("activity-topic-verification").await?;
    await_kinds(&journey, |kinds| !kinds.is_empty() && kinds.iter().all(|kind| *kind == "verified")).await?;
    journey.window()?.click("activity-topic-all").await?;
    journey.window()?.fill("activity-search", SIGN_IN).await?;
    await_kinds(&journey, |kinds| kinds.contains(&"connected") && !kinds.contains(&"verified")).await?;
    journey.picture("log-filtered").await?;

    // What the filter shows, and nothing else, is written where the user chooses.
    let path = journey.home.file("log.csv");
    journey.window()?.click("activity-save-csv").await?;
    journey.window()?.save_in_dialog(SAVE, &path).await?;
    journey.window()?.await_text("toast", "log.csv was saved").await?;
    let saved = std::fs::read_to_string(&path)?;
    ensure(saved.contains(SIGN_IN) && !saved.contains(KEY), || saved.clone())?;
    journey.window()?.press(Key::Escape).await?;

    // Without the program: the account that signed in becomes another.
    journey.take_window()?.quit().await?;
    let database = Connection::open(journey.home.data().join("vault.db")).map_err(wrong)?;
    let changed = database
        .execute("UPDATE activity SET what = replace(what, 'ada@', 'eve@') WHERE what LIKE '%ada@%'", [])
        .map_err(wrong)?;
    ensure(changed > 0, || "no entry names the account".to_owned())?;
    drop(database);
    journey.open().await?;
    journey.window()?.click("notice-log-show").await?;
    check_is(&journey, "broken").await?;
    journey.window()?.await_text("log-broken", "changed outside of Storm Connect").await?;
    journey.picture("log-broken").await?;
    // Nothing was stopped by it.
    journey.show_list().await?;
    journey.await_status(KEY, "connected").await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

fn wrong(error: rusqlite::Error) -> StepError {
    StepError::Wrong(error.to_string())
}
