//! The beginning of the list, for windows with very many integrations.

use storm_domain::{Failure, IntegrationId, VaultError};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::IntegrationView;

/// More rows than any screen shows.
const MOST_ON_TOP: usize = 100;

impl Engine {
    /// What stood on top of the list when the window was used last, as it is now. With very many integrations it is there long
    /// before [`Engine::integrations`] is.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn top_integrations(&self) -> Result<Vec<IntegrationView>, Failure> {
        let mut rows = Vec::new();
        for id in self.vault().list_top().await.map_err(|error| error.to_failure())? {
            match self.vault().integration(id).await {
                Ok(row) => rows.push(row),
                Err(VaultError::NotFound | VaultError::Damaged) => {} // the whole list shows what is damaged
                Err(error) => return Err(error.to_failure()),
            }
        }
        self.listed(&rows).await
    }

    /// Notes what stands on top of the list; nothing where all rows are read as soon.
    ///
    /// # Errors
    /// When the vault cannot be written; what was noted before still is.
    pub async fn note_top(&self, top: &[IntegrationId]) -> Result<(), Failure> {
        let top = top.get(..MOST_ON_TOP).unwrap_or(top);
        self.vault().put_list_top(top).await.map_err(|error| error.to_failure())
    }
}
