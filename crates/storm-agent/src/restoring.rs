//! Putting a copy back in place of a damaged or missing database, and going on afterwards.
//!
//! INVARIANT: a copy is put back only where the database is damaged, only on the user's word, and what it replaces is kept
//! beside it.

use std::path::PathBuf;

use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::failure_of_vault;
use storm_engine::view::HostView;

use crate::care::view_of;
use crate::closed::Closed;
use crate::host::{Host, Standing};

impl Host {
    /// Puts the offered copy back, by its name, and opens the vault.
    ///
    /// # Errors
    /// When it is not the one that is offered, or cannot be put back; everything is as it was then.
    pub async fn restore_backup(&self, name: &str) -> Result<HostView, Failure> {
        let door = self.door.lock().await;
        let path = self.offered(name)?;
        let standing = self.standing.borrow().clone();
        if let Standing::Open(vault) = standing {
            self.stand(Standing::Opening);
            vault.close().await;
        }
        let restored = self.folder.restore(&path).await;
        drop(door);
        self.open_with_keyring().await;
        match restored {
            Ok(()) => {
                tracing::warn!("a backup was put back; what it replaced is kept beside it");
                Ok(self.view())
            }
            Err(error) => Err(Closed::NotOpened(error).failure(&self.keyring.backend())),
        }
    }

    /// The user knows that the vault is an older one: refreshing goes on.
    ///
    /// # Errors
    /// When the vault is closed or cannot be written.
    pub async fn acknowledge_restore(&self) -> Result<HostView, Failure> {
        let standing = self.standing.borrow().clone();
        let Standing::Open(vault) = standing else { return self.engine().map(|_| self.view()) };
        vault.care.acknowledge_restore().await.map_err(failure_of_vault)?;
        Ok(self.view())
    }

    fn offered(&self, name: &str) -> Result<PathBuf, Failure> {
        let backup = match &*self.standing.borrow() {
            Standing::Opening => None,
            Standing::Open(vault) => vault.care.offered(),
            Standing::Closed(closed) => closed.backup.clone(),
        };
        backup.filter(|backup| view_of(backup).name == name).map(|backup| backup.path).ok_or_else(|| {
            Failure::new(
                ErrorCode::ChangedMeanwhile,
                "This copy is not offered any more. Look at the present state, then try again.",
                Some(Action::Retry),
            )
        })
    }
}
