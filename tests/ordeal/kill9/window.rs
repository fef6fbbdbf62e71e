//! How long a grant is in nobody's hands: from the moment the service has replaced the refresh token until ours is safe on
//! the disk. On a real disk, in one process, by one clock.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use storm_sandbox::{JournalQuery, Progress, Step};
use storm_tests::{Outcome, StepError};
use tokio::time::Instant;

use crate::estate::{Estate, Server};
use crate::victim::Victim;
use crate::victim::report::{Report, What};
use crate::victim::trap::Traps;

const TIMES: usize = 50;

/// Milliseconds: median, 99th percentile and longest, until the answer is written and until it is synced.
pub async fn measure(server: Server) -> Outcome<Value> {
    const PATIENCE: Duration = Duration::from_secs(10);
    let folder = tempfile::Builder::new().prefix("storm-window-").tempdir()?;
    let at: &Path = folder.path();
    let estate = Estate::make(at, server, 1, 0).await?;
    let safe_at: Arc<Mutex<Option<Instant>>> = Arc::default();
    let told = Arc::clone(&safe_at);
    let say = Arc::new(move |report: &Report| {
        if matches!(report, Report::Landed { .. } | Report::Committed { .. }) {
            told.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(Instant::now);
        }
    });
    let victim = Victim::open(&estate.beginning(None), Arc::new(Traps::default()), say).await?;
    let Some(holding) = estate.holdings.first() else { return Ok(Value::Null) };
    let control = estate.service.control();
    let mut windows = Vec::new();
    for _ in 0..TIMES {
        let since = control.state().last_sequence;
        let (path, gate) = ("/oauth/token".to_owned(), "replaced".to_owned());
        let step = Step { path: path.clone(), hold: Some(gate.clone()), apply_first: true, ..Step::default() };
        control.script(step).map_err(|error| StepError::Wrong(error.to_string()))?;
        let query = JournalQuery { path: Some(path), since, ..JournalQuery::default() };
        let release = async {
            control.wait_for_requests(&query, Progress::Held, 1, PATIENCE).await;
            let replaced_at = Instant::now();
            control.release(&gate);
            replaced_at
        };
        let (refreshed, replaced_at) = tokio::join!(victim.carry_out(What::Refresh(holding.id)), release);
        let safe = safe_at.lock().unwrap_or_else(PoisonError::into_inner).take();
        match (refreshed?, safe) {
            (Report::Done(None), Some(safe)) => windows.push(safe.duration_since(replaced_at)),
            (other, _) => return Err(StepError::Wrong(format!("a refresh that nobody disturbed: {other:?}"))),
        }
    }
    windows.sort_unstable();
    let at = |part: f64| {
        let index = (windows.len() as f64 * part) as usize;
        windows.get(index.min(windows.len() - 1)).map(|window| (window.as_secs_f64() * 100_000.0).round() / 100.0)
    };
    Ok(json!({ "median": at(0.5), "p99": at(0.99), "longest": at(1.0) }))
}
