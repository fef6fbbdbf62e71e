//! Device authorization (RFC 8628): asking for the codes, and reading what the token endpoint says to a device code.
//!
//! INVARIANT: an address is shown to the user as the service wrote it, and only if a browser may open it: https, or http on
//! the loopback, and plain ASCII, so that nothing in it can pass for something else. The complete address counts only if it
//! leads to the same place. Deliberately absent: waiting between polls, which is the engine's.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::value::RawValue;
use storm_domain::port::ClientIdentity;
use storm_domain::{
    Delivery, DeviceAuthorization, DevicePoll, OAuthService, PollPace, ProviderWords, RawTokenAnswer, RefreshFailure,
    TransientKind, VerificationUri,
};
use storm_secret::DeviceCode;
use url::{Url, form_urlencoded};
use zeroize::Zeroizing;

use crate::client_authentication::{Asking, post};
use crate::http::is_trusted_address;
use crate::refusal::{refused, unanswered};
use crate::sender::Sender;
use crate::token_answer::{AnswerShape, error_codes, read_failure, read_token_answer};
use crate::token_request::Parameters;

const LARGEST_ANSWER: usize = 64 * 1024;
const LONGEST_CODE: usize = 64;
const LONGEST_ADDRESS: usize = 2048;
/// Services let their codes live 5 to 30 minutes; beyond an hour none is believed.
const LONGEST_LIFETIME: Duration = Duration::from_secs(60 * 60);
/// For a service that leaves out `expires_in`, which RFC 8628 §3.2 requires.
const USUAL_LIFETIME: Duration = Duration::from_secs(10 * 60);

pub(crate) async fn begin_device_authorization(
    sender: &Sender,
    service: &OAuthService,
    client: &ClientIdentity,
    scopes: &[String],
) -> Result<DeviceAuthorization, RefreshFailure> {
    let not_offered = || refused("device_flow_not_offered", "The service has no device authorization endpoint.");
    let url = service.device_authorization_url.as_ref().ok_or_else(not_offered)?;
    let scope = scopes.join(&service.scope_separator.to_string());
    let mut parameters = Parameters::default();
    if !scope.is_empty() {
        parameters.add("scope", &scope);
    }
    let audience = service.issuer.as_deref().unwrap_or(url.as_str());
    let asking = Asking { client, client_auth: service.token_client_auth, audience };
    let mut request = post(sender, url, &asking, service.body_format, parameters).map_err(unanswered)?;
    for (name, value) in &service.token_headers {
        request = request.header(name, value);
    }
    let answer = sender.http.send(request, sender.http.deadlines.other, LARGEST_ANSWER).await.map_err(unanswered)?;
    match read_failure(AnswerShape::of(service), &answer) {
        Some(failure) => Err(failure),
        None => read(&answer),
    }
}

/// What the token endpoint says to a device code (RFC 8628 §3.5), by its code and whatever the status.
pub(crate) fn read_device_answer(shape: AnswerShape<'_>, answer: &RawTokenAnswer) -> DevicePoll {
    let reading = read_token_answer(shape, answer);
    if reading.refresh_token.is_some() || reading.access.is_ok() {
        return DevicePoll::Decided(Box::new(reading));
    }
    let codes = error_codes(answer);
    let says = |known: &[&str]| codes.iter().any(|code| known.iter().any(|known| known.eq_ignore_ascii_case(code)));
    if says(&["authorization_pending"]) {
        DevicePoll::Pending
    } else if says(&["slow_down"]) {
        DevicePoll::SlowDown
    } else if says(&["access_denied", "authorization_declined"]) {
        DevicePoll::Denied
    } else if says(&["expired_token", "code_expired"]) {
        DevicePoll::Expired
    } else {
        DevicePoll::Decided(Box::new(reading))
    }
}

