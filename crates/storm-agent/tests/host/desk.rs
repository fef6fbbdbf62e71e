//! A data folder, a socket and a keyring of its own for each test.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use storm_agent::{Host, HostOptions};
use storm_broker::{Client, Request, Response};
use storm_domain::port::{Keyring, KeyringError};
use storm_engine::view::VaultView;
use storm_secret::SecretBytes;
use storm_testkit::{FakeKeyring, RecordingEvents};
use tempfile::TempDir;
use tokio::sync::Semaphore;

/// How long something may take before it counts as not happening.
pub const PATIENCE: Duration = Duration::from_secs(60);

pub struct Desk {
    folder: TempDir,
    pub keyring: Arc<FakeKeyring>,
    pub events: Arc<RecordingEvents>,
}

impl Desk {
    pub fn new() -> Self {
        Self::below(&std::env::temp_dir())
    }

    /// One whose data lies below `folder`.
    pub fn below(folder: &Path) -> Self {
        Self { folder: tempfile::tempdir_in(folder).unwrap(), keyring: Arc::default(), events: Arc::default() }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("run/host.sock")
    }

    pub fn options(&self) -> HostOptions {
        HostOptions {
            data_folder: self.data(),
            socket_path: Some(self.socket()),
            events: self.events.clone(),
            keyring: Some(self.keyring.clone()),
            version: "0.0.0".to_owned(),
        }
    }

    pub fn options_with(&self, keyring: impl Keyring + 'static) -> HostOptions {
        HostOptions { keyring: Some(Arc::new(keyring)), ..self.options() }
    }

    /// Starts a host and waits until its vault is open or closed.
    pub async fn host(&self) -> Arc<Host> {
        let host = Host::start(self.options());
        host.wait_until_opened().await;
        host
    }

    /// Makes a vault whose key is in the keyring, and closes it again.
    pub async fn with_vault() -> Self {
        let desk = Self::new();
        let host = desk.host().await;
        assert!(is_open(&host), "{:?}", host.view());
        host.shut_down().await;
        desk.events.clear();
        desk
    }
}

pub fn is_open(host: &Host) -> bool {
    matches!(host.view().vault, VaultView::Unlocked { .. })
}

pub async fn ask(socket: &Path, request: Request) -> Response {
    let socket = socket.to_owned();
    tokio::task::spawn_blocking(move || Client::connect(&socket).unwrap().ask(&request).unwrap()).await.unwrap()
}

/// A keyring that waits at a prompt which nobody answers before the permit comes.
pub struct PromptingKeyring {
    pub asked: Arc<Semaphore>,
    pub answer: Arc<Semaphore>,
}

impl Default for PromptingKeyring {
    fn default() -> Self {
        Self { asked: Arc::new(Semaphore::new(0)), answer: Arc::new(Semaphore::new(0)) }
    }
}

#[async_trait]
impl Keyring for PromptingKeyring {
    fn backend(&self) -> String {
        "Prompting keyring".to_owned()
    }

    async fn read(&self, _user: &str) -> Result<SecretBytes, KeyringError> {
        self.asked.add_permits(1);
        self.answer.acquire().await.unwrap().forget();
        Err(KeyringError::PromptDismissed)
    }

    async fn write(&self, user: &str, _secret: &SecretBytes) -> Result<(), KeyringError> {
        self.read(user).await.map(drop)
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        self.read(user).await.map(drop)
    }
}
