//! Whether secrets can be kept, tried here and now: a round trip of the keyring and one of the vault, each with something of its
//! own that is no secret.
//!
//! INVARIANT: nothing that is kept is touched, the master key's entry least of all, and what was written for a test is taken away
//! by it, however it ends. Each of the two has one fixed name for a vault, so that what a crash in between leaves there is taken
//! away by the next test.

use std::fs::TryLockError;
use std::io;

use storm_domain::VaultError;
use storm_domain::port::{Entropy, Keyring, KeyringError};
use storm_secret::SecretBytes;
use thiserror::Error;
use uuid::Uuid;

use crate::folder::open_private;
use crate::{SqliteVault, setting};

/// A keyring that does not keep what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyringFault {
    /// It did not take, give or remove it.
    #[error("the keyring did not take, give or remove an entry")]
    Keyring(#[from] KeyringError),
    /// It took it, and gave nothing or something else back.
    #[error("the keyring did not keep what was written to it")]
    Forgetful,
    /// It still gives what it was told to remove.
    #[error("the keyring kept what it was told to remove")]
    Clinging,
}

impl SqliteVault {
    /// Asks the keyring for something that it does not have, which it can only say when it is there and unlocked. Writes
    /// nothing, so that a prompt which is answered much later leaves nothing behind.
    ///
    /// # Errors
    /// Why it does not answer.
    pub async fn ask_keyring(&self, keyring: &dyn Keyring) -> Result<(), KeyringError> {
        match keyring.read(&self.test_user()).await {
            // The others are left from a test that was cut off; an entry that is there was found in an unlocked keyring, too.
            Ok(_) | Err(KeyringError::NoEntry | KeyringError::Ambiguous | KeyringError::Garbage) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Writes an entry of its own, reads it back, removes it, and looks whether it is gone.
    ///
    /// # Errors
    /// At which of these the keyring failed first.
    pub async fn try_keyring(&self, keyring: &dyn Keyring, entropy: &dyn Entropy) -> Result<(), KeyringFault> {
        let (user, given) = (self.test_user(), made_up(entropy));
        let kept = keeps(keyring, &user, &given).await;
        let removed = keyring.remove(&user).await;
        kept?;
        removed?;
        match keyring.read(&user).await {
            Err(KeyringError::NoEntry) => Ok(()),
            Err(error) => Err(error.into()),
            Ok(_) => Err(KeyringFault::Clinging),
        }
    }

    /// Seals a record of its own, writes it, reads it on another connection, opens it, erases it, and looks whether it is gone.
    ///
    /// # Errors
    /// What failed first; [`VaultError::DatabaseDamaged`] when it came back as something else, or not at all, or would not go.
    pub async fn try_storage(&self, entropy: &dyn Entropy) -> Result<(), VaultError> {
        let given = made_up(entropy);
        let kept = self.keeps(&given).await;
        let erased = self.erase_setting(setting::SELF_TEST).await;
        kept?;
        erased?;
        match self.read_setting(setting::SELF_TEST).await? {
            None => Ok(()),
            Some(_) => Err(VaultError::DatabaseDamaged),
        }
    }

    /// Whether a second program that wanted the vault lock now would be kept out. Only to be asked of a disk of this computer:
    /// across a network, taking a lock that is ours may be what loses it.
    ///
    /// # Errors
    /// When the lock file cannot be opened.
    pub fn keeps_others_out(&self) -> io::Result<bool> {
        match open_private(&self.folder().lock())?.try_lock() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    async fn keeps(&self, given: &SecretBytes) -> Result<(), VaultError> {
        self.put_setting(setting::SELF_TEST, given.clone()).await?;
        match self.read_setting(setting::SELF_TEST).await {
            Ok(Some(read)) if is_same(&read, given) => Ok(()),
            // One that was written just now is neither an older version's nor a newer one's.
            Ok(_) | Err(VaultError::Damaged | VaultError::NewerSchema) => Err(VaultError::DatabaseDamaged),
            Err(error) => Err(error),
        }
    }

    async fn read_setting(&self, name: &'static str) -> Result<Option<SecretBytes>, VaultError> {
        setting::one(&mut *self.reader().await?, &self.seal, name).await
    }

    async fn erase_setting(&self, name: &'static str) -> Result<(), VaultError> {
        self.writer.write_statement(move |connection| Box::pin(setting::erase(connection, name))).await
    }

    /// Under which name the keyring is tried. Not that of any key.
    fn test_user(&self) -> String {
        format!("test:{}", Uuid::from_bytes(self.seal.vault()))
    }
}

async fn keeps(keyring: &dyn Keyring, user: &str, given: &SecretBytes) -> Result<(), KeyringFault> {
    keyring.write(user, given).await?;
    match keyring.read(user).await {
        Ok(read) if is_same(&read, given) => Ok(()),
        Ok(_) | Err(KeyringError::NoEntry) => Err(KeyringFault::Forgetful),
        Err(error) => Err(error.into()),
    }
}

/// Plain ASCII, which every keyring takes, and different each time.
fn made_up(entropy: &dyn Entropy) -> SecretBytes {
    SecretBytes::new(format!("test.{}", entropy.make_uuid()).into_bytes())
}

fn is_same(read: &SecretBytes, given: &SecretBytes) -> bool {
    // EXPOSE: made up for the test; nothing is opened by it.
    read.expose() == given.expose()
}
