//! Second ways into a vault, as the window asks for them.

use std::sync::Arc;

use storm_agent::Host;
use storm_domain::port::KeyringError;
use storm_domain::{ActivityKind, ErrorCode, ProtectionChange};
use storm_engine::view::{ProtectionView, VaultView, WayOut};
use storm_secret::{Passphrase, RecoveryCode};

use super::desk::{Desk, is_open};

const PASSPHRASE: &str = "correct horse battery";

fn protection(host: &Host) -> ProtectionView {
    host.view().protection.expect("the vault is closed")
}

fn recovery_code(text: &str) -> RecoveryCode {
    RecoveryCode::new(text)
}

async fn changes(host: &Arc<Host>) -> Vec<ProtectionChange> {
    let log = host.engine().unwrap().activity(None, 20).await.unwrap();
    let change = |what| match what {
        ActivityKind::ProtectionChanged { change } => Some(change),
        _ => None,
    };
    log.into_iter().rev().filter_map(|entry| change(entry.what)).collect()
}

#[tokio::test]
async fn a_recovery_code_opens_nothing_before_it_is_typed_back() {
    let desk = Desk::new();
    let host = desk.host().await;
    assert!(!protection(&host).recovery_code);
    let shown = host.reveal_new_recovery_code().await.unwrap();
    assert!(!protection(&host).recovery_code);

    let mistyped: String = shown.chars().rev().collect();
    let short = &shown[..20];
    let other = Desk::new().host().await.reveal_new_recovery_code().await.unwrap();
    for (typed, words) in
        [(mistyped.as_str(), "mistyped"), (short, "has 32 characters"), (&other, "not the recovery code")]
    {
        let refused = host.confirm_recovery_code(recovery_code(typed)).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::RecoveryCodeRefused);
        assert!(refused.message.contains(words), "{refused}");
        assert!(!protection(&host).recovery_code);
    }
    let typed = shown.to_lowercase().replace('-', " ");
    let view = host.confirm_recovery_code(recovery_code(&typed)).await.unwrap();
    assert!(view.protection.unwrap().recovery_code);
    let again = host.confirm_recovery_code(recovery_code(&typed)).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::RecoveryCodeRefused, "it was shown once");
    assert_eq!(changes(&host).await, [ProtectionChange::RecoveryCodeShown, ProtectionChange::RecoveryCodeSet]);
    host.shut_down().await;
}

#[tokio::test]
async fn a_new_code_replaces_the_old_one_only_once_it_is_typed_back() {
    let desk = Desk::new();
    let host = desk.host().await;
    let first = host.reveal_new_recovery_code().await.unwrap();
    host.confirm_recovery_code(recovery_code(&first)).await.unwrap();
    let second = host.reveal_new_recovery_code().await.unwrap();
    host.discard_recovery_code();
    assert!(host.confirm_recovery_code(recovery_code(&second)).await.is_err(), "it was discarded");
    host.shut_down().await;
    desk.keyring.wipe();

    let host = desk.host().await;
    assert_eq!(host.view().ways_out, [WayOut::Retry, WayOut::RecoveryCode]);
    let wrong = host.unlock_with_recovery_code(recovery_code(&second)).await.unwrap_err();
    assert_eq!(wrong.code, ErrorCode::RecoveryCodeRefused);
    assert!(matches!(host.view().vault, VaultView::KeyMissing { .. }), "the screen must stay");
    host.unlock_with_recovery_code(recovery_code(&first)).await.unwrap();
    assert!(protection(&host).keyring_lost);
    assert_eq!(changes(&host).await.last(), Some(&ProtectionChange::RecoveryCodeUsed));

    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let refused = host.put_key_into_keyring().await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeyringRefused);
    assert!(refused.message.contains("The vault stays open"), "{refused}");
    assert!(protection(&host).keyring_lost);
    assert!(!host.put_key_into_keyring().await.unwrap().protection.unwrap().keyring_lost);
    host.remove_recovery_code().await.unwrap();
    host.shut_down().await;
    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn the_key_moves_from_the_keyring_to_a_passphrase_and_back() {
    let desk = Desk::new();
    let host = desk.host().await;
    assert!(host.take_key_from_keyring().await.unwrap_err().message.contains("the last way"));
    host.set_passphrase(Passphrase::new(PASSPHRASE)).await.unwrap();
    let view = host.take_key_from_keyring().await.unwrap();
    assert_eq!(view.vault, VaultView::Unlocked { protection: "passphrase".to_owned() });
    assert!(desk.keyring.users().is_empty());
    assert!(host.remove_passphrase().await.unwrap_err().message.contains("the last way"));
    host.shut_down().await;

    let host = desk.host().await;
    assert_eq!(host.view().ways_out, [WayOut::Passphrase]);
    host.unlock_with_passphrase(Passphrase::new(PASSPHRASE)).await.unwrap();
    assert!(!protection(&host).keyring_lost, "it is where it should be");
    host.put_key_into_keyring().await.unwrap();
    host.remove_passphrase().await.unwrap();
    host.shut_down().await;
    let host = desk.host().await;
    assert_eq!(host.view().vault, VaultView::Unlocked { protection: "Fake keyring".to_owned() });
    host.shut_down().await;
}

#[tokio::test]
async fn nothing_is_changed_while_the_vault_is_closed() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_always(Some(KeyringError::PromptDismissed));
    let host = desk.host().await;
    assert_eq!(host.reveal_new_recovery_code().await.unwrap_err().code, ErrorCode::VaultLocked);
    assert_eq!(host.remove_recovery_code().await.unwrap_err().code, ErrorCode::VaultLocked);
    assert_eq!(host.set_passphrase(Passphrase::new(PASSPHRASE)).await.unwrap_err().code, ErrorCode::VaultLocked);
    host.shut_down().await;
}
