//! A private key that signs: for service accounts, for clients that prove themselves with a key, for DPoP proofs.
//!
//! Parsing and checking an RSA key takes far longer than the rest of a signature, so parsed keys are [`crate::kept::Kept`].

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, Header};
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use serde::Serialize;
use storm_domain::port::ClientKeyError;
use storm_secret::Assertion;

use crate::pem::{note, sections};

/// An RSA key of 2,048 bits or more, or an EC key on P-256.
pub(crate) enum SigningKey {
    Rsa { pair: RsaKeyPair, is_pss: bool },
    Ec(EcdsaKeyPair),
}

impl SigningKey {
    /// The first private key in a PEM text: PKCS#8, PKCS#1 or SEC1. A line `alg: PS256` before it chooses RSASSA-PSS
    /// (RFC 7518 §3.5), which some services insist on.
    pub(crate) fn of_pem(text: &str) -> Result<Self, ClientKeyError> {
        let sections = sections(text);
        if sections.iter().any(|section| section.label.starts_with("ENCRYPTED ")) || text.contains("Proc-Type: 4,ENC") {
            return Err(ClientKeyError::Encrypted);
        }
        let section = sections.iter().find(|section| section.label.ends_with("PRIVATE KEY"));
        let section = section.ok_or(ClientKeyError::NoKey)?;
        let der = PrivateKeyDer::from_pem_slice(section.pem.as_bytes()).map_err(|_| ClientKeyError::NotUsable)?;
        let rsa = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
        if let Some(pair) = rsa {
            return Ok(Self::Rsa { pair, is_pss: note(text, "alg") == Some("PS256") });
        }
        EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der.secret_der())
            .map(Self::Ec)
            .map_err(|_| ClientKeyError::NotUsable)
    }

    /// The name of its signatures (RFC 7518 §3.1).
    pub(crate) fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rsa { is_pss: false, .. } => Algorithm::RS256,
            Self::Rsa { is_pss: true, .. } => Algorithm::PS256,
            Self::Ec(_) => Algorithm::ES256,
        }
    }

    /// The public point of an EC key, 32 bytes each.
    pub(crate) fn public_point(&self) -> Option<(&[u8], &[u8])> {
        let Self::Ec(pair) = self else { return None };
        // SEC 1 §2.3.3: 4, x, y.
        let (form, point) = pair.public_key().as_ref().split_at_checked(1)?;
        (form == [4] && point.len() == 64).then(|| point.split_at(32))
    }

    /// A JWS in compact form (RFC 7515 §3.1). The header's `alg` is the key's.
    pub(crate) fn sign(&self, header: Header, claims: &impl Serialize) -> Result<Assertion, ClientKeyError> {
        self.sign_padded(matches!(self, Self::Rsa { is_pss: true, .. }), header, claims)
    }

    /// The same, where the service and not the key says whether an RSA key signs by RSASSA-PSS.
    pub(crate) fn sign_padded(
        &self,
        is_pss: bool,
        header: Header,
        claims: &impl Serialize,
    ) -> Result<Assertion, ClientKeyError> {
        let alg = match self {
            Self::Rsa { .. } if is_pss => Algorithm::PS256,
            Self::Rsa { .. } => Algorithm::RS256,
            Self::Ec(_) => Algorithm::ES256,
        };
        let header = Header { alg, ..header };
        let message = [part(&header)?, part(claims)?].join(".");
        let random = SystemRandom::new();
        let signature = match self {
            Self::Rsa { pair, .. } => {
                let padding = if is_pss { &RSA_PSS_SHA256 } else { &RSA_PKCS1_SHA256 };
                let mut signature = vec![0; pair.public_modulus_len()];
                let signed = pair.sign(padding, &random, message.as_bytes(), &mut signature);
                signed.map(|()| signature).map_err(|_| ClientKeyError::NotUsable)?
            }
            Self::Ec(pair) => {
                let signed = pair.sign(&random, message.as_bytes());
                signed.map(|signature| signature.as_ref().to_vec()).map_err(|_| ClientKeyError::NotUsable)?
            }
        };
        Ok(Assertion::new([message, BASE64_URL_SAFE_NO_PAD.encode(signature)].join(".")))
    }
}

fn part(value: &impl Serialize) -> Result<String, ClientKeyError> {
    Ok(BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).map_err(|_| ClientKeyError::NotUsable)?))
}
