//! Setting up with a key file, and exchanging the key for short-lived access tokens, which are kept in memory only.

use std::collections::HashMap;
use std::sync::Mutex;

use storm_domain::{
    Action, Credential, Failure, HeldSecretId, Integration, IntegrationId, Method, RefreshFailure, RefreshState,
    ServiceAccountKey, Timestamp, TokenEvent, TokenState,
};
use storm_secret::AccessToken;

use crate::access_key::KeptSession;
use crate::engine::{Engine, lock};
use crate::error::{ToFailure as _, failure_of_trouble};
use crate::naming::is_chosen;
use crate::rotation::is_same_secret;
use crate::view::{AddServiceAccountRequest, SavedView};

/// Access tokens that were exchanged for keys. They can be had again at any time, so they are never written down.
#[derive(Default)]
pub(crate) struct ExchangedTokens {
    tokens: Mutex<HashMap<IntegrationId, ExchangedToken>>,
    /// The same of keys that sign.
    sessions: Mutex<HashMap<IntegrationId, KeptSession>>,
}

#[derive(Clone)]
pub(crate) struct ExchangedToken {
    pub(crate) token: AccessToken,
    pub(crate) expires_at: Option<Timestamp>,
    /// As sent; None = not said, or never anything but Bearer.
    pub(crate) token_type: Option<String>,
}

impl ExchangedTokens {
    pub(crate) fn forget(&self, id: IntegrationId) {
        lock(&self.tokens).remove(&id);
        lock(&self.sessions).remove(&id);
    }

    pub(crate) fn forget_all(&self) {
        lock(&self.tokens).clear();
        lock(&self.sessions).clear();
    }

    pub(crate) fn kept(&self, id: IntegrationId) -> Option<ExchangedToken> {
        lock(&self.tokens).get(&id).cloned()
    }

    pub(crate) fn kept_session(&self, id: IntegrationId) -> Option<KeptSession> {
        lock(&self.sessions).get(&id).cloned()
    }

    pub(crate) fn keep_session(&self, id: IntegrationId, session: KeptSession) {
        lock(&self.sessions).insert(id, session);
    }

    pub(crate) fn keep(&self, id: IntegrationId, token: ExchangedToken) {
        lock(&self.tokens).insert(id, token);
    }
}

impl Engine {
    /// Saves a new integration with its key file, then exchanges and verifies it.
    ///
    /// # Errors
    /// When the fields or the file cannot be used, or the vault cannot be written; nothing is saved then.
    pub async fn add_service_account(&self, request: AddServiceAccountRequest) -> Result<SavedView, Failure> {
        let connector = self.connector(&request.connector_id)?;
        let fields = self.checked_fields(connector, Method::ServiceAccount, &request.fields).await?;
        let scopes = connector.scopes_to_request(Method::ServiceAccount, &request.scopes);
        let is_named = is_chosen(request.name.as_deref());
        let integration = self
            .new_integration(&request.connector_id, request.name, Method::ServiceAccount, fields, None, scopes)
            .await?;
        let key = self.held_key(&integration, request.file)?;
        let saved = self.add(integration, Credential::ServiceAccountKey(key), is_named).await?;
        self.held.release(request.file);
        Ok(saved)
    }

    /// Replaces the key file of an integration at once, for a key that no longer works, then verifies it.
    ///
    /// # Errors
    /// When the file cannot be used or saved; the old one stays then.
    pub async fn replace_key_file(&self, id: IntegrationId, file: HeldSecretId) -> Result<SavedView, Failure> {
        let integration = self.live(id).await?;
        let key = self.held_key(&integration, file)?;
        let saved = self.replace(&integration, Credential::ServiceAccountKey(key)).await?;
        self.held.release(file);
        Ok(saved)
    }

