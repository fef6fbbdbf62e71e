//! Ending credentials at their service: at once, or, when the service is down, later and by itself.
//!
//! INVARIANT: the user's wish that a credential ends is never dropped. A removed integration whose service did not confirm
//! the end leaves its credentials on a list; each is tried with growing pauses, also after a restart, and after a fortnight
//! it stays there with the service's page, until it is confirmed or the user lets it be.

use std::time::Duration;

use storm_domain::port::NewRevocation;
use storm_domain::{
    ActivityKind, Backoff, Credential, ErrorCode, Event, Failure, Generation, Integration, PendingRevocation,
    RefreshFailure, RevocationId, RevokeTarget, TokenEvent, VaultError,
};
use tokio::sync::{Mutex, Notify};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::rotation::is_same;
use crate::view::{ConnectorPage, DisconnectedView, PendingRevocationView, RevocationView};

/// A computer that slept is noticed so soon.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(crate) struct Revocations {
    changed: Notify,
    /// LOCK: one is tried at a time, so that the schedule and the user's "Try now" never both try the same.
    turn: Mutex<()>,
}

/// A service that did not confirm an end.
pub(crate) struct Unrevoked {
    pub(crate) failure: Failure,
    retry_after: Option<Duration>,
}

impl Unrevoked {
    pub(crate) fn is_passing(&self) -> bool {
        self.failure.code == ErrorCode::ServiceUnreachable
    }

    /// Whether the service, or what is known of it, rules the end out. A vault that cannot be read just now does not.
    fn is_final(&self) -> bool {
        matches!(
            self.failure.code,
            ErrorCode::NotSupported
                | ErrorCode::RequestRefused
                | ErrorCode::RegistrationRefused
                | ErrorCode::CredentialRefused
                | ErrorCode::NotFound
                | ErrorCode::VaultDamaged
        )
    }
}

impl From<Failure> for Unrevoked {
    fn from(failure: Failure) -> Self {
        Self { failure, retry_after: None }
    }
}

impl From<RefreshFailure> for Unrevoked {
    fn from(failure: RefreshFailure) -> Self {
        let retry_after = match &failure {
            RefreshFailure::Transient { retry_after, .. } => *retry_after,
            _ => None,
        };
        Self { failure: failure.to_failure(), retry_after }
    }
}

impl Engine {
    /// Ends an integration's credentials at its service and removes it. What the service does not confirm for a passing
    /// reason goes onto the list; a refusal changes nothing here.
    pub(crate) async fn disconnect_at_service(&self, row: Integration) -> Result<DisconnectedView, Failure> {
        // Waits for a refresh under way, which would bring tokens that nobody ends.
        let _flight = self.flights.take_off(row.id).await;
        let mut left = Vec::new();
        for Generation { credential, .. } in self.undecided_generations(row.id).await? {
            if let Err(unrevoked) = self.revoke_credential(&row, &credential, &credential).await {
                let pending = self.after_failure(self.asked_now(&row), &unrevoked);
                left.push(NewRevocation { pending, credential });
            }
        }
        for generation in self.living_generations(&row).await? {
            let credential = generation.credential;
            match self.revoke_credential(&row, &credential, &credential).await {
                Ok(()) => {}
                Err(unrevoked) if unrevoked.is_passing() => {
                    let pending = self.after_failure(self.asked_now(&row), &unrevoked);
                    left.push(NewRevocation { pending, credential });
                }
                Err(Unrevoked { failure, .. }) => {
                    self.log(&row, ActivityKind::RevokeFailed { reason: failure.message.clone() }).await;
                    return Ok(DisconnectedView {
                        undo_until: None,
                        revocation: RevocationView::Failed { reason: failure.message },
                    });
                }
            }
        }
        let (what, revocation) = match left.first().map(|new| new.pending.reason.clone()) {
            None => {
                self.step(row.id, TokenEvent::RevokedByUser).await.map_err(|error| error.to_failure())?;
                (ActivityKind::Revoked, RevocationView::Revoked)
            }
            Some(reason) => (ActivityKind::RevokeFailed { reason: reason.clone() }, RevocationView::Pending { reason }),
        };
        self.forget(row.id);
        self.vault().leave_to_revoke(row.id, left).await.map_err(|error| error.to_failure())?;
        self.log(&row, what).await;
        self.log(&row, ActivityKind::Disconnected).await;
        self.parts.events.publish(Event::IntegrationChanged { id: row.id });
        self.revocations_changed();
        Ok(DisconnectedView { undo_until: None, revocation })
    }

