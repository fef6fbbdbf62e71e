//! What one durable refresh costs: the whole way from "refresh" to "committed", against a service on loopback.

use std::io::Write as _;
use std::path::Path;

use storm_tests::{Browser, Desktop, Headless, Manner, Outcome, Practice, ensure};

use crate::harness::{Benchmark, OURS, Rounds};
use crate::stopwatch::Stopwatch;

const ROUNDS: usize = 100;
/// What a sealed token answer takes on the disk.
const RECORD_BYTES: usize = 4096;

/// Beside one HTTP round trip to the same service plus one write and fdatasync.
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
    let metadata = format!("{}/.well-known/oauth-authorization-server", practice.base_url());
    let mut file = std::fs::File::create(folder.join("record"))?;
    file.write_all(&[0; RECORD_BYTES])?;
    file.sync_all()?;

    let mut rounds = Rounds::new("refresh", "ms");
    rounds.announce(OURS, "one refresh: lease, intent, request, landing, commit");
    rounds.announce("request+sync", "one request to the same service, one write and fdatasync");
    for _ in 0..ROUNDS {
        let stopwatch = Stopwatch::start();
        let refreshed = engine.refresh_integration(id).await;
        rounds.add(OURS, stopwatch.milliseconds());
        ensure(refreshed.is_ok(), || format!("{refreshed:?}"))?;

        let stopwatch = Stopwatch::start();
        http.get(&metadata).send().await?.bytes().await?;
        rustix::io::pwrite(&file, &[1; RECORD_BYTES], 0).map_err(std::io::Error::from)?;
        rustix::fs::fdatasync(&file).map_err(std::io::Error::from)?;
        rounds.add("request+sync", stopwatch.milliseconds());
    }
    headless.stop().await;
    Ok(rounds.finish())
}
