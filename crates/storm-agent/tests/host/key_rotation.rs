//! Another master key, as the window asks for it.

use std::sync::Arc;

use storm_agent::Host;
use storm_broker::{Request, Response};
use storm_domain::port::KeyringError;
use storm_domain::{ActivityKind, ErrorCode, Event, ProtectionChange};
use storm_engine::view::WayOut;
use storm_secret::{Passphrase, RecoveryCode};

use super::desk::{Desk, ask, is_open};

const PASSPHRASE: &str = "correct horse battery";

async fn with_key(desk: &Desk) -> Arc<Host> {
    let host = desk.host().await;
    // Nothing listens on the discard port: the key is saved, its verification does not reach anybody.
    let key = serde_json::json!({
        "connector_id": "practice", "name": "rehearsal", "fields": { "base_url": "http://127.0.0.1:9" },
        "key": { "from": "typed", "value": "sk_practice_canary" },
    });
    let engine = host.engine().unwrap();
    let id = engine.add_api_key(serde_json::from_value(key).unwrap()).await.unwrap().integration_id;
    engine.set_lending(id, true).await.unwrap();
    host
}

async fn lent(desk: &Desk) -> Response {
    ask(&desk.socket(), Request::Token { name: "rehearsal".to_owned(), min_lifetime_seconds: None }).await
}

async fn is_logged(host: &Host) -> bool {
    let log = host.engine().unwrap().activity(None, 20).await.unwrap();
    let changed = ActivityKind::ProtectionChanged { change: ProtectionChange::MasterKeyChanged };
    log.into_iter().any(|entry| entry.what == changed)
}

#[tokio::test]
async fn a_new_key_replaces_the_old_one_and_the_vault_is_open_again_at_once() {
    let desk = Desk::new();
    let host = with_key(&desk).await;
    host.wait_until_listening().await.unwrap();
    let shown = host.reveal_new_recovery_code().await.unwrap();
    host.confirm_recovery_code(RecoveryCode::new(&*shown)).await.unwrap();
    let old = desk.keyring.users();
    desk.events.clear();

    let view = host.rotate_master_key(None).await.unwrap();
    assert!(is_open(&host));
    assert!(!view.protection.unwrap().recovery_code, "it belonged to the old key");
    let new = desk.keyring.users();
    assert!(new.len() == 1 && new != old);
    let changes = desk.events.all().into_iter().filter(|event| matches!(event, Event::VaultChanged)).count();
    assert!(changes >= 2, "closed and open again: {changes}");
    assert!(is_logged(&host).await);
    assert!(matches!(lent(&desk).await, Response::Token(_)));
    host.shut_down().await;

    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
    desk.keyring.wipe();
    let host = desk.host().await;
    assert_eq!(host.view().ways_out, [WayOut::Retry]);
    host.shut_down().await;
}

#[tokio::test]
async fn a_refusal_leaves_the_vault_open_under_the_old_key_and_says_what_to_do() {
    let desk = Desk::new();
    let host = with_key(&desk).await;
    let old = desk.keyring.users();
    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let refused = host.rotate_master_key(None).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::KeyringRefused);
    assert!(refused.message.ends_with("The key was not changed, and the vault opens as before."), "{refused}");
    assert!(is_open(&host));

    host.set_passphrase(Passphrase::new(PASSPHRASE)).await.unwrap();
    host.take_key_from_keyring().await.unwrap();
    for typed in [None, Some(Passphrase::new("another horse battery"))] {
        let refused = host.rotate_master_key(typed).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::PassphraseRefused);
        assert!(is_open(&host), "nobody has to unlock it again");
    }
    assert!(!is_logged(&host).await);
    assert!(desk.keyring.users().is_empty());

    host.rotate_master_key(Some(Passphrase::new(PASSPHRASE))).await.unwrap();
    assert!(is_open(&host) && is_logged(&host).await);
    host.put_key_into_keyring().await.unwrap();
    assert_ne!(desk.keyring.users(), old);
    host.shut_down().await;
    let host = desk.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn a_closed_vault_has_no_key_to_change() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_always(Some(KeyringError::PromptDismissed));
    let host = desk.host().await;
    assert_eq!(host.rotate_master_key(None).await.unwrap_err().code, ErrorCode::VaultLocked);
    host.shut_down().await;
}
