//! The real host, without a window, on an estate.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use storm_agent::{Host, HostOptions};
use storm_domain::IntegrationId;
use storm_tests::{Outcome, StepError};

use crate::victim::report::Beginning;
use crate::victim::{HandedOver, NoEvents, line, print};

/// The first line of its standard input.
#[derive(Serialize, Deserialize)]
pub struct HostBeginning {
    pub beginning: Beginning,
    pub socket: PathBuf,
    /// Which integration is lent.
    pub id: IntegrationId,
}

/// Serves until standard input ends.
pub async fn run() -> Outcome {
    let first = line().await?.ok_or_else(|| wrong("nothing to begin with"))?;
    let HostBeginning { beginning, socket, id } = serde_json::from_str(&first)?;
    let host = Host::start_headless(HostOptions {
        data_folder: beginning.folder.clone(),
        socket_path: Some(socket),
        events: Arc::new(NoEvents),
        keyring: Some(Arc::new(HandedOver::of(&beginning))),
        version: "0".to_owned(),
    });
    host.wait_until_listening().await.map_err(|error| wrong(error.to_string()))?;
    host.wait_until_opened().await;
    let engine = host.engine().map_err(|failure| wrong(failure.message))?;
    engine.set_lending(id, true).await.map_err(|failure| wrong(failure.message))?;
    print(&());
    while line().await?.is_some() {}
    host.shut_down().await;
    Ok(())
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
