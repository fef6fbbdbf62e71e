//! The real host, without a window, on an estate: what other programs ask over its socket, and a person who leads a rotation
//! through its engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use storm_agent::{Host, HostOptions};
use storm_domain::{Failure, IntegrationId, RotationStep};
use storm_engine::Engine;
use storm_engine::view::RotationView;
use storm_tests::{Outcome, StepError};

use crate::victim::provider::TrappedEvents;
use crate::victim::report::Beginning;
use crate::victim::trap::Traps;
use crate::victim::turn::Turn;
use crate::victim::{HandedOver, line, print};

/// The first line of its standard input.
#[derive(Serialize, Deserialize)]
pub struct HostBeginning {
    pub beginning: Beginning,
    pub socket: PathBuf,
    /// Which integration is lent.
    pub id: IntegrationId,
    /// Whether its token is refreshed all the time.
    pub refreshes: bool,
}

/// Each further line.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostOrder {
    /// The person's turn.
    Turn(Turn),
    /// Waits until the old one is switched off, if it is.
    Deactivated,
    /// Waits until the rotation is over.
    Finish,
    /// Stops refreshing, and tells what was.
    Refreshed,
}

/// What it gives.
#[derive(Debug, Serialize, Deserialize)]
pub struct HostAnswer {
    pub failure: Option<Failure>,
    /// Where the rotation stands.
    pub rotation: Option<RotationView>,
}

/// Refreshes of one token, one after the other.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Refreshes {
    pub made: u64,
    pub failed: Vec<Failure>,
}

/// Serves until standard input ends.
pub async fn run() -> Outcome {
    let first = line().await?.ok_or_else(|| wrong("nothing to begin with"))?;
    let HostBeginning { beginning, socket, id, refreshes } = serde_json::from_str(&first)?;
    let traps = Arc::new(Traps::default());
    let host = Host::start_headless(HostOptions {
        data_folder: beginning.folder.clone(),
        socket_path: Some(socket),
        events: Arc::new(TrappedEvents(Arc::clone(&traps))),
        keyring: Some(Arc::new(HandedOver::of(&beginning))),
        version: "0".to_owned(),
    });
    host.wait_until_listening().await.map_err(|error| wrong(error.to_string()))?;
    host.wait_until_opened().await;
    let engine = host.engine().map_err(|failure| wrong(failure.message))?;
    engine.set_lending(id, true).await.map_err(|failure| wrong(failure.message))?;
    let stop = Arc::new(AtomicBool::new(!refreshes));
    let mut refreshing = Some(tokio::spawn(refresh_on(Arc::clone(&engine), id, Arc::clone(&stop))));
    print(&());
    while let Some(line) = line().await? {
        let failure = match serde_json::from_str(&line)? {
            HostOrder::Refreshed => {
                stop.store(true, Ordering::Relaxed);
                let refreshing = refreshing.take().ok_or_else(|| wrong("it was asked twice"))?;
                print(&refreshing.await.map_err(|error| wrong(error.to_string()))?);
                continue;
            }
            HostOrder::Turn(turn) => turn.take(&engine).await.err(),
            HostOrder::Deactivated => await_step(&engine, id, &traps, |step| {
                !matches!(step, RotationStep::Deactivating { ordered: false, .. })
            })
            .await
            .err(),
            HostOrder::Finish => {
                let is_over = |step: &RotationStep| matches!(step, RotationStep::Done | RotationStep::Rehearsed);
                await_step(&engine, id, &traps, is_over).await.err()
            }
        };
        let rotation = engine.integration(id).await.ok().and_then(|page| page.rotation);
        print(&HostAnswer { failure, rotation });
    }
    host.shut_down().await;
    Ok(())
}

async fn refresh_on(engine: Arc<Engine>, id: IntegrationId, stop: Arc<AtomicBool>) -> Refreshes {
    let mut refreshes = Refreshes::default();
    while !stop.load(Ordering::Relaxed) {
        refreshes.failed.extend(engine.refresh_integration(id).await.err());
        refreshes.made += 1;
    }
    refreshes
}

async fn await_step(
    engine: &Arc<Engine>,
    id: IntegrationId,
    traps: &Traps,
    fits: fn(&RotationStep) -> bool,
) -> Result<(), Failure> {
    let mut bell = traps.listen();
    while engine.integration(id).await?.rotation.is_some_and(|rotation| !fits(&rotation.step)) {
        let _ = bell.changed().await; // the bell is held here
    }
    Ok(())
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
