//! Lending a key that signs (AWS): with its id, since its secret alone is of no use, and most often a short-lived one that the
//! service makes of it.
//!
//! Short-lived keys lie in memory only, since they can be had again at any time. INVARIANT: where the connector and its fields
//! ask for a short-lived key, the lasting one is never lent in its place, whatever the service answers.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::{
    Action, ActivityKind, ApiKeyCredential, Credential, ErrorCode, Failure, Integration, IntegrationId, KeyPlacement,
    Method, RefreshFailure, SessionKey, SessionRequest, Timestamp, TokenEvent, TokenState,
};
use storm_secret::{AccessToken, ApiKey};

use crate::engine::{Engine, internal};
use crate::error::{ToFailure as _, passing_trouble, quoted, reconnect_needed};
use crate::lend::not_so_long;
use crate::view::LendingView;

/// A short-lived key with less than this left is replaced before it is lent: botocore asks for another one from 15 minutes before
/// the end on, and would be given the same again (botocore/credentials.py, `RefreshableCredentials`).
const SESSION_MARGIN: Duration = Duration::from_secs(15 * 60);

/// A key in two or three parts, lent.
#[derive(Debug)]
pub struct LentAccessKey {
    /// Its public id.
    pub id: String,
    /// What requests are signed with.
    pub secret: ApiKey,
    /// What is sent along with each request; None = the lasting key itself.
    pub session_token: Option<AccessToken>,
    /// When it ends; None = only when somebody ends it.
    pub expires_at: Option<Timestamp>,
    /// Of which integration.
    pub integration_id: IntegrationId,
}

/// A short-lived key, and what it was asked for by.
#[derive(Clone)]
pub(crate) struct KeptSession {
    request: SessionRequest,
    key: SessionKey,
}

impl Engine {
    /// Lends the access key of the integration called `name` (or with that id) to `consumer`, or a short-lived one in its place.
    ///
    /// # Errors
    /// As [`Engine::lend`]; and where the integration has no key that signs.
    pub async fn lend_access_key(
        self: &Arc<Self>,
        name: &str,
        consumer: &str,
        min_lifetime: Option<Duration>,
    ) -> Result<LentAccessKey, Failure> {
        let integration = self.lendable(name).await?;
        let lent = self.access_key_to_lend(&integration, min_lifetime).await;
        let lent = lent.inspect_err(|failure| self.tell_if_in_vain(integration.id, failure))?;
        self.log_behind(integration, ActivityKind::Lent { consumer: consumer.to_owned() }).await;
        Ok(lent)
    }

    async fn access_key_to_lend(
        &self,
        integration: &Integration,
        min_lifetime: Option<Duration>,
    ) -> Result<LentAccessKey, Failure> {
        if !self.has_signing_key(integration) {
            let what = format!("“{}” has no access key of AWS. Ask for it without --format aws.", integration.name);
            return Err(Failure::new(ErrorCode::NotSupported, what, None));
        }
        let connector = self.connector(&integration.connector_id)?;
        let request = connector.session_request(&integration.fields).map_err(|error| error.to_failure())?;
        let key = self.lendable_key(integration).await?;
        let integration_id = integration.id;
        Ok(match request {
            Some(request) => {
                let session = self.session(integration, &request, min_lifetime.unwrap_or_default()).await?;
                LentAccessKey {
                    id: session.id,
                    secret: session.secret,
                    session_token: Some(session.token),
                    expires_at: Some(session.ends_at),
                    integration_id,
                }
            }
            None => LentAccessKey {
                id: key.id.ok_or_else(|| internal("This key has no id."))?,
                secret: key.key,
                session_token: None,
                expires_at: None,
                integration_id,
            },
        })
    }

    /// Whether its key is of use only together with its id, because it signs.
    pub(crate) fn has_signing_key(&self, integration: &Integration) -> bool {
        let connector = self.parts.catalogue.connector(&integration.connector_id);
        let placement = connector.and_then(|one| one.key_placement(integration.method, &integration.fields).ok());
        integration.method == Method::ApiKey && matches!(placement, Some(KeyPlacement::AwsSigV4 { .. }))
    }

