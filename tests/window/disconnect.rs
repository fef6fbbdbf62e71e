//! Parting from a service in the real window: at once, or later when the service is down.

use serde_json::{Value, json};
use storm_tests::step::{KEY, api_key};
use storm_tests::{Journey, Outcome, ensure};

async fn is_revoked(journey: &Journey) -> Outcome<bool> {
    let state = journey.practice.state().await?;
    let key = state["keys"].as_array().into_iter().flatten().find(|key| key["name"] == api_key::NAME_AT_SERVICE);
    Ok(key.is_some_and(|key: &Value| !key["revoked_at_ms"].is_null()))
}

async fn revoke(journey: &Journey) -> Outcome {
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("menu").await?;
    window.click("menu-disconnect").await?;
    window.click("disconnect-revoke").await?;
    window.await_gone("disconnect-dialog").await
}

#[tokio::test]
async fn a_key_is_revoked_at_its_service_and_gone() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    revoke(&journey).await?;
    journey.window()?.await_text("toasts", "was revoked and removed").await?;
    ensure(is_revoked(&journey).await?, || "the key still works".to_owned())?;
    ensure(journey.rows().await?.is_empty(), || "it is still in the list".to_owned())
}

#[tokio::test]
async fn a_key_whose_service_is_down_is_listed_through_a_restart_until_it_is_revoked() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let down = json!({ "path": "/api/keys/self", "method": "DELETE", "status": 503, "times": 999 });
    journey.practice.script(down).await?;
    revoke(&journey).await?;
    let window = journey.window()?;
    window.await_text("toasts", "still to be revoked").await?;
    ensure(journey.rows().await?.is_empty(), || "it is still in the list".to_owned())?;
    window.click("nav-activity").await?;
    window.await_text("revocation", KEY).await?;

    journey.restart().await?;
    let window = journey.window()?;
    window.click("nav-activity").await?;
    window.await_text("revocation", KEY).await?;
    window.click("revocation-retry").await?;
    window.await_text("toasts", "The service is busy").await?;
    ensure(!is_revoked(&journey).await?, || "a service that is down revoked a key".to_owned())?;

    journey.practice.behave().await?;
    window.click("revocation-retry").await?;
    window.await_gone("revocations").await?;
    ensure(is_revoked(&journey).await?, || "the key still works".to_owned())
}
