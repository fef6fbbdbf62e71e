//! The SQLite database: its settings, which are asserted and not only asked for, and its schema.

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

/// How many connections read at the same time. Each is a thread.
const READERS: u32 = 2;

/// Settings that must hold, as SQLite reports them.
const ASSERTED: [(&str, i64); 5] = [
    ("PRAGMA synchronous", 2), // FULL
    ("PRAGMA foreign_keys", 1),
    ("PRAGMA secure_delete", 1),
    ("PRAGMA trusted_schema", 0),
    ("PRAGMA fullfsync", 1),
];

fn options(folder: &VaultFolder) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(folder.database())
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("fullfsync", "ON")
        .pragma("checkpoint_fullfsync", "ON")
        .pragma("secure_delete", "ON")
        .pragma("trusted_schema", "OFF")
        .pragma("temp_store", "MEMORY")
        .pragma("wal_autocheckpoint", AUTOCHECKPOINT_PAGES.to_string())
        .disable_statement_logging()
}

/// Opens a connection that may write. The file is made if it is missing.
pub(crate) async fn connect(folder: &VaultFolder) -> Result<SqliteConnection, VaultError> {
    open_private(&folder.database()).map_err(|error| fault::of_io(&error))?;
    let mut connection = SqliteConnection::connect_with(&options(folder)).await.map_err(fault::of_sqlx)?;
    assert_settings(&mut connection).await?;
    Ok(connection)
}

/// Brings the schema up to date, one transaction for each step. A newer schema is left untouched.
pub(crate) async fn migrate(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    // What `run` calls once it has a connection; its generic `Acquire` would keep an opening from being spawned.
    MIGRATIONS.run_direct(None, connection, false).await.map_err(fault::of_migration)
}

/// The connections that read. They are opened when first used and then stay.
pub(crate) fn readers(folder: &VaultFolder) -> SqlitePool {
    SqlitePoolOptions::new()
        .max_connections(READERS)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .connect_lazy_with(options(folder).read_only(true))
}

async fn assert_settings(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    let mode: String =
        sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&mut *connection).await.map_err(fault::of_sqlx)?;
    if !mode.eq_ignore_ascii_case("wal") {
        return Err(VaultError::NotWritable);
    }
    for (pragma, expected) in ASSERTED {
        let value: i64 = sqlx::query_scalar(pragma).fetch_one(&mut *connection).await.map_err(fault::of_sqlx)?;
        if value != expected {
            tracing::error!(pragma, value, "a database setting did not take");
            return Err(VaultError::NotWritable);
        }
    }
    Ok(())
}
