//! What looks after an open vault beside its engine: hourly copies, and a look for damage after opening and with each copy,
//! at the log's chain too.
//!
//! INVARIANT: damage closes nothing. What can be read stays usable, the user is told once, and the newest good copy is offered.
//! Where the database was taken away, that is one made of what this process still has open.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use storm_domain::port::{Clock, EventSink};
use storm_domain::{Event, Timestamp, VaultError};
use storm_engine::view::{BackupView, LogCheckView, VaultNotice};
use storm_engine::{Engine, failure_of_vault};
use storm_store::{Backup, ChainVerdict, SqliteVault};

const BACKUP_PERIOD: Duration = Duration::from_secs(60 * 60);
/// Opening is over and the first tokens are handed out by then.
const FIRST_LOOK: Duration = Duration::from_secs(1);

/// What is known about the vault's health.
pub(crate) struct Care {
    vault: Arc<SqliteVault>,
    engine: Arc<Engine>,
    clock: Arc<dyn Clock>,
    events: Arc<dyn EventSink>,
    is_damaged: AtomicBool,
    offered: Mutex<Option<Backup>>,
    restored_at: Mutex<Option<Timestamp>>,
    log: Mutex<LogCheckView>,
}

impl Care {
    pub(crate) fn of(
        vault: Arc<SqliteVault>,
        engine: Arc<Engine>,
        clock: Arc<dyn Clock>,
        events: Arc<dyn EventSink>,
    ) -> Arc<Self> {
        let restored_at = Mutex::new(vault.restored_at());
        Arc::new(Self {
            vault,
            engine,
            clock,
            events,
            is_damaged: AtomicBool::default(),
            offered: Mutex::default(),
            restored_at,
            log: Mutex::new(LogCheckView::Checking),
        })
    }

    /// What the user should know, most urgent first.
    pub(crate) fn notices(&self) -> Vec<VaultNotice> {
        let unsaved = self.engine.unsaved();
        let unsaved = (!unsaved.is_empty()).then_some(VaultNotice::Unsaved { integrations: unsaved });
        let damaged = self.is_damaged.load(Ordering::Acquire).then_some(VaultNotice::Damaged);
        let restored = self.restored_at.lock().unwrap_or_else(PoisonError::into_inner);
        let restored = restored.map(|since| VaultNotice::Restored { since });
        let log = match *self.log.lock().unwrap_or_else(PoisonError::into_inner) {
            LogCheckView::Broken { sequence, .. } => Some(VaultNotice::LogBroken { sequence }),
            _ => None,
        };
        let network = self.vault.folder().network_file_system();
        let network = network.map(|file_system| VaultNotice::NetworkFolder { file_system });
        [unsaved, damaged, restored, log, network].into_iter().flatten().collect()
    }

    /// What is known of the log's chain.
    pub(crate) fn log_check(&self) -> LogCheckView {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Goes through the whole log, and keeps what it says.
    pub(crate) async fn check_log(&self) -> Result<ChainVerdict, VaultError> {
        let checked = self.vault.verify_activity_chain().await;
        let checked_at = self.clock.now();
        let found = match &checked {
            Ok(ChainVerdict::Intact { entries }) => LogCheckView::Intact { entries: *entries, checked_at },
            Ok(ChainVerdict::Broken { sequence }) => {
                tracing::error!(sequence, "the activity log was changed outside of the program");
                LogCheckView::Broken { sequence: *sequence, checked_at }
            }
            Err(error) => {
                tracing::warn!(%error, "the activity log could not be checked");
                LogCheckView::NotChecked { failure: failure_of_vault(error.clone()) }
            }
        };
        *self.log.lock().unwrap_or_else(PoisonError::into_inner) = found;
        self.events.publish(Event::LogChecked);
        checked
    }

    /// The copy that is offered for a damaged vault.
    pub(crate) fn offered(&self) -> Option<Backup> {
        self.offered.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The user knows that the vault is an older one: refreshing goes on.
    pub(crate) async fn acknowledge_restore(&self) -> Result<(), VaultError> {
        self.vault.acknowledge_restore().await?;
        *self.restored_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let gone_on = self.engine.go_on().await;
        self.events.publish(Event::VaultChanged);
        gone_on
    }

    /// Makes a copy every hour, counted from the last one whenever that was made.
    pub(crate) async fn keep_copies(self: Arc<Self>) {
        self.clock.sleep(FIRST_LOOK).await;
        loop {
            let newest = self.vault.folder().last_good_backup().await.map(|backup| backup.made_at);
            self.clock.sleep(next_copy_in(newest, self.clock.now())).await;
            match self.vault.backup(self.clock.now()).await {
                Ok(_) => tracing::debug!("a backup was made"),
                Err(VaultError::Locked) => return,
                Err(error) => {
                    tracing::error!(%error, "no backup could be made");
                    self.look().await;
                    self.clock.sleep(BACKUP_PERIOD).await;
                }
            }
        }
    }

    /// Looks for damage after the opening, and waits for a write that finds some.
    pub(crate) async fn keep_looking(self: Arc<Self>) {
        self.clock.sleep(FIRST_LOOK).await;
        self.look().await;
        // Its failure is kept, to be shown.
        let _ = self.check_log().await;
        self.vault.wait_for_damage().await;
        self.found_damage().await;
    }

    async fn look(&self) {
        match self.vault.check_integrity().await {
            Ok(()) => {}
            Err(VaultError::DatabaseDamaged) => self.found_damage().await,
            Err(error) => tracing::warn!(%error, "the vault could not be looked through"),
        }
        match self.vault.damaged_records().await {
            Ok(damaged) => self.engine.mark_damaged(&damaged).await,
            Err(error) => tracing::warn!(%error, "the vault's records could not be looked through"),
        }
    }

    async fn found_damage(&self) {
        if self.is_damaged.swap(true, Ordering::AcqRel) {
            return;
        }
        tracing::error!("the vault's database is damaged or was taken away; what can be read stays usable");
        if let Err(error) = self.vault.rescue(self.clock.now()).await {
            tracing::warn!(%error, "no copy could be made of what is left");
        }
        let backup = self.vault.folder().last_good_backup().await;
        *self.offered.lock().unwrap_or_else(PoisonError::into_inner) = backup;
        self.events.publish(Event::VaultChanged);
    }
}

/// How long until the next copy is due. One that seems to be from the future, because the clock was set back, is a new one.
fn next_copy_in(newest: Option<Timestamp>, now: Timestamp) -> Duration {
    newest.map_or(Duration::ZERO, |made_at| BACKUP_PERIOD.saturating_sub(now.since(made_at)))
}

/// A copy as the window sees it.
pub(crate) fn view_of(backup: &Backup) -> BackupView {
    let name = backup.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    BackupView { name, made_at: backup.made_at, integrations: backup.integrations }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_due_an_hour_after_the_last_good_one_whenever_the_host_was_started() {
        let now = Timestamp(1_767_225_600_000);
        assert_eq!(next_copy_in(None, now), Duration::ZERO);
        assert_eq!(next_copy_in(Some(now.before(Duration::from_secs(600))), now), Duration::from_secs(3_000));
        assert_eq!(next_copy_in(Some(now.before(BACKUP_PERIOD * 20)), now), Duration::ZERO);
        assert_eq!(next_copy_in(Some(now.after(BACKUP_PERIOD)), now), BACKUP_PERIOD);
    }
}
