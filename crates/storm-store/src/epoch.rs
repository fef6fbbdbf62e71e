//! The epoch: a count in the database and, beside it, in a file. A database that was put back from a backup is behind the
//! file; its refresh tokens may have been rotated since, so the user must know before anything is refreshed.
//!
//! The count rises with every opening and after every backup. Deliberately absent: protection against somebody who puts back
//! the whole folder.

use std::fs;
use std::io::{self, Write as _};

use sqlx::SqliteConnection;
use storm_domain::{Timestamp, VaultError};

use crate::VaultFolder;
use crate::fault::{of_io, of_sqlx};
use crate::folder::{open_private, sync_folder};
use crate::header::Header;

/// Begins the next epoch when the vault is opened, and notes when the database is behind the file.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    folder: &VaultFolder,
    header: &mut Header,
    now: Timestamp,
) -> Result<(), VaultError> {
    let reached = read(folder).map_err(|error| of_io(&error))?;
    if header.epoch < reached && header.restored_at.is_none() {
        header.restored_at = Some(now);
    }
    header.epoch = header.epoch.max(reached) + 1;
    sqlx::query("UPDATE header SET epoch = ?1, restored_at = ?2")
        .bind(header.epoch.cast_signed())
        .bind(header.restored_at.map(|at| at.0))
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
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
