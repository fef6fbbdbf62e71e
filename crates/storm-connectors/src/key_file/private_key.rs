//! The PEM of a private key (RFC 7468): one PKCS#8 RSA key of 2048 to 8192 bits whose parts fit together.

use aws_lc_rs::rsa::KeyPair;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::{KeyFileError, resemblance};

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// Checks a key as the signer will read it; the signer keeps the PEM.
pub(super) fn check_pem(pem: &str) -> Result<(), KeyFileError> {
    if pem.matches("-----BEGIN ").count() > 1 {
        return Err(KeyFileError::SeveralKeys);
    }
    let Some(after_begin) = pem.trim().strip_prefix(BEGIN) else {
        return Err(resemblance::of_pem(pem).unwrap_or(KeyFileError::KeyDamaged));
    };
    let body = after_begin.strip_suffix(END).ok_or(KeyFileError::Truncated)?;
    let body: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    let der = Zeroizing::new(STANDARD.decode(body.as_bytes()).map_err(|_| KeyFileError::KeyDamaged)?);
    match KeyPair::from_pkcs8(&der) {
        Ok(_) => Ok(()),
        Err(rejected) => Err(match rejected.description_() {
            "WrongAlgorithm" => KeyFileError::KeyNotRsa,
            "TooSmall" => KeyFileError::KeyTooShort,
            "TooLarge" => KeyFileError::KeyTooLong,
            _ => KeyFileError::KeyDamaged,
        }),
    }
}
