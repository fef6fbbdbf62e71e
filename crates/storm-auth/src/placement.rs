//! Where a credential stands in a request.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use storm_domain::{ApiKeyCredential, HttpMethod, KeyPlacement};
use url::Url;
use zeroize::Zeroizing;

use crate::http::Http;

/// A credential as a request presents it.
#[derive(Clone, Copy)]
pub(crate) struct Presented<'a> {
    /// The public part, of a key in two parts.
    pub(crate) id: Option<&'a str>,
    pub(crate) secret: &'a str,
}

impl<'a> Presented<'a> {
    /// A secret that is whole in itself.
    pub(crate) fn alone(secret: &'a str) -> Self {
        Self { id: None, secret }
    }

    pub(crate) fn key(credential: &'a ApiKeyCredential) -> Self {
        // EXPOSE: the key authenticates the request that is made of this.
        Self { id: credential.id.as_deref(), secret: credential.key.expose() }
    }
}

/// A request that carries the credential where `placement` says. One that is to be signed is complete only then, see
/// [`crate::aws_signature`].
///
/// None = it holds characters that a header cannot carry, or lacks the id that the placement needs.
pub(crate) fn request_with(
    http: &Http,
    method: HttpMethod,
    url: &Url,
    placement: &KeyPlacement,
    presented: Presented<'_>,
) -> Option<RequestBuilder> {
    let Presented { id, secret } = presented;
    let request = |url: &Url| http.request(method, url.clone());
    Some(match placement {
        KeyPlacement::Bearer => request(url).header(AUTHORIZATION, bearer(secret)?),
        KeyPlacement::Header { name, prefix } => request(url).header(name, sensitive(&[prefix, secret])?),
        KeyPlacement::Query { name } => {
            let mut url = url.clone();
            url.query_pairs_mut().append_pair(name, secret);
            request(&url)
        }
        KeyPlacement::BasicUser => request(url).header(AUTHORIZATION, basic(secret, "")?),
        KeyPlacement::BasicPassword { username } => request(url).header(AUTHORIZATION, basic(username, secret)?),
        KeyPlacement::BasicKeyId => request(url).header(AUTHORIZATION, basic(id?, secret)?),
        KeyPlacement::AwsSigV4 { .. } => request(url),
        KeyPlacement::TlsCertificate => return None, // nothing of it is ever sent
    })
}

/// HTTP Basic (RFC 7617 §2).
pub(crate) fn basic(user: &str, password: &str) -> Option<HeaderValue> {
    let pair = Zeroizing::new([user, ":", password].concat());
    let encoded = Zeroizing::new(BASE64_STANDARD.encode(pair.as_bytes()));
    sensitive(&["Basic ", &encoded])
}

/// `Authorization: Bearer` (RFC 6750 §2.1); None = it holds characters that a header cannot carry.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    sensitive(&["Bearer ", token])
}

/// Whether the text can stand in a header: visible ASCII, nothing else.
pub(crate) fn is_header_safe(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn sensitive(parts: &[&str]) -> Option<HeaderValue> {
    let text = Zeroizing::new(parts.concat());
    let mut value = HeaderValue::from_str(&text).ok()?;
    value.set_sensitive(true);
    Some(value)
}
