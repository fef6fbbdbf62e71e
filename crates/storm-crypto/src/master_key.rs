//! The master key: 32 random bytes, one for each vault.
//!
//! It lives in the OS keyring as one ASCII line, `v1.<base64url without padding>`, or wrapped under a passphrase. It seals
//! nothing itself: every write derives its own subkey from it.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use storm_secret::SecretBytes;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{SealError, make_random};

const LINE_PREFIX: &str = "v1.";
const KEY_ID_INFO: &[u8] = b"storm-connect/v1/key-id";

/// The root of a vault's secrets. Wiped when dropped; not `Clone`.
pub struct MasterKey {
    bytes: Zeroizing<[u8; 32]>,
    id: KeyId,
}

/// Names a master key without telling anything of use about it: the first 4 bytes of an HKDF of the key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyId([u8; 4]);

/// A text that is not what [`MasterKey::keyring_line`] writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("this is not a master key")]
pub struct KeyLineError;

impl MasterKey {
    /// Makes a random key.
    pub fn make() -> Result<Self, SealError> {
        let bytes = Zeroizing::new(make_random::<32>().map_err(|_| SealError::NoRandomness)?);
        Ok(Self::of(bytes))
    }

    pub(crate) fn of(bytes: Zeroizing<[u8; 32]>) -> Self {
        let mut id = [0; 4];
        expand(&Hkdf::<Sha256>::new(None, bytes.as_slice()), KEY_ID_INFO, &mut id);
        Self { bytes, id: KeyId(id) }
    }

    /// Reads the line that stands in the keyring; white space around it is forgiven.
    pub fn of_keyring_line(line: &SecretBytes) -> Result<Self, KeyLineError> {
        // EXPOSE: the line is the key; it is decoded straight into the key's own buffer.
        let text = std::str::from_utf8(line.expose()).map_err(|_| KeyLineError)?;
        let encoded = text.trim().strip_prefix(LINE_PREFIX).ok_or(KeyLineError)?;
        let mut bytes = Zeroizing::new([0; 33]); // one more than a key, so that a longer one is noticed
        let length = URL_SAFE_NO_PAD.decode_slice(encoded, bytes.as_mut_slice()).map_err(|_| KeyLineError)?;
        let key: &[u8; 32] = bytes[..length].try_into().map_err(|_| KeyLineError)?;
        Ok(Self::of(Zeroizing::new(*key)))
    }

    /// The line that stands in the keyring.
    #[must_use]
    pub fn keyring_line(&self) -> SecretBytes {
        let mut line = String::with_capacity(LINE_PREFIX.len() + 43);
        line.push_str(LINE_PREFIX);
        URL_SAFE_NO_PAD.encode_string(self.bytes.as_slice(), &mut line);
        SecretBytes::new(line)
    }

    /// The key's public name.
    #[must_use]
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// Compares in constant time.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        bool::from(self.bytes.as_slice().ct_eq(other.bytes.as_slice()))
    }

    /// A subkey for one purpose and salt (RFC 5869).
    pub(crate) fn derive_subkey<const LENGTH: usize>(&self, salt: &[u8], info: &[&str]) -> Zeroizing<[u8; LENGTH]> {
        let mut subkey = Zeroizing::new([0; LENGTH]);
        expand(
            &Hkdf::<Sha256>::new(Some(salt), self.bytes.as_slice()),
            info.concat().as_bytes(),
            subkey.as_mut_slice(),
        );
        subkey
    }

    pub(crate) fn expose_bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

#[expect(clippy::expect_used, reason = "HKDF-SHA256 fails only beyond 255 * 32 bytes of output")]
pub(crate) fn expand(hkdf: &Hkdf<Sha256>, info: &[u8], output: &mut [u8]) {
    hkdf.expand(info, output).expect("at most 64 bytes are asked for");
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({}, redacted)", self.id)
    }
}

impl KeyId {
    pub(crate) fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl FromStr for KeyId {
    type Err = KeyLineError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let well_formed = text.len() == 8 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let number = u32::from_str_radix(text, 16).ok().filter(|_| well_formed).ok_or(KeyLineError)?;
        Ok(Self(number.to_be_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keyring_line_reads_back_as_the_same_key() {
        let key = MasterKey::make().unwrap();
        let read = MasterKey::of_keyring_line(&key.keyring_line()).unwrap();
        assert!(read.is_same(&key));
        assert_eq!(read.id(), key.id());
        assert!(!MasterKey::make().unwrap().is_same(&key));
    }

    #[test]
    fn a_line_that_we_did_not_write_is_refused() {
        let short = format!("v1.{}", "A".repeat(42));
        let long = format!("v1.{}", "A".repeat(44));
        for line in ["", "v1.", "v2.AAAA", "hunter2", &short, &long, "v1.AAAA====", "\u{feff}v1.AAAA"] {
            assert_eq!(MasterKey::of_keyring_line(&SecretBytes::new(line)).unwrap_err(), KeyLineError, "{line:?}");
        }
        assert!(MasterKey::of_keyring_line(&SecretBytes::new([0xff, 0xfe])).is_err());
    }

    #[test]
    fn a_key_id_reads_back_and_debug_shows_nothing_else() {
        let key = MasterKey::make().unwrap();
        assert_eq!(key.id().to_string().parse::<KeyId>().unwrap(), key.id());
        assert_eq!(format!("{key:?}"), format!("MasterKey({}, redacted)", key.id()));
        for text in ["", "0123456", "0123456G", "+1234567", "ABCDEF01"] {
            assert!(text.parse::<KeyId>().is_err(), "{text:?}");
        }
    }
}
