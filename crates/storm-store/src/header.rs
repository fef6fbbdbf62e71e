//! The header: which key opens the vault, and how that key is kept.

use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, SqliteConnection};
use storm_crypto::{KeyId, MasterKey, RecordContext};
use storm_domain::{Timestamp, VaultError};
use storm_secret::SecretBytes;
use uuid::Uuid;

use crate::fault::{of_seal, of_sqlx};

/// What the key-check value holds; that it opens is what counts.
const KEY_CHECK: &[u8] = b"storm-connect key check";

#[derive(Clone)]
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
    /// The key that a rotation has made and nothing is sealed under yet.
    pub(crate) next: Option<NextKey>,
    /// A key that nothing is sealed under, and that may still be in the keyring.
    pub(crate) retired: Option<KeyId>,
    /// Whether copies and free pages may still hold what the retired key opens.
    pub(crate) has_traces: bool,
}

/// The key that a rotation goes over to.
#[derive(Clone)]
pub(crate) struct NextKey {
    pub(crate) id: KeyId,
    /// The key wrapped under the passphrase, where there is one.
    pub(crate) passphrase_wrap: Option<Vec<u8>>,
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
        Ok(Self {
            vault_id,
            key_id: key.id(),
            key_check: make_key_check(vault_id, key)?,
            in_keyring: passphrase_wrap.is_none(),
            passphrase_wrap,
            recovery_wrap: None,
            created_at,
            epoch: 0,
            restored_at: None,
            next: None,
            retired: None,
            has_traces: false,
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

    /// The next key becomes the key, and the key the retired one. A recovery code belongs to the key it was made for.
    pub(crate) fn turned_to(&self, next: NextKey, key: &MasterKey) -> Result<Self, VaultError> {
        Ok(Self {
            key_id: key.id(),
            key_check: make_key_check(self.vault_id, key)?,
            passphrase_wrap: next.passphrase_wrap,
            recovery_wrap: None,
            next: None,
            retired: Some(self.key_id),
            has_traces: true,
            ..self.clone()
        })
    }

    pub(crate) async fn read(connection: &mut SqliteConnection) -> Result<Option<Self>, VaultError> {
        let row = sqlx::query("SELECT * FROM header").fetch_optional(connection).await.map_err(of_sqlx)?;
        row.as_ref().map(|row| Self::of_row(row).map_err(of_sqlx)).transpose()
    }

    fn of_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let key_id = |text: String| text.parse::<KeyId>().map_err(|error| sqlx::Error::Decode(Box::new(error)));
        let vault_id: String = row.try_get("vault_id")?;
        let next_id: Option<String> = row.try_get("next_key_id")?;
        let next_wrap = row.try_get("next_passphrase_wrap")?;
        let retired: Option<String> = row.try_get("retired_key_id")?;
        Ok(Self {
            vault_id: Uuid::parse_str(&vault_id).map_err(|error| sqlx::Error::Decode(Box::new(error)))?,
            key_id: key_id(row.try_get("key_id")?)?,
            key_check: row.try_get("key_check")?,
            in_keyring: row.try_get("in_keyring")?,
            passphrase_wrap: row.try_get("passphrase_wrap")?,
            recovery_wrap: row.try_get("recovery_wrap")?,
            created_at: Timestamp(row.try_get("created_at")?),
            epoch: row.try_get::<i64, _>("epoch")?.cast_unsigned(),
            restored_at: row.try_get::<Option<i64>, _>("restored_at")?.map(Timestamp),
            next: next_id.map(key_id).transpose()?.map(|id| NextKey { id, passphrase_wrap: next_wrap }),
            retired: retired.map(key_id).transpose()?,
            has_traces: row.try_get("retired_traces")?,
        })
    }

    /// Changes which keys there are. If it cannot be written, they stay as they were.
    pub(crate) async fn change_keys(
        &mut self,
        connection: &mut SqliteConnection,
        change: impl FnOnce(&mut Self),
    ) -> Result<(), VaultError> {
        let mut changed = self.clone();
        change(&mut changed);
        changed.update_keys(connection).await?;
        *self = changed;
        Ok(())
    }

    /// Writes which key it is and which one it is to be, and leaves the rest alone.
    pub(crate) async fn update_keys(&self, connection: &mut SqliteConnection) -> Result<(), VaultError> {
        sqlx::query(
            "UPDATE header SET key_id = ?1, key_check = ?2, passphrase_wrap = ?3, recovery_wrap = ?4, next_key_id = ?5,
             next_passphrase_wrap = ?6, retired_key_id = ?7, retired_traces = ?8",
        )
        .bind(self.key_id.to_string())
        .bind(&self.key_check)
        .bind(&self.passphrase_wrap)
        .bind(&self.recovery_wrap)
        .bind(self.next.as_ref().map(|next| next.id.to_string()))
        .bind(self.next.as_ref().and_then(|next| next.passphrase_wrap.as_ref()))
        .bind(self.retired.map(|id| id.to_string()))
        .bind(self.has_traces)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
        Ok(())
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

fn make_key_check(vault_id: Uuid, key: &MasterKey) -> Result<Vec<u8>, VaultError> {
    key.seal(&context(vault_id), &SecretBytes::new(KEY_CHECK)).map_err(of_seal)
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
