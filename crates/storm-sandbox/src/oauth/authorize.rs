//! The person's part: authorize, sign in, consent, and back to the client, or to the device that waits.
//!
//! There is no session and no cookie: an unguessable attempt id in the forms ties the three steps together, so a form
//! that was not served here leads nowhere. Client and redirect URI are checked before anything is ever redirected.

use std::collections::HashMap;

use url::Url;

use super::code::PendingCode;
use super::scope::parse_scopes;
use crate::SandboxError;
use crate::page;
use crate::provider::Account;
use crate::secret::{CODE_PREFIX, make_secret};
use crate::server::{Parameters, Reply, Request, Service};

/// How long a person may take.
const ATTEMPT_LIFETIME_MS: i64 = 600_000;
/// More than any rehearsal has open at once.
const MOST_ATTEMPTS: usize = 1_000;
/// Parameters that must not come twice (RFC 6749 §3.1).
const SINGLE: [&str; 10] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "prompt",
    "login_hint",
    "nonce",
];

/// One person on the way through.
#[derive(Clone)]
pub(super) struct Attempt {
    expires_at_ms: i64,
    client_id: String,
    client_name: String,
    scopes: Vec<String>,
    goes: Return,
    /// Set by signing in.
    account: Option<String>,
}

/// Where the decision goes.
#[derive(Clone)]
pub(super) enum Return {
    /// Back to the client, through the browser.
    Redirect { redirect_uri: Url, state: Option<String>, code_challenge: String, nonce: Option<String> },
    /// To a device that polls (RFC 8628).
    Device { user_code: String },
}

impl Attempt {
    pub(super) fn of(
        (client_id, client_name): (String, String),
        scopes: Vec<String>,
        goes: Return,
        now_ms: i64,
    ) -> Self {
        let expires_at_ms = now_ms.saturating_add(ATTEMPT_LIFETIME_MS);
        Self { expires_at_ms, client_id, client_name, scopes, goes, account: None }
    }
}

/// Everyone on the way through, by attempt id.
#[derive(Default)]
pub(crate) struct Attempts {
    attempts: HashMap<String, Attempt>,
}

impl Attempts {
    /// Keeps the attempt and shows its sign-in page.
    pub(super) fn begin(&mut self, attempt: Attempt, login_hint: &str, now_ms: i64) -> Result<Reply, SandboxError> {
        let id = make_secret("")?;
        let reply = page::sign_in(&id, &attempt.client_name, &Account::label_from_input(login_hint), None);
        self.attempts.retain(|_, attempt| now_ms < attempt.expires_at_ms);
        if self.attempts.len() < MOST_ATTEMPTS {
            self.attempts.insert(id, attempt);
        }
        Ok(reply)
    }
}

/// `GET /oauth/authorize`
pub(crate) fn authorize(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let query = request.query();
    let mut world = service.world();
    let now_ms = world.now_ms();

    // Until client and redirect URI are known to be good, a mistake is told to the person only.
    if query.repeated(&["client_id", "redirect_uri"]).is_some() {
        return Err(page::refused("The address names the app or its redirect URI twice."));
    }
    let client = query.value("client_id").and_then(|id| world.provider.clients.get(id));
    let client = client.ok_or_else(|| page::refused("This app is not registered here."))?;
    let redirect_uri = query.value("redirect_uri").filter(|uri| client.accepts_redirect_uri(uri));
    let redirect_uri = redirect_uri
        .and_then(|uri| Url::parse(uri).ok())
        .ok_or_else(|| page::refused("This app is not registered with that redirect URI."))?;

    let state = query.value("state").map(str::to_owned);
    let back = |error: &str, description: &str| {
        let issuer = world.settings.send_issuer.then_some(service.base_url.as_str());
        let parameters = [
            ("error", Some(error)),
            ("error_description", Some(description)),
            ("state", state.as_deref()),
            ("iss", issuer),
        ];
        Reply::see_other(&with_parameters(&redirect_uri, &parameters))
    };
    if query.repeated(&SINGLE).is_some() {
        return Err(back("invalid_request", "A parameter is repeated."));
    }
    if query.value("response_type") != Some("code") {
        return Err(back("unsupported_response_type", "Only response_type=code is supported."));
    }
    let code_challenge = query.value("code_challenge").filter(|challenge| is_s256_challenge(challenge));
    let Some(code_challenge) = code_challenge.filter(|_| query.value("code_challenge_method") == Some("S256")) else {
        return Err(back("invalid_request", "PKCE with S256 is required."));
    };
    let Some(scopes) = parse_scopes(query.value("scope")) else {
        return Err(back("invalid_scope", "A requested scope does not exist."));
    };
    if query.value("prompt").is_some_and(|prompt| prompt.split(' ').any(|word| word == "none")) {
        return Err(back("login_required", "Nobody is signed in."));
    }

    let goes = Return::Redirect {
        redirect_uri: redirect_uri.clone(),
        state: state.clone(),
        code_challenge: code_challenge.to_owned(),
        nonce: query.value("nonce").map(str::to_owned),
    };
    let attempt = Attempt::of((client.id.clone(), client.name.clone()), scopes, goes, now_ms);
    Ok(world.attempts.begin(attempt, query.value("login_hint").unwrap_or_default(), now_ms)?)
}

