//! The envelope: one sealed value, format 1.
//!
//! INVARIANT: every write has its own subkey and nonce, and every envelope names its master key, so that nothing is ever
//! opened by trial. The format is drawn in the crate's README.

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use storm_secret::SecretBytes;
use thiserror::Error;

use crate::{KeyId, MasterKey, RecordContext, make_random};

const FORMAT: &[u8; 5] = b"STRM\x01";
const KEY_ID_AT: usize = FORMAT.len();
const SALT_AT: usize = KEY_ID_AT + 4;
const NONCE_AT: usize = SALT_AT + 32;
const BODY_AT: usize = NONCE_AT + 12;
const TAG_LENGTH: usize = 16;
const PURPOSE: &str = "storm-connect/v1/";

/// How many bytes longer an envelope is than what is in it.
pub(crate) const OVERHEAD: usize = BODY_AT + TAG_LENGTH;

/// Nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SealError {
    /// The operating system gave no random bytes.
    #[error("the system has no randomness")]
    NoRandomness,
    /// More than AES-GCM can seal at once (64 GiB).
    #[error("the value is too long to be sealed")]
    TooLong,
}

/// An envelope did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// Not an envelope, or of a format made later.
    #[error("the format is not known")]
    UnknownFormat,
    /// Sealed under another master key.
    #[error("sealed under another key")]
    WrongKeyId,
    /// The right key, but the envelope was changed, cut, or belongs elsewhere.
    #[error("the sealed value is damaged")]
    Damaged,
}

impl KeyId {
    /// What every envelope under this key begins with.
    #[must_use]
    pub fn envelope_start(&self) -> [u8; SALT_AT] {
        let mut start = [0; SALT_AT];
        start[..KEY_ID_AT].copy_from_slice(FORMAT);
        start[KEY_ID_AT..].copy_from_slice(self.as_bytes());
        start
    }
}

impl MasterKey {
    /// How many bytes longer an envelope is than what is in it.
    pub const ENVELOPE_OVERHEAD: usize = OVERHEAD;

    /// Seals a value for its place.
    pub fn seal(&self, context: &RecordContext<'_>, plaintext: &SecretBytes) -> Result<Vec<u8>, SealError> {
        let random: [u8; 44] = make_random().map_err(|_| SealError::NoRandomness)?;
        let (salt, nonce) = random.split_at(32);
        let mut envelope = Vec::with_capacity(plaintext.len() + OVERHEAD);
        envelope.extend_from_slice(FORMAT);
        envelope.extend_from_slice(self.id().as_bytes());
        envelope.extend_from_slice(salt);
        envelope.extend_from_slice(nonce);
        // EXPOSE: copied to where it is encrypted in place; the buffer has its final size, so no copy stays behind.
        envelope.extend_from_slice(plaintext.expose());

        let aad = context.associated_data(FORMAT, self.id());
        let nonce = Nonce::try_from(nonce).map_err(|_| SealError::TooLong)?;
        let tag = self
            .cipher(salt, context)
            .encrypt_inout_detached(&nonce, &aad, (&mut envelope[BODY_AT..]).into())
            .map_err(|_| SealError::TooLong)?;
        envelope.extend_from_slice(&tag);
        Ok(envelope)
    }

    /// Opens what [`MasterKey::seal`] made for the same place.
    pub fn open(&self, context: &RecordContext<'_>, envelope: &[u8]) -> Result<SecretBytes, OpenError> {
        if !envelope.starts_with(FORMAT) {
            return Err(OpenError::UnknownFormat);
        }
        if envelope.len() < OVERHEAD {
            return Err(OpenError::Damaged);
        }
        if &envelope[KEY_ID_AT..SALT_AT] != self.id().as_bytes() {
            return Err(OpenError::WrongKeyId);
        }
        let (body, tag) = envelope[BODY_AT..].split_at(envelope.len() - OVERHEAD);
        let nonce = Nonce::try_from(&envelope[NONCE_AT..BODY_AT]).map_err(|_| OpenError::Damaged)?;
        let tag = Tag::<aes_gcm::aead::consts::U16>::try_from(tag).map_err(|_| OpenError::Damaged)?;
        let aad = context.associated_data(FORMAT, self.id());
        let mut plaintext = body.to_vec();
        self.cipher(&envelope[SALT_AT..NONCE_AT], context)
            .decrypt_inout_detached(&nonce, &aad, plaintext.as_mut_slice().into(), &tag)
            .map_err(|_| OpenError::Damaged)?;
        Ok(SecretBytes::new(plaintext))
    }

    fn cipher(&self, salt: &[u8], context: &RecordContext<'_>) -> Aes256Gcm {
        let subkey = self.derive_subkey::<32>(salt, &[PURPOSE, context.table]);
        Aes256Gcm::new((&*subkey).into())
    }
}
