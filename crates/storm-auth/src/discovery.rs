//! Finding a service's endpoints from its issuer (OpenID Connect Discovery 1.0 §4, RFC 8414 §3).
//!
//! INVARIANT: metadata counts only if it names exactly the issuer that was asked (RFC 8414 §3.3), and an endpoint only if it
//! may carry a secret. What the catalogue says about the rest of the service stays; tokens are bound to a key of ours (RFC 9449)
//! only where the connector asks for it and the service offers it. No secret is sent, so one redirect inside the same origin is
//! followed; none other is.

use serde::Deserialize;
use storm_domain::{
    AuthorizationGrant, BodyFormat, ClientAuth, Discovered, DiscoveryError, HttpMethod, IdTokenRules, KeyPlacement,
    OAuthService, ProviderWords, RegistrationOffer, RevokeRequest, RevokeTarget, ServiceOffers, TransientKind,
};
use url::Url;

use crate::document::{self, Document};
use crate::http::{Http, is_trusted_address};

/// Scopes that are shown; a service that offers more says so elsewhere.
const MOST_SCOPES: usize = 100;

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    /// Absent where no grant needs it (RFC 8414 §2).
    authorization_endpoint: Option<Url>,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    pushed_authorization_request_endpoint: Option<Url>,
    #[serde(default)]
    require_pushed_authorization_requests: bool,
    revocation_endpoint: Option<Url>,
    jwks_uri: Option<Url>,
    device_authorization_endpoint: Option<Url>,
    registration_endpoint: Option<Url>,
    #[serde(default)]
    scopes_supported: Vec<String>,
    grant_types_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    #[serde(default)]
    dpop_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    mtls_endpoint_aliases: Aliases,
}

/// Endpoints for clients that show a certificate, where they differ from the others (RFC 8705 §5).
#[derive(Default, Deserialize)]
struct Aliases {
    token_endpoint: Option<Url>,
    revocation_endpoint: Option<Url>,
}

pub(crate) async fn discover(http: &Http, issuer: &Url, service: OAuthService) -> Result<Discovered, DiscoveryError> {
    let all = find(http, issuer, service);
    // One end for all tries together, however slowly each of them answers.
    let found = tokio::time::timeout(http.deadlines.other, all).await;
    found.unwrap_or(Err(DiscoveryError::Unreachable(TransientKind::Timeout)))
}

async fn find(http: &Http, issuer: &Url, service: OAuthService) -> Result<Discovered, DiscoveryError> {
    for address in [openid_address(issuer), rfc8414_address(issuer)] {
        let document = fetch(http, address, issuer).await?;
        match document.status {
            200 => {
                // A site that has no such document may answer any path with its start page.
                let Ok(metadata) = serde_json::from_slice::<Metadata>(&document.body) else { continue };
                check(&metadata, issuer)?;
                return complete(service, metadata).ok_or(DiscoveryError::NoMetadata);
            }
            408 | 425 | 429 | 500.. => return Err(DiscoveryError::Unreachable(TransientKind::ServiceBusy)),
            _ => {}
        }
    }
    Err(DiscoveryError::NoMetadata)
}

async fn fetch(http: &Http, url: Url, typed: &Url) -> Result<Document, DiscoveryError> {
    let document = document::fetch(http, &url, typed).await?;
    if !matches!(document.status, 301 | 302 | 303 | 307 | 308) {
        return Ok(document);
    }
    let elsewhere = |document: &Document| DiscoveryError::Redirected {
        to: document.location.as_ref().map_or_else(|| "elsewhere".to_owned(), document::shown),
    };
    match &document.location {
        Some(location) if location.origin() == url.origin() => {
            let again = document::fetch(http, location, typed).await?;
            if (300..400).contains(&again.status) { Err(elsewhere(&again)) } else { Ok(again) }
        }
        _ => Err(elsewhere(&document)),
    }
}

/// `ISSUER/.well-known/openid-configuration`.
fn openid_address(issuer: &Url) -> Url {
    with_path(issuer, &format!("{}/.well-known/openid-configuration", issuer.path().trim_end_matches('/')))
}

