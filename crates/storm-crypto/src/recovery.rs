//! The master key wrapped under a recovery code.
//!
//! A code is 16 random bytes and a check of 4, written as 32 characters of Crockford's base32 in groups of four. The check
//! tells a slip of the pen from another vault's code before anything is opened. 128 random bits cannot be guessed, so one HKDF
//! is enough here; the slow hash that a passphrase needs would only keep its owner waiting.

use std::fmt;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::{Digest as _, Sha256};
use storm_secret::RecoveryCode;
use subtle::ConstantTimeEq as _;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::master_key::expand;
use crate::{MasterKey, SealError, make_random};

/// Crockford's alphabet: no I, L, O and U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const GROUP: usize = 4;
const CHARACTERS: usize = 32;
const RANDOM: usize = 16;
const CHECK: usize = 4;

const FORMAT: &[u8; 5] = b"STRR\x01";
const SALT_AT: usize = FORMAT.len();
const NONCE_AT: usize = SALT_AT + 16;
const BODY_AT: usize = NONCE_AT + 12;
const LENGTH: usize = BODY_AT + 32 + 16;

/// What a recovery code stands for. Wiped when dropped; not `Clone`.
pub struct RecoveryKey(Zeroizing<[u8; RANDOM]>);

/// A text that is not a recovery code as it was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecoveryCodeError {
    /// Too few or too many characters.
    #[error("a recovery code has {CHARACTERS} characters, this has {found}")]
    Length {
        /// How many there are, without dashes and spaces.
        found: usize,
    },
    /// A character that no code has.
    #[error("group {group} has a character that no recovery code has")]
    Character {
        /// Which group of four, from 1.
        group: usize,
    },
    /// The characters do not belong together: one or more were mistyped.
    #[error("a character is mistyped")]
    Mistyped,
}

/// A wrap did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// Not a wrap, or of a format made later.
    #[error("the format is not known")]
    UnknownFormat,
    /// Another code, or a damaged wrap: the cipher cannot tell, and the first is by far the likelier.
    #[error("the recovery code is another vault's")]
    WrongCode,
}

impl RecoveryKey {
    /// Makes a random one.
    pub fn make() -> Result<Self, SealError> {
        make_random().map(|bytes| Self(Zeroizing::new(bytes))).map_err(|_| SealError::NoRandomness)
    }

    /// The code to print: eight groups of four, with dashes.
    #[must_use]
    pub fn code(&self) -> RecoveryCode {
        let mut bytes = Zeroizing::new([0_u8; RANDOM + CHECK]);
        bytes[..RANDOM].copy_from_slice(self.0.as_slice());
        bytes[RANDOM..].copy_from_slice(&self.check());
        let mut text = String::with_capacity(CHARACTERS + CHARACTERS / GROUP);
        for character in 0..CHARACTERS {
            if character > 0 && character % GROUP == 0 {
                text.push('-');
            }
            let value = (0..5).fold(0, |value, bit| {
                let at = character * 5 + bit;
                value << 1 | usize::from(bytes[at / 8] >> (7 - at % 8) & 1)
            });
            text.push(char::from(ALPHABET[value]));
        }
        RecoveryCode::new(text)
    }

    /// Reads a code as somebody typed it: in any case, with or without dashes and spaces, with O for 0 and I or L for 1.
    pub fn of_code(code: &RecoveryCode) -> Result<Self, RecoveryCodeError> {
        // EXPOSE: read character by character into the key's own buffer.
        let typed = || code.expose().chars().filter(|character| !matches!(character, '-' | ' ' | '\t' | '\r' | '\n'));
        let found = typed().count();
        if found != CHARACTERS {
            return Err(RecoveryCodeError::Length { found });
        }
        let mut bytes = Zeroizing::new([0_u8; RANDOM + CHECK]);
        for (index, character) in typed().enumerate() {
            let value = value_of(character).ok_or(RecoveryCodeError::Character { group: index / GROUP + 1 })?;
            for bit in 0..5 {
                let at = index * 5 + bit;
                bytes[at / 8] |= (value >> (4 - bit) & 1) << (7 - at % 8);
            }
        }
        let mut random = Zeroizing::new([0; RANDOM]);
        random.copy_from_slice(&bytes[..RANDOM]);
        let key = Self(random);
        if bool::from(key.check().ct_eq(&bytes[RANDOM..])) { Ok(key) } else { Err(RecoveryCodeError::Mistyped) }
    }

