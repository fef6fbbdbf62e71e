//! What the retired key could still open: free pages of the database and its log, landing slots that were emptied, backups, and
//! databases that a backup has replaced.
//!
//! INVARIANT: nothing is removed before a copy under the new key is made and checked.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;
use storm_crypto::KeyId;
use storm_domain::{Timestamp, VaultError};

use crate::fault::{of_io, of_sqlx};
use crate::folder::sync_folder;
use crate::header::Header;
use crate::mark::Mark;
use crate::opening::Opening;
use crate::{VaultFolder, backup, epoch, landing, lease};

/// Whether an answer has landed that no commit has settled.
pub(super) async fn has_unsettled_answer(opening: &mut Opening) -> Result<bool, VaultError> {
    let (_, found) = landing::read_closed(&opening.folder)?;
    Ok(!unsettled(&mut opening.connection, &found).await?.is_empty())
}

/// The slots of answers that no commit has settled.
async fn unsettled(connection: &mut SqliteConnection, found: &[landing::Found]) -> Result<Vec<usize>, VaultError> {
    let mut unsettled = Vec::new();
    for (slot, place, _) in found {
        let settled = lease::settled(connection, place.integration).await?;
        unsettled.extend(settled.filter(|settled| place.fencing > *settled).map(|_| *slot));
    }
    Ok(unsettled)
}

/// Removes all of it, and makes a fresh backup.
pub(super) async fn clear(opening: &mut Opening, header: &mut Header, now: Timestamp) -> Result<(), VaultError> {
    let (mut slots, found) = landing::read_closed(&opening.folder)?;
    let kept = unsettled(&mut opening.connection, &found).await?;
    slots.wipe_but(&kept)?;
    drop(slots);
    // A database that is rebuilt holds nothing but its rows, and the log nothing but that database.
    Mark::open(&opening.folder).and_then(|mark| mark.clear()).map_err(|error| of_io(&error))?;
    for rebuild in ["VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"] {
        sqlx::query(rebuild).execute(&mut opening.connection).await.map_err(of_sqlx)?;
    }
    replace_backups(opening, header, now).await?;
    header.change_keys(&mut opening.connection, |header| header.has_traces = false).await
}

async fn replace_backups(opening: &mut Opening, header: &mut Header, now: Timestamp) -> Result<(), VaultError> {
    let folder = opening.folder.clone();
    // Newest by its name, also where the clock was set back.
    let newest = backup::newest(&folder).map_err(|error| of_io(&error))?;
    let at = newest.map_or(now, |newest| now.max(Timestamp(newest.0 + 1)));
    let made = backup::make_from(&mut opening.connection, &folder, at).await?;
    header.epoch = epoch::advance(&mut opening.connection).await?;
    epoch::write(&folder, header.epoch).map_err(|error| of_io(&error))?;
    for copy in folder.list_backups().map_err(|error| of_io(&error))? {
        if copy != made && backup::key_id(&copy).await != Some(header.key_id) {
            remove(&copy)?;
        }
    }
    let Some(retired) = header.retired else { return Ok(()) };
    remove_replaced(&folder, retired, header.key_id).map_err(|error| of_io(&error))
}

/// Removes databases that a backup has replaced, with their logs, if they are sealed under the retired key. One under the present
/// key may hold a damaged record that names the old one, and stays.
fn remove_replaced(folder: &VaultFolder, retired: KeyId, present: KeyId) -> io::Result<()> {
    for entry in fs::read_dir(folder.path())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name == "vault.db.partial" {
            fs::remove_file(&path)?;
        }
        if !name.starts_with("vault.db.replaced-") || name.ends_with("-wal") || name.ends_with("-shm") {
            continue;
        }
        let files: Vec<PathBuf> =
            ["", "-wal", "-shm"].iter().map(|end| path.with_file_name(format!("{name}{end}"))).collect();
        let (mut under_retired, mut under_present) = (false, false);
        for file in files.iter().filter(|file| file.exists()) {
            let bytes = fs::read(file)?;
            let holds =
                |key: KeyId| bytes.windows(retired.envelope_start().len()).any(|window| window == key.envelope_start());
            under_retired |= holds(retired);
            under_present |= holds(present);
        }
        if under_retired && !under_present {
            for file in files.iter().rev().filter(|file| file.exists()) {
                fs::remove_file(file)?;
            }
        }
    }
    sync_folder(folder.path())
}

fn remove(path: &Path) -> Result<(), VaultError> {
    fs::remove_file(path).map_err(|error| of_io(&error))
}
