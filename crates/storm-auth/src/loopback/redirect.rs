//! What a request to the loopback is, in the order of checks: method, path, Host, duplicates, `iss`, `state`, `error`, `code`.
//! A pasted address is judged by the same checks, as far as an address has what they look at.
//!
//! INVARIANT: without the right `state` nothing about the wait changes, whatever else the request says.

use std::collections::HashMap;

use hyper::header::{HOST, HeaderMap};
use hyper::{Method, Request};
use storm_domain::ProviderWords;
use storm_domain::port::{PasteError, Redirect, RedirectError};
use storm_secret::{AuthorizationCode, CsrfState, PastedRedirect};
use url::{Position, Url, form_urlencoded};
use zeroize::Zeroizing;

const LONGEST_TARGET: usize = 8 * 1024;
/// What must not stand twice (RFC 6749 §3.1).
const ONCE: &[&str] = &["code", "state", "iss", "error", "error_description"];

/// What the right redirect carries.
pub(super) struct Expected {
    pub(super) redirect_uri: Url,
    pub(super) state: CsrfState,
    pub(super) issuer: Option<String>,
    pub(super) issuer_in_redirect: bool,
}

/// What a request turned out to be.
pub(super) enum Arrival {
    /// With the right state; nobody else can have made it.
    Genuine(Result<Redirect, RedirectError>),
    /// Anything else, and the status it is answered with.
    Stray(Stray),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    Method,
    TooLong,
    Path,
    MissingHost,
    OtherHost,
    Prefetch,
    Parameters,
    State,
}

impl Expected {
    pub(super) fn judge<B>(&self, request: &Request<B>) -> Arrival {
        match self.read(request) {
            Ok(outcome) => Arrival::Genuine(outcome),
            Err(stray) => Arrival::Stray(stray),
        }
    }

    fn read<B>(&self, request: &Request<B>) -> Result<Result<Redirect, RedirectError>, Stray> {
        let target = request.uri();
        if request.method() != Method::GET {
            return Err(Stray::Method);
        }
        let query = target.query().unwrap_or("");
        if target.path().len() + query.len() > LONGEST_TARGET {
            return Err(Stray::TooLong);
        }
        if target.path() != self.redirect_uri.path() {
            return Err(Stray::Path);
        }
        let published = &self.redirect_uri[Position::BeforeHost..Position::AfterPort];
        check_host(request.headers(), published)?;
        if target.authority().is_some_and(|authority| authority.as_str() != published) {
            return Err(Stray::OtherHost);
        }
        if is_prefetch(request.headers()) {
            return Err(Stray::Prefetch);
        }
        self.read_answer(query)
    }

    pub(super) fn read_pasted(&self, address: &PastedRedirect) -> Result<Result<Redirect, RedirectError>, PasteError> {
        // EXPOSE: judged here. A terminal or a mail may have broken it into lines; an address has no white space of its own.
        let text = Zeroizing::new(address.expose().split_whitespace().collect::<String>());
        if text.len() > LONGEST_TARGET {
            return Err(PasteError::NotAnAddress);
        }
        let published = &self.redirect_uri[Position::BeforeHost..Position::AfterPort];
        let whole = match text.starts_with(published) {
            // Address bars leave the scheme out.
            true => Zeroizing::new(format!("{}://{}", self.redirect_uri.scheme(), *text)),
            false => text,
        };
        let url = Url::parse(&whole).map_err(|_| PasteError::NotAnAddress)?;
        if url[..Position::AfterPath] != self.redirect_uri[..Position::AfterPath] {
            return Err(PasteError::OtherAddress);
        }
        self.read_answer(url.query().unwrap_or("")).map_err(|stray| match stray {
            Stray::State if url.query_pairs().any(|(name, _)| name == "state") => PasteError::OtherSignIn,
            _ => PasteError::NoAnswer,
        })
    }

    fn read_answer(&self, query: &str) -> Result<Result<Redirect, RedirectError>, Stray> {
        let mut parameters = read_once(query)?;
        let is_right_issuer = self.is_right_issuer(parameters.get("iss").map(String::as_str));
        if !parameters.get("state").is_some_and(|state| self.state.matches(state)) {
            return Err(Stray::State);
        }
        if !is_right_issuer {
            return Ok(Err(RedirectError::WrongIssuer));
        }
        if let Some(error) = parameters.get("error").filter(|error| !error.is_empty()) {
            let description = parameters.get("error_description").map_or("", String::as_str);
            return Ok(Err(match &**error {
                "access_denied" => RedirectError::Denied,
                code => RedirectError::Service(ProviderWords::cleaned(code, description)),
            }));
        }
        match parameters.remove("code").filter(|code| !code.is_empty()) {
            Some(code) => Ok(Ok(Redirect { code: AuthorizationCode::new(code) })),
            None => Err(Stray::Parameters),
        }
    }

    /// RFC 9207 §2.4: compared as text, character by character.
    fn is_right_issuer(&self, sent: Option<&str>) -> bool {
        match (sent, &self.issuer) {
            (Some(sent), Some(expected)) => sent == expected,
            (Some(_), None) => true,
            (None, _) => !self.issuer_in_redirect,
        }
    }
}

/// DNS rebinding gives a page another name for this port; only the published one is answered.
fn check_host(headers: &HeaderMap, published: &str) -> Result<(), Stray> {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) if host.as_bytes() == published.as_bytes() => Ok(()),
        (Some(_), None) => Err(Stray::OtherHost),
        _ => Err(Stray::MissingHost),
    }
}

/// A browser that only guesses what its user will open.
fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-purpose", "x-moz"].iter().any(|name| {
        let value = headers.get(*name).and_then(|value| value.to_str().ok()).unwrap_or("").to_ascii_lowercase();
        value.contains("prefetch") || value.contains("preview") || value.contains("prerender")
    })
}

fn read_once(query: &str) -> Result<HashMap<String, String>, Stray> {
    let mut parameters = HashMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        let must_be_once = ONCE.contains(&&*name);
        let repeats = parameters.insert(name.into_owned(), value.into_owned()).is_some();
        if repeats && must_be_once {
            return Err(Stray::Parameters);
        }
    }
    Ok(parameters)
}
