//! The list's own business: the user's labels on integrations, and how the list is shown.

use storm_domain::{Failure, IntegrationId, ListSettings, tidy_labels};

use crate::engine::Engine;
use crate::error::ToFailure as _;

impl Engine {
    /// Puts labels on an integration, in the place of those it had.
    ///
    /// # Errors
    /// Says which bound a label does not keep ([`tidy_labels`]); nothing was changed then.
    pub async fn set_labels(&self, id: IntegrationId, labels: &[String]) -> Result<(), Failure> {
        let labels = tidy_labels(labels).map_err(|error| error.to_failure())?;
        self.live(id).await?;
        self.change(id, |row| row.labels.clone_from(&labels)).await.map_err(|error| error.to_failure())?;
        Ok(())
    }

    /// How the list is shown.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn list_settings(&self) -> Result<ListSettings, Failure> {
        let kept = self.vault().list_settings().await.map_err(|error| error.to_failure())?;
        Ok(kept.unwrap_or_default())
    }

    /// Remembers how the list is shown.
    ///
    /// # Errors
    /// When the vault cannot be written; what was remembered before still is.
    pub async fn set_list_settings(&self, settings: ListSettings) -> Result<(), Failure> {
        self.vault().put_list_settings(&settings).await.map_err(|error| error.to_failure())
    }
}
