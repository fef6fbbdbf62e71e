//! The end of a rotation: the old credential is turned off, and tried until the service refuses it.
//!
//! INVARIANT: one task for each integration does both, so that nothing is ordered or tried twice at a time by itself; only
//! the service's own refusal proves a death; and what other programs were lent until the switch has time to be used before
//! its end is ordered.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_domain::{
    ActivityKind, Backoff, Event, Failure, Integration, IntegrationId, RegistrationId, Rotation, RotationEvent,
    RotationMilestone, RotationStep, Timestamp, VaultError,
};

use tokio::sync::Notify;

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
        let is_asked_for = matches!(rotation.step, RotationStep::Revoking { ordered: false, .. });
        let waits = is_asked_for && rotation.revoke_failure.is_none();
        let left = if waits { self.hand_outs_in_use(integration, rotation) } else { Duration::ZERO };
        (!left.is_zero()).then(|| self.now().after(left))
    }

    async fn order_by_api(&self, integration: &Integration, rotation: &Rotation) -> Result<(), Unrevoked> {
        let id = integration.id;
        let old = self.vault().generation(id, rotation.old).await.map_err(|error| error.to_failure())?;
        let new = self.vault().generation(id, rotation.new).await.map_err(|error| error.to_failure())?;
        let revoked = self.revoke_credential(integration, &old.credential, &new.credential).await;
        if let Err(unrevoked) = &revoked {
            let reason = unrevoked.failure.message.clone();
            self.advance(rotation, RotationEvent::RevokeFailed { reason: reason.clone() }).await?;
            self.log(integration, ActivityKind::RevokeFailed { reason }).await;
            return revoked;
        }
        self.advance(rotation, RotationEvent::RevokeOrdered).await?;
        self.milestone(integration, RotationMilestone::Revoked).await;
        Ok(())
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
            let integration = self.live(id).await?;
            let rotation = self.rotation_under_way(id).await?;
            if let RotationStep::Revoking { ordered: false, .. } = rotation.step {
                let goes_on = match rotation.revoke_failure {
                    None => self.passed(self.hand_outs_in_use(&integration, &rotation)).await,
                    Some(_) => {
                        let pause = Backoff::pause(failures, None, self.parts.entropy.fraction());
                        failures += 1;
                        self.paused(pause).await
                    }
                };
                if !goes_on {
                    return Ok(());
                }
                let rotation = self.rotation_under_way(id).await?;
                if let RotationStep::Revoking { ordered: false, .. } = rotation.step
                    && let Err(unrevoked) = self.order_by_api(&integration, &rotation).await
                    && !unrevoked.is_passing()
                {
                    return Err(unrevoked.failure);
                }
                continue;
            }
            let old = self.vault().generation(id, rotation.old).await.map_err(|error| error.to_failure())?;
            let verdict = self.verdict_on(&integration, &old.credential).await?;
            let rotation = self.advance(&rotation, RotationEvent::OldTried { verdict }).await?;
            if rotation.step == RotationStep::ProvedDead {
                self.milestone(&integration, RotationMilestone::ProvedDead).await;
                return self.clear(&integration, &rotation).await;
            }
            if !self.paused(pause).await {
                return Ok(());
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
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
        let retired = self.vault().retire_generation(integration.id, rotation.old, self.now()).await;
        match retired {
            Ok(()) | Err(VaultError::NotFound) => {}
            Err(error) => return Err(error.to_failure()),
        }
        self.advance(rotation, RotationEvent::Clear).await.map(drop)
    }
}
