//! The end of a host: clean, and never held up.

use std::time::Duration;

use storm_agent::Host;
use storm_engine::view::VaultView;
use tokio::time::timeout;

use super::desk::{Desk, PromptingKeyring, is_open};

#[tokio::test]
async fn the_end_gives_back_vault_and_socket() {
    let desk = Desk::new();
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    let engine = host.engine().unwrap();
    assert!(desk.socket().exists());
    host.shut_down().await;
    assert!(!desk.socket().exists());
    assert!(!is_open(&host));
    assert!(engine.integrations().await.is_err(), "the vault is still open");
    host.shut_down().await;
    let next = desk.host().await;
    assert!(is_open(&next), "{:?}", next.view());
    next.shut_down().await;
}

#[tokio::test]
async fn a_prompt_that_nobody_answers_does_not_hold_up_the_end() {
    let desk = Desk::new();
    let keyring = PromptingKeyring::default();
    let asked = keyring.asked.clone();
    let host = Host::start(desk.options_with(keyring));
    asked.acquire().await.unwrap().forget();
    timeout(Duration::from_secs(3), host.shut_down()).await.expect("the host waits for the prompt");
    assert!(matches!(host.view().vault, VaultView::Failed { .. }));
    let next = desk.host().await;
    assert!(is_open(&next), "{:?}", next.view());
    next.shut_down().await;
}

#[tokio::test]
async fn nothing_is_opened_after_the_end() {
    let desk = Desk::with_vault().await;
    let host = Host::start(desk.options());
    host.shut_down().await;
    assert!(matches!(host.retry_vault().await.unwrap().vault, VaultView::Failed { .. }));
    assert!(!is_open(&host));
}

#[tokio::test]
async fn a_host_is_idle_only_when_nobody_asks() {
    let desk = Desk::new();
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    timeout(Duration::from_secs(20), host.wait_until_idle(Duration::from_millis(50))).await.expect("never idle");
    let busy = async {
        loop {
            super::desk::ask(&desk.socket(), storm_broker::Request::Status).await;
        }
    };
    tokio::select! {
        () = host.wait_until_idle(Duration::from_secs(2)) => panic!("idle while it is asked"),
        never = timeout(Duration::from_secs(4), busy) => assert!(never.is_err()),
    }
    host.shut_down().await;
}
