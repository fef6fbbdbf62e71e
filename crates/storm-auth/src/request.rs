//! A request that a credential authenticates, as the catalogue describes it.

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use storm_domain::{HttpMethod, KeyPlacement};
use url::Url;

use crate::http::Http;
use crate::placement::{Presented, request_with};

/// With what the headers do not say: JSON is asked for, and a body is JSON. One that is to be signed is complete only then.
///
/// None = the credential cannot stand in it.
pub(crate) fn prepare(
    http: &Http,
    method: HttpMethod,
    url: &Url,
    placement: &KeyPlacement,
    headers: &[(String, String)],
    body: Option<&str>,
    presented: Presented<'_>,
) -> Option<RequestBuilder> {
    Some(complete(request_with(http, method, url, placement, presented)?, headers, body))
}

/// The same with a request that is authenticated already.
pub(crate) fn complete(
    mut prepared: RequestBuilder,
    headers: &[(String, String)],
    body: Option<&str>,
) -> RequestBuilder {
    let says = |header: &HeaderName| headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header.as_str()));
    if !says(&ACCEPT) {
        prepared = prepared.header(ACCEPT, "application/json");
    }
    if let Some(body) = body {
        prepared = prepared.body(body.to_owned());
        if !says(&CONTENT_TYPE) {
            prepared = prepared.header(CONTENT_TYPE, "application/json");
        }
    }
    headers.iter().fold(prepared, |prepared, (name, value)| prepared.header(name, value))
}
