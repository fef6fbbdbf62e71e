//! An application that acts in its own name (RFC 6749 §4.4): connected without a browser, and asked for anew when its token ends.
//!
//! It is kept as a service account is: its access tokens lie in memory only, because they can be had again at any time. What
//! stands for it in the vault is a grant without tokens, which holds the key that they are bound to where they are (RFC 9449).
//! INVARIANT: there is no grant that a service could end, so nothing it answers is a Reconnect: a refused client is a refused app
//! registration, which is tried again once it was mended.

use std::sync::Arc;

use storm_connectors::Connector;
use storm_domain::port::{ClientIdentity, NewIntegration, TokenGrant, TokenRequest};
use storm_domain::{
    ActivityKind, AttemptId, AuthorizationGrant, Credential, Event, Failure, Fields, Integration, Method, OAuthGrant,
    OAuthService, RefreshFailure, RefreshState, TokenEvent, TokenState, Verdict,
};

use crate::authorization::{Plan, empty_grant};
use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::refresh::odd_answer;
use crate::service_account::ExchangedToken;
use crate::view::AuthorizationProgress;

/// Scopes that say something about a person (OpenID Connect Core §5.4, §11), of whom there is none here.
const PERSONAL_SCOPES: &[&str] = &["openid", "profile", "email", "address", "phone", "offline_access"];

impl Engine {
    /// Whether tokens are had for the asking, and kept in memory only: a service account, or a client in its own name.
    pub(crate) fn is_exchanged(&self, integration: &Integration) -> bool {
        match integration.method {
            Method::ServiceAccount => !self.shows_certificate(&integration.connector_id, integration.method),
            Method::ApiKey => false,
            Method::OAuth => self.exchanges(&integration.connector_id, &integration.fields),
        }
    }

    /// Whether keys of this service are shown in handshakes as they are: nothing comes of one that could renew, or be lent.
    pub(crate) fn shows_certificate(&self, connector_id: &str, method: Method) -> bool {
        let connector = self.parts.catalogue.connector(connector_id);
        method == Method::ServiceAccount && connector.is_some_and(Connector::shows_certificates)
    }

    /// Whether an integration's credential is used as it is until somebody replaces it: a pasted key, or a certificate.
    pub(crate) fn is_lasting(&self, integration: &Integration) -> bool {
        integration.method == Method::ApiKey || self.shows_certificate(&integration.connector_id, integration.method)
    }

    /// Whether apps of this service act in their own name.
    pub(crate) fn exchanges(&self, connector_id: &str, fields: &Fields) -> bool {
        // Of a person's sign-in this is known without filling a template: the schedule asks it of each integration at every start.
        let known = self.parts.catalogue.connector(connector_id).filter(|one| one.refresh_lifetimes(fields).is_none());
        let service = known.and_then(|known| known.oauth_service(fields).ok());
        service.is_some_and(|service| service.grant == AuthorizationGrant::ClientCredentials)
    }

    /// Connects in the background, as an authorization does after its redirect.
    pub(crate) async fn carry_out_without_browser(self: Arc<Self>, id: AttemptId, plan: Plan) {
        let progress = match self.connect_client(&plan).await {
            Ok(verdict) => AuthorizationProgress::Completed {
                integration_id: plan.integration.id,
                account: verdict.account().cloned(),
                verdict,
            },
            Err(failure) => {
                self.log_unless_new(&plan, &failure).await;
                AuthorizationProgress::Failed { failure }
            }
        };
        self.progress(id, progress);
    }

