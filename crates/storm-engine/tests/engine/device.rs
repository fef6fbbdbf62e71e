//! Authorizing on another device, against the practice service; time is the test's.

use std::time::Duration;

use storm_domain::port::Vault;
use storm_domain::{AttemptId, ErrorCode, IntegrationId};
use storm_engine::view::{
    AccountAnswer, AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest, StatusView,
};
use storm_sandbox::{GrantFilter, JournalQuery, Progress, Step};

use crate::person::{Decision, enter_code};
use crate::rig::{Rig, failure};

const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const FIVE: Duration = Duration::from_secs(5);

/// A rig whose service may be asked at any time: the test moves the engine's clock, and not the service's.
async fn rig() -> Rig {
    let rig = Rig::start().await;
    rig.sandbox.control().change_settings(|settings| settings.device_interval_s = 0);
    rig
}

async fn begin(rig: &Rig, target: AuthorizationTarget) -> AuthorizationView {
    let begun = rig.engine.begin_device_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    rig.clock.sleepers(1).await;
    begun
}

fn code_of(view: &AuthorizationView) -> (String, String) {
    match &view.progress {
        AuthorizationProgress::EnteringCode { user_code, verification_uri, .. } => {
            (user_code.clone(), verification_uri.clone())
        }
        other => panic!("no code: {other:?}"),
    }
}

/// Lets so much time pass and waits until the poll that it brings is answered, and the next pause has begun.
async fn poll_after(rig: &Rig, pause: Duration) {
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    let control = rig.sandbox.control();
    let before = control.requests(&query).len();
    rig.clock.advance(pause);
    let polled = control.wait_for_requests(&query, Progress::Completed, before + 1, Duration::from_secs(10)).await;
    assert!(polled.is_some(), "no poll came");
    rig.clock.sleepers(1).await;
}

async fn decide(rig: &Rig, view: &AuthorizationView, account: &str, decision: Decision) {
    let (user_code, page) = code_of(view);
    enter_code(&page, &user_code, account, decision).await;
    rig.events.clear();
    rig.clock.advance(FIVE);
}

async fn ended(rig: &Rig, id: AttemptId) -> AuthorizationProgress {
    rig.authorization_ended(id).await
}

/// An integration that was connected by a code. Nothing else waits on the clock then.
async fn connect_by_code(rig: &Rig) -> IntegrationId {
    let begun = begin(rig, rig.new_target().await).await;
    decide(rig, &begun, "ada@practice.example", Decision::Approve).await;
    match ended(rig, begun.id).await {
        AuthorizationProgress::Completed { integration_id, .. } => integration_id,
        other => panic!("not connected: {other:?}"),
    }
}

#[tokio::test]
async fn o53_a_code_entered_on_another_device_connects_and_names_the_account() {
    let rig = rig().await;
    let begun = begin(&rig, rig.new_target().await).await;
    let (user_code, page) = code_of(&begun);
    assert_eq!(page, format!("{}/oauth/device", rig.sandbox.base_url()), "as the service wrote it");
    assert_eq!(begun.url, format!("{page}?user_code={user_code}"));
    assert_eq!((begun.redirect_uri.as_deref(), begun.offers_code), (None, true));
    poll_after(&rig, FIVE).await;
    poll_after(&rig, FIVE).await;
    decide(&rig, &begun, "ada@practice.example", Decision::Approve).await;
    let connected = ended(&rig, begun.id).await;
    let AuthorizationProgress::Completed { integration_id, account, .. } = connected else { panic!("{connected:?}") };
    assert_eq!(account.unwrap().label, "ada@practice.example");
    assert_eq!(rig.page(integration_id).await.integration.status, StatusView::Connected);
    assert_eq!(rig.token_requests(DEVICE_CODE), 3);
    rig.engine.refresh_integration(integration_id).await.unwrap();
    assert!(rig.vault.landed().await.unwrap().is_empty() && rig.vault.open_intents().await.unwrap().is_empty());
}

