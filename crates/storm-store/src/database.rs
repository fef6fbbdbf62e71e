//! The SQLite database: its settings, which are asserted and not only asked for, and its schema.
//!
//! On a network file system several processes cannot share the memory that a write-ahead log needs, so the journal is a
//! rollback journal there. It is safe with one host, which the vault lock sees to, and slower.

use std::fs::OpenOptions;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection, SqlitePool};
use storm_domain::VaultError;

use crate::VaultFolder;
use crate::fault;
use crate::folder::open_private;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// Pages of 4 KiB after which a commit checkpoints by itself. Long before that the idle checkpoint has run; a commit that
/// does it makes everybody wait for hundreds of milliseconds.
const AUTOCHECKPOINT_PAGES: u32 = 10_000;

/// What each connection keeps of the database in memory, in KiB. The system has the file in its own memory, so more of it here
/// gains nothing and stays taken all day.
const CACHE_KIB: u32 = 512;

/// How many connections read at the same time. Each is a thread.
const READERS: u32 = 2;

/// Settings that must hold, as SQLite reports them.
const ASSERTED: [(&str, i64); 4] =
    [("PRAGMA foreign_keys", 1), ("PRAGMA secure_delete", 1), ("PRAGMA trusted_schema", 0), ("PRAGMA fullfsync", 1)];

/// The journal for a folder. With a rollback journal the removal of the journal is the commit, so it is synced too (EXTRA).
fn journal(folder: &VaultFolder) -> (SqliteJournalMode, SqliteSynchronous) {
    match folder.network_file_system() {
        None => (SqliteJournalMode::Wal, SqliteSynchronous::Full),
        Some(_) => (SqliteJournalMode::Delete, SqliteSynchronous::Extra),
    }
}

fn options(folder: &VaultFolder) -> SqliteConnectOptions {
    let (journal_mode, synchronous) = journal(folder);
    SqliteConnectOptions::new()
        .filename(folder.database())
        .journal_mode(journal_mode)
        .synchronous(synchronous)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("fullfsync", "ON")
        .pragma("checkpoint_fullfsync", "ON")
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("cache_size", format!("-{CACHE_KIB}"))
        .pragma("wal_autocheckpoint", AUTOCHECKPOINT_PAGES.to_string())
        .disable_statement_logging()
}

/// Opens a connection that may write. The file is made if it is missing.
pub(crate) async fn connect(folder: &VaultFolder) -> Result<SqliteConnection, VaultError> {
    open_private(&folder.database()).map_err(|error| fault::of_io(&error))?;
    let mut connection = SqliteConnection::connect_with(&options(folder)).await.map_err(fault::of_sqlx)?;
    assert_settings(&mut connection, folder).await?;
    Ok(connection)
}

/// Opens one more connection to a database that is open: never to another one that lies in its place by now, which would be
/// mixed up with its log.
pub(crate) async fn connect_beside(folder: &VaultFolder, file: FileIdentity) -> Result<SqliteConnection, VaultError> {
    if file.is_still(folder) { connect(folder).await } else { Err(VaultError::DatabaseDamaged) }
}

/// Which file a database was opened on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FileIdentity(Option<(u64, u64)>);

impl FileIdentity {
    #[cfg(unix)]
    pub(crate) fn of(folder: &VaultFolder) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        Self(std::fs::metadata(folder.database()).ok().map(|metadata| (metadata.dev(), metadata.ino())))
    }

    /// Windows does not let an open database be deleted or replaced.
    #[cfg(not(unix))]
    pub(crate) fn of(_: &VaultFolder) -> Self {
        Self(None)
    }

    pub(crate) fn is_still(self, folder: &VaultFolder) -> bool {
        self == Self::of(folder)
    }
}

/// Brings the schema up to date, one transaction for each step. A newer schema is left untouched.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    // What `run` calls once it has a connection; its generic `Acquire` would keep an opening from being spawned.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(fault::of_migration)
}

/// A connection that reads, to look into a vault that is closed. Only where it could be written, too: SQLite gives the files
/// that it makes beside the database the permissions which that has now, and would be kept out by them later.
pub(crate) async fn connect_to_read(folder: &VaultFolder) -> Result<SqliteConnection, VaultError> {
    OpenOptions::new().read(true).write(true).open(folder.database()).map_err(|error| fault::of_io(&error))?;
    SqliteConnection::connect_with(&options(folder).read_only(true)).await.map_err(fault::of_sqlx)
}

/// The connections that read. They stay, and are never opened on another file that lies in the database's place by then.
pub(crate) fn readers(folder: &VaultFolder) -> SqlitePool {
    let (file, here) = (FileIdentity::of(folder), folder.clone());
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(move |_, _| {
            let is_still = file.is_still(&here);
            Box::pin(
                async move { if is_still { Ok(()) } else { Err(sqlx::Error::Protocol("another file".to_owned())) } },
            )
        })
        .connect_lazy_with(options(folder).read_only(true))
}

/// Opens all of them now, while the file is known to be the right one.
pub(crate) async fn open_all(readers: &SqlitePool) -> Result<(), VaultError> {
    let mut open = Vec::new();
    for _ in 0..READERS {
        open.push(readers.acquire().await.map_err(fault::of_sqlx)?);
    }
    Ok(())
}

async fn assert_settings(connection: &mut SqliteConnection, folder: &VaultFolder) -> Result<(), VaultError> {
    let (expected_mode, synchronous) = match journal(folder) {
        (SqliteJournalMode::Wal, _) => ("wal", 2), // FULL
        _ => ("delete", 3),                        // EXTRA
    };
    let mode: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.map_err(fault::of_sqlx)?;
    if !mode.eq_ignore_ascii_case(expected_mode) {
        return Err(VaultError::NotWritable);
    }
    for (pragma, expected) in [ASSERTED.as_slice(), &[("PRAGMA synchronous", synchronous)]].concat() {
        let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await.map_err(fault::of_sqlx)?;
        if value != expected {
            tracing::error!(pragma, value, "a database setting did not take");
            return Err(VaultError::NotWritable);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
