//! Kills the program, again and again, at every point of everything that could cost a grant, and asks the service each time
//! who is right.

mod lane;
mod point;
mod tally;
mod verdict;
mod window;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use serde_json::{Value, json};
use storm_tests::{Outcome, StepError};
use tokio::task::JoinSet;
use tokio::time::Instant;

use self::lane::Lane;
use self::point::Operation;
use self::tally::Tally;
use crate::estate::Server;
use crate::scratch;
use crate::shim::Shim;

/// Each waits for processes most of the time.
const LANES: u64 = 4;

/// Kills `kills` times and gives the closing line; Err when something is unexplained, or lost at a lenient service.
pub async fn run(server: Server, kills: u64, seed: u64) -> Outcome<Value> {
    let (begun, scratch) = (Instant::now(), scratch()?);
    let library = Shim::build(scratch.path()).await?;
    let wanted = Arc::new(AtomicI64::new(i64::try_from(kills).unwrap_or(i64::MAX)));
    let mut lanes = JoinSet::new();
    for number in 0..LANES {
        let mut lane = Lane::new(server, seed.wrapping_add(number << 32), Arc::clone(&wanted), library.clone());
        lane.untried = first_points(number);
        let folder: PathBuf = scratch.path().to_owned();
        lanes.spawn(async move { lane.run(&folder).await });
    }
    let mut tally = Tally::default();
    while let Some(done) = lanes.join_next().await {
        tally.add(done.map_err(|error| StepError::Wrong(error.to_string()))??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let window = window::measure(server).await?;
    for mystery in &tally.mysteries {
        eprintln!("UNEXPLAINED {mystery}");
    }
    let (moments, lost_moments) = tally.at("refresh: at a random moment");
    let mut line = serde_json::Map::from_iter([
        ("kills".to_owned(), json!(tally.kills)),
        ("lost".to_owned(), json!(tally.lost())),
        ("unexplained".to_owned(), json!(tally.unexplained())),
        ("server".to_owned(), json!(server.name())),
    ]);
    line.extend(tally.totals());
    line.insert("kills_a_second".to_owned(), json!(((tally.kills as f64 / seconds) * 10.0).round() / 10.0));
    line.insert("refreshes_killed_at_random_moments".to_owned(), json!({ "kills": moments, "lost": lost_moments }));
    line.insert("window_ms".to_owned(), window);
    line.insert("seed".to_owned(), json!(seed));
    println!("{:#}", tally.breakdown());
    Ok(line.into())
}

/// Every point at a call, shared out among the lanes.
fn first_points(lane: u64) -> Vec<(Operation, point::Point)> {
    let operations =
        [Operation::Refresh, Operation::Connect, Operation::Reconnect, Operation::Rotate, Operation::RevokeOld];
    let all = operations.into_iter().flat_map(|operation| operation.call_points().map(move |point| (operation, point)));
    all.zip((0..LANES).cycle()).filter(|(_, turn)| *turn == lane).map(|(first, _)| first).collect()
}
