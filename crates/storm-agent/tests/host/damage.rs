//! A damaged, deleted, replaced or shortened database: noticed, said, the last good copy offered, and what can be read usable.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use storm_agent::Host;
use storm_domain::port::{NewIntegration, Vault as _};
use storm_domain::{ErrorCode, Event, IntegrationId, ReconnectReason, Timestamp};
use storm_engine::view::{KeyInput, StatusView, VaultNotice, VaultView};
use storm_store::{SqliteVault, VaultFolder, open_vault};
use storm_testkit::{FakeClock, SeededEntropy, api_key, api_key_integration};
use uuid::Uuid;

use super::desk::{Desk, is_open};

const COPIED_AT: Timestamp = Timestamp(1_767_225_600_000);

async fn vault_of(desk: &Desk) -> SqliteVault {
    let clock = Arc::new(FakeClock::default());
    let folder = VaultFolder::new(desk.data());
    open_vault(folder, desk.keyring.clone(), clock, Arc::new(SeededEntropy::default())).await.unwrap()
}

/// A vault of thirty keys with one good copy, closed.
async fn desk_with_thirty_keys() -> Desk {
    let desk = Desk::new();
    let vault = vault_of(&desk).await;
    for number in 1..=30 {
        let credential = Some(api_key(&format!("{number:-<300}")));
        let mut integration = api_key_integration(number);
        integration.fields = [("base_url".to_owned(), "http://127.0.0.1:9".to_owned())].into();
        integration.lending_allowed = true;
        let state = storm_domain::RefreshState::NotRefreshable;
        integration.state = storm_domain::TokenState::Active { expires_at: None, refresh: state };
        vault.add_integration(NewIntegration { integration, credential }).await.unwrap();
    }
    vault.backup(COPIED_AT).await.unwrap();
    vault.close().await;
    desk
}

fn database(desk: &Desk) -> PathBuf {
    desk.data().join("vault.db")
}

fn zero(path: &Path, bytes: std::ops::Range<usize>) {
    let mut content = fs::read(path).unwrap();
    content[bytes].fill(0);
    fs::write(path, content).unwrap();
}

/// Runs SQL on the closed vault's database.
fn tamper(desk: &Desk, sql: &str) -> String {
    let output = std::process::Command::new("sqlite3").arg(database(desk)).arg(sql).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

async fn lends(host: &Host) -> usize {
    let engine = host.engine().unwrap();
    let mut lent = 0;
    for number in 1..=30_u128 {
        let name = Uuid::from_u128(number).to_string();
        lent += usize::from(engine.lend(&name, "test", None).await.is_ok());
    }
    lent
}

/// Waits until the host says so in a notice.
async fn noticed(desk: &Desk, host: &Host, wanted: fn(&VaultNotice) -> bool) {
    loop {
        desk.events.clear();
        if host.view().notices.iter().any(wanted) {
            return;
        }
        desk.events.wait_for(|event| *event == Event::VaultChanged).await;
    }
}

fn is_damaged(notice: &VaultNotice) -> bool {
    *notice == VaultNotice::Damaged
}

fn is_restored(notice: &VaultNotice) -> bool {
    matches!(notice, VaultNotice::Restored { .. })
}

/// Puts the offered copy back, and looks that all of it is there and that what it replaced was kept as it was.
async fn put_back(desk: &Desk, host: &Host, replaced: Option<Vec<u8>>) {
    let offered = host.view().backup.expect("no copy is offered");
    assert_eq!((offered.made_at, offered.integrations), (COPIED_AT, 30));
    let refused = host.restore_backup("vault-1.db").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::ChangedMeanwhile, "a copy was put back that is not offered");
    let view = host.restore_backup(&offered.name).await.unwrap();
    assert!(matches!(view.vault, VaultView::Unlocked { .. }), "{view:?}");
    assert!(view.notices.iter().any(is_restored), "{view:?}");
    assert_eq!(view.backup, None);
    assert_eq!(lends(host).await, 30);
    if let Some(replaced) = replaced {
        assert_eq!(fs::read(desk.data().join("vault.db.replaced-1")).unwrap(), replaced);
    }
}

