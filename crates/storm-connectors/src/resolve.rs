//! From a connector and an integration's fields to what the protocol clients follow: templates filled, nothing to look up.
//!
//! INVARIANT: every URL that leaves here passed `check_url`. Deliberately absent: secrets, IO, and any choice that is not in
//! the catalogue or the fields.

use std::collections::BTreeMap;
use std::time::Duration;

use storm_domain::{
    AssertionRules, AuthorizationGrant, Fields, IdTokenRules, IdentityPaths, KeyEndRequest, KeyExchange, KeyPlacement,
    Method, OAuthService, RedirectHost, RefreshPolicy, RevokeRequest, RevokeTarget, ServiceAccountKey,
    ServiceAccountService, TokenLifetimes, VerifyRequest,
};
use thiserror::Error;
use url::{Position, Url};

use crate::connector::{Connector, KEY_FINGERPRINT, KEY_ID};
use crate::method::{ExchangeSpec, LifetimesEntry, MethodSpec, OAuthSetup, PlacementSpec, ServiceAccountSetup, Setup};
use crate::template::{Lookup, TemplateError, TextTemplate, UrlTemplate, check_url, is_loopback};

/// Names of the fields that keep what no template asks for.
pub(crate) const ISSUER_IN_REDIRECT: &str = "issuer_in_redirect";
pub(crate) const PUSHED_REQUIRED: &str = "pushed_authorization_required";

const LONGEST_ASSERTION: Duration = Duration::from_secs(3600);
const SHORTEST_VERIFICATION_INTERVAL_S: u64 = 3600;

/// Why a connector cannot say what was asked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ResolveError {
    /// The service does not offer this method.
    #[error("this service does not offer that way to authenticate; choose another method")]
    MethodNotOffered,
    /// The endpoints must be discovered first, see [`Connector::discovery`].
    #[error("the service's addresses are not known yet; they must be discovered first")]
    Undiscovered,
    /// A key is revoked by its id, and no id was given.
    #[error("the service turns a key off by its id, and this key's id is not known; turn it off on the service's page")]
    KeyIdMissing,
    /// Nothing comes of a key but connections that it proves.
    #[error("this service gives no tokens for its keys; their certificates are shown when a connection is made")]
    NotExchanged,
    /// No placement belongs to the value of the field that chooses it.
    #[error("it is not known where the key stands in a request; choose it in the fields")]
    PlacementUnknown,
    /// A template could not be filled.
    #[error(transparent)]
    Template(#[from] TemplateError),
}

/// Endpoints to be discovered before an authorization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// Where to look (RFC 8414 §3).
    pub issuer: Url,
    /// What to complete. Its endpoints are the issuer until then.
    pub service: OAuthService,
}

/// Pages of the service that a person opens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pages {
    /// Where keys or key files are made.
    pub keys: Option<Url>,
    /// Where apps are registered.
    pub apps: Option<Url>,
    /// The service's own guide.
    pub docs: Option<Url>,
}

impl Connector {
    /// The OAuth service for these fields.
    ///
    /// # Errors
    /// [`ResolveError::Undiscovered`] while its endpoints are known by issuer only.
    pub fn oauth_service(&self, fields: &Fields) -> Result<OAuthService, ResolveError> {
        let setup = self.oauth_setup()?;
        let url = |template: &UrlTemplate| self.url(fields, template);
        let token_url = url(&setup.token_url);
        let authorize_url = match (self.grant(fields, setup), url(&setup.authorize_url)) {
            (AuthorizationGrant::ClientCredentials, Err(_)) => token_url.clone(), // nobody is sent there
            (_, authorize_url) => authorize_url,
        };
        match (authorize_url, token_url) {
            (Ok(authorize_url), Ok(token_url)) => self.oauth_service_at(fields, authorize_url, token_url),
            _ if self.discovery_issuer(fields, setup).is_some() => Err(ResolveError::Undiscovered),
            (Err(missing), _) | (_, Err(missing)) => Err(missing),
        }
    }

