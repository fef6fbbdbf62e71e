//! Rotating a key or a key file: new beside old → verified → switched → old turned off → old proved dead. Where the new one comes
//! from the service itself, see `minting.rs`. The client secret of an app registration takes the same turns, see `secret.rs`.
//!
//! The machine is in storm-domain; here are its effects. Each step is written down before the next effect begins, and each
//! effect may be repeated, so that a crash at any point resumes where it was.

mod ending;
mod minting;
mod secret;
mod secret_trial;

use std::sync::Arc;

use storm_domain::{
    AccountComparison, Action, ActivityKind, Credential, ErrorCode, Event, Failure, HeldSecretId, Integration,
    IntegrationId, Method, Rotation, RotationEvent, RotationMilestone, RotationMode, RotationStep, TokenEvent,
    VaultError, Verdict, VerdictRecord,
};
use subtle::ConstantTimeEq as _;

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::{IntegrationDetailView, KeyInput, RevokeMode};

pub(crate) use ending::Ending;
pub(crate) use secret::{is_same_secret, secret_is_rotating, words_of_refusal};

impl Engine {
    /// Saves a new key beside the old, verifies it, and switches to it when it plainly belongs to the same account. In a drill
    /// the new one is tried, compared and discarded, and the one in use stays.
    ///
    /// # Errors
    /// When the key cannot be used, is the one in use, or a rotation is under way.
    pub async fn begin_key_rotation(
        self: &Arc<Self>,
        id: IntegrationId,
        key: KeyInput,
        drill: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        let new = Credential::ApiKey(self.key_of(&integration.connector_id, &key)?);
        let page = self.begin_rotation(&integration, new, drill).await?;
        self.release(&key);
        Ok(page)
    }

    /// The same for a key file.
    ///
    /// # Errors
    /// When the file cannot be used, holds the key in use, or a rotation is under way.
    pub async fn begin_key_file_rotation(
        self: &Arc<Self>,
        id: IntegrationId,
        file: HeldSecretId,
        drill: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        let new = Credential::ServiceAccountKey(self.held_key(&integration, file)?);
        let page = self.begin_rotation(&integration, new, drill).await?;
        self.held.release(file);
        Ok(page)
    }

    async fn begin_rotation(
        self: &Arc<Self>,
        integration: &Integration,
        new: Credential,
        drill: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let id = integration.id;
        let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
        let Some(active) = active else {
            return Err(Failure::new(ErrorCode::RotationNotPossible, "There is no credential to replace yet.", None));
        };
        refuse_another_method(integration, &new)?;
        if is_same(&active.credential, &new) {
            return Err(Failure::new(
                ErrorCode::KeyNotUsable,
                "This is the one in use already. Make a new one at the service, and bring that.",
                Some(Action::ReplaceCredential),
            ));
        }
        self.clear_over(id).await?;
        let mode = if drill { RotationMode::Drill } else { RotationMode::Guided };
        let rotation = match self.vault().begin_rotation(id, &new, mode, self.now()).await {
            Err(VaultError::Conflict) => return Err(under_way()),
            begun => begun.map_err(|error| error.to_failure())?,
        };
        self.milestone(integration, RotationMilestone::Staged).await;
        self.try_new(integration, rotation).await?;
        self.integration(id).await
    }

    /// Removes what is left of a rotation that is over.
    async fn clear_over(&self, id: IntegrationId) -> Result<(), Failure> {
        let rotation = self.vault().rotation(id).await.map_err(|error| error.to_failure())?;
        if rotation.is_some_and(|rotation| rotation.is_over()) {
            self.vault().finish_rotation(id, self.now()).await.map_err(|error| error.to_failure())?;
        }
        Ok(())
    }

    /// Tries the present step again: having a new one made, verifying it, or turning the old one off.
    ///
    /// # Errors
    /// When nothing waits for another try.
    pub async fn retry_rotation(self: &Arc<Self>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        if integration.method == Method::OAuth {
            self.retry_secret_rotation(&integration).await?;
            return self.integration(id).await;
        }
        let rotation = self.rotation_under_way(id).await?;
        match rotation.step {
            RotationStep::Minting { .. } => self.mint_again(&integration).await?,
            RotationStep::Staged { .. } | RotationStep::Verified { .. } => self.try_new(&integration, rotation).await?,
            RotationStep::Deactivating { ordered: false, .. }
            | RotationStep::Revoking { ordered: false, .. }
            | RotationStep::Discarding { ordered: false, .. } => self.order_end(&integration, rotation).await?,
            RotationStep::Deactivating { .. } | RotationStep::Revoking { .. } | RotationStep::Discarding { .. } => {
                self.prove_now(id);
            }
            _ => return Err(storm_domain::RotationRefused.to_failure()),
        }
        self.integration(id).await
    }

