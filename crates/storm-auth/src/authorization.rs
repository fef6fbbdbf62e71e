//! The authorization request (RFC 6749 §4.1.1) with PKCE S256 (RFC 7636), `state`, and `nonce` for OpenID.
//!
//! INVARIANT: verifier, state and nonce are fresh for every URL, 256 bits each, and the plain method is never used. What could make
//! a browser or its opener do something else than show a page is refused here, before any of them sees it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use oauth2::basic::BasicClient;
use oauth2::{AuthUrl, ClientId, CsrfToken, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl};
use storm_domain::port::{AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, Entropy};
use storm_secret::{CodeVerifier, CsrfState, DisplaySafeUrl, Nonce};

use crate::http::is_trusted_address;

/// What every system's opener still takes.
const LONGEST_URL: usize = 16 * 1024;

pub(crate) fn make_authorization_url(
    request: &AuthorizationRequest,
    entropy: &dyn Entropy,
) -> Result<AuthorizationUrl, AuthorizationUrlError> {
    check(request)?;
    let service = &request.service;
    let verifier = PkceCodeVerifier::new(make_random_text(entropy));
    let csrf_token = CsrfToken::new(make_random_text(entropy));

    let client = BasicClient::new(ClientId::new(request.client.client_id.clone()))
        .set_auth_uri(AuthUrl::from_url(service.authorize_url.clone()));
    let mut authorization = client
        .authorize_url(|| csrf_token)
        .set_redirect_uri(Cow::Owned(RedirectUrl::from_url(request.redirect_uri.clone())));
    if service.pkce {
        authorization = authorization.set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
    }
    let scope = request.scopes.join(&service.scope_separator.to_string());
    if !scope.is_empty() {
        authorization = authorization.add_extra_param(&*service.scope_parameter, scope);
    }
    // Where the service is no OpenID provider, nothing would repeat it.
    let is_openid = service.id_tokens.is_some() && request.scopes.iter().any(|scope| scope == "openid");
    let nonce = is_openid.then(|| Nonce::new(make_random_text(entropy)));
    if let Some(nonce) = &nonce {
        // EXPOSE: the service repeats it in the ID token.
        authorization = authorization.add_extra_param("nonce", nonce.expose().to_owned());
    }
    if let Some(account) = &request.login_hint {
        authorization = authorization.add_extra_param("login_hint", account);
    }
    for (name, value) in &service.authorize_params {
        authorization = authorization.add_extra_param(name, value);
    }
    let (url, csrf_token) = authorization.url();

    if url.as_str().len() > LONGEST_URL && !service.pushed_authorization_required {
        return Err(AuthorizationUrlError::TooLong);
    }
    Ok(AuthorizationUrl {
        url: DisplaySafeUrl::new(url),
        csrf_state: CsrfState::new(csrf_token.into_secret()),
        code_verifier: CodeVerifier::new(verifier.into_secret()),
        nonce,
        is_one_time: false,
    })
}

fn check(request: &AuthorizationRequest) -> Result<(), AuthorizationUrlError> {
    let service = &request.service;
    for (field, url) in [("authorize_url", &service.authorize_url), ("redirect_uri", &request.redirect_uri)] {
        if !is_trusted_address(url) {
            return Err(AuthorizationUrlError::Address { field });
        }
    }
    let texts = std::iter::once(("client_id", &request.client.client_id))
        .chain(request.scopes.iter().map(|scope| ("scope", scope)))
        .chain(request.login_hint.iter().map(|hint| ("login_hint", hint)))
        .chain(
            service
                .authorize_params
                .iter()
                .flat_map(|(name, value)| [name, value])
                .map(|text| ("authorize_params", text)),
        );
    for (field, text) in texts {
        if text.chars().any(char::is_control) {
            return Err(AuthorizationUrlError::ControlCharacter { field });
        }
    }
    Ok(())
}

/// 256 bits as 43 unreserved characters: both a `code_verifier` (RFC 7636 §4.1) and a `state`.
pub(crate) fn make_random_text(entropy: &dyn Entropy) -> String {
    let mut bytes = zeroize::Zeroizing::new([0; 32]);
    entropy.fill(&mut *bytes);
    BASE64_URL_SAFE_NO_PAD.encode(*bytes)
}
