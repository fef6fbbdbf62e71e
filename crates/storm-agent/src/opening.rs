//! Opening and closing the vault.
//!
//! INVARIANT: one opening at a time, none after the end has begun, and an opening that waits for a prompt does not hold up
//! the end: it is dropped, while the keyring's own thread stays behind with the prompt.

use std::future::Future;
use std::sync::{Arc, PoisonError};

use storm_auth::{HttpProvider, SystemBrowser};
use storm_connectors::Catalogue;
use storm_domain::Failure;
use storm_domain::port::Provider;
use storm_engine::EngineParts;
use storm_engine::view::HostView;
use storm_secret::Passphrase;
use storm_store::{OpenError, PassphraseCost, SqliteVault, create_passphrase_vault, open_vault, open_with_passphrase};

use crate::closed::Closed;
use crate::host::{Host, Standing};
use crate::open_vault::OpenVault;

impl Host {
    /// Asks the keyring again.
    ///
    /// # Errors
    /// None: the view says how it went.
    pub async fn retry_vault(&self) -> Result<HostView, Failure> {
        self.open_with_keyring().await;
        Ok(self.view())
    }

    /// Makes a vault protected by a passphrase, where there is none yet.
    ///
    /// # Errors
    /// Why it was not made; the vault stands where it stood.
    pub async fn create_passphrase_vault(&self, passphrase: impl Into<Passphrase>) -> Result<HostView, Failure> {
        let (clock, entropy) = (Arc::clone(&self.clock), Arc::clone(&self.entropy));
        let cost = PassphraseCost::STANDARD;
        self.open_by(create_passphrase_vault(self.folder.clone(), passphrase.into(), cost, clock, entropy)).await
    }

    /// Opens a vault protected by a passphrase.
    ///
    /// # Errors
    /// Why it was not opened; the vault stands where it stood.
    pub async fn unlock_with_passphrase(&self, passphrase: impl Into<Passphrase>) -> Result<HostView, Failure> {
        self.open_by(open_with_passphrase(self.folder.clone(), passphrase.into(), Arc::clone(&self.clock))).await
    }

    /// Finishes what is in flight, gives leases and vault back, and closes the socket. A second call does nothing.
    pub async fn shut_down(&self) {
        self.ending.send_replace(true);
        let door = self.door.lock().await;
        if let Standing::Open(vault) = self.standing.send_replace(Standing::Closed(Closed::HostEnded)) {
            vault.close().await;
        }
        drop(door);
        let serving = self.serving.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(serving) = serving {
            serving.abort();
            match serving.await {
                Ok(()) => {}
                Err(error) if error.is_cancelled() => {}
                Err(_) => tracing::error!("the socket was not served to the end"),
            }
        }
    }

    /// Opens the vault with the key in the keyring, unless it is open. Whoever comes while it is being opened waits for that:
    /// a hundred requests make one prompt.
    pub(crate) async fn open_with_keyring(&self) {
        let _door = match self.door.try_lock() {
            Ok(door) => door,
            Err(_) => {
                let door = self.door.lock().await;
                if !matches!(&*self.standing.borrow(), Standing::Opening) {
                    return;
                }
                door
            }
        };
        if matches!(&*self.standing.borrow(), Standing::Open(_)) || *self.ending.borrow() {
            return;
        }
        self.stand(Standing::Opening);
        let opening = open_vault(
            self.folder.clone(),
            Arc::clone(&self.keyring),
            Arc::clone(&self.clock),
            Arc::clone(&self.entropy),
        );
        self.stand(match self.opened(opening).await {
            Ok(vault) => Standing::Open(Arc::new(vault)),
            Err(closed) => Standing::Closed(closed),
        });
    }

    /// Opens the vault with what the user typed. A failure is the caller's; the screen stays.
    async fn open_by(
        &self,
        opening: impl Future<Output = Result<SqliteVault, OpenError>>,
    ) -> Result<HostView, Failure> {
        let _door = self.door.lock().await;
        if !matches!(&*self.standing.borrow(), Standing::Open(_)) {
            let vault = self.opened(opening).await.map_err(|closed| closed.failure(&self.keyring.backend()))?;
            self.stand(Standing::Open(Arc::new(vault)));
        }
        Ok(self.view())
    }

    async fn opened(&self, opening: impl Future<Output = Result<SqliteVault, OpenError>>) -> Result<OpenVault, Closed> {
        let opened = self.opened_unless_ending(opening).await;
        if let Err(closed) = &opened {
            tracing::warn!(?closed, "the vault was not opened");
        }
        opened
    }

    async fn opened_unless_ending(
        &self,
        opening: impl Future<Output = Result<SqliteVault, OpenError>>,
    ) -> Result<OpenVault, Closed> {
        let catalogue = Catalogue::embedded().map_err(|_| Closed::CatalogueDamaged)?;
        let provider = HttpProvider::new(Arc::clone(&self.clock), Arc::clone(&self.entropy))
            .map_err(|_| Closed::NoSecureConnections)?;
        let vault = tokio::select! {
            biased;
            () = self.until_ending() => return Err(Closed::HostEnded),
            opened = opening => Arc::new(opened?),
        };
        let parts = self.parts(Arc::clone(&vault), Arc::new(provider), catalogue);
        let protection = if vault.has_passphrase() { "passphrase".to_owned() } else { self.keyring.backend() };
        tokio::select! {
            biased;
            () = self.until_ending() => {
                vault.close().await;
                Err(Closed::HostEnded)
            }
            begun = OpenVault::begin(Arc::clone(&vault), parts, protection) => Ok(begun?),
        }
    }

    async fn until_ending(&self) {
        let _ = self.ending.subscribe().wait_for(|ending| *ending).await; // the sender is held here
    }

    fn parts(
        &self,
        vault: Arc<SqliteVault>,
        provider: Arc<dyn Provider>,
        catalogue: &'static Catalogue,
    ) -> EngineParts {
        EngineParts {
            vault,
            provider,
            browser: Arc::new(SystemBrowser),
            clock: Arc::clone(&self.clock),
            entropy: Arc::clone(&self.entropy),
            events: Arc::clone(&self.events),
            catalogue,
            owner: self.owner.clone(),
        }
    }
}
