//! The host over its socket.

use storm_agent::Host;
use storm_broker::{RefusalKind, Request, Response, VaultState};
use storm_domain::port::KeyringError;
use storm_domain::{ActivityEntry, ActivityKind};
use storm_engine::view::VaultView;

use super::desk::{Desk, ask, is_open};

fn token() -> Request {
    Request::Token { name: "github".to_owned(), min_lifetime_seconds: None }
}

fn refusal(response: Response) -> (RefusalKind, String) {
    match response {
        Response::Refused(refusal) => (refusal.refusal, refusal.message),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_locked_host_answers_that_it_is_locked_and_an_open_one_what_it_has() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_always(Some(KeyringError::PromptDismissed));
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    let (kind, message) = refusal(ask(&desk.socket(), token()).await);
    assert_eq!(kind, RefusalKind::Locked);
    assert!(message.contains("its prompt was dismissed"), "{message}");
    let Response::Status(status) = ask(&desk.socket(), Request::Status).await else { panic!("no status") };
    assert_eq!(status.vault, VaultState::Locked);

    desk.keyring.fail_always(None);
    host.retry_vault().await.unwrap();
    let (kind, message) = refusal(ask(&desk.socket(), token()).await);
    assert_eq!(kind, RefusalKind::NoSuchIntegration);
    assert!(message.contains("None is set up yet"), "{message}");
    let Response::Status(status) = ask(&desk.socket(), Request::Status).await else { panic!("no status") };
    assert_eq!((status.vault, status.integrations.len()), (VaultState::Unlocked, 0));
    assert_eq!(status.message, "The vault is open, protected by Fake keyring.");
    host.shut_down().await;
}

#[tokio::test]
async fn a_key_is_lent_only_while_lending_is_allowed_and_the_log_says_to_whom() {
    let desk = Desk::new();
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    let engine = host.engine().unwrap();
    // Nothing listens on the discard port: the key is saved, its verification does not reach anybody.
    let key = serde_json::json!({
        "connector_id": "practice", "name": "rehearsal", "fields": { "base_url": "http://127.0.0.1:9" },
        "key": { "from": "typed", "value": "sk_practice_canary" },
    });
    let id = engine.add_api_key(serde_json::from_value(key).unwrap()).await.unwrap().integration_id;
    let token = || Request::Token { name: "rehearsal".to_owned(), min_lifetime_seconds: None };

    engine.set_lending(id, false).await.unwrap();
    let (kind, message) = refusal(ask(&desk.socket(), token()).await);
    assert_eq!(kind, RefusalKind::Denied);
    assert!(message.contains("to allow it"), "{message}");
    assert_eq!(engine.activity(Some(id), 1).await.unwrap()[0].what, ActivityKind::LendingSwitched { allowed: false });

    engine.set_lending(id, true).await.unwrap();
    let Response::Token(loan) = ask(&desk.socket(), token()).await else { panic!("nothing was lent") };
    // EXPOSE: a test looks at its own planted secret.
    assert_eq!((loan.secret.expose(), loan.expires_at), ("sk_practice_canary", None));
    host.shut_down().await;

    let host = desk.host().await;
    let log = host.engine().unwrap().activity(Some(id), 9).await.unwrap();
    let lent_to = |entry: &ActivityEntry| match &entry.what {
        ActivityKind::Lent { consumer } => Some(consumer.clone()),
        _ => None,
    };
    let own = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    assert_eq!(log.iter().filter_map(lent_to).collect::<Vec<_>>(), [own]);
    host.shut_down().await;
}

#[tokio::test]
async fn without_a_window_a_request_asks_the_keyring_again() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let host = Host::start_headless(desk.options());
    host.wait_until_opened().await;
    host.wait_until_listening().await.unwrap();
    assert!(matches!(host.view().vault, VaultView::KeyringLocked { .. }));
    assert_eq!(refusal(ask(&desk.socket(), token()).await).0, RefusalKind::NoSuchIntegration);
    assert!(is_open(&host));
    host.shut_down().await;
}

#[tokio::test]
async fn a_window_takes_the_vault_over_from_an_agent_and_from_nobody_else() {
    let desk = Desk::with_vault().await;
    let agent = Host::start_headless(desk.options());
    agent.wait_until_opened().await;
    agent.wait_until_listening().await.unwrap();
    assert!(is_open(&agent));

    let window = Host::start(desk.options());
    agent.wait_for_hand_over().await;
    agent.shut_down().await;
    window.wait_until_listening().await.unwrap();
    window.wait_until_opened().await;
    assert!(is_open(&window), "{:?}", window.view());

    let late_agent = Host::start_headless(desk.options());
    assert!(late_agent.wait_until_listening().await.is_err());
    late_agent.wait_until_opened().await;
    assert!(!is_open(&late_agent) && is_open(&window));
    late_agent.shut_down().await;

    let second_window = Host::start(desk.options());
    assert!(second_window.wait_until_listening().await.is_err());
    second_window.shut_down().await;
    assert!(is_open(&window) && desk.socket().exists());
    window.shut_down().await;
}

#[tokio::test]
async fn an_agent_that_comes_second_opens_nothing_even_while_the_first_could_not() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let first = Host::start_headless(desk.options());
    first.wait_until_opened().await;
    first.wait_until_listening().await.unwrap();
    assert!(matches!(first.view().vault, VaultView::KeyringLocked { .. }), "{:?}", first.view());

    let second = Host::start_headless(desk.options());
    assert!(second.wait_until_listening().await.is_err());
    second.wait_until_opened().await;
    let VaultView::Failed { failure } = second.view().vault else { panic!("{:?}", second.view()) };
    assert!(failure.message.contains("Another Storm Connect has this vault open"), "{failure}");
    first.retry_vault().await.unwrap();
    assert!(is_open(&first), "{:?}", first.view());
    second.shut_down().await;
    first.shut_down().await;
}
