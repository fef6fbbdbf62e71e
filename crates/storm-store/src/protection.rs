//! How the master key is kept: in the OS keyring, under a passphrase, under a recovery code, and in several of these at once.
//!
//! INVARIANT: a way in is believed only after it has given the key back, and the last way that a person can use every day
//! (keyring or passphrase) is never taken away.

use sqlx::SqliteConnection;
use storm_crypto::{MasterKey, PassphraseCost, RecoveryKey};
use storm_domain::VaultError;
use storm_domain::port::{Keyring, KeyringError};
use storm_secret::Passphrase;
use thiserror::Error;

use crate::fault::{of_seal, of_sqlx};
use crate::header::{Header, keyring_user};
use crate::opening::{PASSPHRASE_LEAST_CHARACTERS, apart};
use crate::{SqliteVault, VaultFolder, database};

/// The ways in which a vault's key is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Protection {
    /// In the OS keyring. Whether it is still there is another question.
    pub keyring: bool,
    /// Under a passphrase.
    pub passphrase: bool,
    /// Under a recovery code.
    pub recovery_code: bool,
}

/// What a vault was opened with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpenedBy {
    /// The key in the OS keyring.
    Keyring,
    /// The passphrase.
    Passphrase,
    /// The recovery code.
    RecoveryCode,
}

/// How the key is kept was not changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProtectionError {
    /// The vault could not be written.
    #[error("the vault could not be written")]
    Vault(VaultError),
    /// The keyring did not take or give the key.
    #[error("the keyring did not take or give the key")]
    Keyring(KeyringError),
    /// The keyring took the key and did not give it back.
    #[error("the keyring did not keep what was written to it")]
    KeyringForgetful,
    /// Nothing else would open the vault from day to day.
    #[error("it is the last way into the vault")]
    LastWay,
    /// Too few characters for a new passphrase.
    #[error("the passphrase is too short")]
    PassphraseTooShort,
    /// The system gave no random bytes, memory or thread.
    #[error("the system has too few resources")]
    Resources,
}

impl From<VaultError> for ProtectionError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

impl From<KeyringError> for ProtectionError {
    fn from(error: KeyringError) -> Self {
        Self::Keyring(error)
    }
}

impl VaultFolder {
    /// How the key of a vault that is closed is kept; `None` when there is no vault, or it cannot be read.
    pub async fn protection(&self) -> Option<Protection> {
        let mut connection = database::connect_to_read(self).await.ok()?;
        read(&mut connection).await.ok().flatten()
    }
}

async fn read(connection: &mut SqliteConnection) -> Result<Option<Protection>, VaultError> {
    let row: Option<(bool, bool, bool)> =
        sqlx::query_as("SELECT in_keyring, passphrase_wrap IS NOT NULL, recovery_wrap IS NOT NULL FROM header")
            .fetch_optional(connection)
            .await
            .map_err(of_sqlx)?;
    Ok(row.map(|(keyring, passphrase, recovery_code)| Protection { keyring, passphrase, recovery_code }))
}

impl SqliteVault {
    /// How the key is kept.
    pub async fn protection(&self) -> Result<Protection, VaultError> {
        read(&mut *self.reader().await?).await?.ok_or(VaultError::DatabaseDamaged)
    }

    /// Lets a recovery code open the vault, instead of the one before, if there was one.
    pub async fn put_recovery_code(&self, recovery: &RecoveryKey) -> Result<(), ProtectionError> {
        let (key, vault) = (self.seal.key(), self.seal.vault());
        let wrap = key.wrap_for_recovery(recovery, vault).map_err(of_seal)?;
        let opened = MasterKey::unwrap_with_recovery(&wrap, recovery, vault);
        if !opened.is_ok_and(|opened| opened.is_same(key)) {
            return Err(ProtectionError::Resources);
        }
        self.update_header("UPDATE header SET recovery_wrap = ?1", Some(wrap)).await
    }

    /// No recovery code opens the vault any more.
    pub async fn remove_recovery_code(&self) -> Result<(), ProtectionError> {
        self.update_header("UPDATE header SET recovery_wrap = ?1", None).await
    }

    /// Lets a passphrase open the vault, instead of the one before, if there was one. Takes about a second.
    pub async fn put_passphrase(&self, passphrase: Passphrase, cost: PassphraseCost) -> Result<(), ProtectionError> {
        // EXPOSE: its length in characters.
        if passphrase.expose().chars().count() < PASSPHRASE_LEAST_CHARACTERS {
            return Err(ProtectionError::PassphraseTooShort);
        }
        let seal = std::sync::Arc::clone(&self.seal);
        let wrap =
            apart(move || seal.key().wrap(&passphrase, seal.vault(), cost).map_err(|_| crate::OpenError::Resources));
        let wrap = wrap.await.map_err(|_| ProtectionError::Resources)?;
        self.update_header("UPDATE header SET passphrase_wrap = ?1", Some(wrap)).await
    }

    /// No passphrase opens the vault any more; the key must be in the keyring.
    pub async fn remove_passphrase(&self) -> Result<(), ProtectionError> {
        self.update_header("UPDATE header SET passphrase_wrap = ?1 WHERE in_keyring", None).await
    }

    /// Puts the key into the keyring, in place of whatever was there under its name, and reads it back before it is believed.
    pub async fn put_key_into_keyring(&self, keyring: &dyn Keyring) -> Result<(), ProtectionError> {
        let (key, user) = (self.seal.key(), self.seal.keyring_user());
        keyring.write(&user, &key.keyring_line()).await?;
        let line = match keyring.read(&user).await {
            Err(KeyringError::NoEntry) => return Err(ProtectionError::KeyringForgetful),
            line => line?,
        };
        if !MasterKey::of_keyring_line(&line).is_ok_and(|read| read.is_same(key)) {
            return Err(ProtectionError::KeyringForgetful);
        }
        self.update_header("UPDATE header SET in_keyring = ?1 IS NULL", None).await
    }

    /// Takes the key out of the keyring; there must be a passphrase.
    pub async fn take_key_from_keyring(&self, keyring: &dyn Keyring) -> Result<(), ProtectionError> {
        let taken = "UPDATE header SET in_keyring = ?1 IS NOT NULL WHERE passphrase_wrap IS NOT NULL";
        self.update_header(taken, None).await?;
        // One that a change of the master key could not take out: no later opening would ask this keyring for it.
        let header = Header::read(&mut *self.reader().await?).await?;
        if let Some((vault, retired)) = header.and_then(|header| Some((header.vault_id, header.retired?))) {
            keyring.remove(&keyring_user(vault, retired)).await?;
        }
        Ok(keyring.remove(&self.seal.keyring_user()).await?)
    }

    /// Writes a wrap; a statement that finds nothing to write would have taken the last way in.
    async fn update_header(&self, statement: &'static str, wrap: Option<Vec<u8>>) -> Result<(), ProtectionError> {
        let update = sqlx::query(statement).bind(wrap);
        let updated = self.writer.write_statement(move |connection| {
            Box::pin(async move { update.execute(connection).await.map(|done| done.rows_affected()).map_err(of_sqlx) })
        });
        if updated.await? == 0 { Err(ProtectionError::LastWay) } else { Ok(()) }
    }
}
