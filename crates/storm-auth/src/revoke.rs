//! Ending a credential at the service: RFC 7009, and the services' own ways.
//!
//! INVARIANT: the refresh token goes first, because it is the one that lives on. A credential that the service no longer
//! knows is a success (RFC 7009 §2.2).

use hyper::body::Bytes;
use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use serde::Serialize;
use storm_domain::port::ClientIdentity;
use storm_domain::{Credential, HttpMethod, RawTokenAnswer, RefreshFailure, RevokeRequest, RevokeTarget};
use storm_secret::AccessToken;
use zeroize::Zeroizing;

use crate::client_authentication::{Asking, post};
use crate::http::{Http, LARGEST_ANSWER};
use crate::placement::{Presented, request_with};
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::token_answer::{AnswerShape, read_failure};
use crate::token_request::Parameters;

pub(crate) async fn revoke(
    sender: &Sender,
    request: &RevokeRequest,
    target: &Credential,
    client: Option<&ClientIdentity>,
    using: Option<&AccessToken>,
) -> Result<(), RefreshFailure> {
    let http = &sender.http;
    match request.target {
        RevokeTarget::TokenInBody => revoke_tokens(sender, request, target, client).await,
        RevokeTarget::OwnCredential => {
            // EXPOSE: the credential authenticates its own end.
            let own = match target {
                Credential::ApiKey(credential) => Some(Presented::key(credential)),
                target => own_secret(target).or(using.map(AccessToken::expose)).map(Presented::alone),
            };
            let answer = send(http, authenticated(http, request, own.ok_or_else(not_possible)?)?).await?;
            // Refused as unknown: it is already dead.
            if answer.status == 401 { Ok(()) } else { judge(&answer) }
        }
        RevokeTarget::ByKeyId => {
            // EXPOSE: the new credential authenticates the end of the old.
            let secret = using.map(AccessToken::expose).ok_or_else(not_possible)?;
            judge(&send(http, authenticated(http, request, Presented::alone(secret))?).await?)
        }
        RevokeTarget::CredentialsArray => {
            let secret = own_secret(target).ok_or_else(not_possible)?;
            let body = serde_json::to_vec(&Credentials { credentials: [secret] }).map_err(|_| not_possible())?;
            let request = http
                .request(request.method, request.url.clone())
                .header(CONTENT_TYPE, "application/json")
                .body(Bytes::from_owner(Zeroizing::new(body)));
            judge(&send(http, request).await?)
        }
    }
}

#[derive(Serialize)]
struct Credentials<'a> {
    credentials: [&'a str; 1],
}

async fn revoke_tokens(
    sender: &Sender,
    request: &RevokeRequest,
    target: &Credential,
    client: Option<&ClientIdentity>,
) -> Result<(), RefreshFailure> {
    let tokens = tokens(target);
    if tokens.is_empty() {
        return Err(not_possible());
    }
    for (hint, token) in tokens {
        let mut parameters = Parameters::default();
        parameters.add("token", token);
        parameters.add("token_type_hint", hint);
        let request = match client {
            Some(client) => {
                let asking = Asking { client, client_auth: request.client_auth, audience: request.url.as_str() };
                post(sender, &request.url, &asking, request.body_format, parameters).map_err(unanswered)?
            }
            None => parameters.fill(sender.http.request(HttpMethod::Post, request.url.clone()), request.body_format),
        };
        judge(&send(&sender.http, request).await?)?;
    }
    Ok(())
}

/// The tokens to revoke, in order, with their hints (RFC 7009 §2.1).
fn tokens(target: &Credential) -> Vec<(&'static str, &str)> {
    match target {
        Credential::OAuthGrant(grant) => {
            // EXPOSE: they are named to the service that issued them.
            let refresh_token = grant.refresh_token.iter().map(|token| ("refresh_token", token.expose()));
            // EXPOSE: as above.
            let access_token = grant.access_token.iter().map(|token| ("access_token", token.expose()));
            refresh_token.chain(access_token).collect()
        }
        _ => own_secret(target).map(|secret| ("access_token", secret)).into_iter().collect(),
    }
}

fn own_secret(target: &Credential) -> Option<&str> {
    match target {
        // EXPOSE: the service is told which of its keys to end.
        Credential::ApiKey(credential) => Some(credential.key.expose()),
        // EXPOSE: as above.
        Credential::OAuthGrant(grant) => grant.access_token.as_ref().map(AccessToken::expose),
        _ => None,
    }
}

fn authenticated(
    http: &Http,
    request: &RevokeRequest,
    presented: Presented<'_>,
) -> Result<RequestBuilder, RefreshFailure> {
    request_with(http, request.method, &request.url, &request.placement, presented).ok_or_else(not_possible)
}

async fn send(http: &Http, request: RequestBuilder) -> Result<RawTokenAnswer, RefreshFailure> {
    let request = request.header(ACCEPT, "application/json");
    http.send(request, http.deadlines.other, LARGEST_ANSWER).await.map_err(unanswered)
}

fn judge(answer: &RawTokenAnswer) -> Result<(), RefreshFailure> {
    if matches!(answer.status, 404 | 410) {
        return Ok(());
    }
    let unknown_token = ["invalid_token", "token_not_found", "token_revoked"].map(str::to_owned);
    let shape = AnswerShape { path: None, grant_refused_codes: &unknown_token };
    match read_failure(shape, answer) {
        None | Some(RefreshFailure::GrantRefused(_)) => Ok(()),
        Some(failure) => Err(failure),
    }
}

fn not_possible() -> RefreshFailure {
    refused("revocation_not_possible", "This credential cannot be revoked in the way the service asks for.")
}
