//! The first run: where secrets are kept is tried, the first service is connected, and a start at login is asked for once.

use std::path::{Path, PathBuf};

use storm_tests::program::built;
use storm_tests::{BareWindow, Journey, Outcome, StepError, ensure, tray};
use tokio::time::Instant;

const SERVICE: &str = "Everyday service";

/// Below the home folder that is the program's own.
fn entry(home: &Path) -> PathBuf {
    home.join(".config/autostart/dev.stormconnect.app.desktop")
}

/// What the entry tells the desktop to run.
fn command_line(entry: &Path) -> Outcome<String> {
    let text = std::fs::read_to_string(entry)?;
    let command = text.lines().find_map(|line| line.strip_prefix("Exec=")).map(str::to_owned);
    command.ok_or_else(|| StepError::Wrong(format!("the entry starts nothing: {text}")))
}

/// What did not pass of the things that were tried. How much room there is, is this machine's.
async fn not_passed(journey: &Journey) -> Outcome<String> {
    const NOT_PASSED: &str = "return [...document.querySelectorAll('[data-test=storage-check]')] \
        .filter((one) => one.dataset.check !== 'space' && one.dataset.outcome !== 'passed').map((one) => one.innerText).join()";
    Ok(journey.window()?.execute(NOT_PASSED).await?.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_first_run_tries_the_storage_connects_and_asks_once_about_the_login() -> Outcome {
    let mut journey = Journey::begin().await?;
    let home = journey.home.own_folder()?;
    journey.take_window()?.quit().await?;
    let key = journey.practice.create_key("everyday").await?;
    let whoami = format!("{}/api/whoami", journey.practice.base_url());

    let begun = Instant::now();
    journey.open().await?;
    let window = journey.window()?;
    window.await_text("storage-line", "Kept in GNOME Keyring · unlocked · tested just now").await?;
    let tried = begun.elapsed();
    window.click("storage-details").await?;
    let checks = window.count("storage-check").await?;
    let wrong = not_passed(&journey).await?;
    ensure(checks == 5 && wrong.is_empty(), || format!("of {checks} checks did not pass: {wrong}"))?;
    window.await_text("recovery-code-line", "not made yet").await?;
    journey.picture("first-run").await?;

    // Everything a person does from the first sight of the window to a connection.
    let window = journey.window()?;
    window.click("door-api_key").await?;
    window.click_css("[data-test=connector][data-id=generic-api-key]").await?;
    window.fill("field-verify_url", &whoami).await?;
    window.fill("key-field", &key).await?;
    window.fill("integration-name", SERVICE).await?;
    window.click("key-save").await?;
    window.find("verdict-works").await?;
    let connected = begun.elapsed();
    const ACTIONS: [&str; 6] =
        ["the door", "the service", "its address", "the key", "a name, which may be left out", "Save"];
    journey.say(&format!(
        "From the start of the program: storage tried after {:.1} s, connected after {:.1} s and {} actions: {}.",
        tried.as_secs_f64(),
        connected.as_secs_f64(),
        ACTIONS.len(),
        ACTIONS.join(", ")
    ));
    journey.picture("first-connected").await?;
    let window = journey.window()?;
    ensure(!window.shows("toast-choice").await?, || "it asks while the dialog is open".to_owned())?;
    window.click("connect-done").await?;
    window.await_text("toast", "Start Storm Connect when you log in").await?;
    journey.picture("start-at-login").await?;
    ensure(!entry(&home).exists(), || "it was entered before it was answered".to_owned())?;
    let window = journey.window()?;
    window.click_css("[data-test=toast-choice][data-choice=yes]").await?;
    window.await_text("toast", "Storm Connect starts when you log in").await?;
    let command = command_line(&entry(&home))?;
    let program = built("storm-connect")?.canonicalize()?;
    ensure(command == format!("\"{}\" --hidden", program.display()), || format!("it starts {command}"))?;

    // The system's entry is what the setting shows, and nobody is asked again.
    journey.restart().await?;
    journey.await_status(SERVICE, "connected").await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.find_css("[data-test=autostart][data-autostart=on]").await?;
    ensure(!window.shows("toast-choice").await?, || "it asks again".to_owned())?;
    journey.take_window()?.quit().await?;

    // As the desktop does at login.
    let started = BareWindow::start_by(&journey.home, &command).await?;
    tray::await_tray("the program in the tray", |icon| icon.tooltip.contains("1 integration, nothing to do")).await?;
    ensure(!started.is_shown().await?, || "a start at login opens a window".to_owned())?;
    journey.picture_of_desktop("started-at-login").await?;
    tray::click("Open Storm Connect").await?;
    started.await_shown().await?;
    tray::click("Quit").await?;
    started.await_end().await?;

    journey.open().await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.click("autostart-switch").await?;
    window.find_css("[data-test=autostart][data-autostart=off]").await?;
    journey.picture("start-at-login-off").await?;
    ensure(!entry(&home).exists(), || "the entry is still there".to_owned())?;
    // What somebody else enters is seen as well.
    std::fs::write(entry(&home), format!("[Desktop Entry]\nType=Application\nExec={command}\n"))?;
    let window = journey.window()?;
    window.click("nav-integrations").await?;
    window.click("nav-settings").await?;
    window.find_css("[data-test=autostart][data-autostart=on]").await.map(drop)
}

#[tokio::test]
async fn a_keyring_that_was_locked_meanwhile_is_told_and_tried_again_once_it_is_open() -> Outcome {
    let mut journey = Journey::begin().await?;
    let window = journey.window()?;
    window.find("storage-line").await?;
    window.click("nav-settings").await?;
    window.find("storage-run").await?;
    journey.desktop.lock_keyring().await?;
    window.click("storage-run").await?;
    journey.desktop.dismiss_keyring_prompt().await?;
    window.await_text("storage-failed", "GNOME Keyring is locked").await?;
    window.find_css("[data-test=vault-line][data-vault=unlocked]").await?;
    journey.picture("keyring-locked").await?;
    journey.desktop.unlock_keyring().await?;
    let window = journey.window()?;
    window.click("storage-again").await?;
    window.await_text("storage-line", "Kept in GNOME Keyring · unlocked").await.map(drop)
}