    /// What other tools are lent of an integration.
    pub(crate) fn lends(&self, integration: &Integration) -> LendingView {
        let connector = self.parts.catalogue.connector(&integration.connector_id);
        let session = connector.and_then(|one| one.session_request(&integration.fields).ok().flatten());
        match integration.method {
            Method::ApiKey if self.has_signing_key(integration) && session.is_some() => LendingView::SessionKey,
            Method::ApiKey if self.has_signing_key(integration) => LendingView::AccessKey,
            Method::ApiKey => LendingView::Key,
            Method::ServiceAccount if self.is_lasting(integration) => LendingView::Nothing,
            Method::OAuth | Method::ServiceAccount => LendingView::AccessToken,
        }
    }

    /// A short-lived key: the kept one, or another when little is left of it. While the service has passing trouble, the kept one is
    /// given as long as it lives.
    async fn session(
        &self,
        integration: &Integration,
        request: &SessionRequest,
        wanted: Duration,
    ) -> Result<SessionKey, Failure> {
        let id = integration.id;
        let lasts = |key: &SessionKey, long_enough: Duration| self.now().after(long_enough) < key.ends_at;
        let kept = || self.exchanged.kept_session(id).filter(|kept| kept.request == *request).map(|kept| kept.key);
        self.look_at_clocks();
        if let Some(key) = kept().filter(|key| lasts(key, wanted.max(SESSION_MARGIN))) {
            return Ok(key);
        }
        let flight = self.flights.take_off(id).await;
        // Another flight may have brought one while this one waited.
        let present = kept();
        if let Some(key) = present.clone().filter(|key| lasts(key, wanted.max(SESSION_MARGIN))) {
            return Ok(key);
        }
        let made = self.make_session(integration, request).await;
        drop(flight);
        match (made, present) {
            (Ok(key), _) if !lasts(&key, wanted) => Err(not_so_long()),
            (Ok(key), _) => Ok(key),
            (Err(failure), Some(key))
                if failure.code == ErrorCode::ServiceUnreachable && lasts(&key, Duration::ZERO) =>
            {
                Ok(key)
            }
            (Err(failure), _) => Err(failure),
        }
    }

    /// Asks with the key in use. When another one was switched to meanwhile, the answer is about one that is on its way out, so the
    /// new one is asked with instead.
    async fn make_session(&self, integration: &Integration, request: &SessionRequest) -> Result<SessionKey, Failure> {
        let id = integration.id;
        loop {
            let tried = self.active_number(id).await.map_err(|error| error.to_failure())?;
            let key = self.lendable_key(integration).await?;
            let made = self.parts.provider.make_session(request, &key).await;
            // Kept before the look, so that a switch that comes after the look forgets it.
            if let Ok(key) = &made {
                self.exchanged.keep_session(id, KeptSession { request: request.clone(), key: key.clone() });
            }
            if self.active_number(id).await.map_err(|error| error.to_failure())? != tried {
                self.exchanged.forget(id);
                continue;
            }
            return match made {
                Ok(key) => Ok(key),
                Err(RefreshFailure::GrantRefused(words)) => {
                    self.enter_reconnect(integration, TokenEvent::CredentialRefused { words: words.clone() }).await;
                    let failure = RefreshFailure::GrantRefused(words).to_failure();
                    Err(Failure { action: Some(Action::ReplaceCredential), ..failure })
                }
                Err(RefreshFailure::RequestRefused(words)) => {
                    let message = format!(
                        "The service made no short-lived key ({}). Check the role, its external ID, and what the key's user may do.",
                        quoted(&words)
                    );
                    Err(Failure::new(ErrorCode::RequestRefused, message, None))
                }
                Err(RefreshFailure::Transient { kind, .. }) => {
                    Err(passing_trouble(kind, "No short-lived key came of it"))
                }
                Err(failure) => Err(failure.to_failure()),
            };
        }
    }

    /// The key in use, unless the service refuses it.
    pub(crate) async fn lendable_key(&self, integration: &Integration) -> Result<ApiKeyCredential, Failure> {
        let active = self.vault().active_generation(integration.id).await.map_err(|error| error.to_failure())?;
        if let TokenState::NeedsReconnect { .. } = integration.state {
            return Err(reconnect_needed("The service refuses this key."));
        }
        match active.map(|generation| generation.credential) {
            Some(Credential::ApiKey(credential)) => Ok(credential),
            _ => Err(internal("This integration has no key.")),
        }
    }
}
