//! Secrets of all three methods are planted, used, refreshed and rotated in the real window; then everything the program
//! left or said is searched for them: data folder, log, answers and events over IPC, notifications, arguments, environment.

use std::path::Path;

use serde_json::{Value, json};
use storm_tests::program::{private_folder, run};
use storm_tests::step::{KEY, ROBOT, SIGN_IN, api_key, oauth, rotation, service_account};
use storm_tests::{Journey, Outcome, ensure};

/// What is searched for, in each way it could have been written down.
struct Canary {
    what: &'static str,
    spellings: Vec<Vec<u8>>,
}

impl Canary {
    fn new(what: &'static str, secret: &str) -> Self {
        let bytes = secret.as_bytes();
        let mut spellings = vec![
            bytes.to_vec(),
            bytes.iter().flat_map(|byte| format!("{byte:02x}").into_bytes()).collect(),
            secret.encode_utf16().flat_map(u16::to_le_bytes).collect(),
        ];
        // Base64 depends on what stands before; cut to what is the same at each of the three offsets.
        for offset in 0..3 {
            let shifted: Vec<u8> = vec![0; offset].into_iter().chain(bytes.iter().copied()).collect();
            let encoded = base64(&shifted);
            spellings.push(encoded[4..encoded.len() - 4].to_vec());
        }
        Self { what, spellings }
    }

    fn is_in(&self, haystack: &[u8]) -> bool {
        self.spellings.iter().any(|spelling| haystack.windows(spelling.len()).any(|part| part == spelling))
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let letters = |chunk: &[u8]| {
        let number = chunk.iter().chain(&[0, 0]).take(3).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
        [18, 12, 6, 0].map(|shift| LETTERS[(number >> shift & 63) as usize])
    };
    bytes.chunks(3).flat_map(letters).collect()
}

/// Every file below a folder, with its bytes.
fn files(folder: &Path) -> Outcome<Vec<(String, Vec<u8>)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.is_file() {
            found.push((path.display().to_string(), std::fs::read(&path)?));
        }
    }
    Ok(found)
}

/// From now on the page remembers every answer and event that reaches it.
const LISTEN: &str = "window.heard = []; const { callbacks } = window.__TAURI_INTERNALS__; \
    const hearing = (callback) => (data) => { window.heard.push(JSON.stringify(data) ?? ''); return callback(data); }; \
    for (const [id, callback] of [...callbacks]) Map.prototype.set.call(callbacks, id, hearing(callback)); \
    callbacks.set = (id, callback) => Map.prototype.set.call(callbacks, id, hearing(callback)); \
    return callbacks.size";

async fn heard(journey: &Journey) -> Outcome<String> {
    let heard = journey.window()?.execute("return window.heard").await?;
    ensure(heard.as_array().is_some_and(|heard| heard.len() > 10), || format!("the page heard too little: {heard}"))?;
    Ok(heard.to_string())
}

