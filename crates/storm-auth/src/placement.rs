//! Where a credential stands in a request.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use reqwest::RequestBuilder;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use storm_domain::{HttpMethod, KeyPlacement};
use url::Url;
use zeroize::Zeroizing;

use crate::http::Http;

/// A request that carries `secret` where `placement` says.
///
/// None = it holds characters that a header cannot carry.
pub(crate) fn request_with(
    http: &Http,
    method: HttpMethod,
    url: &Url,
    placement: &KeyPlacement,
    secret: &str,
) -> Option<RequestBuilder> {
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