    /// What to discover before an authorization; None = nothing, [`Connector::oauth_service`] knows it all. A refresh never
    /// needs it: it goes by the endpoints that [`Connector::keep_discovered`] kept.
    ///
    /// # Errors
    /// When the issuer is not a URL that may be used.
    pub fn discovery(&self, fields: &Fields) -> Result<Option<Discovery>, ResolveError> {
        let Some(issuer) = self.discovery_issuer(fields, self.oauth_setup()?) else { return Ok(None) };
        let issuer = check_url(&issuer).map_err(TemplateError::from)?;
        let service = self.oauth_service_at(fields, issuer.clone(), issuer.clone())?;
        Ok(Some(Discovery { issuer, service }))
    }

    /// The field that names the service to discover, if the connector has one.
    #[must_use]
    pub fn discovers_from(&self) -> Option<&str> {
        self.oauth_setup().ok()?.discover_from.as_deref()
    }

    /// The scopes to ask for: the user's choice, or the connector's own, and always those it cannot do without.
    #[must_use]
    pub fn scopes_to_request(&self, method: Method, chosen: &[String]) -> Vec<String> {
        let Some(spec) = self.method(method) else { return Vec::new() };
        let mut scopes = if chosen.is_empty() { spec.default_scopes() } else { chosen }.to_vec();
        for required in spec.oauth().map_or(&[][..], |setup| &setup.required_scopes) {
            if !scopes.contains(required) {
                scopes.push(required.clone());
            }
        }
        scopes
    }

    /// Which of the scopes asked for were not granted; none while the service has not said which were. `refreshable` = there is
    /// a refresh token, which is what `offline_access` asks for and many services do not name (OpenID Connect Core §11). `openid`
    /// allows nothing: it asks for an ID token (§3.1.2.1), and what follows from that is seen there.
    #[must_use]
    pub fn missing_scopes(&self, asked: &[String], granted: &[String], refreshable: bool) -> Vec<String> {
        let aliases = self.oauth_setup().ok().map(|setup| &setup.scope_aliases);
        let is_granted = |scope: &String| {
            let alias = aliases.and_then(|aliases| aliases.get(scope));
            scope == "openid"
                || (refreshable && scope == "offline_access")
                || granted.iter().any(|one| one == scope || Some(one) == alias || is_qualified(one, scope))
        };
        if granted.is_empty() {
            return Vec::new();
        }
        asked.iter().filter(|scope| !is_granted(scope)).cloned().collect()
    }

    /// What to register as redirect URI at the service: one without a port where it takes any, several where it compares
    /// the port too.
    ///
    /// # Errors
    /// When the service has no OAuth.
    pub fn redirect_uris(&self) -> Result<Vec<String>, ResolveError> {
        let setup = self.oauth_setup()?;
        let host = match setup.redirect.host {
            RedirectHost::IpLiteral => "127.0.0.1",
            RedirectHost::Localhost => "localhost",
        };
        let path = setup.redirect.path.as_deref().unwrap_or_default();
        if setup.redirect.ports.is_empty() {
            return Ok(vec![format!("http://{host}{path}")]);
        }
        Ok(setup.redirect.ports.iter().map(|port| format!("http://{host}:{port}{path}")).collect())
    }

    /// The request that proves a credential of this method.
    ///
    /// # Errors
    /// When the method is not offered, or a field is missing.
    pub fn verify_request(&self, method: Method, fields: &Fields) -> Result<VerifyRequest, ResolveError> {
        let spec = self.offered(method)?;
        let verify = &spec.verify;
        let placement = match &verify.token_query {
            Some(name) => KeyPlacement::Query { name: name.clone() },
            None => self.placement_of(spec, fields)?,
        };
        Ok(VerifyRequest {
            method: verify.method,
            url: self.at_origin(fields, verify.origin_from.as_deref(), self.url(fields, &verify.url)?)?,
            placement,
            headers: pairs(&verify.headers),
            body: verify.body.clone(),
            answer: verify.answer,
            ok_pointer: verify.ok_pointer.clone(),
            error_pointer: verify.error_pointer.clone(),
            limited_codes: verify.limited_codes.clone(),
            refused_codes: verify.refused_codes.clone(),
            limited_means: verify.limited_means.clone(),
            identity: IdentityPaths { id: verify.identity.id.clone(), label: verify.identity.label.clone() },
            is_userinfo: spec.oauth().is_some_and(|setup| setup.userinfo_url.as_ref() == Some(&verify.url)),
        })
    }

