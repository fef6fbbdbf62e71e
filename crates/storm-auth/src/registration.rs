//! Dynamic client registration (RFC 7591): the program registers itself, and the user need not.
//!
//! INVARIANT: the request holds no secret. A client that the service registered in a way that cannot be used here is refused, not
//! kept. Deliberately absent: managing a registration afterwards (RFC 7592), which few services offer.

use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::{Deserialize, Serialize};
use storm_domain::{
    AuthorizationGrant, ClientAuth, ClientMetadata, Delivery, HttpMethod, RawTokenAnswer, RefreshFailure,
    RegisteredClient, RegistrationOffer, SendFailure, Timestamp, TransientKind,
};
use storm_secret::ClientSecret;

use crate::http::is_trusted_address;
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::token_answer::{AnswerShape, read_failure};

const LARGEST_ANSWER: usize = 64 * 1024;
const LONGEST_ID: usize = 4096;
const CLIENT_NAME: &str = "Storm Connect";

/// RFC 7591 §2; `application_type` is OpenID's (Dynamic Client Registration 1.0 §2).
#[derive(Serialize)]
struct Request<'a> {
    client_name: &'a str,
    application_type: &'a str,
    redirect_uris: &'a [String],
    grant_types: Vec<&'a str>,
    response_types: &'a [&'a str],
    token_endpoint_auth_method: &'a str,
}

/// RFC 7591 §3.2.1.
#[derive(Deserialize)]
struct Answer {
    client_id: String,
    client_secret: Option<String>,
    /// Seconds since 1970; 0 = never.
    client_secret_expires_at: Option<serde_json::Value>,
    token_endpoint_auth_method: Option<String>,
}

pub(crate) async fn register_client(
    sender: &Sender,
    offer: &RegistrationOffer,
    client: &ClientMetadata,
) -> Result<RegisteredClient, RefreshFailure> {
    if !is_trusted_address(&offer.url) {
        return Err(refused("registration_endpoint_not_usable", "The address for registering is not protected."));
    }
    let not_written = |_| unanswered(SendFailure { delivery: Delivery::NotSent, kind: TransientKind::NotAnAnswer });
    let body = serde_json::to_vec(&request(offer, client)).map_err(not_written)?;
    let request = sender.http.request(HttpMethod::Post, offer.url.clone());
    let request = request.header(ACCEPT, "application/json").header(CONTENT_TYPE, "application/json").body(body);
    let answer = sender.http.send(request, sender.http.deadlines.other, LARGEST_ANSWER).await.map_err(unanswered)?;
    match read_failure(AnswerShape::default(), &answer) {
        Some(failure) => Err(explained(failure, answer.status)),
        None => read(&answer, offer.client_auth),
    }
}

fn request<'a>(offer: &RegistrationOffer, client: &'a ClientMetadata) -> Request<'a> {
    let is_of_person = client.grant == AuthorizationGrant::AuthorizationCode;
    let grants = [
        ("authorization_code", is_of_person),
        ("refresh_token", is_of_person && client.refresh),
        ("urn:ietf:params:oauth:grant-type:device_code", is_of_person && client.device),
        ("client_credentials", !is_of_person),
    ];
    Request {
        client_name: CLIENT_NAME,
        application_type: "native",
        redirect_uris: &client.redirect_uris,
        grant_types: grants.into_iter().filter_map(|(grant, is_wanted)| is_wanted.then_some(grant)).collect(),
        response_types: if is_of_person { &["code"] } else { &[] },
        token_endpoint_auth_method: match offer.client_auth {
            None => "none",
            Some(ClientAuth::Body) => "client_secret_post",
            Some(ClientAuth::PrivateKeyJwt) => "private_key_jwt",
            Some(ClientAuth::TlsCertificate) => "tls_client_auth",
            Some(ClientAuth::Basic) => "client_secret_basic",
        },
    }
}

/// A service that keeps its registration to itself says so by status (RFC 7591 §3), often without a word of OAuth.
fn explained(failure: RefreshFailure, status: u16) -> RefreshFailure {
    match failure {
        RefreshFailure::Transient { .. } if matches!(status, 401 | 403) => {
            refused("registration_not_open", "Only apps that the service's operator let in may register themselves.")
        }
        failure => failure,
    }
}

/// A moment of RFC 7591 §3.2.1; whatever is none says nothing.
fn end_of(seconds: &serde_json::Value) -> Option<Timestamp> {
    let seconds = seconds.as_i64().filter(|seconds| *seconds > 0)?;
    Some(Timestamp(seconds.saturating_mul(1_000)))
}

fn read(answer: &RawTokenAnswer, asked: Option<ClientAuth>) -> Result<RegisteredClient, RefreshFailure> {
    let not_an_answer = |_| RefreshFailure::Transient {
        delivery: Delivery::Answered,
        kind: TransientKind::NotAnAnswer,
        retry_after: answer.retry_after,
    };
    // EXPOSE: this is where the answer is read.
    let read: Answer = serde_json::from_slice(answer.body.expose()).map_err(not_an_answer)?;
    let is_plain = read.client_id.len() <= LONGEST_ID && read.client_id.bytes().all(|byte| byte.is_ascii_graphic());
    if read.client_id.is_empty() || !is_plain {
        return Err(refused("client_id_not_usable", "The service's client ID cannot be used."));
    }
    let secret = read.client_secret.filter(|secret| !secret.is_empty()).map(ClientSecret::new);
    let secret_ends_at = read.client_secret_expires_at.and_then(|seconds| end_of(&seconds));
    let client_auth = match (read.token_endpoint_auth_method.as_deref(), &secret) {
        (Some("none"), _) | (None, None) => None,
        (Some("client_secret_post"), Some(_)) => Some(ClientAuth::Body),
        (Some("client_secret_basic"), Some(_)) => Some(ClientAuth::Basic),
        // Basic where nothing is said (RFC 7591 §2), but a service that echoes nothing registered what it was asked.
        (None, Some(_)) => Some(asked.unwrap_or(ClientAuth::Basic)),
        (Some(_), _) => {
            return Err(refused(
                "token_endpoint_auth_method_not_usable",
                "The service wants the app to prove itself in a way that it gave nothing for.",
            ));
        }
    };
    Ok(RegisteredClient {
        client_id: read.client_id,
        client_secret: secret.filter(|_| client_auth.is_some()),
        secret_ends_at: secret_ends_at.filter(|_| client_auth.is_some()),
        client_auth,
    })
}
