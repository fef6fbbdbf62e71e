//! Signed assertions for service accounts (RFC 7523 §2.1), as Google's token endpoint takes them.
//!
//! The signature is verified outside the lock. Times are judged by the service's clock, skew included, with five
//! minutes of leeway.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::refusal::{OauthRefusal, TokenFailure};
use super::scope::parse_scopes;
use super::token::TokenAnswer;
use crate::provider::{IssuedTokens, Subject, limit_scopes};
use crate::server::{Parameters, Service};
use crate::settings::milliseconds;

/// The grant type's name.
pub(crate) const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/// How far the two clocks may differ, in seconds.
const LEEWAY_S: i64 = 300;
/// The longest an assertion may be valid, in seconds.
const LONGEST_VALIDITY_S: i64 = 3600;
/// Granted when the assertion names no scope.
const DEFAULT_SCOPES: &str = "read reports";

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
    scope: Option<String>,
}

/// Exchanges an assertion for an access token.
pub(crate) fn exchange(service: &Service, form: &Parameters) -> Result<TokenAnswer, TokenFailure> {
    let assertion = form.value("assertion").ok_or_else(|| OauthRefusal::invalid_request("assertion is missing."))?;
    let bad_signature = || OauthRefusal::invalid_grant("Invalid JWT Signature.");

    let header = jsonwebtoken::decode_header(assertion)
        .map_err(|_| OauthRefusal::invalid_grant("Invalid JWT: the header cannot be read."))?;
    if header.alg != Algorithm::RS256 {
        return Err(OauthRefusal::invalid_grant("Invalid JWT: only RS256 is supported.").into());
    }
    let key_id = header.kid.ok_or_else(|| OauthRefusal::invalid_grant("Invalid JWT: kid is missing."))?;
    let (email, public_key) = {
        let world = service.world();
        let found = world.provider.service_accounts.by_key_id(&key_id).filter(|(_, key)| !key.disabled);
        let (account, key) = found.ok_or_else(bad_signature)?;
        (account.email.clone(), key.public_key.clone())
    };
    let claims = verified_claims(assertion, &public_key).ok_or_else(bad_signature)?;

    let token_uri = format!("{}/oauth/token", service.base_url);
    let mut world = service.world();
    let world = &mut *world;
    let now_ms = world.now_ms();
    check_claims(&claims, &email, &token_uri, now_ms.div_euclid(1000))?;
    let scopes = parse_scopes(Some(claims.scope.as_deref().unwrap_or(DEFAULT_SCOPES)))
        .ok_or_else(|| OauthRefusal::new("invalid_scope", "A requested scope does not exist."))?;
    let scopes = limit_scopes(scopes, &world.settings);
    let lifetime_ms = milliseconds(world.settings.access_token_lifetime_s);
    world.provider.service_accounts.note_use(&key_id, now_ms);
    let subject = Subject::ServiceAccount { email, key_id };
    let access_token = world.provider.issue_access_token(subject, scopes.clone(), now_ms, lifetime_ms)?;
    let tokens = IssuedTokens { access_token, refresh_token: None, expires_at_ms: now_ms + lifetime_ms, scopes };
    Ok(TokenAnswer::new(tokens, &world.settings, now_ms))
}

/// The claims, if the signature is the key's. Times and audience are checked later, by our clock.
fn verified_claims(assertion: &str, public_key: &str) -> Option<Claims> {
    let public_key = STANDARD.decode(public_key).ok()?;
    let mut validation = Validation::new(Algorithm::RS256);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded = jsonwebtoken::decode::<Claims>(assertion, &DecodingKey::from_rsa_der(&public_key), &validation);
    decoded.ok().map(|token| token.claims)
}

fn check_claims(claims: &Claims, email: &str, token_uri: &str, now_s: i64) -> Result<(), OauthRefusal> {
    let refuse = |description| Err(OauthRefusal::invalid_grant(description));
    if claims.iss != email {
        return refuse("Invalid JWT: iss is not the key's service account.");
    }
    if claims.aud != token_uri {
        return refuse("Invalid JWT: aud is not this token endpoint.");
    }
    let too_old = claims.exp < now_s.saturating_sub(LEEWAY_S);
    let too_new = claims.iat > now_s.saturating_add(LEEWAY_S);
    let too_long = claims.exp.saturating_sub(claims.iat) > LONGEST_VALIDITY_S;
    if too_old || too_new || too_long || claims.exp <= claims.iat {
        return refuse(
            "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe. \
             Check your iat and exp values in the JWT claim.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Claims, check_claims};

    fn accepted(iat: i64, exp: i64) -> bool {
        let claims = Claims { iss: "a@b".into(), aud: "http://t".into(), iat, exp, scope: None };
        check_claims(&claims, "a@b", "http://t", 10_000).is_ok()
    }

    #[test]
    fn times_are_accepted_within_an_hour_and_five_minutes_of_leeway() {
        assert!(accepted(10_000, 13_600));
        assert!(accepted(10_300, 13_900));
        assert!(accepted(6_100, 9_700));
        assert!(!accepted(10_301, 13_901));
        assert!(!accepted(6_099, 9_699));
        assert!(!accepted(10_000, 13_601));
        assert!(!accepted(10_000, 10_000));
        assert!(!accepted(i64::MIN, i64::MAX));
    }
}
