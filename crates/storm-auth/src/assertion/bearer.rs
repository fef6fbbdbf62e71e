//! The answer to an assertion that was sent as a bearer token: a token and the moment it ends, as GitHub gives its apps.
//!
//! It is no OAuth answer, so its errors have no codes: a 401 in JSON is the service's own refusal of the assertion, a 403 or 404
//! says what is not there or not allowed.

use serde::Deserialize;
use storm_domain::{ProviderWords, RawTokenAnswer, RefreshFailure};
use storm_secret::AccessToken;
use zeroize::Zeroizing;

use super::Exchanged;
use crate::moment::rfc3339;
use crate::placement::is_header_safe;
use crate::token_answer::{AnswerShape, read_failure, unusable_token};

#[derive(Deserialize)]
struct Answer {
    token: Option<Zeroizing<String>>,
    /// RFC 3339.
    expires_at: Option<String>,
    message: Option<String>,
}

pub(super) fn read(answer: &RawTokenAnswer) -> Exchanged {
    // EXPOSE: this is where it is read.
    let read = serde_json::from_slice::<Answer>(answer.body.expose()).ok();
    let message = read.as_ref().and_then(|read| read.message.as_deref());
    match (answer.status, message) {
        (401, Some(message)) => return Err(RefreshFailure::GrantRefused(ProviderWords::cleaned("401", message))),
        (403 | 404 | 422, Some(message)) => {
            return Err(RefreshFailure::RequestRefused(ProviderWords::cleaned(&answer.status.to_string(), message)));
        }
        _ => {}
    }
    if let Some(failure) = read_failure(AnswerShape::default(), answer) {
        return Err(failure);
    }
    let ends_at = read.as_ref().and_then(|read| rfc3339(read.expires_at.as_deref()?));
    let token = read.and_then(|read| read.token).filter(|token| is_header_safe(token));
    let token = token.ok_or_else(|| unusable_token(answer))?;
    // By the service's own clock, where it says it: only the time between counts here.
    let now = answer.server_time.unwrap_or(answer.received_at);
    Ok((AccessToken::new(token.as_str()), ends_at.map(|end| end.since(now))))
}
