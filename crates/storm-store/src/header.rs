//! The header: which key opens the vault, and how that key is kept.

use sqlx::SqliteConnection;
use storm_crypto::{KeyId, MasterKey, RecordContext};
use storm_domain::{Timestamp, VaultError};
use storm_secret::SecretBytes;
use uuid::Uuid;

use crate::fault::{of_seal, of_sqlx};

/// What the key-check value holds; that it opens is what counts.
const KEY_CHECK: &[u8] = b"storm-connect key check";

pub(crate) struct Header {
    pub(crate) vault_id: Uuid,
    pub(crate) key_id: KeyId,
    key_check: Vec<u8>,
    /// Whether the key is in the OS keyring.
    pub(crate) in_keyring: bool,
    /// The key wrapped under a passphrase.
    pub(crate) passphrase_wrap: Option<Vec<u8>>,
    /// The key wrapped under a recovery code.
    pub(crate) recovery_wrap: Option<Vec<u8>>,
    created_at: Timestamp,
    pub(crate) epoch: u64,
    /// Since when it is known that the database was put back from a backup.
    pub(crate) restored_at: Option<Timestamp>,
}

fn context(vault_id: Uuid) -> RecordContext<'static> {
    RecordContext { vault: vault_id.into_bytes(), table: "header", record: "", field: "key_check", generation: 0 }
}

impl Header {
    /// A header for a new vault with this key; without a passphrase's wrap it is in the keyring.
    pub(crate) fn make(
        vault_id: Uuid,
        key: &MasterKey,
        passphrase_wrap: Option<Vec<u8>>,
        created_at: Timestamp,
    ) -> Result<Self, VaultError> {
        let key_check = key.seal(&context(vault_id), &SecretBytes::new(KEY_CHECK)).map_err(of_seal)?;
        Ok(Self {
            vault_id,
            key_id: key.id(),
            key_check,
            in_keyring: passphrase_wrap.is_none(),
            passphrase_wrap,
            recovery_wrap: None,
            created_at,
            epoch: 0,
            restored_at: None,
        })
    }

    /// The name of the key's entry in the keyring.
    pub(crate) fn keyring_user(&self) -> String {
        keyring_user(self.vault_id, self.key_id)
    }

    /// Whether this key opens the vault; an error when the check value itself is damaged.
    pub(crate) fn is_opened_by(&self, key: &MasterKey) -> Result<bool, VaultError> {
        if key.id() != self.key_id {
            return Ok(false);
        }
        let opened = key.open(&context(self.vault_id), &self.key_check);
        opened.map(|_| true).map_err(|_| VaultError::DatabaseDamaged)
    }

    pub(crate) async fn read(connection: &mut SqliteConnection) -> Result<Option<Self>, VaultError> {
        type Row = (String, String, Vec<u8>, bool, Option<Vec<u8>>, Option<Vec<u8>>, i64, i64, Option<i64>);
        let row: Option<Row> = sqlx::query_as(
            "SELECT vault_id, key_id, key_check, in_keyring, passphrase_wrap, recovery_wrap, created_at, epoch, restored_at
             FROM header",
        )
        .fetch_optional(connection)
        .await
        .map_err(of_sqlx)?;
        let Some(row) = row else { return Ok(None) };
        let (vault_id, key_id, key_check, in_keyring, passphrase_wrap, recovery_wrap, created_at, epoch, restored_at) =
            row;
        Ok(Some(Self {
            vault_id: Uuid::parse_str(&vault_id).map_err(|_| VaultError::DatabaseDamaged)?,
            key_id: key_id.parse().map_err(|_| VaultError::DatabaseDamaged)?,
            key_check,
            in_keyring,
            passphrase_wrap,
            recovery_wrap,
            created_at: Timestamp(created_at),
            epoch: epoch.cast_unsigned(),
            restored_at: restored_at.map(Timestamp),
        }))
    }

    /// Writes the header of a new vault; never replaces one.
    pub(crate) async fn insert(&self, connection: &mut SqliteConnection) -> Result<(), VaultError> {
        sqlx::query(
            "INSERT INTO header (only, vault_id, key_id, key_check, passphrase_wrap, created_at, epoch, in_keyring)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )
        .bind(self.vault_id.to_string())
        .bind(self.key_id.to_string())
        .bind(&self.key_check)
        .bind(&self.passphrase_wrap)
        .bind(self.created_at.0)
        .bind(self.epoch.cast_signed())
        .bind(self.in_keyring)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
        Ok(())
    }
}

/// The name of a key's entry in the keyring.
pub(crate) fn keyring_user(vault_id: Uuid, key_id: KeyId) -> String {
    format!("mk:{vault_id}:{key_id}")
}

/// Whether anything lies in the vault that a new key could not open.
pub(crate) async fn holds_records(connection: &mut SqliteConnection) -> Result<bool, VaultError> {
    sqlx::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM integration) OR EXISTS (SELECT 1 FROM registration)
             OR EXISTS (SELECT 1 FROM generation) OR EXISTS (SELECT 1 FROM activity)",
    )
    .fetch_one(connection)
    .await
    .map_err(of_sqlx)
}
