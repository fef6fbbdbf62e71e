//! What an answer without a usable token means (RFC 6749 §5.2).
//!
//! INVARIANT: a grant is refused only by the service's own code for it, in the body. No status does that.

use storm_domain::{Delivery, ProviderWords, RawTokenAnswer, RefreshFailure, TransientKind};

use super::AnswerShape;
use super::document::{Document, Looks, Object, nested};
use super::name::Name;
use super::value::Value;

/// The service wants its user at the screen (OpenID Connect Core §3.1.2.6, and Microsoft's suberrors).
const INTERACTION: &[&str] = &[
    "interaction_required",
    "consent_required",
    "login_required",
    "account_selection_required",
    "mfa_required",
    "basic_action",
    "additional_action",
];
/// Microsoft's codes for multi-factor sign-in and consent, which it sends inside an `invalid_grant`.
const INTERACTION_IN_DESCRIPTION: &[&str] = &["AADSTS50076", "AADSTS50079", "AADSTS50158", "AADSTS65001"];
const GRANT: &[&str] = &["invalid_grant"];
/// RFC 6749 §5.2, and what Google, GitHub and Slack say instead.
const REGISTRATION: &[&str] = &[
    "invalid_client",
    "unauthorized_client",
    "disabled_client",
    "deleted_client",
    "incorrect_client_credentials",
    "bad_client_secret",
    "invalid_client_id",
];
/// Codes that say something about the service and nothing about a credential.
const PASSING: &[&str] = &[
    "server_error",
    "temporarily_unavailable",
    "slow_down",
    "internal_failure",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "rate_limited",
    "ratelimited",
    "rate_limit_exceeded",
    "too_many_requests",
];

/// What the service said went wrong.
pub(super) struct FoundError {
    /// Everything that may be its code, the likeliest first.
    pub(super) codes: Vec<String>,
    description: String,
    suberror: Option<String>,
    /// Whether it stood under `error`, and not under a name that a proxy's answer may have as well.
    is_named: bool,
    /// Whether the answer says of itself that it is none (`"ok": false`).
    pub(super) is_explicit: bool,
}

/// The error in an answer. Without an `error` name, other names count only if the answer says that it failed.
pub(super) fn find(document: &Document, status: u16) -> Option<FoundError> {
    let is_explicit =
        document.objects().iter().any(|object| matches!(object.last(Name::Success), Some(Value::Bool(false))));
    let is_failure = is_explicit || status >= 400;
    document.objects().iter().find_map(|object| {
        let mut codes = Vec::new();
        let mut description = text(object, Name::Description).unwrap_or_default();
        match object.last(Name::Error) {
            Some(Value::Object(json)) => {
                if let Some(error) = nested(&Value::Object(json.clone()), None) {
                    codes.extend(error.all(Name::Error).chain(error.all(Name::Code)).filter_map(Value::text));
                    description = text(&error, Name::Description).unwrap_or(description);
                }
            }
            Some(Value::List(list)) => codes.extend(list.iter().cloned()),
            Some(value) => codes.extend(value.text()),
            None => {}
        }
        codes.retain(|code| !code.trim().is_empty());
        let is_named = !codes.is_empty();
        if is_failure {
            codes.extend(object.all(Name::Code).filter_map(Value::text));
        }
        let suberror = text(object, Name::Suberror);
        (!codes.is_empty()).then_some(FoundError { codes, description, suberror, is_named, is_explicit })
    })
}

/// What a found error means for the grant.
pub(super) fn judge(error: &FoundError, shape: AnswerShape<'_>, answer: &RawTokenAnswer) -> RefreshFailure {
    let any = |known: &[&str]| error.codes.iter().find(|code| known.iter().any(|known| same(known, code)));
    let alias = error.codes.iter().find(|code| shape.grant_refused_codes.iter().any(|known| same(known, code)));
    let words = |code: &str| ProviderWords::cleaned(code, &error.description);

    if let Some(code) = any(INTERACTION) {
        return RefreshFailure::InteractionRequired(words(code));
    }
    if let Some(code) = any(GRANT).or(alias) {
        let wants_user = error.suberror.as_ref().is_some_and(|code| INTERACTION.iter().any(|known| same(known, code)))
            || INTERACTION_IN_DESCRIPTION.iter().any(|known| error.description.contains(known));
        return if wants_user {
            RefreshFailure::InteractionRequired(words(code))
        } else {
            RefreshFailure::GrantRefused(words(code))
        };
    }
    if let Some(code) = any(REGISTRATION) {
        return RefreshFailure::RegistrationRefused(words(code));
    }
    if is_busy(answer.status) || error.codes.iter().any(|code| is_passing(code)) {
        return transient(answer, Delivery::Answered, TransientKind::ServiceBusy);
    }
    if !error.is_named && !error.is_explicit {
        return without_words(answer, Looks::Json);
    }
    let is_number = |code: &&String| code.bytes().all(|byte| byte.is_ascii_digit());
    let telling = error.codes.iter().find(|code| !is_number(code)).or(error.codes.first());
    RefreshFailure::RequestRefused(words(telling.map_or("", |code| code)))
}

/// An answer that holds no token and no error. A page comes from something that stands before the service; JSON with a success
/// status comes from the service itself, which has then given no token; a success without a body, or with a part of one, may
/// have lost the tokens on its way.
pub(super) fn without_words(answer: &RawTokenAnswer, looks: Looks) -> RefreshFailure {
    let is_success = (200..=299).contains(&answer.status);
    let delivery = if is_success && looks == Looks::Broken { Delivery::Ambiguous } else { Delivery::Answered };
    let kind = match answer.status {
        300..=399 => TransientKind::Redirected,
        status if is_busy(status) => TransientKind::ServiceBusy,
        _ if is_success && looks == Looks::Json => TransientKind::UnusableToken,
        _ => TransientKind::NotAnAnswer,
    };
    transient(answer, delivery, kind)
}

/// An answer whose access token cannot be used.
pub(crate) fn unusable_token(answer: &RawTokenAnswer) -> RefreshFailure {
    transient(answer, Delivery::Answered, TransientKind::UnusableToken)
}

fn transient(answer: &RawTokenAnswer, delivery: Delivery, kind: TransientKind) -> RefreshFailure {
    RefreshFailure::Transient { delivery, kind, retry_after: answer.retry_after }
}

/// Whether an error code means passing trouble of the service.
pub(crate) fn is_passing(code: &str) -> bool {
    PASSING.iter().any(|known| same(known, code))
}

fn is_busy(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..)
}

fn text(object: &Object, name: Name) -> Option<String> {
    object.last(name).and_then(Value::text)
}

fn same(known: &str, code: &str) -> bool {
    known.eq_ignore_ascii_case(code.trim())
}
