//! A migration that is killed: what lies on the disk then is copied away after each step of SQLite's own machine, and after each
//! page of the log, and is looked at as the next start would.

use std::fs;
use std::sync::{Arc, Mutex};

use sqlx::migrate::Migrate as _;

use super::*;

/// The files of a database as a program that is killed leaves them: the database, and its log.
type Left = (Vec<u8>, Vec<u8>);

fn log_of(folder: &VaultFolder) -> std::path::PathBuf {
    folder.path().join("vault.db-wal")
}

fn left(folder: &VaultFolder) -> Left {
    (fs::read(folder.database()).unwrap(), fs::read(log_of(folder)).unwrap_or_default())
}

/// A folder with these files.
fn folder_of((database, log): &Left) -> (tempfile::TempDir, VaultFolder) {
    let directory = tempfile::tempdir().unwrap();
    let folder = VaultFolder::new(directory.path());
    fs::write(folder.database(), database).unwrap();
    fs::write(log_of(&folder), log).unwrap();
    (directory, folder)
}

async fn migrate_to(connection: &mut SqliteConnection, version: i64) {
    if version > 0 {
        MIGRATIONS.run_direct(Some(version), connection, false).await.unwrap();
    }
}

/// Everything the schema is made of, and the versions that count as applied.
async fn schema(connection: &mut SqliteConnection) -> (Vec<String>, Vec<i64>) {
    let all = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> '_sqlx_migrations' ORDER BY name";
    let schema = sqlx::query_scalar(all).fetch_all(&mut *connection).await.unwrap();
    let applied = match connection.list_applied_migrations("_sqlx_migrations").await {
        Ok(applied) => applied.into_iter().map(|migration| migration.version).collect(),
        Err(_) => Vec::new(), // not even the table of them is there yet
    };
    (schema, applied)
}

const FILLED: &str = "
    INSERT INTO header (only, vault_id, key_id, key_check, passphrase_wrap, created_at, epoch)
        VALUES (1, 'vault', 'key', x'01', x'02', 1, 1);
    INSERT INTO integration (id, revision, last_generation, row) VALUES ('a', 3, 2, '{\"name\":\"A\"}');
    INSERT INTO generation VALUES ('a', 1, 'retired', 'oauth_grant', NULL, x'03', 1, 1);
    INSERT INTO generation VALUES ('a', 2, 'active', 'oauth_grant', x'04', x'05', 1, 1);
    INSERT INTO registration (id, row, sealed_secret) VALUES ('r', '{}', x'06');
    INSERT INTO lease (integration_id, fencing, boot, deadline, settled) VALUES ('a', 7, 'boot', 1, 7);";

/// What [`FILLED`] put in, in the newest schema.
async fn is_whole(connection: &mut SqliteConnection) -> bool {
    let whole = "SELECT (SELECT passphrase_wrap = x'02' AND NOT in_keyring AND recovery_wrap IS NULL FROM header)
        AND (SELECT revision = 3 AND last_generation = 2 FROM integration WHERE id = 'a')
        AND (SELECT sealed_credential = x'04' FROM generation WHERE integration_id = 'a' AND phase = 'active')
        AND (SELECT fencing = 7 AND settled = 7 FROM lease)
        AND (SELECT sealed_secret = x'06' AND secret_number = 0 FROM registration)
        AND (SELECT number = 2 FROM reached)";
    sqlx::query_scalar::<_, Option<bool>>(whole).fetch_one(connection).await.unwrap() == Some(true)
}

/// Migrates a vault of this version to the newest one. Everything that was on the disk meanwhile, and how often it was looked at.
async fn migrated_from(version: i64) -> (Vec<Left>, usize) {
    let directory = tempfile::tempdir().unwrap();
    let folder = VaultFolder::new(directory.path());
    let mut connection = connect(&folder).await.unwrap();
    migrate_to(&mut connection, version).await;
    if version > 0 {
        sqlx::raw_sql(FILLED).execute(&mut connection).await.unwrap();
    }
    if version > 1 {
        sqlx::raw_sql("UPDATE header SET in_keyring = 0").execute(&mut connection).await.unwrap();
    }
    connection.close().await.unwrap();

    let mut connection = connect(&folder).await.unwrap();
    let seen = Arc::new(Mutex::new((vec![left(&folder)], 0)));
    let (looking, watched) = (Arc::clone(&seen), folder.clone());
    connection.lock_handle().await.unwrap().set_progress_handler(1, move || {
        let mut seen = looking.lock().unwrap();
        let now = left(&watched);
        if seen.0.last() != Some(&now) {
            seen.0.push(now);
        }
        seen.1 += 1;
        true
    });
    migrate(&mut connection).await.unwrap();
    connection.lock_handle().await.unwrap().remove_progress_handler();
    let (mut states, steps) = seen.lock().unwrap().clone();
    let (database, log) = left(&folder);
    connection.close().await.unwrap();
    // A commit is many writes, and may be killed between and in the middle of them.
    for length in (0..=log.len()).step_by(LOG_FRAME / 2) {
        states.push((database.clone(), log[..length].to_vec()));
    }
    (states, steps)
}

/// A page and its header, in the log (https://www.sqlite.org/walformat.html).
const LOG_FRAME: usize = 4_096 + 24;

#[tokio::test]
async fn f110_a_migration_killed_at_any_step_leaves_the_old_schema_or_the_new_one_and_goes_on() {
    let newest = MIGRATIONS.iter().map(|migration| migration.version).max().unwrap();
    let mut schemas = Vec::new();
    for version in 0..=newest {
        let directory = tempfile::tempdir().unwrap();
        let mut connection = connect(&VaultFolder::new(directory.path())).await.unwrap();
        migrate_to(&mut connection, version).await;
        schemas.push(schema(&mut connection).await);
    }
    for version in 0..newest {
        let (states, steps) = migrated_from(version).await;
        assert!(steps > 100, "looked only {steps} times");
        let mut found = std::collections::BTreeSet::new();
        for state in states {
            let (_directory, folder) = folder_of(&state);
            let mut connection = connect(&folder).await.unwrap();
            let here = schema(&mut connection).await;
            let known = schemas.iter().position(|schema| *schema == here);
            found.insert(known.unwrap_or_else(|| panic!("a half migration from {version}: {here:?}")));
            migrate(&mut connection).await.unwrap();
            assert_eq!(&schema(&mut connection).await, schemas.last().unwrap());
            assert!(version == 0 || is_whole(&mut connection).await, "from {version}, {here:?}");
        }
        let between: Vec<usize> = found.into_iter().collect();
        let expected: Vec<usize> = (usize::try_from(version).unwrap()..=usize::try_from(newest).unwrap()).collect();
        assert_eq!(between, expected, "not every version was seen on the way");
    }
}
