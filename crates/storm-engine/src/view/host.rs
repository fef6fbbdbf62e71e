//! The program itself: its version and its vault.

use serde::{Deserialize, Serialize};
use storm_domain::Failure;

use super::TypedSecret;

/// The program.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct HostView {
    /// Semantic version.
    pub version: String,
    /// Where the vault stands.
    pub vault: VaultView,
    /// Where the data lies, for the settings page.
    pub data_folder: String,
}

/// Where the vault stands. Each state has its own screen and its own way out.
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
    /// There is no keyring, and the vault is empty: a passphrase can protect it.
    NoKeyring,
    /// The vault is protected by a passphrase.
    PassphraseNeeded,
    /// The vault has records, but the keyring has no key for it, or none that fits.
    KeyMissing {
        /// The keyring's name.
        backend: String,
        /// What exactly is wrong, and what to do.
        failure: Failure,
    },
    /// The vault cannot be opened for another reason.
    Failed {
        /// Why, and what to do.
        failure: Failure,
    },
}

/// Creates or opens a vault that is protected by a passphrase.
#[derive(Debug, Deserialize, specta::Type)]
pub struct PassphraseRequest {
    /// At least twelve characters when creating.
    #[specta(type = String)]
    pub passphrase: TypedSecret,
}
