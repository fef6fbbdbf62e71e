//! Step 8 in the real window: rotate a key, a key file and a client secret, through a crash, and with a way back.

use storm_tests::step::rotation::{begin_key, reach_switched};
use storm_tests::step::{KEY, api_key, rotation, service_account};
use storm_tests::{Journey, Outcome, ensure};

#[tokio::test]
async fn a_key_is_rotated_through_a_crash() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    rotation::walk_key(&mut journey).await
}

#[tokio::test]
async fn a_key_file_is_rotated_by_dropping_the_new_one() -> Outcome {
    let mut journey = Journey::begin().await?;
    service_account::walk(&mut journey).await?;
    rotation::walk_key_file(&mut journey).await
}

#[tokio::test]
async fn a_key_is_rehearsed_with_and_then_rotated_by_one_click() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    rotation::walk_minted_key(&mut journey).await
}

#[tokio::test]
async fn a_client_secret_is_rotated_without_another_sign_in() -> Outcome {
    let mut journey = Journey::begin().await?;
    rotation::walk_client_secret(&mut journey).await
}

#[tokio::test]
async fn a_client_secret_is_rehearsed_with_and_the_old_one_stays_in_use() -> Outcome {
    let mut journey = Journey::begin().await?;
    rotation::walk_drill_of_client_secret(&mut journey).await
}

#[tokio::test]
async fn a_rotation_is_undone_before_the_old_key_is_turned_off() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let new = journey.practice.create_key("second key").await?;
    begin_key(&journey, &new).await?;
    reach_switched(&journey).await?;
    let window = journey.window()?;
    window.click("rotation-undo").await?;
    window.find_css("[data-test=rotation][data-step=none]").await?;
    journey.show_list().await?;
    journey.await_status(KEY, "connected").await?;
    let state = journey.practice.state().await?;
    let revoked = state["keys"].as_array().into_iter().flatten().filter(|key| !key["revoked_at_ms"].is_null()).count();
    ensure(revoked == 0, || format!("{revoked} keys were turned off by an undone rotation"))
}

#[tokio::test]
async fn a_key_of_another_account_is_not_switched_to_silently() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let other = journey.practice.create_key_of("grace@practice.example", "other key").await?;
    begin_key(&journey, &other).await?;
    let window = journey.window()?;
    window.find_css("[data-test=rotation][data-step=verified]").await?;
    window.await_text("rotation-line-3", "grace@practice.example").await?;
    window.click("rotation-undo").await?;
    window.find_css("[data-test=rotation][data-step=none]").await.map(drop)
}

#[tokio::test]
async fn a_key_whose_end_is_near_is_to_be_rotated_and_the_list_says_so() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    journey.restart_in_the_dark().await?;
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.fill("replacement-ends", "no day").await?;
    window.click("replacement-save").await?;
    window.await_text("replacement", "year-month-day").await?;
    let_end_in(&journey, 1).await?;
    journey.picture("replace-soon").await?;
    journey.show_list().await?;
    journey.await_status(KEY, "replace_soon").await?;
    journey.picture("replace-soon-list").await?;
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("page-action").await?;
    window.find_css("[data-test=rotation][data-step=none]").await.map(drop)
}

/// Says on the page of the key that it ends so many days from now.
async fn let_end_in(journey: &Journey, days: u8) -> Outcome {
    journey.show_page(KEY).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    // By the window's own clock.
    let day = format!(
        "const day = new Date(Date.now() + {days} * 24 * 3600e3); \
        return [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, '0')).join('-')"
    );
    let day = window.execute(&day).await?;
    window.fill("replacement-ends", day.as_str().unwrap_or_default()).await?;
    window.click("replacement-save").await?;
    window.await_text("replacement-due", "due now").await.map(drop)
}

#[tokio::test]
async fn a_key_near_its_end_is_announced_once_for_each_end_and_leads_to_its_rotation() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let_end_in(&journey, 10).await?;
    let soon = journey.notifications.await_shown(0, |one| one.summary.contains("replace its key soon")).await?;
    ensure(soon.summary.starts_with(KEY) && soon.body.contains("ends on"), || format!("{soon:?}"))?;
    journey.show_list().await?;
    journey.window()?.close_to_tray().await?;
    journey.picture_of_desktop("replace-soon-notification").await?;
    journey.notifications.press(&soon, "Rotate").await?;
    let window = journey.window()?;
    window.await_shown().await?;
    window.find_css("[data-test=tab-credentials][data-state=active]").await?;
    window.find("rotation-start").await?;

    let_end_in(&journey, 1).await?;
    let last = journey.notifications.await_shown(1, |one| one.summary.contains("the last day of its key")).await?;
    // The next run has nothing new to say, until there is another end.
    journey.restart_in_the_dark().await?;
    journey.notifications.await_withdrawn(last.id).await?;
    journey.await_status(KEY, "replace_soon").await?;
    let_end_in(&journey, 9).await?;
    let other = journey.notifications.await_shown(2, |_| true).await?;
    ensure(other.summary.contains("replace its key soon"), || format!("the last day is said again: {other:?}"))?;

    let new = journey.practice.create_key("second key").await?;
    begin_key(&journey, &new).await?;
    reach_switched(&journey).await?;
    journey.notifications.await_withdrawn(other.id).await?;
    let shown = journey.notifications.shown()?.len();
    ensure(shown == 3, || format!("{shown} notifications for three ends"))
}
