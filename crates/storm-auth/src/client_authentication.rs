//! How a client proves itself: a password (RFC 6749 §2.3.1), a signed assertion (RFC 7523 §2.2), or a certificate (RFC 8705 §2).
//!
//! INVARIANT: a private key never leaves this computer: a client whose secret is one signs, whatever the service's description
//! says of passwords. An assertion names one service, lives at most five minutes and has a random `jti`, so that it is of no use
//! anywhere else or again.

use std::sync::Arc;
use std::time::Duration;

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION};
use serde::Serialize;
use storm_domain::port::{ClientIdentity, ClientKeyError};
use storm_domain::{BodyFormat, ClientAuth, Delivery, HttpMethod, SendFailure, TransientKind};
use storm_secret::{Assertion, ClientSecret};
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::authorization::make_random_text;
use crate::client_key::ClientKey;
use crate::pem::is_pem;
use crate::placement::basic;
use crate::sender::Sender;
use crate::token_request::Parameters;

pub(crate) const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const LONGEST_LIFETIME: Duration = Duration::from_secs(5 * 60);
/// How far `iat` lies back, so that a service whose clock is a little behind does not see the future.
const ISSUED_BEFORE: Duration = Duration::from_secs(30);

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: &'a str,
    aud: &'a str,
    jti: String,
    iat: i64,
    exp: i64,
}

/// Who asks, and how they prove it.
pub(crate) struct Asking<'a> {
    pub(crate) client: &'a ClientIdentity,
    pub(crate) client_auth: ClientAuth,
    /// Whom an assertion is for: the service's issuer, or the endpoint itself where that is not known (RFC 7523 §3).
    pub(crate) audience: &'a str,
}

/// A POST with client authentication that asks for JSON. Each has an assertion of its own.
///
/// # Errors
/// [`TransientKind::ClientKey`] when the client's key or certificate cannot be used; nothing is sent then.
pub(crate) fn post(
    sender: &Sender,
    url: &Url,
    asking: &Asking<'_>,
    format: BodyFormat,
    parameters: Parameters<'_>,
) -> Result<RequestBuilder, SendFailure> {
    let Asking { client, client_auth, audience } = asking;
    let key = client.client_secret.as_ref().map(|secret| client_key(sender, secret)).transpose();
    let key = key.map_err(|_| not_usable())?.flatten();
    let assertion;
    let mut parameters = parameters;
    let mut request = match (&key, client_auth) {
        (Some(key), ClientAuth::TlsCertificate) => {
            let identity = key.identity().ok().flatten().ok_or_else(not_usable)?;
            // EXPOSE: digested, to find the connections that were made with it.
            let secret = client.client_secret.as_ref().map_or("", ClientSecret::expose);
            sender.http.request_as(secret, identity, HttpMethod::Post, url.clone()).map_err(|_| not_usable())?
        }
        _ => sender.http.request(HttpMethod::Post, url.clone()),
    };
    request = request.header(ACCEPT, "application/json");
    match (&client.client_secret, key, client_auth) {
        (Some(_), Some(_), ClientAuth::TlsCertificate) | (None, ..) => parameters.add("client_id", &client.client_id),
        (Some(_), Some(key), _) => {
            assertion = make_assertion(sender, &key, &client.client_id, audience).map_err(|_| not_usable())?;
            parameters.add("client_id", &client.client_id);
            parameters.add("client_assertion_type", ASSERTION_TYPE);
            // EXPOSE: the client authenticates with it.
            parameters.add("client_assertion", assertion.expose());
        }
        (Some(secret), None, ClientAuth::Basic) => {
            // EXPOSE: the client authenticates with it.
            let secret = Zeroizing::new(form_encoded(secret.expose()));
            if let Some(value) = basic(&form_encoded(&client.client_id), &secret) {
                request = request.header(AUTHORIZATION, value);
            }
        }
        (Some(secret), None, _) => {
            parameters.add("client_id", &client.client_id);
            // EXPOSE: the client authenticates with it.
            parameters.add("client_secret", secret.expose());
        }
    }
    Ok(parameters.fill(request, format))
}

/// Whether a client can prove itself with this secret.
pub(crate) fn check_client_secret(sender: &Sender, secret: &ClientSecret) -> Result<(), ClientKeyError> {
    match client_key(sender, secret)? {
        Some(key) if key.identity()?.is_some_and(|identity| !sender.http.accepts(identity)) => {
            Err(ClientKeyError::Certificate)
        }
        _ => Ok(()),
    }
}

/// The key that a secret is; None = it is a password.
fn client_key(sender: &Sender, secret: &ClientSecret) -> Result<Option<Arc<ClientKey>>, ClientKeyError> {
    // EXPOSE: looked at for its shape, and parsed if it is a key.
    let text = secret.expose();
    if !is_pem(text) {
        return Ok(None);
    }
    sender.client_keys.get(text, || ClientKey::of_pem(text)).map(Some)
}

fn make_assertion(
    sender: &Sender,
    key: &ClientKey,
    client_id: &str,
    audience: &str,
) -> Result<Assertion, ClientKeyError> {
    let issued_at = sender.http.clock.now().before(ISSUED_BEFORE);
    let claims = Claims {
        iss: client_id,
        sub: client_id,
        aud: audience,
        jti: make_random_text(&*sender.entropy),
        iat: issued_at.0.div_euclid(1000),
        exp: issued_at.after(LONGEST_LIFETIME).0.div_euclid(1000),
    };
    key.signing.sign(key.header(), &claims)
}

fn not_usable() -> SendFailure {
    SendFailure { delivery: Delivery::NotSent, kind: TransientKind::ClientKey }
}

fn form_encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
