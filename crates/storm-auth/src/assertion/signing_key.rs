//! Parsed signing keys. Parsing and checking an RSA key takes far longer than the rest of an assertion, so the last few are
//! kept, by key id and digest of the file's key: a replaced key never signs with the old one.

use std::sync::{Arc, Mutex, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use storm_domain::ServiceAccountKey;
use storm_secret::Assertion;
use thiserror::Error;

const MOST_KEPT: usize = 64;

/// The key is no RSA private key, or too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the private key cannot be used for signing")]
pub(crate) struct SigningError;

/// The last used keys, the latest at the end.
#[derive(Default)]
pub(crate) struct SigningKeys(Mutex<Vec<(Fingerprint, Arc<RsaKeyPair>)>>);

#[derive(PartialEq, Eq)]
struct Fingerprint {
    key_id: String,
    digest: [u8; 32],
}

impl SigningKeys {
    /// A JWS in compact form (RFC 7515 §3.1), RS256.
    pub(crate) fn sign(&self, key: &ServiceAccountKey, claims: &impl Serialize) -> Result<Assertion, SigningError> {
        let pair = self.parsed(key)?;
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(key.key_id.clone());
        let message = [part(&header)?, part(claims)?].join(".");
        let mut signature = vec![0; pair.public_modulus_len()];
        pair.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message.as_bytes(), &mut signature)
            .map_err(|_| SigningError)?;
        Ok(Assertion::new([message, BASE64_URL_SAFE_NO_PAD.encode(signature)].join(".")))
    }

    fn parsed(&self, key: &ServiceAccountKey) -> Result<Arc<RsaKeyPair>, SigningError> {
        // EXPOSE: the key is digested and parsed for signing.
        let pem = key.private_key.expose().as_bytes();
        let fingerprint = Fingerprint { key_id: key.key_id.clone(), digest: Sha256::digest(pem).into() };
        if let Some(pair) = self.recall(&fingerprint) {
            return Ok(pair);
        }
        let der = EncodingKey::from_rsa_pem(pem).map_err(|_| SigningError)?;
        let pair = Arc::new(RsaKeyPair::from_der(der.as_bytes()).map_err(|_| SigningError)?);
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST_KEPT {
            kept.remove(0);
        }
        kept.push((fingerprint, Arc::clone(&pair)));
        Ok(pair)
    }

    fn recall(&self, fingerprint: &Fingerprint) -> Option<Arc<RsaKeyPair>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|(known, _)| known == fingerprint)?;
        let used = kept.remove(place);
        let pair = Arc::clone(&used.1);
        kept.push(used);
        Some(pair)
    }
}

fn part(value: &impl Serialize) -> Result<String, SigningError> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).map_err(|_| SigningError)?))
}
