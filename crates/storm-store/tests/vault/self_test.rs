//! Whether secrets can be kept: what each thing that is tried finds when it fails, and that nothing stays behind.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use sqlx::{Connection as _, SqliteConnection};
use storm_domain::VaultError;
use storm_domain::port::{Keyring, KeyringError, Vault as _};
use storm_secret::SecretBytes;
use storm_store::{KeyringFault, SqliteVault};
use storm_testkit::{FakeKeyring, SeededEntropy};

use crate::common::House;

/// A keyring of which one call fails, counted from 1; it does what it was asked all the same.
struct FailingAt {
    keyring: Arc<FakeKeyring>,
    call: usize,
    calls: AtomicUsize,
}

impl FailingAt {
    fn new(keyring: &Arc<FakeKeyring>, call: usize) -> Self {
        Self { keyring: Arc::clone(keyring), call, calls: AtomicUsize::new(0) }
    }

    fn outcome<T>(&self, done: Result<T, KeyringError>) -> Result<T, KeyringError> {
        let is_it = self.calls.fetch_add(1, Ordering::Relaxed) + 1 == self.call;
        if is_it { Err(KeyringError::Vanished) } else { done }
    }
}

#[async_trait]
impl Keyring for FailingAt {
    fn backend(&self) -> String {
        self.keyring.backend()
    }

    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        self.outcome(self.keyring.read(user).await)
    }

    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        self.outcome(self.keyring.write(user, secret).await)
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        self.outcome(self.keyring.remove(user).await)
    }
}

/// A keyring that gives back other bytes than it was given, or keeps what it is told to remove.
struct Odd {
    keyring: Arc<FakeKeyring>,
    clings: bool,
}

#[async_trait]
impl Keyring for Odd {
    fn backend(&self) -> String {
        self.keyring.backend()
    }

    async fn read(&self, user: &str) -> Result<SecretBytes, KeyringError> {
        let read = self.keyring.read(user).await?;
        Ok(if self.clings { read } else { SecretBytes::new(*b"something else") })
    }

    async fn write(&self, user: &str, secret: &SecretBytes) -> Result<(), KeyringError> {
        self.keyring.write(user, secret).await
    }

    async fn remove(&self, user: &str) -> Result<(), KeyringError> {
        if self.clings { Ok(()) } else { self.keyring.remove(user).await }
    }
}

async fn try_keyring(vault: &SqliteVault, keyring: &dyn Keyring) -> Result<(), KeyringFault> {
    vault.try_keyring(keyring, &SeededEntropy::default()).await
}

#[tokio::test]
async fn a_keyring_is_tried_with_an_entry_of_its_own_that_is_gone_afterwards() {
    let house = House::default();
    let vault = house.open().await;
    let (before, writes) = (house.keyring.users(), house.keyring.writes());
    vault.ask_keyring(house.keyring.as_ref()).await.unwrap();
    assert_eq!(house.keyring.writes(), writes, "asking writes nothing");
    try_keyring(&vault, house.keyring.as_ref()).await.unwrap();
    assert_eq!(house.keyring.users(), before);
    assert_eq!(house.keyring.writes(), writes + 1);
    house.reopen(vault).await.close().await;
}

#[tokio::test]
async fn whichever_call_of_the_keyring_fails_is_told_and_the_entry_goes_wherever_it_can() {
    let house = House::default();
    let vault = house.open().await;
    let before = house.keyring.users();
    // Written, read back, removed, looked for.
    for call in 1..=4 {
        let tried = try_keyring(&vault, &FailingAt::new(&house.keyring, call)).await;
        assert_eq!(tried, Err(KeyringFault::Keyring(KeyringError::Vanished)), "call {call}");
        assert_eq!(house.keyring.users(), before, "call {call}");
    }
    try_keyring(&vault, &FailingAt::new(&house.keyring, 5)).await.unwrap();
}

