//! The window's own business: the user's labels on integrations, and how the window is used.

use storm_domain::{Failure, IntegrationId, VaultError, WindowSettings, tidy_labels};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::IntegrationView;

/// More rows than any screen shows.
const MOST_ON_TOP: usize = 100;

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

    /// What stood on top of the list when the window was used last, as it is now. With very many integrations it is there long
    /// before [`Engine::integrations`] is.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn top_integrations(&self) -> Result<Vec<IntegrationView>, Failure> {
        let mut rows = Vec::new();
        for id in self.window_settings().await?.top {
            match self.vault().integration(id).await {
                Ok(row) => rows.push(row),
                Err(VaultError::NotFound | VaultError::Damaged) => {} // the whole list shows what is damaged
                Err(error) => return Err(error.to_failure()),
            }
        }
        self.listed(&rows).await
    }

    /// Remembers how the window is used.
    ///
    /// # Errors
    /// When the vault cannot be written; what was remembered before still is.
    pub async fn set_window_settings(&self, mut settings: WindowSettings) -> Result<(), Failure> {
        settings.top.truncate(MOST_ON_TOP);
        self.vault().put_window_settings(&settings).await.map_err(|error| error.to_failure())
    }
}