    /// The request that tells when a key of this method ends; None = the service does not tell.
    ///
    /// # Errors
    /// When the method is not offered, or a field is missing.
    pub fn key_end_request(&self, method: Method, fields: &Fields) -> Result<Option<KeyEndRequest>, ResolveError> {
        let spec = self.offered(method)?;
        let Some(end) = &spec.key_end else { return Ok(None) };
        Ok(Some(KeyEndRequest {
            url: self.url(fields, &end.url)?,
            placement: self.placement_of(spec, fields)?,
            headers: pairs(&end.headers),
            place: end.told.clone(),
        }))
    }

    /// How a credential of this method is ended by API; None = the service has no such request.
    ///
    /// # Errors
    /// [`ResolveError::KeyIdMissing`] where the service names keys by id and `key_id` is None.
    pub fn revoke_request(
        &self,
        method: Method,
        fields: &Fields,
        key_id: Option<&str>,
    ) -> Result<Option<RevokeRequest>, ResolveError> {
        let spec = self.offered(method)?;
        let Some(revoke) = &spec.revoke else { return Ok(None) };
        if revoke.target == RevokeTarget::ByKeyId && key_id.is_none_or(str::is_empty) {
            return Err(ResolveError::KeyIdMissing);
        }
        let lookup = |name: &str| if name == KEY_ID { key_id.map(str::to_owned) } else { self.value(fields, name) };
        let url = match revoke.url.fill(&lookup) {
            Ok(url) => url,
            // A revocation endpoint that the user did not name, or discovery did not find, is no endpoint.
            Err(TemplateError::FieldMissing { .. }) => return Ok(None),
            Err(refused) => return Err(refused.into()),
        };
        Ok(Some(RevokeRequest {
            method: revoke.method,
            url,
            target: revoke.target,
            placement: self.placement_of(spec, fields)?,
            client_auth: spec
                .oauth()
                .and_then(|setup| self.choice(fields, setup.client_auth_from.as_deref()))
                .unwrap_or(revoke.client_auth),
            body_format: revoke.body_format,
        }))
    }

    /// How a key from a file is exchanged, asking for `scopes`, or the connector's own when empty.
    ///
    /// # Errors
    /// When the service takes no key files, or a field is missing.
    pub fn service_account_service(
        &self,
        fields: &Fields,
        scopes: &[String],
        key: &ServiceAccountKey,
    ) -> Result<ServiceAccountService, ResolveError> {
        let setup = self.service_account_setup().ok_or(ResolveError::MethodNotOffered)?;
        let lookup = |name: &str| match name {
            KEY_ID => key.key_id.clone(),
            KEY_FINGERPRINT => key.fingerprint.clone(),
            _ => self.value(fields, name),
        };
        let text = |template: &Option<TextTemplate>| template.as_ref().map(|text| text.fill(&lookup)).transpose();
        let if_filled = |template: &Option<TextTemplate>| match text(template) {
            Err(TemplateError::FieldMissing { .. }) => Ok(None),
            filled => filled,
        };
        let origins =
            setup.token_origins.iter().map(|origin| self.url(fields, origin)).collect::<Result<Vec<_>, _>>()?;
        let token_url = || match &setup.token_url {
            Some(template) => self.url(fields, template),
            None => Err(ResolveError::Undiscovered),
        };
        let issuer = text(&setup.assertion.issuer)?;
        Ok(ServiceAccountService {
            token_hosts: origins.iter().flat_map(hosts).collect(),
            scopes: self.scopes_to_request(Method::ServiceAccount, scopes),
            exchange: match setup.exchange {
                ExchangeSpec::Grant => {
                    KeyExchange::Grant { token_url: self.optional_url(fields, setup.token_url.as_ref())? }
                }
                ExchangeSpec::Client => {
                    KeyExchange::Client { token_url: token_url()?, client_id: issuer.clone().unwrap_or_default() }
                }
                ExchangeSpec::Bearer => KeyExchange::Bearer { token_url: token_url()? },
                ExchangeSpec::Itself => KeyExchange::Itself,
                ExchangeSpec::Certificate => return Err(ResolveError::NotExchanged),
            },
            assertion: AssertionRules {
                issuer,
                subject: if_filled(&setup.assertion.subject)?,
                audience: if_filled(&setup.assertion.audience)?,
                key_id: if_filled(&setup.assertion.key_id)?,
                is_pss: setup.assertion.is_pss,
                lifetime: Duration::from_secs(setup.assertion.lifetime_s).min(LONGEST_ASSERTION),
            },
            lifetimes: lifetimes(&setup.lifetimes),
        })
    }

