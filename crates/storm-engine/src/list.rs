//! Parts of the list, for programs with very many integrations: what stood on top, and what there is something to say of.

use storm_domain::{Failure, Integration, IntegrationId, VaultError};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::replacement::may_be_reminded_of;
use crate::view::{IntegrationView, OutstandingView, StatusView};

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

    /// Integrations whose status is any other than connected, and how many there are in all. Reads through the vault without
    /// holding those that are well.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn outstanding(&self) -> Result<OutstandingView, Failure> {
        let mut seen = OutstandingView::default();
        let mut rows = Vec::new();
        let mut look = |row: Integration| {
            if row.trashed_at.is_some() {
                return;
            }
            seen.count += 1;
            if !seen.connector_ids.contains(&row.connector_id) {
                seen.connector_ids.insert(row.connector_id.clone());
            }
            if may_be_reminded_of(&row) || self.status_of(&row) != StatusView::Connected {
                rows.push(row);
            }
        };
        self.vault().each_integration(&mut look).await.map_err(|error| error.to_failure())?;
        seen.rows = self.listed(&rows).await?;
        seen.rows.retain(|view| view.status != StatusView::Connected);
        Ok(seen)
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