#[tokio::test]
async fn o53_the_interval_is_honoured_and_slow_down_adds_five_seconds() {
    let rig = Rig::start().await; // a service that wants five seconds of its own time between two polls
    let begun = begin(&rig, rig.new_target().await).await;
    rig.clock.advance(Duration::from_millis(4_999));
    assert_eq!(rig.token_requests(DEVICE_CODE), 0, "not before the interval is over");
    poll_after(&rig, Duration::from_millis(1)).await;
    poll_after(&rig, FIVE).await; // too soon by the service's clock: slow_down
    rig.clock.advance(FIVE);
    assert_eq!(rig.token_requests(DEVICE_CODE), 2, "ten seconds from now on");
    poll_after(&rig, FIVE).await;
    rig.engine.cancel_authorization(begun.id).unwrap();
}

#[tokio::test]
async fn o53_polls_without_an_answer_come_half_as_often_each_time() {
    let rig = rig().await;
    let begun = begin(&rig, rig.new_target().await).await;
    for step in [
        Step { reset_after_bytes: Some(0), ..Step::default() },
        Step { status: Some(503), body: Some("busy".into()), ..Step::default() },
        Step { status: Some(200), body: Some("<html>sign in to the network</html>".into()), ..Step::default() },
    ] {
        rig.next_token_answer(step);
    }
    poll_after(&rig, FIVE).await;
    for pause in [10, 20] {
        let (almost, asked) = (Duration::from_secs(pause - 1), rig.token_requests(DEVICE_CODE));
        rig.clock.advance(almost);
        assert_eq!(rig.token_requests(DEVICE_CODE), asked, "not before {pause} s");
        poll_after(&rig, Duration::from_secs(1)).await;
    }
    let (user_code, page) = code_of(&begun);
    enter_code(&page, &user_code, "ada", Decision::Approve).await;
    rig.clock.advance(Duration::from_secs(40));
    let connected = ended(&rig, begun.id).await;
    assert!(matches!(connected, AuthorizationProgress::Completed { .. }), "{connected:?}");
}

