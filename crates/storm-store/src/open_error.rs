//! Why a vault does not open: each state apart, because each has its own message and its own way out.

use storm_domain::VaultError;
use storm_domain::port::KeyringError;
use thiserror::Error;

use crate::LockError;
use crate::fault::of_io;

/// Why the keyring is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LockedBecause {
    /// The user dismissed its prompt. Way out: try again.
    PromptDismissed,
    /// Nothing came within the deadline; the prompt may still be waiting. Way out: answer it, try again.
    TimedOut,
}

/// The vault did not open. Nothing was changed, and no key was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The keyring is locked.
    #[error("the keyring is locked")]
    KeyringLocked(LockedBecause),
    /// The vault is new and there is no keyring. Way out: a passphrase.
    #[error("there is no keyring on this system")]
    NoKeyring,
    /// The vault's key is in a keyring that is not running. Way out: start it, try again.
    #[error("the keyring that holds the vault's key cannot be reached")]
    KeyringUnreachable,
    /// The keyring answered with an error. Way out: try again.
    #[error("the keyring reported an error")]
    KeyringFailed,
    /// The keyring took a new key and did not give it back; it was not used. Way out: a passphrase.
    #[error("the keyring did not keep what was written to it")]
    KeyringForgetful,
    /// The keyring has no entry for this vault's key. No new key is made: it could open nothing. Way out: bring the keyring
    /// back, or put the vault where its key is.
    #[error("the keyring does not hold this vault's key")]
    KeyMissing,
    /// The key is a key, but not this vault's.
    #[error("the key in the keyring belongs to another vault")]
    WrongKey,
    /// Several entries match.
    #[error("the keyring has more than one entry for this vault's key")]
    Ambiguous,
    /// The entry is not a key of ours.
    #[error("the keyring's entry is not a key of this program")]
    Garbage,
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
            KeyringError::NoEntry => Self::KeyMissing,
            KeyringError::PromptDismissed => Self::KeyringLocked(LockedBecause::PromptDismissed),
            KeyringError::TimedOut => Self::KeyringLocked(LockedBecause::TimedOut),
            KeyringError::NoService if is_new => Self::NoKeyring,
            KeyringError::NoService => Self::KeyringUnreachable,
            KeyringError::Ambiguous => Self::Ambiguous,
            KeyringError::Garbage => Self::Garbage,
            _ => Self::KeyringFailed,
        }
    }
}
