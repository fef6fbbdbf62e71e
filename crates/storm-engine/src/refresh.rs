//! Refreshing one grant without losing it. The order of the steps is the promise of this program:
//!
//! 1. one flight per credential, then the lease;
//! 2. re-read, and use what another flight brought;
//! 3. preflight: intent committed, landing slot preallocated, so that a full disk fails here;
//! 4. send;
//! 5. land the answer before reading it;
//! 6. commit by compare-and-set, keeping the old refresh token;
//! 7. publish.
//!
//! INVARIANT: a refresh token that a service sent is never dropped: it lies in the landing slot, in the vault, or, when the
//! disk takes neither, in [`Unfinished`], and nothing is sent for that credential before it is stored.

use std::time::Duration;

use storm_domain::port::{ClientIdentity, GrantCommit, TokenGrant, TokenRequest};
use storm_domain::{
    ActivityKind, Credential, Delivery, ErrorCode, Event, Failure, Generation, GenerationNumber, Integration,
    IntegrationId, InterruptedBy, Lease, Method, OAuthGrant, OAuthService, RawTokenAnswer, ReconnectReason,
    RefreshFailure, RefreshIntent, RefreshState, Timestamp, TokenAnswerReading, TokenEvent, TokenState, VaultError,
};
use storm_secret::RefreshToken;

use crate::engine::{Engine, lock};
use crate::error::{ToFailure as _, failure_of_trouble};

/// How long a lease is kept: the sixty seconds a token request may take, and room for two slow commits.
pub(crate) const LEASE_TERM: Duration = Duration::from_secs(90);

/// What a broken-off or unsaved refresh leaves in memory.
pub(crate) struct Unfinished {
    /// Which generation's refresh token was sent.
    pub(crate) generation: GenerationNumber,
    /// When it was sent first.
    pub(crate) sent_at: Timestamp,
    /// What broke it off.
    pub(crate) by: InterruptedBy,
    /// The grant that could not be committed, if an answer came.
    pub(crate) unsaved: Option<OAuthGrant>,
    /// How often it was tried again.
    pub(crate) retries: u32,
}

/// What a caller wants of a refresh. Whoever waited for another flight is content when that one brought it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The user's wish: a token obtained after `succeeded` flights had brought one.
    New {
        /// [`crate::flight::Flights::succeeded`] when the wish was uttered.
        succeeded: u64,
    },
    /// A tool's wish: any access token that lasts so long.
    Lasting(Duration),
    /// The schedule's wish: nothing, while the grant backs off.
    WhenDue,
}

impl Engine {
    /// Refreshes an integration's token now.
    ///
    /// # Errors
    /// Says what happened and what to do; the grant is kept in every case.
    pub async fn refresh_integration(&self, id: IntegrationId) -> Result<(), Failure> {
        let wanted = self.wanted_new(id);
        let integration = self.live(id).await?;
        if integration.paused_at.is_some() {
            return Err(Failure::new(ErrorCode::Paused, "This integration is paused. Resume it first.", None));
        }
        match integration.method {
            Method::ApiKey => Err(Failure::new(
                ErrorCode::NotSupported,
                "An API key does not expire by itself; rotate it instead.",
                None,
            )),
            Method::OAuth => self.refresh_grant(id, wanted).await.map(drop),
            Method::ServiceAccount => {
                self.exchanged.forget(id);
                self.exchange(&integration).await.map(drop)
            }
        }
    }

    /// The wish for a token that is newer than this moment.
    pub(crate) fn wanted_new(&self, id: IntegrationId) -> Wanted {
        Wanted::New { succeeded: self.flights.succeeded(id) }
    }

    /// Brings a fresh generation of an OAuth grant, by itself or by waiting for another flight that does.
    pub(crate) async fn refresh_grant(&self, id: IntegrationId, wanted: Wanted) -> Result<Generation, Failure> {
        let seen = self.active(id).await?.number;
        let flight = self.flights.take_off(id).await;
        self.parts.events.publish(Event::IntegrationChanged { id });
        let result = self.refresh_in_flight(id, seen, wanted).await;
        if result.is_ok() {
            flight.succeed();
        }
        drop(flight);
        self.parts.events.publish(Event::IntegrationChanged { id });
        result
    }

    async fn active(&self, id: IntegrationId) -> Result<Generation, Failure> {
        match self.vault().active_generation(id).await {
            Ok(Some(generation)) => Ok(generation),
            Ok(None) => Err(reconnect_needed("It is not connected yet.")),
            Err(error) => Err(error.to_failure()),
        }
    }

