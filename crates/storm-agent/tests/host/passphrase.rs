//! A vault under a passphrase, where there is no keyring.

use storm_agent::Host;
use storm_domain::ErrorCode;
use storm_domain::port::KeyringError;
use storm_engine::view::{VaultView, WayOut};
use storm_secret::Passphrase;

use super::desk::{Desk, is_open};

fn passphrase(text: &str) -> Passphrase {
    Passphrase::new(text)
}

#[tokio::test]
async fn without_a_keyring_a_passphrase_makes_the_vault_and_opens_it_again() {
    let desk = Desk::new();
    desk.keyring.fail_always(Some(KeyringError::NoService));
    let host = desk.host().await;
    let no_keyring = |host: &Host| matches!(host.view().vault, VaultView::NoKeyring { .. });
    assert!(no_keyring(&host), "{:?}", host.view());
    assert_eq!(host.view().ways_out, [WayOut::CreatePassphrase, WayOut::Retry]);

    let too_short = host.create_passphrase_vault(passphrase("short")).await.unwrap_err();
    assert_eq!(too_short.code, ErrorCode::PassphraseRefused);
    assert!(too_short.message.contains("at least 12 characters"), "{too_short}");
    assert!(no_keyring(&host), "the screen must stay");

    let view = host.create_passphrase_vault(passphrase("correct horse battery")).await.unwrap();
    assert_eq!(view.vault, VaultView::Unlocked { protection: "passphrase".to_owned() });
    host.shut_down().await;

    let host = desk.host().await;
    assert_eq!(host.view().vault, VaultView::PassphraseNeeded);
    let wrong = host.unlock_with_passphrase(passphrase("incorrect horse battery")).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::PassphraseRefused);
    assert_eq!(host.view().vault, VaultView::PassphraseNeeded, "the screen must stay");
    host.unlock_with_passphrase(passphrase("correct horse battery")).await.unwrap();
    assert!(is_open(&host));
    host.shut_down().await;
}
