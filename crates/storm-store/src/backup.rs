//! Copies of the database: made whole by SQLite itself, checked, synced, and only then named. Five are kept.
//!
//! INVARIANT: a copy has its name only when it is good, so a damaged database never drives the good copies out; and putting
//! one back keeps everything that it replaces.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{Connection as _, SqliteConnection};
use storm_crypto::KeyId;
use storm_domain::{Timestamp, VaultError};

use crate::VaultFolder;
use crate::database::FileIdentity;
use crate::fault::{of_io, of_sqlx};
use crate::folder::{open_private, sync_folder};
use crate::{OpenError, VaultLock, database};

const KEPT: usize = 5;
const PREFIX: &str = "vault-";
const SUFFIX: &str = ".db";

/// A copy that is whole, and can be put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backup {
    /// Where it lies.
    pub path: PathBuf,
    /// When it was made.
    pub made_at: Timestamp,
    /// How many integrations it holds, without those in the bin.
    pub integrations: u32,
}

impl VaultFolder {
    /// The newest copy that is whole; `None` when there is none, or none can be read.
    pub async fn last_good_backup(&self) -> Option<Backup> {
        for path in self.list_backups().ok()? {
            let Some(made_at) = made_at(&path) else { continue };
            match check(&path).await {
                Ok(integrations) => return Some(Backup { path, made_at, integrations }),
                Err(error) => tracing::warn!(%error, "a backup cannot be used; the one before it is looked at"),
            }
        }
        None
    }

    /// The copies there are, newest first.
    pub fn list_backups(&self) -> io::Result<Vec<PathBuf>> {
        let mut copies = Vec::new();
        for entry in fs::read_dir(self.backups())? {
            let path = entry?.path();
            copies.extend(made_at(&path).map(|at| (at, path)));
        }
        copies.sort_unstable_by_key(|(at, _)| std::cmp::Reverse(*at));
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

/// The time in a copy's name.
fn made_at(path: &Path) -> Option<Timestamp> {
    path.file_name()?.to_str()?.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?.parse().ok().map(Timestamp)
}

/// When the newest copy was made, by its name.
pub(crate) fn newest(folder: &VaultFolder) -> io::Result<Option<Timestamp>> {
    Ok(folder.list_backups()?.first().and_then(|path| made_at(path)))
}

/// The key of a copy; `None` when it cannot be read, and so not be put back either.
pub(crate) async fn key_id(backup: &Path) -> Option<KeyId> {
    let mut connection = SqliteConnection::connect_with(&to_read(backup)).await.ok()?;
    let read: Result<String, _> = sqlx::query_scalar("SELECT key_id FROM header").fetch_one(&mut connection).await;
    connection.close().await.ok()?;
    read.ok()?.parse().ok()
}

fn to_read(backup: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(backup).read_only(true).immutable(true)
}

/// Makes a copy on a connection of its own and removes the oldest beyond five.
pub(crate) async fn make(folder: &VaultFolder, file: FileIdentity, at: Timestamp) -> Result<PathBuf, VaultError> {
    let mut connection = database::connect_beside(folder, file).await?;
    let made = make_from(&mut connection, folder, at).await;
    connection.close().await.map_err(of_sqlx).and(made)
}

/// The same on a connection that is open: it still reads a database whose file somebody took away.
pub(crate) async fn make_from(
    connection: &mut SqliteConnection,
    folder: &VaultFolder,
    at: Timestamp,
) -> Result<PathBuf, VaultError> {
    let partial = folder.backups().join("partial");
    let made = folder.backups().join(format!("{PREFIX}{}{SUFFIX}", at.0));
    // SQLite writes into a file that is there only when it is empty; made by us, it is nobody else's to read.
    open_private(&partial).and_then(|file| file.set_len(0)).map_err(|error| of_io(&error))?;
    let copy = sqlx::query("VACUUM INTO ?1").bind(partial.to_string_lossy().into_owned());
    copy.execute(connection).await.map_err(of_sqlx)?;
    check(&partial).await?;
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

/// Reads a whole copy, and counts its integrations.
async fn check(backup: &Path) -> Result<u32, VaultError> {
    let mut connection = SqliteConnection::connect_with(&to_read(backup)).await.map_err(of_sqlx)?;
    let checked = match check_integrity(&mut connection).await {
        Ok(()) => count(&mut connection).await,
        Err(error) => Err(error),
    };
    connection.close().await.map_err(of_sqlx).and(checked)
}

/// How many integrations there are; damage when there is no header, without which nothing opens.
async fn count(connection: &mut SqliteConnection) -> Result<u32, VaultError> {
    let live = "SELECT (SELECT count(*) FROM integration
        WHERE iif(json_valid(row), json_extract(row, '$.trashed_at'), NULL) IS NULL) FROM header";
    let counted: Option<u32> = sqlx::query_scalar(live).fetch_optional(connection).await.map_err(of_sqlx)?;
    counted.ok_or(VaultError::DatabaseDamaged)
}

/// Reads the whole database. [`VaultError::DatabaseDamaged`] when a page or an index is not as it should be.
pub(crate) async fn check_integrity(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    let found: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(connection).await.map_err(of_sqlx)?;
    if found == "ok" { Ok(()) } else { Err(VaultError::DatabaseDamaged) }
}
