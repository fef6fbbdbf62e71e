//! The operating system's keyring. It holds one thing only: the master key of a vault; and, while it is tried, something that is
//! none.

use async_trait::async_trait;
use storm_secret::SecretBytes;
use thiserror::Error;

/// Each state of a keyring that is not "here is your key", apart because each has its own cause and its own way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum KeyringError {
    /// The keyring says that there is no such entry. While a vault holds records this is NOT absence.
    #[error("the keyring has no such entry")]
    NoEntry,
    /// Locked; the user dismissed the prompt.
    #[error("the keyring is locked, and its prompt was dismissed")]
    PromptDismissed,
    /// Its prompt is still waiting; nothing came within the deadline.
    #[error("the keyring's prompt was not answered in time")]
    TimedOut,
    /// There is no session bus, over which a keyring could be reached (Linux).
    #[error("there is no session bus")]
    NoBus,
    /// There is a bus, and no keyring service on it.
    #[error("there is no keyring on this system")]
    NoService,
    /// The service has no default collection to keep an entry in (Linux).
    #[error("the keyring has no default collection")]
    NoCollection,
    /// A keyring is installed and does not serve: switched off, or it ends as soon as it is started.
    #[error("the keyring is switched off")]
    Refused,
    /// The service is there and answers nothing.
    #[error("the keyring does not answer")]
    Unresponsive,
    /// The service ended while it was asked.
    #[error("the keyring ended while it was asked")]
    Vanished,
    /// The system does not let this program have its entry: the user denied it, or the program's signature changed (macOS).
    #[error("the keyring does not let this program have its entry")]
    AccessDenied,
    /// A session without a logon or a screen, such as one over SSH, in which the keyring cannot be opened (Windows, macOS).
    #[error("the keyring cannot be opened in this session")]
    NoSession,
    /// The entry is longer than the keyring takes (Windows: 2,560 bytes).
    #[error("the entry is too long for the keyring")]
    TooLong,
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

/// One entry per vault and key: `service` = the bundle id, `user` = `mk:<vault uuid>:<key id>`; while a keyring is tried,
/// `test:<vault uuid>` beside it.
#[async_trait]
pub trait Keyring: Send + Sync {
    /// A name to show: "GNOME Keyring", "Keychain", "Credential Manager".
    fn backend(&self) -> String;
    /// Reads an entry.
    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError>;
    /// Writes an entry; afterwards it is the only one of this name.
    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError>;
    /// Removes every entry of this name. Doing it again is not an error.
    async fn remove(&self, user: &str) -> Result<(), KeyringError>;
}
