//! A part of the program fails by itself: the process that draws the page, or a command of the window. The rest goes on.

use serde_json::Value;
use storm_tests::program::built;
use storm_tests::step::{SIGN_IN, oauth};
use storm_tests::{BareWindow, Journey, Outcome, Picture, StepError, ensure};
use tokio::process::Command;

async fn signed_in() -> Outcome<Journey> {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    Ok(journey)
}

/// What `storm status` is told by the program.
async fn status(journey: &Journey) -> Outcome<Value> {
    let mut storm = Command::new(built("storm")?);
    storm.args(["status", "--json"]).env("STORM_CONNECT_SOCKET", journey.home.socket()).kill_on_drop(true);
    let output = storm.output().await?;
    let said = || StepError::Wrong(String::from_utf8_lossy(&output.stderr).into_owned());
    if output.status.success() { Ok(serde_json::from_slice(&output.stdout)?) } else { Err(said()) }
}

async fn ensure_it_serves_others(journey: &Journey) -> Outcome {
    let status = status(journey).await?;
    ensure(status.to_string().contains(SIGN_IN), || format!("storm status does not know “{SIGN_IN}”: {status}"))
}

async fn ensure_refreshed(journey: &Journey, since: u64) -> Outcome {
    let answered = journey.practice.await_refresh(since).await?;
    ensure(answered == 200, || format!("a refresh was answered with {answered}"))
}

/// What is seen and where, found out with WebDriver, whose session ends with the page's process.
struct Views {
    list: Picture,
    page: Picture,
    row: (i32, i32),
    refresh: (i32, i32),
    settings: (i32, i32),
}

/// The program as a user runs it, and how its views look.
async fn bare() -> Outcome<(Journey, BareWindow, Views)> {
    let mut journey = signed_in().await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("refresh-now").await?;
    window.await_text("toast", "was refreshed").await?;
    window.await_gone("toast").await?;
    let refresh = window.place("refresh-now").await?;
    window.await_painted().await?;
    let page = Picture::of_page().await?;
    journey.show_list().await?;
    let (row, settings) = (window.place("integration-open").await?, window.place("nav-settings").await?);
    window.await_painted().await?;
    let list = Picture::of_page().await?;
    ensure(!list.is_like(&page), || "the list and the page are not told apart".to_owned())?;
    journey.take_window()?.quit().await?;
    let bare = BareWindow::open(&journey.home).await?;
    bare.await_like("the list", &list).await?;
    Ok((journey, bare, Views { list, page, row, refresh, settings }))
}

#[tokio::test]
async fn f114_the_page_is_killed_for_memory_and_comes_back_while_the_host_goes_on() -> Outcome {
    let (journey, window, views) = bare().await?;
    window.click(views.settings).await?;
    window.await_unlike("the settings", &views.list).await?;
    window.kill_page().await?;
    ensure_it_serves_others(&journey).await?;
    window.await_like("the list, loaded anew", &views.list).await?;

    // It asks the host as before. From here on tokens are refreshed within seconds.
    window.click(views.row).await?;
    window.await_like("the page of the integration", &views.page).await?;
    journey.practice.shorten_tokens().await?;
    let since = journey.practice.now().await?;
    window.click(views.refresh).await?;
    ensure_refreshed(&journey, since).await?;

    // Once more and soon: a moment passes, in which the host refreshes, and the page is there again and hears of changes.
    let since = journey.practice.now().await?;
    window.kill_page().await?;
    ensure_refreshed(&journey, since).await?;
    window.await_like("the list, loaded once more", &views.list).await?;
    journey.practice.revoke_grants().await?;
    window.await_unlike("a row that needs its user", &views.list).await?;
    ensure_it_serves_others(&journey).await
}

#[tokio::test]
async fn f114_a_page_that_is_killed_in_the_tray_is_there_when_the_window_is_opened() -> Outcome {
    let (journey, window, views) = bare().await?;
    window.close_to_tray().await?;
    window.kill_page().await?;
    ensure_it_serves_others(&journey).await?;
    storm_tests::tray::click("Open Storm Connect").await?;
    window.await_shown().await?;
    window.await_like("the list, loaded anew", &views.list).await
}

#[tokio::test]
async fn f115_a_command_that_panics_shows_an_error_and_everything_goes_on() -> Outcome {
    let journey = signed_in().await?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    journey.home.panic_at_next_command()?;
    window.click("refresh-now").await?;
    window.await_text("toasts", "Something went wrong in Storm Connect").await?;
    ensure(!journey.home.awaits_panic(), || "no command panicked".to_owned())?;
    let log = std::fs::read_to_string(journey.home.log())?;
    ensure(log.contains("a part of the program failed"), || format!("the log does not say so: {log}"))?;
    ensure(!log.contains("what a test wanted"), || "the log repeats what the panic said".to_owned())?;

    ensure_it_serves_others(&journey).await?;
    let since = journey.practice.now().await?;
    window.click("refresh-now").await?;
    ensure_refreshed(&journey, since).await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

/// A driver that fails ends the program that has loaded it.
#[tokio::test]
async fn no_driver_for_graphics_is_loaded() -> Outcome {
    let (_journey, window, _) = bare().await?;
    ensure(window.has_loaded("libwebkit2gtk")?, || "the libraries are not found".to_owned())?;
    ensure(!window.has_loaded("libEGL_mesa")?, || "the program has loaded a driver".to_owned())
}