#[tokio::test]
async fn f095_a_zeroed_page_is_noticed_while_every_other_record_is_lent_and_the_copy_is_offered() {
    let desk = desk_with_thirty_keys().await;
    let sql = "SELECT max(length(sealed_credential)) FROM generation";
    assert!(tamper(&desk, sql).parse::<usize>().unwrap() > 300);
    // A leaf of the table of credentials: where the one of the tenth lies.
    let needle = tamper(&desk, "SELECT hex(substr(sealed_credential, 20, 24)) FROM generation WHERE rowid = 10");
    let needle: Vec<u8> =
        (0..needle.len()).step_by(2).map(|at| u8::from_str_radix(&needle[at..at + 2], 16).unwrap()).collect();
    let content = fs::read(database(&desk)).unwrap();
    let at = content.windows(needle.len()).position(|window| window == needle).unwrap();
    let page = at / 4_096;
    zero(&database(&desk), page * 4_096..(page + 1) * 4_096);
    let damaged = fs::read(database(&desk)).unwrap();

    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    noticed(&desk, &host, is_damaged).await;
    let lent = lends(&host).await;
    assert!((1..30).contains(&lent), "{lent} of the thirty are usable");
    assert_eq!(host.engine().unwrap().integrations().await.unwrap().len(), 30, "all of them are listed");
    drop(damaged); // the log writes into the file meanwhile
    put_back(&desk, &host, None).await;
    host.shut_down().await;
}

#[tokio::test]
async fn f096_a_destroyed_header_is_said_left_as_it_is_and_the_copy_is_offered() {
    for bytes in [0..100, 0..4_096, 16..18] {
        let desk = desk_with_thirty_keys().await;
        zero(&database(&desk), bytes.clone());
        let damaged = fs::read(database(&desk)).unwrap();
        let host = desk.host().await;
        let VaultView::Failed { failure } = host.view().vault else { panic!("{bytes:?}: {:?}", host.view()) };
        assert_eq!(failure.code, ErrorCode::VaultDamaged, "{bytes:?}");
        assert!(failure.message.contains("last good copy"), "{failure}");
        assert_eq!(fs::read(database(&desk)).unwrap(), damaged, "{bytes:?}");
        put_back(&desk, &host, Some(damaged)).await;
        assert_eq!(desk.keyring.writes(), 1);
        host.shut_down().await;
    }
}

#[tokio::test]
async fn f097_a_log_that_was_shortened_after_a_crash_is_said_and_the_copy_is_offered() {
    let desk = desk_with_thirty_keys().await;
    let vault = vault_of(&desk).await;
    let mut row = vault.integration(IntegrationId(Uuid::from_u128(1))).await.unwrap();
    row.name = "renamed".to_owned();
    vault.update_integration(row).await.unwrap();
    // What a killed program leaves behind, with its times, which tell who wrote last.
    let left = tempfile::tempdir().unwrap();
    let copy = |from: &Path, to: &Path| {
        let copied = std::process::Command::new("cp").arg("--archive").arg(from).arg(to).status().unwrap();
        assert!(copied.success());
    };
    copy(&desk.data(), left.path());
    vault.close().await;
    fs::remove_dir_all(desk.data()).unwrap();
    copy(&left.path().join("data"), &desk.data());
    let log = desk.data().join("vault.db-wal");
    let length = fs::metadata(&log).unwrap().len();
    fs::OpenOptions::new().write(true).open(&log).unwrap().set_len(length - 4_000).unwrap();

    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    noticed(&desk, &host, is_restored).await;
    noticed(&desk, &host, is_damaged).await;
    assert_eq!(lends(&host).await, 30);
    let offered = host.view().backup.expect("no copy is offered");
    assert_eq!(offered.integrations, 30);
    host.shut_down().await;
}

#[tokio::test]
async fn f099_a_database_deleted_while_in_use_is_said_and_a_copy_of_the_newest_state_is_offered() {
    let desk = desk_with_thirty_keys().await;
    let host = desk.host().await;
    let id = IntegrationId(Uuid::from_u128(7));
    fs::remove_file(database(&desk)).unwrap();
    let failure = host.engine().unwrap().rename_integration(id, "after").await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::VaultDamaged);
    noticed(&desk, &host, is_damaged).await;
    assert_eq!(lends(&host).await, 30, "what is open can still be read");
    let offered = host.view().backup.expect("no copy is offered");
    assert!(offered.made_at > COPIED_AT, "it was made of what is still open");
    let view = host.restore_backup(&offered.name).await.unwrap();
    assert_eq!(view.notices, [], "nothing is missing");
    assert_eq!(host.engine().unwrap().integration(id).await.unwrap().integration.name, "after");
    host.shut_down().await;

    // Deleted while nothing runs: said, and never taken for a new vault.
    fs::remove_file(database(&desk)).unwrap();
    let host = desk.host().await;
    let VaultView::Failed { failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert!(failure.message.contains("not in its folder any more"), "{failure}");
    let offered = host.view().backup.expect("no copy is offered");
    host.restore_backup(&offered.name).await.unwrap();
    assert_eq!(lends(&host).await, 30);
    assert_eq!(desk.keyring.writes(), 1);
    host.shut_down().await;
}

