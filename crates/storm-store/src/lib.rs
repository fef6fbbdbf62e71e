#![doc = include_str!("../README.md")]

mod activity;
mod backup;
mod basis;
mod credential;
mod database;
mod epoch;
mod fault;
mod folder;
mod generation;
mod grant;
mod header;
mod integration;
mod landing;
mod lease;
mod lock;
mod open_error;
mod opening;
mod os_keyring;
mod payload;
mod registration;
mod revocation;
mod rotation;
mod seal;
mod vault;
mod writer;

pub use activity::ChainVerdict;
pub use backup::Backup;
pub use folder::VaultFolder;
pub use lock::{LockError, VaultLock};
pub use open_error::{LockedBecause, OpenError};
pub use opening::{PASSPHRASE_LEAST_CHARACTERS, create_passphrase_vault, open_vault, open_with_passphrase};
pub use os_keyring::OsKeyring;
pub use storm_crypto::PassphraseCost;
pub use vault::SqliteVault;
