//! The end of a rotation: the old credential is turned off, and tried until the service refuses it. Where the service can switch
//! it off first, that is done and tried, and it is ended for good when the service had its time, or says that it refuses it and
//! nobody wants it back. What is discarded ends the same way, the other way round. What nobody can end is erased here, and no proof
//! is claimed.
//!
//! INVARIANT: one task for each integration does all of that, so that nothing is ordered or tried twice at a time by itself; only
//! the service's own refusal proves a death; and what other programs were lent until the switch has time to be used before
//! its end is ordered.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::{
    AccountComparison, Action, ActivityKind, Backoff, Credential, ErrorCode, Event, Failure, GenerationNumber,
    Integration, IntegrationId, KeyTask, RegistrationId, Rotation, RotationEvent, RotationMilestone, RotationRefused,
    RotationStep, Timestamp, VaultError,
};

use tokio::sync::Notify;

use super::minting::id_of;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::revocation::Unrevoked;
use crate::view::RevokeMode;

pub(super) const FIRST_PAUSE: Duration = Duration::from_secs(2);
pub(super) const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);

/// Integrations whose old credential, and app registrations whose old secret is being ended.
#[derive(Default)]
pub(crate) struct Ending {
    under_way: Mutex<HashSet<IntegrationId>>,
    /// Those whose new credential is tried again by itself.
    trying: Mutex<HashSet<IntegrationId>>,
    /// LOCK: one new key is asked for at a time, from the look at the keys there are until it is saved.
    pub(super) minting: tokio::sync::Mutex<()>,
    secrets: Mutex<HashSet<RegistrationId>>,
    /// Cuts pauses short.
    hurry: Notify,
}

impl Engine {
    /// Turns the old one off, or leads the user to where it can be done. A service that is down is asked again by itself.
    pub(super) async fn order_end(
        self: &Arc<Self>,
        integration: &Integration,
        rotation: Rotation,
    ) -> Result<(), Failure> {
        let in_use = self.hand_outs_in_use(integration, &rotation);
        match self.revoke_mode(integration)? {
            (RevokeMode::ByPage, page) => {
                // The user is led there when nobody needs the old one any more.
                if self.passed(in_use).await
                    && let Some(page) = page
                {
                    return self.open_page(page).await;
                }
                return Ok(());
            }
            (RevokeMode::AtItsEnd, _) => {
                self.end_behind(integration.id);
                return Ok(());
            }
            (RevokeMode::ByApi, _) if !in_use.is_zero() => {
                self.end_behind(integration.id);
                return Ok(());
            }
            (RevokeMode::ByApi, _) => {}
        }
        match self.order_by_api(integration, &rotation).await {
            Ok(()) => {
                self.prove_now(integration.id);
                Ok(())
            }
            Err(unrevoked) => {
                if unrevoked.is_passing() {
                    self.end_behind(integration.id);
                }
                Err(unrevoked.failure)
            }
        }
    }

    /// How long the old one must still work for those that it was lent to; nobody, where lending is off.
    fn hand_outs_in_use(&self, integration: &Integration, rotation: &Rotation) -> Duration {
        if integration.lending_allowed { rotation.hand_outs_in_use(self.now()) } else { Duration::ZERO }
    }

    /// Until when the end of the old one is put off, once it was asked for.
    pub(crate) fn lent_until(&self, integration: &Integration, rotation: &Rotation) -> Option<Timestamp> {
        let is_asked_for = matches!(
            rotation.step,
            RotationStep::Deactivating { ordered: false, .. } | RotationStep::Revoking { ordered: false, .. }
        );
        let waits = is_asked_for && rotation.revoke_failure.is_none();
        let left = if waits { self.hand_outs_in_use(integration, rotation) } else { Duration::ZERO };
        (!left.is_zero()).then(|| self.now().after(left))
    }

    /// Takes the next step to the end of the old one, which cannot be taken by itself.
    pub(super) async fn begin_end(&self, integration: &Integration, rotation: &Rotation) -> Result<Rotation, Failure> {
        match rotation.step {
            RotationStep::Switched if self.deactivates(integration, rotation).await? => {
                self.advance(rotation, RotationEvent::Deactivate).await
            }
            RotationStep::Switched | RotationStep::Deactivating { ordered: true, .. } => {
                self.advance(rotation, RotationEvent::Revoke).await
            }
            _ => Ok(rotation.clone()),
        }
    }

