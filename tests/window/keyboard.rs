//! The whole main job without a mouse: keys of the real display, and the focus at every stop. It is never lost, and always shows.

use std::path::Path;

use storm_tests::step::service_account::{EMAIL, write_key_file};
use storm_tests::step::{KEY, ROBOT, api_key};
use storm_tests::{Copied, Hands, Journey, Look, Manner, Outcome, PATIENCE, ensure, eventually};

/// A name that every keyboard has the letters of.
const SIGN_IN: &str = "Sign-in of Ada";

/// From the list to the ways to sign in at the practice service.
async fn choose_practice(journey: &Journey, hands: &Hands) -> Outcome {
    let window = journey.window()?;
    hands.press_to(window, "ctrl+n", "connector-search").await?;
    hands.write("practice").await?;
    window.find_css("[data-test=connector][data-id=practice][aria-selected=true]:only-child").await?;
    hands.press_to(window, "Return", "method-api_key").await
}

/// Names what is being set up, in the field that stands after the one with the focus, and goes on with the button.
async fn name_it(journey: &Journey, hands: &Hands, name: &str) -> Outcome {
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "integration-name").await?;
    hands.write(name).await
}

/// Opens an integration from the list: search, down to its row, Enter.
async fn open_page(journey: &Journey, hands: &Hands, name: &str) -> Outcome {
    let window = journey.window()?;
    hands.press("ctrl+1").await?;
    window.find("view-integrations").await?;
    hands.press_to(window, "ctrl+f", "search").await?;
    hands.write(name).await?;
    hands.press_to(window, "Down", "integration-open").await?;
    hands.press_to(window, "Return", "page-name").await?;
    window.await_text("page-name", name).await.map(drop)
}

#[tokio::test]
async fn keys_connect_look_after_and_part_from_an_integration() -> Outcome {
    let mut journey = Journey::begin().await?;
    let hands = Hands::default();
    let window = journey.window()?;
    window.take_keyboard().await?;

    // A copied key from the first run; every door is a stop.
    for door in ["door-api_key", "door-service_account", "door-oauth", "practice"] {
        hands.walk_to(window, "Tab", door).await?;
    }
    journey.picture("doors").await?;
    let first = journey.practice.create_key(api_key::NAME_AT_SERVICE).await?;
    let _copied = Copied::copy(&first).await?;
    let window = journey.window()?;
    hands.press_to(window, "ctrl+v", "key-save").await?;
    hands.walk_to(window, "Tab", "dialog-close").await?; // round the dialog, which keeps the focus
    hands.walk_to(window, "shift+Tab", "key-save").await?;
    hands.press_to(window, "Return", "connect-done").await?;
    hands.press("Return").await?;
    window.await_given_back("connect-dialog").await?;

    // A typed one by the dialog, which Escape closes.
    choose_practice(&journey, &hands).await?;
    hands.press("Escape").await?;
    window.await_given_back("connect-dialog").await?;
    choose_practice(&journey, &hands).await?;
    hands.press_to(window, "Return", "key-field").await?;
    hands.write(&journey.practice.create_key("typed key").await?).await?;
    name_it(&journey, &hands, KEY).await?;
    journey.picture("typed").await?;
    let window = journey.window()?;
    hands.press_to(window, "Return", "connect-done").await?;
    hands.press("Return").await?;
    window.await_given_back("connect-dialog").await?;
    let row = journey.await_status(KEY, "connected").await?;

    // Pause and resume, a label and another name, on its page.
    open_page(&journey, &hands, KEY).await?;
    journey.picture("page").await?;
    let window = journey.window()?;
    let of = |status: &str| format!("[data-test=view-integration][data-status={status}]");
    hands.press("p").await?;
    window.find_css(&of("paused")).await?;
    hands.press("p").await?;
    window.find_css(&of("connected")).await?;
    hands.press_to(window, "l", "label-field").await?;
    hands.write("nightly").await?;
    hands.press("Return").await?;
    window.await_text("labels", "nightly").await?;
    window.await_given_back("label-picker").await?;
    hands.press_to(window, "l", "label-field").await?;
    hands.press("Escape").await?;
    window.await_given_back("label-picker").await?;
    hands.press_to(window, "F2", "rename-field").await?;
    hands.write("Daily sync").await?;
    hands.press("Return").await?;
    window.await_text("page-name", "Daily sync").await?;
    window.await_focus("page-name").await?;
    hands.walk_to(window, "Tab", "page-action").await?;
    hands.press("Return").await?;
    window.await_text("toasts", "Daily sync").await?;
    window.await_focus("page-action").await?;
    hands.press_to(window, "Tab", "menu").await?;
    hands.press("Return").await?;
    window.find("menu-pause").await?;
    let entry = window.await_focus_where("an entry", |focus| focus.name.starts_with("menu-")).await?;
    println!("   the menu opens at {}", entry.name);
    journey.picture("menu").await?;
    let window = journey.window()?;
    hands.press_to(window, "Escape", "menu").await?;

    // The sheet of keys, the palette, and where it leads.
    hands.press("question").await?;
    window.find("shortcuts").await?;
    hands.press("Escape").await?;
    window.await_given_back("shortcuts").await?;
    hands.press_to(window, "ctrl+k", "palette-field").await?;
    hands.press("Escape").await?;
    window.await_given_back("palette").await?;
    hands.press_to(window, "ctrl+k", "palette-field").await?;
    hands.write("health").await?;
    hands.press("Return").await?;
    window.find("view-health").await?;
    window.await_given_back("palette").await?;

    // Parting, and back.
    open_page(&journey, &hands, "Daily sync").await?;
    let window = journey.window()?;
    hands.press_to(window, "Delete", "disconnect-remove").await?;
    hands.press("Escape").await?;
    window.await_given_back("disconnect-dialog").await?;
    hands.press_to(window, "Delete", "disconnect-remove").await?;
    journey.picture("parting").await?;
    let window = journey.window()?;
    hands.press("Return").await?;
    window.find("toast-undo").await?;
    window.await_given_back("disconnect-dialog").await?;
    eventually("it to go", PATIENCE, async || {
        let rows = journey.rows().await?;
        Ok(if rows.iter().any(|one| one.id == row.id) { Look::NotYet(format!("{rows:?}")) } else { Look::Found(()) })
    })
    .await?;
    hands.press("ctrl+z").await?;
    let back = journey.await_status("Daily sync", "connected").await?;
    ensure(back.id == row.id, || "another came back".to_owned())
}