    async fn refresh_in_flight(
        &self,
        id: IntegrationId,
        seen: GenerationNumber,
        wanted: Wanted,
    ) -> Result<Generation, Failure> {
        self.save_unsaved(id).await?;
        let now = self.now();
        let integration = self.live(id).await?;
        let active = self.active(id).await?;
        if active.number != seen || self.is_content(id, wanted, &active) {
            return Ok(active); // another flight brought it while this one waited
        }
        match &integration.state {
            TokenState::Active { refresh: RefreshState::BackingOff { until, trouble, .. }, .. }
                if wanted == Wanted::WhenDue && now < *until =>
            {
                return Err(failure_of_trouble(trouble));
            }
            TokenState::NeedsReconnect { .. } | TokenState::Revoked | TokenState::Disconnected => {
                return Err(reconnect_needed("The service ended this connection."));
            }
            _ => {}
        }
        let Credential::OAuthGrant(grant) = &active.credential else {
            return Err(crate::engine::internal("This credential is not an OAuth grant."));
        };
        let Some(refresh_token) = grant.refresh_token.clone() else {
            return self.without_refresh_token(&integration, grant, now).await.map(|()| active);
        };
        let party = match self.oauth_party(&integration).await {
            Ok(party) => party,
            Err(failure) => return Err(self.not_begun(&integration, failure).await),
        };
        let intent = self.intent_of(&active);
        let begun = self.vault().begin_refresh(&intent, &self.parts.owner, now, now.after(LEASE_TERM)).await;
        let lease = match begun {
            Ok(lease) => lease,
            Err(error) => return Err(self.not_begun(&integration, error.to_failure()).await),
        };
        match self.send_and_take(&integration, party, &active, grant, &refresh_token, &lease, &intent).await {
            Ok(generation) => {
                // The grant is stored. What is left goes to the disk together, in one commit.
                tokio::join!(
                    self.refreshed(&integration, &generation.credential),
                    self.clear_landing(&lease),
                    self.give_back(&lease)
                );
                Ok(generation)
            }
            Err(failure) => {
                self.give_back(&lease).await;
                self.settle_failure(&integration, active.number, failure).await
            }
        }
    }

    fn is_content(&self, id: IntegrationId, wanted: Wanted, active: &Generation) -> bool {
        match (wanted, &active.credential) {
            (Wanted::New { succeeded }, _) => self.flights.succeeded(id) > succeeded,
            (Wanted::Lasting(long_enough), Credential::OAuthGrant(grant)) => {
                let until = self.now().after(long_enough);
                grant.access_token.is_some() && grant.expires_at.is_none_or(|end| until < end)
            }
            _ => false,
        }
    }

    /// Nothing was sent, since its answer could not have been kept or there is nobody to send as.
    async fn not_begun(&self, integration: &Integration, failure: Failure) -> Failure {
        tracing::warn!(integration = %integration.id, code = ?failure.code, "a refresh was not begun");
        self.postpone(integration, &RefreshFailure::NotPrepared).await;
        failure
    }

    pub(crate) async fn give_back(&self, lease: &Lease) {
        if let Err(error) = self.vault().release_lease(lease).await {
            tracing::warn!(%error, integration = %lease.integration_id, "a lease could not be given back; it ends by itself");
        }
    }

    /// A grant without a refresh token is used until it ends.
    async fn without_refresh_token(
        &self,
        integration: &Integration,
        grant: &OAuthGrant,
        now: Timestamp,
    ) -> Result<(), Failure> {
        if grant.expires_at.is_none_or(|end| now < end) {
            return Err(Failure::new(
                ErrorCode::NotSupported,
                "The service gave no refresh token. The access token is used until the service refuses it.",
                None,
            ));
        }
        self.enter_reconnect(integration, TokenEvent::AccessTokenEnded).await;
        Err(reconnect_needed("The access token ended, and the service gave no refresh token."))
    }

    #[expect(clippy::too_many_arguments, reason = "one refresh, handed over whole")]
    async fn send_and_take(
        &self,
        integration: &Integration,
        (service, client): (OAuthService, ClientIdentity),
        active: &Generation,
        grant: &OAuthGrant,
        refresh_token: &RefreshToken,
        lease: &Lease,
        intent: &RefreshIntent,
    ) -> Result<Generation, RefreshFailure> {
        let request =
            TokenRequest { service: &service, client: &client, grant: TokenGrant::RefreshToken(refresh_token) };
        let answer = match self.parts.provider.send_token_request(request).await {
            Ok(answer) => answer,
            Err(failure) => {
                match failure.delivery {
                    Delivery::Ambiguous => self.note_interruption(active, intent, InterruptedBy::Network),
                    Delivery::NotSent | Delivery::Answered => self.clear_intent(lease).await,
                }
                return Err(RefreshFailure::Transient {
                    delivery: failure.delivery,
                    kind: failure.kind,
                    retry_after: None,
                });
            }
        };
        // A slot that could not be written still leaves the commit below; both failing is what `Unfinished` is for.
        if let Err(error) = self.vault().land(lease, Some(active.number), &answer).await {
            tracing::error!(%error, integration = %integration.id, "an answer could not be landed; it is committed at once");
        }
        self.take_answer(integration, &service, lease, active.number, grant, &answer).await
    }

