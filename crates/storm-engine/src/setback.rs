//! What a refresh that brought nothing does to its integration.
//!
//! INVARIANT: only a refusal of the token that is stored makes a Reconnect, and what was sent is forgotten only when the row
//! says so.

use storm_domain::{
    ActivityKind, Failure, Generation, GenerationInfo, GenerationNumber, GenerationPhase, Integration, IntegrationId,
    Lease, ReconnectReason, RefreshFailure, RefreshState, TokenEvent, TokenState, VaultError,
};

use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::error::reconnect_needed;

impl Engine {
    /// What a failure does to the integration. The grant itself stays where it is in every case.
    pub(crate) async fn settle_failure(
        &self,
        integration: &Integration,
        generation: GenerationNumber,
        lease: &Lease,
        failure: RefreshFailure,
    ) -> Result<Generation, Failure> {
        if let RefreshFailure::GrantRefused(_) = &failure {
            // The refusal is a verdict on the bytes we posted. Is what we posted still what is active?
            let active = self.vault().active_generation(integration.id).await.map_err(|error| error.to_failure())?;
            if let Some(newer) = active.filter(|active| active.number != generation) {
                self.forget_answer(lease).await;
                return Ok(newer);
            }
            let interrupted = lock(&self.unfinished)
                .get(&integration.id)
                .filter(|unfinished| unfinished.generation == generation)
                .map(|unfinished| ReconnectReason::RefreshInterrupted { at: unfinished.sent_at, by: unfinished.by });
            if let Some(reason) = interrupted {
                // Remembered until it is written: on a full disk the next refusal must be explained too.
                if self.enter_reconnect(integration, TokenEvent::InterruptionProved { reason }).await {
                    lock(&self.unfinished).remove(&integration.id);
                    self.forget_answer(lease).await;
                }
                return Err(reconnect_needed(
                    "A refresh was broken off, and the service no longer takes the token we have.",
                ));
            }
        }
        if failure.ends_grant() {
            let event = TokenEvent::RefreshFailed { failure: failure.clone(), jitter: 0 };
            if self.enter_reconnect(integration, event).await {
                self.forget_answer(lease).await;
            }
        } else {
            self.postpone(integration, &failure).await;
        }
        Err(failure.to_failure())
    }

    /// Backs off after a failure that says nothing about the credential. The first in a row is logged.
    pub(crate) async fn postpone(&self, integration: &Integration, failure: &RefreshFailure) {
        let event = TokenEvent::RefreshFailed { failure: failure.clone(), jitter: self.jitter() };
        match self.step(integration.id, event).await {
            Ok(Integration {
                state: TokenState::Active { refresh: RefreshState::BackingOff { until, trouble, failures: 1 }, .. },
                ..
            }) => self.log(integration, ActivityKind::RefreshPostponed { trouble, until }).await,
            Ok(_) => {}
            Err(error) => tracing::error!(%error, integration = %integration.id, "a back-off could not be written"),
        }
    }

    /// Moves an integration to "needs its user", and logs why. False = the row could not be written.
    pub(crate) async fn enter_reconnect(&self, integration: &Integration, event: TokenEvent) -> bool {
        match self.step(integration.id, event).await {
            Ok(row) => {
                if let TokenState::NeedsReconnect { reason, .. } = &row.state {
                    self.log(&row, ActivityKind::ReconnectNeeded { reason: reason.clone() }).await;
                }
                true
            }
            Err(error) => {
                tracing::error!(%error, integration = %integration.id, "a reconnect could not be written");
                false
            }
        }
    }

    /// Makes the token that an overtaken answer brought the active one, when the service refuses the one that was stored in
    /// its place. False = there is none.
    pub(crate) async fn take_spare(&self, id: IntegrationId, refused: GenerationNumber) -> Result<bool, Failure> {
        let generations = self.vault().generations(id).await.map_err(|error| error.to_failure())?;
        let is_spare = |info: &&GenerationInfo| info.phase == GenerationPhase::Superseded && info.number > refused;
        let Some(spare) = generations.iter().find(is_spare) else { return Ok(false) };
        match self.vault().switch_generation(id, Some(refused), spare.number, self.now()).await {
            Ok(()) => Ok(true),
            Err(VaultError::Conflict) => Ok(false), // another grant came meanwhile
            Err(error) => Err(error.to_failure()),
        }
    }
}
