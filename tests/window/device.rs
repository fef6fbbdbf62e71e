//! A code for another device in the real window: the picture is read from the screen as a telephone reads it.

use serde_json::json;
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Journey, Manner, Outcome, ensure};

/// Everything up to the code. The browser is closed before it comes back.
async fn with_code(journey: &Journey, settings: serde_json::Value) -> Outcome {
    journey.practice.set(settings).await?;
    journey.browser.behave(Manner::Leave)?;
    let visits = journey.browser.visits()?;
    oauth::fill_in(journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    window.find("authorization").await?;
    journey.browser.await_visit(visits).await?;
    window.click("use-code").await?;
    window.find("user-code").await.map(drop)
}

#[tokio::test]
async fn o53_a_scanned_code_connects() -> Outcome {
    scanned(Journey::begin().await?).await
}

#[tokio::test]
async fn o53_a_code_can_be_scanned_in_the_dark() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.restart_in_the_dark().await?;
    scanned(journey).await
}

async fn scanned(mut journey: Journey) -> Outcome {
    with_code(&journey, json!({ "device_interval_s": 1 })).await?;
    let window = journey.window()?;
    let code = window.text("user-code").await?;
    let base = journey.practice.base_url().to_owned();
    ensure(window.text("verification-uri").await? == format!("{base}/oauth/device"), || "another address".to_owned())?;
    let read = window.scan("qr-code").await?;
    ensure(read == format!("{base}/oauth/device?user_code={code}"), || read.clone())?;

    journey.browser.behave(Manner::Approve)?;
    let visits = journey.browser.visits()?;
    journey.window()?.click("browser-reopen").await?;
    journey.browser.await_visit(visits).await?;
    journey.window()?.await_text("authorization-completed", "ada@practice.example").await?;
    journey.window()?.click("connect-done").await?;
    journey.await_status(SIGN_IN, "connected").await?;
    journey.restart().await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

#[tokio::test]
async fn o53_deny_is_told_and_leaves_nothing() -> Outcome {
    let journey = Journey::begin().await?;
    with_code(&journey, json!({ "device_interval_s": 1 })).await?;
    journey.browser.behave(Manner::Deny)?;
    let visits = journey.browser.visits()?;
    let window = journey.window()?;
    window.click("browser-reopen").await?;
    journey.browser.await_visit(visits).await?;
    window.await_text("authorization-failed", "denied").await?;
    window.click("connect-cancel").await?;
    let rows = journey.rows().await?;
    ensure(rows.is_empty(), || format!("{rows:?}"))
}

#[tokio::test]
async fn o53_a_code_that_expired_can_be_asked_for_again() -> Outcome {
    let journey = Journey::begin().await?;
    with_code(&journey, json!({ "device_interval_s": 1, "device_code_lifetime_s": 4 })).await?;
    let window = journey.window()?;
    window.await_text("authorization-failed", "expired").await?;
    journey.practice.set(json!({ "device_code_lifetime_s": 900 })).await?;
    window.click("authorize-again").await?;
    window.find("user-code").await?;
    window.click("connect-cancel").await?;
    let rows = journey.rows().await?;
    ensure(rows.is_empty(), || format!("{rows:?}"))
}
