//! Copies of the database: made whole by SQLite itself, synced, and only then named. Five are kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::{Connection as _, SqliteConnection};
use storm_domain::{Timestamp, VaultError};

use crate::VaultFolder;
use crate::fault::{of_io, of_sqlx};
use crate::folder::{open_private, sync_folder};
use crate::{OpenError, VaultLock, database};

const KEPT: usize = 5;
const PREFIX: &str = "vault-";
const SUFFIX: &str = ".db";

impl VaultFolder {
    /// The copies there are, newest first.
    pub fn list_backups(&self) -> io::Result<Vec<PathBuf>> {
        let mut copies = Vec::new();
        for entry in fs::read_dir(self.backups())? {
            let path = entry?.path();
            let time = path.file_name().and_then(|name| name.to_str()).and_then(time_of);
            copies.extend(time.map(|time| (time, path)));
        }
        copies.sort_unstable_by_key(|(time, _)| std::cmp::Reverse(*time));
        Ok(copies.into_iter().map(|(_, path)| path).collect())
    }

    /// Puts a copy in place of the database, which is kept aside as `vault.db.replaced-<n>`. Fails with [`OpenError::Busy`]
    /// while a host holds the vault. The next opening notes that the vault was restored.
    pub async fn restore(&self, backup: &Path) -> Result<(), OpenError> {
        let _lock = VaultLock::try_lock(self)?;
        check(backup).await?;
        self.replace_database(backup).map_err(|error| of_io(&error).into())
    }

    fn replace_database(&self, backup: &Path) -> io::Result<()> {
        let partial = self.path().join("vault.db.partial");
        open_private(&partial)?;
        fs::copy(backup, &partial)?;
        open_private(&partial)?.sync_all()?;
        let aside = (1_u32..).map(|n| self.path().join(format!("vault.db.replaced-{n}"))).find(|path| !path.exists());
        let aside = aside.ok_or(io::ErrorKind::AlreadyExists)?;
        for companion in ["", "-wal", "-shm"] {
            let from = with_suffix(&self.database(), companion);
            if from.exists() {
                fs::rename(from, with_suffix(&aside, companion))?;
            }
        }
        fs::rename(partial, self.database())?;
        sync_folder(self.path())
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn time_of(name: &str) -> Option<i64> {
    name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok()
}

/// Makes a copy on a connection of its own and removes the oldest beyond five.
pub(crate) async fn make(folder: &VaultFolder, at: Timestamp) -> Result<PathBuf, VaultError> {
    let partial = folder.backups().join("partial");
    let made = folder.backups().join(format!("{PREFIX}{}{SUFFIX}", at.0));
    // SQLite writes into a file that is there only when it is empty; made by us, it is nobody else's to read.
    open_private(&partial).and_then(|file| file.set_len(0)).map_err(|error| of_io(&error))?;
    let mut connection = database::connect(folder).await?;
    let copied = sqlx::query("VACUUM INTO ?1")
        .bind(partial.to_string_lossy().into_owned())
        .execute(&mut connection)
        .await
        .map(|_| ())
        .map_err(of_sqlx);
    copied.and(connection.close().await.map_err(of_sqlx))?;
    let finish = || {
        open_private(&partial)?.sync_all()?;
        fs::rename(&partial, &made)?;
        for old in folder.list_backups()?.into_iter().skip(KEPT) {
            fs::remove_file(old)?;
        }
        sync_folder(&folder.backups())
    };
    finish().map_err(|error| of_io(&error))?;
    Ok(made)
}

/// Whether a copy is whole.
async fn check(backup: &Path) -> Result<(), VaultError> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true);
    let mut connection = SqliteConnection::connect_with(&options).await.map_err(of_sqlx)?;
    let checked = check_integrity(&mut connection).await;
    checked.and(connection.close().await.map_err(of_sqlx))
}

/// Reads the whole database. [`VaultError::DatabaseDamaged`] when a page or an index is not as it should be.
pub(crate) async fn check_integrity(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(of_sqlx)?;
    if found == "ok" { Ok(()) } else { Err(VaultError::DatabaseDamaged) }
}
