//! Who is calling the token endpoint (RFC 6749 §2.3): HTTP Basic, secret in the body, or a public client's bare id.
//!
//! Exactly one way per request. Basic credentials are form-encoded before base64, as §2.3.1 says.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::header;
use percent_encoding::percent_decode_str;

use super::refusal::OauthRefusal;
use crate::provider::{ClientKind, Provider};
use crate::server::{Parameters, Request};

/// The client_id of the authenticated client.
pub(crate) fn authenticate(provider: &Provider, request: &Request, form: &Parameters) -> Result<String, OauthRefusal> {
    let basic = basic_credentials(request)?;
    let challenge = basic.is_some();
    let (id, secret) = match (basic, form.value("client_secret")) {
        (Some(_), Some(_)) => {
            return Err(OauthRefusal::invalid_request("The client authenticated in two ways at once."));
        }
        (Some((id, secret)), None) => {
            if form.value("client_id").is_some_and(|named| named != id) {
                return Err(OauthRefusal::invalid_request("The client_id of the body is another client's."));
            }
            (id, Some(secret))
        }
        (None, secret) => (form.value("client_id").unwrap_or_default().to_owned(), secret.map(str::to_owned)),
    };
    let client = provider.clients.get(&id).ok_or_else(|| OauthRefusal::invalid_client(challenge))?;
    let proved = match (client.kind, secret) {
        (ClientKind::Public, None) => true,
        (ClientKind::Public, Some(secret)) => secret.is_empty(),
        (ClientKind::Confidential, Some(secret)) => client.accepts_secret(&secret),
        (ClientKind::Confidential, None) => false,
    };
    if proved { Ok(id) } else { Err(OauthRefusal::invalid_client(challenge)) }
}

/// Id and secret from `Authorization: Basic`; `None` when there is no such header.
fn basic_credentials(request: &Request) -> Result<Option<(String, String)>, OauthRefusal> {
    let Some((scheme, encoded)) = request.header(header::AUTHORIZATION).and_then(|value| value.split_once(' ')) else {
        return Ok(None);
    };
    if !scheme.eq_ignore_ascii_case("basic") {
        return Ok(None);
    }
    let decoded = STANDARD.decode(encoded.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let credentials = decoded.as_deref().and_then(|text| text.split_once(':'));
    let (id, secret) = credentials.ok_or_else(|| OauthRefusal::invalid_client(true))?;
    Ok(Some((form_decoded(id), form_decoded(secret))))
}

fn form_decoded(text: &str) -> String {
    percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned()
}
