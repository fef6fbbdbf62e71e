//! Reading a token endpoint's answer (RFC 6749 §5), tolerantly.
//!
//! INVARIANT: reading never fails, never panics and takes linear time, whatever the bytes. The refresh token is looked for
//! first and on its own; nothing else about the answer may cost it. The body is read before the status: an `error` in a 200 is
//! an error, tokens in a 201 are tokens. What repeats our own request, as error pages do, is not taken for an answer.
//!
//! Deliberately absent: values in the oddities, and the `oauth2` crate's parser.

mod document;
mod failure;
mod form;
mod name;
mod page;
mod scan;
mod text;
mod value;

use std::time::Duration;

use storm_domain::{
    AnswerOddity, OAuthService, RawTokenAnswer, RefreshFailure, TokenAnswerReading, is_bearer_type, is_dpop_type,
};
use storm_secret::{AccessToken, IdToken, RefreshToken};

use crate::placement::is_header_safe;
use document::Document;
pub(crate) use failure::{is_passing, unusable_token};
use name::Name;
use value::Value;

/// Beyond this a lifetime is not believed.
const LONGEST_LIFETIME: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// Clocks that differ by no more are not worth a word.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// What a connector says about the answers of its service.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct AnswerShape<'a> {
    /// Names from the top to the object that holds the tokens, divided by `.` or `/`.
    pub(crate) path: Option<&'a str>,
    /// Error codes that mean `invalid_grant` here.
    pub(crate) grant_refused_codes: &'a [String],
}

impl<'a> AnswerShape<'a> {
    pub(crate) fn of(service: &'a OAuthService) -> Self {
        Self { path: service.answer_path.as_deref(), grant_refused_codes: &service.grant_refused_codes }
    }
}

pub(crate) fn read_token_answer(shape: AnswerShape<'_>, answer: &RawTokenAnswer) -> TokenAnswerReading {
    let document = Document::read(answer, shape.path);
    let mut oddities = document.oddities.clone();
    let mut note = |odd: bool, oddity| {
        if odd && !oddities.contains(&oddity) {
            oddities.push(oddity);
        }
    };

    let refresh_token = document.refresh_token().map(RefreshToken::new);
    let sent_refresh_token = document.tokens(Name::RefreshToken);
    note(refresh_token.is_none() && sent_refresh_token.is_some(), AnswerOddity::EmptyRefreshToken);
    let is_text = matches!(sent_refresh_token, Some(Value::Text(_)));
    note(refresh_token.is_some() && sent_refresh_token.is_some() && !is_text, AnswerOddity::RefreshTokenType);

    let sent_access_token = document.tokens(Name::AccessToken).map(|value| value.text().unwrap_or_default());
    let usable = sent_access_token.as_deref().is_some_and(is_header_safe);
    let has_tokens = refresh_token.is_some() || sent_access_token.is_some();
    note(sent_access_token.is_some() && !usable, AnswerOddity::UnusableAccessToken);

    let is_success = (200..=299).contains(&answer.status);
    let error = failure::find(&document, answer.status);
    note(error.is_some() && is_success, AnswerOddity::ErrorWithSuccessStatus);
    note(has_tokens && answer.status != 200, AnswerOddity::Status);
    note(has_tokens && !is_json(answer.content_type.as_deref()), AnswerOddity::Encoding);

    let token_type = document.tokens(Name::TokenType).and_then(Value::text).filter(|text| !text.trim().is_empty());
    note(usable && token_type.is_none(), AnswerOddity::MissingTokenType);
    let is_ours = |text: &str| is_bearer_type(text) || (answer.dpop_key.is_some() && is_dpop_type(text));
    note(token_type.as_deref().is_some_and(|text| !is_ours(text)), AnswerOddity::UnknownTokenType);

    let clocks_differ = answer.server_time.is_some_and(|by_server| {
        by_server.since(answer.received_at).max(answer.received_at.since(by_server)) > CLOCK_TOLERANCE
    });
    note(clocks_differ, AnswerOddity::Clock);

    let (expires_in, lifetime_is_odd) = document.tokens(Name::ExpiresIn).map_or((None, false), lifetime);
    note(lifetime_is_odd, AnswerOddity::ExpiresIn);

    let access = match (sent_access_token, error) {
        // A service that issued a token has issued it, whatever it mutters beside; with a failure status it has not.
        (Some(token), None) if usable => Ok(AccessToken::new(token)),
        (Some(token), Some(error)) if usable && is_success && !error.is_explicit => Ok(AccessToken::new(token)),
        (_, Some(error)) => Err(failure::judge(&error, shape, answer)),
        (_, None) if has_tokens => Err(failure::unusable_token(answer)),
        (_, None) => Err(failure::without_words(answer, document.looks)),
    };

    TokenAnswerReading {
        refresh_token,
        access,
        token_type,
        expires_in,
        // Keycloak says 0 of a token that does not end by itself, as for offline access.
        refresh_expires_in: document
            .tokens(Name::RefreshExpiresIn)
            .and_then(|value| lifetime(value).0)
            .filter(|lifetime| !lifetime.is_zero()),
        scopes: document.tokens(Name::Scope).and_then(scopes),
        id_token: document
            .tokens(Name::IdToken)
            .and_then(Value::text)
            .filter(|text| !text.is_empty())
            .map(IdToken::new),
        issued_token_type: document.tokens(Name::IssuedTokenType).and_then(Value::text),
        oddities,
    }
}

/// The error codes an answer holds, the likeliest first.
pub(crate) fn error_codes(answer: &RawTokenAnswer) -> Vec<String> {
    failure::find(&Document::read(answer, None), answer.status).map_or_else(Vec::new, |error| error.codes)
}

/// The error an answer holds, judged, for requests that expect no token; None = it holds none and its status is a success.
pub(crate) fn read_failure(shape: AnswerShape<'_>, answer: &RawTokenAnswer) -> Option<RefreshFailure> {
    let document = Document::read(answer, None);
    match failure::find(&document, answer.status) {
        Some(error) => Some(failure::judge(&error, shape, answer)),
        None if (200..=299).contains(&answer.status) => None,
        None => Some(failure::without_words(answer, document.looks)),
    }
}

fn is_json(content_type: Option<&str>) -> bool {
    let media_type = content_type.and_then(|text| text.split(';').next()).unwrap_or("").trim().to_ascii_lowercase();
    media_type == "application/json" || media_type.ends_with("+json")
}

/// Seconds as a number or a text, clamped; and whether anything about it was odd.
fn lifetime(value: &Value) -> (Option<Duration>, bool) {
    let (text, is_number) = match value {
        Value::Null => return (None, false),
        Value::Number(text) => (text.as_str(), true),
        Value::Text(text) => (text.trim(), false),
        Value::Bool(_) | Value::List(_) | Value::Object(_) => return (None, true),
    };
    let seconds = match text.parse::<f64>() {
        Ok(seconds) if !seconds.is_nan() => seconds,
        _ => return (None, true),
    };
    let clamped = seconds.clamp(0.0, LONGEST_LIFETIME.as_secs_f64()).trunc();
    (Some(Duration::from_secs_f64(clamped)), !is_number || clamped != seconds)
}

/// A list, or a text divided by spaces (RFC 6749 §3.3) or commas.
fn scopes(value: &Value) -> Option<Vec<String>> {
    let list = match value {
        Value::List(list) => list.clone(),
        Value::Text(text) => {
            let divider = |c: char| c.is_whitespace() || c == ',';
            text.split(divider).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    (!list.is_empty()).then_some(list)
}
