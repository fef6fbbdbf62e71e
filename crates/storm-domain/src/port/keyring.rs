//! The operating system's keyring. It holds one thing only: the master key of a vault.

use async_trait::async_trait;
use storm_secret::SecretBytes;
use thiserror::Error;

/// Each state of a keyring that is not "here is your key", apart because each has its own way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The keyring says that there is no such entry. While a vault holds records this is NOT absence.
    #[error("the keyring has no such entry")]
    NoEntry,
    /// Locked; the user dismissed the prompt.
    #[error("the keyring is locked, and its prompt was dismissed")]
    PromptDismissed,
    /// Locked, or its prompt is still waiting; nothing came within the deadline.
    #[error("the keyring did not answer in time; its prompt may be waiting")]
    TimedOut,
    /// There is no keyring service on this system.
    #[error("there is no keyring on this system")]
    NoService,
    /// The service answered with an error.
    #[error("the keyring reported an error")]
    Failed,
    /// More than one entry matches.
    #[error("the keyring has more than one matching entry")]
    Ambiguous,
    /// The entry is not what we wrote.
    #[error("the keyring's entry is not a key of Storm Connect")]
    Garbage,
}

/// One entry per vault and key: `service` = the bundle id, `user` = `mk:<vault uuid>:<key id>`.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// A name to show: "GNOME Keyring", "Keychain", "Credential Manager".
    fn backend(&self) -> String;
    /// Reads an entry.
    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError>;
    /// Writes an entry.
    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError>;
}
