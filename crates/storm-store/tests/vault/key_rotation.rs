//! Another master key: what opens afterwards, what does not any more, and what a refusal leaves as it was.

use std::sync::Arc;

use crate::common::keyed::{assert_grant_and_rest, assert_whole, fill, key_of, sealed_under};
use crate::common::{House, LATER, NOW, add, begun, id, raw_answer};
use sqlx::{Connection as _, SqliteConnection};
use storm_domain::port::{KeyringError, Vault as _};
use storm_domain::{ActivityKind, ProtectionChange, VaultError};
use storm_secret::Passphrase;
use storm_store::{
    ChainVerdict, KeyRotationError, OpenError, OpenedBy, PassphraseCost, RecoveryKey, SqliteVault, VaultFolder,
    open_with_passphrase, open_with_recovery_code,
};
use storm_testkit::{api_key, api_key_integration, oauth_integration};

const PASSPHRASE: &str = "correct horse battery";

type Outcome = Result<(), KeyRotationError>;

/// Changes the key of an open vault, and opens it again.
async fn rotate(house: &House, vault: SqliteVault, passphrase: Option<&str>) -> (SqliteVault, Outcome) {
    let passphrase = passphrase.map(Passphrase::new);
    match vault.prepare_key_rotation(passphrase, PassphraseCost::LEAST).await {
        Ok(rotation) => {
            vault.close().await;
            rotation.run(house.keyring.as_ref(), &house.clock).await.unwrap()
        }
        Err(error) => (vault, Err(error)),
    }
}

async fn with_passphrase(house: &House, passphrase: &str) -> Result<SqliteVault, OpenError> {
    open_with_passphrase(house.folder(), Passphrase::new(passphrase), Arc::new(house.clock.clone())).await
}

/// Changes the closed vault's database behind its back.
async fn tamper(house: &House, sql: &'static str) {
    let url = format!("sqlite://{}", house.folder().database().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let changed = sqlx::query(sql).execute(&mut connection).await.unwrap();
    assert!(changed.rows_affected() > 0, "{sql}");
    connection.close().await.unwrap();
}

fn only_entry(house: &House) -> String {
    let users = house.keyring.users();
    assert_eq!(users.len(), 1, "{users:?}");
    users.into_iter().next().unwrap()
}

#[tokio::test]
async fn everything_opens_under_the_new_key_and_the_old_one_opens_nothing_that_is_left() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    let old = only_entry(&house);
    let old_backups = house.folder().list_backups().unwrap();
    assert!(sealed_under(house.directory.path(), key_of(&old)).len() >= 4, "database, slots, and both backups");

    let (vault, outcome) = rotate(&house, vault, None).await;
    outcome.unwrap();
    assert_eq!(vault.opened_by(), OpenedBy::Keyring);
    assert_whole(&vault).await;
    let new = only_entry(&house);
    assert_ne!(new, old);
    assert_eq!(sealed_under(house.directory.path(), key_of(&old)), [] as [std::path::PathBuf; 0]);
    let log = vault.activity(None, 1).await.unwrap();
    let changed = ActivityKind::ProtectionChanged { change: ProtectionChange::MasterKeyChanged };
    assert_eq!(log[0].what, changed);

    let backups = house.folder().list_backups().unwrap();
    assert_eq!(backups.len(), 1);
    assert!(old_backups.iter().all(|old| !old.exists()));
    let vault = house.reopen(vault).await;
    assert_whole(&vault).await;
    vault.close().await;
    house.folder().restore(&backups[0]).await.unwrap();
    let vault = house.open().await;
    assert_whole(&vault).await;
    assert!(vault.restored_at().is_some());
    vault.close().await;
}

#[tokio::test]
async fn a_key_can_be_changed_again_and_again() {
    let house = House::default();
    let mut vault = house.open().await;
    fill(&vault).await;
    let mut seen = vec![only_entry(&house)];
    for _ in 0..3 {
        let (changed, outcome) = rotate(&house, vault, None).await;
        outcome.unwrap();
        vault = changed;
        assert_whole(&vault).await;
        assert!(!seen.contains(&only_entry(&house)));
        seen.push(only_entry(&house));
    }
    vault.close().await;
}

#[tokio::test]
async fn a_new_backup_is_the_newest_one_also_where_the_clock_was_set_back() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    for hour in 1..7 {
        vault.backup(storm_domain::Timestamp(LATER.0 + hour * 1_000_000_000)).await.unwrap();
    }
    let (vault, outcome) = rotate(&house, vault, None).await;
    outcome.unwrap();
    assert_eq!(house.folder().list_backups().unwrap().len(), 1);
    assert!(house.folder().last_good_backup().await.is_some());
    vault.close().await;
}

