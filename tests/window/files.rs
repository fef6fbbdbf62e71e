//! Files of other shapes in the real window: a PKCS#12 archive under a password, and a certificate that ends soon; and where the
//! file of a stored key goes.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use storm_tests::step::ROBOT;
use storm_tests::step::service_account::{EMAIL, drop_on_window, write_key_file};
use storm_tests::{Desktop, DragSource, Journey, Outcome, ensure};

const PASSWORD: &str = "reports-2026";

/// A service account of the practice service, whose key lies in a PKCS#12 archive with a certificate of ten days.
struct Archive {
    path: PathBuf,
    key_id: String,
    token_url: String,
}

async fn make_archive(journey: &Journey) -> Outcome<Archive> {
    let key = journey.practice.create_service_account(EMAIL).await?;
    let text = |name: &str| key[name].as_str().unwrap_or_default().to_owned();
    let [pem, certificate, path] = ["key.pem", "certificate.pem", "reports.p12"].map(|name| journey.home.file(name));
    std::fs::write(&pem, text("private_key"))?;
    openssl(
        &["req", "-new", "-x509", "-days", "10", "-subj", "/CN=reports.example"],
        &[("-key", &pem), ("-out", &certificate)],
    )?;
    let password = format!("pass:{PASSWORD}");
    openssl(
        &["pkcs12", "-export", "-name", "reports", "-passout", &password],
        &[("-inkey", &pem), ("-in", &certificate), ("-out", &path)],
    )?;
    Ok(Archive { path, key_id: text("private_key_id"), token_url: text("token_uri") })
}

fn openssl(arguments: &[&str], files: &[(&str, &Path)]) -> Outcome {
    let mut command = Command::new("openssl");
    command.args(arguments);
    for (option, path) in files {
        command.arg(option).arg(path);
    }
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    ensure(status.success(), || format!("openssl {arguments:?}: {status}"))
}

#[tokio::test]
async fn an_archive_opens_with_its_password_and_its_end_is_said_everywhere() -> Outcome {
    let mut journey = Journey::begin().await?;
    let archive = make_archive(&journey).await?;
    connect(&mut journey, &archive).await?;

    journey.show_list().await?;
    journey.await_status(ROBOT, "replace_soon").await?;
    journey.picture("archive-list").await?;
    journey.show_page(ROBOT).await?;
    journey.window()?.click("tab-credentials").await?;
    journey.window()?.await_text("replacement-due", "due now").await?;
    journey.picture("archive-page").await?;
    journey.restart_in_the_dark().await?;
    journey.await_status(ROBOT, "replace_soon").await.map(drop)
}

async fn connect(journey: &mut Journey, archive: &Archive) -> Outcome {
    journey.show_list().await?;
    let source = DragSource::show(&[&archive.path]).await?;
    source.hover(journey.window()?.position("view-integrations").await?).await?;
    journey.window()?.await_text("drop-overlay", "password").await?;
    journey.window()?.await_painted().await?;
    journey.picture_of_desktop("archive-over-window").await?;
    source.drop_files().await?;

    let window = journey.window()?;
    window.fill("file-password", "not-this-one").await?;
    window.click("unlock-submit").await?;
    window.await_text("unlock-dialog", "does not open the file").await?;
    journey.picture("archive-wrong-password").await?;
    let window = journey.window()?;
    window.fill("file-password", PASSWORD).await?;
    window.click("unlock-submit").await?;
    window.await_gone("unlock-dialog").await?;
    journey.picture("archive-services").await?;

    let window = journey.window()?;
    window.click_css("[data-test=connector][data-id=generic-key-file]").await?;
    window.await_text("file-subject", "reports.example").await?;
    window.await_text("file-certificate", "Ends in 1").await?;
    let base_url = journey.practice.base_url();
    for (field, value) in [
        ("token_url", archive.token_url.clone()),
        ("issuer", EMAIL.to_owned()),
        ("verify_url", format!("{base_url}/api/whoami")),
        ("signing_key_id", archive.key_id.clone()),
    ] {
        window.fill(&format!("field-{field}"), &value).await?;
    }
    window.fill("integration-name", ROBOT).await?;
    journey.picture("archive-fields").await?;
    let window = journey.window()?;
    let page = window.execute("return document.documentElement.outerHTML").await?.to_string();
    ensure(!page.contains("PRIVATE KEY") && !page.contains(PASSWORD), || "the page holds a secret".to_owned())?;
    window.click("file-save").await?;
    window.find("verdict-works").await?;
    window.click("connect-done").await
}

