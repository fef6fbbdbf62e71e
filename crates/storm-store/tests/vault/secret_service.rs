//! The real Secret Service. Runs only where STORM_TEST_SECRET_SERVICE=1 says that the session's keyring is a throw-away one.

use std::io::Write as _;
use std::sync::Arc;

use crate::common::{House, add};
use storm_domain::port::{Keyring as _, KeyringError, Vault as _};
use storm_secret::SecretBytes;
use storm_store::{OsKeyring, open_vault};
use storm_testkit::{api_key, api_key_integration};

/// Whether to run; says so when not.
#[expect(clippy::explicit_write, reason = "the harness would capture eprintln, and a skipped test must be loud")]
fn has_keyring(test: &str) -> bool {
    let has = std::env::var_os("STORM_TEST_SECRET_SERVICE").is_some_and(|value| value == "1");
    if !has {
        writeln!(std::io::stderr(), "SKIPPED {test}: STORM_TEST_SECRET_SERVICE is not 1").unwrap();
    }
    has
}

#[tokio::test]
async fn an_entry_is_written_read_and_replaced() {
    if !has_keyring("an_entry_is_written_read_and_replaced") {
        return;
    }
    let keyring = OsKeyring::default();
    assert_eq!(keyring.read("mk:test:absent").await.unwrap_err(), KeyringError::NoEntry);
    for line in [b"v1.first", b"v1.other"] {
        keyring.write("mk:test:entry", &SecretBytes::new(*line)).await.unwrap();
        assert_eq!(keyring.read("mk:test:entry").await.unwrap().expose(), line);
    }
    assert_eq!(keyring.backend(), "GNOME Keyring");
}

#[tokio::test]
async fn a_vault_opens_again_with_the_key_that_lies_in_the_keyring() {
    if !has_keyring("a_vault_opens_again_with_the_key_that_lies_in_the_keyring") {
        return;
    }
    let house = House::default();
    let open = || {
        let keyring = Arc::new(OsKeyring::default());
        open_vault(house.folder(), keyring, Arc::new(house.clock.clone()), house.entropy.clone())
    };
    let vault = open().await.unwrap();
    let id = add(&vault, api_key_integration(1), Some(api_key("key"))).await;
    vault.close().await;
    let vault = open().await.unwrap();
    assert!(vault.active_generation(id).await.unwrap().is_some());
}
