//! What people do wrong in the real window: each gets a clear message, and nothing that worked before is lost.

use std::fs::File;
use std::path::Path;

use storm_tests::step::service_account::write_key_file;
use storm_tests::step::{KEY, SIGN_IN, api_key, oauth};
use storm_tests::{Copied, DragSource, Journey, Manner, Outcome, PATIENCE, StepError, ensure};

/// Drags a file over the window, reads what is said of it, lets go, and expects that nothing was taken.
async fn ensure_refused(journey: &Journey, file: &Path, because: &str) -> Outcome {
    let window = journey.window()?;
    let source = DragSource::show(&[file]).await?;
    source.hover(window.position("view-integrations").await?).await?;
    window.await_text("drop-overlay", because).await?;
    source.drop_files().await?;
    window.await_gone("drop-overlay").await?;
    window.await_text("toasts", because).await?;
    ensure(!window.shows("connect-dialog").await?, || format!("{} opened a dialog", file.display()))?;
    window.click("toast-dismiss").await?;
    window.await_gone("toast").await?;
    journey.await_status(KEY, "connected").await.map(drop)
}

#[tokio::test]
async fn files_that_are_no_keys_are_named_for_what_they_are() -> Outcome {
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let key = journey.practice.create_service_account("robot@practice.example").await?;
    let whole = serde_json::to_string(&key)?;

    let write = |name: &str, text: &str| -> Outcome<_> {
        let path = journey.home.file(name);
        std::fs::write(&path, text)?;
        Ok(path)
    };
    ensure_refused(&journey, &write("empty.json", "")?, "empty").await?;
    ensure_refused(&journey, &write("half.json", &whole[..whole.len() / 2])?, "ends in the middle").await?;
    let package = r#"{ "name": "left-pad", "version": "1.0.0", "dependencies": {} }"#;
    ensure_refused(&journey, &write("package.json", package)?, "not a credentials file").await?;
    ensure_refused(&journey, &write("notes.txt", "Buy milk.\n")?, "not a credentials file").await?;
    let mut other = key.clone();
    other["private_key"] = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".into();
    ensure_refused(&journey, &write_key_file(&journey, "damaged.json", &other)?, "damaged").await?;

    let large = journey.home.file("large.json");
    File::create(&large)?.set_len(10 << 30)?;
    ensure_refused(&journey, &large, "too large").await?;
    let folder = journey.home.file("folder");
    std::fs::create_dir(&folder)?;
    ensure_refused(&journey, &folder, "folder").await
}

