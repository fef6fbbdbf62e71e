//! An open vault: the engine on it, and what runs beside it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::port::Clock;
use storm_engine::{Engine, EngineParts};
use storm_store::{OpenError, Protection, RecoveryKey, SqliteVault};
use tokio::task::AbortHandle;

use crate::care::Care;

/// Before a refresher that the vault failed is started again.
const REFRESHER_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct OpenVault {
    pub(crate) engine: Arc<Engine>,
    pub(crate) vault: Arc<SqliteVault>,
    /// How the key is kept, as last seen in the vault.
    pub(crate) protection: Mutex<Protection>,
    /// A recovery code that was shown and not yet typed back.
    pub(crate) shown_code: Mutex<Option<RecoveryKey>>,
    /// Whether the key was put into the keyring since the vault was opened.
    back_in_keyring: AtomicBool,
    /// Copies, and what is known about its health.
    pub(crate) care: Arc<Care>,
    /// LOCK: held while it is tried whether secrets can be kept, which ends in time.
    pub(crate) testing: tokio::sync::Mutex<()>,
    /// LOCK: held while the keyring is tried; for as long as a prompt stays open, if need be.
    pub(crate) keyring_turn: Arc<tokio::sync::Mutex<()>>,
    beside: [AbortHandle; 3],
}

impl OpenVault {
    /// Takes up what the run before left behind, then starts refreshing and backing up.
    pub(crate) async fn begin(vault: Arc<SqliteVault>, parts: EngineParts) -> Result<Self, OpenError> {
        let (clock, events) = (Arc::clone(&parts.clock), Arc::clone(&parts.events));
        let engine = Engine::new(parts);
        if vault.restored_at().is_some() {
            tracing::warn!("the vault was put back from a copy; nothing is refreshed before its user goes on");
            engine.hold_back();
        }
        engine.follow_network_settings().await;
        if let Err(error) = engine.recover().await {
            vault.close().await;
            return Err(error.into());
        }
        let protection = match vault.protection().await {
            Ok(protection) => Mutex::new(protection),
            Err(error) => {
                vault.close().await;
                return Err(error.into());
            }
        };
        let care = Care::of(Arc::clone(&vault), Arc::clone(&engine), Arc::clone(&clock), events);
        let beside = [
            tokio::spawn(keep_refreshing(Arc::clone(&engine), clock)).abort_handle(),
            tokio::spawn(Arc::clone(&care).keep_copies()).abort_handle(),
            tokio::spawn(Arc::clone(&care).keep_looking()).abort_handle(),
        ];
        Ok(Self {
            engine,
            vault,
            protection,
            shown_code: Mutex::default(),
            back_in_keyring: AtomicBool::default(),
            care,
            testing: tokio::sync::Mutex::default(),
            keyring_turn: Arc::default(),
            beside,
        })
    }

    pub(crate) fn is_in_keyring_again(&self) {
        self.back_in_keyring.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_back_in_keyring(&self) -> bool {
        self.back_in_keyring.load(Ordering::Relaxed)
    }

    /// Finishes what is in flight, at most ten seconds long, and gives the vault back.
    pub(crate) async fn close(&self) {
        self.engine.shut_down().await;
        for task in &self.beside {
            task.abort();
        }
        self.vault.close().await;
    }
}

async fn keep_refreshing(engine: Arc<Engine>, clock: Arc<dyn Clock>) {
    while let Err(error) = tokio::try_join!(engine.run_refresher(), engine.run_revocations()) {
        tracing::error!(%error, "refreshing stopped; it is started again");
        clock.sleep(REFRESHER_PAUSE).await;
    }
}
