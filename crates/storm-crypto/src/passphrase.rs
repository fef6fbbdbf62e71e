//! The master key wrapped under a passphrase, for a vault without an OS keyring.
//!
//! INVARIANT: the stored Argon2id parameters are bounded before any memory is taken, below so that a changed file cannot
//! make guessing cheap, above so that it cannot exhaust the machine.

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce};
use argon2::{Algorithm, Argon2, Params, Version};
use storm_secret::Passphrase;
use thiserror::Error;
use zeroize::Zeroizing;

use crate::{MasterKey, make_random};

const FORMAT: &[u8; 5] = b"STRW\x01";
const SALT_AT: usize = FORMAT.len() + 3 * 4;
const NONCE_AT: usize = SALT_AT + 16;
const BODY_AT: usize = NONCE_AT + 12;
pub(crate) const LENGTH: usize = BODY_AT + 32 + 16;

const LEAST_MEMORY_KIB: u32 = 64 * 1024;
const MOST_MEMORY_KIB: u32 = 1024 * 1024;

/// What one guess at a passphrase costs (RFC 9106 §3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PassphraseCost {
    memory_kib: u32,
    passes: u32,
    lanes: u32,
}

impl PassphraseCost {
    /// 256 MiB, 3 passes, 4 lanes.
    pub const STANDARD: Self = Self { memory_kib: 256 * 1024, passes: 3, lanes: 4 };
    /// The least that is ever accepted, for tests: 64 MiB, 1 pass, 1 lane.
    pub const LEAST: Self = Self { memory_kib: LEAST_MEMORY_KIB, passes: 1, lanes: 1 };

    /// A cost within 64 MiB…1 GiB, 1…10 passes and 1…16 lanes; `None` outside.
    #[must_use]
    pub fn bounded(memory_kib: u32, passes: u32, lanes: u32) -> Option<Self> {
        let within = (LEAST_MEMORY_KIB..=MOST_MEMORY_KIB).contains(&memory_kib)
            && (1..=10).contains(&passes)
            && (1..=16).contains(&lanes);
        within.then_some(Self { memory_kib, passes, lanes })
    }
}

/// A key was not wrapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum WrapError {
    /// The operating system gave no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
    /// The memory that Argon2id needs was not to be had.
    #[error("there is not enough memory")]
    NoMemory,
}

/// A wrap did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UnwrapError {
    /// Not a wrap, or of a format made later.
    #[error("the format is not known")]
    UnknownFormat,
    /// Parameters that we never write.
    #[error("the cost is out of bounds")]
    CostOutOfBounds,
    /// The memory that Argon2id needs was not to be had.
    #[error("there is not enough memory")]
    NoMemory,
    /// Another passphrase, or a damaged wrap: the cipher cannot tell, and the first is by far the likelier.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
}

impl MasterKey {
    /// Wraps the key under a passphrase, for one vault. Takes about a second and `cost` of memory: not for an async thread.
    pub fn wrap(&self, passphrase: &Passphrase, vault: [u8; 16], cost: PassphraseCost) -> Result<Vec<u8>, WrapError> {
        let random: [u8; 28] = make_random().map_err(|_| WrapError::NoRandomness)?;
        let mut wrap = Vec::with_capacity(LENGTH);
        wrap.extend_from_slice(FORMAT);
        for parameter in [cost.memory_kib, cost.passes, cost.lanes] {
            wrap.extend_from_slice(&parameter.to_be_bytes());
        }
        wrap.extend_from_slice(&random);

        let aad = associated_data(&wrap, vault);
        let cipher = derive_cipher(passphrase, &wrap[SALT_AT..NONCE_AT], cost).ok_or(WrapError::NoMemory)?;
        let nonce = Nonce::try_from(&wrap[NONCE_AT..BODY_AT]).map_err(|_| WrapError::NoRandomness)?;
        // EXPOSE: copied to where it is encrypted in place; the buffer has its final size.
        wrap.extend_from_slice(self.expose_bytes());
        let tag = cipher
            .encrypt_inout_detached(&nonce, &aad, (&mut wrap[BODY_AT..]).into())
            .map_err(|_| WrapError::NoMemory)?;
        wrap.extend_from_slice(&tag);
        Ok(wrap)
    }

    /// Opens a wrap. Takes as long as wrapping did.
    pub fn unwrap(wrap: &[u8], passphrase: &Passphrase, vault: [u8; 16]) -> Result<Self, UnwrapError> {
        if wrap.len() != LENGTH || !wrap.starts_with(FORMAT) {
            return Err(UnwrapError::UnknownFormat);
        }
        let parameter = |index: usize| {
            let at = FORMAT.len() + 4 * index;
            wrap[at..at + 4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
        };
        let cost =
            PassphraseCost::bounded(parameter(0), parameter(1), parameter(2)).ok_or(UnwrapError::CostOutOfBounds)?;
        let cipher = derive_cipher(passphrase, &wrap[SALT_AT..NONCE_AT], cost).ok_or(UnwrapError::NoMemory)?;
        let nonce = Nonce::try_from(&wrap[NONCE_AT..BODY_AT]).map_err(|_| UnwrapError::UnknownFormat)?;
        let aad = associated_data(&wrap[..BODY_AT], vault);
        let mut key = Zeroizing::new([0; 32]);
        let (body, tag) = wrap[BODY_AT..].split_at(key.len());
        key.copy_from_slice(body);
        let tag = aes_gcm::Tag::try_from(tag).map_err(|_| UnwrapError::UnknownFormat)?;
        cipher
            .decrypt_inout_detached(&nonce, &aad, key.as_mut_slice().into(), &tag)
            .map_err(|_| UnwrapError::WrongPassphrase)?;
        Ok(Self::of(key))
    }
}

fn associated_data(header: &[u8], vault: [u8; 16]) -> Vec<u8> {
    [header, &vault].concat()
}

/// The cipher of the key that Argon2id makes of a passphrase; `None` when the memory was not to be had.
fn derive_cipher(passphrase: &Passphrase, salt: &[u8], cost: PassphraseCost) -> Option<Aes256Gcm> {
    let mut key = Zeroizing::new([0; 32]);
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(key.len())).ok()?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        // EXPOSE: what the key is derived from.
        .hash_password_into(passphrase.expose().as_bytes(), salt, key.as_mut_slice())
        .ok()?;
    Some(Aes256Gcm::new((&*key).into()))
}
