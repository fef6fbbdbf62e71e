//! A keyring in memory whose answers a test scripts.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use async_trait::async_trait;
use storm_domain::port::{Keyring, KeyringError};
use storm_secret::SecretBytes;

/// Entries in memory. Errors that were scripted come first, one for each call, whether it reads or writes.
#[derive(Debug, Default)]
pub struct FakeKeyring {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    entries: BTreeMap<String, SecretBytes>,
    script: VecDeque<KeyringError>,
    always: Option<KeyringError>,
    forgetful: bool,
    writes: usize,
}

impl FakeKeyring {
    /// The next call fails like this; several calls line up.
    pub fn fail_next(&self, error: KeyringError) {
        self.inner.lock().unwrap().script.push_back(error);
    }

    /// Every call fails like this, until `None`.
    pub fn fail_always(&self, error: Option<KeyringError>) {
        self.inner.lock().unwrap().always = error;
    }

    /// Writes are answered with success, but nothing is kept.
    pub fn forget_what_is_written(&self) {
        self.inner.lock().unwrap().forgetful = true;
    }

    /// Everything is gone, as after a new login keyring.
    pub fn wipe(&self) {
        self.inner.lock().unwrap().entries.clear();
    }

    /// The names of all entries.
    pub fn users(&self) -> Vec<String> {
        self.inner.lock().unwrap().entries.keys().cloned().collect()
    }

    /// Puts an entry as if another program had.
    pub fn put(&self, user: &str, secret: SecretBytes) {
        self.inner.lock().unwrap().entries.insert(user.to_owned(), secret);
    }

    /// How often something was written.
    pub fn writes(&self) -> usize {
        self.inner.lock().unwrap().writes
    }
}

impl Inner {
    fn refusal(&mut self) -> Result<(), KeyringError> {
        match self.script.pop_front().or(self.always) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Keyring for FakeKeyring {
    fn backend(&self) -> String {
        "Fake keyring".to_owned()
    }

    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        let mut inner = self.inner.lock().unwrap();
        inner.refusal()?;
        inner.entries.get(user).cloned().ok_or(KeyringError::NoEntry)
    }

    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        let mut inner = self.inner.lock().unwrap();
        inner.writes += 1;
        inner.refusal()?;
        if !inner.forgetful {
            inner.entries.insert(user.to_owned(), secret.clone());
        }
        Ok(())
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        let mut inner = self.inner.lock().unwrap();
        inner.refusal()?;
        inner.entries.remove(user);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn scripted_failures_come_first_and_in_order() {
        let keyring = FakeKeyring::default();
        keyring.write("user", &SecretBytes::new(*b"key")).await.unwrap();
        keyring.fail_next(KeyringError::PromptDismissed);
        keyring.fail_next(KeyringError::TimedOut);
        assert_eq!(keyring.read("user").await.unwrap_err(), KeyringError::PromptDismissed);
        assert_eq!(keyring.read("user").await.unwrap_err(), KeyringError::TimedOut);
        assert_eq!(keyring.read("user").await.unwrap().expose(), b"key");
        keyring.wipe();
        assert_eq!(keyring.read("user").await.unwrap_err(), KeyringError::NoEntry);
    }
}
