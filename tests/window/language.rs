//! The language that is chosen is spoken by page, tray and notifications at once, and from the first word of the next start on.

use serde_json::json;
use storm_tests::step::{KEY, api_key};
use storm_tests::{Journey, Outcome, ensure, tray};

#[tokio::test]
async fn a_chosen_language_is_spoken_everywhere_without_a_restart_and_after_one() -> Outcome {
    let mut journey = Journey::begin().await?;
    let before = journey.notifications.shown()?.len(); // by other tests on this desktop
    api_key::walk(&mut journey).await?;
    let window = journey.window()?;
    window.find_css("html[lang=en]").await?;
    window.click("nav-settings").await?;
    window.click("language-de").await?;
    window.find_css("html[lang=de]").await?;
    tray::await_tray("a German tray", |icon| icon.menu.iter().any(|label| label == "Storm Connect öffnen")).await?;
    journey.picture("language-de").await?;

    // What comes up afterwards speaks it, buttons and all.
    journey.practice.script(json!({ "path": "/api/whoami", "status": 401, "times": 1 })).await?;
    journey.show_page(KEY).await?;
    journey.window()?.click("page-action").await?;
    journey.show_list().await?;
    journey.await_status(KEY, "needs_you").await?;
    let told = journey.notifications.await_shown(before, |one| one.summary.contains(KEY)).await?;
    ensure(told.summary.ends_with("Handlung nötig"), || format!("{told:?}"))?;
    ensure(told.actions.iter().any(|label| label == "Später"), || format!("{told:?}"))?;
    tray::await_tray("a German count", |icon| icon.tooltip.contains("Bei 1 Integration ist etwas zu tun")).await?;
    journey.picture_of_desktop("language-de-desktop").await?;

    journey.restart().await?;
    let window = journey.window()?;
    window.find_css("html[lang=de]").await?;
    window.click("nav-settings").await?;
    window.find_css("[data-test=language-de]:checked").await?;

    // Another one, in another script, and back to the system's.
    window.click("language-zh-CN").await?;
    window.find_css("html[lang=zh-CN]").await?;
    tray::await_tray("a Chinese tray", |icon| icon.menu.iter().any(|label| label == "打开 Storm Connect")).await?;
    journey.picture("language-zh-CN").await?;
    journey.window()?.click("language-system").await?;
    journey.window()?.find_css("html[lang=en]").await?;
    tray::await_tray("the system's tray", |icon| icon.menu.iter().any(|label| label == "Open Storm Connect")).await?;
    Ok(())
}
