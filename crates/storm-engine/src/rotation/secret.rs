//! Rotating the client secret of an app registration: new beside old → tried → switched → old ended at the service → refused.
//!
//! The machine is that of keys, and so are the turns of the user; whichever integration of the registration they are taken from.
//! What differs is how a secret is tried, see `secret_trial.rs`, and that all integrations of the registration switch at once. In a
//! drill the new one is tried, ended at the service by the user, and erased; where only its use could tell, it is not used.
//! INVARIANT: a token request that is refused because of a secret that is no longer in use says nothing: it is sent again with
//! the one that is.

use std::sync::Arc;

use storm_domain::{
    AccountComparison, ActivityKind, AppRegistration, CredentialSummary, ErrorCode, Event, Failure, GenerationInfo,
    GenerationNumber, GenerationPhase, Integration, IntegrationId, ProviderWords, RefreshFailure, RegistrationId,
    RotationEvent, RotationMilestone, RotationMode, RotationStep, SecretRotation, VaultError, Verdict,
};
use storm_secret::ClientSecret;
use subtle::ConstantTimeEq as _;

use super::secret_trial::{Word, is_about_client};
use crate::engine::Engine;
use crate::error::{ToFailure as _, quoted};
use crate::registration::registration_missing;
use crate::view::{IntegrationDetailView, RotationView, TypedSecret};

impl Engine {
    /// Saves a new client secret beside the one in use, tries it, and switches every integration of the app registration to it
    /// once the service takes it. In a drill none is switched: the new one is tried and discarded.
    ///
    /// # Errors
    /// When the secret cannot be used, is the one in use, or a rotation is under way.
    pub async fn begin_secret_rotation(
        self: &Arc<Self>,
        id: IntegrationId,
        secret: TypedSecret,
        drill: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let registration = self.registration_of(&self.live(id).await?).await?;
        // EXPOSE: from the window into the secret type.
        let new = self.checked_secret(secret.expose())?;
        let in_use = self.vault().registration_secret(registration.id).await.map_err(|error| error.to_failure())?;
        if is_same_secret(in_use.as_ref(), Some(&new)) {
            return Err(Failure::new(
                ErrorCode::KeyNotUsable,
                "This is the one in use already. Make a new one at the service, and bring that.",
                None,
            ));
        }
        let mode = if drill { RotationMode::Drill } else { RotationMode::Guided };
        let rotation = match self.vault().begin_secret_rotation(registration.id, &new, mode, self.now()).await {
            Err(VaultError::Conflict) => return Err(secret_is_rotating()),
            Err(VaultError::NotFound) => {
                let message = "This app registration has no client secret to replace.";
                return Err(Failure::new(ErrorCode::RotationNotPossible, message, None));
            }
            begun => begun.map_err(|error| error.to_failure())?,
        };
        self.secret_milestone(registration.id, RotationMilestone::Staged).await?;
        self.try_new_secret(rotation).await?;
        self.integration(id).await
    }

    pub(super) async fn retry_secret_rotation(self: &Arc<Self>, integration: &Integration) -> Result<(), Failure> {
        let rotation = self.secret_rotation_of(integration).await?;
        match rotation.step {
            RotationStep::Staged { .. } | RotationStep::Verified { .. } => self.try_new_secret(rotation).await,
            RotationStep::Revoking { ordered: false, .. } | RotationStep::Discarding { ordered: false, .. } => {
                self.open_apps_page(integration).await
            }
            RotationStep::Revoking { ordered: true, .. } | RotationStep::Discarding { ordered: true, .. } => {
                self.prove_secret_now(rotation.subject);
                Ok(())
            }
            _ => Err(storm_domain::RotationRefused.to_failure()),
        }
    }

    pub(super) async fn switch_secret_rotation(&self, integration: &Integration) -> Result<(), Failure> {
        let rotation = self.secret_rotation_of(integration).await?;
        self.switch_secret(rotation).await
    }

