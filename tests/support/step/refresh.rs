//! Step 6: tokens are refreshed by themselves: with the window open, after a restart, and closed to the tray.

use crate::journey::Journey;
use crate::step::SIGN_IN;
use crate::{Outcome, ensure, tray};

/// Waits for real refreshes of short-lived tokens in each of the three situations.
///
/// # Errors
/// When one does not come, or the service refuses it.
pub async fn walk(journey: &mut Journey) -> Outcome {
    journey.practice.shorten_tokens().await?;
    let before = journey.practice.now().await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.click("refresh-now").await?;
    ensure_refreshed(journey, before, "asked for").await?;
    let before = journey.practice.now().await?;
    ensure_refreshed(journey, before, "by itself, with the window open").await?;
    journey.window()?.await_text("last-refreshed", "now").await?;
    journey.picture("refreshed").await?;

    let before = journey.practice.now().await?;
    journey.restart().await?;
    ensure_refreshed(journey, before, "by itself, after a restart").await?;

    journey.window()?.close_to_tray().await?;
    let before = journey.practice.now().await?;
    ensure_refreshed(journey, before, "by itself, closed to the tray").await?;
    let icon = tray::await_tray("a tray icon with nothing to do", |icon| icon.status == "Active").await?;
    ensure(icon.has_icon && icon.tooltip.contains("nothing to do"), || format!("{icon:?}"))?;
    journey.picture_of_desktop("closed-to-tray").await?;
    tray::click("Open Storm Connect").await?;
    journey.window()?.await_shown().await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "connected").await?;
    journey.say("The tray brought the window back.");
    Ok(())
}

async fn ensure_refreshed(journey: &Journey, since: u64, how: &str) -> Outcome {
    let status = journey.practice.await_refresh(since).await?;
    ensure(status == 200, || format!("a refresh {how} was answered with {status}"))?;
    let alive = journey.practice.grants().await?.iter().filter(|grant| grant["alive"] == true).count();
    ensure(alive == 1, || format!("after a refresh {how} {alive} grants are alive"))?;
    journey.say(&format!("Refreshed {how}."));
    Ok(())
}
