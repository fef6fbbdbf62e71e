//! Step 8: rotate a key without a failed call: the new one beside the old, tried, switched to, the old one turned off and
//! proved dead. A crash in the middle is taken up where it was.

use serde_json::{Value, json};

use crate::journey::Journey;
use crate::step::service_account::{EMAIL, drop_on_window, write_key_file};
use crate::step::{KEY, ROBOT, SIGN_IN};
use crate::{Manner, Outcome, ensure};

/// What the service is asked to call a key that it makes.
const MINTED: &str = "Storm Connect";

/// Rotates the API key; the program is killed while the service turns the old key off.
///
/// # Errors
/// When a step is not reached, or the wrong key works in the end.
pub async fn walk_key(journey: &mut Journey) -> Outcome {
    let new = journey.practice.create_key("second key").await?;
    begin_key(journey, &new).await?;
    reach_switched(journey).await?;
    journey.picture("rotation-switched").await?;

    let gate = "revoke";
    journey
        .practice
        .script(json!({ "path": "/api/keys/self", "method": "DELETE", "apply_first": true, "hold": gate }))
        .await?;
    let since = journey.practice.now().await?;
    journey.window()?.click("rotation-revoke").await?;
    journey.practice.await_requests("/api/keys/self", since, 1, "held").await?;
    journey.take_window()?.kill().await?;
    journey.practice.release(gate).await?;
    journey.say("The program was killed while the service turned the old key off.");
    journey.open().await?;
    journey.show_page(KEY).await?;
    journey.window()?.click("tab-credentials").await?;
    finish(journey).await?;
    journey.picture("rotation-done").await?;

    let keys = journey.practice.state().await?;
    let dead = |name: &str| revoked(&keys, name);
    ensure(dead(super::api_key::NAME_AT_SERVICE) == Some(true), || "the old key still works".to_owned())?;
    ensure(dead("second key") == Some(false), || "the new key does not work".to_owned())?;
    journey.say("After the restart the rotation went on by itself: the old key is proved dead, the new one works.");
    journey.show_list().await?;
    journey.await_status(KEY, "connected").await.map(drop)
}

/// Rehearses a rotation of the API key, then has the service make the new one.
///
/// # Errors
/// When a step is not reached, or another key than the new one works in the end.
pub async fn walk_minted_key(journey: &mut Journey) -> Outcome {
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.click("drill-start").await?;
    window.find("rotation-mint").await?;
    journey.picture("drill-start").await?;
    let window = journey.window()?;
    window.click("rotation-mint").await?;
    window.find_css("[data-test=rotation][data-step=rehearsed]").await?;
    window.await_text("drill-result", "A rotation would go through.").await?;
    journey.picture("drill-done").await?;
    let keys = journey.practice.state().await?;
    ensure(revoked(&keys, MINTED) == Some(true), || "the rehearsed key was left at the service".to_owned())?;
    ensure(revoked(&keys, super::api_key::NAME_AT_SERVICE) == Some(false), || "the old key is dead".to_owned())?;

    let window = journey.window()?;
    window.click("rotation-start").await?;
    window.find("rotation-mint").await?;
    journey.picture("mint-start").await?;
    let window = journey.window()?;
    window.click("rotation-mint").await?;
    window.find_css("[data-test=rotation][data-step=deactivating]").await?;
    window.await_text("rotation-line-4", "refuses").await?;
    journey.picture("mint-deactivated").await?;
    let window = journey.window()?;
    window.click("rotation-revoke").await?;
    finish(journey).await?;
    journey.picture("mint-done").await?;
    let keys = journey.practice.state().await?;
    ensure(revoked(&keys, super::api_key::NAME_AT_SERVICE) == Some(true), || "the old key still works".to_owned())?;
    let living = keys["keys"].as_array().into_iter().flatten().filter(|key| key["revoked_at_ms"].is_null()).count();
    ensure(living == 1, || format!("{living} keys are left at the service"))?;
    journey.say("A rotation was rehearsed, then the service made the new key; the old one is deleted and proved dead.");
    journey.show_list().await?;
    journey.await_status(KEY, "connected").await.map(drop)
}