    /// Whether keys from files prove connections by their certificates, and are exchanged for nothing.
    #[must_use]
    pub fn shows_certificates(&self) -> bool {
        self.service_account_setup().is_some_and(|setup| setup.exchange == ExchangeSpec::Certificate)
    }

    /// What is known of the lifetimes of tokens that keys from files are exchanged for.
    #[must_use]
    pub fn service_account_lifetimes(&self) -> TokenLifetimes {
        self.service_account_setup().map(|setup| lifetimes(&setup.lifetimes)).unwrap_or_default()
    }

    /// How often a credential of this method is verified without anybody asking, where the service has its own idea of that.
    #[must_use]
    pub fn verification_interval(&self, method: Method) -> Option<Duration> {
        let interval = self.method(method)?.verify.interval_s?;
        Some(Duration::from_secs(interval.max(SHORTEST_VERIFICATION_INTERVAL_S)))
    }

    pub(crate) fn service_account_setup(&self) -> Option<&ServiceAccountSetup> {
        match &self.method(Method::ServiceAccount)?.setup {
            Setup::ServiceAccount(setup) => Some(setup),
            _ => None,
        }
    }

    /// What is known of the lifetimes of refresh tokens, without filling a template; None = there are none, because a client asks
    /// in its own name (RFC 6749 §4.4).
    #[must_use]
    pub fn refresh_lifetimes(&self, fields: &Fields) -> Option<TokenLifetimes> {
        let setup = self.oauth_setup().ok()?;
        let is_of_person = self.grant(fields, setup) == AuthorizationGrant::AuthorizationCode;
        is_of_person.then(|| lifetimes(&setup.lifetimes))
    }

    /// The pages of the service for this method.
    ///
    /// # Errors
    /// When the method is not offered, or a field is missing.
    pub fn pages(&self, method: Method, fields: &Fields) -> Result<Pages, ResolveError> {
        let pages = &self.offered(method)?.pages;
        Ok(Pages {
            keys: self.optional_url(fields, pages.keys.as_ref())?,
            apps: self.optional_url(fields, pages.apps.as_ref())?,
            docs: self.optional_url(fields, pages.docs.as_ref())?,
        })
    }

    /// Where a credential of this method stands in a request to the service.
    ///
    /// # Errors
    /// When the method is not offered, or a field is missing.
    pub fn key_placement(&self, method: Method, fields: &Fields) -> Result<KeyPlacement, ResolveError> {
        self.placement_of(self.offered(method)?, fields)
    }

    pub(crate) fn offered(&self, method: Method) -> Result<&MethodSpec, ResolveError> {
        self.method(method).ok_or(ResolveError::MethodNotOffered)
    }

    pub(crate) fn oauth_setup(&self) -> Result<&OAuthSetup, ResolveError> {
        self.offered(Method::OAuth)?.oauth().ok_or(ResolveError::MethodNotOffered)
    }

    /// The issuer whose metadata says the rest, if the user gave one.
    fn discovery_issuer(&self, fields: &Fields, setup: &OAuthSetup) -> Option<String> {
        self.value(fields, setup.discover_from.as_deref()?)
    }

    /// The issuer as text, which is how it is compared (RFC 9207 §2.4): a discovered one to the letter, one from the
    /// catalogue without the slash that a URL parser adds.
    fn issuer(&self, fields: &Fields, setup: &OAuthSetup) -> Result<Option<String>, ResolveError> {
        if let Some(discovered) = self.discovery_issuer(fields, setup) {
            return Ok(Some(discovered));
        }
        let issuer = self.optional_url(fields, setup.issuer.as_ref())?;
        Ok(issuer.map(|issuer| issuer.as_str().trim_end_matches('/').to_owned()))
    }

