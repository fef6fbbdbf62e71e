//! The constant pages the browser is shown.
//!
//! INVARIANT: nothing of a request is in a page. No script, no picture, no link; the one style is allowed by its digest.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Response, StatusCode};
use sha2::{Digest as _, Sha256};

use super::redirect::Stray;

/// What became of the attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Page {
    Done,
    Denied,
    Failed,
    /// A newer attempt took its place.
    Replaced,
    NoLongerActive,
    /// The state of another sign-in, at the address of this one.
    NotAwaited,
}

impl Page {
    pub(super) fn response(self) -> Response<Full<Bytes>> {
        let status = match self {
            Self::Done | Self::Denied | Self::Failed => StatusCode::OK,
            Self::Replaced | Self::NoLongerActive => StatusCode::GONE,
            Self::NotAwaited => StatusCode::BAD_REQUEST,
        };
        let (mark, title, text) = match self {
            Self::Done => ("✓", "You are connected", "Storm Connect has taken over. You can close this tab."),
            Self::Denied => (
                "–",
                "Nothing was connected",
                "Access was denied here. You can close this tab and try again in Storm Connect.",
            ),
            Self::Failed => ("!", "That did not work", "Storm Connect says what went wrong. You can close this tab."),
            Self::NoLongerActive => {
                ("–", "This sign-in is no longer active", "It was finished or given up. Start again in Storm Connect.")
            }
            Self::Replaced => (
                "–",
                "This sign-in was replaced",
                "A newer one was begun in Storm Connect. Go on in its tab, and close this one.",
            ),
            Self::NotAwaited => (
                "–",
                "This is not the sign-in that is waited for",
                "It was finished, replaced or given up. Go on in the newest tab, or start again in Storm Connect.",
            ),
        };
        let body = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
             content=\"width=device-width\"><title>{title} – Storm Connect</title><style>{STYLE}</style></head><body><main>\
             <p class=\"mark\" aria-hidden=\"true\">{mark}</p><h1>{title}</h1><p>{text}</p></main></body></html>"
        );
        with_headers(status, "text/html; charset=utf-8", body)
    }

    /// For what is not the redirect that is waited for.
    pub(super) fn stray(stray: Stray) -> Response<Full<Bytes>> {
        if stray == Stray::State {
            // Most often not a stranger, but an older tab of the user's own.
            return Self::NotAwaited.response();
        }
        let (status, text) = match stray {
            Stray::Method => (StatusCode::METHOD_NOT_ALLOWED, "Only GET is answered here.\n"),
            Stray::TooLong => (StatusCode::URI_TOO_LONG, "The address is too long.\n"),
            Stray::Path => (StatusCode::NOT_FOUND, "There is nothing here.\n"),
            Stray::MissingHost => (StatusCode::BAD_REQUEST, "One Host header is needed.\n"),
            Stray::OtherHost => (StatusCode::MISDIRECTED_REQUEST, "This is not that host.\n"),
            Stray::Prefetch => (StatusCode::SERVICE_UNAVAILABLE, "Nothing is shown ahead of time.\n"),
            Stray::Parameters | Stray::State => (StatusCode::BAD_REQUEST, "The parameters do not fit.\n"),
        };
        let mut response = with_headers(status, "text/plain; charset=utf-8", text.to_owned());
        if stray == Stray::Method {
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
        }
        response
    }
}

const STYLE: &str = include_str!("page.css");

const FIXED_HEADERS: [(HeaderName, &str); 5] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "no-referrer"),
    (CACHE_CONTROL, "no-store"),
    (CONNECTION, "close"),
];

fn with_headers(status: StatusCode, content_type: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    for (name, value) in FIXED_HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let digest = BASE64_STANDARD.encode(Sha256::digest(STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
});
