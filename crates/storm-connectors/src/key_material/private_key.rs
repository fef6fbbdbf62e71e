//! A private key in DER, checked by the library that will sign with it: its parts fit together, and its size is safe.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING,
    ECDSA_P521_SHA512_FIXED_SIGNING, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use der::Tagged as _;
use der::asn1::{AnyRef, ObjectIdentifier};
use storm_secret::PrivateKey;
use zeroize::Zeroizing;

use super::der_form::children;
use super::material::{Algorithm, Fingerprint};
use super::{KeyMaterialError, Secret};

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const RSA_PSS: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.10");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const P521: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.35");
const SECP256K1: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.10");

const DAMAGED: KeyMaterialError = KeyMaterialError::Damaged { what: "the private key does not fit together" };

/// A private key that can sign.
pub(super) struct SigningKey {
    pkcs8: Secret,
    /// The bits of the public key, as they stand in its certificate.
    pub(super) public: Vec<u8>,
    pub(super) fingerprint: Fingerprint,
    pub(super) algorithm: Algorithm,
}

impl SigningKey {
    /// PKCS#8 (RFC 5958).
    pub(super) fn of_pkcs8(der: &[u8]) -> Result<Self, KeyMaterialError> {
        let (algorithm, parameters) = algorithm_of_pkcs8(der).ok_or(DAMAGED)?;
        match algorithm {
            RSA => Self::of_rsa(rsa::KeyPair::from_pkcs8(der), Some(der)),
            EC => {
                let curve = parameters.ok_or(DAMAGED)?;
                let curve = curve.decode_as::<ObjectIdentifier>().map_err(|_| OTHER_CURVE)?;
                let (signing, algorithm) = of_curve(curve).ok_or(OTHER_CURVE)?;
                Self::of_ec(EcdsaKeyPair::from_pkcs8(signing, der), algorithm)
            }
            ED25519 => {
                let pair = Ed25519KeyPair::from_pkcs8(der).map_err(|_| DAMAGED)?;
                let public = pair.public_key();
                Self::of_parts(der, public.as_ref(), public, Algorithm::Ed25519)
            }
            RSA_PSS => Err(KeyMaterialError::KeyUnsupported { what: "RSA for PSS alone" }),
            _ => Err(KeyMaterialError::KeyUnsupported { what: "neither RSA, ECDSA nor Ed25519" }),
        }
    }

    /// PKCS#1 (RFC 8017 §A.1.2).
    pub(super) fn of_pkcs1(der: &[u8]) -> Result<Self, KeyMaterialError> {
        Self::of_rsa(rsa::KeyPair::from_der(der), None)
    }

    /// SEC1 (RFC 5915). Where the curve is not named, the length of the key says which it is.
    pub(super) fn of_sec1(der: &[u8]) -> Result<Self, KeyMaterialError> {
        let parts = children(der).ok_or(DAMAGED)?;
        let length = parts.get(1).map_or(0, |key| key.value().len());
        let named = parts.get(2).filter(|part| part.tag().is_context_specific()).map(|part| part.value());
        let curve = match named.and_then(|value| AnyRef::try_from(value).ok()).map(|value| value.decode_as()) {
            Some(Ok(curve)) => curve,
            Some(Err(_)) => return Err(OTHER_CURVE),
            None if length == 32 => P256,
            None if length == 48 => P384,
            None if length == 66 => P521,
            None => return Err(OTHER_CURVE),
        };
        let (signing, algorithm) = of_curve(curve).ok_or(OTHER_CURVE)?;
        Self::of_ec(EcdsaKeyPair::from_private_key_der(signing, der), algorithm)
    }