    fn oauth_service_at(
        &self,
        fields: &Fields,
        authorize_url: Url,
        token_url: Url,
    ) -> Result<OAuthService, ResolveError> {
        let setup = self.oauth_setup()?;
        let issuer = self.issuer(fields, setup)?;
        let jwks_url = self.optional_url(fields, setup.jwks_url.as_ref())?;
        let chosen = self.choice(fields, setup.client_auth_from.as_deref());
        let dpop = setup.dpop_from.as_deref().and_then(|name| self.value(fields, name));
        let refresh_url = self.optional_url(fields, setup.refresh_url.as_ref())?.unwrap_or_else(|| token_url.clone());
        Ok(OAuthService {
            id_tokens: issuer.clone().zip(jwks_url).map(|(issuer, jwks_url)| IdTokenRules {
                issuer,
                jwks_url,
                algorithms: self.id_token_algorithms(fields, setup),
            }),
            issuer,
            issuer_in_redirect: setup.issuer_in_redirect || self.value(fields, ISSUER_IN_REDIRECT).is_some(),
            grant: self.grant(fields, setup),
            authorize_url,
            authorize_params: pairs(&setup.authorize_params),
            reconnect_params: pairs(&setup.reconnect_params),
            token_url,
            refresh_url,
            pushed_authorization_url: self.optional_url(fields, setup.pushed_authorization_url.as_ref())?,
            pushed_authorization_required: setup.pushed_authorization_required
                || self.value(fields, PUSHED_REQUIRED).as_deref() == Some("yes"),
            device_authorization_url: self.optional_url(fields, setup.device_authorization_url.as_ref())?,
            userinfo_url: self.optional_url(fields, setup.userinfo_url.as_ref())?,
            token_params: pairs(&setup.token_params),
            token_headers: pairs(&setup.token_headers),
            token_client_auth: chosen.unwrap_or(setup.client_auth),
            refresh_client_auth: chosen.or(setup.refresh_client_auth).unwrap_or(setup.client_auth),
            dpop: dpop.map_or(setup.dpop, |dpop| dpop == "yes"),
            body_format: setup.body_format,
            scope_separator: setup.scope_separator,
            scope_parameter: setup.scope_parameter.clone(),
            pkce: setup.pkce,
            answer_path: setup.answer_path.clone(),
            grant_refused_codes: setup.grant_refused_codes.clone(),
            redirect_host: setup.redirect.host,
            redirect_path: setup.redirect.path.clone(),
            redirect_ports: setup.redirect.ports.clone(),
            lifetimes: lifetimes(&setup.lifetimes),
            revoke: self.revoke_request(Method::OAuth, fields, None)?,
        })
    }

    /// What the key set's provider signs with; nothing said is RS256 (OpenID Connect Core §3.1.3.7).
    fn id_token_algorithms(&self, fields: &Fields, setup: &OAuthSetup) -> Vec<String> {
        let filled = setup.id_token_algs.as_ref().and_then(|algs| algs.fill(&|name| self.value(fields, name)).ok());
        filled.unwrap_or_default().split_whitespace().map(str::to_owned).collect()
    }

    fn placement_of(&self, spec: &MethodSpec, fields: &Fields) -> Result<KeyPlacement, ResolveError> {
        let setup = match &spec.setup {
            Setup::ApiKey(setup) => setup,
            Setup::ServiceAccount(setup) if setup.exchange == ExchangeSpec::Certificate => {
                return Ok(KeyPlacement::TlsCertificate);
            }
            Setup::OAuth(_) | Setup::ServiceAccount(_) => return Ok(KeyPlacement::Bearer),
        };
        let lookup = |name: &str| self.value(fields, name);
        let chosen = setup.placement.chosen(&lookup).ok_or(ResolveError::PlacementUnknown)?;
        placement(chosen, &lookup)
    }

