//! Finding a service's endpoints from its issuer (OpenID Connect Discovery 1.0 §4, RFC 8414 §3).
//!
//! INVARIANT: metadata counts only if it names exactly the issuer that was asked (RFC 8414 §3.3), and an endpoint only if it
//! may carry a secret. What the catalogue says about the rest of the service stays.

use reqwest::header::ACCEPT;
use serde::Deserialize;
use storm_domain::{
    BodyFormat, ClientAuth, Delivery, HttpMethod, KeyPlacement, OAuthService, RawTokenAnswer, RefreshFailure,
    RevokeRequest, RevokeTarget, TransientKind,
};
use url::Url;

use crate::http::{Http, is_trusted_address};
use crate::refusal::{refused, unanswered};
use crate::token_answer::{AnswerShape, read_failure};

const LARGEST_METADATA: usize = 256 * 1024;

#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    revocation_endpoint: Option<Url>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    revocation_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

pub(crate) async fn discover(http: &Http, issuer: &Url, service: OAuthService) -> Result<OAuthService, RefreshFailure> {
    let mut answer = fetch(http, openid_address(issuer)).await?;
    if answer.status == 404 {
        answer = fetch(http, rfc8414_address(issuer)).await?;
    }
    if answer.status != 200 {
        return Err(read_failure(AnswerShape::default(), &answer).unwrap_or_else(|| not_metadata(&answer)));
    }
    // EXPOSE: metadata is public; only the type says otherwise.
    let metadata: Metadata = serde_json::from_slice(answer.body.expose()).map_err(|_| not_metadata(&answer))?;
    check(&metadata, issuer)?;
    Ok(complete(service, metadata))
}

async fn fetch(http: &Http, url: Url) -> Result<RawTokenAnswer, RefreshFailure> {
    let request = http.request(HttpMethod::Get, url).header(ACCEPT, "application/json");
    http.send(request, http.deadlines.other, LARGEST_METADATA).await.map_err(unanswered)
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

fn check(metadata: &Metadata, issuer: &Url) -> Result<(), RefreshFailure> {
    // A URL without a path is written with a slash or without; it is the same issuer as the one asked either way.
    let asked = issuer.as_str();
    let is_same = metadata.issuer == asked || (issuer.path() == "/" && format!("{}/", metadata.issuer) == asked);
    if !is_same {
        return Err(refused("issuer_mismatch", "The address answers for another issuer."));
    }
    let endpoints = [Some(&metadata.authorization_endpoint), Some(&metadata.token_endpoint)]
        .into_iter()
        .chain([metadata.userinfo_endpoint.as_ref(), metadata.revocation_endpoint.as_ref()]);
    if endpoints.flatten().all(is_trusted_address) {
        Ok(())
    } else {
        Err(refused("endpoint_not_https", "The service names an endpoint that is not protected by https."))
    }
}

fn complete(service: OAuthService, metadata: Metadata) -> OAuthService {
    let client_auth = client_auth(metadata.token_endpoint_auth_methods_supported.as_deref());
    let revoke_auth =
        metadata.revocation_endpoint_auth_methods_supported.map(|methods| self::client_auth(Some(&methods)));
    let found_revoke = metadata.revocation_endpoint.map(|url| RevokeRequest {
        method: HttpMethod::Post,
        url,
        target: RevokeTarget::TokenInBody,
        placement: KeyPlacement::Bearer,
        client_auth: revoke_auth.unwrap_or(client_auth),
        body_format: BodyFormat::Form,
    });
    OAuthService {
        issuer: Some(metadata.issuer),
        issuer_in_redirect: metadata.authorization_response_iss_parameter_supported,
        authorize_url: metadata.authorization_endpoint,
        refresh_url: metadata.token_endpoint.clone(),
        token_url: metadata.token_endpoint,
        userinfo_url: metadata.userinfo_endpoint.or(service.userinfo_url),
        token_client_auth: client_auth,
        refresh_client_auth: client_auth,
        revoke: service.revoke.or(found_revoke),
        ..service
    }
}

/// The body where it is supported; a service that does not say supports Basic (RFC 8414 §2).
fn client_auth(supported: Option<&[String]>) -> ClientAuth {
    let supports = |method: &str| supported.is_some_and(|methods| methods.iter().any(|known| known == method));
    if supports("client_secret_post") || (supports("none") && !supports("client_secret_basic")) {
        ClientAuth::Body
    } else {
        ClientAuth::Basic
    }
}

fn not_metadata(answer: &RawTokenAnswer) -> RefreshFailure {
    RefreshFailure::Transient {
        delivery: Delivery::Answered,
        kind: TransientKind::NotAnAnswer,
        retry_after: answer.retry_after,
    }
}
