//! Accounts and scopes in the real window: another account at Reconnect, more scopes by one click, two accounts of one service.

use serde_json::json;
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Journey, Outcome, ensure};

const ADA: &str = "ada@practice.example";
const EVE: &str = "eve@practice.example";

/// Whose grants are alive at the service, oldest first.
async fn alive(journey: &Journey) -> Outcome<Vec<String>> {
    let mut grants = journey.practice.grants().await?;
    grants.sort_by_key(|grant| grant["created_at_ms"].as_i64());
    let accounts = grants.iter().filter(|grant| grant["alive"] == true).filter_map(|grant| grant["account"].as_str());
    Ok(accounts.map(str::to_owned).collect())
}

/// Reconnects Ada's integration while Eve is signed in in the browser, up to the question.
async fn reconnect_as_eve(journey: &mut Journey) -> Outcome {
    oauth::walk(journey).await?;
    journey.browser.sign_in_as(Some(EVE))?;
    let visits = journey.browser.visits()?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("menu").await?;
    window.click("menu-reconnect").await?;
    journey.browser.await_visit(visits).await?;
    let asked = window.await_text("different-account", EVE).await?;
    ensure(asked.contains(ADA), || format!("the question does not name both: {asked}"))?;
    journey.picture("another-account").await
}

#[tokio::test]
async fn o58_another_account_can_be_cancelled_and_its_grant_is_ended() -> Outcome {
    let mut journey = Journey::begin().await?;
    reconnect_as_eve(&mut journey).await?;
    let window = journey.window()?;
    window.click("account-cancel").await?;
    window.await_text("account-declined", "was ended at the service").await?;
    window.click("connect-done").await?;
    ensure(alive(&journey).await? == [ADA], || "the wrong grant was ended".to_owned())?;
    journey.show_list().await?;
    journey.await_names(&[SIGN_IN]).await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.await_text("card-connection", ADA).await.map(drop)
}

#[tokio::test]
async fn o58_another_account_can_take_the_place_of_the_old_one() -> Outcome {
    let mut journey = Journey::begin().await?;
    reconnect_as_eve(&mut journey).await?;
    let window = journey.window()?;
    window.click("account-replace").await?;
    window.await_text("authorization-completed", EVE).await?;
    window.click("connect-done").await?;
    journey.show_list().await?;
    journey.await_names(&[SIGN_IN]).await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.await_text("card-connection", EVE).await?;
    let before = journey.practice.now().await?;
    window.click("refresh-now").await?;
    ensure(journey.practice.await_refresh(before).await? == 200, || "the new grant is not in use".to_owned())
}

#[tokio::test]
async fn o58_another_account_can_be_kept_beside_also_after_a_restart() -> Outcome {
    let mut journey = Journey::begin().await?;
    reconnect_as_eve(&mut journey).await?;
    // Nobody answers; the program ends.
    journey.restart().await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.await_text("undecided", EVE).await?;
    window.await_text("card-connection", ADA).await?;
    window.click("undecided-keep-both").await?;
    let eves = format!("{SIGN_IN} ({EVE})");
    window.await_text("toasts", &eves).await?;
    window.await_gone("undecided").await?;
    ensure(alive(&journey).await? == [ADA, EVE], || "a grant is lost".to_owned())?;
    for (name, account) in [(SIGN_IN, ADA), (eves.as_str(), EVE)] {
        journey.show_list().await?;
        journey.await_status(name, "connected").await?;
        journey.show_page(name).await?;
        let window = journey.window()?;
        window.await_text("card-connection", account).await?;
        let before = journey.practice.now().await?;
        window.click("refresh-now").await?;
        ensure(journey.practice.await_refresh(before).await? == 200, || format!("{name} cannot be refreshed"))?;
    }
    Ok(())
}

#[tokio::test]
async fn o41_missing_scopes_are_no_error_and_are_asked_for_by_one_click() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.practice.set(json!({ "grant_only_scopes": ["openid", "read", "offline_access"] })).await?;
    oauth::fill_in(&journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    window.await_text("authorization-completed", ADA).await?;
    window.click("connect-done").await?;
    journey.await_status(SIGN_IN, "scopes_missing").await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.find_css("[data-test=scope-line][data-scope=reports][data-granted=false]").await?;
    journey.picture("scopes-missing").await?;

    journey.practice.set(json!({ "grant_only_scopes": null })).await?;
    let window = journey.window()?;
    window.click("scopes-ask-missing").await?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    window.find_css("[data-test=scope-line][data-scope=reports][data-granted=true]").await?;

    window.click("scopes-more").await?;
    window.fill("scope-field", "write").await?;
    window.click("scopes-authorize").await?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    window.find_css("[data-test=scope-line][data-scope=write][data-granted=true]").await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await?;
    let grants = journey.practice.grants().await?;
    let last = grants.iter().max_by_key(|grant| grant["created_at_ms"].as_i64()).map(|grant| grant["scopes"].clone());
    let union = json!(["openid", "read", "reports", "offline_access", "write"]);
    ensure(last == Some(union), || "the service was not asked for all of them".to_owned())
}

#[tokio::test]
async fn two_accounts_of_one_service_stand_side_by_side() -> Outcome {
    let mut journey = Journey::begin().await?;
    for account in [ADA, EVE] {
        journey.browser.sign_in_as(Some(account))?;
        journey.choose_practice().await?;
        let window = journey.window()?;
        window.click("method-oauth").await?;
        window.find("authorize").await?;
        window.fill("field-base_url", journey.practice.base_url()).await?;
        window.click("authorize").await?;
        window.await_text("authorization-completed", account).await?;
        window.click("connect-done").await?;
    }
    let eves = format!("Practice ({EVE})");
    journey.show_list().await?;
    journey.await_names(&["Practice", eves.as_str()]).await?;
    journey.picture("two-accounts").await?;
    for (name, account) in [("Practice", ADA), (eves.as_str(), EVE)] {
        journey.await_status(name, "connected").await?;
        journey.show_page(name).await?;
        let window = journey.window()?;
        window.await_text("card-connection", account).await?;
        window.click("tab-credentials").await?;
        window.await_text("registration", "2 integrations").await?;
        journey.show_list().await?;
    }
    ensure(alive(&journey).await? == [ADA, EVE], || "a grant is lost".to_owned())
}
