//! An access key of AWS in the real window: a settings file with two profiles is dropped, one is chosen; the console's file rotates it.

use std::path::PathBuf;

use storm_tests::step::service_account::drop_on_window;
use storm_tests::{AwsKey, DragSource, Journey, Moto, Outcome, ensure};

const NAME: &str = "Cloud";

#[tokio::test]
async fn a_dropped_profile_connects_once_it_was_chosen_and_a_dropped_file_rotates() -> Outcome {
    let moto = Moto::start().await?;
    let (first, other) = (moto.make_key("storm").await?, moto.make_key("ada").await?);
    let mut journey = Journey::begin().await?;
    connect(&mut journey, &moto, &first, &other).await?;

    journey.show_page(NAME).await?;
    journey.window()?.click("tab-credentials").await?;
    // The first real service works: whether to start at login is asked once, and stands over the page until it is answered.
    journey.window()?.click_css("[data-test=toast-choice][data-choice=no]").await?;
    journey.window()?.await_gone("toast-choice").await?;
    journey.window()?.click("lending-switch").await?;
    let line = journey.window()?.await_text("lending-line", "--format aws").await?;
    ensure(line == format!("credential_process = storm token \"{NAME}\" --format aws"), || line.clone())?;

    let second = moto.make_key("storm").await?;
    let text = format!("\u{feff}Access key ID,Secret access key\r\n{},{}\r\n", second.id, second.secret);
    let file = write(&journey, "storm_accessKeys.csv", &text)?;
    journey.window()?.click("rotation-start").await?;
    journey.window()?.find("file-offer").await?;
    journey.picture("access-key-rotation").await?;
    drop_on_window(&journey, "rotation-form", &file).await?;
    journey.window()?.await_text("file-access-key-id", &second.id).await?;
    journey.picture("access-key-rotation-file").await?;
    journey.window()?.click("rotation-save").await?;
    journey.window()?.find_css("[data-test=rotation][data-step=switched]").await?;
    journey.restart_in_the_dark().await?;
    journey.show_list().await?;
    drop_on_window(&journey, "view-integrations", &file).await?;
    journey.window()?.find("file-facts").await?;
    journey.picture("access-key-in-the-dark").await
}

async fn connect(journey: &mut Journey, moto: &Moto, key: &AwsKey, other: &AwsKey) -> Outcome {
    let profile = |name: &str, AwsKey { id, secret }: &AwsKey| {
        format!("[{name}]\naws_access_key_id = {id}\naws_secret_access_key = {secret}\n\n")
    };
    let file = write(journey, "credentials", &[profile("default", other), profile("reports", key)].concat())?;
    journey.show_list().await?;
    let source = DragSource::show(&[&file]).await?;
    source.hover(journey.window()?.position("view-integrations").await?).await?;
    journey.window()?.await_text("drop-overlay", "default, reports").await?;
    journey.window()?.await_painted().await?;
    journey.picture_of_desktop("access-key-over-window").await?;
    source.drop_files().await?;

    let window = journey.window()?;
    window.await_text("file-keys", &key.id).await?;
    window.click(&format!("file-key-{}", key.id)).await?;
    journey.picture("access-key-choice").await?;
    let window = journey.window()?;
    window.click("more-settings").await?;
    window.fill("field-base_url", moto.url()).await?;
    window.fill("integration-name", NAME).await?;
    journey.picture("access-key-profiles").await?;
    let window = journey.window()?;
    let page = window.execute("return document.documentElement.outerHTML").await?.to_string();
    ensure(!page.contains(&key.secret) && !page.contains(&other.secret), || "the page holds a secret".to_owned())?;
    window.click("key-save").await?;
    window.await_text("verdict", "user/storm").await?;
    window.click("connect-done").await
}

fn write(journey: &Journey, name: &str, text: &str) -> Outcome<PathBuf> {
    let path = journey.home.file(name);
    std::fs::write(&path, text)?;
    Ok(path)
}
