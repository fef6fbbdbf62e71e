//! A sealed export in the real window: written from one vault, and restored on a second, empty one, where each of the three
//! methods is verified at the practice service.

use std::path::{Path, PathBuf};

use storm_tests::step::{KEY, ROBOT, SIGN_IN, api_key, oauth, service_account};
use storm_tests::{DragSource, Home, Journey, Outcome, PATIENCE, ensure};

const SAVE: &str = "Save the export";
const PASSPHRASE: &str = "correct horse battery staple";

/// Connects all three, and writes them into a file with the sign-in moved.
async fn export(journey: &mut Journey) -> Outcome<PathBuf> {
    api_key::walk(journey).await?;
    oauth::walk(journey).await?;
    service_account::walk(journey).await?;
    journey.show_list().await?;
    let window = journey.window()?;
    window.click("select-all").await?;
    window.click("bulk-export").await?;
    window.find("export-row").await?;
    journey.picture("export-left").await?;
    let window = journey.window()?;
    window.click("sign-ins-move").await?;
    window.fill("export-passphrase", PASSPHRASE).await?;
    window.fill("export-passphrase-again", PASSPHRASE).await?;
    journey.picture("export-moves").await?;
    let path = journey.home.file("mine.storm-connect");
    let window = journey.window()?;
    window.click("export-save").await?;
    window.save_in_dialog(SAVE, &path).await?;
    window.await_text_for("export-written", "holds 3 integrations", PATIENCE * 3).await?;
    window.await_text("export-moved", "One sign-in has moved into it").await?;
    journey.picture("export-written").await?;
    journey.window()?.click("export-done").await?;
    journey.await_status(SIGN_IN, "paused").await?;
    Ok(path)
}

fn is_sealed_for_its_user_alone(path: &Path) -> Outcome {
    use std::os::unix::fs::PermissionsExt as _;
    let bytes = std::fs::read(path)?;
    for hidden in [KEY, SIGN_IN, ROBOT, "ada@practice.example", "practice-desktop", PASSPHRASE] {
        let is_there = bytes.windows(hidden.len()).any(|part| part == hidden.as_bytes());
        ensure(!is_there, || format!("“{hidden}” stands in the file"))?;
    }
    let mode = std::fs::metadata(path)?.permissions().mode() & 0o777;
    ensure(mode == 0o600, || format!("its mode is {mode:o}"))
}

#[tokio::test]
async fn an_export_is_restored_on_a_second_empty_vault_and_each_of_it_is_verified_and_switched_on() -> Outcome {
    let mut journey = Journey::begin().await?;
    let file = export(&mut journey).await?;
    is_sealed_for_its_user_alone(&file)?;
    let before = journey.practice.now().await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.await_text("hold-moved", "has moved to another computer").await?;
    journey.picture("moved-away").await?;

    // Another computer: another home, and nothing in it.
    journey.take_window()?.quit().await?;
    let other = Home::make(journey.practice.port())?;
    let _first = std::mem::replace(&mut journey.home, other);
    journey.open().await?;
    journey.window()?.find("first-run").await?;
    let source = DragSource::show(&[&file]).await?;
    source.hover(journey.window()?.position("view-integrations").await?).await?;
    journey.window()?.await_text("drop-overlay", "Sealed export of Storm Connect").await?;
    journey.window()?.await_painted().await?;
    journey.picture_of_desktop("export-over-window").await?;
    source.drop_files().await?;

    let window = journey.window()?;
    window.fill("restore-passphrase", "correct horse battery").await?;
    window.click("restore-unseal").await?;
    window.await_text_for("restore-dialog", "not the passphrase of the export", PATIENCE * 3).await?;
    journey.picture("restore-wrong").await?;
    let window = journey.window()?;
    window.fill("restore-passphrase", PASSPHRASE).await?;
    window.click("restore-unseal").await?;
    window.await_text_for("restore-dialog", "Take them over", PATIENCE * 3).await?;
    journey.picture("restore-content").await?;
    let window = journey.window()?;
    let page = window.execute("return document.documentElement.outerHTML").await?.to_string();
    ensure(!page.contains(PASSPHRASE), || "the page still holds the passphrase".to_owned())?;
    window.click("restore-go").await?;
    window.await_text_for("restore-summary", "Restored 3 integrations", PATIENCE * 3).await?;
    journey.picture("restore-done").await?;
    journey.window()?.click("restore-done").await?;
    for name in [KEY, SIGN_IN, ROBOT] {
        journey.await_status(name, "connected").await?;
    }
    journey.practice.await_refresh(before).await?;
    let alive = journey.practice.grants().await?.iter().filter(|grant| grant["alive"] == true).count();
    ensure(alive == 1, || format!("the service knows {alive} grants"))?;

    // It is at home here: refreshed, after a restart too.
    journey.restart_in_the_dark().await?;
    let before = journey.practice.now().await?;
    journey.show_page(SIGN_IN).await?;
    journey.window()?.click("refresh-now").await?;
    journey.practice.await_refresh(before).await?;
    journey.window()?.click("tab-activity").await?;
    journey.window()?.await_text("activity", "Restored from a sealed export").await?;

    // The same file once more: all of it is here.
    journey.show_list().await?;
    let window = journey.window()?;
    window.click("nav-settings").await?;
    window.click("restore-open").await?;
    window.choose_in_dialog("Choose an export", &file).await?;
    window.fill("restore-passphrase", PASSPHRASE).await?;
    window.click("restore-unseal").await?;
    window.await_text_for("restore-dialog", "Here already", PATIENCE * 3).await?;
    journey.picture("restore-again").await?;
    let window = journey.window()?;
    ensure(window.count("arrival").await? == 3, || "not all of it is shown".to_owned())?;
    let new =
        window.execute("return document.querySelectorAll('[data-test=arrival][data-presence=new]').length").await?;
    ensure(new == 0, || format!("{new} are taken for new"))?;
    window.click("restore-cancel").await
}