/// `/.well-known/oauth-authorization-server` between host and path.
fn rfc8414_address(issuer: &Url) -> Url {
    with_path(issuer, &format!("/.well-known/oauth-authorization-server{}", issuer.path().trim_end_matches('/')))
}

fn with_path(issuer: &Url, path: &str) -> Url {
    let mut url = issuer.clone();
    url.set_path(path);
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn check(metadata: &Metadata, issuer: &Url) -> Result<(), DiscoveryError> {
    // To the letter, but for the slash of an empty path: RFC 3986 §6.2.3 has both spellings mean the same, people type either,
    // and the parser that read the typed one always writes it. What is kept and compared later is the service's own spelling.
    let asked = issuer.as_str();
    let is_same = metadata.issuer == asked || (issuer.path() == "/" && format!("{}/", metadata.issuer) == asked);
    if !is_same {
        return Err(DiscoveryError::IssuerMismatch { named: ProviderWords::cleaned(&metadata.issuer, "").code });
    }
    let endpoints = [
        ("authorization_endpoint", metadata.authorization_endpoint.as_ref()),
        ("token_endpoint", Some(&metadata.token_endpoint)),
        ("userinfo_endpoint", metadata.userinfo_endpoint.as_ref()),
        ("revocation_endpoint", metadata.revocation_endpoint.as_ref()),
        ("jwks_uri", metadata.jwks_uri.as_ref()),
        ("device_authorization_endpoint", metadata.device_authorization_endpoint.as_ref()),
        ("pushed_authorization_request_endpoint", metadata.pushed_authorization_request_endpoint.as_ref()),
        ("registration_endpoint", metadata.registration_endpoint.as_ref()),
        ("token_endpoint", metadata.mtls_endpoint_aliases.token_endpoint.as_ref()),
        ("revocation_endpoint", metadata.mtls_endpoint_aliases.revocation_endpoint.as_ref()),
    ];
    for (endpoint, url) in endpoints {
        let Some(url) = url else { continue };
        if !document::is_endpoint_host(url, issuer) {
            return Err(DiscoveryError::InsideNetwork { host: document::shown(url) });
        }
        if !is_trusted_address(url) {
            return Err(DiscoveryError::EndpointNotHttps { endpoint });
        }
    }
    Ok(())
}

/// None = a person is to approve, and there is no page for it.
fn complete(service: OAuthService, metadata: Metadata) -> Option<Discovered> {
    let offers = offers(&metadata, service.grant);
    let client_auth = match service.token_client_auth {
        // Not to be had by chance: somebody asked for it.
        asked @ (ClientAuth::PrivateKeyJwt | ClientAuth::TlsCertificate) => asked,
        _ => client_auth(metadata.token_endpoint_auth_methods_supported.as_deref()),
    };
    let revoke_auth =
        metadata.revocation_endpoint_auth_methods_supported.map(|methods| self::client_auth(Some(&methods)));
    let aliases = Some(metadata.mtls_endpoint_aliases).filter(|_| client_auth == ClientAuth::TlsCertificate);
    let aliases = aliases.unwrap_or_default();
    let token_url = aliases.token_endpoint.unwrap_or(metadata.token_endpoint);
    let found_revoke = aliases.revocation_endpoint.or(metadata.revocation_endpoint).map(|url| RevokeRequest {
        method: HttpMethod::Post,
        url,
        target: RevokeTarget::TokenInBody,
        placement: KeyPlacement::Bearer,
        client_auth: match client_auth {
            ClientAuth::PrivateKeyJwt | ClientAuth::TlsCertificate => client_auth,
            _ => revoke_auth.unwrap_or(client_auth),
        },
        body_format: BodyFormat::Form,
    });
    // An OpenID provider must publish both (Discovery §3); an authorization server without OpenID sends no ID tokens.
    let keys = metadata.jwks_uri.zip(metadata.id_token_signing_alg_values_supported);
    let id_tokens = keys.map(|(jwks_url, algorithms)| IdTokenRules {
        issuer: metadata.issuer.clone(),
        jwks_url,
        algorithms: algorithms.iter().filter(|name| is_plain(name)).cloned().collect(),
    });
    let authorize_url = match service.grant {
        AuthorizationGrant::AuthorizationCode => metadata.authorization_endpoint?,
        AuthorizationGrant::ClientCredentials => metadata.authorization_endpoint.unwrap_or_else(|| token_url.clone()),
    };
    let service = OAuthService {
        issuer: Some(metadata.issuer),
        issuer_in_redirect: metadata.authorization_response_iss_parameter_supported,
        authorize_url,
        refresh_url: token_url.clone(),
        token_url,
        pushed_authorization_url: metadata.pushed_authorization_request_endpoint.or(service.pushed_authorization_url),
        pushed_authorization_required: metadata.require_pushed_authorization_requests
            || service.pushed_authorization_required,
        device_authorization_url: metadata.device_authorization_endpoint.or(service.device_authorization_url),
        userinfo_url: metadata.userinfo_endpoint.or(service.userinfo_url),
        id_tokens,
        token_client_auth: client_auth,
        refresh_client_auth: client_auth,
        dpop: service.dpop && metadata.dpop_signing_alg_values_supported.iter().any(|name| name == "ES256"),
        revoke: service.revoke.or(found_revoke),
        ..service
    };
    Some(Discovered { service, offers })
}

fn offers(metadata: &Metadata, grant: AuthorizationGrant) -> ServiceOffers {
    let grants = metadata.grant_types_supported.as_ref();
    let offline = metadata.scopes_supported.iter().any(|scope| scope == "offline_access");
    ServiceOffers {
        scopes: metadata.scopes_supported.iter().filter(|scope| is_plain(scope)).take(MOST_SCOPES).cloned().collect(),
        refresh: match grants {
            Some(grants) => Some(grants.iter().any(|grant| grant == "refresh_token")),
            None => offline.then_some(true), // left out, the list is a default that few services mean
        },
        device: metadata.device_authorization_endpoint.is_some(),
        registration: registration(metadata, grant),
    }
}

/// None = clients cannot register themselves, or only with a key of their own.
fn registration(metadata: &Metadata, grant: AuthorizationGrant) -> Option<RegistrationOffer> {
    let url = metadata.registration_endpoint.clone()?;
    let methods = metadata.token_endpoint_auth_methods_supported.as_deref();
    let takes_public = methods.is_some_and(|methods| methods.iter().any(|method| method == "none"));
    // What has to be kept on every desk is no secret (RFC 8252 §8.5), but for a client in its own name it is all there is.
    if takes_public && grant == AuthorizationGrant::AuthorizationCode {
        return Some(RegistrationOffer { url, client_auth: None });
    }
    let client_auth = client_auth(methods);
    let is_by_password = matches!(client_auth, ClientAuth::Body | ClientAuth::Basic);
    is_by_password.then_some(RegistrationOffer { url, client_auth: Some(client_auth) })
}

/// A scope or a name: visible ASCII (RFC 6749 §3.3), and no longer than anything real.
fn is_plain(text: &str) -> bool {
    (1..=200).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The body where it is supported, and a key or a certificate only where no password is; a service that does not say supports
/// Basic (RFC 8414 §2).
fn client_auth(supported: Option<&[String]>) -> ClientAuth {
    let supports = |method: &str| supported.is_some_and(|methods| methods.iter().any(|known| known == method));
    if supports("client_secret_post") {
        ClientAuth::Body
    } else if supports("client_secret_basic") {
        ClientAuth::Basic
    } else if supports("none") {
        ClientAuth::Body
    } else if supports("private_key_jwt") {
        ClientAuth::PrivateKeyJwt
    } else if supports("tls_client_auth") || supports("self_signed_tls_client_auth") {
        ClientAuth::TlsCertificate
    } else {
        ClientAuth::Basic
    }
}
