//! A record of the vault that does not open: only its integration is affected, and it says so and how to mend it.
//!
//! INVARIANT: nothing is deleted because it does not open; a new credential is put beside it.

use storm_domain::{GenerationNumber, GenerationPhase, IntegrationId, TokenEvent, VaultError};

use crate::engine::Engine;

impl Engine {
    /// Shows integrations whose record was found damaged as in need of their user.
    pub async fn mark_damaged(&self, ids: &[IntegrationId]) {
        for id in ids {
            match self.vault().integration(*id).await {
                Ok(row) => drop(self.enter_reconnect(&row, TokenEvent::RecordDamaged).await),
                Err(error) => tracing::error!(%error, integration = %id, "a damaged record could not be marked"),
            }
        }
    }

    /// Which generation is in use; also when its secret does not open.
    pub(crate) async fn active_number(&self, id: IntegrationId) -> Result<Option<GenerationNumber>, VaultError> {
        let generations = self.vault().generations(id).await?;
        let active = generations.iter().find(|generation| generation.phase == GenerationPhase::Active);
        Ok(active.map(|generation| generation.number))
    }
}
