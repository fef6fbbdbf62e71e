//! Verifying a credential with one cheap authenticated request.
//!
//! INVARIANT: only the service's own refusal (401, an error code where the connector says it stands, or the alert that a certificate
//! is not taken) is `Refused`.
//! Everything that may come from a proxy, a portal or a broken line is `CouldNotReach`.

use reqwest::RequestBuilder;
use reqwest::header::AUTHORIZATION;
use serde_json::Value;
use storm_domain::{
    Account, AnswerFormat, Credential, Delivery, IdentityPaths, KeyPlacement, ProviderWords, RawTokenAnswer,
    SendFailure, ServiceAccountKey, Timestamp, TransientKind, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, PrivateKey};

use crate::answer::{Document, is_page, text};
use crate::aws_signature::{self, is_signed};
use crate::dpop::{self, Proved};
use crate::header;
use crate::http::{Http, LARGEST_ANSWER, Unanswered, plain_words};
use crate::placement::Presented;
use crate::sender::Sender;
use crate::token_answer::is_passing;

pub(crate) async fn verify(
    sender: &Sender,
    request: &VerifyRequest,
    credential: &Credential,
    access_token: Option<&AccessToken>,
) -> Verdict {
    if let (Credential::OAuthGrant(grant), Some(token)) = (credential, access_token)
        && let Some(key) = grant.proof_key()
    {
        return verify_with_proof(sender, request, key, token).await;
    }
    let http = &sender.http;
    if let (Credential::ServiceAccountKey(key), KeyPlacement::TlsCertificate) = (credential, &request.placement) {
        return verify_in_handshake(http, request, key).await;
    }
    let presented = match (credential, access_token) {
        (Credential::ApiKey(credential), _) => Presented::key(credential),
        // EXPOSE: the credential authenticates the request that proves it.
        (_, Some(token)) => Presented::alone(token.expose()),
        (_, None) => return unreached("There is no access token to verify with."),
    };
    let attempt = async |now| match authenticated(http, request, presented, now) {
        Some(prepared) => send_patiently(http, prepared).await.map_err(|failure| unreached(plain_words(failure.kind))),
        None => Err(Verdict::Refused { reason: "It holds characters that no such credential has.".to_owned() }),
    };
    let outcome = match attempt(http.clock.now()).await {
        Ok(answer) if is_signed(&request.placement) && matches!(answer.status, 400 | 403) => {
            match header::other_time(&answer) {
                // A signature holds for minutes, by the service's clock.
                Some(by_server) => attempt(by_server).await,
                None => Ok(answer),
            }
        }
        outcome => outcome,
    };
    outcome.map_or_else(|verdict| verdict, |answer| judge(request, &answer))
}

/// Sends once more on a broken line; a service that stayed silent was already waited for.
async fn send_patiently(http: &Http, prepared: RequestBuilder) -> Result<RawTokenAnswer, SendFailure> {
    let again = prepared.try_clone();
    match (send(http, prepared).await, again) {
        (Err(SendFailure { kind: TransientKind::Connection, .. }), Some(again)) => send(http, again).await,
        (outcome, _) => outcome,
    }
}

/// A token that is bound to a key is sent under its own scheme (RFC 9449 §7.1), whatever the placement of other tokens.
async fn verify_with_proof(sender: &Sender, request: &VerifyRequest, key: &PrivateKey, token: &AccessToken) -> Verdict {
    let deadline = sender.http.deadlines.other;
    let proved = Proved { key, method: request.method, url: &request.url, access_token: Some(token), deadline };
    let placement = KeyPlacement::Header { name: AUTHORIZATION.to_string(), prefix: "DPoP ".to_owned() };
    let prepared = || {
        let request = VerifyRequest { placement: placement.clone(), ..request.clone() };
        // EXPOSE: the token authenticates the request that proves it.
        let presented = Presented::alone(token.expose());
        let prepared = prepare(&sender.http, &request, presented);
        prepared.ok_or(SendFailure { delivery: Delivery::NotSent, kind: TransientKind::UnusableToken })
    };
    match dpop::send(sender, &proved, prepared).await {
        Ok(answer) => judge(request, &answer),
        Err(failure) => unreached(plain_words(failure.kind)),
    }
}

/// Shows the certificate of a key from a file. Sent once more on a broken line: a service that does not take the certificate may
/// close the connection before it is heard to say so.
async fn verify_in_handshake(http: &Http, request: &VerifyRequest, key: &ServiceAccountKey) -> Verdict {
    let VerifyRequest { method, url, headers, body, .. } = request;
    if url.scheme() != "https" {
        return unreached("A certificate can be shown only where the address begins with https.");
    }
    let Ok(prepared) = http.request_showing(key, *method, url.clone()) else {
        return unreached(
            "The key and its certificate, or the certificate authority in their file, cannot be used for connections.",
        );
    };
    let prepared = crate::request::complete(prepared, headers, body.as_deref());
    let send = async |prepared: RequestBuilder| http.send_shown(prepared, http.deadlines.other, LARGEST_ANSWER).await;
    let again = prepared.try_clone();
    let outcome = match (send(prepared).await, again) {
        (Err(Unanswered::Failed(SendFailure { kind: TransientKind::Connection, .. })), Some(again)) => {
            send(again).await
        }
        (outcome, _) => outcome,
    };
    match outcome {
        Ok(answer) => judge(request, &answer.raw),
        Err(Unanswered::CertificateRefused(_)) => {
            Verdict::Refused { reason: "The service does not take the certificate.".to_owned() }
        }
        Err(Unanswered::Failed(failure)) => unreached(plain_words(failure.kind)),
    }
}