    /// A secret is ended by hand, at the service.
    pub(super) async fn revoke_old_secret(&self, integration: &Integration) -> Result<(), Failure> {
        let rotation = self.secret_rotation_of(integration).await?;
        match rotation.step {
            RotationStep::Switched => drop(self.advance_secret(&rotation, RotationEvent::Revoke).await?),
            RotationStep::Revoking { .. } => {}
            _ => return Err(storm_domain::RotationRefused.to_failure()),
        }
        self.open_apps_page(integration).await
    }

    async fn open_apps_page(&self, integration: &Integration) -> Result<(), Failure> {
        match self.revoke_mode(integration)?.1 {
            Some(page) => self.open_page(page).await,
            None => Ok(()), // only the user knows where it is
        }
    }

    pub(super) async fn confirm_old_secret_revoked(self: &Arc<Self>, integration: &Integration) -> Result<(), Failure> {
        let rotation = self.secret_rotation_of(integration).await?;
        let rotation = self.advance_secret(&rotation, RotationEvent::RevokeOrdered).await?;
        if rotation.in_use() == rotation.new {
            self.secret_milestone(rotation.subject, RotationMilestone::Revoked).await?;
        }
        self.prove_secret_now(rotation.subject);
        Ok(())
    }

    pub(super) async fn undo_secret_rotation(&self, integration: &Integration) -> Result<(), Failure> {
        let rotation = self.secret_rotation_of(integration).await?;
        if rotation.mode == RotationMode::Drill {
            return self.give_drill_up(integration, rotation).await;
        }
        self.advance_secret(&rotation, RotationEvent::Undo).await?;
        self.after_secret_switch(rotation.subject).await?;
        self.secret_milestone(rotation.subject, RotationMilestone::Undone).await
    }