    /// The active generation, and during a rotation the other one, which may still work at the service.
    async fn living_generations(&self, row: &Integration) -> Result<Vec<Generation>, Failure> {
        let mut living = Vec::new();
        let rotation = self.vault().rotation(row.id).await.map_err(|error| error.to_failure())?;
        if let Some(rotation) = rotation.filter(|rotation| !rotation.is_over()) {
            let other = if rotation.in_use() == rotation.new { rotation.old } else { rotation.new };
            match self.vault().generation(row.id, other).await {
                Ok(generation) => living.push(generation),
                Err(VaultError::NotFound) => {} // proved dead, and erased
                Err(error) => return Err(error.to_failure()),
            }
        }
        living.extend(self.vault().active_generation(row.id).await.map_err(|error| error.to_failure())?);
        Ok(living)
    }

    fn asked_now(&self, row: &Integration) -> PendingRevocation {
        PendingRevocation {
            id: RevocationId(self.parts.entropy.make_uuid()),
            integration: row.clone(),
            asked_at: self.now(),
            tries: 0,
            reason: String::new(),
            next_try_at: None,
        }
    }

    fn after_failure(&self, pending: PendingRevocation, unrevoked: &Unrevoked) -> PendingRevocation {
        pending.failed(
            unrevoked.failure.message.clone(),
            unrevoked.is_final(),
            unrevoked.retry_after,
            self.now(),
            self.parts.entropy.fraction(),
        )
    }

    /// Ends `target` at the service; `using` authenticates where the request needs a credential. One that is dead already is
    /// a success.
    pub(crate) async fn revoke_credential(
        &self,
        row: &Integration,
        target: &Credential,
        using: &Credential,
    ) -> Result<(), Unrevoked> {
        let key_id = match target {
            Credential::ServiceAccountKey(key) => key.key_id.as_deref(),
            _ => None,
        };
        let request = self.revoke_request(row, key_id)?.ok_or_else(|| {
            Failure::new(ErrorCode::NotSupported, "This service offers no way to end it from here; use its page.", None)
        })?;
        let client = match (row.registration_id, request.target) {
            (Some(id), RevokeTarget::TokenInBody) => Some(self.client_of(&self.registration(id).await?).await?),
            _ => None,
        };
        if let (Credential::OAuthGrant(grant), RevokeTarget::OwnCredential) = (target, request.target)
            && grant.expires_at.is_some_and(|end| end <= self.now())
        {
            // The service would refuse it like a dead one, while the refresh token lives on.
            return Err(Failure::new(
                ErrorCode::CredentialRefused,
                "The access token that could have ended it is over. End it on the service's page.",
                None,
            )
            .into());
        }
        let token = match using {
            Credential::ServiceAccountKey(key) => match self.exchange_key(row, key).await {
                Ok(exchanged) => Some(exchanged.token),
                Err(RefreshFailure::GrantRefused(_)) if is_same(target, using) => return Ok(()),
                Err(failure) => return Err(failure.into()),
            },
            Credential::OAuthGrant(grant) => grant.access_token.clone(),
            _ => None,
        };
        Ok(self.parts.provider.revoke(&request, target, client.as_ref(), token.as_ref()).await?)
    }

