//! Step 4: connect with a service account. A real drag of the key file onto the window.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::journey::Journey;
use crate::step::ROBOT;
use crate::{DragSource, Outcome, ensure};

/// The account at the practice service.
pub const EMAIL: &str = "robot@practice.example";

/// Connects the practice service with a key file.
///
/// # Errors
/// When it is not connected.
pub async fn walk(journey: &mut Journey) -> Outcome {
    let key = journey.practice.create_service_account(EMAIL).await?;
    let email = key["client_email"].as_str().unwrap_or_default().to_owned();
    let file = write_key_file(journey, "robot.json", &key)?;
    journey.show_list().await?;
    let source = DragSource::show(&[&file]).await?;
    let middle = journey.window()?.position("view-integrations").await?;
    source.hover(middle).await?;
    journey.window()?.await_text("drop-overlay", &email).await?;
    journey.window()?.await_painted().await?;
    journey.picture_of_desktop("file-over-window").await?;
    source.drop_files().await?;
    journey.say("The file was dragged over the window, which said what it is before it was released.");

    let base_url = journey.practice.base_url().to_owned();
    let window = journey.window()?;
    window.await_text("file-account", &email).await?;
    window.fill("field-base_url", &base_url).await?;
    window.fill("integration-name", ROBOT).await?;
    journey.picture("key-file").await?;
    let window = journey.window()?;
    let page = window.execute("return document.documentElement.outerHTML").await?;
    ensure(!page.to_string().contains("PRIVATE KEY"), || "the page holds the private key".to_owned())?;
    window.click("file-save").await?;
    window.find("verdict-works").await?;
    journey.picture("key-file-verified").await?;
    journey.window()?.click("connect-done").await?;
    journey.await_status(ROBOT, "connected").await?;
    journey.say("The key was exchanged for a token, and the token works.");
    Ok(())
}

/// Writes a key file as the service's download does.
///
/// # Errors
/// When it cannot be written.
pub fn write_key_file(journey: &Journey, name: &str, key: &Value) -> Outcome<PathBuf> {
    let path = journey.home.file(name);
    std::fs::write(&path, serde_json::to_vec_pretty(key)?)?;
    Ok(path)
}

/// Drags a file over the middle of the window and lets go.
///
/// # Errors
/// When nobody takes it.
pub async fn drop_on_window(journey: &Journey, over: &str, file: &Path) -> Outcome {
    let source = DragSource::show(&[file]).await?;
    source.hover(journey.window()?.position(over).await?).await?;
    source.drop_files().await
}
