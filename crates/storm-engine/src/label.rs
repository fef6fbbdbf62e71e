//! The user's labels on integrations.

use storm_domain::{Failure, IntegrationId, tidy_labels};

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
}