/// Rotates the service account's key by dropping the new file on the window.
///
/// # Errors
/// When a step is not reached, or the old key still works.
pub async fn walk_key_file(journey: &mut Journey) -> Outcome {
    let account = account(journey).await?;
    let key = journey.practice.add_service_account_key(&account).await?;
    let file = write_key_file(journey, "robot-new.json", &key)?;
    let id = key["private_key_id"].as_str().unwrap_or_default().to_owned();
    journey.show_page(ROBOT).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.click("rotation-start").await?;
    window.find("rotation-form").await?;
    drop_on_window(journey, "rotation-form", &file).await?;
    let window = journey.window()?;
    window.await_text("file-key-id", &id).await?;
    window.click("rotation-save").await?;
    reach_switched(journey).await?;
    journey.window()?.click("rotation-revoke").await?;
    finish(journey).await?;
    journey.picture("key-file-rotated").await?;
    let state = journey.practice.state().await?;
    let keys = state["service_accounts"].as_array().into_iter().flatten().find(|one| one["email"] == account.as_str());
    let enabled: Vec<&Value> = keys
        .and_then(|one| one["keys"].as_array())
        .into_iter()
        .flatten()
        .filter(|key| key["disabled"] == false)
        .collect();
    ensure(enabled.len() == 1 && enabled[0]["id"] == id.as_str(), || format!("these keys still work: {enabled:?}"))?;
    journey.say("The new key file replaced the old one, which is proved dead.");
    journey.show_list().await?;
    journey.await_status(ROBOT, "connected").await.map(drop)
}

/// The client at the service whose secret is rotated.
const CLIENT: &str = "practice-web";

/// Connects an integration of an app registration with a secret.
async fn connect_with_secret(journey: &mut Journey) -> Outcome {
    journey.browser.behave(Manner::Approve)?;
    let visits = journey.browser.visits()?;
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-oauth").await?;
    window.click("registration-own").await?;
    // This field tells the two screens apart; the address stands on both.
    window.fill("client-id", CLIENT).await?;
    window.fill("client-secret", "practice-secret").await?;
    window.fill("field-base_url", journey.practice.base_url()).await?;
    window.click("registration-save").await?;
    window.fill("integration-name", SIGN_IN).await?;
    window.click("authorize").await?;
    journey.browser.await_visit(visits).await?;
    window.await_text("authorization-completed", "ada@practice.example").await?;
    window.click("connect-done").await
}

/// Refreshes, which the service must answer with a token.
async fn refresh(journey: &Journey) -> Outcome {
    let since = journey.practice.now().await?;
    journey.window()?.click("tab-overview").await?;
    journey.window()?.click("refresh-now").await?;
    let status = journey.practice.await_refresh(since).await?;
    ensure(status == 200, || format!("a refresh was answered with {status}"))
}

