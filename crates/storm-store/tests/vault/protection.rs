//! Second ways in: a recovery code and a passphrase beside the keyring, moved between, replaced and taken away.

use std::sync::Arc;

use crate::common::{House, add};
use storm_crypto::MasterKey;
use storm_domain::port::{KeyringError, Vault as _};
use storm_secret::Passphrase;
use storm_store::{
    OpenError, OpenedBy, PassphraseCost, Protection, ProtectionError, RecoveryKey, SqliteVault, open_with_passphrase,
    open_with_recovery_code,
};
use storm_testkit::{api_key, api_key_integration};

const PASSPHRASE: &str = "correct horse battery";

async fn recovered(house: &House, key: &RecoveryKey) -> Result<SqliteVault, OpenError> {
    open_with_recovery_code(house.folder(), key, Arc::new(house.clock.clone())).await
}

async fn with_passphrase(house: &House) -> Result<SqliteVault, OpenError> {
    open_with_passphrase(house.folder(), Passphrase::new(PASSPHRASE), Arc::new(house.clock.clone())).await
}

async fn put_passphrase(vault: &SqliteVault) {
    vault.put_passphrase(Passphrase::new(PASSPHRASE), PassphraseCost::LEAST).await.unwrap();
}

#[tokio::test]
async fn a_recovery_code_opens_the_vault_whose_key_is_lost_and_puts_it_back() {
    let house = House::default();
    let vault = house.open().await;
    let id = add(&vault, api_key_integration(1), Some(api_key("key"))).await;
    let code = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&code).await.unwrap();
    vault.close().await;
    house.keyring.wipe();
    assert_eq!(house.refusal().await, OpenError::Keyring(KeyringError::NoEntry));
    let kept = Protection { keyring: true, passphrase: false, recovery_code: true };
    assert_eq!(house.folder().protection().await, Some(kept), "asked while it is closed");

    let vault = recovered(&house, &code).await.unwrap();
    assert_eq!(vault.opened_by(), OpenedBy::RecoveryCode);
    assert!(vault.active_generation(id).await.unwrap().is_some());
    house.keyring.forget_what_is_written();
    assert_eq!(
        vault.put_key_into_keyring(house.keyring.as_ref()).await.unwrap_err(),
        ProtectionError::KeyringForgetful
    );
    vault.close().await;
}

/// What the README says to do when a computer is lost: one of the hourly copies, put into an empty data folder.
#[tokio::test]
async fn a_copy_that_was_made_while_the_program_ran_opens_on_another_computer_with_the_recovery_code() {
    let house = House::default();
    let vault = house.open().await;
    let (key, grant) = (api_key_integration(1), storm_testkit::oauth_integration(2));
    let ids = [
        add(&vault, key, Some(api_key("key"))).await,
        add(&vault, grant, Some(storm_domain::Credential::OAuthGrant(storm_testkit::oauth_grant("at", Some("rt")))))
            .await,
    ];
    let code = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&code).await.unwrap();
    let copy = vault.backup(crate::common::NOW).await.unwrap();
    let later = add(&vault, api_key_integration(3), Some(api_key("later"))).await; // it goes on running, and is not closed

    let computer = House::default();
    std::fs::create_dir_all(computer.folder().path()).unwrap();
    std::fs::copy(copy, computer.folder().database()).unwrap();
    assert_eq!(computer.refusal().await, OpenError::Keyring(KeyringError::NoEntry), "its keyring has no such key");
    let another = RecoveryKey::make().unwrap();
    assert_eq!(recovered(&computer, &another).await.unwrap_err(), OpenError::RecoveryCodeWrong);
    let restored = recovered(&computer, &code).await.unwrap();
    for id in ids {
        assert!(restored.active_generation(id).await.unwrap().is_some());
    }
    assert!(restored.integration(later).await.is_err(), "it was added after the copy");
    assert!(
        restored.restored_at().is_some(),
        "nothing is refreshed before its user knows: the other computer may go on"
    );
    restored.put_key_into_keyring(computer.keyring.as_ref()).await.unwrap();
    restored.acknowledge_restore().await.unwrap();
    let restored = computer.reopen(restored).await;
    assert_eq!((restored.opened_by(), restored.restored_at()), (OpenedBy::Keyring, None));
    assert!(vault.active_generation(later).await.unwrap().is_some(), "the first vault is as it was");
}

