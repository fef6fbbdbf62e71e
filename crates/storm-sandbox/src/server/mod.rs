//! The server: from an accepted connection to an answer, and everything between.
//!
//! `listener` accepts, `guard` refuses strangers, `request` reads, `answer` journals and applies the script, `route` finds
//! the handler, `reply` and `body` send. `wire` is the stream below them all, which can be cut.

mod answer;
mod body;
mod completion;
mod guard;
mod listener;
mod reply;
mod request;
mod route;
mod wire;
mod world;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::header::HeaderValue;
use tokio::sync::Notify;
use tokio::sync::futures::Notified;

pub(crate) use listener::Listener;
pub(crate) use reply::Reply;
pub(crate) use request::{Parameters, Request};
pub(crate) use world::World;

use crate::SandboxError;
use crate::clock;
use crate::oauth::IdTokenSigner;
use crate::provider::StateFile;
use crate::settings::Settings;

/// The running service, shared by all connections.
pub(crate) struct Service {
    /// `http://127.0.0.1:PORT`, also the issuer.
    pub(crate) base_url: String,
    /// What a reset returns to.
    pub(crate) initial_settings: Settings,
    /// Signs ID tokens.
    pub(crate) id_token_signer: IdTokenSigner,
    world: Mutex<World>,
    progress: Notify,
    state_file: Option<Arc<StateFile>>,
}

impl Service {
    /// A service on a port, with what it remembers.
    pub(crate) fn new(port: u16, world: World, state_file: Option<StateFile>) -> Result<Self, SandboxError> {
        Ok(Self {
            id_token_signer: IdTokenSigner::make()?,
            base_url: format!("http://127.0.0.1:{port}"),
            initial_settings: world.settings.clone(),
            world: Mutex::new(world),
            progress: Notify::new(),
            state_file: state_file.map(Arc::new),
        })
    }

    /// Borrows the state.
    /// LOCK: never held across an await.
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes whoever waits for the journal or a gate.
    pub(crate) fn progressed(&self) {
        self.progress.notify_waiters();
    }

    /// The next progress. Create it, enable it, look at the state, and only then await it.
    pub(crate) fn next_progress(&self) -> Notified<'_> {
        self.progress.notified()
    }

    /// Puts what changed on disk, where there is a state file. An answer leaves only after this.
    pub(crate) async fn persist(&self) -> Result<(), SandboxError> {
        let Some(file) = self.state_file.clone() else { return Ok(()) };
        let (revision, snapshot) = {
            let world = self.world();
            let revision = world.provider.revision();
            if file.holds(revision) {
                return Ok(());
            }
            (revision, serde_json::to_vec(&*world.provider).map_err(SandboxError::SerializeState)?)
        };
        tokio::task::spawn_blocking(move || file.write(revision, &snapshot)).await.map_err(|_| SandboxError::Task)?
    }
}

/// The Date header by the service's clock.
fn clock_date(service: &Service) -> HeaderValue {
    let now_ms = service.world().now_ms();
    HeaderValue::from_str(&clock::http_date(now_ms))
        .unwrap_or(HeaderValue::from_static("Thu, 01 Jan 1970 00:00:00 GMT"))
}
