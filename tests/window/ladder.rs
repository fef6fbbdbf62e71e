//! What is left when the browser cannot open or cannot come back: the link is copied, and the address where it ended is pasted.

use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Journey, Manner, Outcome, StepError, ensure, other_browser};
use url::Url;

const ACCOUNT: &str = "ada@practice.example";

/// Fills in everything and presses Authorize; gives the link.
async fn begin(journey: &Journey) -> Outcome<Url> {
    oauth::fill_in(journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    Url::parse(&window.text("authorization-link").await?).map_err(|error| StepError::Wrong(error.to_string()))
}

/// Pastes an address and takes it.
async fn paste(journey: &Journey, address: &str) -> Outcome {
    let window = journey.window()?;
    window.fill("paste-field", address).await?;
    window.click("paste-take").await
}

/// What the page still holds of a code.
async fn ensure_forgotten(journey: &Journey, code: &str) -> Outcome {
    let held = journey
        .window()?
        .execute("return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((input) => input.value)")
        .await?;
    ensure(!held.to_string().contains(code), || "the page still holds the code".to_owned())
}

#[tokio::test]
async fn a_browser_on_another_computer_comes_back_by_the_pasted_address() -> Outcome {
    let journey = Journey::begin().await?;
    journey.browser.behave(Manner::Leave)?;
    let link = begin(&journey).await?;
    let ended_on = other_browser::approve(&link, ACCOUNT).await?;
    let code = ended_on.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
    let code = code.ok_or_else(|| StepError::Wrong(format!("no code came back: {ended_on}")))?;
    let window = journey.window()?;
    window.click("paste-open").await?;

    // What is not it is refused in words, and the wait goes on.
    let mut other_state = ended_on.clone();
    other_state.set_query(Some("code=guessed&state=guessed"));
    let mut cut_off = ended_on.clone();
    cut_off.set_query(None);
    for (wrong, because) in [
        (link.as_str(), "another address"),
        ("storm connect", "not a web address"),
        (cut_off.as_str(), "answer is missing"),
        (other_state.as_str(), "another sign-in"),
    ] {
        paste(&journey, wrong).await?;
        let said = window.find_css("[data-test=authorization] [role=alert]").await?.text().await?;
        ensure(said.contains(because), || format!("{wrong}: “{said}” does not say “{because}”"))?;
        window.find_css("[data-test=authorization][data-progress=waiting]").await?;
    }

    paste(&journey, ended_on.as_str()).await?;
    window.await_text("authorization-completed", ACCOUNT).await?;
    ensure_forgotten(&journey, &code).await?;
    window.click("connect-done").await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

#[tokio::test]
async fn a_browser_that_cannot_open_is_said_and_the_link_and_the_field_lead_on() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.home.without_browser()?;
    journey.restart().await?;
    let link = begin(&journey).await?;
    let window = journey.window()?;
    window.await_text("authorization", "No browser could be opened").await?;
    window.find("link-copy").await?;
    let ended_on = other_browser::approve(&link, ACCOUNT).await?;
    window.click("paste-open").await?;
    paste(&journey, ended_on.as_str()).await?;
    window.await_text("authorization-completed", ACCOUNT).await?;
    window.click("connect-done").await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

#[tokio::test]
async fn o12_the_service_the_scopes_and_the_account_are_shown_before_the_browser_opens() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.browser.behave(Manner::Leave)?;
    let visits = journey.browser.visits()?;
    oauth::fill_in(&journey).await?;
    let window = journey.window()?;
    let said = window.text("connect-dialog").await?;
    for part in ["Practice", "read", "reports", "offline_access"] {
        ensure(said.contains(part), || format!("“{part}” is not said before the browser opens: {said}"))?;
    }
    ensure(journey.browser.visits()? == visits, || "the browser was opened already".to_owned())?;
    window.click("dialog-close").await?;

    journey.browser.behave(Manner::Approve)?;
    oauth::walk(&mut journey).await?;
    journey.practice.revoke_grants().await?;
    journey.show_page(SIGN_IN).await?;
    let visits = journey.browser.visits()?;
    let window = journey.window()?;
    window.click("refresh-now").await?;
    window.find("attention").await?;
    let said = window.visible_text().await;
    for part in ["127.0.0.1", ACCOUNT] {
        ensure(said.contains(part), || format!("“{part}” is not on the page that asks to reconnect: {said}"))?;
    }
    for scope in ["read", "reports"] {
        window.find_css(&format!("[data-test=scope-line][data-scope={scope}]")).await?;
    }
    ensure(journey.browser.visits()? == visits, || "the browser was opened without being asked for".to_owned())
}

#[tokio::test]
async fn o30_an_address_on_the_command_line_ends_no_sign_in() -> Outcome {
    let journey = Journey::begin().await?;
    journey.browser.behave(Manner::Leave)?;
    let link = begin(&journey).await?;
    let ended_on = other_browser::approve(&link, ACCOUNT).await?;
    let query = ended_on.query().unwrap_or_default();
    // As a desktop hands over the address of a scheme that a program has registered; this one registers none.
    for address in [format!("storm-connect:/callback?{query}"), format!("app:/cb?{query}"), ended_on.to_string()] {
        let mut second = tokio::process::Command::new(storm_tests::program::built("storm-connect")?);
        second.arg(&address).envs(journey.home.environment()).kill_on_drop(true);
        let ended = tokio::time::timeout(storm_tests::PATIENCE, second.status()).await;
        ensure(matches!(&ended, Ok(Ok(status)) if status.success()), || format!("the second start: {ended:?}"))?;
        journey.window()?.find_css("[data-test=authorization][data-progress=waiting]").await?;
    }
    Ok(())
}
