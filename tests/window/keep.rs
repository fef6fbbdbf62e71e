//! Steps 6 and 7 in the real window: tokens renew by themselves, and a lost grant is reconnected in each of three ways.

use storm_tests::step::reconnect::Way;
use storm_tests::step::{oauth, reconnect, refresh};
use storm_tests::{Journey, Outcome};

async fn signed_in() -> Outcome<Journey> {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    Ok(journey)
}

#[tokio::test]
async fn tokens_are_refreshed_with_the_window_open_after_a_restart_and_in_the_tray() -> Outcome {
    refresh::walk(&mut signed_in().await?).await
}

#[tokio::test]
async fn a_notification_leads_back_in() -> Outcome {
    short_tokens(Way::Notification).await
}

#[tokio::test]
async fn the_tray_leads_back_in() -> Outcome {
    short_tokens(Way::Tray).await
}

#[tokio::test]
async fn the_button_in_the_list_leads_back_in() -> Outcome {
    short_tokens(Way::Button).await
}

/// The token at hand is a long one; asking for a new one makes the program notice the loss within seconds.
async fn short_tokens(way: Way) -> Outcome {
    let mut journey = signed_in().await?;
    journey.practice.shorten_tokens().await?;
    journey.show_page(storm_tests::step::SIGN_IN).await?;
    let before = journey.practice.now().await?;
    journey.window()?.click("refresh-now").await?;
    journey.practice.await_refresh(before).await?;
    reconnect::walk(&mut journey, way).await
}