/// The request as it is sent, at `now`.
fn authenticated(
    http: &Http,
    request: &VerifyRequest,
    presented: Presented<'_>,
    now: Timestamp,
) -> Option<RequestBuilder> {
    aws_signature::signed_if_needed(prepare(http, request, presented)?, presented, &request.placement, now)
}

fn prepare(http: &Http, request: &VerifyRequest, presented: Presented<'_>) -> Option<RequestBuilder> {
    let VerifyRequest { method, url, placement, headers, body, .. } = request;
    crate::request::prepare(http, *method, url, placement, headers, body.as_deref(), presented)
}

async fn send(http: &Http, request: RequestBuilder) -> Result<RawTokenAnswer, SendFailure> {
    http.send(request, http.deadlines.other, LARGEST_ANSWER).await
}

fn judge(request: &VerifyRequest, answer: &RawTokenAnswer) -> Verdict {
    let document = Document::read(request.answer, answer);
    let at = |pointer: &Option<String>| document.as_ref()?.at(pointer.as_deref()?);
    let code = at(&request.error_pointer).as_deref().and_then(text);
    let account = account(document.as_ref(), &request.identity);
    // Some servers call their errors in XML a page.
    let is_page = is_page(answer) && !matches!(document, Some(Document::Xml(_)));

    let is_limited = match &*request.limited_codes {
        [] => answer.status == 403 && !is_page,
        codes => codes.iter().any(|known| code.as_ref() == Some(known) || *known == answer.status.to_string()),
    };
    if is_limited {
        let missing = request.limited_means.clone().or(code.map(|code| cleaned(&code)));
        return Verdict::WorksWithout { account, missing: missing.unwrap_or_else(|| "what was asked for".to_owned()) };
    }
    let refuses = |code: &String| request.refused_codes.is_empty() || request.refused_codes.contains(code);
    match answer.status {
        401 => refused(code),
        200..=299 if is_page => unreached("A web page answered instead of the service. Is a network login needed?"),
        // A portal may answer in XML, too; it names nobody.
        200..=299 if request.answer == AnswerFormat::Xml && code.is_none() && account.is_none() => {
            unreached(plain_words(TransientKind::NotAnAnswer))
        }
        200..=299 if document.is_none() && request.ok_pointer.is_some() => {
            unreached(plain_words(TransientKind::NotAnAnswer))
        }
        200..=299 => {
            let is_refused = code.is_some()
                || (request.ok_pointer.is_some() && at(&request.ok_pointer).as_deref() != Some(&Value::Bool(true)));
            let names_nobody = at(&request.identity.id).as_deref().is_some_and(Value::is_null);
            match code {
                Some(code) if is_passing(&code) => unreached(plain_words(TransientKind::ServiceBusy)),
                code if is_refused || names_nobody => refused(code),
                _ => Verdict::Works { account },
            }
        }
        300..=399 => unreached(plain_words(TransientKind::Redirected)),
        408 | 425 | 429 | 500.. => unreached(plain_words(TransientKind::ServiceBusy)),
        403 if is_page => unreached("A web page answered with “403 Forbidden” instead of the service."),
        status => match code {
            Some(code) if refuses(&code) => refused(Some(code)),
            Some(code) => unreached(&format!("The service answered: {}", cleaned(&code))),
            None => unreached(&format!("The service answered with status {status}.")),
        },
    }
}

fn refused(code: Option<String>) -> Verdict {
    let reason = match code {
        Some(code) => format!("The service refused it: {}", cleaned(&code)),
        None => "The service refused it.".to_owned(),
    };
    Verdict::Refused { reason }
}

fn unreached(reason: &str) -> Verdict {
    Verdict::CouldNotReach { reason: reason.to_owned() }
}

fn account(document: Option<&Document>, paths: &IdentityPaths) -> Option<Account> {
    let find = |path: &Option<String>| document?.text_at(path.as_deref()?).map(|text| cleaned(&text));
    let (id, label) = (find(&paths.id), find(&paths.label));
    let either = id.clone().or(label.clone())?;
    Some(Account { id: id.unwrap_or_else(|| either.clone()), label: label.unwrap_or(either) })
}

/// Fit to be shown: short, without control or direction marks.
fn cleaned(text: &str) -> String {
    ProviderWords::cleaned(text, "").code
}
