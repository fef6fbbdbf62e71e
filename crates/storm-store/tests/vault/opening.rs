//! Opening: every state of the keyring and the disk is its own, and no key is ever made in place of one that is missing.

use crate::common::{House, NOW, add};
use storm_crypto::MasterKey;
use storm_domain::VaultError;
use storm_domain::port::{KeyringError, Vault as _};
use storm_secret::{Passphrase, SecretBytes};
use storm_store::{OpenError, OpenedBy, PassphraseCost, SqliteVault, create_passphrase_vault, open_with_passphrase};
use storm_testkit::{api_key, api_key_integration};

const PASSPHRASE: &str = "correct horse battery";

async fn with_records(house: &House) {
    let vault = house.open().await;
    add(&vault, api_key_integration(1), Some(api_key("key"))).await;
    vault.close().await;
}

async fn keep_passphrase(house: &House, passphrase: &str) -> Result<SqliteVault, OpenError> {
    let (clock, entropy) = (std::sync::Arc::new(house.clock.clone()), house.entropy.clone());
    create_passphrase_vault(house.folder(), Passphrase::new(passphrase), PassphraseCost::LEAST, clock, entropy).await
}

async fn with_passphrase(house: &House, passphrase: &str) -> Result<SqliteVault, OpenError> {
    open_with_passphrase(house.folder(), Passphrase::new(passphrase), std::sync::Arc::new(house.clock.clone())).await
}

#[tokio::test]
async fn a_new_vault_has_one_key_in_the_keyring_named_after_vault_and_key() {
    let house = House::default();
    house.open().await.close().await;
    let users = house.keyring.users();
    assert_eq!(users.len(), 1);
    let parts: Vec<&str> = users[0].split(':').collect();
    assert_eq!((parts[0], parts[1].len(), parts[2].len()), ("mk", 36, 8), "{users:?}");
    house.open().await.close().await;
    assert_eq!(house.keyring.writes(), 1);
}

#[tokio::test]
async fn a_missing_entry_is_never_replaced_by_a_new_key() {
    let house = House::default();
    with_records(&house).await;
    house.keyring.wipe();
    assert_eq!(house.refusal().await, OpenError::Keyring(KeyringError::NoEntry));
    assert_eq!((house.keyring.writes(), house.keyring.users().len()), (1, 0));
}

#[tokio::test]
async fn an_empty_vault_whose_key_is_missing_gets_no_new_key_either() {
    let house = House::default();
    house.open().await.close().await;
    house.keyring.wipe();
    assert_eq!(house.refusal().await, OpenError::Keyring(KeyringError::NoEntry));
    assert_eq!(house.keyring.writes(), 1);
}

#[tokio::test]
async fn every_state_of_the_keyring_is_told_apart_and_passes() {
    let states = [
        KeyringError::PromptDismissed,
        KeyringError::TimedOut,
        KeyringError::NoBus,
        KeyringError::NoService,
        KeyringError::NoCollection,
        KeyringError::Unresponsive,
        KeyringError::Failed,
        KeyringError::Ambiguous,
        KeyringError::Garbage,
    ];
    let house = House::default();
    with_records(&house).await;
    for error in states {
        house.keyring.fail_next(error);
        assert_eq!(house.refusal().await, OpenError::Keyring(error));
    }
    assert_eq!(house.open().await.integrations().await.unwrap().len(), 1);
    assert_eq!(house.keyring.writes(), 1);
}

#[tokio::test]
async fn without_a_keyring_a_new_vault_is_not_made_until_there_is_one() {
    let house = House::default();
    house.keyring.fail_always(Some(KeyringError::NoService));
    assert_eq!(house.refusal().await, OpenError::NoKeyring(KeyringError::NoService));
    house.keyring.fail_always(None);
    house.open().await.close().await;
}

#[tokio::test]
async fn a_keyring_that_forgets_is_not_trusted_with_a_new_key() {
    let house = House::default();
    house.keyring.forget_what_is_written();
    assert_eq!(house.refusal().await, OpenError::KeyringForgetful);
    assert_eq!(house.refusal().await, OpenError::KeyringForgetful, "no header was written");
}

#[tokio::test]
async fn a_foreign_key_and_garbage_in_the_entry_are_told_apart() {
    let house = House::default();
    with_records(&house).await;
    let user = house.keyring.users().remove(0);
    house.keyring.put(&user, MasterKey::make().unwrap().keyring_line());
    assert_eq!(house.refusal().await, OpenError::WrongKey);
    house.keyring.put(&user, SecretBytes::new(*b"hunter2"));
    assert_eq!(house.refusal().await, OpenError::Keyring(KeyringError::Garbage));
}

#[tokio::test]
async fn one_host_at_a_time_holds_the_vault() {
    let house = House::default();
    let vault = house.open().await;
    assert_eq!(house.refusal().await, OpenError::Busy);
    vault.close().await;
    assert_eq!(vault.integrations().await.unwrap_err(), VaultError::Locked);
    house.open().await.close().await;
}

#[tokio::test]
async fn a_refused_opening_gives_the_lock_back() {
    let house = House::default();
    house.keyring.fail_next(KeyringError::PromptDismissed);
    assert_eq!(house.refusal().await, OpenError::NoKeyring(KeyringError::PromptDismissed));
    house.open().await.close().await;
}

#[tokio::test]
async fn a_passphrase_vault_opens_with_its_passphrase_only() {
    let house = House::default();
    let vault = keep_passphrase(&house, PASSPHRASE).await.unwrap();
    assert_eq!(vault.opened_by(), OpenedBy::Passphrase);
    assert!(!vault.protection().await.unwrap().keyring);
    let id = add(&vault, api_key_integration(1), Some(api_key("key"))).await;
    vault.close().await;
    assert_eq!(house.refusal().await, OpenError::PassphraseNeeded);
    assert_eq!(with_passphrase(&house, "correct house battery").await.unwrap_err(), OpenError::PassphraseWrong);
    let vault = with_passphrase(&house, PASSPHRASE).await.unwrap();
    assert!(vault.active_generation(id).await.unwrap().is_some());
    vault.close().await;
    assert_eq!(keep_passphrase(&house, PASSPHRASE).await.unwrap_err(), OpenError::Exists);
    assert_eq!(house.keyring.writes(), 0);
}

#[tokio::test]
async fn a_passphrase_that_is_too_short_makes_no_vault() {
    let house = House::default();
    assert_eq!(keep_passphrase(&house, "eleven char").await.unwrap_err(), OpenError::PassphraseTooShort);
    assert!(!house.folder().database().exists());
}

#[tokio::test]
async fn a_passphrase_does_not_open_what_is_not_there_or_has_none() {
    let house = House::default();
    assert_eq!(with_passphrase(&house, PASSPHRASE).await.unwrap_err(), OpenError::NoSuchWay);
    house.open().await.close().await;
    assert_eq!(with_passphrase(&house, PASSPHRASE).await.unwrap_err(), OpenError::NoSuchWay);
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_can_read_anything_in_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::default();
    let vault = house.open().await;
    add(&vault, api_key_integration(1), Some(api_key("key"))).await;
    vault.backup(NOW).await.unwrap();
    let mut folders = vec![house.folder().path().to_owned()];
    while let Some(folder) = folders.pop() {
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700, "{}", folder.display());
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                assert_eq!(path.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", path.display());
            }
        }
    }
}
