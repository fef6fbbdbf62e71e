//! Step 5: the list and the pages. Everything at a glance, each integration with its own page.

use crate::journey::Journey;
use crate::step::{KEY, ROBOT, SIGN_IN};
use crate::{Outcome, ensure};

/// Lists, searches, and opens the pages of what the earlier steps set up.
///
/// # Errors
/// When something is missing.
pub async fn walk(journey: &mut Journey) -> Outcome {
    journey.show_list().await?;
    for name in [KEY, SIGN_IN, ROBOT] {
        journey.await_status(name, "connected").await?;
    }
    journey.picture("list").await?;
    let window = journey.window()?;
    window.fill("search", "robot").await?;
    journey.await_names(&[ROBOT]).await?;
    journey.window()?.fill("search", "nothing of the kind").await?;
    journey.window()?.find("list-none").await?;
    journey.window()?.click("filter-clear").await?;
    ensure(journey.rows().await?.len() == 3, || "the search hides rows after it was cleared".to_owned())?;
    journey.say("Three integrations are listed as connected; the search narrows them down.");

    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    let card = window.text("card-connection").await?;
    for part in ["ada@practice.example", "127.0.0.1"] {
        ensure(card.contains(part), || format!("the connection does not name {part}: {card}"))?;
    }
    window.find_css("[data-test=scope-line][data-scope=reports][data-granted=true]").await?;
    window.find("next-refresh").await?;
    journey.picture("page-overview").await?;
    let window = journey.window()?;
    window.click("tab-activity").await?;
    window.find("activity-entry").await?;
    journey.picture("page-activity").await?;
    journey.show_page(ROBOT).await?;
    let window = journey.window()?;
    window.click("tab-credentials").await?;
    window.find_css("[data-test=generation][data-phase=active]").await?;
    journey.picture("page-credentials").await?;
    journey.say("Each has a page: facts, credentials without secrets, activity.");

    let window = journey.window()?;
    window.click("nav-activity").await?;
    window.find("activity-entry").await?;
    window.click("nav-settings").await?;
    window.find("vault-protection").await?;
    journey.picture("settings").await?;
    journey.show_list().await
}