    /// Switches to a verified credential whose account or permissions differ, or are not known.
    ///
    /// # Errors
    /// When the new one is not verified, or the user has not agreed to another account.
    pub async fn switch_rotation(
        self: &Arc<Self>,
        id: IntegrationId,
        despite_difference: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        if integration.method == Method::OAuth {
            self.switch_secret_rotation(&integration).await?;
            return self.integration(id).await;
        }
        let rotation = self.rotation_under_way(id).await?;
        if let (RotationStep::Verified { comparison: AccountComparison::Different { old, new }, .. }, false) =
            (&rotation.step, despite_difference)
        {
            return Err(Failure::new(
                ErrorCode::DifferentAccount,
                format!(
                    "The new one belongs to {new}, the old one to {old}. Agree to the change, or bring another one."
                ),
                None,
            ));
        }
        self.switch(&integration, rotation, despite_difference).await?;
        self.integration(id).await
    }

    /// Turns the old one off: by API where the service has one, else its page is opened and the user says when it is done.
    /// From here there is no way back, except where the service can switch it off first; then this, once more, ends it at once.
    ///
    /// # Errors
    /// When it was not switched yet, or the service does not confirm; then it can be tried again.
    pub async fn revoke_old_key(self: &Arc<Self>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        if integration.method == Method::OAuth {
            self.revoke_old_secret(&integration).await?;
            return self.integration(id).await;
        }
        self.turn_off(&integration).await?;
        self.integration(id).await
    }