    fn of_rsa(pair: Result<rsa::KeyPair, KeyRejected>, pkcs8: Option<&[u8]>) -> Result<Self, KeyMaterialError> {
        let pair = pair.map_err(|rejected| match rejected.description_() {
            "TooSmall" => KeyMaterialError::KeyTooShort,
            "TooLarge" => KeyMaterialError::KeyTooLong,
            _ => DAMAGED,
        })?;
        let public = pair.public_key();
        let modulus = public.modulus().big_endian_without_leading_zero();
        let bits = modulus.len() * 8 - modulus.first().map_or(0, |byte| byte.leading_zeros() as usize);
        let algorithm = Algorithm::Rsa(bits);
        if let Some(pkcs8) = pkcs8 {
            return Self::of_parts(pkcs8, public.as_ref(), public, algorithm);
        }
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).map_err(|_| DAMAGED)?;
        Self::of_parts(der.as_ref(), public.as_ref(), public, algorithm)
    }

    /// Written anew, so that every signer reads it whatever it came as.
    fn of_ec(pair: Result<EcdsaKeyPair, KeyRejected>, algorithm: Algorithm) -> Result<Self, KeyMaterialError> {
        let pair = pair.map_err(|_| DAMAGED)?;
        let der = pair.to_pkcs8v1().map_err(|_| DAMAGED)?;
        Self::of_parts(der.as_ref(), pair.public_key().as_ref(), pair.public_key(), algorithm)
    }

    fn of_parts<P: AsDer<PublicKeyX509Der<'static>>>(
        pkcs8: &[u8],
        public: &[u8],
        public_key: &P,
        algorithm: Algorithm,
    ) -> Result<Self, KeyMaterialError> {
        let info = public_key.as_der().map_err(|_| DAMAGED)?;
        Ok(Self {
            pkcs8: Zeroizing::new(pkcs8.to_vec()),
            public: public.to_vec(),
            fingerprint: Fingerprint::of(info.as_ref()),
            algorithm,
        })
    }

    pub(super) fn is_rsa(&self) -> bool {
        matches!(self.algorithm, Algorithm::Rsa(_))
    }

    /// PEM, PKCS#8.
    pub(super) fn pem(&self) -> PrivateKey {
        PrivateKey::new(pem("PRIVATE KEY", &self.pkcs8))
    }
}

const OTHER_CURVE: KeyMaterialError = KeyMaterialError::KeyUnsupported { what: "ECDSA on an unusual curve" };

fn of_curve(curve: ObjectIdentifier) -> Option<(&'static EcdsaSigningAlgorithm, Algorithm)> {
    match curve {
        P256 => Some((&ECDSA_P256_SHA256_FIXED_SIGNING, Algorithm::EcP256)),
        P384 => Some((&ECDSA_P384_SHA384_FIXED_SIGNING, Algorithm::EcP384)),
        P521 => Some((&ECDSA_P521_SHA512_FIXED_SIGNING, Algorithm::EcP521)),
        SECP256K1 => Some((&ECDSA_P256K1_SHA256_FIXED_SIGNING, Algorithm::EcSecp256k1)),
        _ => None,
    }
}

fn algorithm_of_pkcs8(der: &[u8]) -> Option<(ObjectIdentifier, Option<AnyRef<'_>>)> {
    let info = children(der)?;
    let [algorithm, parameters @ ..] = &children_of(info.get(1)?)?[..] else { return None };
    Some((algorithm.decode_as().ok()?, parameters.first().copied()))
}

fn children_of<'a>(sequence: &AnyRef<'a>) -> Option<Vec<AnyRef<'a>>> {
    super::der_form::parts(sequence.value())
}

/// PEM (RFC 7468); the text is as long as it needs to be from the start, so that growing it leaves no copy behind.
pub(super) fn pem(label: &str, der: &[u8]) -> String {
    const LINE: usize = 64;
    let body = Zeroizing::new(STANDARD.encode(der));
    let mut text = String::with_capacity(body.len() + body.len() / LINE + 2 * label.len() + 40);
    text.push_str("-----BEGIN ");
    text.push_str(label);
    text.push_str("-----\n");
    let mut rest = body.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text.push_str("-----END ");
    text.push_str(label);
    text.push_str("-----\n");
    text
}