    /// Reads a landed answer and commits what it brought; the slot is still full when that worked. Also used for answers
    /// that an earlier run left behind.
    pub(crate) async fn take_answer(
        &self,
        integration: &Integration,
        service: &OAuthService,
        lease: &Lease,
        generation: GenerationNumber,
        old: &OAuthGrant,
        answer: &RawTokenAnswer,
    ) -> Result<Generation, RefreshFailure> {
        let reading = self.parts.provider.read_token_answer(service, answer);
        self.log_oddities(integration, &reading).await;
        let refused = reading.access.as_ref().err().cloned();
        if let (Some(failure), None) = (&refused, &reading.refresh_token) {
            self.clear_intent(lease).await;
            self.clear_landing(lease).await;
            return Err(failure.clone());
        }
        let grant = successor_of(old, reading, service, answer);
        let commit = GrantCommit { lease, expected: Some(generation), grant: &grant, at: self.now() };
        let number = match self.vault().commit_grant(commit).await {
            Ok(number) => number,
            Err(error @ (VaultError::Conflict | VaultError::LeaseLost)) => {
                // Somebody took over while we were stopped. Our answer stays in its slot and is looked at again at start.
                tracing::warn!(%error, integration = %integration.id, "an answer came after its lease was taken over");
                return Err(RefreshFailure::NotStored);
            }
            Err(error) => {
                tracing::error!(%error, integration = %integration.id, "a new grant could not be committed; it is kept in memory");
                self.keep_unsaved(integration.id, generation, answer.received_at, grant);
                return Err(RefreshFailure::NotStored);
            }
        };
        lock(&self.unfinished).remove(&integration.id);
        if let Some(failure) = refused {
            self.clear_landing(lease).await;
            return Err(failure); // the new refresh token is safe, the access token was not usable
        }
        Ok(Generation {
            integration_id: integration.id,
            number,
            phase: storm_domain::GenerationPhase::Active,
            credential: Credential::OAuthGrant(grant),
            created_at: answer.received_at,
        })
    }

    /// Tells the row and the log of a new access token.
    pub(crate) async fn refreshed(&self, integration: &Integration, credential: &Credential) {
        let Credential::OAuthGrant(grant) = credential else { return };
        let now = self.now();
        let event =
            TokenEvent::RefreshSucceeded { expires_at: grant.expires_at, refreshable: grant.refresh_token.is_some() };
        let (written, ()) = tokio::join!(
            self.change(integration.id, |row| {
                row.state = row.state.clone().step(event.clone(), now);
                row.last_refreshed_at = Some(grant.obtained_at);
                if let Some(scopes) = &grant.scopes {
                    row.granted_scopes.clone_from(scopes);
                }
            }),
            self.log(integration, ActivityKind::Refreshed)
        );
        if let Err(error) = written {
            tracing::error!(%error, integration = %integration.id, "a refreshed integration's row could not be written");
        }
    }