#[tokio::test]
async fn o53_asking_stops_when_the_code_expires() {
    let rig = rig().await;
    rig.sandbox.control().change_settings(|settings| settings.device_code_lifetime_s = 12);
    let begun = begin(&rig, rig.new_target().await).await;
    poll_after(&rig, FIVE).await;
    poll_after(&rig, FIVE).await;
    rig.events.clear();
    rig.clock.advance(Duration::from_secs(2));
    let ended = ended(&rig, begun.id).await;
    let AuthorizationProgress::Failed { failure } = ended else { panic!("{ended:?}") };
    assert_eq!(failure.code, ErrorCode::CodeExpired);
    assert_eq!(rig.token_requests(DEVICE_CODE), 2, "no poll after the end");
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_service_that_says_expired_is_believed() {
    let rig = rig().await;
    let begun = begin(&rig, rig.new_target().await).await;
    let body = Some(r#"{"error":"expired_token"}"#.into());
    rig.next_token_answer(Step { status: Some(400), body, ..Step::default() });
    rig.clock.advance(FIVE);
    let ended = ended(&rig, begun.id).await;
    assert!(
        matches!(&ended, AuthorizationProgress::Failed { failure } if failure.code == ErrorCode::CodeExpired),
        "{ended:?}"
    );
}

#[tokio::test]
async fn deny_and_cancel_leave_nothing_behind() {
    let rig = rig().await;
    let begun = begin(&rig, rig.new_target().await).await;
    decide(&rig, &begun, "ada", Decision::Deny).await;
    let denied = ended(&rig, begun.id).await;
    assert!(
        matches!(&denied, AuthorizationProgress::Failed { failure } if failure.code == ErrorCode::AuthorizationDenied),
        "{denied:?}"
    );
    assert!(rig.vault.integrations().await.unwrap().is_empty());

    rig.events.clear();
    let begun = begin(&rig, rig.new_target().await).await;
    rig.engine.cancel_authorization(begun.id).unwrap();
    assert_eq!(ended(&rig, begun.id).await, AuthorizationProgress::Cancelled);
    assert!(rig.vault.integrations().await.unwrap().is_empty());
    assert_eq!(rig.token_requests(DEVICE_CODE), 1, "a cancelled code is not asked about");
}

#[tokio::test]
async fn a_code_replaces_the_browser_and_its_tab_says_so() {
    let rig = rig().await;
    let target = rig.new_target().await;
    let browser = rig.engine.begin_authorization(BeginAuthorizationRequest { target: target.clone() }).await.unwrap();
    assert!(browser.offers_code);
    let begun = begin(&rig, target).await;
    let AuthorizationProgress::Failed { failure } = ended(&rig, browser.id).await else { panic!("not replaced") };
    assert_eq!(failure.code, ErrorCode::AuthorizationReplaced);
    let page = crate::person::visit(rig.browser.next().await, "ada", Decision::Approve).await;
    assert!(page.contains("This sign-in was replaced"), "{page}");
    assert_eq!(rig.token_requests("authorization_code"), 0);
    assert!(matches!(rig.engine.authorization(begun.id).unwrap().progress, AuthorizationProgress::EnteringCode { .. }));
}

#[tokio::test]
async fn a_service_that_gives_no_code_leaves_the_browser_waiting() {
    let rig = rig().await;
    let target = rig.new_target().await;
    let browser = rig.engine.begin_authorization(BeginAuthorizationRequest { target: target.clone() }).await.unwrap();
    let body = r#"{"error":"device_flow_disabled","error_description":"Device Flow must be explicitly enabled"}"#;
    let step = Step { path: "/oauth/device_authorization".into(), body: Some(body.into()), ..Step::default() };
    rig.sandbox.control().script(Step { status: Some(200), ..step }).unwrap();
    let refused = failure(rig.engine.begin_device_authorization(BeginAuthorizationRequest { target }).await);
    assert_eq!(refused.code, ErrorCode::RequestRefused);
    assert!(refused.message.contains("Device Flow must be explicitly enabled"), "{}", refused.message);
    assert!(matches!(rig.engine.authorization(browser.id).unwrap().progress, AuthorizationProgress::Waiting { .. }));
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn while_a_code_is_open_what_worked_before_is_refreshed_and_kept() {
    let rig = rig().await;
    let id = connect_by_code(&rig).await;
    let before = rig.refresh_token(id).await;
    let begun = begin(&rig, Rig::reconnect(id)).await;
    poll_after(&rig, FIVE).await;
    assert_eq!(rig.refresh_token(id).await, before);
    rig.engine.refresh_integration(id).await.unwrap();
    let refreshed = rig.refresh_token(id).await;
    assert_ne!(refreshed, before, "a refresh between two polls");

    decide(&rig, &begun, "eve@practice.example", Decision::Approve).await;
    let different = ended(&rig, begun.id).await;
    assert!(matches!(different, AuthorizationProgress::DifferentAccount { .. }), "{different:?}");
    assert_eq!(rig.refresh_token(id).await, refreshed, "nothing is swapped before the answer");
    rig.engine.decide_account(begun.id, AccountAnswer::Cancel).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_reconnect_by_code_keeps_the_id() {
    let rig = rig().await;
    let id = connect_by_code(&rig).await;
    rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap_err();
    let begun = begin(&rig, Rig::reconnect(id)).await;
    decide(&rig, &begun, "ada@practice.example", Decision::Approve).await;
    let ended = ended(&rig, begun.id).await;
    assert!(
        matches!(ended, AuthorizationProgress::Completed { integration_id, .. } if integration_id == id),
        "{ended:?}"
    );
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn an_approval_whose_answer_was_lost_is_said_to_be_so() {
    let rig = rig().await;
    let begun = begin(&rig, rig.new_target().await).await;
    let (user_code, page) = code_of(&begun);
    enter_code(&page, &user_code, "ada", Decision::Approve).await;
    rig.next_token_answer(Step { apply_first: true, reset_after_bytes: Some(0), ..Step::default() });
    poll_after(&rig, FIVE).await;
    rig.clock.advance(Duration::from_secs(10));
    let ended = ended(&rig, begun.id).await;
    let AuthorizationProgress::Failed { failure } = ended else { panic!("{ended:?}") };
    assert!(failure.message.contains("Authorize once more"), "{}", failure.message);
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_crash_while_a_code_is_open_leaves_nothing() {
    let rig = rig().await;
    begin(&rig, rig.new_target().await).await;
    poll_after(&rig, FIVE).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}
