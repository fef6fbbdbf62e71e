//! What the run before left behind: answers in landing slots, intents without an answer, half-made integrations, rotations.
//!
//! In this order: an answer that landed is used before its refresh token is sent again; an intent without an answer is tried
//! at once with the same refresh token, since many services grant a while for that; only the service's refusal then makes it
//! a Reconnect, which says when the refresh was broken off and by what.

use std::sync::Arc;

use storm_domain::port::{GrantCommit, KeySource};
use storm_domain::{
    ActivityKind, Backoff, Credential, Failure, GenerationNumber, GenerationPhase, Integration, IntegrationId,
    InterruptedBy, Landed, Lease, Method, OAuthGrant, OAuthService, RefreshIntent, TokenState, VaultError,
};
use storm_secret::RefreshToken;
use subtle::ConstantTimeEq as _;

use crate::authorization::empty_grant;
use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::id_token::Asked;
use crate::refresh::{LEASE_TERM, successor_of};
use crate::unfinished::Unfinished;

impl Engine {
    /// Takes up what the run before left behind. Called once, before [`Engine::run_refresher`]. What needs the network goes
    /// on in the background: a service that hangs must not keep the vault from opening.
    ///
    /// # Errors
    /// When the vault cannot be read; what concerns one integration only is logged and does not stop the others.
    pub async fn recover(self: &Arc<Self>) -> Result<(), VaultError> {
        self.recall_preferences().await?;
        for landed in self.vault().landed().await? {
            let id = landed.integration_id;
            if let Err(failure) = self.replay(&landed).await {
                tracing::warn!(integration = %id, code = ?failure.code, "a landed answer could not be used yet");
                lock(&self.unreplayed).entry(id).or_default().push(landed);
            }
        }
        for landed in self.vault().overtaken().await? {
            let id = landed.integration_id;
            if let Err(failure) = self.look_at_overtaken(landed).await {
                tracing::warn!(integration = %id, code = ?failure.code, "an overtaken answer could not be looked at");
            }
        }
        self.note_open_intents().await?;
        for row in self.vault().unsettled().await? {
            let id = row.id;
            if let Err(failure) = self.settle(row).await {
                tracing::warn!(integration = %id, code = ?failure.code, "an integration could not be settled");
            }
        }
        for rotation in self.vault().rotations().await? {
            let (engine, id) = (Arc::clone(self), rotation.subject);
            tokio::spawn(async move {
                if let Err(failure) = engine.resume_rotation(rotation).await {
                    tracing::warn!(integration = %id, code = ?failure.code, "a rotation could not be resumed yet");
                }
            });
        }
        for rotation in self.vault().secret_rotations().await? {
            let (engine, id) = (Arc::clone(self), rotation.subject);
            tokio::spawn(async move {
                if let Err(failure) = engine.resume_secret_rotation(rotation).await {
                    tracing::warn!(registration = %id, code = ?failure.code, "a rotation could not be resumed yet");
                }
            });
        }
        self.empty_bin().await
    }

    /// Uses what [`Engine::recover`] could not use, on a disk that failed say. Until then nothing may be sent for this credential:
    /// the refresh token that would be sent is an old one.
    pub(crate) async fn replay_what_is_left(&self, id: IntegrationId) -> Result<(), Failure> {
        let left = lock(&self.unreplayed).remove(&id).unwrap_or_default();
        let mut left = left.into_iter();
        while let Some(landed) = left.next() {
            if let Err(failure) = self.replay(&landed).await {
                lock(&self.unreplayed).entry(id).or_default().extend(std::iter::once(landed).chain(left));
                return Err(failure);
            }
        }
        Ok(())
    }

