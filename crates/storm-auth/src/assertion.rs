//! Service accounts: a signed assertion exchanged for an access token (RFC 7523 §2.1, RS256).
//!
//! INVARIANT: an assertion is sent only to a host that the connector allows, whatever the key file says, and names exactly
//! that endpoint as its audience. It lives at most an hour and has a random `jti`. When the service's clock is far from ours
//! and it refuses, the assertion is made once more by the service's clock, never twice.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header};
use serde::Serialize;
use storm_domain::{BodyFormat, HttpMethod, RefreshFailure, ServiceAccountKey, ServiceAccountService, Timestamp};
use storm_secret::{AccessToken, Assertion};

use crate::authorization::make_random_text;
use crate::header;
use crate::http::{Http, LARGEST_ANSWER, is_trusted_address};
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::signing_key::SigningKey;
use crate::token_answer::{AnswerShape, read_token_answer};
use crate::token_request::Parameters;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How far `iat` lies back, so that a service whose clock is a little behind does not see the future.
const ISSUED_BEFORE: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    aud: &'a str,
    scope: String,
    iat: i64,
    exp: i64,
    jti: String,
}

/// The access token and its lifetime.
type Exchanged = Result<(AccessToken, Option<Duration>), RefreshFailure>;

pub(crate) async fn exchange_assertion(
    sender: &Sender,
    service: &ServiceAccountService,
    key: &ServiceAccountKey,
    now: Timestamp,
) -> Exchanged {
    check_host(service, key)?;
    let attempt = |now| async move {
        let assertion = make_assertion(sender, service, key, now)?;
        send(&sender.http, key, &assertion).await
    };
    let (outcome, skew) = attempt(now).await?;
    match (outcome, skew) {
        (Err(RefreshFailure::GrantRefused(_)), Some(by_server)) => attempt(by_server).await?.0,
        (outcome, _) => outcome,
    }
}

/// The outcome, and the service's time if it is far from ours.
async fn send(
    http: &Http,
    key: &ServiceAccountKey,
    assertion: &Assertion,
) -> Result<(Exchanged, Option<Timestamp>), RefreshFailure> {
    let mut parameters = Parameters::default();
    parameters.add("grant_type", GRANT_TYPE);
    // EXPOSE: the assertion is what this request presents.
    parameters.add("assertion", assertion.expose());
    let request = http.request(HttpMethod::Post, key.token_uri.clone());
    let request = parameters.fill(request, BodyFormat::Form);
    let answer = http.send(request, http.deadlines.token, LARGEST_ANSWER).await.map_err(unanswered)?;
    let reading = read_token_answer(AnswerShape::default(), &answer);
    Ok((reading.access.map(|token| (token, reading.expires_in)), header::other_time(&answer)))
}

fn make_assertion(
    sender: &Sender,
    service: &ServiceAccountService,
    key: &ServiceAccountKey,
    now: Timestamp,
) -> Result<Assertion, RefreshFailure> {
    let lifetime = service.assertion_lifetime.min(LONGEST_LIFETIME);
    let issued_at = now.before(ISSUED_BEFORE);
    let claims = Claims {
        iss: &key.client_email,
        aud: key.token_uri.as_str(),
        scope: service.scopes.join(" "),
        iat: issued_at.0.div_euclid(1000),
        exp: issued_at.after(lifetime).0.div_euclid(1000),
        jti: make_random_text(&*sender.entropy),
    };
    // EXPOSE: the key is parsed for signing.
    let pem = key.private_key.expose();
    let signing = sender.signing_keys.get(pem, || SigningKey::of_pem(pem));
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(key.key_id.clone());
    let signed = signing.and_then(|signing| signing.sign(header, &claims));
    signed.map_err(|_| refused("key_not_usable", "The private key in the file cannot be used."))
}

fn check_host(service: &ServiceAccountService, key: &ServiceAccountKey) -> Result<(), RefreshFailure> {
    let host = key.token_uri.host_str().unwrap_or("");
    let is_allowed = service.token_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
    if is_allowed && is_trusted_address(&key.token_uri) {
        return Ok(());
    }
    Err(refused("token_uri_not_allowed", "The key file names a token address that does not belong to this service."))
}
