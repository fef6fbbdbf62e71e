//! A request, read in full: method, path, query, headers, and a bounded body.
//!
//! Form fields keep their order and their duplicates, because OAuth forbids a parameter to come twice (RFC 6749 §3.1)
//! and someone has to notice.

use std::time::Duration;

use http_body_util::{BodyExt as _, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::{Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;

use super::reply::Reply;
use crate::SandboxError;

/// The largest body that is read.
const LARGEST_BODY: usize = 1024 * 1024;
/// A body that has not come by then is given up.
const BODY_DEADLINE: Duration = Duration::from_secs(60);

/// A request.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Request {
    /// The path, as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The parts of the path, percent-decoded.
    pub(crate) fn segments(&self) -> Vec<String> {
        let path = self.path().strip_prefix('/').unwrap_or_default();
        path.split('/').map(|part| percent_decode_str(part).decode_utf8_lossy().into_owned()).collect()
    }

    /// The parameters of the query.
    pub(crate) fn query(&self) -> Parameters {
        Parameters::parse(self.uri.query().unwrap_or_default().as_bytes())
    }

    /// The parameters of a form body; empty when the body is something else.
    pub(crate) fn form(&self) -> Parameters {
        if self.has_content_type("application/x-www-form-urlencoded") {
            Parameters::parse(&self.body)
        } else {
            Parameters::default()
        }
    }

    /// The JSON body; an absent body reads as `{}`.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Result<T, SandboxError> {
        let body: &[u8] = if self.body.is_empty() { b"{}" } else { &self.body };
        serde_json::from_slice(body).map_err(|_| SandboxError::Unusable("The body is not the JSON this route expects."))
    }

    /// A header as text.
    pub(crate) fn header(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// The token of `Authorization: Bearer`, the scheme in any case (RFC 9110 §11.1).
    pub(crate) fn bearer_token(&self) -> Option<&str> {
        let (scheme, token) = self.header(header::AUTHORIZATION)?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    fn has_content_type(&self, expected: &str) -> bool {
        let content_type = self.header(header::CONTENT_TYPE).unwrap_or_default();
        content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(expected)
    }
}

/// Reads a body within bounds.
pub(crate) async fn read_body(body: Incoming) -> Result<Bytes, Reply> {
    match tokio::time::timeout(BODY_DEADLINE, Limited::new(body, LARGEST_BODY).collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => {
            Err(Reply::refusal(StatusCode::PAYLOAD_TOO_LARGE, "too_large").with_header(header::CONNECTION, "close"))
        }
        Ok(Err(_)) => {
            Err(Reply::refusal(StatusCode::BAD_REQUEST, "unreadable_body").with_header(header::CONNECTION, "close"))
        }
        Err(_) => Err(Reply::refusal(StatusCode::REQUEST_TIMEOUT, "timeout").with_header(header::CONNECTION, "close")),
    }
}

/// Decoded parameters in order.
#[derive(Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl Parameters {
    fn parse(encoded: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(encoded).into_owned().collect())
    }

    /// The first value with this name; an empty one counts as absent (RFC 6749 §3.1).
    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values with this name.
    pub(crate) fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// All names, in order.
    pub(crate) fn names(&self) -> Vec<String> {
        self.0.iter().map(|(key, _)| key.clone()).collect()
    }

    /// The first of these names that comes more than once.
    pub(crate) fn repeated(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().find(|name| self.values(name).count() > 1).copied()
    }
}
