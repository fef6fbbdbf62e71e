//! Damage, newer versions, and databases that were put back or taken away: noticed, named, and never made worse.

use crate::common::{House, LATER, NOW, add, id};
use sqlx::{Connection as _, SqliteConnection};
use storm_domain::port::Vault as _;
use storm_domain::{ActivityKind, ActivityPortion, VaultError};
use storm_store::{ChainVerdict, OpenError};
use storm_testkit::{api_key, api_key_integration};

/// Changes the closed vault's database behind its back.
async fn tamper(house: &House, sql: &'static str) {
    let url = format!("sqlite://{}", house.folder().database().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let changed = sqlx::query(sql).execute(&mut connection).await.unwrap();
    assert!(changed.rows_affected() > 0, "{sql}");
    connection.close().await.unwrap();
}

async fn two_keys(house: &House) {
    let vault = house.open().await;
    add(&vault, api_key_integration(1), Some(api_key("one"))).await;
    add(&vault, api_key_integration(2), Some(api_key("two"))).await;
    vault.close().await;
}

#[tokio::test]
async fn a_damaged_record_is_not_a_wrong_key_and_the_others_stay_usable() {
    let house = House::default();
    two_keys(&house).await;
    tamper(&house, "UPDATE generation SET sealed_credential = substr(sealed_credential, 1, length(sealed_credential) - 1) WHERE rowid = 1").await;
    let vault = house.open().await;
    assert_eq!(vault.active_generation(id(1)).await.unwrap_err(), VaultError::Damaged);
    assert!(vault.active_generation(id(2)).await.unwrap().is_some());
}

#[tokio::test]
async fn a_sealed_value_moved_to_another_row_does_not_open() {
    let house = House::default();
    two_keys(&house).await;
    tamper(&house, "UPDATE generation SET sealed_credential = (SELECT g.sealed_credential FROM generation g WHERE g.rowid = 2) WHERE rowid = 1").await;
    let vault = house.open().await;
    assert_eq!(vault.active_generation(id(1)).await.unwrap_err(), VaultError::Damaged);
}

#[tokio::test]
async fn a_damaged_key_check_is_damage_and_not_a_wrong_key() {
    let house = House::default();
    two_keys(&house).await;
    tamper(&house, "UPDATE header SET key_check = substr(key_check, 1, length(key_check) - 1)").await;
    assert_eq!(house.refusal().await, OpenError::DatabaseDamaged);
}

#[tokio::test]
async fn records_without_a_header_are_damage_and_no_reason_for_a_new_key() {
    let house = House::default();
    two_keys(&house).await;
    tamper(&house, "DELETE FROM header").await;
    assert_eq!(house.refusal().await, OpenError::DatabaseDamaged);
    assert_eq!(house.keyring.writes(), 1);
}

#[tokio::test]
async fn f109_a_newer_schema_is_refused_and_left_untouched() {
    let house = House::default();
    two_keys(&house).await;
    tamper(&house, "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) VALUES (9999, 'later', 1, x'00', 0)").await;
    let before = std::fs::read(house.folder().database()).unwrap();
    assert_eq!(house.refusal().await, OpenError::NewerSchema);
    assert_eq!(std::fs::read(house.folder().database()).unwrap(), before);
}

#[tokio::test]
async fn a_file_that_is_no_database_is_damage() {
    let house = House::default();
    two_keys(&house).await;
    std::fs::write(house.folder().database(), vec![b'x'; 8_192]).unwrap();
    assert_eq!(house.refusal().await, OpenError::DatabaseDamaged);
}

#[tokio::test]
async fn a_zeroed_page_is_found_by_the_integrity_check() {
    let house = House::default();
    let vault = house.open().await;
    for number in 0..50 {
        add(&vault, api_key_integration(number), Some(api_key(&"k".repeat(500)))).await;
    }
    vault.check_integrity().await.unwrap();
    vault.close().await;
    let mut bytes = std::fs::read(house.folder().database()).unwrap();
    let page = bytes.len() / 4_096 - 2;
    bytes[page * 4_096..(page + 1) * 4_096].fill(0);
    std::fs::write(house.folder().database(), bytes).unwrap();
    let vault = house.open().await;
    assert_eq!(vault.check_integrity().await.unwrap_err(), VaultError::DatabaseDamaged);
}

#[tokio::test]
async fn five_backups_are_kept_and_a_damaged_one_is_not_put_back() {
    let house = House::default();
    let vault = house.open().await;
    for hour in 0..7 {
        vault.backup(storm_domain::Timestamp(NOW.0 + hour)).await.unwrap();
    }
    let copies = house.folder().list_backups().unwrap();
    assert_eq!(copies.len(), 5);
    assert!(copies[0].ends_with(format!("vault-{}.db", NOW.0 + 6)));
    assert!(copies[4].ends_with(format!("vault-{}.db", NOW.0 + 2)));
    vault.close().await;
    std::fs::write(&copies[0], vec![b'x'; 8_192]).unwrap();
    assert_eq!(house.folder().restore(&copies[0]).await.unwrap_err(), OpenError::DatabaseDamaged);
    assert_eq!(house.open().await.restored_at(), None);
}

async fn three_entries(house: &House) {
    let vault = house.open().await;
    for at in [NOW, LATER, LATER] {
        vault.append_activity(Some(id(1)), "GitHub", &ActivityKind::Refreshed { took_ms: None }, at).await.unwrap();
    }
    assert_eq!(vault.verify_activity_chain().await.unwrap(), ChainVerdict::Intact { entries: 3 });
    vault.close().await;
}

#[tokio::test]
async fn the_log_lists_the_newest_first_for_one_integration_or_for_all() {
    let house = House::default();
    let vault = house.open().await;
    vault.append_activity(Some(id(1)), "GitHub", &ActivityKind::Added, NOW).await.unwrap();
    vault.append_activity(None, "", &ActivityKind::Paused, NOW).await.unwrap();
    vault.append_activity(Some(id(1)), "GitHub", &ActivityKind::Refreshed { took_ms: None }, LATER).await.unwrap();
    let all = vault.activity(None, 2).await.unwrap();
    assert_eq!(all.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(
        (all[0].at, &all[0].what, all[0].integration_name.as_str()),
        (LATER, &ActivityKind::Refreshed { took_ms: None }, "GitHub")
    );
    assert_eq!(all[1].integration_id, None);
    let one = vault.activity(Some(id(1)), 10).await.unwrap();
    assert_eq!(one.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 1]);
}

#[tokio::test]
async fn the_last_loan_is_found_behind_whatever_came_after_it() {
    let house = House::default();
    let vault = house.open().await;
    assert_eq!(vault.last_loan(id(1)).await.unwrap(), None);
    for (number, consumer, at) in [(1, "git", NOW), (1, "curl", LATER), (2, "wget", LATER)] {
        let lent = ActivityKind::Lent { consumer: consumer.to_owned() };
        vault.append_activity(Some(id(number)), "GitHub", &lent, at).await.unwrap();
    }
    for _ in 0..50 {
        vault.append_activity(Some(id(1)), "GitHub", &ActivityKind::Refreshed { took_ms: None }, LATER).await.unwrap();
    }
    let loan = vault.last_loan(id(1)).await.unwrap().unwrap();
    assert_eq!((loan.at, loan.what), (LATER, ActivityKind::Lent { consumer: "curl".to_owned() }));
}

#[tokio::test]
async fn a_changed_removed_or_cut_off_log_entry_shows() {
    let changes = [
        ("UPDATE activity SET name = 'GitLab' WHERE sequence = 2", 2),
        ("DELETE FROM activity WHERE sequence = 2", 3),
        ("DELETE FROM activity WHERE sequence = 3", 3),
        ("UPDATE activity SET link = x'00' WHERE sequence = 1", 1),
        ("UPDATE activity SET previous = link WHERE sequence = 1", 1),
    ];
    for (sql, sequence) in changes {
        let house = House::default();
        three_entries(&house).await;
        tamper(&house, sql).await;
        let verdict = house.open().await.verify_activity_chain().await.unwrap();
        assert_eq!(verdict, ChainVerdict::Broken { sequence }, "{sql}");
    }
}

#[tokio::test]
async fn a_log_whose_oldest_entries_have_gone_is_still_intact() {
    let house = House::default();
    three_entries(&house).await;
    tamper(&house, "DELETE FROM activity WHERE sequence = 1").await;
    let vault = house.open().await;
    assert_eq!(vault.verify_activity_chain().await.unwrap(), ChainVerdict::Intact { entries: 2 });
}

#[tokio::test]
async fn an_entry_that_was_written_over_hides_none_of_the_others() {
    let house = House::default();
    three_entries(&house).await;
    tamper(
        &house,
        r#"UPDATE activity SET what = '{"kind":"teleported"}', integration_id = 'nobody' WHERE sequence = 2"#,
    )
    .await;
    let vault = house.open().await;
    let all = vault.linked_activity(&ActivityPortion { limit: 9, ..Default::default() }).await.unwrap();
    assert_eq!(all.iter().map(|linked| linked.entry.sequence).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!((&all[1].entry.what, all[1].entry.integration_id), (&ActivityKind::Unreadable, None));
    assert_eq!(all[1].content, r#"{"kind":"teleported"}"#);
    assert_eq!(vault.activity(None, 9).await.unwrap().len(), 3);
}

#[tokio::test]
async fn a_part_of_the_log_comes_with_links_that_follow_from_each_other() {
    let house = House::default();
    three_entries(&house).await;
    let vault = house.open().await;
    let portion =
        |before, after, since| ActivityPortion { integration_id: Some(id(1)), before, after, since, limit: 9 };
    let sequences = async |portion: ActivityPortion| {
        let linked = vault.linked_activity(&portion).await.unwrap();
        linked.into_iter().map(|linked| linked.entry.sequence).collect::<Vec<_>>()
    };
    assert_eq!(sequences(portion(Some(3), None, None)).await, [2, 1]);
    assert_eq!(sequences(portion(None, Some(1), None)).await, [3, 2]);
    assert_eq!(sequences(portion(Some(3), Some(2), None)).await, Vec::<u64>::new());
    assert_eq!(sequences(portion(None, None, Some(LATER))).await, [3, 2]);
    let all = vault.linked_activity(&portion(None, None, None)).await.unwrap();
    assert_eq!((&all[0].previous, &all[1].previous), (&all[1].link, &all[2].link));
    assert_eq!(all[2].previous, [0; 32]);
    assert_eq!(all[0].content, r#"{"kind":"refreshed"}"#);
}

#[tokio::test]
async fn entries_that_are_written_while_the_log_is_checked_do_not_look_like_tampering() {
    let house = House::default();
    let vault = house.open().await;
    let writing = async {
        for _ in 0..300 {
            vault.append_activity(None, "", &ActivityKind::Refreshed { took_ms: None }, NOW).await.unwrap();
        }
    };
    let checking = async {
        for _ in 0..100 {
            let verdict = vault.verify_activity_chain().await.unwrap();
            assert!(matches!(verdict, ChainVerdict::Intact { .. }), "{verdict:?}");
        }
    };
    tokio::join!(writing, checking);
    assert_eq!(vault.verify_activity_chain().await.unwrap(), ChainVerdict::Intact { entries: 300 });
}