#[tokio::test]
async fn keys_choose_a_file() -> Outcome {
    let mut journey = Journey::begin().await?;
    let hands = Hands::default();
    let key = journey.practice.create_service_account(EMAIL).await?;
    let file = write_key_file(&journey, "robot.json", &key)?;
    journey.window()?.take_keyboard().await?;
    choose_practice(&journey, &hands).await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "method-service_account").await?;
    hands.press_to(window, "Return", "file-choose").await?;
    hands.press("Return").await?;
    choose(&journey, &file).await?;
    let window = journey.window()?;
    window.await_focus("file-save").await?;
    hands.walk_to(window, "shift+Tab", "integration-name").await?;
    hands.write(ROBOT).await?;
    journey.picture("chosen").await?;
    let window = journey.window()?;
    hands.press_to(window, "Return", "connect-done").await?;
    hands.press("Return").await?;
    window.await_given_back("connect-dialog").await?;
    journey.await_status(ROBOT, "connected").await.map(drop)
}

/// Types the path into the system's own chooser, and goes back to the window as its manager does.
async fn choose(journey: &Journey, file: &Path) -> Outcome {
    let window = journey.window()?;
    window.choose_in_dialog("Choose a key file, or several", file).await?;
    window.find("file-account").await?;
    window.take_keyboard().await
}

