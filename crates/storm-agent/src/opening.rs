//! Opening and closing the vault.
//!
//! INVARIANT: one opening at a time, none after the end has begun, and an opening that waits for a prompt does not hold up
//! the end: it is dropped, while the keyring's own thread stays behind with the prompt.

use std::future::Future;
use std::sync::{Arc, PoisonError, Weak};
use std::time::Duration;

use storm_auth::{HttpProvider, SystemBrowser};
use storm_connectors::Catalogue;
use storm_domain::{Failure, ProtectionChange};
use storm_engine::EngineParts;
use storm_engine::view::HostView;
use storm_secret::{Passphrase, RecoveryCode};
use storm_store::{
    OpenError, PassphraseCost, RecoveryKey, SqliteVault, create_passphrase_vault, open_vault, open_with_passphrase,
    open_with_recovery_code,
};

use crate::closed::Closed;
use crate::host::{ClosedVault, Host, Standing};
use crate::open_vault::OpenVault;
use crate::protection::failure_of_code;

/// Between two looks for a keyring that is not there yet; doubled each time.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// After that, only on request.
const LONGEST_WAIT: Duration = Duration::from_secs(10 * 60);

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

    /// Opens a vault with its recovery code.
    ///
    /// # Errors
    /// Why it was not opened; the vault stands where it stood.
    pub async fn unlock_with_recovery_code(&self, code: impl Into<RecoveryCode>) -> Result<HostView, Failure> {
        let recovery = RecoveryKey::of_code(&code.into()).map_err(failure_of_code)?;
        let opened =
            self.open_by(open_with_recovery_code(self.folder.clone(), &recovery, Arc::clone(&self.clock))).await;
        if opened.is_ok() {
            self.log_protection(ProtectionChange::RecoveryCodeUsed).await?;
        }
        opened
    }

    /// Finishes what is in flight, gives leases and vault back, and closes the socket. A second call does nothing.
    pub async fn shut_down(&self) {
        self.ending.send_replace(true);
        let door = self.door.lock().await;
        let ended = Standing::Closed(ClosedVault { why: Closed::HostEnded, ways_out: Vec::new(), backup: None });
        if let Standing::Open(vault) = self.standing.send_replace(ended) {
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

    /// Leaves the vault to the host that has the socket.
    pub(crate) fn stand_aside(&self) {
        let why = Closed::NotOpened(OpenError::Busy);
        self.stand(Standing::Closed(ClosedVault { why, ways_out: why.ways_out(None), backup: None }));
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
        let opening = self.opening_with_keyring();
        let opened = self.opened(opening).await;
        self.stand_opened(opened).await;
    }

    /// Tries the keyring again for ten minutes, unseen, while it is not there: at login it may come up after this program.
    pub(crate) async fn wait_for_keyring(host: Weak<Self>) {
        let mut waited = Duration::ZERO;
        let mut pause = FIRST_PAUSE;
        while waited < LONGEST_WAIT {
            let Some((clock, mut ending)) = host
                .upgrade()
                .filter(|host| host.keyring_may_appear())
                .map(|host| (Arc::clone(&host.clock), host.ending.subscribe()))
            else {
                return;
            };
            tokio::select! {
                _ = ending.wait_for(|ending| *ending) => return,
                () = clock.sleep(pause) => {}
            }
            let Some(host) = host.upgrade() else { return };
            host.open_unseen().await;
            waited += pause;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn keyring_may_appear(&self) -> bool {
        matches!(&*self.standing.borrow(), Standing::Closed(closed) if closed.why.may_pass_by_itself())
    }

    /// Asks the keyring again; what is shown changes only with its answer, so that whoever is typing is not disturbed.
    async fn open_unseen(&self) {
        let Ok(_door) = self.door.try_lock() else { return };
        if !self.keyring_may_appear() {
            return;
        }
        let opening = self.opening_with_keyring();
        match self.opened(opening).await {
            Err(closed) if matches!(&*self.standing.borrow(), Standing::Closed(shown) if shown.why == closed) => {}
            opened => self.stand_opened(opened).await,
        }
    }

    pub(crate) async fn stand_opened(&self, opened: Result<OpenVault, Closed>) {
        let standing = match opened {
            Ok(vault) => Standing::Open(Arc::new(vault)),
            Err(why) => {
                let ways_out = why.ways_out(self.folder.protection().await);
                let backup = if why.needs_backup() { self.folder.last_good_backup().await } else { None };
                Standing::Closed(ClosedVault { why, ways_out, backup })
            }
        };
        self.stand(standing);
    }

    fn opening_with_keyring(&self) -> impl Future<Output = Result<SqliteVault, OpenError>> + use<> {
        let (keyring, clock, entropy) = (Arc::clone(&self.keyring), Arc::clone(&self.clock), Arc::clone(&self.entropy));
        open_vault(self.folder.clone(), keyring, clock, entropy)
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

    pub(crate) async fn opened(
        &self,
        opening: impl Future<Output = Result<SqliteVault, OpenError>>,
    ) -> Result<OpenVault, Closed> {
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
        tokio::select! {
            biased;
            () = self.until_ending() => {
                vault.close().await;
                Err(Closed::HostEnded)
            }
            begun = OpenVault::begin(Arc::clone(&vault), parts) => Ok(begun?),
        }
    }

    pub(crate) async fn until_ending(&self) {
        let _ = self.ending.subscribe().wait_for(|ending| *ending).await; // the sender is held here
    }

    fn parts(
        &self,
        vault: Arc<SqliteVault>,
        provider: Arc<HttpProvider>,
        catalogue: &'static Catalogue,
    ) -> EngineParts {
        EngineParts {
            vault,
            network: Arc::clone(&provider) as _,
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
