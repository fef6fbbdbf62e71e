//! ID tokens (OpenID Connect Core §2): who signed in, signed with ES256.
//!
//! The signing key lives in memory and changes with every start; clients find it in the key set. Issued with the code's
//! answer when `openid` was granted, never at a refresh, which is optional there (§12.2).

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::SandboxError;
use crate::provider::Account;
use crate::secret::make_id;

/// How long an ID token is valid, in seconds.
const LIFETIME_S: i64 = 3600;

/// Signs ID tokens. Has no Debug: it holds a private key.
pub(crate) struct IdTokenSigner {
    key: EncodingKey,
    header: Header,
    key_set: Value,
}

impl IdTokenSigner {
    /// A signer with a fresh key.
    pub(crate) fn make() -> Result<Self, SandboxError> {
        let failed = |_| SandboxError::KeyGeneration;
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
        let private = pair.to_pkcs8v1().map_err(failed)?;
        let id = make_id("id_token_")?;
        // An uncompressed point: 4, then x and y of 32 bytes each.
        let point = pair.public_key().as_ref();
        let (x, y) = (point.get(1..33).unwrap_or_default(), point.get(33..65).unwrap_or_default());
        let key_set = json!({ "keys": [{
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": id,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        }] });
        let mut header = Header::new(Algorithm::ES256);
        header.kid = Some(id);
        Ok(Self { key: EncodingKey::from_ec_der(private.as_ref()), header, key_set })
    }

    /// The public half, as clients fetch it (RFC 7517).
    pub(crate) fn key_set(&self) -> &Value {
        &self.key_set
    }

    /// An ID token for a person and a client.
    pub(crate) fn sign(
        &self,
        issuer: &str,
        client_id: &str,
        label: &str,
        scopes: &[String],
        nonce: Option<&str>,
        now_ms: i64,
    ) -> Result<String, SandboxError> {
        let now_s = now_ms.div_euclid(1000);
        let mut claims = json!({
            "iss": issuer,
            "sub": Account::named(label).id,
            "aud": client_id,
            "iat": now_s,
            "exp": now_s + LIFETIME_S,
        });
        if let Some(nonce) = nonce {
            claims["nonce"] = json!(nonce);
        }
        if scopes.iter().any(|scope| scope == "email") {
            claims["email"] = json!(label);
            claims["email_verified"] = json!(true);
        }
        jsonwebtoken::encode(&self.header, &claims, &self.key).map_err(|_| SandboxError::KeyGeneration)
    }
}