#[tokio::test]
async fn a_database_that_a_backup_replaced_goes_with_the_key_that_opens_it() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    vault.close().await;
    let backup = house.folder().list_backups().unwrap().remove(0);
    house.folder().restore(&backup).await.unwrap();
    let replaced = house.folder().path().join("vault.db.replaced-1");
    assert!(replaced.exists());
    let (vault, outcome) = rotate(&house, house.open().await, None).await;
    outcome.unwrap();
    assert!(!replaced.exists());
    assert!(vault.restored_at().is_some(), "what the user was not told yet is still to be told");
    vault.close().await;
}

#[tokio::test]
async fn a_recovery_code_belongs_to_the_old_key_and_does_not_open_any_more() {
    let house = House::default();
    let vault = house.open().await;
    let code = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&code).await.unwrap();
    let (vault, outcome) = rotate(&house, vault, None).await;
    outcome.unwrap();
    assert!(!vault.protection().await.unwrap().recovery_code);
    let next = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&next).await.unwrap();
    vault.close().await;
    let recovered = |key| {
        let (folder, clock) = (house.folder(), Arc::new(house.clock.clone()));
        async move { open_with_recovery_code(folder, key, clock).await }
    };
    assert_eq!(recovered(&code).await.unwrap_err(), OpenError::RecoveryCodeWrong);
    recovered(&next).await.unwrap().close().await;
}

#[tokio::test]
async fn a_vault_opened_by_its_recovery_code_has_its_new_key_in_the_keyring() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    let code = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&code).await.unwrap();
    vault.close().await;
    house.keyring.wipe();
    let vault = open_with_recovery_code(house.folder(), &code, Arc::new(house.clock.clone())).await.unwrap();
    let (vault, outcome) = rotate(&house, vault, None).await;
    outcome.unwrap();
    assert_eq!(vault.opened_by(), OpenedBy::Keyring);
    let vault = house.reopen(vault).await;
    assert_whole(&vault).await;
    vault.close().await;
}

#[tokio::test]
async fn a_passphrase_opens_the_new_key_beside_the_keyring_and_without_it() {
    for is_in_keyring in [true, false] {
        let house = House::default();
        let vault = house.open().await;
        fill(&vault).await;
        let old = only_entry(&house);
        vault.put_passphrase(Passphrase::new(PASSPHRASE), PassphraseCost::LEAST).await.unwrap();
        if !is_in_keyring {
            vault.take_key_from_keyring(house.keyring.as_ref()).await.unwrap();
        }
        let (vault, none) = rotate(&house, vault, None).await;
        assert_eq!(none.unwrap_err(), KeyRotationError::PassphraseNeeded);
        let (vault, wrong) = rotate(&house, vault, Some("another horse battery")).await;
        assert_eq!(wrong.unwrap_err(), KeyRotationError::PassphraseWrong);
        assert_whole(&vault).await; // it was not even closed
        assert_eq!(house.keyring.users().len(), usize::from(is_in_keyring));

        let (vault, outcome) = rotate(&house, vault, Some(PASSPHRASE)).await;
        outcome.unwrap();
        assert_eq!(vault.protection().await.unwrap().keyring, is_in_keyring);
        vault.close().await;
        assert_eq!(sealed_under(house.directory.path(), key_of(&old)), [] as [std::path::PathBuf; 0]);
        assert_eq!(house.keyring.users().len(), usize::from(is_in_keyring));
        assert!(!house.keyring.users().contains(&old));
        assert_eq!(with_passphrase(&house, "another horse battery").await.unwrap_err(), OpenError::PassphraseWrong);
        let vault = with_passphrase(&house, PASSPHRASE).await.unwrap();
        assert_whole(&vault).await;
        vault.close().await;
    }
}

#[tokio::test]
async fn a_passphrase_that_was_replaced_after_it_was_typed_changes_nothing() {
    let house = House::default();
    let vault = house.open().await;
    vault.put_passphrase(Passphrase::new(PASSPHRASE), PassphraseCost::LEAST).await.unwrap();
    let typed = Some(Passphrase::new(PASSPHRASE));
    let rotation = vault.prepare_key_rotation(typed, PassphraseCost::LEAST).await.unwrap();
    vault.put_passphrase(Passphrase::new("a newer horse battery"), PassphraseCost::LEAST).await.unwrap();
    vault.close().await;
    let (vault, outcome) = rotation.run(house.keyring.as_ref(), &house.clock).await.unwrap();
    assert_eq!(outcome.unwrap_err(), KeyRotationError::ChangedMeanwhile);
    vault.close().await;
    with_passphrase(&house, "a newer horse battery").await.unwrap().close().await;
}

