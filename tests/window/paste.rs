//! What the paste guard finds, in the real window, and what becomes of the clipboard.

use std::time::Duration;

use storm_tests::{Copied, Journey, Look, Outcome, ensure, eventually};

const HALF_A_MINUTE: Duration = Duration::from_secs(30);
const A_BUSY_MACHINE: Duration = Duration::from_secs(30);
const STRIPE_KEY: &str = "sk_live_0123456789abcdefghijklmn";

/// Up to the field for a key of this service.
async fn open(journey: &Journey, connector: &str, method: Option<&str>) -> Outcome {
    let window = journey.window()?;
    window.click("door-api_key").await?;
    window.fill("connector-search", connector).await?;
    window.click_css(&format!("[data-test=connector][data-id={connector}]")).await?;
    if let Some(method) = method {
        window.click(method).await?;
    }
    window.find("key-field").await.map(drop)
}

#[tokio::test]
async fn what_is_wrong_with_a_pasted_key_is_said_before_anybody_is_asked() -> Outcome {
    let mut journey = Journey::begin().await?;
    open(&journey, "github", None).await?;
    let window = journey.window()?;
    for (pasted, said) in [
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4", "Copy the whole key again"),
        ("ghp_16C7e42F292c6912E7710c838347Ae178B4b", "its checksum does not fit"),
        ("glpat-aaaaaaaaaaaaaaaaaaaa", "a key of GitLab"),
        ("two words", "a space inside"),
    ] {
        window.fill("key-field", pasted).await?;
        window.await_text("key-problem", said).await?;
        ensure(!window.find("key-save").await?.is_enabled().await?, || format!("{pasted} can be saved"))?;
    }
    window.click("dialog-close").await?;

    open(&journey, "stripe", None).await?;
    let window = journey.window()?;
    window.fill("key-field", "pk_live_0123456789abcdefghijklmn").await?;
    window.await_text("key-problem", "authenticates nobody").await?;
    journey.picture("publishable").await?;
    let window = journey.window()?;
    window.fill("key-field", "sk_test_0123456789abcdefghijklmn").await?;
    window.await_text("key-remark", "test key").await?;
    journey.picture("test-key").await?;
    let window = journey.window()?;
    window.fill("key-field", &format!("export STRIPE_KEY='{STRIPE_KEY}'")).await?;
    window.await_text("key-remark", "Only the value").await?;
    window.fill("key-field", &format!("{{\"name\": \"ci\", \"secret_key\": \"{STRIPE_KEY}\"}}")).await?;
    window.await_text("key-remark", "Only the key was taken").await.map(drop)
}

#[tokio::test]
async fn a_key_of_another_service_is_taken_along_to_that_service() -> Outcome {
    let mut journey = Journey::begin().await?;
    open(&journey, "github", None).await?;
    let window = journey.window()?;
    window.fill("key-field", STRIPE_KEY).await?;
    window.await_text("key-problem", "a key of Stripe").await?;
    journey.picture("another-service").await?;
    let window = journey.window()?;
    window.click("key-switch").await?;
    window.await_text("connect-dialog", "Connect Stripe").await?;
    let taken = window.find("key-field").await?.prop("value").await?;
    ensure(taken.as_deref() == Some(STRIPE_KEY), || "the key was left behind".to_owned())?;
    ensure(window.find("key-save").await?.is_enabled().await?, || "it cannot be saved there".to_owned())?;
    journey.picture("switched").await
}

#[tokio::test]
async fn a_key_that_was_taken_from_the_clipboard_does_not_stay_on_it() -> Outcome {
    let journey = Journey::begin().await?;
    open(&journey, "stripe", None).await?;
    let _copied = Copied::copy(STRIPE_KEY).await?;
    let window = journey.window()?;
    window.click("key-paste").await?;
    window.find("key-held").await?;
    let begun = tokio::time::Instant::now();
    ensure(Copied::now().await?.as_deref() == Some(STRIPE_KEY), || "it was emptied at once".to_owned())?;
    eventually("the clipboard to be emptied", HALF_A_MINUTE + A_BUSY_MACHINE, async || {
        Ok(if Copied::now().await?.is_none() { Look::Found(()) } else { Look::NotYet("the key is on it".to_owned()) })
    })
    .await?;
    ensure(begun.elapsed() + Duration::from_secs(2) >= HALF_A_MINUTE, || {
        format!("emptied after {:?}", begun.elapsed())
    })?;

    // What was copied meanwhile is not ours to take away.
    let _copied = Copied::copy(STRIPE_KEY).await?;
    window.click("key-empty").await?;
    window.click("key-paste").await?;
    window.find("key-held").await?;
    let _copied = Copied::copy("something else").await?;
    tokio::time::sleep(HALF_A_MINUTE + Duration::from_secs(2)).await;
    let now = Copied::now().await?;
    ensure(now.as_deref() == Some("something else"), || format!("{now:?} is left of it"))
}
