//! How much it takes from the integrations to “Connected”, counted at the hands of somebody at the real display. The same numbers stand
//! in the front end's README.

use storm_tests::step::service_account::{EMAIL, write_key_file};
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{Copied, Hands, Journey, Manner, Outcome, ensure, tray};

fn ensure_actions(hands: &Hands, expected: u32) -> Outcome {
    ensure(hands.actions() == expected, || format!("{} actions instead of {expected}", hands.actions()))
}

#[tokio::test]
async fn a_copied_key_takes_two() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.window()?.take_keyboard().await?;
    // From the first run, and from the list.
    for count in [1, 2] {
        let key = journey.practice.create_key(&format!("key {count}")).await?;
        let _copied = Copied::copy(&key).await?;
        let since = journey.practice.now().await?;
        let hands = Hands::default();
        hands.press("ctrl+v").await?;
        let window = journey.window()?;
        window.find("key-held").await?;
        window.await_text("key-remark", "a Practice API key").await?;
        window.await_focus("key-save").await?;
        let page = window.execute("return document.documentElement.outerHTML").await?;
        ensure(!page.to_string().contains(&key), || "the page holds the key".to_owned())?;
        let sent = journey.practice.requests("/api/whoami", since).await?;
        ensure(sent.is_empty() && journey.rows().await?.len() == count - 1, || {
            format!("before anybody said so it was stored or sent: {sent:?}")
        })?;
        journey.picture("copied-key").await?;
        hands.press("Return").await?;
        journey.window()?.find("verdict-works").await?;
        journey.await_connected(count).await?;
        ensure_actions(&hands, 2)?;
        journey.picture("copied-key-connected").await?;
        hands.press("Return").await?;
        journey.window()?.await_given_back("connect-dialog").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_key_that_no_service_is_known_by_asks_for_it_and_an_empty_clipboard_is_said() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.window()?.take_keyboard().await?;
    let hands = Hands::default();
    let _copied = Copied::copy("internal-0123456789").await?;
    hands.press("ctrl+v").await?;
    let window = journey.window()?;
    window.await_text("connect-dialog", "Which service is the copied key for?").await?;
    window.await_focus("connector-search").await?;
    journey.picture("whose-key").await?;
    let window = journey.window()?;
    hands.press("Escape").await?;
    window.await_given_back("connect-dialog").await?;
    let _copied = Copied::copy("  ").await?;
    hands.press("ctrl+v").await?;
    window.await_text("toast", "no key").await?;
    ensure(!window.shows("connect-dialog").await?, || "a dialog opened for nothing".to_owned())
}

#[tokio::test]
async fn a_key_file_takes_the_drop_and_one() -> Outcome {
    let mut journey = Journey::begin().await?;
    let key = journey.practice.create_service_account(EMAIL).await?;
    let file = write_key_file(&journey, "robot.json", &key)?;
    let hands = Hands::default();
    hands.drop_file(&journey, "view-integrations", &file).await?;
    let window = journey.window()?;
    window.await_text("file-account", EMAIL).await?;
    window.await_focus_of("file-save").await?;
    journey.picture("dropped").await?;
    let window = journey.window()?;
    hands.click(window, "[data-test=file-save]").await?;
    window.find("verdict-works").await?;
    journey.await_connected(1).await?;
    ensure_actions(&hands, 2)
}

#[tokio::test]
async fn a_sign_in_takes_two_and_what_the_service_asks() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.browser.behave(Manner::Approve)?;
    // From the first run, and from the list; another account each time.
    for (count, open, account) in [(1, "door-oauth", "ada@practice.example"), (2, "add", "grace@practice.example")] {
        journey.browser.sign_in_as(Some(account))?;
        let visits = journey.browser.visits()?;
        let hands = Hands::default();
        let window = journey.window()?;
        hands.click(window, &format!("[data-test={open}]")).await?;
        window.find("connector-search").await?;
        journey.picture("services").await?;
        let window = journey.window()?;
        hands.click(window, "[data-test=connector][data-id=practice] [data-test=way-oauth]").await?;
        journey.browser.await_visit(visits).await?;
        window.await_text("authorization-completed", account).await?;
        journey.await_connected(count).await?;
        ensure_actions(&hands, 2)?;
        journey.picture("signed-in").await?;
        journey.window()?.click("connect-done").await?;
        journey.window()?.await_gone("connect-dialog").await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_reconnect_takes_the_button_of_its_notification() -> Outcome {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    let (shown, visits) = (journey.notifications.shown()?.len(), journey.browser.visits()?);
    journey.practice.revoke_grants().await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.click("refresh-now").await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "needs_you").await?;
    journey.window()?.close_to_tray().await?;
    let notification = journey.notifications.await_shown(shown, |one| one.summary.contains(SIGN_IN)).await?;

    let hands = Hands::default();
    hands.press_notification(&journey, &notification, "Reconnect").await?;
    journey.window()?.await_shown().await?;
    journey.browser.await_visit(visits).await?;
    journey.window()?.find("authorization-completed").await?;
    tray::await_tray("a tray icon with nothing to do", |icon| icon.status == "Active").await?;
    ensure_actions(&hands, 1)
}
