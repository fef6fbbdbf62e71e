//! An open vault: the engine on it, and what runs beside it.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::VaultError;
use storm_domain::port::Clock;
use storm_engine::{Engine, EngineParts};
use storm_store::{OpenError, SqliteVault};
use tokio::task::AbortHandle;

const BACKUP_PERIOD: Duration = Duration::from_secs(60 * 60);

/// Before a refresher that the vault failed is started again.
const REFRESHER_PAUSE: Duration = Duration::from_secs(30);

pub(crate) struct OpenVault {
    pub(crate) engine: Arc<Engine>,
    /// What protects its key: a keyring's name, or "passphrase".
    pub(crate) protection: String,
    vault: Arc<SqliteVault>,
    beside: [AbortHandle; 2],
}

impl OpenVault {
    /// Takes up what the run before left behind, then starts refreshing and backing up.
    pub(crate) async fn begin(
        vault: Arc<SqliteVault>,
        parts: EngineParts,
        protection: String,
    ) -> Result<Self, OpenError> {
        let clock = Arc::clone(&parts.clock);
        let engine = Engine::new(parts);
        if let Err(error) = engine.recover().await {
            vault.close().await;
            return Err(error.into());
        }
        if vault.restored_at().is_some() {
            tracing::warn!("the vault was put back from a backup; grants rotated since then may need a reconnect");
        }
        let beside = [
            tokio::spawn(keep_refreshing(Arc::clone(&engine), Arc::clone(&clock))).abort_handle(),
            tokio::spawn(keep_copies(Arc::clone(&vault), clock)).abort_handle(),
        ];
        Ok(Self { engine, protection, vault, beside })
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

async fn keep_copies(vault: Arc<SqliteVault>, clock: Arc<dyn Clock>) {
    loop {
        clock.sleep(BACKUP_PERIOD).await;
        match vault.backup(clock.now()).await {
            Ok(_) => tracing::debug!("a backup was made"),
            Err(VaultError::Locked) => return,
            Err(error) => tracing::error!(%error, "no backup could be made"),
        }
    }
}
