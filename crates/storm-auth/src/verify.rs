//! Verifying a credential with one cheap authenticated request.
//!
//! INVARIANT: only the service's own refusal (401, or an error code where the connector says it stands) is `Refused`.
//! Everything that may come from a proxy, a portal or a broken line is `CouldNotReach`.

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use serde_json::Value;
use storm_domain::{
    Account, Credential, Delivery, IdentityPaths, KeyPlacement, ProviderWords, RawTokenAnswer, SendFailure,
    TransientKind, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, PrivateKey};

use crate::dpop::{self, Proved};
use crate::http::{Http, LARGEST_ANSWER, plain_words};
use crate::placement::request_with;
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
    let secret = match (credential, access_token) {
        // EXPOSE: the credential authenticates the request that proves it.
        (Credential::ApiKey(credential), _) => credential.key.expose(),
        // EXPOSE: as above.
        (_, Some(token)) => token.expose(),
        (_, None) => return unreached("There is no access token to verify with."),
    };
    let Some(prepared) = prepare(http, request, secret) else {
        return Verdict::Refused { reason: "It holds characters that no such credential has.".to_owned() };
    };
    // Once more on a broken line; a service that stayed silent was already waited for.
    let again = prepared.try_clone();
    let outcome = match (send(http, prepared).await, again) {
        (Err(SendFailure { kind: TransientKind::Connection, .. }), Some(again)) => send(http, again).await,
        (outcome, _) => outcome,
    };
    match outcome {
        Ok(answer) => judge(request, &answer),
        Err(failure) => unreached(plain_words(failure.kind)),
    }
}

/// A token that is bound to a key is sent under its own scheme (RFC 9449 §7.1), whatever the placement of other tokens.
async fn verify_with_proof(sender: &Sender, request: &VerifyRequest, key: &PrivateKey, token: &AccessToken) -> Verdict {
    let deadline = sender.http.deadlines.other;
    let proved = Proved { key, method: request.method, url: &request.url, access_token: Some(token), deadline };
    let placement = KeyPlacement::Header { name: AUTHORIZATION.to_string(), prefix: "DPoP ".to_owned() };
    let prepared = || {
        // EXPOSE: the token authenticates the request that proves it.
        let prepared =
            prepare(&sender.http, &VerifyRequest { placement: placement.clone(), ..request.clone() }, token.expose());
        prepared.ok_or(SendFailure { delivery: Delivery::NotSent, kind: TransientKind::UnusableToken })
    };
    match dpop::send(sender, &proved, prepared).await {
        Ok(answer) => judge(request, &answer),
        Err(failure) => unreached(plain_words(failure.kind)),
    }
}

fn prepare(http: &Http, request: &VerifyRequest, secret: &str) -> Option<RequestBuilder> {
    let mut prepared = request_with(http, request.method, &request.url, &request.placement, secret)?;
    if !request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("accept")) {
        prepared = prepared.header(ACCEPT, "application/json");
    }
    if let Some(body) = &request.body {
        prepared = prepared.header(CONTENT_TYPE, "application/json").body(body.clone());
    }
    Some(request.headers.iter().fold(prepared, |prepared, (name, value)| prepared.header(name, value)))
}

async fn send(http: &Http, request: RequestBuilder) -> Result<RawTokenAnswer, SendFailure> {
    http.send(request, http.deadlines.other, LARGEST_ANSWER).await
}

fn judge(request: &VerifyRequest, answer: &RawTokenAnswer) -> Verdict {
    // EXPOSE: only the places that the connector names are read.
    let json = serde_json::from_slice::<Value>(answer.body.expose()).ok();
    let at = |pointer: &Option<String>| json.as_ref()?.pointer(pointer.as_deref()?);
    let code = at(&request.error_pointer).and_then(text);
    let account = account(json.as_ref(), &request.identity);

    let is_limited = match &*request.limited_codes {
        [] => answer.status == 403 && !is_page(answer),
        codes => codes.iter().any(|known| code.as_ref() == Some(known) || *known == answer.status.to_string()),
    };
    if is_limited {
        let missing = request.limited_means.clone().or(code.map(|code| cleaned(&code)));
        return Verdict::WorksWithout { account, missing: missing.unwrap_or_else(|| "what was asked for".to_owned()) };
    }
    match answer.status {
        401 => refused(code),
        200..=299 if is_page(answer) => {
            unreached("A web page answered instead of the service. Is a network login needed?")
        }
        200..=299 if json.is_none() && request.ok_pointer.is_some() => {
            unreached(plain_words(TransientKind::NotAnAnswer))
        }
        200..=299 => {
            let is_refused =
                code.is_some() || (request.ok_pointer.is_some() && at(&request.ok_pointer) != Some(&Value::Bool(true)));
            let names_nobody = at(&request.identity.id).is_some_and(Value::is_null);
            match code {
                Some(code) if is_passing(&code) => unreached(plain_words(TransientKind::ServiceBusy)),
                code if is_refused || names_nobody => refused(code),
                _ => Verdict::Works { account },
            }
        }
        300..=399 => unreached(plain_words(TransientKind::Redirected)),
        408 | 425 | 429 | 500.. => unreached(plain_words(TransientKind::ServiceBusy)),
        403 if is_page(answer) => unreached("A web page answered with “403 Forbidden” instead of the service."),
        _ if code.is_some() => refused(code),
        status => unreached(&format!("The service answered with status {status}.")),
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

fn account(json: Option<&Value>, paths: &IdentityPaths) -> Option<Account> {
    let find = |path: &Option<String>| json?.pointer(path.as_deref()?).and_then(text).map(|text| cleaned(&text));
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