    /// What a failure does to the integration. The grant itself stays where it is in every case.
    async fn settle_failure(
        &self,
        integration: &Integration,
        generation: GenerationNumber,
        failure: RefreshFailure,
    ) -> Result<Generation, Failure> {
        if let RefreshFailure::GrantRefused(_) = &failure {
            // The refusal is a verdict on the bytes we posted. Is what we posted still what is active?
            let active = self.active(integration.id).await?;
            if active.number != generation {
                return Ok(active);
            }
            let interrupted = lock(&self.unfinished).remove(&integration.id);
            if let Some(Unfinished { generation: sent, sent_at, by, .. }) = interrupted
                && sent == generation
            {
                let reason = ReconnectReason::RefreshInterrupted { at: sent_at, by };
                self.enter_reconnect(integration, TokenEvent::InterruptionProved { reason }).await;
                return Err(reconnect_needed(
                    "A refresh was broken off, and the service no longer takes the token we have.",
                ));
            }
        }
        match failure {
            RefreshFailure::GrantRefused(_) | RefreshFailure::InteractionRequired(_) => {
                let event = TokenEvent::RefreshFailed { failure: failure.clone(), jitter: 0 };
                self.enter_reconnect(integration, event).await;
            }
            _ => self.postpone(integration, &failure).await,
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

    /// Moves an integration to "needs its user", and logs why.
    pub(crate) async fn enter_reconnect(&self, integration: &Integration, event: TokenEvent) {
        match self.step(integration.id, event).await {
            Ok(row) => {
                if let TokenState::NeedsReconnect { reason, .. } = &row.state {
                    self.log(&row, ActivityKind::ReconnectNeeded { reason: reason.clone() }).await;
                }
            }
            Err(error) => tracing::error!(%error, integration = %integration.id, "a reconnect could not be written"),
        }
    }

    fn intent_of(&self, active: &Generation) -> RefreshIntent {
        let earlier = lock(&self.unfinished)
            .get(&active.integration_id)
            .filter(|unfinished| unfinished.generation == active.number)
            .map(|unfinished| (unfinished.sent_at, unfinished.retries.saturating_add(1)));
        let (at, retries) = earlier.unwrap_or((self.now(), 0));
        RefreshIntent { integration_id: active.integration_id, generation: Some(active.number), at, retries }
    }

    fn note_interruption(&self, active: &Generation, intent: &RefreshIntent, by: InterruptedBy) {
        lock(&self.unfinished).entry(active.integration_id).or_insert(Unfinished {
            generation: active.number,
            sent_at: intent.at,
            by,
            unsaved: None,
            retries: intent.retries,
        });
    }

    fn keep_unsaved(&self, id: IntegrationId, generation: GenerationNumber, sent_at: Timestamp, grant: OAuthGrant) {
        lock(&self.unfinished)
            .insert(id, Unfinished { generation, sent_at, by: InterruptedBy::Crash, unsaved: Some(grant), retries: 0 });
    }

    /// Commits a grant that an earlier refresh could not save. Until then nothing is sent for this credential.
    async fn save_unsaved(&self, id: IntegrationId) -> Result<(), Failure> {
        let waiting = lock(&self.unfinished)
            .get(&id)
            .and_then(|unfinished| unfinished.unsaved.clone().map(|grant| (unfinished.generation, grant)));
        let Some((generation, grant)) = waiting else { return Ok(()) };
        let now = self.now();
        let not_stored = |_| RefreshFailure::NotStored.to_failure();
        let lease =
            self.vault().acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM)).await.map_err(not_stored)?;
        let commit = GrantCommit { lease: &lease, expected: Some(generation), grant: &grant, at: now };
        self.vault().commit_grant(commit).await.map_err(not_stored)?;
        lock(&self.unfinished).remove(&id);
        self.clear_landing(&lease).await;
        let integration = self.live(id).await?;
        let credential = Credential::OAuthGrant(grant);
        tokio::join!(self.refreshed(&integration, &credential), self.give_back(&lease));
        Ok(())
    }

    pub(crate) async fn clear_intent(&self, lease: &Lease) {
        if let Err(error) = self.vault().clear_intent(lease).await {
            tracing::warn!(%error, integration = %lease.integration_id, "an intent stays; it is looked at again at start");
        }
    }

    pub(crate) async fn clear_landing(&self, lease: &Lease) {
        if let Err(error) = self.vault().clear_landing(lease).await {
            tracing::warn!(%error, integration = %lease.integration_id, "a landing slot stays; it is looked at again at start");
        }
    }

    pub(crate) async fn log_oddities(&self, integration: &Integration, reading: &TokenAnswerReading) {
        if !reading.oddities.is_empty() {
            let what = reading.oddities.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
            self.log(integration, ActivityKind::OddAnswer { what }).await;
        }
    }
}

/// The grant after an answer: what the answer did not bring, the old grant keeps (RFC 6749 §6).
pub(crate) fn successor_of(
    old: &OAuthGrant,
    reading: TokenAnswerReading,
    service: &OAuthService,
    answer: &RawTokenAnswer,
) -> OAuthGrant {
    OAuthGrant {
        refresh_token: reading.refresh_token.or_else(|| old.refresh_token.clone()),
        access_token: reading.access.ok(),
        expires_at: reading
            .expires_in
            .or(service.lifetimes.access_default)
            .map(|lifetime| answer.received_at.after(lifetime)),
        token_type: reading.token_type,
        scopes: reading.scopes.or_else(|| old.scopes.clone()),
        id_token: reading.id_token.or_else(|| old.id_token.clone()),
        obtained_at: answer.received_at,
    }
}

pub(crate) fn reconnect_needed(what_happened: &str) -> Failure {
    Failure::new(
        ErrorCode::ReconnectNeeded,
        format!("{what_happened} Reconnect it; nothing you set up is lost."),
        Some(storm_domain::Action::Reconnect),
    )
}
