//! What the run before left behind: answers in landing slots, intents without an answer, half-made integrations, rotations.
//!
//! In this order: an answer that landed is used before its refresh token is sent again; an intent without an answer is tried
//! at once with the same refresh token, since many services grant a while for that; only the service's refusal then makes it
//! a Reconnect, which says when the refresh was broken off and by what.

use std::sync::Arc;

use storm_domain::{
    ActivityKind, Credential, Failure, GenerationNumber, GenerationPhase, Integration, InterruptedBy, Landed, Method,
    TokenState, VaultError,
};

use crate::authorization::empty_grant;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::refresh::{LEASE_TERM, Unfinished, successor_of};

impl Engine {
    /// Takes up what the run before left behind. Called once, before [`Engine::run_refresher`]. What needs the network goes
    /// on in the background: a service that hangs must not keep the vault from opening.
    ///
    /// # Errors
    /// When the vault cannot be read; what concerns one integration only is logged and does not stop the others.
    pub async fn recover(self: &Arc<Self>) -> Result<(), VaultError> {
        for landed in self.vault().landed().await? {
            let id = landed.integration_id;
            if let Err(failure) = self.replay(landed).await {
                tracing::warn!(integration = %id, code = ?failure.code, "a landed answer could not be used");
            }
        }
        self.note_open_intents().await?;
        for row in self.vault().integrations().await? {
            let id = row.id;
            if let Err(failure) = self.settle(row).await {
                tracing::warn!(integration = %id, code = ?failure.code, "an integration could not be settled");
            }
        }
        for rotation in self.vault().rotations().await? {
            let (engine, id) = (Arc::clone(self), rotation.integration_id);
            tokio::spawn(async move {
                if let Err(failure) = engine.resume_rotation(rotation).await {
                    tracing::warn!(integration = %id, code = ?failure.code, "a rotation could not be resumed yet");
                }
            });
        }
        self.empty_bin().await
    }

    /// Uses an answer that was made durable but not committed.
    async fn replay(&self, landed: Landed) -> Result<(), Failure> {
        let id = landed.integration_id;
        let row = self.vault().integration(id).await.map_err(|error| error.to_failure())?;
        let (service, _) = self.oauth_party(&row).await?;
        let now = self.now();
        let lease = self
            .vault()
            .acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM))
            .await
            .map_err(|error| error.to_failure())?;
        let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
        match (landed.generation, active) {
            // The active generation is the one this answer belongs to: it was not committed.
            (Some(sent), Some(active)) if active.number == sent => {
                if let Credential::OAuthGrant(old) = &active.credential {
                    let log = vec![ActivityKind::RefreshRecovered];
                    if self.take_answer(&row, &service, &lease, sent, old, &landed.answer, log).await.is_err() {
                        tracing::warn!(integration = %id, "a landed answer brought no token");
                    }
                }
            }
            // A newer generation is active: the answer was committed, only its slot was not emptied.
            (Some(_), _) => self.clear_landing(&lease).await,
            // An answer to a code. Without an integration that was connected, it is the first grant; else it is a reconnect.
            (None, active) => {
                let reading = self.parts.provider.read_token_answer(&service, &landed.answer);
                if reading.refresh_token.is_some() || reading.access.is_ok() {
                    let grant = successor_of(&empty_grant(now), reading, &service, &landed.answer);
                    self.store_recovered_code(&row, active.is_none(), grant).await?;
                }
                self.clear_intent(&lease).await;
                self.clear_landing(&lease).await;
            }
        }
        self.give_back(&lease).await;
        Ok(())
    }

    async fn store_recovered_code(
        &self,
        row: &Integration,
        is_first: bool,
        grant: storm_domain::OAuthGrant,
    ) -> Result<(), Failure> {
        let now = self.now();
        let staged = self
            .vault()
            .stage_generation(row.id, &Credential::OAuthGrant(grant), now)
            .await
            .map_err(|error| error.to_failure())?;
        if is_first {
            self.vault().switch_generation(row.id, None, staged, now).await.map_err(|error| error.to_failure())?;
        }
        Ok(()) // `settle` finishes both
    }

    /// Remembers every refresh that was sent and never answered, and sends it again at once.
    pub(crate) async fn note_open_intents(self: &Arc<Self>) -> Result<(), VaultError> {
        for intent in self.vault().open_intents().await? {
            let Some(generation) = intent.generation else { continue }; // a code is used once
            let id = intent.integration_id;
            lock(&self.unfinished).insert(
                id,
                Unfinished {
                    generation,
                    sent_at: intent.at,
                    by: InterruptedBy::Crash,
                    unsaved: None,
                    retries: intent.retries,
                },
            );
            let engine = Arc::clone(self);
            tokio::spawn(async move {
                if let Err(failure) = engine.refresh_grant(id, engine.wanted_new(id)).await {
                    tracing::info!(integration = %id, code = ?failure.code, "a broken-off refresh was tried again without success");
                }
            });
        }
        Ok(())
    }

    /// Brings a row in line with its generations.
    async fn settle(self: &Arc<Self>, row: Integration) -> Result<(), Failure> {
        if row.method != Method::OAuth {
            return self.settle_state(&row).await;
        }
        let generations = self.vault().generations(row.id).await.map_err(|error| error.to_failure())?;
        let staged = generations.iter().find(|generation| generation.phase == GenerationPhase::Staged);
        let active = generations.iter().find(|generation| generation.phase == GenerationPhase::Active);
        match (&row.state, staged, active) {
            // The program ended before a first grant came: there is nothing to keep (no half-connected rows).
            (TokenState::Authorizing, None, None) => {
                self.vault().erase_integration(row.id).await.map_err(|error| error.to_failure())
            }
            // The first grant was stored, its row was not finished.
            (TokenState::Authorizing, _, Some(active)) => {
                self.adopt(&row, active.number);
                Ok(())
            }
            // A reconnect was stored, but not taken over.
            (_, Some(staged), _) => {
                self.adopt(&row, staged.number);
                Ok(())
            }
            _ => self.settle_state(&row).await,
        }
    }

    fn adopt(self: &Arc<Self>, row: &Integration, stored: GenerationNumber) {
        let (engine, row) = (Arc::clone(self), row.clone());
        tokio::spawn(async move {
            if let Err(failure) = engine.adopt_stored_grant(&row, stored).await {
                tracing::warn!(integration = %row.id, code = ?failure.code, "a stored grant could not be taken over yet");
            }
        });
    }

    async fn settle_state(&self, row: &Integration) -> Result<(), Failure> {
        self.change(row.id, |row| row.state = row.state.clone().settled())
            .await
            .map(drop)
            .map_err(|error| error.to_failure())
    }
}