#[tokio::test]
async fn of_several_files_at_once_the_bad_one_is_named_and_stops_no_other() -> Outcome {
    const ACCOUNTS: [&str; 2] = ["robot@practice.example", "reports@practice.example"];
    let mut journey = Journey::begin().await?;
    api_key::walk(&mut journey).await?;
    let mut files = Vec::new();
    for account in ACCOUNTS {
        let key = journey.practice.create_service_account(account).await?;
        files.push(write_key_file(&journey, &format!("{account}.json"), &key)?);
    }
    let notes = journey.home.file("notes.txt");
    std::fs::write(&notes, "Buy milk.\n")?;

    let source = DragSource::show(&[&files[0], &notes, &files[1]]).await?;
    source.hover(journey.window()?.position("view-integrations").await?).await?;
    for said in [ACCOUNTS[0], ACCOUNTS[1], "notes.txt", "not a credentials file", "go through 2 files"] {
        journey.window()?.await_text("drop-overlay", said).await?;
    }
    journey.window()?.await_painted().await?;
    journey.picture_of_desktop("several-over-window").await?;
    source.drop_files().await?;

    let base_url = journey.practice.base_url().to_owned();
    for (place, account) in ["File 1 of 2", "File 2 of 2"].into_iter().zip(ACCOUNTS) {
        let window = journey.window()?;
        window.await_text("file-queue", place).await?;
        window.await_text("file-queue-refused", "notes.txt").await?;
        window.await_text("file-account", account.split('@').next().unwrap_or_default()).await?;
        window.fill("field-base_url", &base_url).await?;
        window.fill("integration-name", account).await?;
        journey.picture("one-of-several").await?;
        let window = journey.window()?;
        window.click("file-save").await?;
        window.find("verdict-works").await?;
        window.click("connect-done").await?;
    }
    let window = journey.window()?;
    window.await_text("file-summary", "2 of 3 files are connected").await?;
    window.await_text("file-summary", "not a credentials file").await?;
    journey.picture("several-summed-up").await?;
    journey.window()?.click("connect-done").await?;
    for name in ACCOUNTS.into_iter().chain([KEY]) {
        journey.await_status(name, "connected").await?;
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_key_on_the_clipboard_is_refused_and_a_key_is_taken() -> Outcome {
    let journey = Journey::begin().await?;
    let key = journey.practice.create_key("copied").await?;
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-api_key").await?;
    window.fill("field-base_url", journey.practice.base_url()).await?;
    for wrong in ["   ", "first line\nsecond line\n", "postgres://user:secret@localhost/db\nmore"] {
        let _copied = Copied::copy(wrong).await?;
        window.click("key-paste").await?;
        let said = window.text("key-problem").await?;
        ensure(said.len() > 20, || format!("{wrong:?}: “{said}” explains nothing"))?;
        ensure(!window.find("key-save").await?.is_enabled().await?, || format!("{wrong:?} can be saved"))?;
        window.fill("key-field", "x").await?;
    }
    let _copied = Copied::copy(&format!("  {key}\n")).await?;
    window.click("key-paste").await?;
    window.find("key-held").await?;
    window.click("key-save").await?;
    window.find("verdict-works").await.map(drop)
}

#[tokio::test]
async fn an_address_where_a_host_belongs_is_explained_at_the_field() -> Outcome {
    let journey = Journey::begin().await?;
    let window = journey.window()?;
    for wrong in ["https://gitlab.invalid", "gitlab.invalid/group", "gitlab invalid", "-"] {
        window.click("door-api_key").await?;
        window.fill("connector-search", "gitlab").await?;
        window.click_css("[data-test=connector][data-id=gitlab]").await?;
        window.fill("field-host", wrong).await?;
        window.fill("key-field", "glpat-AAAAAAAAAAAAAAAAAAAA").await?;
        window.click("key-save").await?;
        let said = window.find_css("[role=alert]").await?.text().await?;
        ensure(said.len() > 20, || format!("{wrong}: “{said}” explains nothing"))?;
        window.click("dialog-close").await?;
        window.find("first-run").await?;
    }
    Ok(())
}

#[tokio::test]
async fn deny_in_the_browser_is_said_and_can_be_tried_again() -> Outcome {
    let journey = Journey::begin().await?;
    journey.browser.behave(Manner::Deny)?;
    oauth::fill_in(&journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    window.await_text("authorization-failed", "declined").await?;
    journey.browser.behave(Manner::Approve)?;
    window.click("authorize-again").await?;
    window.find("authorization-completed").await?;
    window.click("connect-done").await?;
    journey.await_status(SIGN_IN, "connected").await.map(drop)
}

#[tokio::test]
async fn a_denied_reconnect_leaves_the_old_grant_alone() -> Outcome {
    let mut journey = Journey::begin().await?;
    oauth::walk(&mut journey).await?;
    journey.browser.behave(Manner::Deny)?;
    journey.show_page(SIGN_IN).await?;
    let window = journey.window()?;
    window.click("menu").await?;
    window.click("menu-reconnect").await?;
    window.await_text("authorization-failed", "declined").await?;
    window.click("connect-cancel").await?;
    journey.browser.behave(Manner::Approve)?;
    let before = journey.practice.now().await?;
    journey.window()?.click("refresh-now").await?;
    let status = journey.practice.await_refresh(before).await?;
    ensure(status == 200, || format!("the old grant was answered with {status}"))
}

#[tokio::test]
async fn a_browser_that_never_comes_back_can_be_given_up() -> Outcome {
    let journey = Journey::begin().await?;
    journey.browser.behave(Manner::Leave)?;
    oauth::fill_in(&journey).await?;
    let window = journey.window()?;
    window.click("authorize").await?;
    let link = window.text("authorization-link").await?;
    let port = redirect_port(&link).ok_or_else(|| StepError::Wrong(format!("no port in {link}")))?;
    let waits = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.is_ok();
    ensure(waits, || "nothing listens while the browser is away".to_owned())?;
    window.click("connect-cancel").await?;
    window.await_gone("connect-dialog").await?;
    storm_tests::eventually("the port to close", PATIENCE, async || {
        Ok(match tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
            Ok(_) => storm_tests::Look::NotYet("it listens".to_owned()),
            Err(_) => storm_tests::Look::Found(()),
        })
    })
    .await
}

/// The port in the `redirect_uri` of an authorization link.
fn redirect_port(link: &str) -> Option<u16> {
    let (_, uri) = link.split_once("redirect_uri=http%3A%2F%2F127.0.0.1%3A")?;
    uri.split(|character: char| !character.is_ascii_digit()).next()?.parse().ok()
}
