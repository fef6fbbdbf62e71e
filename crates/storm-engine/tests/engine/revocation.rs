use std::time::Duration;

use storm_domain::port::{Clock as _, Vault as _};
use storm_domain::{ActivityKind, Backoff, ErrorCode, Event, IntegrationId, PendingRevocation, Timestamp};
use storm_engine::view::{AddServiceAccountRequest, ConnectorPage, PendingRevocationView, RevocationView, StatusView};
use storm_sandbox::{JournalEntry, JournalQuery, Step};

use crate::rig::{Rig, failure};

/// The revocation endpoint is down until the script is cleared.
fn take_down(rig: &Rig, path: &str) {
    let step = Step { path: path.into(), status: Some(503), times: Some(999), ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
}

fn asked(rig: &Rig, path: &str) -> Vec<JournalEntry> {
    rig.sandbox.control().requests(&JournalQuery { path: Some(path.into()), ..JournalQuery::default() })
}

/// Disconnects while the service is down.
async fn left_behind(rig: &Rig, id: IntegrationId) -> PendingRevocationView {
    let gone = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert!(matches!(gone.revocation, RevocationView::Pending { .. }), "{gone:?}");
    assert!(rig.engine.integrations().await.unwrap().is_empty(), "it has left the list");
    assert!(rig.vault.integrations().await.unwrap().is_empty());
    let [pending] = rig.engine.pending_revocations().await.unwrap().try_into().unwrap();
    pending
}

fn now_plus(rig: &Rig, duration: Duration) -> Timestamp {
    rig.clock.now().after(duration)
}

async fn pending(rig: &Rig) -> Vec<PendingRevocationView> {
    rig.engine.pending_revocations().await.unwrap()
}

/// Waits until the list is as `fits` wants it; woken by events, not by time.
async fn list_when(rig: &Rig, fits: impl Fn(&[PendingRevocationView]) -> bool) -> Vec<PendingRevocationView> {
    let waiting = async {
        loop {
            rig.events.clear();
            let list = pending(rig).await;
            if fits(&list) {
                return list;
            }
            rig.events.wait_for(|event| *event == Event::RevocationsChanged).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap()
}

async fn log(rig: &Rig) -> Vec<ActivityKind> {
    rig.engine.activity(None, 100).await.unwrap().into_iter().map(|entry| entry.what).collect()
}

#[tokio::test]
async fn f083_a_revocation_that_finds_the_service_down_is_tried_again_with_growing_pauses_and_after_a_restart() {
    let mut rig = Rig::start().await;
    rig.run().await;
    let id = rig.connect().await;
    take_down(&rig, "/oauth/revoke");
    let first = left_behind(&rig, id).await;
    assert_eq!((first.tries, first.name.as_str()), (1, "Practice"));
    assert!(first.next_try_at.unwrap() >= now_plus(&rig, Backoff::FIRST));
    assert!(rig.sandbox.control().grants().iter().any(|grant| grant.alive));

    // The refresher sleeps, and so does the list.
    rig.clock.sleepers(2).await;
    rig.clock.advance(Duration::from_secs(40));
    let [second] = list_when(&rig, |list| list[0].tries == 2).await.try_into().unwrap();
    assert!(second.next_try_at.unwrap() >= now_plus(&rig, 2 * Backoff::FIRST), "the pause has doubled");

    let mut rig = rig.restart().await;
    assert_eq!(pending(&rig).await.len(), 1, "a restart forgets nothing");
    rig.sandbox.control().clear_script();
    rig.clock.advance(Duration::from_secs(3600));
    rig.run().await;
    list_when(&rig, <[_]>::is_empty).await;
    assert!(rig.sandbox.control().grants().iter().all(|grant| !grant.alive));
    assert!(log(&rig).await.contains(&ActivityKind::Revoked));
    assert_eq!(asked(&rig, "/oauth/revoke").iter().filter(|request| request.status == Some(200)).count(), 2);
}

#[tokio::test]
async fn o51_a_retried_revocation_names_the_refresh_token_first() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    take_down(&rig, "/oauth/revoke");
    let left = left_behind(&rig, id).await;
    // The first of the two goes through, the second does not: the grant is over all the same.
    rig.sandbox.control().clear_script();
    let through = Step { path: "/oauth/revoke".into(), apply_first: true, ..Step::default() };
    rig.sandbox.control().script(through).unwrap();
    take_down(&rig, "/oauth/revoke");
    assert_eq!(failure(rig.engine.retry_revocation(left.id).await).code, ErrorCode::ServiceUnreachable);
    assert!(rig.sandbox.control().grants().iter().all(|grant| !grant.alive));
    rig.sandbox.control().clear_script();
    rig.engine.retry_revocation(left.id).await.unwrap();
    assert!(pending(&rig).await.is_empty(), "a token that the service no longer knows is no failure");
}

#[tokio::test]
async fn o51_a_services_longer_wish_is_kept() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let wish = vec![("Retry-After".to_owned(), "600".to_owned())];
    let step = Step { path: "/oauth/revoke".into(), status: Some(503), headers: wish, ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
    let left = left_behind(&rig, id).await;
    assert!(left.next_try_at.unwrap() >= now_plus(&rig, Duration::from_secs(600)));
}

#[tokio::test]
async fn after_a_fortnight_it_is_given_up_visibly_and_can_still_be_tried_or_let_be() {
    let mut rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.run().await;
    take_down(&rig, "/api/keys/self");
    left_behind(&rig, id).await;
    rig.clock.sleepers(2).await;
    rig.clock.advance(PendingRevocation::PATIENCE);
    let [given_up] = list_when(&rig, |list| list[0].next_try_at.is_none()).await.try_into().unwrap();
    assert_eq!(given_up.page, Some(ConnectorPage::Keys));
    assert!(matches!(log(&rig).await[0], ActivityKind::RevocationGivenUp { .. }));
    rig.engine.open_revocation_page(given_up.id, ConnectorPage::Keys).await.unwrap();
    assert!(rig.browser.next().await.as_str().ends_with("/keys"));

    assert_eq!(failure(rig.engine.retry_revocation(given_up.id).await).code, ErrorCode::ServiceUnreachable);
    assert_eq!(pending(&rig).await.len(), 1, "it stays known");
    rig.engine.forget_revocation(given_up.id).await.unwrap();
    assert!(pending(&rig).await.is_empty());
    assert_eq!(log(&rig).await[0], ActivityKind::RevocationForgotten);
    assert_eq!(failure(rig.engine.retry_revocation(given_up.id).await).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_service_that_refuses_the_end_leaves_everything_here() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let body = r#"{"error":"unsupported_token_type"}"#;
    let step = Step { path: "/oauth/revoke".into(), status: Some(400), body: Some(body.into()), ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
    let kept = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert!(matches!(kept.revocation, RevocationView::Failed { .. }));
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    assert!(pending(&rig).await.is_empty(), "what can never succeed is not queued");
}

#[tokio::test]
async fn a_refusal_that_comes_later_ends_the_tries_at_once() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    take_down(&rig, "/oauth/revoke");
    let left = left_behind(&rig, id).await;
    rig.sandbox.control().clear_script();
    let body = r#"{"error":"unsupported_token_type"}"#;
    let step = Step { path: "/oauth/revoke".into(), status: Some(400), body: Some(body.into()), ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
    assert_eq!(failure(rig.engine.retry_revocation(left.id).await).code, ErrorCode::RequestRefused);
    assert_eq!(pending(&rig).await[0].next_try_at, None);
}

#[tokio::test]
async fn a_credential_that_is_dead_already_needs_no_end() {
    let rig = Rig::start().await;
    let file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: None,
        fields: rig.fields(),
        file: rig.hold_file(&file).await,
        scopes: Vec::new(),
    };
    let id = rig.engine.add_service_account(request).await.unwrap().integration_id;
    assert!(rig.page(id).await.can.revoke);
    rig.sandbox
        .control()
        .set_service_account_key_disabled(file["private_key_id"].as_str().unwrap(), true)
        .await
        .unwrap();
    let gone = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert_eq!(gone.revocation, RevocationView::Revoked);
    assert!(pending(&rig).await.is_empty());
}

#[tokio::test]
async fn both_keys_of_a_rotation_under_way_are_ended() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    let gone = rig.engine.disconnect_integration(id, true).await.unwrap();
    assert_eq!(gone.revocation, RevocationView::Revoked);
    assert!(rig.sandbox.control().state().keys.iter().all(|key| !key["revoked_at_ms"].is_null()));
}