/// Rehearses the rotation of a client secret through a crash; then at a service that does not tell.
///
/// # Errors
/// When a step is not reached, or another secret than the old one is used in the end.
pub async fn walk_drill_of_client_secret(journey: &mut Journey) -> Outcome {
    connect_with_secret(journey).await?;
    let new = journey.practice.add_client_secret(CLIENT).await?;
    let before = secret_ids(journey).await?;
    begin_drill(journey, &new).await?;
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=discarding]").await?;
    window.find("rotation-confirm_revoked").await?;
    journey.picture("client-secret-drill").await?;
    journey.take_window()?.kill().await?;
    journey.open().await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.find_css("[data-test=rotation][data-step=discarding]").await?;
    journey.say("The program was killed in a rehearsal; the new secret is still to be deleted, the old one in use.");
    let new_id = before.iter().find(|id| *id != BUILT_IN).cloned().unwrap_or_default();
    journey.practice.delete_client_secret(CLIENT, &new_id).await?;
    journey.window()?.click("rotation-confirm_revoked").await?;
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=rehearsed]").await?;
    window.await_text("drill-result", "A rotation would go through.").await?;
    window.find_css("[data-test=rotation-line-4][data-state=done]").await?;
    journey.picture("client-secret-rehearsed").await?;
    ensure(secret_ids(journey).await? == [BUILT_IN], || "another secret than the old one is left".to_owned())?;
    refresh(journey).await?;

    let unused = journey.practice.add_client_secret(CLIENT).await?;
    journey.window()?.click("tab-credentials").await?;
    let grant_first =
        json!({ "path": "/oauth/token", "status": 400, "body": r#"{"error":"invalid_grant"}"#, "times": 2 });
    journey.practice.script(grant_first).await?;
    begin_drill(journey, &unused).await?;
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=untold]").await?;
    window.await_text("drill-result", "does not tell").await?;
    journey.picture("client-secret-untold").await?;
    // Only the old one is left there: a refresh with another would be refused.
    let ids = secret_ids(journey).await?;
    for id in ids.iter().filter(|id| *id != BUILT_IN) {
        journey.practice.delete_client_secret(CLIENT, id).await?;
    }
    refresh(journey).await?;
    journey.say("A rotation was rehearsed with two secrets; the old one was in use throughout.");
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

/// The secret that the service's client began with.
const BUILT_IN: &str = "secret_built_in";

async fn begin_drill(journey: &Journey, secret: &str) -> Outcome {
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.click("drill-start").await?;
    window.fill("new-secret", secret).await?;
    window.click("rotation-save").await
}

/// Ids of the client's secrets that the service takes.
async fn secret_ids(journey: &Journey) -> Outcome<Vec<String>> {
    let state = journey.practice.state().await?;
    let client = state["clients"].as_array().into_iter().flatten().find(|client| client["client_id"] == CLIENT);
    let ids = client.and_then(|client| client["secret_ids"].as_array()).into_iter().flatten();
    Ok(ids.filter_map(Value::as_str).map(str::to_owned).collect())
}

/// Connects an integration of an app registration with a secret, and rotates that.
///
/// # Errors
/// When a step is not reached, or the old secret still works.
pub async fn walk_client_secret(journey: &mut Journey) -> Outcome {
    connect_with_secret(journey).await?;
    let new = journey.practice.add_client_secret(CLIENT).await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.click("rotation-start").await?;
    window.fill("new-secret", &new).await?;
    window.click("rotation-save").await?;
    reach_switched(journey).await?;
    journey.picture("client-secret-switched").await?;
    journey.window()?.click("rotation-revoke").await?;
    journey.window()?.find("rotation-confirm_revoked").await?;
    journey.practice.delete_client_secret(CLIENT, BUILT_IN).await?;
    journey.window()?.click("rotation-confirm_revoked").await?;
    finish(journey).await?;
    journey.picture("client-secret-rotated").await?;
    refresh(journey).await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

/// Saves a new key beside the old one.
///
/// # Errors
/// When the form is not there.
pub async fn begin_key(journey: &Journey, key: &str) -> Outcome {
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.click("rotation-start").await?;
    window.fill("key-field", key).await?;
    window.click("rotation-save").await
}

/// Waits until the new key is used; both work then.
///
/// # Errors
/// When it is not.
pub async fn reach_switched(journey: &Journey) -> Outcome {
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=switched]").await?;
    window.find_css("[data-test=rotation-line-3][data-state=done]").await?;
    journey.say("The new key was saved beside the old one, tried, found to be the same account's, and switched to.");
    Ok(())
}

/// Waits until the old key is proved dead.
///
/// # Errors
/// When it is not.
pub async fn finish(journey: &Journey) -> Outcome {
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=done]").await?;
    window.find_css("[data-test=rotation-line-5][data-state=done]").await.map(drop)
}

/// The service account's address, as the service wrote it.
async fn account(journey: &Journey) -> Outcome<String> {
    let state = journey.practice.state().await?;
    let mut accounts =
        state["service_accounts"].as_array().into_iter().flatten().filter_map(|one| one["email"].as_str());
    let prefix = EMAIL.split('@').next().unwrap_or_default();
    let found = accounts.find(|email| email.starts_with(prefix)).map(str::to_owned);
    found.ok_or_else(|| crate::StepError::Wrong("the service has no such account".to_owned()))
}

/// Whether the key of this name is revoked; None = there is none.
fn revoked(state: &Value, name: &str) -> Option<bool> {
    let key = state["keys"].as_array()?.iter().find(|key| key["name"] == name)?;
    Some(!key["revoked_at_ms"].is_null())
}
