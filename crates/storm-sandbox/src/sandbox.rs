//! Starting and stopping the practice service.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

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

/// What a server shows in a TLS handshake, right or wrong.
#[derive(Clone)]
pub struct TlsIdentity {
    /// Certificates in DER, the server's own first.
    pub chain: Vec<Vec<u8>>,
    /// The private key of the first, PKCS#8 in DER.
    pub key: Vec<u8>,
}

/// A running practice service. Dropping it stops it, without waiting for answers in flight.
pub struct Sandbox {
    address: SocketAddr,
    service: Arc<Service>,
    stop: watch::Sender<bool>,
    serving: Mutex<JoinSet<()>>,
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
        let sandbox = Self { address, service, stop: watch::Sender::new(false), serving: Mutex::default() };
        sandbox.serve(listener);
        Ok(sandbox)
    }

    /// Opens one more port on 127.0.0.1, which speaks TLS with this identity. Returns its `https://127.0.0.1:PORT`; the
    /// issuer stays [`Self::base_url`].
    pub async fn listen_with_tls(&self, identity: TlsIdentity) -> Result<String, SandboxError> {
        let chain = identity.chain.into_iter().map(CertificateDer::from).collect();
        let key = PrivatePkcs8KeyDer::from(identity.key).into();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|_| SandboxError::Unusable("This certificate and key cannot be used together."))?;
        let listener = Listener::bind(0).await.map_err(|source| SandboxError::Listen { port: 0, source })?;
        let port = listener.address().port();
        self.serve(listener.with_tls(TlsAcceptor::from(Arc::new(config))));
        Ok(format!("https://127.0.0.1:{port}"))
    }

    fn serve(&self, listener: Listener) {
        let serving = listener.serve(Arc::clone(&self.service), self.stop.subscribe());
        self.serving.lock().unwrap_or_else(PoisonError::into_inner).spawn(serving);
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
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        let mut serving = self.serving.into_inner().unwrap_or_else(PoisonError::into_inner);
        while let Some(ended) = serving.join_next().await {
            if let Err(error) = ended {
                tracing::warn!(%error, "the practice service did not stop cleanly");
            }
        }
    }
}