#[tokio::test]
async fn planted_secrets_appear_nowhere() -> Outcome {
    let mut journey = Journey::begin().await?;
    journey.window()?.execute(LISTEN).await?;
    // As much is recorded as can be.
    journey.window()?.click("nav-settings").await?;
    journey.window()?.click("program-log-open").await?;
    journey.window()?.click("program-log-more").await?;
    journey.window()?.find_css("[data-test=program-log-more][aria-pressed=true]").await?;
    let mut canaries = Vec::new();

    api_key::walk(&mut journey).await?;
    canaries.push(Canary::new("the API key", &journey.lend(KEY).await?));
    let second = journey.practice.create_key("second key").await?;
    canaries.push(Canary::new("the rotated API key", &second));
    rotation::begin_key(&journey, &second).await?;
    rotation::reach_switched(&journey).await?;
    journey.window()?.click("rotation-revoke").await?;
    rotation::finish(&journey).await?;

    service_account::walk(&mut journey).await?;
    let file: Value = serde_json::from_slice(&std::fs::read(journey.home.file("robot.json"))?)?;
    let pem = file["private_key"].as_str().unwrap_or_default();
    for line in pem.lines().filter(|line| !line.starts_with('-') && line.len() > 32) {
        canaries.push(Canary::new("the private key", line));
    }
    ensure(canaries.len() > 10, || "the key file holds no private key".to_owned())?;
    std::fs::remove_file(journey.home.file("robot.json"))?;
    canaries.push(Canary::new("the service account's access token", &journey.lend(ROBOT).await?));

    oauth::walk(&mut journey).await?;
    canaries.push(Canary::new("the access token", &journey.lend(SIGN_IN).await?));
    let planted = "prt_canary_8f1c5b7e2d9a4c60b3e7";
    canaries.push(Canary::new("the refresh token", planted));
    let body = json!({ "access_token": "{{access_token}}", "refresh_token": planted, "expires_in": 3600, "token_type": "Bearer" });
    journey.practice.script(json!({ "path": "/oauth/token", "apply_first": true, "body": body.to_string() })).await?;
    let since = journey.practice.now().await?;
    journey.window()?.click("tab-overview").await?;
    journey.window()?.click("refresh-now").await?;
    journey.practice.await_refresh(since).await?;
    journey.window()?.await_text("toasts", "refreshed").await?;
    // The planted refresh token is refused next: an error in which it must not be repeated.
    let since = journey.practice.now().await?;
    journey.window()?.click("refresh-now").await?;
    journey.practice.await_refresh(since).await?;
    journey.show_list().await?;
    journey.await_status(SIGN_IN, "needs_you").await?;

    // The report and the program's log come over IPC, too.
    journey.window()?.click("nav-settings").await?;
    journey.window()?.click("diagnostics-open").await?;
    let report = journey.window()?.text("diagnostics-text").await?;
    journey.window()?.click("diagnostics-close").await?;
    journey.window()?.click("program-log-open").await?;
    journey.window()?.await_text("program-log-lines", "a new token was stored").await?;

    let mut haystacks = vec![("IPC answers and events".to_owned(), heard(&journey).await?.into_bytes())];
    haystacks.push(("the report".to_owned(), report.into_bytes()));
    let program = journey.window()?.program().as_raw_nonzero();
    for part in ["cmdline", "environ"] {
        haystacks.push((part.to_owned(), std::fs::read(format!("/proc/{program}/{part}"))?));
    }
    let page = journey.window()?.execute("return document.documentElement.outerHTML").await?;
    haystacks.push(("the page".to_owned(), page.to_string().into_bytes()));
    haystacks.push(("arguments of all programs".to_owned(), run("ps", &["-eo", "args"]).await?.into_bytes()));
    search(&canaries, &haystacks)?;
    journey.take_window()?.quit().await?;
    let mut left = files(&journey.home.data())?;
    left.push(("the log".to_owned(), std::fs::read(journey.home.log())?));
    left.push(("notifications".to_owned(), std::fs::read(journey.desktop.file("notifications.jsonl"))?));
    ensure(left.iter().any(|(name, bytes)| name.ends_with("vault.db") && bytes.len() > 4096), || {
        "there is no vault".to_owned()
    })?;
    search(&canaries, &left)
}

fn search(canaries: &[Canary], haystacks: &[(String, Vec<u8>)]) -> Outcome {
    let mut found = Vec::new();
    for (place, bytes) in haystacks {
        found.extend(
            canaries.iter().filter(|canary| canary.is_in(bytes)).map(|canary| format!("{} in {place}", canary.what)),
        );
    }
    ensure(found.is_empty(), || found.join("\n"))
}

#[test]
fn the_search_finds_a_secret_however_it_was_written_down() {
    let secret = "pk_live_0123456789abcdef";
    let canary = Canary::new("a key", secret);
    let around = |inside: &[u8]| [b"{\"a\":\"".as_slice(), inside, b"\"}"].concat();
    assert!(canary.is_in(&around(secret.as_bytes())));
    assert!(canary.is_in(&around(&base64(secret.as_bytes()))));
    assert!(canary.is_in(&base64(&around(secret.as_bytes()))));
    assert!(!canary.is_in(&around(b"pk_live_0123456789abcdeg")));
}

#[test]
fn the_search_reads_files_in_folders() -> Outcome {
    let folder = private_folder()?;
    std::fs::create_dir(folder.path().join("landing"))?;
    std::fs::write(folder.path().join("landing/slot"), "x pk_live_0123456789abcdef x")?;
    let canary = Canary::new("a key", "pk_live_0123456789abcdef");
    assert!(search(&[canary], &files(folder.path())?).is_err());
    Ok(())
}