    /// The new one is to be ended at the service; once more, and it is left there as it is.
    async fn give_drill_up(&self, integration: &Integration, mut rotation: SecretRotation) -> Result<(), Failure> {
        const TRIES: usize = 8;
        if !matches!(rotation.step, RotationStep::Discarding { .. }) {
            self.advance_secret(&rotation, RotationEvent::Discard).await?;
            return self.open_apps_page(integration).await;
        }
        // It is tried meanwhile.
        for tries_left in (0..TRIES).rev() {
            match self.advance_secret(&rotation, RotationEvent::Undo).await {
                Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) if tries_left > 0 => {
                    rotation = self.secret_rotation_of(integration).await?;
                }
                advanced => {
                    advanced?;
                    break;
                }
            }
        }
        self.secret_milestone(rotation.subject, RotationMilestone::Rehearsed).await
    }

    /// Takes a rotation up again that an earlier run left behind.
    pub(crate) async fn resume_secret_rotation(self: &Arc<Self>, rotation: SecretRotation) -> Result<(), Failure> {
        match rotation.step {
            RotationStep::Staged { .. } => self.try_new_secret(rotation).await,
            RotationStep::Verified { .. } => self.after_secret_verified(rotation).await,
            RotationStep::Revoking { ordered: true, .. } | RotationStep::Discarding { ordered: true, .. } => {
                self.prove_secret_now(rotation.subject);
                Ok(())
            }
            RotationStep::ProvedDead => self.advance_secret(&rotation, RotationEvent::Clear).await.map(drop),
            // It is the user's turn, or over.
            RotationStep::Switched
            | RotationStep::Revoking { ordered: false, .. }
            | RotationStep::Discarding { ordered: false, .. }
            | RotationStep::Done
            | RotationStep::Undone
            | RotationStep::Rehearsed
            | RotationStep::Untold
            // A service makes no client secrets by itself.
            | RotationStep::Minting { .. }
            | RotationStep::Deactivating { .. } => Ok(()),
        }
    }

    async fn try_new_secret(&self, rotation: SecretRotation) -> Result<(), Failure> {
        let verdict = match self.word_on_spare_secret(rotation.subject).await? {
            Word::Believed => Verdict::Works { account: None },
            Word::Refused(words) => Verdict::Refused { reason: quoted(&words) },
            Word::Untold if rotation.mode == RotationMode::Drill => {
                self.advance_secret(&rotation, RotationEvent::Unprovable).await?;
                return self.secret_milestone(rotation.subject, RotationMilestone::Untold).await;
            }
            Word::Untold => Verdict::CouldNotReach {
                reason: "The service takes no position on a client secret before a token is refreshed. The next refresh tries \
                         the new one, and goes on with the old one if it is refused."
                    .to_owned(),
            },
            Word::Unreached(reason) => Verdict::CouldNotReach { reason },
        };
        self.new_secret_tried(rotation, verdict).await
    }

    async fn new_secret_tried(&self, rotation: SecretRotation, verdict: Verdict) -> Result<(), Failure> {
        let tried = RotationEvent::NewTried { verdict, comparison: AccountComparison::Same };
        let rotation = self.advance_secret(&rotation, tried).await?;
        if let RotationStep::Verified { .. } = rotation.step {
            self.secret_milestone(rotation.subject, RotationMilestone::Verified).await?;
            self.after_secret_verified(rotation).await?;
        }
        Ok(())
    }

    /// Goes on with the switch, and with the end of a drill.
    async fn after_secret_verified(&self, rotation: SecretRotation) -> Result<(), Failure> {
        if rotation.mode != RotationMode::Drill {
            return self.switch_secret(rotation).await;
        }
        self.advance_secret(&rotation, RotationEvent::Discard).await?;
        match self.sharers_of(rotation.subject).await?.first() {
            Some(integration) => self.open_apps_page(integration).await,
            None => Ok(()),
        }
    }

    async fn switch_secret(&self, rotation: SecretRotation) -> Result<(), Failure> {
        self.advance_secret(&rotation, RotationEvent::Switch { despite_difference: false }).await?;
        self.after_secret_switch(rotation.subject).await?;
        self.secret_milestone(rotation.subject, RotationMilestone::Switched).await
    }

    /// Tokens that the other secret brought may end with it, and whoever waits because of it need not wait.
    async fn after_secret_switch(&self, id: RegistrationId) -> Result<(), Failure> {
        for row in self.sharers_of(id).await? {
            self.exchanged.forget(row.id);
        }
        self.wake_those_waiting_for(id).await
    }

    /// Tries the one that is not in use until the service refuses it, with growing pauses: the old one, or a drill's new one.
    pub(super) async fn prove_secret_until_refused(&self, id: RegistrationId) -> Result<(), Failure> {
        let mut pause = super::ending::FIRST_PAUSE;
        loop {
            let rotation = self.secret_rotation_under_way(id).await?;
            let is_discarded = rotation.in_use() == rotation.old;
            let tried = |verdict| {
                if is_discarded {
                    RotationEvent::NewTried { verdict, comparison: AccountComparison::Same }
                } else {
                    RotationEvent::OldTried { verdict }
                }
            };
            let event = match self.word_on_spare_secret(id).await? {
                Word::Believed => tried(Verdict::Works { account: None }),
                Word::Refused(words) => tried(Verdict::Refused { reason: quoted(&words) }),
                Word::Untold => RotationEvent::Unprovable,
                Word::Unreached(reason) => tried(Verdict::CouldNotReach { reason }),
            };
            let rotation = match self.advance_secret(&rotation, event).await {
                // Its user was faster. What they want stands in the rotation.
                Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) => {
                    match self.vault().secret_rotation(id).await.map_err(|error| error.to_failure())? {
                        Some(rotation) if !rotation.is_over() => continue,
                        _ => return Ok(()),
                    }
                }
                advanced => advanced?,
            };
            match rotation.step {
                RotationStep::Rehearsed => return self.secret_milestone(id, RotationMilestone::Rehearsed).await,
                RotationStep::ProvedDead => {
                    self.secret_milestone(id, RotationMilestone::ProvedDead).await?;
                    return self.advance_secret(&rotation, RotationEvent::Clear).await.map(drop);
                }
                RotationStep::Done => return Ok(()),
                _ => {}
            }
            if !self.paused(pause).await {
                return Ok(());
            }
            pause = (pause * 2).min(super::ending::LONGEST_PAUSE);
        }
    }

    /// A real refresh was answered with the secret that nothing else could try. A failure here leaves the refresh as it is.
    pub(crate) async fn untold_secret_accepted(&self, integration: &Integration) {
        if let Err(failure) = self.untold_secret_told(integration, Verdict::Works { account: None }).await {
            tracing::warn!(integration = %integration.id, code = ?failure.code, "a client secret that works was not switched to yet");
        }
    }

    /// A real refresh with that secret was refused, so it is not tried again by itself.
    pub(crate) async fn untold_secret_refused(
        &self,
        integration: &Integration,
        words: &ProviderWords,
    ) -> Result<(), Failure> {
        self.untold_secret_told(integration, Verdict::Refused { reason: quoted(words) }).await
    }

    async fn untold_secret_told(&self, integration: &Integration, verdict: Verdict) -> Result<(), Failure> {
        match self.secret_rotation_of(integration).await {
            Ok(rotation) if rotation.is_told_by_refresh() => self.new_secret_tried(rotation, verdict).await,
            // Another refresh was told the same, or the user has undone it.
            Ok(_) | Err(Failure { code: ErrorCode::RotationNotPossible, .. }) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// Whether an integration's refreshes present a secret that may be refused.
    pub(crate) async fn awaits_word_on_secret(&self, integration: &Integration) -> bool {
        self.secret_rotation_of(integration).await.is_ok_and(|rotation| rotation.is_told_by_refresh())
    }

    /// Whether another secret is in use than the one that a token request was refused with: it was switched meanwhile, or it is
    /// given up for the old one now, which still works.
    pub(crate) async fn has_other_secret(
        &self,
        integration: &Integration,
        presented: Option<&ClientSecret>,
        words: &ProviderWords,
    ) -> Result<bool, Failure> {
        let in_use = self.secret_in_use(integration).await.map_err(|error| error.to_failure())?;
        if !is_same_secret(in_use.as_ref(), presented) {
            return Ok(true);
        }
        let rotation = match self.secret_rotation_of(integration).await {
            Ok(rotation) if rotation.step == RotationStep::Switched && is_about_client(words) => rotation,
            Ok(_) | Err(Failure { code: ErrorCode::RotationNotPossible | ErrorCode::NotFound, .. }) => {
                return Ok(false);
            }
            Err(failure) => return Err(failure),
        };
        let verdict = Verdict::Refused { reason: quoted(words) };
        let refused = RotationEvent::NewTried { verdict, comparison: AccountComparison::Same };
        match self.advance_secret(&rotation, refused).await {
            Ok(_) => {}
            Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) => return Ok(true),
            Err(failure) => return Err(failure),
        }
        self.secret_milestone(rotation.subject, RotationMilestone::WentBack).await?;
        self.after_secret_switch(rotation.subject).await?;
        Ok(true)
    }

    /// What the app registration of an integration proves itself with now.
    pub(crate) async fn secret_in_use(&self, integration: &Integration) -> Result<Option<ClientSecret>, VaultError> {
        match integration.registration_id {
            Some(id) => self.vault().registration_secret(id).await,
            None => Ok(None),
        }
    }

    async fn registration_of(&self, integration: &Integration) -> Result<AppRegistration, Failure> {
        self.registration(integration.registration_id.ok_or_else(registration_missing)?).await
    }

    /// The integrations of a registration that are not in the bin.
    pub(crate) async fn sharers_of(&self, id: RegistrationId) -> Result<Vec<Integration>, Failure> {
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        Ok(rows.into_iter().filter(|row| row.registration_id == Some(id) && row.trashed_at.is_none()).collect())
    }

    async fn secret_rotation_of(&self, integration: &Integration) -> Result<SecretRotation, Failure> {
        self.secret_rotation_under_way(integration.registration_id.ok_or_else(registration_missing)?).await
    }

    async fn secret_rotation_under_way(&self, id: RegistrationId) -> Result<SecretRotation, Failure> {
        let rotation = self.vault().secret_rotation(id).await.map_err(|error| error.to_failure())?;
        rotation.filter(|rotation| !rotation.is_over()).ok_or_else(super::no_rotation)
    }

    async fn advance_secret(&self, rotation: &SecretRotation, event: RotationEvent) -> Result<SecretRotation, Failure> {
        let next = rotation.step(event, self.now()).map_err(|error| error.to_failure())?;
        let written = self.vault().update_secret_rotation(next).await.map_err(|error| error.to_failure())?;
        self.publish_secret_rotation(rotation.subject).await?;
        Ok(written)
    }

    pub(super) async fn publish_secret_rotation(&self, id: RegistrationId) -> Result<(), Failure> {
        for row in self.sharers_of(id).await? {
            self.parts.events.publish(Event::RotationChanged { id: row.id });
        }
        Ok(())
    }

    /// It is in the log of every integration that it concerns.
    async fn secret_milestone(&self, id: RegistrationId, step: RotationMilestone) -> Result<(), Failure> {
        for row in self.sharers_of(id).await? {
            self.log(&row, ActivityKind::SecretRotated { step }).await;
        }
        Ok(())
    }

    pub(crate) async fn secret_rotation_view(
        &self,
        row: &Integration,
        registration: &AppRegistration,
        rotation: &SecretRotation,
    ) -> Result<RotationView, Failure> {
        let in_use = self.vault().registration_secret(registration.id).await.map_err(|error| error.to_failure())?;
        let spare = self.vault().spare_secret(registration.id).await.map_err(|error| error.to_failure())?;
        let info = |number: GenerationNumber, created_at| {
            let (phase, secret) = match (number == rotation.in_use(), &spare) {
                (true, _) => (GenerationPhase::Active, in_use.as_ref()),
                (false, None) => (GenerationPhase::Retired, None),
                (false, spare) if number == rotation.new => (GenerationPhase::Staged, spare.as_ref()),
                (false, spare) => (GenerationPhase::Superseded, spare.as_ref()),
            };
            let changed_at = rotation.switched_at.unwrap_or(created_at);
            let summary = CredentialSummary::of_client_secret(secret);
            GenerationInfo { number, phase, summary, created_at, changed_at }
        };
        Ok(RotationView {
            step: rotation.step.clone(),
            old: info(rotation.old, registration.created_at),
            new: Some(info(rotation.new, rotation.begun_at)),
            mode: rotation.mode,
            is_minted: false,
            found: rotation.found.clone(),
            begun_at: rotation.begun_at,
            verified_at: rotation.verified_at,
            switched_at: rotation.switched_at,
            lent_until: None, // a client secret is lent to nobody
            revoke_failure: rotation.revoke_failure.clone(),
            deactivated_at: None,
            revoked_at: rotation.revoked_at,
            proved_at: rotation.proved_at,
            can_undo: rotation.can_undo(),
            revoke_mode: self.revoke_mode(row)?.0,
        })
    }
}

/// The service's words, if it refused what a token request presented.
pub(crate) fn words_of_refusal(failure: &RefreshFailure) -> Option<&ProviderWords> {
    match failure {
        RefreshFailure::GrantRefused(words)
        | RefreshFailure::InteractionRequired(words)
        | RefreshFailure::RegistrationRefused(words)
        | RefreshFailure::RequestRefused(words) => Some(words),
        _ => None,
    }
}

pub(crate) fn secret_is_rotating() -> Failure {
    let message = "The client secret is being rotated. Finish that or undo it first.";
    Failure::new(ErrorCode::RotationNotPossible, message, None)
}

pub(crate) fn is_same_secret(one: Option<&ClientSecret>, other: Option<&ClientSecret>) -> bool {
    match (one, other) {
        // EXPOSE: compared in constant time.
        (Some(one), Some(other)) => one.expose().as_bytes().ct_eq(other.expose().as_bytes()).into(),
        (one, other) => one.is_none() && other.is_none(),
    }
}