#[tokio::test]
async fn a_damaged_record_is_carried_over_as_it_is_and_stops_nothing() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    vault.close().await;
    tamper(&house, "UPDATE generation SET sealed_credential = substr(sealed_credential, 1, length(sealed_credential) - 1) WHERE rowid = 1").await;
    let bytes = async || -> Vec<u8> {
        let url = format!("sqlite://{}", house.folder().database().display());
        let mut connection = SqliteConnection::connect(&url).await.unwrap();
        let first = "SELECT sealed_credential FROM generation ORDER BY rowid LIMIT 1";
        let bytes = sqlx::query_scalar(first).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        bytes
    };
    let before = bytes().await;
    let (vault, outcome) = rotate(&house, house.open().await, None).await;
    outcome.unwrap();
    assert_eq!(vault.active_generation(id(1)).await.unwrap_err(), VaultError::Damaged);
    assert_eq!(vault.damaged_records().await.unwrap(), [id(1)]);
    assert!(vault.active_generation(id(2)).await.unwrap().is_some());
    assert_grant_and_rest(&vault).await;
    vault.close().await;
    assert_eq!(bytes().await, before);
}

#[tokio::test]
async fn a_log_that_was_tampered_with_stays_broken_at_the_same_place() {
    let changes = [
        ("UPDATE activity SET name = 'GitLab' WHERE sequence = 2", 2),
        ("DELETE FROM activity WHERE sequence = 2", 3),
        ("DELETE FROM activity WHERE sequence = 3", 3),
        ("UPDATE activity SET link = x'00' WHERE sequence = 1", 1),
        ("UPDATE activity SET previous = link WHERE sequence = 1", 1),
    ];
    for (sql, sequence) in changes {
        let house = House::default();
        let vault = house.open().await;
        fill(&vault).await;
        vault.close().await;
        tamper(&house, sql).await;
        let (vault, outcome) = rotate(&house, house.open().await, None).await;
        outcome.unwrap();
        let ChainVerdict::Broken { sequence: found } = vault.verify_activity_chain().await.unwrap() else {
            panic!("laundered: {sql}")
        };
        // Where the end was cut off, the gap shows at the entry that follows it.
        assert_eq!(found, if sql.ends_with("sequence = 3") { 4 } else { sequence }, "{sql}");
        vault.close().await;
    }
}

#[tokio::test]
async fn a_log_whose_oldest_entries_have_gone_is_still_intact_under_the_new_key() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    vault.close().await;
    tamper(&house, "DELETE FROM activity WHERE sequence = 1").await;
    let (vault, outcome) = rotate(&house, house.open().await, None).await;
    outcome.unwrap();
    assert_eq!(vault.verify_activity_chain().await.unwrap(), ChainVerdict::Intact { entries: 3 });
    vault.close().await;
}

#[tokio::test]
async fn an_answer_that_is_not_committed_yet_is_a_reason_to_wait() {
    let house = House::default();
    let vault = house.open().await;
    let waiting = add(&vault, oauth_integration(1), None).await;
    let held = begun(&vault, waiting, None).await;
    vault.land(&held, None, &raw_answer(b"waiting")).await.unwrap();
    let old = only_entry(&house);
    let (vault, outcome) = rotate(&house, vault, None).await;
    assert_eq!(outcome.unwrap_err(), KeyRotationError::UnsettledAnswer);
    assert_eq!(only_entry(&house), old);
    let landed = vault.landed().await.unwrap();
    assert_eq!(landed[0].answer.body.expose(), b"waiting");
    vault.close().await;
}

#[tokio::test]
async fn a_keyring_that_does_not_take_the_new_key_changes_nothing() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    let old = only_entry(&house);
    house.keyring.fail_next(KeyringError::PromptDismissed);
    let (vault, outcome) = rotate(&house, vault, None).await;
    assert_eq!(outcome.unwrap_err(), KeyRotationError::Keyring(KeyringError::PromptDismissed));
    assert_whole(&vault).await;
    assert_eq!(only_entry(&house), old);
    assert_eq!(house.folder().list_backups().unwrap().len(), 2);
    let vault = house.reopen(vault).await;
    house.keyring.forget_what_is_written();
    let (vault, outcome) = rotate(&house, vault, None).await;
    assert_eq!(outcome.unwrap_err(), KeyRotationError::KeyringForgetful);
    let vault = house.reopen(vault).await;
    assert_whole(&vault).await;
    vault.close().await;
}

