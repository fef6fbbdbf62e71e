//! Refreshing one grant without losing it. The order of the steps is the promise of this program:
//!
//! 1. one flight per credential, then the lease;
//! 2. re-read, and use what another flight brought;
//! 3. preflight: intent committed, landing slot preallocated, so that a full disk fails here;
//! 4. send;
//! 5. land the answer before reading it; it is synced to the disk while it is read and committed;
//! 6. commit by compare-and-set, keeping the old refresh token, with the row, the log and the end of the lease;
//! 7. publish.
//!
//! A refusal that another refresh token or another client secret may have an answer to begins it all again, under a new lease.
//!
//! INVARIANT: a refresh token that a service sent is never dropped: it lies in the landing slot, in the vault, or, when the
//! disk takes neither, in `unfinished.rs`, and nothing is sent for that credential before it is stored.

use std::time::Duration;

use storm_domain::port::{GrantCommit, KeySource, TokenGrant, TokenRequest};
use storm_domain::{
    ActivityKind, Credential, Delivery, ErrorCode, Event, Failure, Generation, GenerationNumber, GenerationPhase, Hold,
    Integration, IntegrationId, InterruptedBy, Lease, Method, OAuthGrant, OAuthService, RawTokenAnswer, RefreshFailure,
    RefreshIntent, RefreshState, RefreshTokenLife, SendFailure, Timestamp, TokenAnswerReading, TokenEvent, TokenState,
    TransientKind, VaultError,
};
use storm_secret::RefreshToken;
use subtle::ConstantTimeEq as _;

use crate::engine::{Engine, lock};
use crate::error::{ToFailure as _, failure_of_trouble, reconnect_needed};
use crate::id_token::Asked;
use crate::rotation::words_of_refusal;

