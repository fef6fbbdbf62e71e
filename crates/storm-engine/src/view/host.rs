//! The program itself: its version and its vault.

use serde::{Deserialize, Serialize};
use storm_domain::Failure;

use super::{BackupView, TypedSecret, VaultNotice};

/// The program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct HostView {
    /// Semantic version.
    pub version: String,
    /// Where the vault stands.
    pub vault: VaultView,
    /// What opens a closed vault, best first; empty while it is open or being opened.
    pub ways_out: Vec<WayOut>,
    /// How the key of an open vault is kept.
    pub protection: Option<ProtectionView>,
    /// Where the data lies, for the settings page.
    pub data_folder: String,
    /// What the user should know while it is open, most urgent first.
    pub notices: Vec<VaultNotice>,
    /// The last good copy, offered while the database is damaged or missing.
    pub backup: Option<BackupView>,
}

/// Where the vault stands. Each state has its own screen and its own ways out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "vault", rename_all = "snake_case")]
pub enum VaultView {
    /// The keyring is being asked.
    Opening,
    /// Usable.
    Unlocked {
        /// What protects the master key: "GNOME Keyring", "passphrase".
        protection: String,
    },
    /// The keyring is locked, and its prompt was dismissed or not answered.
    KeyringLocked {
        /// Its name.
        backend: String,
        /// Whether its prompt may still be open.
        prompt_open: bool,
    },
    /// The vault is empty, and there is no keyring that could keep a key: a passphrase can protect it.
    NoKeyring {
        /// What exactly is wrong with the keyring.
        problem: KeyProblem,
        /// The same in words, and what to do.
        failure: Failure,
    },
    /// The vault is protected by a passphrase.
    PassphraseNeeded,
    /// The vault has a key, but the keyring does not give it.
    KeyMissing {
        /// The keyring's name.
        backend: String,
        /// What exactly is wrong.
        problem: KeyProblem,
        /// The same in words, and what to do.
        failure: Failure,
    },
    /// The vault cannot be opened for another reason.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

/// What keeps the keyring from giving or taking a vault's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyProblem {
    /// It has no entry for this vault.
    NoEntry,
    /// Its entry is another vault's key.
    WrongKey,
    /// It has several entries.
    Ambiguous,
    /// Its entry is not a key.
    Garbage,
    /// It took a key and did not give it back.
    Forgetful,
    /// Its prompt was dismissed.
    PromptDismissed,
    /// Its prompt waits for an answer.
    PromptOpen,
    /// There is no session bus.
    NoBus,
    /// There is no keyring service.
    NoService,
    /// It has no default collection.
    NoCollection,
    /// It is installed and switched off.
    Refused,
    /// It does not answer.
    Unresponsive,
    /// It ended while it was asked.
    Vanished,
    /// It does not let this program have its entry.
    AccessDenied,
    /// It cannot be opened in this session.
    NoSession,
    /// The entry is too long for it.
    TooLong,
    /// It reported an error.
    Failed,
}

/// What may open a closed vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum WayOut {
    /// Ask the keyring again.
    Retry,
    /// Enter the passphrase.
    Passphrase,
    /// Enter the recovery code.
    RecoveryCode,
    /// Choose a passphrase for a new vault.
    CreatePassphrase,
}

/// How the key of an open vault is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProtectionView {
    /// The keyring's name.
    pub backend: String,
    /// In the keyring.
    pub keyring: bool,
    /// It should be in the keyring, but the vault had to be opened otherwise: it is to be put back.
    pub keyring_lost: bool,
    /// Under a passphrase.
    pub passphrase: bool,
    /// Under a recovery code.
    pub recovery_code: bool,
}

/// A passphrase on its way in.
#[derive(Debug, Deserialize, specta::Type)]
pub struct PassphraseRequest {
    /// At least twelve characters when it is new.
    #[specta(type = String)]
    pub passphrase: TypedSecret,
}

/// A recovery code on its way in.
#[derive(Debug, Deserialize, specta::Type)]
pub struct RecoveryCodeRequest {
    /// As it was typed.
    #[specta(type = String)]
    pub code: TypedSecret,
}
