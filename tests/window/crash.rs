//! kill -9 in the middle of a refresh, when the service has already replaced the refresh token and its answer is lost.

use serde_json::json;
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Journey, Manner, Outcome, ensure};

/// Signed in, and killed while the answer to a refresh was on its way.
async fn crashed(grace_s: u64) -> Outcome<Journey> {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    journey.practice.set(json!({ "reuse_grace_s": grace_s })).await?;
    journey.show_page(SIGN_IN).await?;
    let gate = "answer";
    journey.practice.script(json!({ "path": "/oauth/token", "apply_first": true, "hold": gate })).await?;
    let since = journey.practice.now().await?;
    journey.window()?.click("refresh-now").await?;
    journey.practice.await_requests("/oauth/token", since, 1, "held").await?;
    journey.take_window()?.kill().await?;
    journey.practice.release(gate).await?;
    Ok(journey)
}

#[tokio::test]
async fn within_the_grace_of_the_service_nobody_notices() -> Outcome {
    let mut journey = crashed(120).await?;
    let told = journey.notifications.shown()?.len();
    let since = journey.practice.now().await?;
    journey.open().await?;
    let status = journey.practice.await_refresh(since).await?;
    ensure(status == 200, || format!("the retry was answered with {status}"))?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await?;
    let shown = journey.notifications.shown()?;
    ensure(shown.len() == told, || format!("the user was told: {shown:?}"))
}

#[tokio::test]
async fn a_strict_service_means_reconnect_and_the_page_says_why() -> Outcome {
    let mut journey = crashed(0).await?;
    journey.open().await?;
    let row = journey.await_status(SIGN_IN, "needs_you").await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.await_text("attention", "interrupted").await?;
    journey.browser.behave(Manner::Approve)?;
    window.click("page-action").await?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    journey.show_list().await?;
    let after = journey.await_status(SIGN_IN, "connected").await?;
    ensure(after.id == row.id, || "reconnecting made another integration".to_owned())
}

#[tokio::test]
async fn a_second_start_brings_the_first_window_to_the_front() -> Outcome {
    let journey = Journey::begin().await?;
    journey.window()?.close_to_tray().await?;
    let mut second = tokio::process::Command::new(storm_tests::program::built("storm-connect")?);
    second.envs(journey.home.environment()).kill_on_drop(true);
    let ended = tokio::time::timeout(storm_tests::PATIENCE, second.status()).await;
    ensure(matches!(&ended, Ok(Ok(status)) if status.success()), || format!("the second start ended with {ended:?}"))?;
    journey.window()?.await_shown().await
}