    /// An access token for a service account or a client in its own name: the kept one, or a newly exchanged one.
    pub(crate) async fn exchange(&self, integration: &Integration) -> Result<ExchangedToken, Failure> {
        let id = integration.id;
        let flight = self.flights.take_off(id).await;
        self.look_at_clocks();
        if let Some(kept) = self.exchanged.kept(id)
            && kept.expires_at.is_none_or(|end| self.now() < end)
        {
            return Ok(kept);
        }
        if let TokenState::NeedsReconnect { .. } = integration.state {
            return Err(crate::error::reconnect_needed("The service refuses this key."));
        }
        let asked = self.parts.clock.monotonic();
        let result = self.exchange_active(integration).await?;
        let now = self.now();
        let outcome = match result {
            Ok(exchanged) => {
                self.note_obtained(id);
                tracing::debug!(integration = %id, "a new token was exchanged");
                self.log(integration, self.refreshed_since(asked)).await;
                let event = TokenEvent::RefreshSucceeded { expires_at: exchanged.expires_at, refreshable: true };
                let written = self
                    .change(id, |row| {
                        row.state = row.state.clone().step(event.clone(), now);
                        row.last_refreshed_at = Some(now);
                    })
                    .await;
                if let Err(error) = written {
                    tracing::error!(%error, integration = %id, "an exchanged token's row could not be written");
                }
                Ok(exchanged)
            }
            Err(RefreshFailure::GrantRefused(words)) => {
                self.enter_reconnect(integration, TokenEvent::CredentialRefused { words: words.clone() }).await;
                Err(Failure {
                    action: Some(Action::ReplaceCredential),
                    ..RefreshFailure::GrantRefused(words).to_failure()
                })
            }
            Err(failure) => {
                self.postpone(integration, &failure).await;
                Err(failure.to_failure())
            }
        };
        drop(flight);
        outcome
    }

    /// Exchanges the key in use, and keeps what comes of it. When another one, or another client secret, was switched to meanwhile,
    /// the answer is about one that is on its way out: its token may end with it, and its refusal says nothing of the new one. So
    /// the new one is exchanged instead.
    async fn exchange_active(
        &self,
        integration: &Integration,
    ) -> Result<Result<ExchangedToken, RefreshFailure>, Failure> {
        let id = integration.id;
        loop {
            let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
            let tried = active.as_ref().map(|generation| generation.number);
            let presented = self.secret_in_use(integration).await.map_err(|error| error.to_failure())?;
            let result = match active.map(|generation| generation.credential) {
                Some(Credential::ServiceAccountKey(key)) => self.exchange_key(integration, &key).await,
                Some(Credential::OAuthGrant(grant)) => self.exchange_client(integration, &grant).await,
                _ => return Err(crate::engine::internal("This integration has no key file.")),
            };
            // Kept before the look, so that a switch that comes after the look forgets it.
            if let Ok(exchanged) = &result {
                self.exchanged.keep(id, exchanged.clone());
            }
            let in_use = self.secret_in_use(integration).await.map_err(|error| error.to_failure())?;
            let is_current = self.active_number(id).await.map_err(|error| error.to_failure())? == tried
                && is_same_secret(presented.as_ref(), in_use.as_ref());
            let goes_on = match &result {
                Err(RefreshFailure::RegistrationRefused(words)) if is_current => {
                    self.has_other_secret(integration, presented.as_ref(), words).await?
                }
                _ => !is_current,
            };
            if !goes_on {
                return Ok(result);
            }
            self.exchanged.forget(id);
        }
    }

    /// Exchanges any key of an integration, active or not, without keeping what comes of it.
    pub(crate) async fn exchange_key(
        &self,
        integration: &Integration,
        key: &ServiceAccountKey,
    ) -> Result<ExchangedToken, RefreshFailure> {
        let service = self.service_account_service(integration, key).map_err(|_| RefreshFailure::NotPrepared)?;
        let now = self.now();
        let (token, expires_in) = self.parts.provider.exchange_assertion(&service, key, now).await?;
        let expires_in = expires_in.or(service.lifetimes.access_default);
        Ok(ExchangedToken { token, expires_at: expires_in.map(|lifetime| now.after(lifetime)), token_type: None })
    }

    /// Why a token is not to be had right now, for an integration that backs off.
    pub(crate) fn backing_off(&self, integration: &Integration) -> Option<Failure> {
        match &integration.state {
            TokenState::Active { refresh: RefreshState::BackingOff { until, trouble, .. }, .. }
                if self.is_pausing(*until) =>
            {
                Some(failure_of_trouble(trouble))
            }
            _ => None,
        }
    }
}
