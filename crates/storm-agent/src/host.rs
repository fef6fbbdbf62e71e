//! The host as its owner sees it: started, looked at, waited for.

use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use storm_auth::{OsEntropy, SystemClock};
use storm_broker::host::BindError;
use storm_domain::port::{Clock, Entropy, EventSink, Keyring};
use storm_domain::{Action, ErrorCode, Event, Failure, LeaseOwner};
use storm_engine::Engine;
use storm_engine::view::{HostView, VaultView, WayOut};
use storm_store::{Backup, OsKeyring, VaultFolder};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::boot::make_lease_owner;
use crate::care::view_of;
use crate::closed::Closed;
use crate::diagnostics::{OtherHost, Surroundings, ToldFailures};
use crate::open_vault::OpenVault;

/// What a host is started with.
pub struct HostOptions {
    /// Where the vault lies; made when it is missing.
    pub data_folder: PathBuf,
    /// Where to listen; None = the user's usual place.
    pub socket_path: Option<PathBuf>,
    /// Where events go.
    pub events: Arc<dyn EventSink>,
    /// None = the operating system's.
    pub keyring: Option<Arc<dyn Keyring>>,
    /// Semantic version of the program, to be shown.
    pub version: String,
}

/// Where the vault stands.
#[derive(Clone)]
pub(crate) enum Standing {
    Opening,
    Open(Arc<OpenVault>),
    Closed(ClosedVault),
}

/// Why a vault is closed, and what opens it.
#[derive(Clone)]
pub(crate) struct ClosedVault {
    pub(crate) why: Closed,
    pub(crate) ways_out: Vec<WayOut>,
    /// The copy that is offered for a damaged or missing database.
    pub(crate) backup: Option<Backup>,
}

/// Whether the socket listens.
pub(crate) enum Listening {
    NotYet,
    Yes,
    No(Arc<BindError>),
}

/// The process that holds the vault, runs the engine and listens on the socket.
pub struct Host {
    pub(crate) folder: VaultFolder,
    pub(crate) version: String,
    pub(crate) has_window: bool,
    pub(crate) socket: PathBuf,
    pub(crate) keyring: Arc<dyn Keyring>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) events: Arc<dyn EventSink>,
    pub(crate) owner: LeaseOwner,
    pub(crate) standing: watch::Sender<Standing>,
    /// LOCK: held while the vault is opened or closed; never while a user types or the socket is served.
    pub(crate) door: tokio::sync::Mutex<()>,
    pub(crate) ending: watch::Sender<bool>,
    pub(crate) listening: watch::Sender<Listening>,
    pub(crate) hand_over: watch::Sender<bool>,
    pub(crate) requests: watch::Sender<u64>,
    pub(crate) serving: Mutex<Option<JoinHandle<()>>>,
    pub(crate) surroundings: OnceLock<Arc<dyn Surroundings>>,
    pub(crate) other_host: Mutex<OtherHost>,
    pub(crate) told: ToldFailures,
}

impl Host {
    /// Starts the host of a window; it takes the vault over from an agent. Returns at once. Must be called within a tokio
    /// runtime.
    #[must_use]
    pub fn start(options: HostOptions) -> Arc<Self> {
        Self::begin(options, true)
    }

    /// Starts the host of an agent; it gives the vault to a window that asks. Returns at once. Must be called within a tokio
    /// runtime.
    #[must_use]
    pub fn start_headless(options: HostOptions) -> Arc<Self> {
        Self::begin(options, false)
    }

