//! What the desktop is told and how often, and what the tray does for all integrations at once.

use std::time::Duration;

use serde_json::json;
use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Journey, Notification, Outcome, ensure, tray};

const HOUR: Duration = Duration::from_secs(3);

/// The service refuses the key once, and the user has it verified.
async fn refuse_key(journey: &Journey) -> Outcome {
    journey.practice.script(json!({ "path": "/api/whoami", "status": 401, "times": 1 })).await?;
    journey.show_page(KEY).await?;
    journey.window()?.click("page-action").await?; // which is to verify it, as long as nothing is wrong
    journey.show_list().await?;
    journey.await_status(KEY, "needs_you").await.map(drop)
}

async fn verify_key(journey: &Journey) -> Outcome {
    journey.show_page(KEY).await?;
    journey.window()?.click("menu").await?;
    journey.window()?.click("menu-verify").await?;
    journey.show_list().await
}

async fn end_sign_in(journey: &Journey) -> Outcome {
    journey.practice.revoke_grants().await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.click("refresh-now").await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "needs_you").await.map(drop)
}

fn labels(notification: &Notification) -> Vec<&str> {
    notification.actions.chunks(2).filter_map(|pair| pair.get(1)).map(String::as_str).collect()
}

#[tokio::test]
async fn what_needs_its_user_is_told_once_comes_again_and_can_be_put_off() -> Outcome {
    let mut journey = Journey::begin().await?;
    let before = journey.notifications.shown()?.len(); // by other tests on this desktop
    api_key::walk(&mut journey).await?;
    oauth::walk(&mut journey).await?;
    journey.home.shorten_hours(HOUR);
    journey.restart().await?;
    refuse_key(&journey).await?;
    let first = journey.notifications.await_shown(before, |one| one.summary.contains(KEY)).await?;
    ensure(labels(&first).starts_with(&["Reconnect", "Later"]), || format!("{first:?}"))?;

    // An hour later it comes again, in the place of the first.
    let second = journey.notifications.await_shown(before + 1, |one| one.summary == first.summary).await?;
    journey.notifications.await_withdrawn(first.id).await?;
    // A pressed button closes it. Who put it off is left in peace for four.
    journey.notifications.press(&second, "Later").await?;
    let third = journey.notifications.await_shown(before + 2, |one| one.summary == first.summary).await?;

    // A second need is told at once, in one notification with the first.
    end_sign_in(&journey).await?;
    let both = journey.notifications.await_shown(before + 3, |one| one.summary == "2 integrations need you").await?;
    ensure(both.body.contains(KEY) && both.body.contains(SIGN_IN), || format!("{both:?}"))?;
    ensure(labels(&both).starts_with(&["Show", "Later"]), || format!("{both:?}"))?;
    journey.notifications.await_withdrawn(third.id).await?;
    tray::await_tray("a tray with both", |icon| icon.tooltip.contains("2 integrations need you")).await?;
    journey.picture_of_desktop("two-needs").await?;

    // What is done is taken back, and what is left stays.
    verify_key(&journey).await?;
    journey.await_status(KEY, "connected").await?;
    journey.notifications.await_withdrawn(both.id).await?;
    let left = journey.notifications.await_shown(before + 4, |one| one.summary.contains(SIGN_IN)).await?;

    tray::click("Pause all").await?;
    journey.await_status(KEY, "paused").await?;
    journey.await_status(SIGN_IN, "paused").await?;
    let last = journey.notifications.shown()?.pop().map_or(left.id, |last| last.id);
    journey.notifications.await_withdrawn(last).await?;
    tray::await_tray("a tray that can resume", |icon| icon.menu.iter().any(|label| label == "Resume all")).await?;
    tray::click("Resume all").await?;
    journey.await_status(KEY, "connected").await?;
    journey.await_status(SIGN_IN, "needs_you").await.map(drop)
}

#[tokio::test]
async fn in_quiet_hours_nothing_is_shown_and_it_comes_when_they_are_switched_off() -> Outcome {
    let mut journey = Journey::begin().await?;
    let before = journey.notifications.shown()?.len(); // by other tests on this desktop
    api_key::walk(&mut journey).await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.find("notify-needs").await?;
    window.click("quiet-hours").await?;
    window.find("quiet-from").await?;
    // All day but one minute, which was a minute ago.
    for (part, minutes) in [("from", -1), ("until", -2)] {
        let set = format!(
            "const field = document.querySelector('[data-test=quiet-{part}]'); \
            field.value = new Date(Date.now() + {minutes} * 60e3).toTimeString().slice(0, 5); \
            field.dispatchEvent(new Event('change', {{ bubbles: true }}));"
        );
        window.execute(&set).await?;
        window.find_css("[data-test=quiet-hours]:not([aria-busy])").await?;
    }
    journey.picture("quiet-hours").await?;
    journey.show_list().await?;
    refuse_key(&journey).await?;
    tray::await_tray("the tray says it all the same", |icon| icon.status == "NeedsAttention").await?;
    let shown = journey.notifications.shown()?.split_off(before);
    ensure(shown.is_empty(), || format!("in quiet hours: {shown:?}"))?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.find("quiet-from").await?;
    window.click("quiet-hours").await?;
    journey.notifications.await_shown(before, |one| one.summary.contains(KEY)).await.map(drop)
}