#[tokio::test]
async fn keys_sign_in_and_reconnect() -> Outcome {
    let mut journey = Journey::begin().await?;
    let hands = Hands::default();
    journey.browser.behave(Manner::Approve)?;
    journey.window()?.take_keyboard().await?;

    // The careful way: which way to sign in, what is asked for, then the browser.
    let visits = journey.browser.visits()?;
    choose_practice(&journey, &hands).await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "method-oauth").await?;
    hands.press_to(window, "Return", "authorize").await?;
    hands.walk_to(window, "shift+Tab", "integration-name").await?;
    hands.write(SIGN_IN).await?;
    hands.press("Return").await?;
    journey.browser.await_visit(visits).await?;
    window.find("authorization-completed").await?;
    window.await_focus("connect-done").await?;
    journey.picture("signed-in").await?;
    let window = journey.window()?;
    hands.press("Return").await?;
    window.await_given_back("connect-dialog").await?;
    let row = journey.await_status(SIGN_IN, "connected").await?;

    // The service ends the grant; its row says so, and a letter reconnects.
    journey.practice.revoke_grants().await?;
    open_page(&journey, &hands, SIGN_IN).await?;
    hands.press("r").await?;
    window.find_css("[data-test=view-integration][data-status=needs_you]").await?;
    hands.press("Escape").await?;
    window.await_focus("integration-open").await?;
    journey.picture("needs-you").await?;
    let visits = journey.browser.visits()?;
    hands.press("c").await?;
    journey.browser.await_visit(visits).await?;
    let window = journey.window()?;
    window.find("authorization-completed").await?;
    window.await_focus("connect-done").await?;
    hands.press("Return").await?;
    window.await_given_back("connect-dialog").await?;
    let after = journey.await_status(SIGN_IN, "connected").await?;
    ensure(after.id == row.id, || "reconnecting made another integration".to_owned())?;

    // A second one together with its service, given up by Escape.
    journey.browser.behave(Manner::Leave)?;
    hands.press_to(window, "ctrl+n", "connector-search").await?;
    hands.write("practice").await?;
    window.find_css("[data-test=connector][data-id=practice][aria-selected=true]:only-child").await?;
    hands.press_to(window, "ctrl+Return", "link-copy").await?;
    hands.press("Escape").await?;
    window.await_given_back("connect-dialog").await?;
    ensure(journey.rows().await?.len() == 1, || "giving up left something behind".to_owned())
}

/// Saves a new key beside the old one, from any place on the tab.
async fn begin_rotation(journey: &Journey, hands: &Hands, name: &str) -> Outcome {
    let key = journey.practice.create_key(name).await?;
    let window = journey.window()?;
    // The service would make one; this one is brought along.
    hands.press_to(window, "Return", "rotation-mint").await?;
    hands.walk_to(window, "Tab", "key-field").await?;
    hands.write(&key).await?;
    hands.press("Return").await?;
    window.find_css("[data-test=rotation][data-step=switched]").await?;
    // The form is gone; the keyboard goes on beside it.
    window.await_focus("rotation").await.map(drop)
}

#[tokio::test]
async fn keys_rotate_a_key_once_back_and_once_to_the_end() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let hands = Hands::default();
    journey.window()?.take_keyboard().await?;
    open_page(&journey, &hands, KEY).await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "tab-overview").await?;
    hands.press_to(window, "Right", "tab-credentials").await?;
    hands.walk_to(window, "Tab", "rotation-start").await?;
    begin_rotation(&journey, &hands, "second key").await?;
    journey.picture("switched").await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "rotation-undo").await?;
    hands.press("Return").await?;
    window.find_css("[data-test=rotation][data-step=none]").await?;
    window.await_focus("rotation").await?;
    hands.walk_to(window, "Tab", "rotation-start").await?;
    begin_rotation(&journey, &hands, "third key").await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "rotation-revoke").await?;
    hands.press("Return").await?;
    window.find_css("[data-test=rotation][data-step=done]").await?;
    window.await_focus("rotation").await?;
    journey.picture("rotated").await?;
    let state = journey.practice.state().await?;
    let of = |name: &str| {
        let keys = state["keys"].as_array().into_iter().flatten();
        keys.into_iter().find(|key| key["name"] == name).map(|key| !key["revoked_at_ms"].is_null())
    };
    ensure(of(api_key::NAME_AT_SERVICE) == Some(true) && of("third key") == Some(false), || state.to_string())
}

#[tokio::test]
async fn keys_walk_through_all_views_and_settings() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let hands = Hands::default();
    let window = journey.window()?;
    window.take_keyboard().await?;
    for (keys, view) in [("ctrl+2", "view-health"), ("ctrl+3", "view-activity"), ("ctrl+4", "view-settings")] {
        hands.press(keys).await?;
        window.find(view).await?;
        hands.walk_to(window, "Tab", "nav-settings").await?;
    }
    // Every stop of the settings, one after the other, up to the last.
    hands.walk_to(window, "Tab", "notify-needs").await?;
    hands.press("space").await?;
    window.find_css("[data-test=notify-needs][aria-checked=false]:not([aria-busy])").await?;
    window.await_focus("notify-needs").await?;
    journey.picture("settings").await?;
    let window = journey.window()?;
    hands.walk_to(window, "Tab", "shortcuts-open").await?;
    hands.press("Return").await?;
    window.find("shortcuts").await?;
    hands.press_to(window, "Escape", "shortcuts-open").await?;
    hands.press("Escape").await?;
    window.find("view-integrations").await?;
    let focus = window.focus().await?;
    ensure(!focus.is_lost, || format!("{focus:?}"))
}
