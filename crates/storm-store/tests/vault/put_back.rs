//! A database that was put back from a copy, whole or in part: noticed, said until the user knows, and no number used twice.

use crate::common::{House, NOW, add, begun, commit_of, id, lease, refresh_token};
use sqlx::{Connection as _, SqliteConnection};
use storm_domain::port::Vault as _;
use storm_domain::{Credential, GenerationNumber, IntegrationId};
use storm_store::{OpenError, SqliteVault};
use storm_testkit::{api_key, api_key_integration, oauth_grant, oauth_integration};

async fn refresh(vault: &SqliteVault, id: IntegrationId, to: &str) -> GenerationNumber {
    let expected = vault.active_generation(id).await.unwrap().map(|active| active.number);
    let held = begun(vault, id, expected).await;
    let grant = oauth_grant("access", Some(to));
    let number = vault.commit_grant(commit_of(&held, expected, &grant)).await.unwrap().number;
    vault.release_lease(&held).await.unwrap();
    number
}

async fn token(vault: &SqliteVault, id: IntegrationId) -> Option<String> {
    refresh_token(&vault.active_generation(id).await.unwrap().unwrap().credential)
}

/// Two grants; the first was refreshed three times, and a copy of the database was taken before the last time.
async fn refreshed_after_a_copy(house: &House) -> std::path::PathBuf {
    let vault = house.open().await;
    for number in [1, 2] {
        add(&vault, oauth_integration(number), None).await;
        refresh(&vault, id(number), "first").await;
    }
    refresh(&vault, id(1), "second").await;
    vault.close().await;
    let copy = house.directory.path().join("copy.db");
    std::fs::copy(house.folder().database(), &copy).unwrap();
    let vault = house.open().await;
    refresh(&vault, id(1), "third").await;
    vault.close().await;
    copy
}

