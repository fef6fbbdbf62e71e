//! Pushed authorization requests (RFC 9126): the parameters go to the service beforehand, and the browser carries a handle.
//!
//! INVARIANT: where the service requires it, a request that was not taken is never opened with plain parameters instead; each
//! handle is made for one page and used once.

use serde::Deserialize;
use serde_json::value::RawValue;
use storm_domain::port::{AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError};
use storm_domain::{BodyFormat, ClientAuth, Delivery, RawTokenAnswer, RefreshFailure, TransientKind};
use storm_secret::DisplaySafeUrl;

use crate::client_authentication::{Asking, post};
use crate::http::is_trusted_address;
use crate::pem::is_pem;
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::token_answer::{AnswerShape, read_failure};
use crate::token_request::Parameters;

const LARGEST_ANSWER: usize = 64 * 1024;
const LONGEST_HANDLE: usize = 2048;

/// An answer (RFC 9126 §2.2).
#[derive(Deserialize)]
struct Answer<'a> {
    request_uri: String,
    #[serde(borrow)]
    expires_in: Option<&'a RawValue>,
}

/// Hands in the request of `made`; the page that is left to open holds nothing but the handle.
pub(crate) async fn push(
    sender: &Sender,
    request: &AuthorizationRequest,
    made: AuthorizationUrl,
) -> Result<AuthorizationUrl, AuthorizationUrlError> {
    let (service, client) = (&request.service, &request.client);
    let url = service.pushed_authorization_url.as_ref().filter(|url| is_trusted_address(url));
    let url = url.ok_or(AuthorizationUrlError::Address { field: "pushed_authorization_request_endpoint" })?;

    // EXPOSE: the request is handed to the service that it is for.
    let mut pairs: Vec<(String, String)> = made.url.expose().query_pairs().into_owned().collect();
    // Client authentication brings the client's id, but for a password in the header.
    // EXPOSE: looked at for its shape.
    let is_password = client.client_secret.as_ref().is_some_and(|secret| !is_pem(secret.expose()));
    let is_basic = is_password && service.token_client_auth == ClientAuth::Basic;
    pairs.retain(|(name, _)| is_basic || name != "client_id");
    let mut parameters = Parameters::default();
    for (name, value) in &pairs {
        parameters.add(name, value);
    }
    let audience = service.issuer.as_deref().unwrap_or(url.as_str());
    let asking = Asking { client, client_auth: service.token_client_auth, audience };
    let sent = post(sender, url, &asking, BodyFormat::Form, parameters).map_err(unanswered);
    let sent = sent.map_err(AuthorizationUrlError::NotPushed)?;
    let answer = sender.http.send(sent, sender.http.deadlines.other, LARGEST_ANSWER).await.map_err(unanswered);
    let handle = answer.and_then(|answer| read(&answer)).map_err(AuthorizationUrlError::NotPushed)?;

    let mut page = service.authorize_url.clone();
    page.query_pairs_mut().append_pair("client_id", &client.client_id).append_pair("request_uri", &handle);
    Ok(AuthorizationUrl { url: DisplaySafeUrl::new(page), is_one_time: true, ..made })
}

fn read(answer: &RawTokenAnswer) -> Result<String, RefreshFailure> {
    if let Some(failure) = read_failure(AnswerShape::default(), answer) {
        return Err(failure);
    }
    let not_an_answer = || RefreshFailure::Transient {
        delivery: Delivery::Answered,
        kind: TransientKind::NotAnAnswer,
        retry_after: answer.retry_after,
    };
    // EXPOSE: this is where the answer is read.
    let read: Answer<'_> = serde_json::from_slice(answer.body.expose()).map_err(|_| not_an_answer())?;
    let is_plain =
        read.request_uri.len() <= LONGEST_HANDLE && read.request_uri.bytes().all(|byte| byte.is_ascii_graphic());
    if read.request_uri.is_empty() || !is_plain {
        return Err(refused("request_uri_not_usable", "The service's handle for the request cannot be used."));
    }
    let seconds = read.expires_in.and_then(|raw| raw.get().trim_matches('"').parse::<f64>().ok());
    if seconds.is_some_and(|seconds| seconds <= 0.0) {
        return Err(refused("request_uri_expired", "The service's handle for the request had expired when it came."));
    }
    Ok(read.request_uri)
}
