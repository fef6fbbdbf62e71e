//! Service accounts: an assertion signed with a key from a file (RFC 7523 §3), and what it is exchanged for.
//!
//! INVARIANT: an assertion goes to the connector's own endpoint, or to one that the key file names on a host that the connector
//! allows, and is for nobody else. It lives at most an hour and has a random `jti`. When the service's clock is far from ours
//! and it refuses, the assertion is made once more by the service's clock, never twice.

use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde::Serialize;
use storm_domain::{
    BodyFormat, HttpMethod, KeyExchange, RawTokenAnswer, RefreshFailure, ServiceAccountKey, ServiceAccountService,
    Timestamp,
};
use storm_secret::{AccessToken, Assertion};
use url::Url;

use crate::authorization::make_random_text;
use crate::client_authentication::ASSERTION_TYPE;
use crate::client_key::ClientKey;
use crate::header;
use crate::http::{LARGEST_ANSWER, is_trusted_address};
use crate::placement;
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::token_answer::{AnswerShape, read_token_answer};
use crate::token_request::Parameters;

mod bearer;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// How far `iat` lies back, so that a service whose clock is a little behind does not see the future.
const ISSUED_BEFORE: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    iat: i64,
    exp: i64,
    jti: String,
}

/// The access token and its lifetime.
type Exchanged = Result<(AccessToken, Option<Duration>), RefreshFailure>;

/// One key, and where its assertions go.
struct Exchange<'a> {
    sender: &'a Sender,
    service: &'a ServiceAccountService,
    key: &'a ServiceAccountKey,
    /// None = nowhere: the assertion is the token.
    endpoint: Option<&'a Url>,
}

pub(crate) async fn exchange_assertion(
    sender: &Sender,
    service: &ServiceAccountService,
    key: &ServiceAccountKey,
    now: Timestamp,
) -> Exchanged {
    let exchange = Exchange { sender, service, key, endpoint: endpoint(service, key)? };
    let Some(endpoint) = exchange.endpoint else {
        let assertion = exchange.sign(now)?;
        // EXPOSE: what is signed is what is sent to the service.
        return Ok((AccessToken::new(assertion.expose()), Some(exchange.lifetime().saturating_sub(ISSUED_BEFORE))));
    };
    let (outcome, skew) = exchange.attempt(endpoint, now).await?;
    match (outcome, skew) {
        (Err(RefreshFailure::GrantRefused(_)), Some(by_server)) => exchange.attempt(endpoint, by_server).await?.0,
        (outcome, _) => outcome,
    }
}

/// Where the assertion goes. The connector's own endpoint comes from its catalogue entry and was checked there.
fn endpoint<'a>(
    service: &'a ServiceAccountService,
    key: &'a ServiceAccountKey,
) -> Result<Option<&'a Url>, RefreshFailure> {
    let token_uri = key.account.as_ref().map(|account| &account.token_uri);
    match (&service.exchange, token_uri) {
        (KeyExchange::Itself, _) => Ok(None),
        (KeyExchange::Grant { token_url: None }, Some(token_uri)) => {
            let host = token_uri.host_str().unwrap_or("");
            let is_allowed = service.token_hosts.iter().any(|allowed| allowed.eq_ignore_ascii_case(host));
            if is_allowed && is_trusted_address(token_uri) {
                return Ok(Some(token_uri));
            }
            Err(refused(
                "token_uri_not_allowed",
                "The key file names a token address that does not belong to this service.",
            ))
        }
        (KeyExchange::Grant { token_url: None }, None) => {
            Err(refused("token_uri_missing", "The key file does not say where its key is exchanged."))
        }
        (
            KeyExchange::Grant { token_url: Some(url) }
            | KeyExchange::Client { token_url: url, .. }
            | KeyExchange::Bearer { token_url: url },
            _,
        ) => Ok(Some(url)),
    }
}

