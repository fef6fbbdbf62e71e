//! What a service's metadata says, shown before anything is authorized.
//!
//! INVARIANT: what was shown is what is used: an authorization soon after takes the very endpoints that the dialog showed, and
//! keeps them in the integration's fields.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_connectors::{Connector, Discovery};
use storm_domain::{
    Action, Discovered, DiscoveryError, ErrorCode, Failure, Fields, Method, OAuthService, RevokeRequest, Timestamp,
};
use url::Url;

use crate::engine::{Engine, lock};
use crate::error::{ToFailure, transient_words};
use crate::view::{DiscoveryView, EndpointPurpose, EndpointView};

/// How long a dialog may take from the look to the button.
const LONGEST_KEPT: Duration = Duration::from_secs(10 * 60);

/// Services that are set up at the same time.
const MOST_KEPT: usize = 16;

/// What was discovered lately, the latest at the end.
#[derive(Default)]
pub(crate) struct Discoveries(Mutex<Vec<Shown>>);

struct Shown {
    connector_id: String,
    issuer: Url,
    at: Timestamp,
    found: Arc<Discovered>,
}

impl Shown {
    fn is_of(&self, connector_id: &str, issuer: &Url) -> bool {
        self.connector_id == connector_id && self.issuer == *issuer
    }
}

impl Engine {
    /// Looks up what the service behind these fields says of itself; None = nothing is to be looked up for them.
    ///
    /// # Errors
    /// When a field cannot be used, or the address does not describe a service that can be trusted.
    pub async fn discover(&self, connector_id: &str, fields: &Fields) -> Result<Option<DiscoveryView>, Failure> {
        let connector = self.connector(connector_id)?;
        let fields = connector.check_fields(Method::OAuth, fields).map_err(ToFailure::to_failure)?;
        let Some(discovery) = connector.discovery(&fields).map_err(ToFailure::to_failure)? else { return Ok(None) };
        let found = self.look_up(connector, &discovery).await?;
        Ok(Some(view(&discovery.issuer, &found)))
    }

    /// What the service behind these checked fields says of itself: what was shown already, if that was lately, or else what is
    /// looked up now. None = nothing is to be looked up for them.
    ///
    /// # Errors
    /// As [`Self::discover`].
    pub(crate) async fn discovered(
        &self,
        connector: &Connector,
        fields: &Fields,
    ) -> Result<Option<Arc<Discovered>>, Failure> {
        let Some(discovery) = connector.discovery(fields).map_err(ToFailure::to_failure)? else { return Ok(None) };
        let now = self.now();
        let shown = lock(&self.discoveries.0)
            .iter()
            .find(|shown| shown.is_of(&connector.id, &discovery.issuer) && now.since(shown.at) < LONGEST_KEPT)
            .map(|shown| Arc::clone(&shown.found));
        match shown {
            Some(found) => Ok(Some(found)),
            None => self.look_up(connector, &discovery).await.map(Some),
        }
    }

    async fn look_up(&self, connector: &Connector, discovery: &Discovery) -> Result<Arc<Discovered>, Failure> {
        let found = self.parts.provider.discover(&discovery.issuer, discovery.service.clone()).await;
        let mut kept = lock(&self.discoveries.0);
        kept.retain(|shown| !shown.is_of(&connector.id, &discovery.issuer));
        let found = Arc::new(found.map_err(|error| about_field(error, connector.discovers_from()))?);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push(Shown {
            connector_id: connector.id.clone(),
            issuer: discovery.issuer.clone(),
            at: self.now(),
            found: Arc::clone(&found),
        });
        Ok(found)
    }
}

fn view(issuer: &Url, found: &Discovered) -> DiscoveryView {
    let OAuthService { authorize_url, token_url, userinfo_url, id_tokens, revoke, .. } = &found.service;
    let endpoints = [
        (EndpointPurpose::Authorize, Some(authorize_url)),
        (EndpointPurpose::Token, Some(token_url)),
        (EndpointPurpose::Userinfo, userinfo_url.as_ref()),
        (EndpointPurpose::Revoke, revoke.as_ref().map(|RevokeRequest { url, .. }| url)),
        (EndpointPurpose::Keys, id_tokens.as_ref().map(|rules| &rules.jwks_url)),
    ];
    let endpoint = |(purpose, url): (EndpointPurpose, Option<&Url>)| {
        let url = url?;
        Some(EndpointView { purpose, host: host_of(url), is_elsewhere: host_of(url) != host_of(issuer) })
    };
    DiscoveryView {
        issuer: found.service.issuer.clone().unwrap_or_default(),
        endpoints: endpoints.into_iter().filter_map(endpoint).collect(),
        scopes: found.offers.scopes.clone(),
        refresh: found.offers.refresh,
        device: found.offers.device,
        registration: found.offers.registration.is_some(),
    }
}

fn host_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// A discovery that failed, said at the field that named the service.
fn about_field(error: DiscoveryError, field: Option<&str>) -> Failure {
    let unusable = |message: String| Failure {
        field: field.map(str::to_owned),
        ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
    };
    match error {
        DiscoveryError::Unreachable(kind) => Failure::new(
            ErrorCode::ServiceUnreachable,
            format!("The service's description could not be read. {}", discovery_words(kind)),
            Some(Action::Retry),
        ),
        DiscoveryError::NoMetadata => unusable(
            "This address answers, but does not say where to sign in. Enter the issuer as the service's documentation gives it, or leave this empty and enter the addresses.".to_owned(),
        ),
        DiscoveryError::TooLarge | DiscoveryError::TooDeep => unusable(
            "What this address answers is far larger than the description of a service. Check the address.".to_owned(),
        ),
        DiscoveryError::Redirected { to } => unusable(format!(
            "This address redirects to {to}, which is not followed by itself. If that is the service you mean, enter its address."
        )),
        DiscoveryError::InsideNetwork { host } => unusable(format!(
            "This service names {host}, an address inside a network, which no service of the internet may send this computer to. Check the address; a service of your own network is entered by its own address."
        )),
        DiscoveryError::IssuerMismatch { named } => unusable(format!(
            "This address describes another service than the one entered: “{named}”. If that is the one you mean, enter it exactly so."
        )),
        DiscoveryError::EndpointNotHttps { endpoint } => unusable(format!(
            "The service's description is not safe to use: its {endpoint} is not protected by https. Tell whoever runs the service."
        )),
        _ => unusable("This address cannot be used. Check it.".to_owned()),
    }
}

fn discovery_words(kind: storm_domain::TransientKind) -> &'static str {
    match kind {
        storm_domain::TransientKind::Timeout => "It did not come whole within ten seconds.",
        kind => transient_words(kind),
    }
}
