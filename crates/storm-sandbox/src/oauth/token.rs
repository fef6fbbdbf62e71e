//! The token endpoint (RFC 6749 §3.2): four grant types, one shape of answer.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hyper::header;
use serde::Serialize;

use super::assertion;
use super::client_authentication::authenticate;
use super::code::Redeemed;
use super::device;
use super::refusal::{OauthRefusal, TokenFailure};
use super::scope::parse_scopes;
use crate::provider::{ClientKind, EndReason, IssuedTokens, RefreshRefusal, Subject, limit_scopes};
use crate::secret::Fingerprint;
use crate::server::{Parameters, Reply, Request, Service, World};
use crate::settings::{Settings, milliseconds};

/// Parameters that must not come twice (RFC 6749 §3.2).
const SINGLE: [&str; 10] = [
    "grant_type",
    "code",
    "redirect_uri",
    "client_id",
    "client_secret",
    "code_verifier",
    "refresh_token",
    "scope",
    "assertion",
    "device_code",
];

/// A successful answer (RFC 6749 §5.1).
#[derive(Serialize)]
pub(crate) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_in: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

impl TokenAnswer {
    /// Shapes issued tokens as the settings want them.
    pub(crate) fn new(tokens: IssuedTokens, settings: &Settings, now_ms: i64) -> Self {
        let expires_in = (tokens.expires_at_ms - now_ms).max(0) / 1000;
        Self {
            access_token: tokens.access_token,
            token_type: "Bearer",
            expires_in: (!settings.omit_expires_in).then_some(expires_in),
            refresh_token: tokens.refresh_token,
            scope: (!settings.omit_scope).then(|| tokens.scopes.join(" ")),
            id_token: None,
        }
    }
}

/// `POST /oauth/token`
pub(crate) fn token(service: &Service, request: &Request) -> Result<Reply, Reply> {
    let answer = answer(service, request)?;
    Ok(Reply::json(&answer).with_header(header::PRAGMA, "no-cache"))
}

fn answer(service: &Service, request: &Request) -> Result<TokenAnswer, TokenFailure> {
    let form = request.form();
    if form.repeated(&SINGLE).is_some() {
        return Err(OauthRefusal::invalid_request("A parameter is repeated.").into());
    }
    match form.value("grant_type") {
        Some("refresh_token") => refresh_token(service, request, &form),
        Some("authorization_code") => authorization_code(service, request, &form),
        Some("client_credentials") => client_credentials(service, request, &form),
        Some(device::GRANT_TYPE) => device_code(service, request),
        Some(assertion::GRANT_TYPE) => assertion::exchange(service, &form),
        Some(_) => Err(OauthRefusal::new("unsupported_grant_type", "This grant type is not supported.").into()),
        None => Err(OauthRefusal::invalid_request("grant_type is missing.").into()),
    }
}

fn refresh_token(service: &Service, request: &Request, form: &Parameters) -> Result<TokenAnswer, TokenFailure> {
    let mut world = service.world();
    let world = &mut *world;
    let now_ms = world.now_ms();
    let client_id = authenticate(&world.provider, request, form)?;
    let token =
        form.value("refresh_token").ok_or_else(|| OauthRefusal::invalid_request("refresh_token is missing."))?;
    let requested = form.value("scope").map(|list| list.split_ascii_whitespace().map(str::to_owned).collect());
    match world.provider.refresh(token, &client_id, requested, &world.settings, now_ms) {
        Ok(tokens) => Ok(TokenAnswer::new(tokens, &world.settings, now_ms)),
        Err(RefreshRefusal::InvalidGrant) => {
            Err(OauthRefusal::invalid_grant("Token has been expired or revoked.").into())
        }
        Err(RefreshRefusal::InvalidScope) => {
            Err(OauthRefusal::new("invalid_scope", "More was requested than was granted.").into())
        }
        Err(RefreshRefusal::Failed(error)) => Err(error.into()),
    }
}