/// How long a lease is kept: the sixty seconds a token request may take, and room for two slow commits.
pub(crate) const LEASE_TERM: Duration = Duration::from_secs(90);

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
        Self::unless_moved_away(&integration)?;
        if integration.paused_at.is_some() && integration.hold != Some(Hold::Unproved) {
            return Err(Failure::new(ErrorCode::Paused, "This integration is paused. Resume it first.", None));
        }
        match integration.method {
            Method::ApiKey => Err(Failure::new(
                ErrorCode::NotSupported,
                "An API key does not expire by itself; rotate it instead.",
                None,
            )),
            _ if self.is_lasting(&integration) => Err(Failure::new(
                ErrorCode::NotSupported,
                "A certificate does not renew by itself; rotate it before it ends.",
                None,
            )),
            _ if self.is_exchanged(&integration) => {
                self.exchanged.forget(id);
                self.exchange(&integration).await.map(drop)
            }
            _ => self.refresh_grant(id, wanted).await.map(drop),
        }
    }

    /// The wish for a token that is newer than this moment.
    pub(crate) fn wanted_new(&self, id: IntegrationId) -> Wanted {
        Wanted::New { succeeded: self.flights.succeeded(id) }
    }

    /// Brings a fresh generation of an OAuth grant, by itself or by waiting for another flight that does.
    pub(crate) async fn refresh_grant(&self, id: IntegrationId, wanted: Wanted) -> Result<Generation, Failure> {
        let succeeded = self.flights.succeeded(id);
        let flight = self.flights.take_off(id).await;
        let waited_for_another = self.flights.succeeded(id) > succeeded;
        self.parts.events.publish(Event::IntegrationChanged { id });
        let result = self.refresh_in_flight(id, waited_for_another, wanted).await;
        if result.is_ok() {
            flight.succeed();
        }
        drop(flight);
        self.parts.events.publish(Event::IntegrationChanged { id });
        result
    }

    async fn refresh_in_flight(
        &self,
        id: IntegrationId,
        waited_for_another: bool,
        wanted: Wanted,
    ) -> Result<Generation, Failure> {
        self.look_at_clocks();
        let saved = self.save_unsaved(id).await?;
        self.replay_what_is_left(id).await?;
        let basis = self.vault().refresh_basis(id).await.map_err(|error| error.to_failure())?;
        let integration = basis.integration;
        if integration.trashed_at.is_some() {
            return Err(VaultError::NotFound.to_failure());
        }
        let active = basis.active.ok_or_else(|| reconnect_needed("It is not connected yet."))?;
        let brought_now = waited_for_another || (saved && !matches!(wanted, Wanted::Lasting(_)));
        if brought_now || self.is_content(id, wanted, &active) {
            return Ok(active);
        }
        let now = self.now();
        match &integration.state {
            TokenState::Active { refresh: RefreshState::BackingOff { until, trouble, .. }, .. }
                if wanted == Wanted::WhenDue && self.is_pausing(*until) =>
            {
                return Err(failure_of_trouble(trouble));
            }
            // What was refused is not what is stored now: a newer grant came, and the row was not brought up to date.
            TokenState::NeedsReconnect { since, .. } if is_newer(&active, *since) => {}
            TokenState::NeedsReconnect { .. } | TokenState::Revoked | TokenState::Disconnected => {
                return Err(reconnect_needed("The service ended this connection."));
            }
            _ => {}
        }
        self.unless_held_back(integration.method)?;
        Self::unless_moved_away(&integration)?;
        let Credential::OAuthGrant(grant) = &active.credential else {
            return Err(crate::engine::internal("This credential is not an OAuth grant."));
        };
        let Some(refresh_token) = &grant.refresh_token else {
            return self.without_refresh_token(&integration, grant, now).await.map(|()| active);
        };
        let party = self.party_of(&integration, basis.registration);
        let (service, mut client) = match party {
            Ok(party) => party,
            Err(failure) => return Err(self.not_begun(&integration, failure).await),
        };
        let is_trial = basis.untold_secret.is_some();
        client.client_secret = basis.untold_secret.or(client.client_secret);
        let intent = self.intent_of(&active);
        let begun = self.vault().begin_refresh(&intent, &self.parts.owner, now, now.after(LEASE_TERM)).await;
        let lease = match begun {
            Ok(lease) => lease,
            Err(error) => return Err(self.not_begun(&integration, error.to_failure()).await),
        };
        let (presented, dpop_key) = (TokenGrant::RefreshToken(refresh_token), grant.dpop_key.as_ref());
        let request = TokenRequest { service: &service, client: &client, grant: presented, dpop_key };
        let asked = Asked { service: &service, client: &client, keys: KeySource::Network };
        let sent = self.parts.clock.monotonic();
        let taken = match self.parts.provider.send_token_request(request).await {
            Ok(answer) => {
                let answer = dated(answer, now);
                let log = vec![self.refreshed_since(sent)];
                self.land_and_take(&integration, asked, &lease, active.number, grant, &answer, log).await
            }
            Err(failure) => Err(self.no_answer(&active, &intent, &lease, now, failure).await),
        };
        match taken {
            Ok(generation) => {
                if is_trial {
                    self.untold_secret_accepted(&integration).await;
                }
                Ok(generation)
            }
            Err(failure) => {
                let goes_on = match (&failure, words_of_refusal(&failure).filter(|_| is_trial)) {
                    (_, Some(words)) => self.untold_secret_refused(&integration, words).await.map(|()| true),
                    (RefreshFailure::RegistrationRefused(words), _) => {
                        self.has_other_secret(&integration, client.client_secret.as_ref(), words).await
                    }
                    (RefreshFailure::GrantRefused(_), _) => self.take_spare(id, active.number).await,
                    _ => Ok(false),
                };
                if goes_on? {
                    self.forget_answer(&lease).await;
                    self.give_back(&lease).await;
                    return Box::pin(self.refresh_in_flight(id, false, wanted)).await;
                }
                let settled = self.settle_failure(&integration, active.number, &lease, failure).await;
                self.give_back(&lease).await;
                settled
            }
        }
    }

    /// What the log says of a token that came, asked for at `sent` by the monotonic clock.
    pub(crate) fn refreshed_since(&self, sent: Duration) -> ActivityKind {
        let took = self.parts.clock.monotonic().saturating_sub(sent).as_millis();
        ActivityKind::Refreshed { took_ms: u32::try_from(took).ok() }
    }

    fn is_content(&self, id: IntegrationId, wanted: Wanted, active: &Generation) -> bool {
        match (wanted, &active.credential) {
            (Wanted::New { succeeded }, _) => self.flights.succeeded(id) > succeeded,
            (Wanted::Lasting(long_enough), Credential::OAuthGrant(grant)) => {
                let until = self.now().after(long_enough);
                let lasts = grant.expires_at.is_none_or(|end| until < end);
                grant.access_token.is_some() && lasts && self.knows_age_of(id, grant)
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

    /// The request brought no whole answer.
    async fn no_answer(
        &self,
        active: &Generation,
        intent: &RefreshIntent,
        lease: &Lease,
        sent_at: Timestamp,
        failure: SendFailure,
    ) -> RefreshFailure {
        match failure.delivery {
            Delivery::Ambiguous if slept_since(sent_at, self.now()) => {
                self.note_interruption(active, intent, InterruptedBy::Sleep);
            }
            Delivery::Ambiguous => self.note_interruption(active, intent, InterruptedBy::Network),
            Delivery::NotSent | Delivery::Answered => self.clear_intent_of(active.number, lease).await,
        }
        failure.into()
    }

    /// The answer goes to its landing slot before it is read; reading and committing go on while the slot is synced to the
    /// disk, and nobody waits for that once the commit has made the slot needless.
    #[expect(clippy::too_many_arguments, reason = "one answer, handed over whole")]
    async fn land_and_take(
        &self,
        integration: &Integration,
        asked: Asked<'_>,
        lease: &Lease,
        generation: GenerationNumber,
        old: &OAuthGrant,
        answer: &RawTokenAnswer,
        log: Vec<ActivityKind>,
    ) -> Result<Generation, RefreshFailure> {
        self.clock_seen.note(answer.server_time, answer.received_at);
        let land = async {
            // A slot that could not be written still leaves the commit; both failing is what `unfinished.rs` is for.
            if let Err(error) = self.vault().land(lease, Some(generation), answer).await {
                tracing::error!(%error, integration = %integration.id, "an answer could not be landed; it is committed at once");
            }
        };
        let take = self.take_answer(integration, asked, lease, generation, old, answer, log);
        tokio::pin!(land, take);
        // Polled in this order: the bytes are on their way to the slot before anything reads them.
        tokio::select! {
            biased;
            () = &mut land => take.await,
            taken = &mut take => {
                if taken.is_err() {
                    land.await;
                }
                taken
            }
        }
    }

    /// Reads an answer and commits what it brought, with the row and the log. Also used for answers that an earlier run left
    /// behind.
    #[expect(clippy::too_many_arguments, reason = "one answer, handed over whole")]
    pub(crate) async fn take_answer(
        &self,
        integration: &Integration,
        asked: Asked<'_>,
        lease: &Lease,
        generation: GenerationNumber,
        old: &OAuthGrant,
        answer: &RawTokenAnswer,
        mut log: Vec<ActivityKind>,
    ) -> Result<Generation, RefreshFailure> {
        let reading = self.read_refreshed(asked, old, answer).await;
        let odd = odd_answer(&reading);
        let refused = reading.access.as_ref().err().cloned();
        if let (Some(failure), None) = (&refused, &reading.refresh_token) {
            match failure {
                // The service may have acted on it, and what it said was lost.
                RefreshFailure::Transient { delivery: Delivery::Ambiguous, .. } => {
                    self.note_lost_answer(integration.id, generation, answer.received_at);
                    self.clear_landing(lease).await;
                }
                // What ends the grant is forgotten when the row says so, not before.
                failure if failure.ends_grant() => {}
                _ => {
                    self.clear_intent_of(generation, lease).await;
                    self.clear_landing(lease).await;
                }
            }
            if let Some(odd) = odd {
                self.log(integration, odd).await;
            }
            return Err(failure.clone());
        }
        let grant = successor_of(old, reading, asked.service, answer);
        let event = match &refused {
            None => Some(TokenEvent::RefreshSucceeded {
                expires_at: grant.expires_at,
                refreshable: grant.refresh_token.is_some(),
            }),
            Some(_) => {
                log.clear(); // its failure is what there is to tell
                None
            }
        };
        log.extend(odd);
        let commit = GrantCommit { lease, expected: Some(generation), grant: &grant, event, log, at: self.now() };
        let committed = match self.vault().commit_grant(commit).await {
            Ok(committed) => committed,
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
        if refused.is_none() {
            self.note_obtained(integration.id);
            tracing::debug!(integration = %integration.id, "a new token was stored");
        }
        self.schedule_next(&committed.integration);
        match refused {
            None => Ok(Generation {
                integration_id: integration.id,
                number: committed.number,
                phase: GenerationPhase::Active,
                credential: Credential::OAuthGrant(grant),
                created_at: answer.received_at,
            }),
            // A service that gives a new refresh token has not ended the grant, whatever else it says.
            Some(RefreshFailure::GrantRefused(_) | RefreshFailure::InteractionRequired(_)) => {
                Err(RefreshFailure::Transient {
                    delivery: Delivery::Answered,
                    kind: TransientKind::UnusableToken,
                    retry_after: answer.retry_after,
                })
            }
            Some(failure) => Err(failure),
        }
    }

    /// An answer that brought nothing is not needed any more, nor is the intent.
    pub(crate) async fn forget_answer(&self, lease: &Lease) {
        self.clear_intent(lease).await;
        self.clear_landing(lease).await;
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
}

/// Whether a grant came after the refusal of another one.
fn is_newer(active: &Generation, refused_at: Timestamp) -> bool {
    matches!(&active.credential, Credential::OAuthGrant(grant) if grant.obtained_at > refused_at)
}

/// Whether a request that was sent at `sent_at` saw a sleep: awake, it would have been given up before `now`.
fn slept_since(sent_at: Timestamp, now: Timestamp) -> bool {
    now.since(sent_at) > LEASE_TERM
}

/// The answer with the time from which its token lives. After a sleep it is known only that it was issued after the sending.
pub(crate) fn dated(answer: RawTokenAnswer, sent_at: Timestamp) -> RawTokenAnswer {
    let received_at = if slept_since(sent_at, answer.received_at) { sent_at } else { answer.received_at };
    RawTokenAnswer { received_at, ..answer }
}

/// What the log says of an answer that was not as RFC 6749 §5.1 has it.
pub(crate) fn odd_answer(reading: &TokenAnswerReading) -> Option<ActivityKind> {
    let what = reading.oddities.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ");
    (!what.is_empty()).then_some(ActivityKind::OddAnswer { what })
}

/// The grant after an answer: what the answer did not bring, the old grant keeps (RFC 6749 §6).
pub(crate) fn successor_of(
    old: &OAuthGrant,
    reading: TokenAnswerReading,
    service: &OAuthService,
    answer: &RawTokenAnswer,
) -> OAuthGrant {
    let refresh_life = life_after(old, &reading, answer.received_at);
    let (access_token, expires_at, token_type) = match reading.access {
        Ok(token) => {
            let lifetime = reading.expires_in.or(service.lifetimes.access_default);
            (Some(token), lifetime.map(|lifetime| answer.received_at.after(lifetime)), reading.token_type)
        }
        Err(_) => (old.access_token.clone(), old.expires_at, old.token_type.clone()),
    };
    OAuthGrant {
        refresh_life,
        refresh_token: reading.refresh_token.or_else(|| old.refresh_token.clone()),
        access_token,
        expires_at,
        token_type,
        scopes: reading.scopes.or_else(|| old.scopes.clone()),
        id_token: reading.id_token.or_else(|| old.id_token.clone()),
        dpop_key: answer.dpop_key.clone().or_else(|| old.dpop_key.clone()),
        obtained_at: answer.received_at,
    }
}

/// The life of the refresh token after an answer.
fn life_after(old: &OAuthGrant, reading: &TokenAnswerReading, at: Timestamp) -> Option<RefreshTokenLife> {
    let said = reading.refresh_expires_in;
    let Some(held) = &old.refresh_token else {
        return reading.refresh_token.as_ref().map(|_| RefreshTokenLife::begun(at, said));
    };
    // EXPOSE: told apart in constant time, since some services send the same one back.
    let is_same = |new: &RefreshToken| bool::from(new.expose().as_bytes().ct_eq(held.expose().as_bytes()));
    let is_new = reading.refresh_token.as_ref().is_some_and(|new| !is_same(new));
    let before = old.refresh_life.unwrap_or(RefreshTokenLife::begun(old.obtained_at, None));
    Some(before.refreshed(is_new, said, at))
}
