//! Making secrets, and remembering them without keeping them.
//!
//! The service keeps a [`Fingerprint`] (SHA-256) of every token, code, key and client secret it hands out; the raw value
//! leaves with the answer. Secrets carry 256 bits of randomness, so a plain hash needs no salt or stretching.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::SandboxError;

/// Begins every access token.
pub(crate) const ACCESS_TOKEN_PREFIX: &str = "pat_";
/// Begins every refresh token.
pub(crate) const REFRESH_TOKEN_PREFIX: &str = "prt_";
/// Begins every API key.
pub(crate) const API_KEY_PREFIX: &str = "pk_live_";
/// Begins every authorization code.
pub(crate) const CODE_PREFIX: &str = "pcode_";
/// Begins every client secret.
pub(crate) const CLIENT_SECRET_PREFIX: &str = "pcs_";

/// Begins every device code.
pub(crate) const DEVICE_CODE_PREFIX: &str = "pdev_";

/// A new code for a person to type (RFC 8628 §6.1): eight consonants, so that none reads as another or makes a word.
pub(crate) fn make_user_code() -> Result<String, SandboxError> {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    let mut code = String::with_capacity(9);
    while code.len() < 9 {
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte).map_err(|_| SandboxError::Randomness)?;
        // Only whole rounds of the alphabet count, so that every letter is as likely as another.
        let Some(letter) = (byte[0] < 240).then(|| LETTERS[usize::from(byte[0] % 20)]) else { continue };
        if code.len() == 4 {
            code.push('-');
        }
        code.push(char::from(letter));
    }
    Ok(code)
}

/// A new secret: the prefix and 32 random bytes in base64url.
pub(crate) fn make_secret(prefix: &str) -> Result<String, SandboxError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|_| SandboxError::Randomness)?;
    let mut secret = String::with_capacity(prefix.len() + 43);
    secret.push_str(prefix);
    URL_SAFE_NO_PAD.encode_string(bytes, &mut secret);
    Ok(secret)
}

/// A new identifier that is not a secret: the prefix and 8 random bytes in hexadecimal.
pub(crate) fn make_id(prefix: &str) -> Result<String, SandboxError> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|_| SandboxError::Randomness)?;
    Ok(format!("{prefix}{}", hexadecimal(&bytes)))
}

/// Lower-case hexadecimal.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// The SHA-256 of a secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Fingerprints a secret.
    pub(crate) fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Compares in constant time.
    pub(crate) fn matches(&self, other: &Self) -> bool {
        verify_slices_are_equal(&self.0, &other.0).is_ok()
    }

    /// The bytes of the hash.
    pub(crate) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&hexadecimal(&self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Fingerprint({self})")
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let wrong = || de::Error::custom("a fingerprint is 64 hexadecimal digits");
        if text.len() != 64 || !text.is_ascii() {
            return Err(wrong());
        }
        let mut bytes = [0_u8; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[index * 2..index * 2 + 2], 16).map_err(|_| wrong())?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::{Fingerprint, make_secret};

    #[test]
    fn two_secrets_differ_and_carry_their_prefix() {
        let (first, second) = (make_secret("pat_").unwrap(), make_secret("pat_").unwrap());
        assert!(first.starts_with("pat_") && first.len() == 47);
        assert_ne!(first, second);
    }

    #[test]
    fn a_fingerprint_survives_being_written_down() {
        let fingerprint = Fingerprint::of("pat_example");
        let written = serde_json::to_string(&fingerprint).unwrap();
        let read: Fingerprint = serde_json::from_str(&written).unwrap();
        assert!(read.matches(&fingerprint));
        assert!(!written.contains("example"));
    }
}