#[tokio::test]
async fn f100_a_database_replaced_while_in_use_is_said_left_alone_and_the_right_one_is_offered() {
    let desk = desk_with_thirty_keys().await;
    let other = Desk::with_vault().await;
    let foreign = fs::read(database(&other)).unwrap();
    let host = desk.host().await;
    let id = IntegrationId(Uuid::from_u128(7));
    fs::rename(database(&other), database(&desk)).unwrap();
    let failure = host.engine().unwrap().rename_integration(id, "after").await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::VaultDamaged);
    noticed(&desk, &host, is_damaged).await;
    assert_eq!(lends(&host).await, 30, "what is open can still be read");
    let offered = host.view().backup.expect("no copy is offered");
    host.restore_backup(&offered.name).await.unwrap();
    assert_eq!(host.engine().unwrap().integration(id).await.unwrap().integration.name, "after");
    assert_eq!(fs::read(desk.data().join("vault.db.replaced-1")).unwrap(), foreign, "the two were mixed up");
    host.shut_down().await;
}

#[tokio::test]
async fn a_damaged_record_concerns_one_integration_which_says_so_and_is_mended_by_pasting_again() {
    for damage in [
        "UPDATE generation SET sealed_credential = zeroblob(200) WHERE rowid = 3",
        "UPDATE generation SET sealed_credential = zeroblob(200), sealed_summary = x'00' WHERE rowid = 3",
    ] {
        let desk = desk_with_thirty_keys().await;
        tamper(&desk, damage);
        let host = desk.host().await;
        let engine = host.engine().unwrap();
        let id = IntegrationId(Uuid::from_u128(3));
        let status = loop {
            desk.events.clear();
            let page = engine.integration(id).await.unwrap();
            if let StatusView::NeedsYou { reason, .. } = page.integration.status {
                break reason;
            }
            desk.events.wait_for(|event| *event == Event::IntegrationChanged { id }).await;
        };
        assert_eq!(status, ReconnectReason::RecordDamaged);
        assert_eq!(lends(&host).await, 29);
        assert_eq!(host.view().notices, [], "the database itself is whole");
        assert_eq!(tamper(&desk, "SELECT count(*) FROM generation WHERE rowid = 3"), "1", "it was deleted");

        let key: KeyInput =
            serde_json::from_value(serde_json::json!({ "from": "typed", "value": "sk_practice_new" })).unwrap();
        engine.replace_api_key(id, key).await.unwrap();
        assert_eq!(lends(&host).await, 30);
        host.shut_down().await;
    }
}

#[tokio::test]
async fn a_damaged_row_hides_no_other_one() {
    let desk = desk_with_thirty_keys().await;
    tamper(&desk, "UPDATE integration SET row = substr(row, 1, 40) WHERE ordinal = 3");
    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    assert_eq!(lends(&host).await, 29);
    let rows = host.engine().unwrap().integrations().await.unwrap();
    assert_eq!(rows.len(), 30);
    let damaged = rows.iter().find(|row| row.id == IntegrationId(Uuid::from_u128(3))).unwrap();
    let StatusView::NeedsYou { reason, .. } = &damaged.status else { panic!("{damaged:?}") };
    assert_eq!(*reason, ReconnectReason::RecordDamaged);
    host.shut_down().await;
}

#[tokio::test]
async fn f104_an_older_copy_put_back_is_said_until_its_user_goes_on() {
    let desk = desk_with_thirty_keys().await;
    vault_of(&desk).await.close().await;
    let copy = VaultFolder::new(desk.data()).last_good_backup().await.unwrap();
    fs::copy(&copy.path, database(&desk)).unwrap();
    for opened in ["once", "again"] {
        let host = desk.host().await;
        assert!(host.view().notices.iter().any(is_restored), "opened {opened}: {:?}", host.view());
        host.shut_down().await;
    }
    let host = desk.host().await;
    assert!(!host.acknowledge_restore().await.unwrap().notices.iter().any(is_restored));
    host.shut_down().await;
    let host = desk.host().await;
    assert_eq!(host.view().notices, []);
    host.shut_down().await;
}

#[tokio::test]
async fn the_host_makes_a_copy_soon_after_its_first_opening() {
    let desk = Desk::with_vault().await;
    let folder = VaultFolder::new(desk.data());
    // The folder itself tells when a copy gets its name.
    let inotify = rustix::fs::inotify::init(rustix::fs::inotify::CreateFlags::empty()).unwrap();
    rustix::fs::inotify::add_watch(&inotify, folder.backups(), rustix::fs::inotify::WatchFlags::MOVED_TO).unwrap();
    let host = desk.host().await;
    if folder.list_backups().unwrap().is_empty() {
        let named = tokio::task::spawn_blocking(move || rustix::io::read(&inotify, &mut [0; 4_096]).map(drop));
        named.await.unwrap().unwrap();
    }
    assert_eq!(folder.last_good_backup().await.unwrap().integrations, 0);
    host.shut_down().await;
}