    /// Compares in constant time.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        bool::from(self.0.as_slice().ct_eq(other.0.as_slice()))
    }

    fn check(&self) -> [u8; CHECK] {
        let digest = Sha256::new().chain_update(b"storm-connect/v1/recovery-check").chain_update(self.0.as_slice());
        let digest = digest.finalize();
        [digest[0], digest[1], digest[2], digest[3]]
    }

    fn cipher(&self, salt: &[u8]) -> Aes256Gcm {
        let mut key = Zeroizing::new([0; 32]);
        let hkdf = Hkdf::<Sha256>::new(Some(salt), self.0.as_slice());
        expand(&hkdf, b"storm-connect/v1/recovery", key.as_mut_slice());
        Aes256Gcm::new((&*key).into())
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("RecoveryKey(redacted)")
    }
}

fn value_of(character: char) -> Option<u8> {
    let character = match character.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        character => character,
    };
    let value = ALPHABET.iter().position(|known| char::from(*known) == character)?;
    u8::try_from(value).ok()
}

impl MasterKey {
    /// Wraps the key under a recovery code, for one vault.
    pub fn wrap_for_recovery(&self, recovery: &RecoveryKey, vault: [u8; 16]) -> Result<Vec<u8>, SealError> {
        let random: [u8; 28] = make_random().map_err(|_| SealError::NoRandomness)?;
        let mut wrap = Vec::with_capacity(LENGTH);
        wrap.extend_from_slice(FORMAT);
        wrap.extend_from_slice(&random);
        let aad = [wrap.as_slice(), &vault].concat();
        let nonce = Nonce::try_from(&wrap[NONCE_AT..BODY_AT]).map_err(|_| SealError::NoRandomness)?;
        let cipher = recovery.cipher(&wrap[SALT_AT..NONCE_AT]);
        // EXPOSE: copied to where it is encrypted in place; the buffer has its final size.
        wrap.extend_from_slice(self.expose_bytes());
        let tag = cipher
            .encrypt_inout_detached(&nonce, &aad, (&mut wrap[BODY_AT..]).into())
            .map_err(|_| SealError::TooLong)?;
        wrap.extend_from_slice(&tag);
        Ok(wrap)
    }

    /// Opens what [`MasterKey::wrap_for_recovery`] made for the same vault.
    pub fn unwrap_with_recovery(wrap: &[u8], recovery: &RecoveryKey, vault: [u8; 16]) -> Result<Self, RecoveryError> {
        if wrap.len() != LENGTH || !wrap.starts_with(FORMAT) {
            return Err(RecoveryError::UnknownFormat);
        }
        let aad = [&wrap[..BODY_AT], &vault].concat();
        let nonce = Nonce::try_from(&wrap[NONCE_AT..BODY_AT]).map_err(|_| RecoveryError::UnknownFormat)?;
        let mut key = Zeroizing::new([0; 32]);
        let (body, tag) = wrap[BODY_AT..].split_at(key.len());
        key.copy_from_slice(body);
        let tag = aes_gcm::Tag::try_from(tag).map_err(|_| RecoveryError::UnknownFormat)?;
        recovery
            .cipher(&wrap[SALT_AT..NONCE_AT])
            .decrypt_inout_detached(&nonce, &aad, key.as_mut_slice().into(), &tag)
            .map_err(|_| RecoveryError::WrongCode)?;
        Ok(Self::of(key))
    }
}