#[tokio::test]
async fn a_key_put_back_into_the_keyring_replaces_what_was_wrong_there() {
    let house = House::default();
    let vault = house.open().await;
    let code = RecoveryKey::make().unwrap();
    vault.put_recovery_code(&code).await.unwrap();
    vault.close().await;
    let user = house.keyring.users().remove(0);
    house.keyring.put(&user, MasterKey::make().unwrap().keyring_line());
    assert_eq!(house.refusal().await, OpenError::WrongKey);
    let vault = recovered(&house, &code).await.unwrap();
    vault.put_key_into_keyring(house.keyring.as_ref()).await.unwrap();
    let vault = house.reopen(vault).await;
    assert_eq!(vault.opened_by(), OpenedBy::Keyring);
    vault.close().await;
}

#[tokio::test]
async fn another_code_and_one_that_was_replaced_or_removed_do_not_open() {
    let house = House::default();
    let vault = house.open().await;
    let [first, second] = [(); 2].map(|()| RecoveryKey::make().unwrap());
    vault.put_recovery_code(&first).await.unwrap();
    vault.put_recovery_code(&second).await.unwrap();
    vault.close().await;
    assert_eq!(recovered(&house, &first).await.unwrap_err(), OpenError::RecoveryCodeWrong);
    let vault = recovered(&house, &second).await.unwrap();
    vault.remove_recovery_code().await.unwrap();
    vault.close().await;
    assert_eq!(recovered(&house, &second).await.unwrap_err(), OpenError::NoSuchWay);
    assert_eq!(recovered(&House::default(), &second).await.unwrap_err(), OpenError::NoSuchWay);
}

#[tokio::test]
async fn a_vault_moves_from_the_keyring_to_a_passphrase_and_back() {
    let house = House::default();
    let vault = house.open().await;
    let keyring = house.keyring.as_ref();
    assert_eq!(vault.take_key_from_keyring(keyring).await.unwrap_err(), ProtectionError::LastWay);
    let short = vault.put_passphrase(Passphrase::new("eleven char"), PassphraseCost::LEAST).await;
    assert_eq!(short.unwrap_err(), ProtectionError::PassphraseTooShort);
    put_passphrase(&vault).await;
    let vault = house.reopen(vault).await;
    assert_eq!(vault.opened_by(), OpenedBy::Keyring, "a passphrase beside the keyring does not replace it");

    vault.take_key_from_keyring(keyring).await.unwrap();
    assert!(keyring.users().is_empty());
    assert_eq!(vault.remove_passphrase().await.unwrap_err(), ProtectionError::LastWay);
    vault.close().await;
    assert_eq!(house.refusal().await, OpenError::PassphraseNeeded);

    let vault = with_passphrase(&house).await.unwrap();
    vault.put_key_into_keyring(keyring).await.unwrap();
    vault.remove_passphrase().await.unwrap();
    let only_keyring = Protection { keyring: true, passphrase: false, recovery_code: false };
    assert_eq!(vault.protection().await.unwrap(), only_keyring);
    vault.close().await;
    assert_eq!(with_passphrase(&house).await.unwrap_err(), OpenError::NoSuchWay);
    house.open().await.close().await;
}

#[tokio::test]
async fn a_keyring_that_does_not_take_the_key_changes_nothing() {
    let house = House::default();
    let vault = house.open().await;
    put_passphrase(&vault).await;
    vault.take_key_from_keyring(house.keyring.as_ref()).await.unwrap();
    house.keyring.fail_next(KeyringError::PromptDismissed);
    let refused = vault.put_key_into_keyring(house.keyring.as_ref()).await.unwrap_err();
    assert_eq!(refused, ProtectionError::Keyring(KeyringError::PromptDismissed));
    assert!(!vault.protection().await.unwrap().keyring);
    vault.close().await;
}