    /// The user turned the old one off at the service; it is tried until the service refuses it.
    ///
    /// # Errors
    /// When nothing waits for this.
    pub async fn confirm_old_key_revoked(
        self: &Arc<Self>,
        id: IntegrationId,
    ) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        if integration.method == Method::OAuth {
            self.confirm_old_secret_revoked(&integration).await?;
            return self.integration(id).await;
        }
        let rotation = self.rotation_under_way(id).await?;
        let rotation = self.advance(&rotation, RotationEvent::RevokeOrdered).await?;
        if rotation.in_use() == rotation.new {
            self.milestone(&integration, RotationMilestone::Revoked).await;
        }
        self.prove_now(id);
        self.integration(id).await
    }

    /// Goes back to the old one, which is in use again at once. The new one is erased here; one that the service made for this, or
    /// that was to be discarded, is ended at the service first. Once more, and it is left there as it is.
    ///
    /// # Errors
    /// When the old one was turned off already, or does not work again yet.
    pub async fn undo_rotation(self: &Arc<Self>, id: IntegrationId) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        if integration.method == Method::OAuth {
            self.undo_secret_rotation(&integration).await?;
            return self.integration(id).await;
        }
        let rotation = self.rotation_under_way(id).await?;
        match rotation.step {
            RotationStep::Minting { .. } => self.undo_minting(&integration).await?,
            RotationStep::Discarding { .. } => {
                let rotation = self.advance_latest(id, RotationEvent::Undo).await?;
                return self.after_discard(&integration, &rotation).await;
            }
            RotationStep::Deactivating { .. } => {
                self.reactivate(&integration, &rotation).await?;
                return self.go_back(&integration, &rotation).await;
            }
            _ => return self.go_back(&integration, &rotation).await,
        }
        self.milestone(&integration, RotationMilestone::Undone).await;
        self.integration(id).await
    }

    async fn go_back(
        self: &Arc<Self>,
        integration: &Integration,
        rotation: &Rotation,
    ) -> Result<IntegrationDetailView, Failure> {
        let was_switched = rotation.in_use() == rotation.new;
        if rotation.is_to_be_discarded() {
            let rotation = self.advance_latest(integration.id, RotationEvent::Discard).await?;
            if was_switched {
                self.after_switch(integration, None).await?;
            }
            self.order_end(integration, rotation).await?;
            return self.integration(integration.id).await;
        }
        self.advance_latest(integration.id, RotationEvent::Undo).await?;
        self.clear_over(integration.id).await?;
        if was_switched {
            self.after_switch(integration, None).await?;
        }
        self.milestone(integration, RotationMilestone::Undone).await;
        self.integration(integration.id).await
    }

    /// The new one is gone, or left to itself.
    async fn after_discard(
        &self,
        integration: &Integration,
        rotation: &Rotation,
    ) -> Result<IntegrationDetailView, Failure> {
        if rotation.step == RotationStep::Rehearsed {
            self.erase(integration, rotation.new).await?;
            self.milestone(integration, RotationMilestone::Rehearsed).await;
        } else {
            self.clear_over(integration.id).await?;
            self.milestone(integration, RotationMilestone::Undone).await;
        }
        self.integration(integration.id).await
    }

    /// Takes a rotation up again that an earlier run left behind.
    pub(crate) async fn resume_rotation(self: &Arc<Self>, rotation: Rotation) -> Result<(), Failure> {
        let integration = self.live(rotation.subject).await?;
        match rotation.step {
            RotationStep::Minting { .. } => self.mint_again(&integration).await,
            RotationStep::Staged { .. } => self.try_new(&integration, rotation).await,
            RotationStep::Verified { .. } => self.after_verified(&integration, rotation).await,
            RotationStep::Switched => self.after_switched(&integration, rotation).await,
            RotationStep::Deactivating { ordered: true, .. }
            | RotationStep::Revoking { ordered: true, .. }
            | RotationStep::Discarding { ordered: true, .. } => {
                self.prove_now(integration.id);
                Ok(())
            }
            RotationStep::Deactivating { .. } | RotationStep::Revoking { .. } | RotationStep::Discarding { .. } => {
                match self.revoke_mode(&integration)? {
                    (RevokeMode::ByApi | RevokeMode::AtItsEnd, _) => self.order_end(&integration, rotation).await,
                    (RevokeMode::ByPage, _) => Ok(()), // it is the user's turn
                }
            }
            RotationStep::ProvedDead => self.clear(&integration, &rotation).await,
            RotationStep::Done | RotationStep::Undone | RotationStep::Rehearsed | RotationStep::Untold => {
                self.clear_over(integration.id).await
            }
        }
    }

    async fn try_new(self: &Arc<Self>, integration: &Integration, rotation: Rotation) -> Result<(), Failure> {
        let new = self.vault().generation(integration.id, rotation.new).await.map_err(|error| error.to_failure())?;
        let verdict = self.verdict_on(integration, &new.credential).await?;
        let comparison = AccountComparison::of(integration.account.as_ref(), verdict.account());
        let rotation = self.advance(&rotation, RotationEvent::NewTried { verdict, comparison }).await?;
        match rotation.step {
            RotationStep::Verified { .. } => {
                self.milestone(integration, RotationMilestone::Verified).await;
                self.after_verified(integration, rotation).await
            }
            // A service may need a while until it knows what it just made.
            RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) } if rotation.minted.is_some() => {
                self.try_behind(integration.id);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Goes on where old and new are plainly alike, and with the end of a drill; else it is the user's turn.
    async fn after_verified(self: &Arc<Self>, integration: &Integration, rotation: Rotation) -> Result<(), Failure> {
        if rotation.mode == RotationMode::Drill {
            let rotation = self.advance(&rotation, RotationEvent::Discard).await?;
            return self.order_end(integration, rotation).await;
        }
        match &rotation.step {
            RotationStep::Verified { comparison: AccountComparison::Same, missing: None } => {
                self.switch(integration, rotation, false).await
            }
            _ => Ok(()),
        }
    }

    /// Turns the old one off by itself, where that was asked for and old and new are alike.
    async fn after_switched(self: &Arc<Self>, integration: &Integration, rotation: Rotation) -> Result<(), Failure> {
        let are_alike = rotation
            .found
            .as_ref()
            .is_some_and(|found| found.comparison == AccountComparison::Same && found.missing.is_none());
        if rotation.mode == RotationMode::Automatic && are_alike {
            self.begin_end(integration, &rotation).await?;
            self.prove_now(integration.id);
        }
        Ok(())
    }

    async fn switch(
        self: &Arc<Self>,
        integration: &Integration,
        rotation: Rotation,
        despite_difference: bool,
    ) -> Result<(), Failure> {
        let missing = match &rotation.step {
            RotationStep::Verified { missing, .. } => missing.clone(),
            _ => None,
        };
        // Whose the new one is, now that consumers get it; asked before the switch so that the row is never without.
        let new = self.vault().generation(integration.id, rotation.new).await.map_err(|error| error.to_failure())?;
        let account = if despite_difference {
            self.verdict_on(integration, &new.credential).await?.account().cloned()
        } else {
            integration.account.clone()
        };
        let rotation = self.advance(&rotation, RotationEvent::Switch { despite_difference }).await?;
        let verdict = match missing {
            Some(missing) => Verdict::WorksWithout { account, missing },
            None => Verdict::Works { account },
        };
        self.after_switch(integration, Some(verdict)).await?;
        self.milestone(integration, RotationMilestone::Switched).await;
        self.after_switched(integration, rotation).await
    }

    /// Tells the row that another generation is in use.
    async fn after_switch(&self, integration: &Integration, verdict: Option<Verdict>) -> Result<(), Failure> {
        self.exchanged.forget(integration.id);
        let now = self.now();
        let event = TokenEvent::CredentialSaved { expires_at: None, refreshable: !self.is_lasting(integration) };
        self.change(integration.id, |row| {
            row.state = row.state.clone().step(event.clone(), now);
            if let Some(verdict) = &verdict {
                row.last_verdict = Some(VerdictRecord { verdict: verdict.clone(), at: now });
                row.account = verdict.account().cloned().or_else(|| row.account.clone());
            }
        })
        .await
        .map_err(|error| error.to_failure())?;
        self.learn_end(integration).await;
        Ok(())
    }

    async fn advance(&self, rotation: &Rotation, event: RotationEvent) -> Result<Rotation, Failure> {
        let now = self.now();
        let next = rotation.step(event, now).map_err(|error| error.to_failure())?;
        let written = self.vault().update_rotation(next, now).await.map_err(|error| error.to_failure())?;
        self.parts.events.publish(Event::RotationChanged { id: rotation.subject });
        Ok(written)
    }

    /// The same on whatever stands there now, for what is right at any of its revisions.
    async fn advance_latest(&self, id: IntegrationId, event: RotationEvent) -> Result<Rotation, Failure> {
        const TRIES: usize = 8;
        for _ in 1..TRIES {
            let rotation = self.rotation_under_way(id).await?;
            match self.advance(&rotation, event.clone()).await {
                Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) => {}
                advanced => return advanced,
            }
        }
        self.advance(&self.rotation_under_way(id).await?, event).await
    }

    async fn rotation_under_way(&self, id: IntegrationId) -> Result<Rotation, Failure> {
        let rotation = self.vault().rotation(id).await.map_err(|error| error.to_failure())?;
        rotation.filter(|rotation| !rotation.is_over()).ok_or_else(no_rotation)
    }

    async fn milestone(&self, integration: &Integration, step: RotationMilestone) {
        self.log(integration, ActivityKind::Rotated { step }).await;
        self.parts.events.publish(Event::RotationChanged { id: integration.id });
    }
}

