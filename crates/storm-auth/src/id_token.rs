//! ID tokens (OpenID Connect Core §2): checked whole, or not believed.
//!
//! First the form and the algorithm, then the claims, then the signature with the service's published keys: what can be
//! refused without the network is. INVARIANT: `none` is never a signature, a shared secret signs only for a confidential
//! client whose service announced it, and a key never checks an algorithm it was not made for. Deliberately absent: encrypted
//! ID tokens, and any use of the claims beyond `sub`.

mod claims;
mod keys;

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use sha2::{Digest as _, Sha256, Sha384, Sha512};
use storm_domain::port::{IdTokenCheck, KeySource};
use storm_domain::{IdTokenError, IdTokenFault, IdTokenRules, TransientKind};
use storm_secret::{AccessToken, IdToken};

use crate::http::Http;
use claims::Claims;
pub(crate) use keys::KeySets;

/// How far the clocks of the two sides may differ.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// What is checked with published keys, whatever else a service announces.
const WITH_PUBLIC_KEY: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// Extensions that must be understood (RFC 7515 §4.1.11); none is.
    crit: Option<serde_json::Value>,
}

/// A token in its parts, its signature not looked at yet.
struct Parts<'a> {
    header: Header,
    claims: Claims,
    signed: &'a str,
    signature: &'a str,
}

pub(crate) async fn check_id_token(http: &Http, keys: &KeySets, check: IdTokenCheck<'_>) -> Result<(), IdTokenError> {
    let Some(rules) = &check.service.id_tokens else { return Ok(()) };
    let parts = read(check.id_token).ok_or(IdTokenFault::Malformed).map_err(IdTokenError::Refused)?;
    let algorithm = algorithm(&parts, rules, &check).map_err(IdTokenError::Refused)?;
    claims::check(&parts.claims, rules, &check, read_claims).map_err(IdTokenError::Refused)?;
    check_access_token_hash(&parts.claims, algorithm, check.access_token).map_err(IdTokenError::Refused)?;
    if let Some(key) = shared_key(algorithm, &check) {
        return verify(&parts, algorithm, &key).map_err(IdTokenError::Refused);
    }
    let issuer = rules.issuer.parse().unwrap_or_else(|_| rules.jwks_url.clone());
    let wanted = keys::Wanted { algorithm, kid: parts.header.kid.as_deref() };
    let signed_by = |set: &keys::KeySet| set.key_for(wanted).and_then(|key| verify(&parts, algorithm, &key));
    // What does not fit the keys of an hour ago may fit the keys of now: services replace them, just before signing even.
    if keys.known(&rules.jwks_url, check.at).is_some_and(|set| signed_by(&set).is_ok()) {
        return Ok(());
    }
    if check.keys == KeySource::Memory {
        return Err(IdTokenError::KeysOutOfReach(TransientKind::Connection));
    }
    let fetched = keys.fetch(http, &rules.jwks_url, &issuer, check.at).await;
    signed_by(&fetched.map_err(IdTokenError::KeysOutOfReach)?).map_err(IdTokenError::Refused)
}

/// The `sub` of a token that was checked before.
pub(crate) fn subject_of(id_token: &IdToken) -> Option<String> {
    read_claims(id_token)?.sub
}

fn read(id_token: &IdToken) -> Option<Parts<'_>> {
    // EXPOSE: this is where it is read.
    let text = id_token.expose();
    let (signed, signature) = text.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let header: Header = part(header)?;
    if header.crit.is_some() {
        return None;
    }
    Some(Parts { header, claims: part(claims)?, signed, signature })
}

fn read_claims(id_token: &IdToken) -> Option<Claims> {
    Some(read(id_token)?.claims)
}

fn part<T: for<'a> Deserialize<'a>>(text: &str) -> Option<T> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// The token's algorithm, if the service announced it and it can be checked here.
fn algorithm(parts: &Parts<'_>, rules: &IdTokenRules, check: &IdTokenCheck<'_>) -> Result<Algorithm, IdTokenFault> {
    let name = parts.header.alg.as_str();
    let is_announced = match &*rules.algorithms {
        [] => name == "RS256",
        announced => announced.iter().any(|known| known == name),
    };
    let algorithm = Algorithm::from_str(name).map_err(|_| IdTokenFault::Algorithm)?;
    let has_key =
        WITH_PUBLIC_KEY.contains(&algorithm) || (is_shared(algorithm) && check.client.client_secret.is_some());
    if is_announced && has_key { Ok(algorithm) } else { Err(IdTokenFault::Algorithm) }
}

fn is_shared(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::HS256 | Algorithm::HS384 | Algorithm::HS512)
}

/// The client secret, where it is the key (Core §10.1).
fn shared_key(algorithm: Algorithm, check: &IdTokenCheck<'_>) -> Option<DecodingKey> {
    let secret = check.client.client_secret.as_ref().filter(|_| is_shared(algorithm))?;
    // EXPOSE: it is the key of the signature.
    Some(DecodingKey::from_secret(secret.expose().as_bytes()))
}

fn verify(parts: &Parts<'_>, algorithm: Algorithm, key: &DecodingKey) -> Result<(), IdTokenFault> {
    match crypto::verify(parts.signature, parts.signed.as_bytes(), key, algorithm) {
        Ok(true) => Ok(()),
        _ => Err(IdTokenFault::Signature),
    }
}

/// The left half of the access token's hash, where the token has one (Core §3.1.3.6).
fn check_access_token_hash(
    claims: &Claims,
    algorithm: Algorithm,
    access_token: Option<&AccessToken>,
) -> Result<(), IdTokenFault> {
    let (Some(expected), Some(access_token)) = (&claims.at_hash, access_token) else { return Ok(()) };
    // EXPOSE: hashed and compared.
    let bytes = access_token.expose().as_bytes();
    let hash = match algorithm {
        Algorithm::RS256 | Algorithm::PS256 | Algorithm::ES256 | Algorithm::HS256 => Sha256::digest(bytes).to_vec(),
        Algorithm::RS384 | Algorithm::PS384 | Algorithm::ES384 | Algorithm::HS384 => Sha384::digest(bytes).to_vec(),
        _ => Sha512::digest(bytes).to_vec(), // Ed25519 hashes with SHA-512 itself
    };
    let (left, _) = hash.split_at(hash.len() / 2);
    if BASE64_URL_SAFE_NO_PAD.encode(left) == expected.trim_end_matches('=') {
        Ok(())
    } else {
        Err(IdTokenFault::AccessTokenHash)
    }
}
