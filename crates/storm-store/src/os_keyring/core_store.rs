//! A store of keyring-core as an [`Access`]: Keychain, Credential Manager, and the mock of the tests.
//!
//! An error of a store is never printed: some of its variants hold the secret.

use std::sync::Arc;

use keyring_core::{CredentialStore, Entry, Error};
use storm_domain::port::KeyringError;
use storm_secret::SecretBytes;

use super::{Access, Connected, SERVICE, status};

struct CoreStore {
    store: Arc<CredentialStore>,
    name: &'static str,
}

pub(super) fn access(store: Arc<CredentialStore>, name: &'static str) -> Connected {
    Box::new(CoreStore { store, name })
}

impl CoreStore {
    fn entry(&self, user: &str) -> Result<Entry, Error> {
        // The key belongs to a vault on this computer; a roaming profile must not carry it elsewhere.
        #[cfg(windows)]
        let modifiers = Some(std::collections::HashMap::from([("persistence", "Local")]));
        #[cfg(not(windows))]
        let modifiers = None;
        self.store.build(SERVICE, user, modifiers.as_ref())
    }
}

impl Access for CoreStore {
    fn name(&self) -> String {
        self.name.to_owned()
    }

    fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        let secret = self.entry(user).and_then(|entry| entry.get_secret());
        secret.map(SecretBytes::new).map_err(|error| meaning(&error))
    }

    fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        // EXPOSE: the keyring is where the master key is kept.
        let written = self.entry(user).and_then(|entry| entry.set_secret(secret.expose()));
        written.map_err(|error| meaning(&error))
    }

    fn remove(&self, user: &str) -> Result<(), KeyringError> {
        match self.entry(user).and_then(|entry| entry.delete_credential()).map_err(|error| meaning(&error)) {
            Err(KeyringError::NoEntry) => Ok(()),
            removed => removed,
        }
    }
}

/// What an error of a store means.
pub(super) fn meaning(error: &Error) -> KeyringError {
    match error {
        Error::NoEntry => KeyringError::NoEntry,
        Error::NoStorageAccess(cause) | Error::PlatformFailure(cause) => status::meaning(cause.as_ref()),
        Error::NoDefaultStore => KeyringError::NoService,
        Error::BadEncoding(_) | Error::BadDataFormat(..) => KeyringError::Garbage,
        Error::Ambiguous(_) => KeyringError::Ambiguous,
        Error::TooLong(..) => KeyringError::TooLong,
        _ => KeyringError::Failed,
    }
}
