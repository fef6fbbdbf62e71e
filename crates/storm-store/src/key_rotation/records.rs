//! Everything that is sealed, and the log's chain, going over to the next key in one transaction.
//!
//! INVARIANT: one record is open at a time, however many there are, and what does not open keeps its bytes.

use std::sync::Arc;

use sqlx::{Connection as _, SqliteConnection};
use storm_crypto::MasterKey;
use storm_domain::{ActivityKind, ProtectionChange, Timestamp, VaultError};

use crate::fault::of_sqlx;
use crate::header::Header;
use crate::opening::Opening;
use crate::seal::Seal;
use crate::{ChainVerdict, activity};

/// How many records are read at a time, sealed as they are.
const READ_AT_ONCE: i64 = 200;

/// Seals everything under the next key, in one transaction.
pub(super) async fn reseal(
    opening: &mut Opening,
    header: &mut Header,
    old: &Seal,
    key: MasterKey,
    now: Timestamp,
) -> Result<Arc<Seal>, VaultError> {
    let Some(next) = header.next.clone() else { return Err(VaultError::DatabaseDamaged) };
    let turned = header.turned_to(next, &key)?;
    let new = Arc::new(Seal::new(key, header.vault_id));
    let mut transaction = opening.connection.begin_with("BEGIN IMMEDIATE").await.map_err(of_sqlx)?;
    for column in COLUMNS {
        reseal_column(&mut transaction, column, old, &new).await?;
    }
    if let ChainVerdict::Broken { sequence } = activity::verify(&mut transaction, old).await? {
        tracing::warn!(sequence, "the activity log was tampered with; it stays broken there");
    }
    activity::relink(&mut transaction, old, &new).await?;
    let what = ActivityKind::ProtectionChanged { change: ProtectionChange::MasterKeyChanged };
    activity::append(&mut transaction, &new, None, String::new(), &what, now).await?;
    turned.update_keys(&mut transaction).await?;
    transaction.commit().await.map_err(of_sqlx)?;
    *header = turned;
    Ok(new)
}

/// Something that is sealed: its table and field, as the envelope is bound to them, and the statements that read and write it.
struct Column {
    table: &'static str,
    field: &'static str,
    read: &'static str,
    write: &'static str,
}

const COLUMNS: [Column; 6] = [
    Column {
        table: "generation",
        field: "credential",
        read: "SELECT rowid, integration_id, number, sealed_credential FROM generation
               WHERE rowid > ?1 AND sealed_credential IS NOT NULL ORDER BY rowid LIMIT ?2",
        write: "UPDATE generation SET sealed_credential = ?2 WHERE rowid = ?1",
    },
    Column {
        table: "generation",
        field: "summary",
        read: "SELECT rowid, integration_id, number, sealed_summary FROM generation
               WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        write: "UPDATE generation SET sealed_summary = ?2 WHERE rowid = ?1",
    },
    Column {
        table: "registration",
        field: "client_secret",
        read: "SELECT rowid, id, secret_number, sealed_secret FROM registration
               WHERE rowid > ?1 AND sealed_secret IS NOT NULL ORDER BY rowid LIMIT ?2",
        write: "UPDATE registration SET sealed_secret = ?2 WHERE rowid = ?1",
    },
    Column {
        table: "registration", // where it comes from, or goes to
        field: "client_secret",
        read: "SELECT rowid, registration_id, spare_number, sealed_spare FROM secret_rotation
               WHERE rowid > ?1 AND sealed_spare IS NOT NULL ORDER BY rowid LIMIT ?2",
        write: "UPDATE secret_rotation SET sealed_spare = ?2 WHERE rowid = ?1",
    },
    Column {
        table: "pending_revocation",
        field: "credential",
        read: "SELECT rowid, id, 0, sealed_credential FROM pending_revocation
               WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        write: "UPDATE pending_revocation SET sealed_credential = ?2 WHERE rowid = ?1",
    },
    Column {
        table: "setting",
        field: "sealed",
        read: "SELECT rowid, name, 0, sealed FROM setting WHERE rowid > ?1 ORDER BY rowid LIMIT ?2",
        write: "UPDATE setting SET sealed = ?2 WHERE rowid = ?1",
    },
];

async fn reseal_column(
    connection: &mut SqliteConnection,
    column: Column,
    old: &Seal,
    new: &Seal,
) -> Result<(), VaultError> {
    let mut after = i64::MIN;
    loop {
        let rows: Vec<(i64, String, i64, Vec<u8>)> = sqlx::query_as(column.read)
            .bind(after)
            .bind(READ_AT_ONCE)
            .fetch_all(&mut *connection)
            .await
            .map_err(of_sqlx)?;
        let Some((last, ..)) = rows.last() else { return Ok(()) };
        after = *last;
        for (rowid, record, number, sealed) in rows {
            let place = (column.table, record.as_str(), column.field);
            let Some(resealed) = old.reseal(new, place, number.cast_unsigned(), &sealed)? else {
                tracing::warn!(table = column.table, "a damaged record stays as it is");
                continue;
            };
            sqlx::query(column.write).bind(rowid).bind(resealed).execute(&mut *connection).await.map_err(of_sqlx)?;
        }
    }
}
