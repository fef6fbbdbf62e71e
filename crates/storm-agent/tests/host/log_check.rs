//! The log's chain: checked after each opening, on wish and over the socket, and said where it is broken.

use std::sync::Arc;

use storm_agent::Host;
use storm_broker::{LogRequest, LogVerdict, RefusalKind, Request, Response};
use storm_domain::port::{KeyringError, Vault as _};
use storm_domain::{ActivityKind, ErrorCode, Event, Timestamp};
use storm_engine::view::{LogCheckView, VaultNotice};
use storm_store::{VaultFolder, open_vault};
use storm_testkit::{FakeClock, SeededEntropy};

use super::desk::{Desk, ask};

async fn desk_with_log() -> Desk {
    let desk = Desk::new();
    let clock = Arc::new(FakeClock::default());
    let folder = VaultFolder::new(desk.data());
    let vault = open_vault(folder, desk.keyring.clone(), clock, Arc::new(SeededEntropy::default())).await.unwrap();
    for number in 1..=3 {
        let what = ActivityKind::Lent { consumer: format!("tool-{number}") };
        vault.append_activity(None, "", &what, Timestamp(1_767_225_600_000)).await.unwrap();
    }
    vault.close().await;
    desk
}

/// Writes over the second entry in the file, as whoever has no key would.
fn tamper(desk: &Desk) {
    let file = VaultFolder::new(desk.data()).database();
    let mut bytes = std::fs::read(&file).unwrap();
    let at = bytes.windows(6).position(|window| window == b"tool-2").unwrap();
    bytes[at + 5] = b'9';
    std::fs::write(file, bytes).unwrap();
}

/// Waits for the check that follows the opening.
async fn checked(desk: &Desk, host: &Host) -> LogCheckView {
    loop {
        desk.events.clear();
        match host.log_check().unwrap() {
            LogCheckView::Checking => desk.events.wait_for(|event| *event == Event::LogChecked).await,
            check => return check,
        };
    }
}

fn is_said(host: &Host) -> bool {
    host.view().notices.contains(&VaultNotice::LogBroken { sequence: 2 })
}

#[tokio::test]
async fn a_log_that_nobody_changed_is_said_to_be_intact_after_the_opening() {
    let desk = desk_with_log().await;
    let host = desk.host().await;
    assert!(matches!(checked(&desk, &host).await, LogCheckView::Intact { entries: 3, .. }));
    assert!(host.view().notices.is_empty());
    host.wait_until_listening().await.unwrap();
    let answer = ask(&desk.socket(), Request::VerifyLog).await;
    assert!(matches!(answer, Response::LogVerdict(LogVerdict::Intact { entries: 3 })), "{answer:?}");
    host.shut_down().await;
    assert_eq!(host.log_check().unwrap_err().code, ErrorCode::VaultLocked);
}

#[tokio::test]
async fn a_changed_log_is_noticed_without_being_asked_for_and_everything_else_goes_on() {
    let desk = desk_with_log().await;
    tamper(&desk);
    let host = desk.host().await;
    assert!(matches!(checked(&desk, &host).await, LogCheckView::Broken { sequence: 2, .. }));
    assert!(is_said(&host));
    assert!(host.engine().unwrap().integrations().await.is_ok());
    host.wait_until_listening().await.unwrap();
    let answer = ask(&desk.socket(), Request::VerifyLog).await;
    assert!(matches!(answer, Response::LogVerdict(LogVerdict::Broken { sequence: 2 })), "{answer:?}");
    host.shut_down().await;

    let host = desk.host().await;
    assert!(matches!(checked(&desk, &host).await, LogCheckView::Broken { sequence: 2, .. }), "it is said again");
    host.shut_down().await;
}

#[tokio::test]
async fn a_check_on_wish_counts_what_was_added() {
    let desk = desk_with_log().await;
    let host = desk.host().await;
    checked(&desk, &host).await;
    host.retry_vault().await.unwrap();
    let changed = host.set_passphrase(storm_secret::Passphrase::new("a passphrase that is long enough")).await;
    assert!(changed.is_ok(), "{changed:?}");
    let now = host.check_log().await.unwrap();
    assert!(matches!(now, LogCheckView::Intact { entries: 4, .. }), "{now:?}");
    host.shut_down().await;
}

#[tokio::test]
async fn the_log_is_told_over_the_socket_and_only_by_an_open_vault() {
    let desk = desk_with_log().await;
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    let log = async |asked: LogRequest| ask(&desk.socket(), Request::Log(asked)).await;
    let Response::Log(page) = log(LogRequest::default()).await else { panic!("no page") };
    assert_eq!(page.entries.iter().map(|entry| entry.sequence).collect::<Vec<_>>(), [3, 2, 1]);
    assert_eq!(page.entries[0].text, "Access was lent to tool-3");
    assert_eq!(page.older, None);
    let one = LogRequest { text: "TOOL-2".into(), topic: Some("lending".into()), ..LogRequest::default() };
    let Response::Log(page) = log(one).await else { panic!("no page") };
    assert_eq!(page.entries.len(), 1);
    let new = LogRequest { max_age_seconds: Some(60), ..LogRequest::default() };
    let Response::Log(page) = log(new).await else { panic!("no page") };
    assert!(page.entries.is_empty());
    let nobody = LogRequest { name: Some("nobody".into()), ..LogRequest::default() };
    let topic = LogRequest { topic: Some("gossip".into()), ..LogRequest::default() };
    for (asked, kind, word) in
        [(nobody, RefusalKind::NoSuchIntegration, "nobody"), (topic, RefusalKind::Other, "sign_in, refresh")]
    {
        let Response::Refused(refusal) = log(asked).await else { panic!("it was answered") };
        assert_eq!(refusal.refusal, kind);
        assert!(refusal.message.contains(word), "{}", refusal.message);
    }
    host.shut_down().await;

    desk.keyring.fail_always(Some(KeyringError::PromptDismissed));
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    for request in [Request::VerifyLog, Request::Log(LogRequest::default())] {
        let Response::Refused(refusal) = ask(&desk.socket(), request).await else { panic!("it was answered") };
        assert_eq!(refusal.refusal, RefusalKind::Locked);
    }
    host.shut_down().await;
}