impl Exchange<'_> {
    /// The outcome, and the service's time if it is far from ours.
    async fn attempt(&self, endpoint: &Url, now: Timestamp) -> Result<(Exchanged, Option<Timestamp>), RefreshFailure> {
        let http = &self.sender.http;
        let request = self.request(endpoint, &self.sign(now)?)?;
        let answer = http.send(request, http.deadlines.token, LARGEST_ANSWER).await.map_err(unanswered)?;
        Ok((self.read(&answer), header::other_time(&answer)))
    }

    fn request(&self, endpoint: &Url, assertion: &Assertion) -> Result<RequestBuilder, RefreshFailure> {
        let request = self.sender.http.request(HttpMethod::Post, endpoint.clone()).header(ACCEPT, "application/json");
        let scope = self.service.scopes.join(" ");
        let mut parameters = Parameters::default();
        match &self.service.exchange {
            KeyExchange::Bearer { .. } => {
                // EXPOSE: the assertion is what this request presents.
                let value = placement::bearer(assertion.expose()).ok_or_else(not_usable)?;
                return Ok(request.header(AUTHORIZATION, value));
            }
            KeyExchange::Client { client_id, .. } => {
                parameters.add("grant_type", "client_credentials");
                parameters.add("client_id", client_id);
                parameters.add("client_assertion_type", ASSERTION_TYPE);
                // EXPOSE: the assertion is what this request presents.
                parameters.add("client_assertion", assertion.expose());
                if !scope.is_empty() {
                    parameters.add("scope", &scope);
                }
            }
            KeyExchange::Grant { .. } | KeyExchange::Itself => {
                parameters.add("grant_type", GRANT_TYPE);
                // EXPOSE: the assertion is what this request presents.
                parameters.add("assertion", assertion.expose());
            }
        }
        Ok(parameters.fill(request, BodyFormat::Form))
    }

    /// What an answer brought. A client that is not believed is a key that is not: nothing else proves it.
    fn read(&self, answer: &RawTokenAnswer) -> Exchanged {
        if let KeyExchange::Bearer { .. } = self.service.exchange {
            return bearer::read(answer);
        }
        let reading = read_token_answer(AnswerShape::default(), answer);
        match reading.access {
            Ok(token) => Ok((token, reading.expires_in)),
            Err(RefreshFailure::RegistrationRefused(words)) => Err(RefreshFailure::GrantRefused(words)),
            Err(failure) => Err(failure),
        }
    }

    fn sign(&self, now: Timestamp) -> Result<Assertion, RefreshFailure> {
        let Self { service, key, .. } = self;
        let rules = &service.assertion;
        let account = key.account.as_ref().map(|account| account.client_email.as_str());
        let issuer = rules.issuer.as_deref().or(account);
        let issuer = issuer.ok_or_else(|| refused("issuer_missing", "It is not said whom this key is for."))?;
        let is_grant = matches!(service.exchange, KeyExchange::Grant { .. });
        let is_for_endpoint = is_grant || matches!(service.exchange, KeyExchange::Client { .. });
        let endpoint = self.endpoint.filter(|_| is_for_endpoint).map(Url::as_str);
        let issued_at = now.before(ISSUED_BEFORE);
        let claims = Claims {
            iss: issuer,
            sub: rules.subject.as_deref(),
            aud: rules.audience.as_deref().or(endpoint),
            scope: (is_grant && !service.scopes.is_empty()).then(|| service.scopes.join(" ")),
            iat: issued_at.0.div_euclid(1000),
            exp: issued_at.after(self.lifetime()).0.div_euclid(1000),
            jti: make_random_text(&*self.sender.entropy),
        };
        let pem = key.with_certificates();
        // EXPOSE: the key is parsed for signing.
        let parsed = self.sender.client_keys.get(pem.expose(), || ClientKey::of_pem(pem.expose()));
        let parsed = parsed.map_err(|_| not_usable())?;
        let mut header = parsed.header();
        header.kid = key.key_id.clone().or_else(|| rules.key_id.clone()).or(header.kid);
        parsed.signing.sign_padded(rules.is_pss, header, &claims).map_err(|_| not_usable())
    }

    fn lifetime(&self) -> Duration {
        self.service.assertion.lifetime.min(LONGEST_LIFETIME)
    }
}

fn not_usable() -> RefreshFailure {
    refused("key_not_usable", "The private key in the file cannot be used.")
}
