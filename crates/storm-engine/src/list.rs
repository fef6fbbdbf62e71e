//! The window's own business: the user's labels on integrations, and how the window is used.

use storm_domain::{Failure, IntegrationId, WindowSettings, tidy_labels};

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

    /// How the window is used.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn window_settings(&self) -> Result<WindowSettings, Failure> {
        let kept = self.vault().window_settings().await.map_err(|error| error.to_failure())?;
        Ok(kept.unwrap_or_default())
    }

    /// Remembers how the window is used.
    ///
    /// # Errors
    /// When the vault cannot be written; what was remembered before still is.
    pub async fn set_window_settings(&self, settings: WindowSettings) -> Result<(), Failure> {
        self.vault().put_window_settings(&settings).await.map_err(|error| error.to_failure())
    }
}
