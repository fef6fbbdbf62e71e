//! A service of the user's own choice in the real window: what it says of itself is shown before anything is authorized, and a
//! sign-in whose ID token does not hold is said to be just that.

use std::time::Duration;

use serde_json::json;
use storm_tests::{Journey, Manner, OidcProvider, Outcome, ensure};

const NAME: &str = "Elsewhere";

/// From the list to the app registration.
async fn begin(journey: &Journey, issuer: &str) -> Outcome {
    let window = journey.window()?;
    journey.show_list().await?;
    window.click(if window.shows("first-run").await? { "door-oauth" } else { "add" }).await?;
    window.fill("connector-search", "openid").await?;
    window.click_css("[data-test=connector][data-id=generic-oauth]").await?;
    window.fill("field-issuer", issuer).await
}

/// From the list to the step with the Authorize button.
async fn fill_in(journey: &Journey, issuer: &str) -> Outcome {
    begin(journey, issuer).await?;
    let window = journey.window()?;
    window.fill("client-id", OidcProvider::CLIENT_ID).await?;
    window.click("registration-save").await
}

#[tokio::test]
async fn o56_a_wrong_id_token_is_a_clear_failure_and_leaves_nothing_behind() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.browser.behave(Manner::Approve)?;
    let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    provider.behave(&json!({ "claims": { "aud": "somebody-else" } })).await?;
    fill_in(&journey, provider.issuer()).await?;

    let host = provider.issuer().trim_start_matches("http://").to_owned();
    let window = journey.window()?;
    let shown = window.await_text("discovery", &host).await?;
    ensure(shown.contains("offline_access") && shown.contains("renewed without you"), || shown.clone())?;
    ensure(!window.shows("discovery-elsewhere").await?, || "its own host is no other host".to_owned())?;
    journey.picture("discovery").await?;

    let window = journey.window()?;
    window.fill("integration-name", NAME).await?;
    window.click("authorize").await?;
    let said = window.await_text("authorization-failed", "issued for another program").await?;
    ensure(said.contains("It is not certain who signed in"), || said.clone())?;
    journey.picture("id-token-refused").await?;

    // The same dialog goes on once the service is mended.
    provider.behave(&json!({})).await?;
    let window = journey.window()?;
    window.click("authorize-again").await?;
    window.await_text("authorization-completed", "alice@elsewhere.example").await?;
    window.click("connect-done").await?;
    journey.await_connected(1).await
}

#[tokio::test]
async fn o08_an_address_that_describes_another_service_is_refused_before_the_browser_opens() -> Outcome {
    let journey = Journey::begin().await?;
    let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    provider.behave(&json!({ "metadata": { "issuer": "https://elsewhere.example" } })).await?;
    let visits = journey.browser.visits()?;
    fill_in(&journey, provider.issuer()).await?;
    let window = journey.window()?;
    window.await_text("discovery-failed", "https://elsewhere.example").await?;
    ensure(window.find("authorize").await?.attr("disabled").await?.is_some(), || "it may be authorized".to_owned())?;
    ensure(journey.browser.visits()? == visits, || "the browser was opened".to_owned())
}

#[tokio::test]
async fn a_service_that_registers_apps_needs_no_client_id_from_the_user() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.browser.behave(Manner::Approve)?;
    let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    // Where it offers none, the step says so and stays.
    provider.behave(&json!({ "metadata": { "registration_endpoint": null } })).await?;
    begin(&journey, provider.issuer()).await?;
    let window = journey.window()?;
    window.click("registration-automatic").await?;
    window.await_text("connect-failure", "does not let apps register themselves").await?;
    journey.picture("registration-not-offered").await?;
    let window = journey.window()?;
    window.click("connect-cancel").await?;

    let mut provider_that_does = OidcProvider::start(Duration::from_secs(3600)).await?;
    journey.restart_in_the_dark().await?;
    begin(&journey, provider_that_does.issuer()).await?;
    journey.picture("registration-automatic").await?;
    let window = journey.window()?;
    window.click("registration-automatic").await?;
    let event = provider_that_does.event().await?;
    let client_id = event["registered"].as_str().unwrap_or_default();
    window.await_text("registration-used", client_id).await?;
    window.await_text("discovery-offers", "Apps that register themselves").await?;
    journey.picture("registered").await?;
    let window = journey.window()?;
    window.fill("integration-name", NAME).await?;
    window.click("authorize").await?;
    window.await_text("authorization-completed", "alice@elsewhere.example").await?;
    window.click("connect-done").await?;
    journey.await_status(NAME, "connected").await.map(drop)?;
    let event = provider_that_does.event().await?;
    ensure(!client_id.is_empty() && event["client"] == client_id, || event.to_string())
}
