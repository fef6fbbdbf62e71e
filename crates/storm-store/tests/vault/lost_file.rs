//! The database's file taken away, replaced or shortened behind the program's back.

use std::fs;
use std::path::Path;

use crate::common::{House, NOW, add, id};
use storm_domain::VaultError;
use storm_domain::port::Vault as _;
use storm_store::{OpenError, SqliteVault};
use storm_testkit::{api_key, api_key_integration};

async fn rename(vault: &SqliteVault, number: u128, name: &str) -> Result<(), VaultError> {
    let mut row = vault.integration(id(number)).await?;
    row.name = name.to_owned();
    vault.update_integration(row).await.map(drop)
}

async fn open_with_one(house: &House) -> SqliteVault {
    let vault = house.open().await;
    add(&vault, api_key_integration(1), Some(api_key("one"))).await;
    vault
}

/// Copies the data folder as it is: what a program that is killed here leaves behind.
fn kill(house: &House) -> House {
    let killed = House::at(house);
    let (from, to) = (house.folder(), killed.folder());
    for folder in [to.landing(), to.backups()] {
        fs::create_dir_all(folder).unwrap();
    }
    for name in ["vault.db", "vault.db-wal", "mark", "epoch", "landing/slots"] {
        // Like cp --preserve: the times tell whether somebody wrote since.
        let status = std::process::Command::new("cp")
            .args(["--preserve=timestamps"])
            .args([from.path().join(name), to.path().join(name)])
            .status()
            .unwrap();
        assert!(status.success(), "{name}");
    }
    killed
}

fn shorten(path: &Path, to: u64) {
    let times = fs::metadata(path).unwrap().len();
    assert!(to < times);
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(to).unwrap();
}

#[tokio::test]
async fn a_deleted_database_is_noticed_at_the_next_write_and_all_of_it_can_be_rescued() {
    let house = House::default();
    let vault = open_with_one(&house).await;
    fs::remove_file(house.folder().database()).unwrap();
    assert_eq!(rename(&vault, 1, "after").await.unwrap_err(), VaultError::DatabaseDamaged);
    vault.wait_for_damage().await;
    assert!(vault.active_generation(id(1)).await.unwrap().is_some(), "what is open can still be read");
    assert_eq!(vault.backup(NOW).await.unwrap_err(), VaultError::DatabaseDamaged);
    assert!(!house.folder().database().exists(), "an empty one was made in its place");
    let rescued = vault.rescue(NOW).await.unwrap();
    vault.close().await;
    assert_eq!(house.refusal().await, OpenError::DatabaseMissing);
    assert_eq!(house.keyring.writes(), 1, "a new key was made for a vault that was there");

    house.folder().restore(&rescued).await.unwrap();
    let vault = house.open().await;
    assert_eq!(vault.restored_at(), None, "it is the newest state there is");
    assert_eq!(vault.integration(id(1)).await.unwrap().name, "after");
}

#[tokio::test]
async fn a_replaced_database_is_left_alone_and_all_of_the_right_one_can_be_rescued() {
    let (house, other) = (House::default(), House::default());
    let vault = other.open().await;
    add(&vault, api_key_integration(7), Some(api_key("seven"))).await;
    vault.close().await;
    let foreign = fs::read(other.folder().database()).unwrap();

    let vault = open_with_one(&house).await;
    fs::rename(other.folder().database(), house.folder().database()).unwrap();
    assert_eq!(rename(&vault, 1, "after").await.unwrap_err(), VaultError::DatabaseDamaged);
    vault.wait_for_damage().await;
    assert_eq!(vault.backup(NOW).await.unwrap_err(), VaultError::DatabaseDamaged);
    let rescued = vault.rescue(NOW).await.unwrap();
    vault.close().await;
    assert_eq!(fs::read(house.folder().database()).unwrap(), foreign, "the two were mixed up");
    house.folder().restore(&rescued).await.unwrap();
    assert_eq!(house.open().await.integration(id(1)).await.unwrap().name, "after");
}

#[tokio::test]
async fn an_emptied_database_is_damage_and_no_new_vault() {
    for left in [0, 1] {
        let house = House::default();
        open_with_one(&house).await.close().await;
        shorten(&house.folder().database(), left * 4_096);
        assert_eq!(house.refusal().await, OpenError::DatabaseDamaged, "{left} pages left");
        assert_eq!(house.keyring.writes(), 1);
    }
}

#[tokio::test]
async fn a_log_that_was_shortened_or_deleted_after_a_crash_is_noticed() {
    for left in [None, Some(0), Some(33), Some(32 + 5 * 4_120)] {
        let house = House::default();
        let vault = open_with_one(&house).await;
        rename(&vault, 1, "after").await.unwrap();
        let killed = kill(&house);
        let log = killed.folder().path().join("vault.db-wal");
        match left {
            Some(length) => shorten(&log, length),
            None => fs::remove_file(&log).unwrap(),
        }
        match killed.try_open().await {
            Ok(vault) => {
                assert!(vault.restored_at().is_some(), "{left:?} bytes left, and nothing noticed");
                vault.wait_for_damage().await;
            }
            // All there was lay in the log: without it there is no vault left at all.
            Err(error) => assert_eq!(error, OpenError::DatabaseDamaged, "{left:?}"),
        }
        assert_eq!(killed.keyring.writes(), 1);
    }
}

#[tokio::test]
async fn after_an_ordinary_crash_nothing_is_missing_and_nothing_is_said() {
    let house = House::default();
    let vault = open_with_one(&house).await;
    for number in 0..600 {
        rename(&vault, 1, &format!("name {number}")).await.unwrap(); // beyond the first checkpoint
    }
    let killed = kill(&house);
    let again = killed.open().await;
    assert_eq!(again.restored_at(), None);
    assert_eq!(again.integration(id(1)).await.unwrap().name, "name 599");
    vault.close().await;
    assert_eq!(house.open().await.restored_at(), None);
}

#[tokio::test]
async fn a_log_that_another_tool_moved_into_the_database_after_a_crash_is_not_missed() {
    let house = House::default();
    let vault = open_with_one(&house).await;
    rename(&vault, 1, "after").await.unwrap();
    let killed = kill(&house);
    let url = format!("sqlite://{}", killed.folder().database().display());
    let mut tool = <sqlx::SqliteConnection as sqlx::Connection>::connect(&url).await.unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut tool).await.unwrap();
    sqlx::Connection::close(tool).await.unwrap();
    let vault = killed.open().await;
    assert_eq!(vault.restored_at(), None);
    assert_eq!(vault.integration(id(1)).await.unwrap().name, "after");
}
