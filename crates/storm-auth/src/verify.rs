//! Verifying a credential with one cheap authenticated request.
//!
//! INVARIANT: only the service's own refusal (401, or an error code where the connector says it stands) is `Refused`.
//! Everything that may come from a proxy, a portal or a broken line is `CouldNotReach`.

use std::borrow::Cow;

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName};
use serde_json::Value;
use storm_domain::{
    Account, AnswerFormat, Credential, Delivery, IdentityPaths, KeyPlacement, ProviderWords, RawTokenAnswer,
    SendFailure, Timestamp, TransientKind, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, PrivateKey};

use crate::aws_signature;
use crate::dpop::{self, Proved};
use crate::header;
use crate::http::{Http, LARGEST_ANSWER, plain_words};
use crate::placement::{Presented, request_with};
use crate::sender::Sender;
use crate::token_answer::is_passing;
use crate::xml::Xml;

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
        Ok(answer) if is_signed(request) && matches!(answer.status, 400 | 403) => match header::other_time(&answer) {
            // A signature holds for minutes, by the service's clock.
            Some(by_server) => attempt(by_server).await,
            None => Ok(answer),
        },
        outcome => outcome,
    };
    outcome.map_or_else(|verdict| verdict, |answer| judge(request, &answer))
}

fn is_signed(request: &VerifyRequest) -> bool {
    matches!(request.placement, KeyPlacement::AwsSigV4 { .. })
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

/// The request as it is sent, at `now`.
fn authenticated(
    http: &Http,
    request: &VerifyRequest,
    presented: Presented<'_>,
    now: Timestamp,
) -> Option<RequestBuilder> {
    let prepared = prepare(http, request, presented)?;
    match &request.placement {
        KeyPlacement::AwsSigV4 { service, region } => aws_signature::signed(prepared, presented, service, region, now),
        _ => Some(prepared),
    }
}

fn prepare(http: &Http, request: &VerifyRequest, presented: Presented<'_>) -> Option<RequestBuilder> {
    let mut prepared = request_with(http, request.method, &request.url, &request.placement, presented)?;
    let says = |header: &HeaderName| request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(header.as_str()));
    if !says(&ACCEPT) {
        prepared = prepared.header(ACCEPT, "application/json");
    }
    if let Some(body) = &request.body {
        prepared = prepared.body(body.clone());
        if !says(&CONTENT_TYPE) {
            prepared = prepared.header(CONTENT_TYPE, "application/json");
        }
    }
    Some(request.headers.iter().fold(prepared, |prepared, (name, value)| prepared.header(name, value)))
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

/// An answer, in whichever form.
enum Document {
    Json(Value),
    Xml(Xml),
}

impl Document {
    fn read(format: AnswerFormat, answer: &RawTokenAnswer) -> Option<Self> {
        // EXPOSE: only the places that the connector names are read.
        let body = answer.body.expose();
        match format {
            AnswerFormat::Json => serde_json::from_slice(body).ok().map(Self::Json),
            AnswerFormat::Xml => Xml::read(body).map(Self::Xml),
        }
    }

    fn at(&self, pointer: &str) -> Option<Cow<'_, Value>> {
        match self {
            Self::Json(value) => value.pointer(pointer).map(Cow::Borrowed),
            Self::Xml(xml) => xml.at(pointer).map(|text| Cow::Owned(Value::from(text))),
        }
    }
}

fn account(document: Option<&Document>, paths: &IdentityPaths) -> Option<Account> {
    let find =
        |path: &Option<String>| document?.at(path.as_deref()?).as_deref().and_then(text).map(|text| cleaned(&text));
    let (id, label) = (find(&paths.id), find(&paths.label));
    let either = id.clone().or(label.clone())?;
    Some(Account { id: id.unwrap_or_else(|| either.clone()), label: label.unwrap_or(either) })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Fit to be shown: short, without control or direction marks.
fn cleaned(text: &str) -> String {
    ProviderWords::cleaned(text, "").code
}

fn is_page(answer: &RawTokenAnswer) -> bool {
    // EXPOSE: only how it begins is looked at.
    let start: Vec<u8> = answer.body.expose().trim_ascii_start().iter().take(9).map(u8::to_ascii_lowercase).collect();
    let is_html = answer.content_type.as_deref().is_some_and(|text| text.trim_start().starts_with("text/html"));
    is_html || start.starts_with(b"<!doctype") || start.starts_with(b"<html")
}