/// §4.4: for confidential clients only, and without a refresh token (§4.4.3).
fn client_credentials(service: &Service, request: &Request, form: &Parameters) -> Result<TokenAnswer, TokenFailure> {
    let mut world = service.world();
    let world = &mut *world;
    let now_ms = world.now_ms();
    let client_id = authenticate(&world.provider, request, form)?;
    if world.provider.clients.get(&client_id).is_none_or(|client| client.kind == ClientKind::Public) {
        return Err(OauthRefusal::new("unauthorized_client", "A public client has no name of its own.").into());
    }
    let scopes = parse_scopes(Some(form.value("scope").unwrap_or("read")))
        .ok_or_else(|| OauthRefusal::new("invalid_scope", "A requested scope does not exist."))?;
    let scopes = limit_scopes(scopes, &world.settings);
    let lifetime_ms = milliseconds(world.settings.access_token_lifetime_s);
    let subject = Subject::Client { id: client_id };
    let access_token = world.provider.issue_access_token(subject, scopes.clone(), now_ms, lifetime_ms)?;
    let tokens = IssuedTokens { access_token, refresh_token: None, expires_at_ms: now_ms + lifetime_ms, scopes };
    Ok(TokenAnswer::new(tokens, &world.settings, now_ms))
}

fn authorization_code(service: &Service, request: &Request, form: &Parameters) -> Result<TokenAnswer, TokenFailure> {
    let mut world = service.world();
    let world: &mut World = &mut world;
    let now_ms = world.now_ms();
    let client_id = authenticate(&world.provider, request, form)?;
    let code = form.value("code").ok_or_else(|| OauthRefusal::invalid_request("code is missing."))?;
    let verifier =
        form.value("code_verifier").ok_or_else(|| OauthRefusal::invalid_request("code_verifier is missing."))?;

    let pending = match world.codes.redeem(code, now_ms) {
        Redeemed::Fresh(pending) => pending,
        Redeemed::Again(grant) => {
            if let Some(grant) = grant {
                world.provider.end_grant(&grant, EndReason::CodeReused, now_ms);
            }
            return Err(OauthRefusal::invalid_grant("The code was used before.").into());
        }
        Redeemed::Unknown => return Err(OauthRefusal::invalid_grant("The code is unknown or has expired.").into()),
    };
    if pending.client_id != client_id {
        return Err(OauthRefusal::invalid_grant("The code was issued to another client.").into());
    }
    if form.value("redirect_uri") != Some(&pending.redirect_uri) {
        return Err(OauthRefusal::invalid_grant("redirect_uri is not the one the code was sent to.").into());
    }
    if !proves(verifier, &pending.code_challenge) {
        return Err(OauthRefusal::invalid_grant("code_verifier does not fit the code_challenge.").into());
    }
    let (grant_id, answer) =
        begin_grant(service, world, &client_id, (pending.account, pending.scopes, pending.nonce), now_ms)?;
    world.codes.became(code, &grant_id);
    Ok(answer)
}

fn device_code(service: &Service, request: &Request) -> Result<TokenAnswer, TokenFailure> {
    let (device::Approved { account, scopes }, client_id) = device::redeem(service, request)?;
    let mut world = service.world();
    let now_ms = world.now_ms();
    begin_grant(service, &mut world, &client_id, (account, scopes, None), now_ms).map(|(_, answer)| answer)
}

/// A grant for an account, with the scopes and the nonce that were approved; its id and its first tokens.
fn begin_grant(
    service: &Service,
    world: &mut World,
    client_id: &str,
    (account, scopes, nonce): (String, Vec<String>, Option<String>),
    now_ms: i64,
) -> Result<(String, TokenAnswer), TokenFailure> {
    let scopes = limit_scopes(scopes, &world.settings);
    let (grant_id, tokens) = world.provider.begin_grant(&account, client_id, scopes, &world.settings, now_ms)?;
    let mut id_token = None;
    if tokens.scopes.iter().any(|scope| scope == "openid") {
        let signer = &service.id_token_signer;
        let signed = signer.sign(&service.base_url, client_id, &account, &tokens.scopes, nonce.as_deref(), now_ms)?;
        id_token = Some(signed);
    }
    Ok((grant_id, TokenAnswer { id_token, ..TokenAnswer::new(tokens, &world.settings, now_ms) }))
}

/// Whether the verifier hashes to the challenge (RFC 7636 §4.6).
fn proves(verifier: &str, challenge: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&verifier.len()) || !verifier.bytes().all(fits) {
        return false;
    }
    let derived = URL_SAFE_NO_PAD.encode(Fingerprint::of(verifier).bytes());
    verify_slices_are_equal(derived.as_bytes(), challenge.as_bytes()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::proves;

    #[test]
    fn the_example_of_rfc_7636_is_proved_and_another_verifier_is_not() {
        let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        assert!(proves("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", challenge));
        assert!(!proves("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXK", challenge));
        assert!(!proves("short", challenge));
    }
}
