//! Step 7: a grant that was ended at the service needs its user. Tray, notification and window each lead to Reconnect.

use crate::journey::Journey;
use crate::step::SIGN_IN;
use crate::{Manner, Outcome, ensure, tray};

/// How the user comes to reconnect.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The button of the notification, with the window closed to the tray.
    Notification,
    /// The entry in the tray's menu, with the window closed to the tray.
    Tray,
    /// The button in the list.
    Button,
}

/// Ends the grant at the service, waits for the program to notice, and reconnects.
///
/// # Errors
/// When it is not noticed, not told, or not connected again under the same id.
pub async fn walk(journey: &mut Journey, way: Way) -> Outcome {
    journey.browser.behave(Manner::Approve)?;
    journey.practice.shorten_tokens().await?;
    journey.show_list().await?;
    let row = journey.await_status(SIGN_IN, "connected").await?;
    let (shown, visits) = (journey.notifications.shown()?.len(), journey.browser.visits()?);
    if way != Way::Button {
        journey.window()?.close_to_tray().await?;
    }
    journey.practice.revoke_grants().await?;
    let since = journey.practice.now().await?;
    let status = journey.practice.await_refresh(since).await?;
    ensure(status == 400, || format!("the service answered a refresh of an ended grant with {status}"))?;

    let reconnect = format!("Reconnect {SIGN_IN}");
    let icon = tray::await_tray("a tray icon that needs attention", |icon| icon.status == "NeedsAttention").await?;
    ensure(icon.menu.first() == Some(&reconnect), || format!("the tray offers {:?}", icon.menu))?;
    let notification = journey.notifications.await_shown(shown, |one| one.summary.contains(SIGN_IN)).await?;
    let again = journey.notifications.shown()?.len() - shown;
    ensure(again == 1, || format!("{again} notifications for one incident"))?;
    journey.say(&format!(
        "The service ended the grant; the tray says “{}”, a notification “{}”.",
        icon.tooltip, notification.summary
    ));
    match way {
        Way::Notification => {
            journey.picture_of_desktop("notification").await?;
            journey.notifications.press(&notification, "Reconnect").await?;
        }
        Way::Tray => tray::click(&reconnect).await?,
        Way::Button => {
            journey.await_status(SIGN_IN, "needs_you").await?;
            journey.picture("needs-you").await?;
            journey.show_page(SIGN_IN).await?;
            journey.window()?.find("attention").await?;
            journey.picture("why-it-needs-you").await?;
            journey.show_list().await?;
            let button = format!("[data-test=integration][data-id=\"{}\"] [data-test=row-action]", row.id);
            journey.window()?.click_css(&button).await?;
        }
    }
    journey.window()?.await_shown().await?;
    journey.browser.await_visit(visits).await?;
    let window = journey.window()?;
    window.find("authorization-completed").await?;
    journey.picture("reconnected").await?;
    journey.window()?.click("connect-done").await?;
    // A pressed button closes its notification; otherwise the program takes it back.
    if way != Way::Notification {
        journey.notifications.await_withdrawn(notification.id).await?;
    }
    tray::await_tray("a tray icon with nothing to do", |icon| icon.status == "Active").await?;
    journey.show_list().await?;
    let after = journey.await_status(SIGN_IN, "connected").await?;
    ensure(after.id == row.id, || "reconnecting made another integration".to_owned())?;
    journey.say("Reconnected under the same id; the notification is gone.");
    Ok(())
}
