//! Whether the activity log is as it was written. It is gone through after each opening, beside everything else, and whenever
//! somebody asks.

use std::sync::Arc;

use storm_domain::Failure;
use storm_engine::failure_of_vault;
use storm_engine::view::LogCheckView;
use storm_store::ChainVerdict;

use crate::host::{Host, Standing};
use crate::open_vault::OpenVault;

impl Host {
    /// What is known of the log's chain.
    ///
    /// # Errors
    /// When the vault is not open.
    pub fn log_check(&self) -> Result<LogCheckView, Failure> {
        Ok(self.opened_vault()?.care.log_check())
    }

    /// Goes through the whole log anew.
    ///
    /// # Errors
    /// When the vault is not open, or cannot be read.
    pub async fn check_log(&self) -> Result<LogCheckView, Failure> {
        let vault = self.opened_vault()?;
        vault.care.check_log().await.map_err(failure_of_vault)?;
        Ok(vault.care.log_check())
    }

    pub(crate) async fn verify_log(&self) -> Result<ChainVerdict, Failure> {
        self.opened_vault()?.care.check_log().await.map_err(failure_of_vault)
    }

    pub(crate) fn opened_vault(&self) -> Result<Arc<OpenVault>, Failure> {
        let engine = self.engine();
        match &*self.standing.borrow() {
            Standing::Open(vault) => Ok(Arc::clone(vault)),
            _ => Err(engine.err().unwrap_or_else(|| crate::closed::Closed::HostEnded.failure(""))),
        }
    }
}