    pub(crate) fn url(&self, fields: &Fields, template: &UrlTemplate) -> Result<Url, ResolveError> {
        Ok(template.fill(&|name: &str| self.value(fields, name))?)
    }

    /// The same request at the origin that the user typed, if there is such a field and it is filled.
    pub(crate) fn at_origin(&self, fields: &Fields, origin_from: Option<&str>, url: Url) -> Result<Url, ResolveError> {
        let Some(origin) = origin_from.and_then(|name| self.value(fields, name)) else { return Ok(url) };
        let moved = [origin.trim_end_matches('/'), &url[Position::BeforePath..]].concat();
        Ok(check_url(&moved).map_err(TemplateError::from)?)
    }

    /// A template that is not there, or whose field was left empty, is no URL.
    pub(crate) fn optional_url(
        &self,
        fields: &Fields,
        template: Option<&UrlTemplate>,
    ) -> Result<Option<Url>, ResolveError> {
        let Some(template) = template else { return Ok(None) };
        match template.fill(&|name: &str| self.value(fields, name)) {
            Ok(url) => Ok(Some(url)),
            Err(TemplateError::FieldMissing { .. }) => Ok(None),
            Err(refused) => Err(refused.into()),
        }
    }
}

pub(crate) fn placement(spec: &PlacementSpec, lookup: Lookup<'_>) -> Result<KeyPlacement, ResolveError> {
    Ok(match spec {
        PlacementSpec::Bearer => KeyPlacement::Bearer,
        PlacementSpec::BasicUser => KeyPlacement::BasicUser,
        PlacementSpec::BasicKeyId => KeyPlacement::BasicKeyId,
        PlacementSpec::AwsSigV4 { service, region } => {
            KeyPlacement::AwsSigV4 { service: service.clone(), region: region.fill(lookup)? }
        }
        PlacementSpec::Query { name } => KeyPlacement::Query { name: name.fill(lookup)? },
        PlacementSpec::BasicPassword { username } => KeyPlacement::BasicPassword { username: username.fill(lookup)? },
        PlacementSpec::Header { name, prefix } => {
            let prefix = prefix.as_ref().map(|prefix| prefix.fill(lookup)).transpose()?.unwrap_or_default();
            KeyPlacement::Header { name: name.fill(lookup)?, prefix: with_space_after_word(prefix) }
        }
        PlacementSpec::ByField { .. } => return Err(ResolveError::PlacementUnknown),
    })
}

/// The host of a URL; all the names of this computer if it is one of them, because a key file may use another.
fn hosts(url: &Url) -> Vec<String> {
    if is_loopback(url) {
        return ["127.0.0.1", "[::1]", "localhost"].map(str::to_owned).to_vec();
    }
    url.host_str().into_iter().map(str::to_owned).collect()
}

/// `Token` becomes `Token ` as an authentication scheme needs it (RFC 9110 §11.4); `key=` stays as it is.
fn with_space_after_word(mut prefix: String) -> String {
    if prefix.ends_with(|c: char| c.is_ascii_alphanumeric()) {
        prefix.push(' ');
    }
    prefix
}

/// Whether `granted` is `asked` with its resource in front, as in `https://graph.microsoft.com/Mail.Read` for `Mail.Read`.
fn is_qualified(granted: &str, asked: &str) -> bool {
    let is_url = |scope: &str| scope.contains("://");
    let last = granted.rsplit_once('/').filter(|_| is_url(granted) && !is_url(asked)).map(|(_, last)| last);
    last.is_some_and(|last| last.eq_ignore_ascii_case(asked))
}

pub(crate) fn pairs(map: &BTreeMap<String, String>) -> Vec<(String, String)> {
    map.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn lifetimes(entry: &LifetimesEntry) -> TokenLifetimes {
    let seconds = |seconds: Option<u64>| seconds.map(Duration::from_secs);
    TokenLifetimes {
        access_default: seconds(entry.access_default_s),
        refresh_idle: seconds(entry.refresh_idle_s),
        refresh_absolute: seconds(entry.refresh_absolute_s),
        refresh_policy: RefreshPolicy { lead: seconds(entry.refresh_lead_s) },
    }
}