#[tokio::test]
async fn a_password_that_nobody_knows_leaves_nothing_and_a_certificate_alone_says_what_is_missing() -> Outcome {
    let journey = Journey::begin().await?;
    let archive = make_archive(&journey).await?;
    drop_on_window(&journey, "view-integrations", &archive.path).await?;
    let window = journey.window()?;
    window.find("file-password").await?;
    window.click("unlock-cancel").await?;
    window.await_gone("unlock-dialog").await?;
    drop_on_window(&journey, "view-integrations", &journey.home.file("certificate.pem")).await?;
    journey.window()?.await_text("toast", "without its private key").await?;
    let rows = journey.rows().await?;
    ensure(rows.is_empty(), || format!("{rows:?}"))
}

#[tokio::test]
async fn a_certificate_and_its_key_are_dropped_together() -> Outcome {
    let journey = Journey::begin().await?;
    make_archive(&journey).await?;
    let [key, certificate] = ["key.pem", "certificate.pem"].map(|name| journey.home.file(name));
    let source = DragSource::show(&[&certificate, &key]).await?;
    source.hover(journey.window()?.position("view-integrations").await?).await?;
    journey.window()?.await_text("drop-overlay", "Certificate with its key").await?;
    source.drop_files().await?;
    let window = journey.window()?;
    window.find_css("[data-test=connector][data-id=entra-app]").await?;
    window.click_css("[data-test=connector][data-id=generic-key-file]").await?;
    window.await_text("file-certificate", "Ends in").await.map(drop)
}

/// Fills in what a key file of the practice service still needs, and saves it.
async fn save_file(journey: &Journey, name: &str) -> Outcome {
    let window = journey.window()?;
    window.find("file-account").await?;
    window.fill("field-base_url", journey.practice.base_url()).await?;
    window.fill("integration-name", name).await?;
    window.click("file-save").await?;
    window.find("verdict-works").await.map(drop)
}

#[tokio::test]
async fn the_file_of_a_stored_key_goes_to_the_bin_and_one_that_was_changed_stays() -> Outcome {
    let mut journey = Journey::begin().await?;
    let key = journey.practice.create_service_account(EMAIL).await?;
    let chosen = write_key_file(&journey, "robot.json", &key)?;
    let content = std::fs::read(&chosen)?;

    // By the file button, as one does without a mouse.
    journey.choose_practice().await?;
    let window = journey.window()?;
    window.click("method-service_account").await?;
    window.click("file-choose").await?;
    window.choose_in_dialog("Choose a key file, or several", &chosen).await?;
    save_file(&journey, ROBOT).await?;
    let window = journey.window()?;
    window.await_text("original", &chosen.to_string_lossy()).await?;
    journey.picture("file-of-a-stored-key").await?;
    journey.window()?.click("original-move").await?;
    journey.window()?.await_text("original", "Moved to the bin").await?;
    journey.picture("file-in-the-bin").await?;
    let bin = Desktop::of_session()?.file("home/.local/share/Trash");
    ensure(!chosen.exists(), || "the file still lies where it was".to_owned())?;
    ensure(std::fs::read(bin.join("files/robot.json"))? == content, || "the bin holds something else".to_owned())?;
    let note = std::fs::read_to_string(bin.join("info/robot.json.trashinfo"))?;
    ensure(note.contains("DeletionDate="), || format!("desktops cannot tell when it was put there: {note}"))?;
    journey.window()?.click("connect-done").await?;

    // Dropped, and changed before it is moved.
    let another = journey.practice.create_service_account("another@practice.example").await?;
    let dropped = write_key_file(&journey, "another.json", &another)?;
    journey.restart_in_the_dark().await?;
    drop_on_window(&journey, "view-integrations", &dropped).await?;
    save_file(&journey, "Another").await?;
    journey.window()?.find("original-move").await?;
    journey.picture("file-of-a-stored-key-dark").await?;
    std::fs::write(&dropped, "something else by now")?;
    journey.window()?.click("original-move").await?;
    journey.window()?.await_text("original", "another.json was changed").await?;
    journey.picture("file-that-stays-dark").await?;
    ensure(dropped.exists(), || "a file went to the bin that was not read".to_owned())
}
