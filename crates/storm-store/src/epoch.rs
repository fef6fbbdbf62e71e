//! What tells that the database is older than the vault: it was put back from a copy, whole or in part. Its refresh tokens may
//! have been rotated since, so the user must know before any of them is sent.
//!
//! A whole database is behind the epoch: a count in it and, beside it, in a file, which rises with every opening and after
//! every backup. A copy that was carried to another folder or computer has no such file beside it. Single rows are behind `reached`, the greatest number a generation ever had. A log that was shortened is behind
//! its mark. After any of them, numbers and fencings go on far beyond those that were given meanwhile: none is used twice.
//!
//! Deliberately absent: protection against somebody who puts back the whole folder, or edits `reached` too. Whoever can do
//! that is the user, or a program of theirs that could as well ask the keyring.

use std::fs;
use std::io::{self, Write as _};

use sqlx::{Connection as _, SqliteConnection};
use storm_domain::{Timestamp, VaultError};

use crate::VaultFolder;
use crate::fault::{of_io, of_sqlx};
use crate::folder::{open_private, sync_folder};
use crate::header::Header;

/// Whether the newest generation of some integration is not there, or its number would be given again.
const IS_PARTLY_PUT_BACK: &str = "
    SELECT EXISTS (
        SELECT 1 FROM reached JOIN integration USING (ordinal) WHERE last_generation < reached.number OR NOT EXISTS (
            SELECT 1 FROM generation WHERE integration_id = id AND generation.number = reached.number))";

/// Whether the folder is another one than that in which integrations were added: the file beside the database is not there. It is
/// written by the first opening, before which there are none.
const HAS_INTEGRATIONS: &str = "SELECT EXISTS (SELECT 1 FROM integration)";

/// A million refreshes are eighty years of one every forty-five minutes.
const LEAVE_BEHIND: &str = "
    UPDATE integration SET last_generation = 1000000 + max(last_generation,
        coalesce((SELECT number FROM reached WHERE reached.ordinal = integration.ordinal), 0));
    UPDATE reached SET number = coalesce(
        (SELECT max(generation.number) FROM integration JOIN generation ON integration_id = id
            WHERE integration.ordinal = reached.ordinal), 0);
    DELETE FROM reached WHERE number = 0;
    UPDATE lease SET fencing = fencing + 1000000;
";

/// Whether a vault was ever opened in this folder.
pub(crate) fn has_begun(folder: &VaultFolder) -> Result<bool, VaultError> {
    read(folder).map(|reached| reached > 0).map_err(|error| of_io(&error))
}

/// Begins the next epoch when the vault is opened, and notes when the database is older than the vault. `is_behind` = that is
/// known already.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    folder: &VaultFolder,
    header: &mut Header,
    is_behind: bool,
    now: Timestamp,
) -> Result<(), VaultError> {
    let reached = read(folder).map_err(|error| of_io(&error))?;
    let is_partly_put_back = match sqlx::query_scalar(IS_PARTLY_PUT_BACK).fetch_one(&mut *connection).await {
        Ok(is_partly_put_back) => is_partly_put_back,
        // Some page is gone: the integrity check says so, and what can still be read is to be usable.
        Err(error) => match of_sqlx(error) {
            VaultError::DatabaseDamaged => false,
            error => return Err(error),
        },
    };
    let is_elsewhere = reached == 0
        && header.epoch > 0
        && sqlx::query_scalar(HAS_INTEGRATIONS).fetch_one(&mut *connection).await.map_err(of_sqlx)?;
    let mut transaction = connection.begin().await.map_err(of_sqlx)?;
    if is_behind || is_elsewhere || header.epoch < reached || is_partly_put_back {
        header.restored_at.get_or_insert(now);
        sqlx::raw_sql(LEAVE_BEHIND).execute(&mut *transaction).await.map_err(of_sqlx)?;
    }
    header.epoch = header.epoch.max(reached) + 1;
    sqlx::query("UPDATE header SET epoch = ?1, restored_at = ?2")
        .bind(header.epoch.cast_signed())
        .bind(header.restored_at.map(|at| at.0))
        .execute(&mut *transaction)
        .await
        .map_err(of_sqlx)?;
    transaction.commit().await.map_err(of_sqlx)?;
    write(folder, header.epoch).map_err(|error| of_io(&error))
}

/// Begins the next epoch after a backup, so that the copy is behind from then on.
pub(crate) async fn advance(connection: &mut SqliteConnection) -> Result<u64, VaultError> {
    let epoch: i64 = sqlx::query_scalar("UPDATE header SET epoch = epoch + 1 RETURNING epoch")
        .fetch_one(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(epoch.cast_unsigned())
}

/// The user knows that the database was put back.
pub(crate) async fn acknowledge_restore(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("UPDATE header SET restored_at = NULL").execute(connection).await.map_err(of_sqlx)?;
    Ok(())
}

/// Replaces the file in one step.
pub(crate) fn write(folder: &VaultFolder, epoch: u64) -> io::Result<()> {
    let partial = folder.epoch().with_extension("partial");
    let mut file = open_private(&partial)?;
    file.set_len(0)?;
    writeln!(file, "{epoch}")?;
    file.sync_all()?;
    fs::rename(&partial, folder.epoch())?;
    sync_folder(folder.path())
}

/// The epoch that the file has reached; 0 when it is missing or unreadable as a number.
fn read(folder: &VaultFolder) -> io::Result<u64> {
    match fs::read_to_string(folder.epoch()) {
        Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => Ok(0),
        Err(error) => Err(error),
    }
}
