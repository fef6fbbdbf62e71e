//! Starting and stopping the practice service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::SandboxError;
use crate::control::Control;
use crate::provider::{Provider, StateFile};
use crate::server::{Listener, Service, World};
use crate::settings::Settings;

/// How to start.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The port on 127.0.0.1; 0 takes a free one.
    pub port: u16,
    /// Where to keep the state; without it, everything is forgotten at the end.
    pub state_file: Option<PathBuf>,
    /// How the provider behaves, at the start and after a reset.
    pub settings: Settings,
}

/// A running practice service. Dropping it stops it, without waiting for answers in flight.
pub struct Sandbox {
    address: SocketAddr,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Sandbox {
    /// Reads the state, binds the port and serves. Needs a tokio runtime with time and network.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let state_file = options.state_file.map(StateFile::new);
        let provider = match &state_file {
            Some(file) => file.read()?,
            None => None,
        };
        let port = options.port;
        let listener = Listener::bind(port).await.map_err(|source| SandboxError::Listen { port, source })?;
        let address = listener.address();
        let world = World::new(options.settings.clamped(), provider.unwrap_or_else(Provider::default));
        let service = Arc::new(Service::new(address.port(), world, state_file)?);
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(listener.serve(Arc::clone(&service), stopped));
        Ok(Self { address, service, stop, serving })
    }

    /// `http://127.0.0.1:PORT`: the base of every route, and the issuer.
    pub fn base_url(&self) -> &str {
        &self.service.base_url
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The control handle.
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.service))
    }

    /// Stops: no new connections, a second for answers in flight, then silence.
    pub async fn shutdown(mut self) {
        self.stop.send_replace(true);
        if let Err(error) = (&mut self.serving).await {
            tracing::warn!(%error, "the practice service did not stop cleanly");
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.serving.abort();
    }
}
