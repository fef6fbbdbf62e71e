//! The report of a host: whatever the vault stands at, with what its shell adds, and over the socket the same.

use std::sync::Arc;

use storm_agent::{Host, Surroundings};
use storm_broker::{RefusalKind, Request, Response};
use storm_domain::port::KeyringError;
use storm_domain::{ErrorCode, Failure};
use storm_engine::diagnostics::Section;

use super::desk::{Desk, ask};

struct Window;

impl Surroundings for Window {
    fn sections(&self) -> Vec<Section> {
        vec![Section::new("Desktop").with("tray", true)]
    }
}

async fn report(host: &Host) -> String {
    host.diagnostics().await.to_string()
}

/// The value of a fact.
fn fact<'a>(report: &'a str, name: &str) -> &'a str {
    let line = report.lines().find_map(|line| line.strip_prefix("  ")?.strip_prefix(name)?.strip_prefix("  "));
    line.unwrap_or_else(|| panic!("{name} is not in\n{report}")).trim()
}

#[tokio::test]
async fn an_open_vault_is_told_of_by_its_state_and_sizes_and_not_by_where_it_lies() {
    let folder = tempfile::Builder::new().prefix("canary-folder").tempdir().unwrap();
    let desk = Desk::below(folder.path());
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    host.surround(Arc::new(Window));
    host.note_failure(&Failure::new(ErrorCode::ServiceUnreachable, "canary-host.example says canary-words.", None));
    let report = report(&host).await;
    assert!(report.starts_with("Storm Connect diagnostics, 20"), "{report}");
    for (name, value) in [
        ("host", "window"),
        ("other tools can ask", "yes"),
        ("another host at start", "not met"),
        ("system", std::env::consts::OS),
        ("tray", "yes"),
        ("state", "open"),
        ("keyring", "another"),
        ("opens by keyring", "yes"),
        ("opens by passphrase", "no"),
        ("all", "0"),
        ("entries looked at", "0"),
    ] {
        assert_eq!(fact(&report, name), value, "{name} in {report}");
    }
    assert!(fact(&report, "data folder").ends_with("the home folder"), "{report}");
    let bytes: u64 = fact(&report, "database").strip_suffix(" bytes").unwrap().parse().unwrap();
    assert!(bytes >= 4096, "{report}");
    assert!(fact(&report, "service_unreachable").starts_with("1, last 20"), "{report}");
    assert!(!report.contains("canary") && !report.contains(&desk.data().display().to_string()), "{report}");
    host.shut_down().await;
}

#[tokio::test]
async fn a_locked_vault_is_told_of_too_with_what_is_wrong_and_what_opens_it() {
    let desk = Desk::with_vault().await;
    desk.keyring.fail_always(Some(KeyringError::NoService));
    let host = desk.host().await;
    let report = report(&host).await;
    assert_eq!(fact(&report, "state"), "key missing");
    assert_eq!(fact(&report, "keyring problem"), "no_service");
    assert_eq!(fact(&report, "way out"), "retry");
    assert!(!report.contains("\nIntegrations"), "{report}");
    host.shut_down().await;
}

#[tokio::test]
async fn a_program_gets_the_same_over_the_socket_and_what_it_was_refused_is_counted() {
    let desk = Desk::new();
    let host = desk.host().await;
    host.wait_until_listening().await.unwrap();
    let request = Request::Token { name: "canary".to_owned(), min_lifetime_seconds: None };
    let Response::Refused(refusal) = ask(&desk.socket(), request).await else { panic!("it was lent") };
    assert_eq!(refusal.refusal, RefusalKind::NoSuchIntegration);
    let Response::Diagnostics(over_socket) = ask(&desk.socket(), Request::Diagnostics).await else {
        panic!("no report")
    };
    let own = report(&host).await;
    // What a moment changes: the moment itself, sizes, the first copy, the check of the log.
    let changes = ["Storm Connect diagnostics", "  write-ahead log", "  copies", "  newest copy", "  activity log"];
    let lasting = |report: &str| {
        let lines = report.lines().filter(|line| !changes.iter().any(|change| line.starts_with(change)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(lasting(&over_socket), lasting(&own));
    assert!(fact(&own, "not_found").starts_with("1, last "), "{own}");
    assert!(!own.contains("canary"), "{own}");
    host.shut_down().await;
}

#[tokio::test]
async fn a_window_that_took_the_vault_over_says_so() {
    let desk = Desk::with_vault().await;
    let agent = Host::start_headless(desk.options());
    agent.wait_until_listening().await.unwrap();
    let leaving = Arc::clone(&agent);
    let left = tokio::spawn(async move {
        leaving.wait_for_hand_over().await;
        leaving.shut_down().await;
    });
    let host = desk.host().await;
    left.await.unwrap();
    assert_eq!(fact(&report(&host).await, "another host at start"), "handed its vault over");
    host.shut_down().await;
}
