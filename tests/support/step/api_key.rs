//! Step 2: connect with an API key. Paste, save, verified at once; the page forgets the key.

use crate::journey::Journey;
use crate::step::KEY;
use crate::{Outcome, ensure};

/// The name of the key at the practice service.
pub const NAME_AT_SERVICE: &str = "first key";

/// Connects the practice service with a key.
///
/// # Errors
/// When it is not connected, or the page still holds the key.
pub async fn walk(journey: &mut Journey) -> Outcome {
    let key = journey.practice.create_key(NAME_AT_SERVICE).await?;
    journey.choose_practice().await?;
    let base_url = journey.practice.base_url().to_owned();
    let window = journey.window()?;
    window.click("method-api_key").await?;
    window.find("key-field").await?;
    ensure(!window.find("key-save").await?.is_enabled().await?, || "an empty key can be saved".to_owned())?;
    window.fill("field-base_url", &base_url).await?;
    window.fill("key-field", &key).await?;
    window.fill("integration-name", KEY).await?;
    journey.picture("paste-key").await?;
    let window = journey.window()?;
    window.click("key-save").await?;
    window.find("verdict-works").await?;
    let verdict = window.text("verdict").await?;
    ensure(verdict.contains("ada@practice.example"), || format!("the verdict names nobody: {verdict}"))?;
    journey.picture("key-verified").await?;
    let window = journey.window()?;
    let page = window
        .execute(
            "return document.documentElement.outerHTML + [...document.querySelectorAll('input')].map((i) => i.value)",
        )
        .await?;
    ensure(!page.to_string().contains(&key), || "the page still holds the key".to_owned())?;
    window.click("connect-done").await?;
    journey.await_status(KEY, "connected").await?;
    journey.say("The key was stored, tried, and works as ada@practice.example; the page does not hold it any more.");
    Ok(())
}