fn under_way() -> Failure {
    let message = "A rotation is under way already. Finish it or undo it first.";
    Failure::new(ErrorCode::RotationNotPossible, message, None)
}

fn no_rotation() -> Failure {
    Failure::new(ErrorCode::RotationNotPossible, "No rotation is under way. Look at the page again.", None)
}

fn refuse_another_method(integration: &Integration, new: &Credential) -> Result<(), Failure> {
    let fits = matches!(
        (integration.method, new),
        (Method::ApiKey, Credential::ApiKey(_)) | (Method::ServiceAccount, Credential::ServiceAccountKey(_))
    );
    if fits {
        return Ok(());
    }
    Err(Failure::new(ErrorCode::NotSupported, "This kind of credential does not fit this integration.", None))
}

/// Whether two credentials are one at the service.
pub(crate) fn is_same(one: &Credential, other: &Credential) -> bool {
    match (one, other) {
        (Credential::ApiKey(one), Credential::ApiKey(other)) => {
            // EXPOSE: compared in constant time.
            one.id == other.id && is_same_text(one.key.expose(), other.key.expose())
        }
        (Credential::ServiceAccountKey(one), Credential::ServiceAccountKey(other)) => {
            // EXPOSE: compared in constant time.
            one.is_same(other) || is_same_text(one.private_key.expose(), other.private_key.expose())
        }
        (Credential::OAuthGrant(one), Credential::OAuthGrant(other)) => {
            match (&one.refresh_token, &other.refresh_token) {
                // EXPOSE: compared in constant time.
                (Some(one), Some(other)) => is_same_text(one.expose(), other.expose()),
                _ => match (&one.access_token, &other.access_token) {
                    // EXPOSE: compared in constant time.
                    (Some(one), Some(other)) => is_same_text(one.expose(), other.expose()),
                    _ => false,
                },
            }
        }
        _ => false,
    }
}

fn is_same_text(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}