fn read(answer: &RawTokenAnswer) -> Result<DeviceAuthorization, RefreshFailure> {
    // EXPOSE: this is where the answer is read.
    let text = Zeroizing::new(String::from_utf8_lossy(answer.body.expose()).into_owned());
    let members = Members::of(&text);
    let text_of = |names: &[&str]| names.iter().find_map(|name| members.text(name)).filter(|text| !text.is_empty());
    let (Some(device_code), Some(user_code)) = (text_of(&["device_code"]), text_of(&["user_code"])) else {
        return Err(no_answer(answer));
    };
    // Google's older name comes second.
    let address = text_of(&["verification_uri", "verification_url"]).ok_or_else(|| no_answer(answer))?;
    let device_code = DeviceCode::new(device_code);
    let is_plain =
        user_code.chars().count() <= LONGEST_CODE && ProviderWords::cleaned(&user_code, "").code == user_code;
    if !is_plain {
        return Err(refused("user_code_not_usable", "The service sent a code that nobody could type."));
    }
    let verification_uri = verification_uri(&address).ok_or_else(|| {
        refused(
            "verification_uri_not_usable",
            "The service sent an address that must not be opened, so it is not shown.",
        )
    })?;
    let is_same_place = |complete: &VerificationUri| complete.url.origin() == verification_uri.url.origin();
    let verification_uri_complete = text_of(&["verification_uri_complete", "verification_url_complete"])
        .and_then(|text| self::verification_uri(&text))
        .filter(is_same_place);
    let seconds = |name| members.text(name).and_then(|text| text.trim().parse::<f64>().ok()).filter(|s| s.is_finite());
    let lifetime = seconds("expires_in").map_or(USUAL_LIFETIME, |s| clamped(s, LONGEST_LIFETIME));
    // An interval of nothing is none (RFC 8628 §3.2).
    let interval = seconds("interval")
        .filter(|s| *s > 0.0)
        .map_or(PollPace::DEFAULT_INTERVAL, |s| clamped(s.max(1.0), LONGEST_LIFETIME));
    Ok(DeviceAuthorization { device_code, user_code, verification_uri, verification_uri_complete, lifetime, interval })
}

fn clamped(seconds: f64, longest: Duration) -> Duration {
    Duration::from_secs_f64(seconds.clamp(0.0, longest.as_secs_f64()))
}

fn verification_uri(text: &str) -> Option<VerificationUri> {
    let is_plain = text.len() <= LONGEST_ADDRESS && text.bytes().all(|byte| byte.is_ascii_graphic());
    let url = Url::parse(text).ok().filter(|url| is_plain && is_trusted_address(url))?;
    Some(VerificationUri { text: text.to_owned(), url })
}

fn no_answer(answer: &RawTokenAnswer) -> RefreshFailure {
    RefreshFailure::Transient {
        delivery: Delivery::Answered,
        kind: TransientKind::NotAnAnswer,
        retry_after: answer.retry_after,
    }
}

/// The members of an answer: JSON, or the form that GitHub sends to whoever does not ask for JSON.
enum Members<'a> {
    Json(BTreeMap<Cow<'a, str>, &'a RawValue>),
    Form(Vec<(Cow<'a, str>, Cow<'a, str>)>),
}

impl<'a> Members<'a> {
    fn of(text: &'a str) -> Self {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        match serde_json::from_str(text) {
            Ok(members) => Self::Json(members),
            Err(_) => Self::Form(form_urlencoded::parse(text.as_bytes()).collect()),
        }
    }

    /// A text, or a number as text.
    fn text(&self, name: &str) -> Option<String> {
        match self {
            Self::Form(pairs) => {
                pairs.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone().into_owned())
            }
            Self::Json(members) => {
                let raw = members.get(name)?.get();
                match raw.as_bytes().first() {
                    Some(b'"') => serde_json::from_str(raw).ok(),
                    Some(b'-' | b'0'..=b'9') => Some(raw.to_owned()),
                    _ => None,
                }
            }
        }
    }
}