    /// Asks first, and adds the integration only when a token came.
    async fn connect_client(&self, plan: &Plan) -> Result<Verdict, Failure> {
        let id = plan.integration.id;
        let flight = self.flights.take_off(id).await;
        let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
        let grant = match active.map(|generation| generation.credential) {
            Some(Credential::OAuthGrant(grant)) => grant,
            _ => self.stand_in(&plan.service)?,
        };
        let wanted = Integration { requested_scopes: plan.scopes.clone(), ..plan.integration.clone() };
        let asked = self.ask_as_client(&wanted, &plan.service, &plan.client, &grant).await;
        let exchanged = asked.map_err(|failure| failure.to_failure())?;
        let now = self.now();
        let integration = if plan.is_new {
            let state = TokenState::Active { expires_at: exchanged.expires_at, refresh: RefreshState::Idle };
            let integration = Integration { state, last_refreshed_at: Some(now), ..wanted };
            let credential = Some(Credential::OAuthGrant(grant.clone()));
            let new = NewIntegration { integration, credential };
            self.vault().add_integration(new).await
        } else {
            let event = TokenEvent::CredentialSaved { expires_at: exchanged.expires_at, refreshable: true };
            self.change(id, |row| {
                row.state = row.state.clone().step(event.clone(), now);
                row.last_refreshed_at = Some(now);
                row.requested_scopes.clone_from(&plan.scopes);
            })
            .await
        };
        let integration = integration.map_err(|error| error.to_failure())?;
        self.exchanged.keep(id, exchanged.clone());
        self.note_obtained(id);
        drop(flight);
        self.schedule_next(&integration);
        let verdict = self.verdict_on(&integration, &Credential::OAuthGrant(holding(&grant, &exchanged))).await?;
        self.keep_verdict(&integration, &verdict).await?;
        let account = verdict.account().map(|account| account.label.clone());
        self.log(&integration, ActivityKind::Connected { account }).await;
        self.parts.events.publish(Event::IntegrationChanged { id });
        Ok(verdict)
    }

    /// A grant without tokens, with a key if tokens are to be bound to one.
    fn stand_in(&self, service: &OAuthService) -> Result<OAuthGrant, Failure> {
        let dpop_key = if service.dpop { Some(self.make_dpop_key()?) } else { None };
        Ok(OAuthGrant { dpop_key, ..empty_grant(self.now()) })
    }

    pub(crate) fn make_dpop_key(&self) -> Result<storm_secret::PrivateKey, Failure> {
        let key = self.parts.provider.make_dpop_key();
        key.ok_or_else(|| crate::engine::internal("No key could be made to bind the tokens to."))
    }

    /// A new access token of a client in its own name.
    pub(crate) async fn exchange_client(
        &self,
        integration: &Integration,
        grant: &OAuthGrant,
    ) -> Result<ExchangedToken, RefreshFailure> {
        let (service, client) = self.oauth_party(integration).await.map_err(|_| RefreshFailure::NotPrepared)?;
        self.ask_as_client(integration, &service, &client, grant).await
    }

    pub(crate) async fn ask_as_client(
        &self,
        integration: &Integration,
        service: &OAuthService,
        client: &ClientIdentity,
        grant: &OAuthGrant,
    ) -> Result<ExchangedToken, RefreshFailure> {
        let scopes: Vec<String> = integration
            .requested_scopes
            .iter()
            .filter(|scope| !PERSONAL_SCOPES.contains(&scope.as_str()))
            .cloned()
            .collect();
        let asked = TokenGrant::ClientCredentials { scopes: &scopes };
        let request = TokenRequest { service, client, grant: asked, dpop_key: grant.dpop_key.as_ref() };
        let answer = self.parts.provider.send_token_request(request).await?;
        let reading = self.parts.provider.read_token_answer(service, &answer);
        if let Some(odd) = odd_answer(&reading) {
            tracing::info!(integration = %integration.id, ?odd, "a token answer was odd");
        }
        let token = reading.access.map_err(|failure| match failure {
            RefreshFailure::GrantRefused(words) | RefreshFailure::InteractionRequired(words) => {
                RefreshFailure::RequestRefused(words)
            }
            failure => failure,
        })?;
        let lifetime = reading.expires_in.or(service.lifetimes.access_default);
        Ok(ExchangedToken {
            token,
            expires_at: lifetime.map(|lifetime| answer.received_at.after(lifetime)),
            token_type: reading.token_type,
        })
    }
}

/// The grant as it would be with the token in it, to use it.
pub(crate) fn holding(grant: &OAuthGrant, exchanged: &ExchangedToken) -> OAuthGrant {
    OAuthGrant {
        access_token: Some(exchanged.token.clone()),
        expires_at: exchanged.expires_at,
        token_type: exchanged.token_type.clone(),
        ..grant.clone()
    }
}
