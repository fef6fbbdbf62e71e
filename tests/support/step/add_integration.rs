//! Step 1: add an integration. Choose a service and a way to sign in, with guidance on when to use which.

use crate::journey::Journey;
use crate::{Outcome, ensure};

/// From the first run to the three methods, each with its guidance; by search as well.
///
/// # Errors
/// When a part of it is missing.
pub async fn walk(journey: &mut Journey) -> Outcome {
    let window = journey.window()?;
    window.find("first-run").await?;
    for door in ["door-api_key", "door-service_account", "door-oauth"] {
        window.find(door).await?;
    }
    journey.picture("first-run").await?;
    journey.say("The empty list offers three doors: paste a key, drop a file, sign in.");

    let window = journey.window()?;
    window.click("door-api_key").await?;
    window.find("connector-search").await?;
    let known = window.count("connector").await?;
    ensure(known >= 8, || format!("only {known} services take a key"))?;
    journey.picture("choose-service").await?;
    let window = journey.window()?;
    window.fill("connector-search", "no such service").await?;
    window.find("connector-none").await?;
    window.click("dialog-close").await?;
    window.await_gone("connect-dialog").await?;

    journey.choose_practice().await?;
    let window = journey.window()?;
    for method in ["method-api_key", "method-oauth", "method-service_account"] {
        let guidance = window.text(method).await?;
        ensure(guidance.split_whitespace().count() > 6, || {
            format!("{method} does not say when to use it: {guidance}")
        })?;
    }
    journey.picture("choose-method").await?;
    journey.say("The practice service offers three ways to sign in, each with when to use it.");
    let window = journey.window()?;
    window.click("dialog-close").await?;
    window.await_gone("connect-dialog").await
}