    /// Uses an answer that was made durable but not committed.
    async fn replay(&self, landed: &Landed) -> Result<(), Failure> {
        let id = landed.integration_id;
        let row = self.vault().integration(id).await.map_err(|error| error.to_failure())?;
        let (service, client) = self.oauth_party(&row).await?;
        // Nothing here waits for the network.
        let asked = Asked { service: &service, client: &client, keys: KeySource::Memory };
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
                    if let Err(failure) = self.take_answer(&row, asked, &lease, sent, old, &landed.answer, log).await {
                        tracing::warn!(integration = %id, "a landed answer brought no token");
                        if self.awaits_word_on_secret(&row).await {
                            self.forget_answer(&lease).await; // who knows which secret was sent with it
                        } else {
                            self.note_earlier_interruption(id, sent).await?;
                            let _ = self.settle_failure(&row, sent, &lease, failure).await; // it is in the row and the log
                        }
                    }
                }
            }
            // A newer generation is active, so this answer came when its lease had been taken over.
            (Some(_), _) => self.keep_overtaken(&lease, &service, landed).await?,
            // An answer to a code: the first grant of an integration, or that of a reconnect, which `settle` finishes.
            (None, active) => {
                let reading = self.parts.provider.read_token_answer(&service, &landed.answer);
                if reading.refresh_token.is_some() || reading.access.is_ok() {
                    let grant = successor_of(&empty_grant(now), reading, &service, &landed.answer);
                    match active {
                        Some(_) => self
                            .vault()
                            .keep_beside(&lease, &grant, GenerationPhase::Staged, Vec::new(), now)
                            .await
                            .map(drop),
                        None => {
                            let commit = GrantCommit {
                                lease: &lease,
                                expected: None,
                                grant: &grant,
                                event: None,
                                log: Vec::new(),
                                at: now,
                            };
                            self.vault().commit_grant(commit).await.map(drop)
                        }
                    }
                    .map_err(|error| error.to_failure())?;
                } else {
                    self.clear_intent(&lease).await;
                    self.clear_landing(&lease).await;
                }
            }
        }
        self.give_back(&lease).await;
        Ok(())
    }

    /// An answer to a refresh that had been broken off before and was tried again: a refusal is about the first try.
    async fn note_earlier_interruption(&self, id: IntegrationId, sent: GenerationNumber) -> Result<(), Failure> {
        let intents = self.vault().open_intents().await.map_err(|error| error.to_failure())?;
        let is_retry = |intent: &&RefreshIntent| {
            intent.integration_id == id && intent.generation == Some(sent) && intent.retries > 0
        };
        if let Some(intent) = intents.iter().find(is_retry) {
            lock(&self.unfinished).insert(id, interrupted(sent, intent));
        }
        Ok(())
    }

    /// Looks at an answer whose slot was still full although a later grant was stored: emptied, unless it holds a refresh token
    /// that nobody stored.
    async fn look_at_overtaken(&self, landed: Landed) -> Result<(), Failure> {
        let id = landed.integration_id;
        let row = self.vault().integration(id).await.map_err(|error| error.to_failure())?;
        let (service, _) = self.oauth_party(&row).await?;
        let now = self.now();
        let lease = self.vault().acquire_lease(id, &self.parts.owner, now, now.after(LEASE_TERM)).await;
        let lease = lease.map_err(|error| error.to_failure())?;
        let kept = self.keep_overtaken(&lease, &service, &landed).await;
        self.give_back(&lease).await;
        kept
    }

    /// Keeps the refresh token of an overtaken answer beside the active one, unless it is stored already. Which of the two the
    /// service will take is known only when it refuses one.
    async fn keep_overtaken(&self, lease: &Lease, service: &OAuthService, landed: &Landed) -> Result<(), Failure> {
        let mut reading = self.parts.provider.read_token_answer(service, &landed.answer);
        reading.id_token = None; // it was not checked, and nothing needs it
        let (id, now) = (landed.integration_id, self.now());
        let Some(refresh_token) = &reading.refresh_token else {
            self.clear_landing(lease).await;
            return Ok(());
        };
        for info in self.vault().generations(id).await.map_err(|error| error.to_failure())? {
            // One that is retired or damaged is none that could be used.
            let Ok(stored) = self.vault().generation(id, info.number).await else { continue };
            if let Credential::OAuthGrant(OAuthGrant { refresh_token: Some(stored), .. }) = &stored.credential
                && is_same_token(stored, refresh_token)
            {
                self.clear_landing(lease).await;
                return Ok(());
            }
        }
        let grant = successor_of(&empty_grant(now), reading, service, &landed.answer);
        let kept = self.vault().keep_beside(lease, &grant, GenerationPhase::Superseded, Vec::new(), now).await;
        tracing::warn!(integration = %id, "an answer came after another refresh; its token is kept beside the active one");
        kept.map(drop).map_err(|error| error.to_failure())
    }

    /// Remembers every refresh that was sent and never answered, and sends it again at once.
    pub(crate) async fn note_open_intents(self: &Arc<Self>) -> Result<(), VaultError> {
        for intent in self.vault().open_intents().await? {
            let Some(generation) = intent.generation else { continue }; // a code is used once
            let id = intent.integration_id;
            // What was replayed and could not be committed stays the first to be saved.
            lock(&self.unfinished).entry(id).or_insert_with(|| interrupted(generation, &intent));
            if self.is_held_back(Method::OAuth) {
                continue; // until the user goes on
            }
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

    /// Takes a stored grant over once its service can be asked whose it is.
    fn adopt(self: &Arc<Self>, row: &Integration, stored: GenerationNumber) {
        let (engine, row) = (Arc::clone(self), row.clone());
        tokio::spawn(async move {
            let mut pause = Backoff::FIRST;
            let mut stopping = engine.stopping.subscribe();
            while let Err(failure) = engine.adopt_stored_grant(&row, stored).await {
                tracing::warn!(integration = %row.id, code = ?failure.code, "a stored grant could not be taken over yet");
                tokio::select! {
                    () = engine.parts.clock.sleep(pause) => {}
                    _ = stopping.wait_for(|stop| *stop) => return,
                }
                pause = (pause * 2).min(Backoff::LONGEST);
            }
        });
    }

    async fn settle_state(&self, row: &Integration) -> Result<(), Failure> {
        if row.state.clone().settled() == row.state {
            return Ok(());
        }
        self.change(row.id, |row| row.state = row.state.clone().settled())
            .await
            .map(drop)
            .map_err(|error| error.to_failure())
    }
}

/// What an intent of an earlier run says of it.
fn interrupted(generation: GenerationNumber, intent: &RefreshIntent) -> Unfinished {
    Unfinished { generation, sent_at: intent.at, by: InterruptedBy::Crash, unsaved: None, retries: intent.retries }
}

fn is_same_token(one: &RefreshToken, other: &RefreshToken) -> bool {
    // EXPOSE: compared in constant time.
    one.expose().as_bytes().ct_eq(other.expose().as_bytes()).into()
}
