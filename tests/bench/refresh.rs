//! What one durable refresh costs: the whole way from "refresh" to "committed", against a service on loopback.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;
use storm_tests::{Browser, Desktop, Headless, Manner, Outcome, Practice, StepError, ensure};

use crate::harness::{Benchmark, OURS, Rounds};
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 100;
/// What a sealed token answer takes on the disk.
const RECORD_BYTES: usize = 4096;

/// Beside the same request with another grant of the same service, plus one write and fdatasync.
///
/// # Errors
/// When a part cannot be set up, or a refresh fails.
pub async fn measure(folder: &Path) -> Outcome<Benchmark> {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let practice = Practice::start().await?;
    let headless = Headless::start(&folder.join("refresh")).await?;
    let id = headless.connect_sign_in(&practice, "Measured").await?;
    let engine = headless.engine()?;
    let http = reqwest::Client::builder().no_proxy().build()?;
    let token_url = format!("{}/oauth/token", practice.base_url());
    let mut refresh_token = practice.create_grant().await?;
    let mut file = std::fs::File::create(folder.join("record"))?;
    file.write_all(&[0; RECORD_BYTES])?;
    file.sync_all()?;

    let mut rounds = Rounds::new("refresh", "ms");
    rounds.announce(OURS, "one refresh: lease, intent, request, landing, commit");
    rounds.announce("request+sync", "the same request to the same service, one write and fdatasync");
    for _ in 0..ROUNDS {
        let stopwatch = Stopwatch::start();
        let refreshed = engine.refresh_integration(id).await;
        rounds.add(OURS, stopwatch.milliseconds());
        ensure(refreshed.is_ok(), || format!("{refreshed:?}"))?;

        let stopwatch = Stopwatch::start();
        let form = format!("grant_type=refresh_token&refresh_token={refresh_token}&client_id=practice-desktop");
        let request = http.post(&token_url).header("content-type", "application/x-www-form-urlencoded").body(form);
        let answer: Value = request.send().await?.error_for_status()?.json().await?;
        let rotated = answer["refresh_token"].as_str().filter(|rotated| *rotated != refresh_token);
        refresh_token = rotated.ok_or_else(|| StepError::Wrong("the service did not rotate".to_owned()))?.to_owned();
        rustix::io::pwrite(&file, &[1; RECORD_BYTES], 0).map_err(std::io::Error::from)?;
        rustix::fs::fdatasync(&file).map_err(std::io::Error::from)?;
        rounds.add("request+sync", stopwatch.milliseconds());
    }
    headless.stop().await;
    Ok(rounds.finish())
}