    /// Credentials of removed integrations whose end the service has not confirmed, oldest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn pending_revocations(&self) -> Result<Vec<PendingRevocationView>, Failure> {
        let all = self.vault().pending_revocations().await.map_err(|error| error.to_failure())?;
        Ok(all.iter().map(|pending| self.pending_view(pending)).collect())
    }

    fn pending_view(&self, pending: &PendingRevocation) -> PendingRevocationView {
        let row = &pending.integration;
        PendingRevocationView {
            id: pending.id,
            name: row.name.clone(),
            connector: self.badge_of(row),
            account: row.account.clone(),
            asked_at: pending.asked_at,
            tries: pending.tries,
            reason: pending.reason.clone(),
            next_try_at: pending.next_try_at,
            page: self.pages_of(row).into_iter().next(),
        }
    }

    /// Tries to end one now.
    ///
    /// # Errors
    /// Why the service did not confirm it; it stays on the list then.
    pub async fn retry_revocation(&self, id: RevocationId) -> Result<(), Failure> {
        let tried = self.try_to_end(id).await;
        self.revocations_changed();
        tried
    }

    /// Lets one be: its secret is erased here, and stays valid at the service until the user ends it there.
    ///
    /// # Errors
    /// When it does not exist any more, or the vault cannot be written.
    pub async fn forget_revocation(&self, id: RevocationId) -> Result<(), Failure> {
        let _turn = self.revocations.turn.lock().await;
        let pending = self.pending_revocation(id).await?;
        self.vault().erase_revocation(id).await.map_err(|error| error.to_failure())?;
        self.log(&pending.integration, ActivityKind::RevocationForgotten).await;
        self.revocations_changed();
        Ok(())
    }

    /// Opens the service's page on which the user can end one by hand.
    ///
    /// # Errors
    /// When there is no such page, or no browser opens.
    pub async fn open_revocation_page(&self, id: RevocationId, page: ConnectorPage) -> Result<(), Failure> {
        self.open_page_of(&self.pending_revocation(id).await?.integration, page).await
    }

    /// Runs until [`Engine::shut_down`]: tries what is on the list when it is due.
    ///
    /// # Errors
    /// When the vault cannot be read or written.
    pub async fn run_revocations(&self) -> Result<(), VaultError> {
        let mut stopping = self.stopping.subscribe();
        let mut earliest = self.now();
        loop {
            let waiting = self.vault().pending_revocations().await?;
            let next =
                waiting.iter().filter_map(|pending| Some((pending.next_try_at?.max(earliest), pending.id))).min();
            let until_next = async {
                match next {
                    Some((at, _)) => self.parts.clock.sleep(at.since(self.now()).min(LONGEST_SLEEP)).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = until_next => {}
                () = self.revocations.changed.notified() => continue,
                _ = stopping.wait_for(|stop| *stop) => return Ok(()),
            }
            let Some((_, id)) = next.filter(|(at, _)| *at <= self.now()) else { continue };
            if let Err(failure) = self.try_to_end(id).await {
                tracing::info!(revocation = %id, code = ?failure.code, "a credential could not be ended at its service yet");
                // A pause that could not be written, on a full disk say, must not make this spin.
                earliest = self.now().after(Backoff::FIRST);
            }
            self.parts.events.publish(Event::RevocationsChanged);
        }
    }

    async fn try_to_end(&self, id: RevocationId) -> Result<(), Failure> {
        let _turn = self.revocations.turn.lock().await;
        let pending = self.pending_revocation(id).await?;
        let row = pending.integration.clone();
        let Err(unrevoked) = self.end(&row, id).await else {
            self.vault().erase_revocation(id).await.map_err(|error| error.to_failure())?;
            self.log(&row, ActivityKind::Revoked).await;
            return Ok(());
        };
        let was_given_up = pending.next_try_at.is_none();
        let pending = self.after_failure(pending, &unrevoked);
        self.vault().update_revocation(&pending).await.map_err(|error| error.to_failure())?;
        if pending.next_try_at.is_none() && !was_given_up {
            self.log(&row, ActivityKind::RevocationGivenUp { reason: pending.reason }).await;
        }
        Err(unrevoked.failure)
    }

    async fn end(&self, row: &Integration, id: RevocationId) -> Result<(), Unrevoked> {
        let credential = self.vault().credential_to_revoke(id).await.map_err(|error| error.to_failure())?;
        self.revoke_credential(row, &credential, &credential).await
    }

    async fn pending_revocation(&self, id: RevocationId) -> Result<PendingRevocation, Failure> {
        let all = self.vault().pending_revocations().await.map_err(|error| error.to_failure())?;
        all.into_iter().find(|pending| pending.id == id).ok_or_else(|| VaultError::NotFound.to_failure())
    }

    fn revocations_changed(&self) {
        self.revocations.changed.notify_one();
        self.parts.events.publish(Event::RevocationsChanged);
    }
}