    /// Turns the old one off at its user's word, whatever goes on by itself meanwhile.
    pub(super) async fn turn_off(self: &Arc<Self>, integration: &Integration) -> Result<(), Failure> {
        const TRIES: usize = 8;
        let mut rotation = self.rotation_under_way(integration.id).await?;
        let mut was_deactivated = false;
        for tries_left in (0..TRIES).rev() {
            was_deactivated = matches!(rotation.step, RotationStep::Deactivating { ordered: true, .. });
            match self.begin_end(integration, &rotation).await {
                Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) if tries_left > 0 => {
                    rotation = self.rotation_under_way(integration.id).await?;
                }
                begun => {
                    rotation = begun?;
                    break;
                }
            }
        }
        match rotation.step {
            RotationStep::Deactivating { ordered: false, .. } | RotationStep::Revoking { ordered: false, .. }
                if !was_deactivated =>
            {
                self.order_end(integration, rotation).await
            }
            // The task that tries it ends it, too.
            RotationStep::Revoking { .. } => {
                self.prove_now(integration.id);
                Ok(())
            }
            _ => Err(RotationRefused.to_failure()),
        }
    }

    /// Does at the service what the step calls for.
    async fn order_by_api(&self, integration: &Integration, rotation: &Rotation) -> Result<(), Unrevoked> {
        let (id, is_discarded) = (integration.id, rotation.in_use() == rotation.old);
        let old = self.vault().generation(id, rotation.old).await.map_err(|error| error.to_failure())?.credential;
        let new = self.vault().generation(id, rotation.new).await.map_err(|error| error.to_failure())?.credential;
        let is_deactivated = matches!(rotation.step, RotationStep::Deactivating { .. });
        let done = match (is_deactivated, is_discarded) {
            (true, _) => self.by_key_id(integration, rotation, KeyTask::Deactivate, &old, &new).await,
            (false, true) => self.end_credential(integration, rotation, &new, &old).await,
            (false, false) => self.end_credential(integration, rotation, &old, &new).await,
        };
        if let Err(unrevoked) = &done {
            let reason = unrevoked.failure.message.clone();
            self.advance(rotation, RotationEvent::RevokeFailed { reason: reason.clone() }).await?;
            self.log(integration, ActivityKind::RevokeFailed { reason }).await;
            return done;
        }
        if is_deactivated {
            self.advance(rotation, RotationEvent::Deactivated).await?;
            self.milestone(integration, RotationMilestone::Deactivated).await;
            return Ok(());
        }
        self.advance(rotation, RotationEvent::RevokeOrdered).await?;
        if !is_discarded {
            self.milestone(integration, RotationMilestone::Revoked).await;
        }
        Ok(())
    }

    /// Ends `target` for good, at the word of `using`.
    async fn end_credential(
        &self,
        integration: &Integration,
        rotation: &Rotation,
        target: &Credential,
        using: &Credential,
    ) -> Result<(), Unrevoked> {
        if self.ends_by_key_id(integration, rotation)? {
            self.by_key_id(integration, rotation, KeyTask::Delete, target, using).await
        } else {
            self.revoke_credential(integration, target, using).await
        }
    }

    /// Does something with `target`, at the word of `using`.
    async fn by_key_id(
        &self,
        integration: &Integration,
        rotation: &Rotation,
        task: KeyTask,
        target: &Credential,
        using: &Credential,
    ) -> Result<(), Unrevoked> {
        let is_new = rotation.in_use() == rotation.old;
        let minted = rotation.minted.as_ref().and_then(|ids| if is_new { ids.new.clone() } else { ids.old.clone() });
        let key_id = minted.or_else(|| id_of(target));
        Ok(self.about_keys(integration, task, key_id.as_deref(), using).await.map(drop)?)
    }

    /// Whether the service ends keys by their id: always, or those that it made by API.
    fn ends_by_key_id(&self, integration: &Integration, rotation: &Rotation) -> Result<bool, Failure> {
        let connector = self.connector(&integration.connector_id)?;
        Ok(connector.mints(integration.method)
            && (rotation.minted.is_some() || !connector.revokes_itself(integration.method)))
    }

    /// Whether the service can switch the old one off before it ends it.
    async fn deactivates(&self, integration: &Integration, rotation: &Rotation) -> Result<bool, Failure> {
        if !self.ends_by_key_id(integration, rotation)? {
            return Ok(false);
        }
        let old = self.vault().generation(integration.id, rotation.old).await.map_err(|error| error.to_failure())?;
        let key_id = rotation.minted.as_ref().and_then(|ids| ids.old.clone()).or_else(|| id_of(&old.credential));
        let connector = self.connector(&integration.connector_id)?;
        Ok(key_id.is_some() && connector.deactivates(integration.method))
    }

    /// Has the service take the old one again, and makes sure that it does.
    pub(super) async fn reactivate(&self, integration: &Integration, rotation: &Rotation) -> Result<(), Failure> {
        const TRIES: usize = 5;
        let id = integration.id;
        let old = self.vault().generation(id, rotation.old).await.map_err(|error| error.to_failure())?.credential;
        let new = self.vault().generation(id, rotation.new).await.map_err(|error| error.to_failure())?.credential;
        let done = self.by_key_id(integration, rotation, KeyTask::Reactivate, &old, &new).await;
        done.map_err(|unrevoked| unrevoked.failure)?;
        for _ in 0..TRIES {
            if self.verdict_on(integration, &old).await?.is_accepted() {
                return Ok(());
            }
            if !self.passed(FIRST_PAUSE).await {
                break;
            }
        }
        let message = "The old key was switched on again, but the service does not take it yet. The new one stays in use; try again in a moment.";
        Err(Failure::new(ErrorCode::RotationNotPossible, message, Some(Action::Retry)))
    }

    /// Tries a new credential again by itself while the service may not know it yet. Once for each integration.
    pub(super) fn try_behind(self: &Arc<Self>, id: IntegrationId) {
        if !lock(&self.ending.trying).insert(id) {
            return;
        }
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(failure) = engine.try_while_settling(id).await {
                tracing::warn!(integration = %id, code = ?failure.code, "a new credential could not be tried again");
            }
            lock(&engine.ending.trying).remove(&id);
        });
    }

    async fn try_while_settling(self: &Arc<Self>, id: IntegrationId) -> Result<(), Failure> {
        let mut pause = FIRST_PAUSE;
        loop {
            let integration = self.live(id).await?;
            let rotation = self.rotation_under_way(id).await?;
            let is_open = self.now() < rotation.begun_at.after(self.settle_time(&integration)?);
            if !is_open || !matches!(rotation.step, RotationStep::Staged { .. }) || !self.paused(pause).await {
                return Ok(());
            }
            let rotation = self.rotation_under_way(id).await?;
            if matches!(rotation.step, RotationStep::Staged { .. }) {
                self.try_new(&integration, rotation).await?;
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// How long the service may take until it knows of what it just did.
    fn settle_time(&self, integration: &Integration) -> Result<Duration, Failure> {
        let connector = self.connector(&integration.connector_id)?;
        let spec = connector.rotation(integration.method, &integration.fields);
        spec.map(|spec| spec.settle).map_err(|error| error.to_failure())
    }

    /// Tries the old one without waiting for the end of a pause.
    pub(super) fn prove_now(self: &Arc<Self>, id: IntegrationId) {
        self.end_behind(id);
        self.ending.hurry.notify_waiters();
    }

    /// Goes on with the end by itself. Once for each integration.
    fn end_behind(self: &Arc<Self>, id: IntegrationId) {
        if !lock(&self.ending.under_way).insert(id) {
            return;
        }
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(failure) = engine.end_until_refused(id).await {
                tracing::warn!(integration = %id, code = ?failure.code, "an old credential could not be proved dead yet");
            }
            lock(&engine.ending.under_way).remove(&id);
            engine.parts.events.publish(Event::RotationChanged { id });
        });
    }

    /// Asks the service to turn the old one off until it does, then tries the old one until it is refused, both with
    /// growing pauses.
    async fn end_until_refused(&self, id: IntegrationId) -> Result<(), Failure> {
        let mut failures = 1; // the order that brought us here
        let mut pause = FIRST_PAUSE;
        loop {
            match self.end_once(id, &mut failures, &mut pause).await {
                Ok(true) => {}
                Ok(false) => return Ok(()),
                // Its user was faster. What they want stands in the rotation.
                Err(Failure { code: ErrorCode::ChangedMeanwhile, .. }) => {}
                Err(failure) => return Err(failure),
            }
        }
    }

    /// Orders the end, or tries what is to be dead; whether there is more to do.
    async fn end_once(&self, id: IntegrationId, failures: &mut u32, pause: &mut Duration) -> Result<bool, Failure> {
        let integration = self.live(id).await?;
        let rotation = self.rotation_under_way(id).await?;
        if self.revoke_mode(&integration)?.0 == RevokeMode::AtItsEnd {
            return self.end_without_service(&integration, rotation).await.map(|()| false);
        }
        if let RotationStep::Deactivating { ordered: false, .. }
        | RotationStep::Revoking { ordered: false, .. }
        | RotationStep::Discarding { ordered: false, .. } = rotation.step
        {
            let goes_on = match rotation.revoke_failure {
                None => self.passed(self.hand_outs_in_use(&integration, &rotation)).await,
                Some(_) => {
                    let pause = Backoff::pause(*failures, None, self.parts.entropy.fraction());
                    *failures += 1;
                    self.paused(pause).await
                }
            };
            if !goes_on || self.revoke_mode(&integration)?.0 == RevokeMode::ByPage {
                return Ok(false);
            }
            let present = self.rotation_under_way(id).await?;
            if present.step == rotation.step
                && let Err(unrevoked) = self.order_by_api(&integration, &present).await
                && !unrevoked.is_passing()
            {
                return Err(unrevoked.failure);
            }
            return Ok(true);
        }
        let is_discarded = rotation.in_use() == rotation.old;
        let number = if is_discarded { rotation.new } else { rotation.old };
        let tried = self.vault().generation(id, number).await.map_err(|error| error.to_failure())?;
        let verdict = self.verdict_on(&integration, &tried.credential).await?;
        let event = if is_discarded {
            RotationEvent::NewTried { verdict, comparison: AccountComparison::Unknown }
        } else {
            RotationEvent::OldTried { verdict }
        };
        let rotation = self.advance(&rotation, event).await?;
        match rotation.step {
            RotationStep::ProvedDead => {
                self.milestone(&integration, RotationMilestone::ProvedDead).await;
                self.clear(&integration, &rotation).await?;
                return Ok(false);
            }
            RotationStep::Undone | RotationStep::Rehearsed => {
                self.after_discard(&integration, &rotation).await?;
                return Ok(false);
            }
            RotationStep::Deactivating { .. } => {
                let deactivated_at = rotation.deactivated_at.unwrap_or(rotation.begun_at);
                let end = deactivated_at.after(self.settle_time(&integration)?);
                let left = end.since(self.now());
                if left.is_zero() {
                    self.advance(&rotation, RotationEvent::Revoke).await?;
                    return Ok(true);
                }
                let goes_on = self.paused(left.min(*pause)).await;
                *pause = (*pause * 2).min(LONGEST_PAUSE);
                return Ok(goes_on);
            }
            _ => {}
        }
        let goes_on = self.paused(*pause).await;
        *pause = (*pause * 2).min(LONGEST_PAUSE);
        Ok(goes_on)
    }

    /// Erases what works at its service until it ends.
    async fn end_without_service(&self, integration: &Integration, rotation: Rotation) -> Result<(), Failure> {
        let rotation = match rotation.step {
            RotationStep::Revoking { ordered: false, .. } | RotationStep::Discarding { ordered: false, .. } => {
                self.advance(&rotation, RotationEvent::RevokeOrdered).await?
            }
            _ => rotation,
        };
        let rotation = self.advance(&rotation, RotationEvent::Unprovable).await?;
        match rotation.step {
            RotationStep::Done => self.erase(integration, rotation.old).await,
            _ => self.after_discard(integration, &rotation).await.map(drop),
        }
    }

    /// Tries the old secret of an app registration without waiting for the end of a pause, and goes on by itself. Once for each.
    pub(super) fn prove_secret_now(self: &Arc<Self>, id: RegistrationId) {
        if !lock(&self.ending.secrets).insert(id) {
            return self.ending.hurry.notify_waiters();
        }
        let engine = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(failure) = engine.prove_secret_until_refused(id).await {
                tracing::warn!(registration = %id, code = ?failure.code, "an old client secret could not be proved dead yet");
            }
            lock(&engine.ending.secrets).remove(&id);
            let _ = engine.publish_secret_rotation(id).await; // the page shows it when it is opened next
        });
    }

    /// Pauses, until somebody is in a hurry; whether the program still runs afterwards.
    pub(super) async fn paused(&self, pause: Duration) -> bool {
        tokio::select! {
            runs = self.passed(pause) => runs,
            () = self.ending.hurry.notified() => true,
        }
    }

    /// Lets so much time pass, whoever is in a hurry; whether the program still runs afterwards.
    async fn passed(&self, time: Duration) -> bool {
        if time.is_zero() {
            return true;
        }
        let mut stopping = self.stopping.subscribe();
        tokio::select! {
            () = self.parts.clock.sleep(time) => true,
            _ = stopping.wait_for(|stop| *stop) => false,
        }
    }

    /// Erases the dead one's secret. The rotation itself stays visible until the next begins.
    pub(super) async fn clear(&self, integration: &Integration, rotation: &Rotation) -> Result<(), Failure> {
        self.erase(integration, rotation.old).await?;
        self.advance(rotation, RotationEvent::Clear).await.map(drop)
    }

    pub(super) async fn erase(&self, integration: &Integration, number: GenerationNumber) -> Result<(), Failure> {
        match self.vault().retire_generation(integration.id, number, self.now()).await {
            Ok(()) | Err(VaultError::NotFound) => Ok(()),
            Err(error) => Err(error.to_failure()),
        }
    }
}