/// A keyring whose removals are refused until it is told otherwise.
mod stubborn {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};
    use storm_domain::port::Keyring;
    use storm_secret::SecretBytes;
    use storm_testkit::FakeKeyring;

    pub struct Stubborn(pub Arc<FakeKeyring>, pub AtomicBool);

    #[async_trait::async_trait]
    impl Keyring for Stubborn {
        fn backend(&self) -> String {
            self.0.backend()
        }
        async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
            self.0.read(user).await
        }
        async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
            self.0.write(user, secret).await
        }
        async fn remove(&self, user: &str) -> Result<(), KeyringError> {
            if self.1.load(Ordering::Relaxed) {
                return Err(KeyringError::AccessDenied);
            }
            self.0.remove(user).await
        }
    }
}

#[tokio::test]
async fn an_old_key_that_the_keyring_keeps_is_taken_out_at_a_later_opening() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    let old = only_entry(&house);
    let keyring = stubborn::Stubborn(house.keyring.clone(), true.into());
    let rotation = vault.prepare_key_rotation(None, PassphraseCost::LEAST).await.unwrap();
    vault.close().await;
    let (vault, outcome) = rotation.run(&keyring, &house.clock).await.unwrap();
    outcome.unwrap();
    assert!(house.keyring.users().contains(&old));
    let rotation = vault.prepare_key_rotation(None, PassphraseCost::LEAST).await.unwrap();
    vault.close().await;
    let (vault, outcome) = rotation.run(&keyring, &house.clock).await.unwrap();
    assert_eq!(outcome.unwrap_err(), KeyRotationError::Keyring(KeyringError::AccessDenied), "one after the other");
    assert_whole(&vault).await;
    vault.backup(NOW).await.unwrap();
    let vault = house.reopen(vault).await;
    assert_whole(&vault).await;
    assert_ne!(only_entry(&house), old);
    vault.close().await;
}

#[tokio::test]
async fn an_old_key_that_the_keyring_keeps_goes_when_the_key_is_taken_out_of_it() {
    let house = House::default();
    let vault = house.open().await;
    vault.put_passphrase(Passphrase::new(PASSPHRASE), PassphraseCost::LEAST).await.unwrap();
    let keyring = stubborn::Stubborn(house.keyring.clone(), true.into());
    let typed = Some(Passphrase::new(PASSPHRASE));
    let rotation = vault.prepare_key_rotation(typed, PassphraseCost::LEAST).await.unwrap();
    vault.close().await;
    let (vault, outcome) = rotation.run(&keyring, &house.clock).await.unwrap();
    outcome.unwrap();
    assert_eq!(house.keyring.users().len(), 2);
    vault.take_key_from_keyring(house.keyring.as_ref()).await.unwrap();
    assert!(house.keyring.users().is_empty());
    vault.close().await;
    with_passphrase(&house, PASSPHRASE).await.unwrap().close().await;
}

#[tokio::test]
async fn a_database_under_the_new_key_that_a_backup_replaced_is_kept_also_with_a_damaged_record_in_it() {
    let house = House::default();
    let vault = house.open().await;
    fill(&vault).await;
    vault.close().await;
    tamper(&house, "UPDATE generation SET sealed_credential = substr(sealed_credential, 1, length(sealed_credential) - 1) WHERE rowid = 1").await;
    let (vault, outcome) = rotate(&house, house.open().await, None).await;
    outcome.unwrap();
    vault.close().await;
    let backup = house.folder().list_backups().unwrap().remove(0);
    house.folder().restore(&backup).await.unwrap();
    house.open().await.close().await;
    assert!(house.folder().path().join("vault.db.replaced-1").exists());
}

#[tokio::test]
async fn two_thousand_records_go_over_in_portions() {
    let house = House::default();
    let vault = Arc::new(house.open().await);
    let many = 2_000;
    let adding = (0..many).map(|number| {
        let vault = Arc::clone(&vault);
        tokio::spawn(async move { add(vault.as_ref(), api_key_integration(number), Some(api_key("key"))).await })
    });
    for added in adding.collect::<Vec<_>>() {
        added.await.unwrap();
    }
    let (vault, outcome) = rotate(&house, Arc::into_inner(vault).unwrap(), None).await;
    outcome.unwrap();
    assert_eq!(vault.damaged_records().await.unwrap(), []);
    assert_eq!(vault.integrations().await.unwrap().len(), usize::try_from(many).unwrap());
    vault.close().await;
}

#[tokio::test]
async fn a_folder_is_as_private_afterwards_as_before() {
    let house = House::default();
    let (vault, outcome) = rotate(&house, house.open().await, None).await;
    outcome.unwrap();
    vault.close().await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: std::path::PathBuf| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let folder: VaultFolder = house.folder();
        assert_eq!(mode(folder.database()), 0o600);
        assert_eq!(mode(folder.list_backups().unwrap().remove(0)), 0o600);
    }
}
