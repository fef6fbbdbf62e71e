//! An answer before it becomes HTTP: status, headers, bytes.
//!
//! The constructors set what must never be forgotten: `Cache-Control: no-store` everywhere, a strict content security
//! policy and no sniffing on pages.

use hyper::StatusCode;
use hyper::body::Bytes;
use hyper::header::{self, HeaderName, HeaderValue};
use serde::Serialize;
use serde_json::json;

use crate::SandboxError;
use crate::page::Markup;

/// A page may load our style sheet, send forms to us, and nothing else.
const PAGE_POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// The consent page's form ends in a redirect to the client, which `form-action` would also have to name.
const CONSENT_PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// An answer.
#[derive(Clone)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Bytes,
}

impl Reply {
    fn new(status: StatusCode, content_type: &'static str, body: Bytes) -> Self {
        let headers = vec![
            (header::CONTENT_TYPE, HeaderValue::from_static(content_type)),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ];
        Self { status, headers, body }
    }

    /// JSON with status 200.
    pub(crate) fn json(value: &impl Serialize) -> Self {
        Self::json_with(StatusCode::OK, value)
    }

    /// JSON.
    pub(crate) fn json_with(status: StatusCode, value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self::new(status, "application/json", body.into()),
            Err(error) => SandboxError::SerializeState(error).into(),
        }
    }

    /// `{"error": code}`.
    pub(crate) fn refusal(status: StatusCode, code: &str) -> Self {
        Self::json_with(status, &json!({ "error": code }))
    }

    /// A page.
    pub(crate) fn page(status: StatusCode, markup: Markup) -> Self {
        Self::new(status, "text/html; charset=utf-8", markup.into_bytes())
            .with_header(header::CONTENT_SECURITY_POLICY, PAGE_POLICY)
            .with_header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
            .with_header(header::REFERRER_POLICY, "same-origin")
    }

    /// The page whose form leads out to the client's redirect URI.
    pub(crate) fn consent_page(markup: Markup) -> Self {
        let mut reply = Self::page(StatusCode::OK, markup);
        for (name, value) in &mut reply.headers {
            if *name == header::CONTENT_SECURITY_POLICY {
                *value = HeaderValue::from_static(CONSENT_PAGE_POLICY);
            }
        }
        reply
    }

    /// The style sheet.
    pub(crate) fn style_sheet(text: &'static str) -> Self {
        Self::new(StatusCode::OK, "text/css; charset=utf-8", Bytes::from_static(text.as_bytes()))
    }

    /// Status 200 without a body.
    pub(crate) fn empty() -> Self {
        Self::with_status(StatusCode::OK)
    }

    /// A status without a body.
    pub(crate) fn with_status(status: StatusCode) -> Self {
        let headers = vec![(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];
        Self { status, headers, body: Bytes::new() }
    }

    /// 303 to a place.
    pub(crate) fn see_other(location: &str) -> Self {
        match HeaderValue::from_str(location) {
            Ok(value) => {
                let mut reply = Self::with_status(StatusCode::SEE_OTHER);
                reply.headers.push((header::LOCATION, value));
                reply
            }
            Err(_) => Self::refusal(StatusCode::BAD_REQUEST, "invalid_location"),
        }
    }

    /// Adds a header; a value that cannot be sent is left out.
    pub(crate) fn with_header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }
}

impl From<SandboxError> for Reply {
    fn from(error: SandboxError) -> Self {
        match error {
            SandboxError::Unknown(what) => {
                let body = json!({ "error": "not_found", "error_description": format!("There is no such {what}.") });
                Self::json_with(StatusCode::NOT_FOUND, &body)
            }
            SandboxError::Unusable(why) => {
                let body = json!({ "error": "invalid_request", "error_description": why });
                Self::json_with(StatusCode::BAD_REQUEST, &body)
            }
            failure => {
                tracing::error!(%failure, "the practice service could not answer");
                let body = Bytes::from_static(br#"{"error":"server_error"}"#);
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "application/json", body)
            }
        }
    }
}