/// `POST /oauth/sign-in`
pub(crate) fn sign_in(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let (id, mut attempt) = open_attempt(service, &form)?;
    let account = Account::label_from_input(form.value("account").unwrap_or_default());
    if form.value("password").is_none() {
        return Ok(page::sign_in(&id, &attempt.client_name, &account, Some("Enter a password. Any will do.")));
    }
    attempt.account = Some(account.clone());
    let returns_to = match &attempt.goes {
        Return::Redirect { redirect_uri, .. } => redirect_uri.as_str(),
        Return::Device { .. } => "the device that showed you the code",
    };
    let reply = page::consent(&id, &attempt.client_name, &account, &attempt.scopes, returns_to);
    service.world().attempts.attempts.insert(id, attempt);
    Ok(reply)
}

/// `POST /oauth/consent`
pub(crate) fn consent(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let form = request.form();
    let (id, attempt) = open_attempt(service, &form)?;
    let Some(account) = attempt.account else {
        return Ok(page::sign_in(&id, &attempt.client_name, &Account::label_from_input(""), Some("Sign in first.")));
    };
    let approved = match form.value("decision") {
        Some("approve") => true,
        Some("deny") => false,
        _ => return Err(page::refused("Choose Approve or Deny.")),
    };
    let mut world = service.world();
    let now_ms = world.now_ms();
    world.attempts.attempts.remove(&id);
    let issuer = world.settings.send_issuer.then_some(service.base_url.as_str());
    let (redirect_uri, state, code_challenge, nonce) = match attempt.goes {
        Return::Redirect { redirect_uri, state, code_challenge, nonce } => (redirect_uri, state, code_challenge, nonce),
        Return::Device { user_code } => {
            if !world.devices.decide(&user_code, approved.then_some(account), now_ms) {
                return Err(page::refused("The code has expired meanwhile. Ask for another one on the device."));
            }
            return Ok(page::device_decided(approved));
        }
    };
    let state = state.as_deref();
    if !approved {
        let description = Some("The person refused.");
        let parameters =
            [("error", Some("access_denied")), ("error_description", description), ("state", state), ("iss", issuer)];
        return Ok(Reply::see_other(&with_parameters(&redirect_uri, &parameters)));
    }
    let code = make_secret(CODE_PREFIX)?;
    let location = with_parameters(&redirect_uri, &[("code", Some(&code)), ("state", state), ("iss", issuer)]);
    let pending = PendingCode {
        client_id: attempt.client_id,
        redirect_uri: redirect_uri.into(),
        code_challenge,
        account,
        scopes: attempt.scopes,
        nonce,
    };
    world.codes.issue(&code, pending, now_ms);
    Ok(Reply::see_other(&location))
}

fn open_attempt(service: &Service, form: &Parameters) -> Result<(String, Attempt), Reply> {
    let world = service.world();
    let now_ms = world.now_ms();
    let id = form.value("attempt").unwrap_or_default();
    let attempt = world.attempts.attempts.get(id).filter(|attempt| now_ms < attempt.expires_at_ms).cloned();
    match attempt {
        Some(attempt) => Ok((id.to_owned(), attempt)),
        None => Err(page::refused("This sign-in is no longer open. Begin again in the app.")),
    }
}

/// 43 characters of base64url: a SHA-256 (RFC 7636 §4.2).
fn is_s256_challenge(challenge: &str) -> bool {
    challenge.len() == 43 && challenge.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The URI with the parameters that have a value added to its query, which is kept (RFC 6749 §3.1.2).
fn with_parameters(uri: &Url, parameters: &[(&str, Option<&str>)]) -> String {
    let mut uri = uri.clone();
    {
        let mut query = uri.query_pairs_mut();
        for (name, value) in parameters {
            if let Some(value) = value {
                query.append_pair(name, value);
            }
        }
    }
    uri.into()
}
