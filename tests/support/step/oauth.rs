//! Step 3: connect with OAuth 2.0. The real browser signs in, approves and comes back.

use crate::journey::Journey;
use crate::step::SIGN_IN;
use crate::{Manner, Outcome, ensure};

/// Connects the practice service by signing in.
///
/// # Errors
/// When it is not connected.
pub async fn walk(journey: &mut Journey) -> Outcome {
    journey.browser.behave(Manner::Approve)?;
    let visits = journey.browser.visits()?;
    fill_in(journey).await?;
    journey.picture("authorize").await?;
    journey.window()?.click("authorize").await?;
    journey.window()?.find("authorization").await?;
    journey.picture("waiting-for-browser").await?;
    let visit = journey.browser.await_visit(visits).await?;
    ensure(visit["at"].as_str().is_some_and(|at| at.starts_with("http://127.0.0.1:")), || format!("{visit}"))?;
    journey.say("The browser signed in, approved, and was sent back to the program.");

    let window = journey.window()?;
    window.await_text("authorization-completed", "ada@practice.example").await?;
    journey.picture("connected").await?;
    journey.window()?.click("connect-done").await?;
    journey.await_status(SIGN_IN, "connected").await?;
    let alive = journey.practice.grants().await?.iter().filter(|grant| grant["alive"] == true).count();
    ensure(alive == 1, || format!("the service knows {alive} grants"))?;
    journey.say("The tokens are stored; the service knows one grant.");
    Ok(())
}

/// Everything up to the Authorize button.
///
/// # Errors
/// When a field is missing.
pub async fn fill_in(journey: &Journey) -> Outcome {
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-oauth").await?;
    window.find("authorize").await?;
    window.fill("field-base_url", journey.practice.base_url()).await?;
    window.fill("integration-name", SIGN_IN).await
}
