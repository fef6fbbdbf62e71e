//! A short-lived key for a lasting one: AWS STS (`AssumeRole`, `GetSessionToken`) and what speaks like it.
//!
//! INVARIANT: only a code that the connector names refuses the key or the request; all else, such as the page of a portal, is
//! passing trouble. Deliberately absent: keeping the key; whoever asked holds it in memory.

use reqwest::RequestBuilder;
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use storm_domain::{
    ApiKeyCredential, Delivery, HttpMethod, ProviderWords, RawTokenAnswer, RefreshFailure, SessionKey, SessionRequest,
    Timestamp, TransientKind,
};
use storm_secret::{AccessToken, ApiKey};
use url::form_urlencoded;

use crate::aws_signature;
use crate::header;
use crate::http::{Http, LARGEST_ANSWER};
use crate::moment::rfc3339;
use crate::placement::{Presented, is_header_safe, request_with};
use crate::sender::Sender;
use crate::xml::Xml;

pub(crate) async fn make_session(
    sender: &Sender,
    request: &SessionRequest,
    key: &ApiKeyCredential,
) -> Result<SessionKey, RefreshFailure> {
    let http = &sender.http;
    let attempt = async |now| -> Result<RawTokenAnswer, RefreshFailure> {
        let prepared = prepare(http, request, Presented::key(key), now).ok_or_else(unusable_key)?;
        Ok(http.send(prepared, http.deadlines.other, LARGEST_ANSWER).await?)
    };
    let answer = attempt(http.clock.now()).await?;
    let is_signed = aws_signature::is_signed(&request.placement);
    match header::other_time(&answer).filter(|_| is_signed && matches!(answer.status, 400 | 403)) {
        // A signature holds for minutes, by the service's clock.
        Some(by_server) => read(request, &attempt(by_server).await?),
        None => read(request, &answer),
    }
}

fn prepare(http: &Http, request: &SessionRequest, key: Presented<'_>, now: Timestamp) -> Option<RequestBuilder> {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(&request.params).finish();
    let prepared = request_with(http, HttpMethod::Post, &request.url, &request.placement, key)?
        .header(ACCEPT, "text/xml")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body);
    aws_signature::signed_if_needed(prepared, key, &request.placement, now)
}

fn read(request: &SessionRequest, answer: &RawTokenAnswer) -> Result<SessionKey, RefreshFailure> {
    // EXPOSE: this is where it is read.
    let document = Xml::read(answer.body.expose());
    let at = |path: &str| document.as_ref()?.at(path);
    if let 200..=299 = answer.status {
        let paths = &request.answer;
        let header_safe = |path: &str| at(path).filter(|text| is_header_safe(text));
        let ends = at(&paths.ends).and_then(rfc3339);
        return match (header_safe(&paths.id), header_safe(&paths.secret), header_safe(&paths.token), ends) {
            (Some(id), Some(secret), Some(token), Some(ends)) => Ok(SessionKey {
                id: id.to_owned(),
                secret: ApiKey::new(secret),
                token: AccessToken::new(token),
                ends_at: by_our_clock(ends, answer),
            }),
            _ => Err(passing(answer, TransientKind::NotAnAnswer)),
        };
    }
    let busy = || passing(answer, TransientKind::ServiceBusy);
    let code = match answer.status {
        300..=399 => return Err(passing(answer, TransientKind::Redirected)),
        408 | 425 | 429 | 500.. => return Err(busy()),
        _ => at(&request.error_code).ok_or_else(|| passing(answer, TransientKind::NotAnAnswer))?,
    };
    let words = || ProviderWords::cleaned(code, request.error_message.as_deref().and_then(at).unwrap_or_default());
    let is_one_of = |codes: &[String]| codes.iter().any(|known| known == code);
    Err(if is_one_of(&request.refused_codes) {
        RefreshFailure::GrantRefused(words())
    } else if is_one_of(&request.denied_codes) {
        RefreshFailure::RequestRefused(words())
    } else {
        busy()
    })
}

/// The end by this computer's clock, which is what the borrowing tool looks at: only the time that is left counts.
fn by_our_clock(ends: Timestamp, answer: &RawTokenAnswer) -> Timestamp {
    answer.server_time.map_or(ends, |by_server| answer.received_at.after(ends.since(by_server)))
}

fn unusable_key() -> RefreshFailure {
    let words = ProviderWords::cleaned("not_sent", "The key holds characters that no such key has, or lacks its id.");
    RefreshFailure::RequestRefused(words)
}

fn passing(answer: &RawTokenAnswer, kind: TransientKind) -> RefreshFailure {
    RefreshFailure::Transient { delivery: Delivery::Answered, kind, retry_after: answer.retry_after }
}
