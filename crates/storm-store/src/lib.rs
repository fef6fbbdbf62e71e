#![doc = include_str!("../README.md")]

mod activity;
mod backup;
mod basis;
mod credential;
mod database;
mod epoch;
mod fault;
mod file_system;
mod folder;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod generation;
mod grant;
mod header;
mod inspection;
mod integration;
mod key_rotation;
mod landing;
mod lease;
mod lock;
#[cfg(test)]
mod many_rows;
mod mark;
mod open_error;
mod opening;
mod os_keyring;
mod payload;
mod protection;
mod registration;
mod revocation;
mod rotation;
mod seal;
mod sealed_export;
mod secret_rotation;
mod self_test;
mod setting;
mod vault;
mod writer;

pub use activity::ChainVerdict;
pub use backup::Backup;
pub use folder::VaultFolder;
pub use key_rotation::{KeyRotation, KeyRotationError};
pub use lock::{LockError, VaultLock};
pub use open_error::OpenError;
pub use opening::{
    PASSPHRASE_LEAST_CHARACTERS, create_passphrase_vault, open_vault, open_with_passphrase, open_with_recovery_code,
};
pub use os_keyring::OsKeyring;
pub use protection::{OpenedBy, Protection, ProtectionError};
pub use sealed_export::{
    LONGEST_EXPORT, MOST_EXPORTED, check_passphrase, is_export, open_export, read_export_term, seal_export,
};
pub use self_test::KeyringFault;
pub use storm_crypto::{PassphraseCost, RecoveryCodeError, RecoveryKey};
pub use vault::SqliteVault;