    fn begin(options: HostOptions, has_window: bool) -> Arc<Self> {
        let runtime_folder = || {
            directories::BaseDirs::new()
                .and_then(|folders| folders.runtime_dir().map(|path| path.as_os_str().to_owned()))
        };
        let host = Arc::new(Self {
            folder: VaultFolder::new(options.data_folder),
            version: options.version,
            has_window,
            socket: options.socket_path.unwrap_or_else(|| storm_broker::socket_path(None, runtime_folder())),
            keyring: options.keyring.unwrap_or_else(|| Arc::new(OsKeyring::default())),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            events: options.events,
            owner: make_lease_owner(&OsEntropy),
            standing: watch::Sender::new(Standing::Opening),
            door: tokio::sync::Mutex::new(()),
            ending: watch::Sender::new(false),
            listening: watch::Sender::new(Listening::NotYet),
            hand_over: watch::Sender::new(false),
            requests: watch::Sender::new(0),
            serving: Mutex::new(None),
            surroundings: OnceLock::new(),
            other_host: Mutex::default(),
            told: ToldFailures::default(),
        });
        let serving = tokio::spawn(Arc::clone(&host).listen_and_open());
        *host.serving.lock().unwrap_or_else(PoisonError::into_inner) = Some(serving);
        host
    }

    /// The program and where its vault stands.
    #[must_use]
    pub fn view(&self) -> HostView {
        let backend = self.keyring.backend();
        let (vault, ways_out, protection) = match &*self.standing.borrow() {
            Standing::Opening => (VaultView::Opening, Vec::new(), None),
            Standing::Open(vault) => {
                let protection = vault.protection_view(&backend);
                let protected_by = if protection.keyring { backend } else { "passphrase".to_owned() };
                (VaultView::Unlocked { protection: protected_by }, Vec::new(), Some(protection))
            }
            Standing::Closed(closed) => (closed.why.view(&backend), closed.ways_out.clone(), None),
        };
        let (notices, backup) = match &*self.standing.borrow() {
            Standing::Opening => (Vec::new(), None),
            Standing::Open(vault) => (vault.care.notices(), vault.care.offered()),
            Standing::Closed(closed) => (Vec::new(), closed.backup.clone()),
        };
        HostView {
            version: self.version.clone(),
            vault,
            ways_out,
            protection,
            data_folder: self.folder.path().display().to_string(),
            notices,
            backup: backup.as_ref().map(view_of),
        }
    }

    /// The engine, while the vault is open.
    ///
    /// # Errors
    /// [`ErrorCode::VaultLocked`] with why and what to do.
    pub fn engine(&self) -> Result<Arc<Engine>, Failure> {
        match &*self.standing.borrow() {
            Standing::Open(vault) => Ok(Arc::clone(&vault.engine)),
            Standing::Opening => Err(Failure::new(
                ErrorCode::VaultLocked,
                format!("The vault is being opened. If {} asks for its password, answer it.", self.keyring.backend()),
                Some(Action::Unlock),
            )),
            Standing::Closed(closed) => Err(closed.why.locked(&self.keyring.backend())),
        }
    }

    /// Waits until the vault is open, or closed for a reason.
    pub async fn wait_until_opened(&self) {
        let mut standing = self.standing.subscribe();
        let _ = standing.wait_for(|standing| !matches!(standing, Standing::Opening)).await; // the sender is held here
    }

    /// Waits until the vault stands elsewhere than when this was called, not first polled.
    pub fn wait_for_change(&self) -> impl Future<Output = ()> + use<> {
        let mut standing = self.standing.subscribe();
        async move {
            let _ = standing.changed().await; // a host that is gone does not change any more
        }
    }

    /// Waits until the socket listens, or cannot.
    ///
    /// # Errors
    /// Why it cannot.
    pub async fn wait_until_listening(&self) -> Result<(), Arc<BindError>> {
        let mut listening = self.listening.subscribe();
        match listening.wait_for(|listening| !matches!(listening, Listening::NotYet)).await.as_deref() {
            Ok(Listening::No(error)) => Err(Arc::clone(error)),
            _ => Ok(()),
        }
    }

    /// Waits until a window asks for the vault. Never ends for the host of a window.
    pub async fn wait_for_hand_over(&self) {
        let _ = self.hand_over.subscribe().wait_for(|asked| *asked).await; // the sender is held here
    }

    /// Waits until nobody has asked anything for so long.
    pub async fn wait_until_idle(&self, period: Duration) {
        let mut requests = self.requests.subscribe();
        while tokio::time::timeout(period, requests.changed()).await.is_ok() {}
    }

    pub(crate) fn stand(&self, standing: Standing) {
        self.standing.send_replace(standing);
        self.events.publish(Event::VaultChanged);
    }
}
