//! A file that a passphrase opens, on any computer, until its end: format 1.
//!
//! It is put together from what a vault is made of: a master key of its own, wrapped under the passphrase ([`MasterKey::wrap`]), and one
//! envelope ([`MasterKey::seal`]) that is bound to everything in front of it. Nothing here is a cipher of its own.
//!
//! INVARIANT: what a file asks for is bounded before anything is derived from it, its end is looked at before and after, and each
//! reason why it does not open is told from the others as far as that can be known. The format is drawn in the crate's README.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use storm_secret::{Passphrase, SecretBytes};
use thiserror::Error;

use crate::passphrase::LENGTH as WRAP_LENGTH;
use crate::{MasterKey, PassphraseCost, RecordContext, SealError, UnwrapError, WrapError};

/// No text file, archive or key begins so.
const MAGIC: &[u8; 8] = b"STRMFILE";
const VERSION: u8 = 1;
const ID_AT: usize = MAGIC.len() + 1;
const MADE_AT: usize = ID_AT + 16;
const ENDS_AT: usize = MADE_AT + 8;
const WRAP_AT: usize = ENDS_AT + 8;
const ENVELOPE_AT: usize = WRAP_AT + WRAP_LENGTH;
const CHECK_LENGTH: usize = 32;

/// What a sealed file says of itself without its passphrase. Only what [`SealedFile::open`] gives back is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedFileHead {
    /// Random, one for each file.
    pub id: [u8; 16],
    /// When it was made, in milliseconds since 1970.
    pub made_at: i64,
    /// The last moment at which it is opened, in milliseconds since 1970.
    pub ends_at: i64,
}

/// A file whose shape is that of a sealed one, not opened yet.
#[derive(Debug, Clone, Copy)]
pub struct SealedFile<'a> {
    bytes: &'a [u8],
    head: SealedFileHead,
}

/// A sealed file was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the system has too few resources")]
pub struct SealFileError;

impl From<SealError> for SealFileError {
    fn from(_: SealError) -> Self {
        Self
    }
}

impl From<WrapError> for SealFileError {
    fn from(_: WrapError) -> Self {
        Self
    }
}

/// A sealed file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenFileError {
    /// It does not begin as one.
    #[error("this is no sealed file")]
    NotSealed,
    /// Of a format made later.
    #[error("the format is newer")]
    NewerVersion,
    /// Cut off or changed: by accident, which its check shows, or on purpose, which the envelope shows.
    #[error("the file is damaged")]
    Damaged,
    /// Its last moment is over.
    #[error("the file has ended")]
    Ended {
        /// In milliseconds since 1970.
        at: i64,
    },
    /// Argon2id parameters that are never written.
    #[error("the cost is out of bounds")]
    CostOutOfBounds,
    /// The memory that Argon2id needs was not to be had.
    #[error("there is not enough memory")]
    NoMemory,
    /// Another passphrase; or the wrapped key was changed and the check made good again, which the cipher cannot tell from it.
    #[error("the passphrase is wrong")]
    WrongPassphrase,
}

impl<'a> SealedFile<'a> {
    /// Whether a file begins as a sealed one of any version.
    #[must_use]
    pub fn is_one(bytes: &[u8]) -> bool {
        bytes.starts_with(MAGIC)
    }

    /// Seals `content` until `ends_at`. Takes about a second and `cost` of memory: not for an async thread.
    pub fn seal(
        passphrase: &Passphrase,
        cost: PassphraseCost,
        head: SealedFileHead,
        content: &SecretBytes,
    ) -> Result<Vec<u8>, SealFileError> {
        let key = MasterKey::make()?;
        let mut file = Vec::with_capacity(ENVELOPE_AT + content.len() + MasterKey::ENVELOPE_OVERHEAD + CHECK_LENGTH);
        file.extend_from_slice(MAGIC);
        file.push(VERSION);
        file.extend_from_slice(&head.id);
        file.extend_from_slice(&head.made_at.to_be_bytes());
        file.extend_from_slice(&head.ends_at.to_be_bytes());
        file.extend_from_slice(&key.wrap(passphrase, head.id, cost)?);
        let bound = fingerprint(&file);
        file.extend_from_slice(&key.seal(&context(head.id, &bound), content)?);
        let check = Sha256::digest(&file);
        file.extend_from_slice(&check);
        Ok(file)
    }

    /// Looks at a file without its passphrase: what it is, whether it is whole.
    pub fn read(bytes: &'a [u8]) -> Result<Self, OpenFileError> {
        if !Self::is_one(bytes) {
            return Err(OpenFileError::NotSealed);
        }
        // A later format may be laid out in another way: that is said before anything else of it is believed.
        match bytes.get(MAGIC.len()) {
            None => return Err(OpenFileError::Damaged),
            Some(version) if *version > VERSION => return Err(OpenFileError::NewerVersion),
            Some(version) if *version != VERSION => return Err(OpenFileError::Damaged),
            Some(_) => {}
        }
        if bytes.len() < ENVELOPE_AT + MasterKey::ENVELOPE_OVERHEAD + CHECK_LENGTH {
            return Err(OpenFileError::Damaged);
        }
        let (sealed, check) = bytes.split_at(bytes.len() - CHECK_LENGTH);
        if Sha256::digest(sealed).as_slice() != check {
            return Err(OpenFileError::Damaged);
        }
        let head = SealedFileHead {
            id: part(bytes, ID_AT),
            made_at: i64::from_be_bytes(part(bytes, MADE_AT)),
            ends_at: i64::from_be_bytes(part(bytes, ENDS_AT)),
        };
        Ok(Self { bytes: sealed, head })
    }

    /// What it says of itself.
    #[must_use]
    pub fn head(&self) -> SealedFileHead {
        self.head
    }

    /// Opens it, unless it has ended at `now`, in milliseconds since 1970. Takes as long as sealing did.
    pub fn open(&self, passphrase: &Passphrase, now: i64) -> Result<SecretBytes, OpenFileError> {
        if self.head.ends_at < now {
            return Err(OpenFileError::Ended { at: self.head.ends_at });
        }
        let (front, envelope) = self.bytes.split_at(ENVELOPE_AT);
        let key = MasterKey::unwrap(&front[WRAP_AT..], passphrase, self.head.id).map_err(|error| match error {
            UnwrapError::UnknownFormat => OpenFileError::Damaged,
            UnwrapError::CostOutOfBounds => OpenFileError::CostOutOfBounds,
            UnwrapError::NoMemory => OpenFileError::NoMemory,
            UnwrapError::WrongPassphrase => OpenFileError::WrongPassphrase,
        })?;
        // The envelope opens only behind the front that it was sealed for, so its id and its dates are what they were.
        key.open(&context(self.head.id, &fingerprint(front)), envelope).map_err(|_| OpenFileError::Damaged)
    }
}

fn context(id: [u8; 16], bound: &str) -> RecordContext<'_> {
    RecordContext { vault: id, table: "sealed-file", record: bound, field: "content", generation: u64::from(VERSION) }
}

/// SHA-256 of everything in front of the envelope, in hexadecimal.
fn fingerprint(front: &[u8]) -> String {
    Sha256::digest(front).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}"); // writing to a String cannot fail
        text
    })
}

/// `N` bytes of a file that is known to be long enough.
fn part<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}
