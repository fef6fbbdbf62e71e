//! Why a vault does not open: each state apart, because each has its own message and its own way out.

use storm_domain::VaultError;
use storm_domain::port::KeyringError;
use thiserror::Error;

use crate::LockError;
use crate::fault::of_io;

/// The vault did not open. Nothing was changed, and no key was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The vault's key is in a keyring that did not give it, for this reason. Ways out: mend the keyring and try again, the
    /// passphrase or the recovery code.
    #[error("the keyring did not give the vault's key")]
    Keyring(KeyringError),
    /// The vault is new, and the keyring cannot take a key, for this reason. Way out: a passphrase.
    #[error("the keyring cannot keep a key for a new vault")]
    NoKeyring(KeyringError),
    /// The keyring took a new key and did not give it back; it was not used. Way out: a passphrase.
    #[error("the keyring did not keep what was written to it")]
    KeyringForgetful,
    /// The key is a key, but not this vault's.
    #[error("the key in the keyring belongs to another vault")]
    WrongKey,
    /// The vault has no passphrase, or no recovery code, or there is no vault.
    #[error("the vault does not open in this way")]
    NoSuchWay,
    /// The recovery code is another vault's, or one that was replaced.
    #[error("the recovery code is wrong")]
    RecoveryCodeWrong,
    /// The vault opens with a passphrase.
    #[error("the vault opens with a passphrase")]
    PassphraseNeeded,
    /// Not this one.
    #[error("the passphrase is wrong")]
    PassphraseWrong,
    /// Too few characters for a new passphrase.
    #[error("the passphrase is too short")]
    PassphraseTooShort,
    /// There is a vault already.
    #[error("there is a vault already")]
    Exists,
    /// Written by a newer version; left untouched.
    #[error("the vault belongs to a newer version")]
    NewerSchema,
    /// There was a vault, and its database is not there any more. Way out: bring it back, or the last good backup.
    #[error("the vault's database is missing")]
    DatabaseMissing,
    /// The database or its header is damaged. Way out: the last good backup.
    #[error("the vault's database is damaged")]
    DatabaseDamaged,
    /// No space, or quota used up.
    #[error("the disk is full")]
    DiskFull,
    /// Read-only file system, or the permission is gone.
    #[error("the vault cannot be written")]
    NotWritable,
    /// The disk reported an error.
    #[error("the disk reported an error")]
    Disk,
    /// The system gave no random bytes, memory or thread.
    #[error("the system has too few resources to open the vault")]
    Resources,
    /// Another host holds the vault.
    #[error("another process holds the vault")]
    Busy,
}

impl From<VaultError> for OpenError {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::DiskFull => Self::DiskFull,
            VaultError::NotWritable => Self::NotWritable,
            VaultError::Disk => Self::Disk,
            VaultError::NewerSchema => Self::NewerSchema,
            VaultError::Locked => Self::Resources,
            _ => Self::DatabaseDamaged,
        }
    }
}

impl From<LockError> for OpenError {
    fn from(error: LockError) -> Self {
        match error {
            LockError::Busy => Self::Busy,
            LockError::Io(error) => of_io(&error).into(),
        }
    }
}

impl OpenError {
    /// What a keyring error means for a vault whose key is in the keyring, or for a new one.
    pub(crate) fn of_keyring(error: KeyringError, is_new: bool) -> Self {
        match error {
            KeyringError::NoEntry if is_new => Self::KeyringForgetful,
            error if is_new => Self::NoKeyring(error),
            error => Self::Keyring(error),
        }
    }
}