/// Runs SQL on the closed vault's database, with an older copy of it at hand as `old`.
async fn tamper(house: &House, copy: &std::path::Path, sql: &'static str) {
    let url = format!("sqlite://{}", house.folder().database().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::query("ATTACH ?1 AS old").bind(copy.to_string_lossy().into_owned()).execute(&mut connection).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

const GENERATIONS_PUT_BACK: &str = "
    DELETE FROM generation WHERE integration_id LIKE '%1';
    INSERT INTO generation SELECT * FROM old.generation WHERE integration_id LIKE '%1';";
const INTEGRATION_PUT_BACK: &str = "
    UPDATE integration SET (revision, last_generation, row) =
        (SELECT revision, last_generation, row FROM old.integration o WHERE o.id = integration.id) WHERE id LIKE '%1';";
const LEASE_PUT_BACK: &str = "
    DELETE FROM lease WHERE integration_id LIKE '%1';
    INSERT INTO lease SELECT * FROM old.lease WHERE integration_id LIKE '%1';";
const ALL_OF_IT_REPLACED: &str = "
    PRAGMA foreign_keys = ON;
    INSERT OR REPLACE INTO integration SELECT * FROM old.integration WHERE id LIKE '%1';
    INSERT INTO generation SELECT * FROM old.generation WHERE integration_id LIKE '%1';";

#[tokio::test]
async fn f103_rows_put_back_to_an_older_generation_are_noticed_and_no_number_is_used_twice() {
    let ways = [
        GENERATIONS_PUT_BACK.to_owned(),
        [GENERATIONS_PUT_BACK, INTEGRATION_PUT_BACK].concat(),
        [GENERATIONS_PUT_BACK, INTEGRATION_PUT_BACK, LEASE_PUT_BACK].concat(),
        ALL_OF_IT_REPLACED.to_owned(),
    ];
    for way in ways {
        let house = House::default();
        let copy = refreshed_after_a_copy(&house).await;
        tamper(&house, &copy, String::leak(way.clone())).await;
        let vault = house.open().await;
        assert!(vault.restored_at().is_some(), "not noticed: {way}");
        assert_eq!(token(&vault, id(1)).await.as_deref(), Some("second"), "{way}");
        assert_eq!(token(&vault, id(2)).await.as_deref(), Some("first"), "the other is not affected: {way}");
        assert!(refresh(&vault, id(1), "fourth").await > GenerationNumber(3), "{way}");
        vault.acknowledge_restore().await.unwrap();
        let vault = house.reopen(vault).await;
        assert_eq!(vault.restored_at(), None, "noticed again, though the user knows: {way}");
        assert_eq!(token(&vault, id(1)).await.as_deref(), Some("fourth"), "{way}");
    }
}

#[tokio::test]
async fn what_is_changed_in_the_ordinary_way_is_not_taken_for_put_back() {
    let house = House::default();
    let vault = house.open().await;
    let key = add(&vault, api_key_integration(9), Some(api_key("one"))).await;
    let second = vault.stage_generation(key, &api_key("two"), NOW).await.unwrap();
    vault.switch_generation(key, Some(GenerationNumber(1)), second, NOW).await.unwrap();
    vault.switch_generation(key, Some(second), GenerationNumber(1), NOW).await.unwrap();
    vault.retire_generation(key, second, NOW).await.unwrap();
    let grant = add(&vault, oauth_integration(1), None).await;
    for _ in 0..50 {
        refresh(&vault, grant, "token").await;
    }
    let gone = add(&vault, api_key_integration(3), Some(api_key("three"))).await;
    vault.erase_integration(gone).await.unwrap();
    assert_eq!(house.reopen(vault).await.restored_at(), None);
}

#[tokio::test]
async fn a_sealed_value_of_an_older_generation_under_a_newer_number_does_not_open() {
    let house = House::default();
    let copy = refreshed_after_a_copy(&house).await;
    tamper(
        &house,
        &copy,
        "UPDATE generation SET sealed_credential = (SELECT g.sealed_credential FROM generation g
             WHERE g.integration_id = generation.integration_id AND g.number = 2) WHERE number = 3",
    )
    .await;
    let vault = house.open().await;
    assert_eq!(vault.active_generation(id(1)).await.unwrap_err(), storm_domain::VaultError::Damaged);
    assert_eq!(token(&vault, id(2)).await.as_deref(), Some("first"));
}

#[tokio::test]
async fn f104_a_backup_put_back_is_known_to_be_old_until_the_user_knows() {
    let house = House::default();
    let vault = house.open().await;
    let first = add(&vault, oauth_integration(1), None).await;
    refresh(&vault, first, "before").await;
    let copy = vault.backup(NOW).await.unwrap();
    let newest = refresh(&vault, first, "after").await;
    let fencing = lease(&vault, first).await.fencing;
    add(&vault, api_key_integration(2), Some(api_key("two"))).await;
    assert_eq!(house.folder().restore(&copy).await.unwrap_err(), OpenError::Busy);
    let vault = house.reopen(vault).await;
    assert_eq!(vault.restored_at(), None);
    vault.close().await;
    let replaced = std::fs::read(house.folder().database()).unwrap();

    house.folder().restore(&copy).await.unwrap();
    let aside = house.folder().path().join("vault.db.replaced-1");
    assert_eq!(std::fs::read(aside).unwrap(), replaced, "what was replaced is kept");
    let vault = house.open().await;
    assert!(vault.restored_at().is_some());
    assert_eq!(vault.integrations().await.unwrap().len(), 1);
    assert_eq!(token(&vault, first).await.as_deref(), Some("before"));
    assert!(lease(&vault, first).await.fencing > fencing, "a fencing was given twice");
    assert!(refresh(&vault, first, "again").await > newest, "a number was given twice");
    let vault = house.reopen(vault).await;
    assert!(vault.restored_at().is_some(), "until the user knows");
    vault.acknowledge_restore().await.unwrap();
    let vault = house.reopen(vault).await;
    assert_eq!(vault.restored_at(), None);
    assert!(matches!(vault.active_generation(first).await.unwrap().unwrap().credential, Credential::OAuthGrant(_)));
}

#[tokio::test]
async fn the_newest_good_copy_is_offered_with_its_time_and_size_and_a_damaged_one_never() {
    let house = House::default();
    let vault = house.open().await;
    add(&vault, api_key_integration(1), Some(api_key("one"))).await;
    vault.backup(NOW).await.unwrap();
    add(&vault, api_key_integration(2), Some(api_key("two"))).await;
    let newest = vault.backup(NOW.after(std::time::Duration::from_secs(1))).await.unwrap();
    let offered = house.folder().last_good_backup().await.unwrap();
    assert_eq!((&offered.path, offered.integrations), (&newest, 2));
    std::fs::write(&newest, vec![0; 8_192]).unwrap();
    let offered = house.folder().last_good_backup().await.unwrap();
    assert_eq!((offered.made_at, offered.integrations), (NOW, 1));
    assert_eq!(house.folder().restore(&newest).await.unwrap_err(), OpenError::Busy);
    vault.close().await;
    assert_eq!(house.folder().restore(&newest).await.unwrap_err(), OpenError::DatabaseDamaged);
}