#[tokio::test]
async fn a_keyring_that_forgets_changes_or_clings_to_what_it_was_given_is_told() {
    let house = House::default();
    let vault = house.open().await;
    let before = house.keyring.users();
    let forgetful = FakeKeyring::default();
    forgetful.forget_what_is_written();
    assert_eq!(try_keyring(&vault, &forgetful).await, Err(KeyringFault::Forgetful));
    let odd = |clings| Odd { keyring: Arc::clone(&house.keyring), clings };
    assert_eq!(try_keyring(&vault, &odd(false)).await, Err(KeyringFault::Forgetful));
    assert_eq!(house.keyring.users(), before);
    assert_eq!(try_keyring(&vault, &odd(true)).await, Err(KeyringFault::Clinging));
    assert_eq!(house.keyring.users().len(), before.len() + 1);

    // What such a keyring kept bears the same name, and the next test takes it away.
    vault.ask_keyring(house.keyring.as_ref()).await.unwrap();
    try_keyring(&vault, house.keyring.as_ref()).await.unwrap();
    assert_eq!(house.keyring.users(), before);
}

#[tokio::test]
async fn a_locked_keyring_is_told_before_anything_is_written_to_it() {
    let house = House::default();
    let vault = house.open().await;
    let writes = house.keyring.writes();
    house.keyring.fail_next(KeyringError::PromptDismissed);
    assert_eq!(vault.ask_keyring(house.keyring.as_ref()).await, Err(KeyringError::PromptDismissed));
    assert_eq!(house.keyring.writes(), writes);
}

/// Runs a statement on the open vault's database, beside it.
async fn beside(house: &House, sql: &'static str) {
    let url = format!("sqlite://{}", house.folder().database().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

async fn settings(house: &House) -> i64 {
    let url = format!("sqlite://{}", house.folder().database().display());
    let mut connection = SqliteConnection::connect(&url).await.unwrap();
    let count = sqlx::query_scalar("SELECT count(*) FROM setting").fetch_one(&mut connection).await.unwrap();
    connection.close().await.unwrap();
    count
}

#[tokio::test]
async fn a_vault_is_tried_with_a_record_of_its_own_that_is_gone_afterwards() {
    let house = House::default();
    let vault = house.open().await;
    vault.put_preferences(&storm_domain::Preferences::default()).await.unwrap();
    vault.try_storage(&SeededEntropy::default()).await.unwrap();
    assert_eq!(settings(&house).await, 1);
    assert!(vault.preferences().await.unwrap().is_some(), "what is kept was touched");
    assert!(vault.keeps_others_out().unwrap());
    let vault = house.reopen(vault).await;
    assert!(vault.keeps_others_out().unwrap(), "trying the lock lost it");
}

#[tokio::test]
async fn whichever_step_of_the_vault_fails_is_told() {
    let house = House::default();
    let vault = house.open().await;
    // Each stands for a disk that does not do what it said.
    let on_test = "ON setting WHEN {}.name = 'self_test' BEGIN";
    let (new, old) = (on_test.replace("{}", "NEW"), on_test.replace("{}", "OLD"));
    let steps = [
        (format!("CREATE TRIGGER tried BEFORE INSERT {new} SELECT RAISE(ABORT, 'it is not taken'); END"), true),
        (format!("CREATE TRIGGER tried AFTER INSERT {new} DELETE FROM setting WHERE name = NEW.name; END"), false),
        (
            format!(
                "CREATE TRIGGER tried AFTER INSERT {new} UPDATE setting SET sealed = substr(sealed, 2) WHERE name = NEW.name; END"
            ),
            false,
        ),
        (format!("CREATE TRIGGER tried BEFORE DELETE {old} SELECT RAISE(ABORT, 'it does not go'); END"), true),
        (
            format!("CREATE TRIGGER tried AFTER DELETE {old} INSERT INTO setting VALUES (OLD.name, OLD.sealed); END"),
            false,
        ),
    ];
    for (trigger, fails_itself) in steps {
        let trigger: &'static str = trigger.leak();
        beside(&house, trigger).await;
        let tried = vault.try_storage(&SeededEntropy::default()).await.unwrap_err();
        assert_eq!(tried == VaultError::DatabaseDamaged, !fails_itself, "{trigger}: {tried:?}");
        beside(&house, "DROP TRIGGER tried").await;
    }
    // What the last ones left is written over and taken away.
    vault.try_storage(&SeededEntropy::default()).await.unwrap();
    assert_eq!(settings(&house).await, 0);
}

#[tokio::test]
async fn a_closed_vault_is_not_tried() {
    let house = House::default();
    let vault = house.open().await;
    vault.close().await;
    assert_eq!(vault.try_storage(&SeededEntropy::default()).await, Err(VaultError::Locked));
}
