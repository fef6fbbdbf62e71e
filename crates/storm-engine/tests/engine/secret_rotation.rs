//! The client secret of an app registration is rotated while its integrations refresh.

use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use storm_domain::port::Vault;
use storm_domain::{
    ActivityKind, CredentialSummary, ErrorCode, IntegrationId, RegistrationId, RotationMilestone, RotationStep, Verdict,
};
use storm_engine::LentSecret;
use storm_engine::view::{
    AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, IntegrationDetailView,
    SaveRegistrationRequest, StatusView, TypedSecret,
};
use storm_sandbox::{JournalQuery, Progress, SecretCreated, Step};

use crate::person::Decision;
use crate::rig::{Rig, failure};

const CLIENT: &str = "practice-web";
pub(crate) const BUILT_IN: &str = "practice-secret";

pub(crate) fn typed(secret: &str) -> TypedSecret {
    serde_json::from_value(json!(secret)).unwrap()
}

/// As the window sends it.
fn registration(
    rig: &Rig,
    id: Option<RegistrationId>,
    client_id: &str,
    secret: Option<&str>,
) -> SaveRegistrationRequest {
    serde_json::from_value(json!({
        "id": id, "connector_id": "practice", "client_id": client_id, "client_secret": secret, "fields": rig.fields(),
    }))
    .unwrap()
}

pub(crate) async fn connect_with(rig: &Rig, registration_id: RegistrationId, name: &str) -> IntegrationId {
    let target = AuthorizationTarget::New {
        connector_id: "practice".into(),
        name: Some(name.into()),
        fields: rig.fields(),
        registration_id,
        scopes: Vec::new(),
    };
    match rig.authorize(target, "ada@practice.example", Decision::Approve).await {
        AuthorizationProgress::Completed { integration_id, .. } => integration_id,
        other => panic!("not connected: {other:?}"),
    }
}

/// An integration of a confidential client.
pub(crate) async fn connect(rig: &Rig) -> (IntegrationId, RegistrationId) {
    let saved = rig.engine.save_registration(registration(rig, None, CLIENT, Some(BUILT_IN))).await.unwrap();
    (connect_with(rig, saved.id, "First").await, saved.id)
}

pub(crate) async fn make_secret(rig: &Rig) -> SecretCreated {
    rig.sandbox.control().add_client_secret(CLIENT).await.unwrap()
}

pub(crate) async fn end_secret(rig: &Rig, id: &str) {
    rig.sandbox.control().delete_client_secret(CLIENT, id).await.unwrap();
}

async fn end_built_in(rig: &Rig) {
    end_secret(rig, "secret_built_in").await;
}

pub(crate) async fn in_use(rig: &Rig, id: RegistrationId) -> String {
    // EXPOSE: compared in a test.
    rig.vault.registration_secret(id).await.unwrap().unwrap().expose().to_owned()
}

pub(crate) fn step_of(page: &IntegrationDetailView) -> Option<&RotationStep> {
    page.rotation.as_ref().map(|rotation| &rotation.step)
}

fn is_done(page: &IntegrationDetailView) -> bool {
    step_of(page) == Some(&RotationStep::Done)
}

/// What a service says that looks at the grant before it looks at the client.
pub(crate) fn grant_first(times: u32) -> Step {
    let body = Some(r#"{"error":"invalid_grant"}"#.to_owned());
    Step { path: "/oauth/token".into(), status: Some(400), body, times: Some(times), ..Step::default() }
}

#[tokio::test]
async fn a_client_secret_is_rotated_without_spending_a_grant() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let refresh_token = rig.refresh_token(id).await;
    assert!(rig.page(id).await.can.rotate);
    let new = make_secret(&rig).await;
    let page = rig.engine.begin_secret_rotation(id, typed(&new.client_secret), false).await.unwrap();
    let rotation = page.rotation.clone().unwrap();
    assert_eq!(rotation.step, RotationStep::Switched);
    assert!(rotation.can_undo && page.integration.rotating && !page.can.rotate);
    let hint = |end: &str| CredentialSummary::ClientSecret { hint: end.to_owned() };
    let shown = format!("{}…{}", &new.client_secret[..4], &new.client_secret[new.client_secret.len() - 4..]);
    assert_eq!((rotation.old.summary, rotation.new.unwrap().summary), (hint("••••"), hint(&shown)));
    assert_eq!(in_use(&rig, registration).await, new.client_secret);
    assert_eq!(rig.refresh_token(id).await, refresh_token, "trying it spent nothing");

    rig.engine.revoke_old_key(id).await.unwrap();
    assert_eq!(rig.browser.next().await.path(), "/apps");
    assert_eq!(failure(rig.engine.undo_rotation(id).await).code, ErrorCode::RotationNotPossible);
    end_built_in(&rig).await;
    rig.engine.confirm_old_key_revoked(id).await.unwrap();
    let page = rig.page_when(id, is_done).await;
    assert!(page.rotation.unwrap().proved_at.is_some() && page.can.rotate);
    assert!(rig.vault.spare_secret(registration).await.unwrap().is_none(), "the old one is erased");
    rig.engine.refresh_integration(id).await.unwrap();
    let log = rig.engine.activity(Some(id), 20).await.unwrap();
    let steps: Vec<_> = log
        .iter()
        .rev()
        .filter_map(|entry| match &entry.what {
            ActivityKind::SecretRotated { step } => Some(*step),
            _ => None,
        })
        .collect();
    use RotationMilestone::{ProvedDead, Revoked, Staged, Switched, Verified};
    assert_eq!(steps, [Staged, Verified, Switched, Revoked, ProvedDead]);
}

#[tokio::test]
async fn a_secret_that_the_service_refuses_is_not_switched_to_and_undo_erases_it() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let page = rig.engine.begin_secret_rotation(id, typed("not-a-secret-of-this-client"), false).await.unwrap();
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) })));
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(failure(rig.engine.switch_rotation(id, true).await).code, ErrorCode::RotationNotPossible);
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    assert!(rig.vault.spare_secret(registration).await.unwrap().is_none());
    let same = rig.engine.begin_secret_rotation(id, typed(BUILT_IN), false).await;
    assert_eq!(failure(same).code, ErrorCode::KeyNotUsable);
}

#[tokio::test]
async fn undo_brings_the_old_secret_back_into_use() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let new = make_secret(&rig).await;
    rig.engine.begin_secret_rotation(id, typed(&new.client_secret), false).await.unwrap();
    end_secret(&rig, &new.secret_id).await;
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(failure(rig.engine.undo_rotation(id).await).code, ErrorCode::RotationNotPossible);
}

#[tokio::test]
async fn an_old_secret_that_still_works_is_tried_until_it_does_not_also_after_a_restart() {
    let rig = Rig::start().await;
    let (id, _) = connect(&rig).await;
    rig.engine.begin_secret_rotation(id, typed(&make_secret(&rig).await.client_secret), false).await.unwrap();
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.engine.confirm_old_key_revoked(id).await.unwrap(); // it was another one that was deleted
    rig.page_when(id, |page| matches!(step_of(page), Some(RotationStep::Revoking { ordered: true, tries: 1.. }))).await;
    let mut rig = rig.restart().await;
    rig.run().await;
    rig.page_when(id, |page| matches!(step_of(page), Some(RotationStep::Revoking { ordered: true, tries: 2.. }))).await;
    end_built_in(&rig).await;
    rig.engine.retry_rotation(id).await.unwrap();
    rig.clock.advance(Duration::from_secs(3));
    rig.page_when(id, is_done).await;
}

#[tokio::test]
async fn a_refresh_that_was_sent_with_the_old_secret_and_refused_is_sent_again_with_the_new_one() {
    let rig = Rig::start().await;
    let (id, _) = connect(&rig).await;
    rig.next_token_answer(Step { hold: Some("gate".into()), ..Step::default() });
    rig.sandbox.control().clear_requests();
    let engine = Arc::clone(&rig.engine);
    let refresh = tokio::spawn(async move { engine.refresh_integration(id).await });
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    rig.sandbox.control().wait_for_requests(&query, Progress::Held, 1, Duration::from_secs(10)).await.unwrap();
    let page =
        rig.engine.begin_secret_rotation(id, typed(&make_secret(&rig).await.client_secret), false).await.unwrap();
    assert_eq!(step_of(&page), Some(&RotationStep::Switched));
    end_built_in(&rig).await;
    rig.sandbox.control().release("gate");
    refresh.await.unwrap().unwrap();
    let requests = rig.sandbox.control().requests(&query);
    let refused = requests.iter().filter(|entry| entry.status == Some(401)).count();
    assert_eq!(refused, 2, "a made-up secret, and the old one");
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    let log = rig.engine.activity(Some(id), 20).await.unwrap();
    assert!(!log.iter().any(|entry| matches!(entry.what, ActivityKind::RefreshPostponed { .. })), "{log:?}");
}

#[tokio::test]
async fn a_new_secret_that_is_refused_in_use_gives_its_place_back_and_no_refresh_fails() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let new = make_secret(&rig).await;
    rig.engine.begin_secret_rotation(id, typed(&new.client_secret), false).await.unwrap();
    // A part of the service that has not heard of it yet.
    let unknown = Some(r#"{"error":"invalid_client"}"#.to_owned());
    rig.next_token_answer(Step { status: Some(401), body: unknown, ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap();
    let page = rig.page(id).await;
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) })));
    assert_eq!(page.integration.status, StatusView::Connected);
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    rig.engine.retry_rotation(id).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, new.client_secret);
}

#[tokio::test]
async fn where_only_a_refresh_tells_the_next_one_switches_to_the_new_secret() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let new = make_secret(&rig).await;
    rig.sandbox.control().script(grant_first(2)).unwrap();
    let page = rig.engine.begin_secret_rotation(id, typed(&new.client_secret), false).await.unwrap();
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::CouldNotReach { .. }) })));
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(step_of(&rig.page(id).await), Some(&RotationStep::Switched));
    assert_eq!(in_use(&rig, registration).await, new.client_secret);
}

#[tokio::test]
async fn where_only_a_refresh_tells_a_wrong_secret_costs_neither_the_refresh_nor_the_grant() {
    for refusal in [r#"{"error":"invalid_client"}"#, r#"{"error":"invalid_grant"}"#] {
        let rig = Rig::start().await;
        let (id, registration) = connect(&rig).await;
        rig.sandbox.control().script(grant_first(2)).unwrap();
        rig.engine.begin_secret_rotation(id, typed("not-a-secret-of-this-client"), false).await.unwrap();
        let refusal = Some(refusal.to_owned());
        rig.next_token_answer(Step { status: Some(400), body: refusal.clone(), ..Step::default() });
        rig.engine.refresh_integration(id).await.unwrap();
        let page = rig.page(id).await;
        assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) })));
        assert_eq!(page.integration.status, StatusView::Connected, "{refusal:?}");
        assert_eq!(in_use(&rig, registration).await, BUILT_IN);
        rig.engine.refresh_integration(id).await.unwrap();
    }
}

#[tokio::test]
async fn where_nothing_tells_a_dead_secret_from_a_living_one_the_users_word_ends_the_rotation() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    rig.engine.begin_secret_rotation(id, typed(&make_secret(&rig).await.client_secret), false).await.unwrap();
    rig.engine.revoke_old_key(id).await.unwrap();
    end_built_in(&rig).await;
    rig.sandbox.control().script(grant_first(2)).unwrap();
    rig.engine.confirm_old_key_revoked(id).await.unwrap();
    let page = rig.page_when(id, is_done).await;
    assert_eq!(page.rotation.unwrap().proved_at, None, "no proof is claimed");
    assert!(rig.vault.spare_secret(registration).await.unwrap().is_none());
}

#[tokio::test]
async fn a_service_that_cannot_be_reached_leaves_the_old_secret_in_use_and_can_be_tried_again() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let new = make_secret(&rig).await;
    rig.next_token_answer(Step { status: Some(503), ..Step::default() });
    let page = rig.engine.begin_secret_rotation(id, typed(&new.client_secret), false).await.unwrap();
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::CouldNotReach { .. }) })));
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    rig.engine.retry_rotation(id).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, new.client_secret);
}

#[tokio::test]
async fn all_integrations_of_the_registration_switch_together_and_nobody_mends_it_meanwhile() {
    let rig = Rig::start().await;
    let (first, used) = connect(&rig).await;
    let second = connect_with(&rig, used, "Second").await;
    let new = make_secret(&rig).await;
    rig.engine.begin_secret_rotation(first, typed(&new.client_secret), false).await.unwrap();
    let page = rig.page(second).await;
    assert_eq!(step_of(&page), Some(&RotationStep::Switched));
    assert_eq!(page.registration.unwrap().names, ["First", "Second"]);
    assert!(rig.engine.integrations().await.unwrap().iter().all(|row| row.rotating));
    for (client_id, secret) in [(CLIENT, Some("another")), ("another", None)] {
        let mended = rig.engine.save_registration(registration(&rig, Some(used), client_id, secret)).await;
        assert_eq!(failure(mended).code, ErrorCode::RotationNotPossible);
    }
    rig.engine.save_registration(registration(&rig, Some(used), CLIENT, None)).await.unwrap();
    assert_eq!(in_use(&rig, used).await, new.client_secret, "saving nothing new changes nothing");
    rig.engine.revoke_old_key(second).await.unwrap();
    end_built_in(&rig).await;
    for id in [first, second] {
        rig.engine.refresh_integration(id).await.unwrap();
    }
    rig.engine.confirm_old_key_revoked(first).await.unwrap();
    rig.page_when(second, is_done).await;
}

/// A client in its own name, which other tools are lent tokens of.
pub(crate) async fn connect_robot(rig: &Rig) -> IntegrationId {
    let saved = registration(rig, None, CLIENT, Some(BUILT_IN));
    let saved = SaveRegistrationRequest { connector_id: "generic-oauth".into(), fields: [].into(), ..saved };
    let registration_id = rig.engine.save_registration(saved).await.unwrap().id;
    let fields = [("grant", "client_credentials"), ("issuer", rig.sandbox.base_url())];
    let target = AuthorizationTarget::New {
        connector_id: "generic-oauth".into(),
        name: Some("Robot".into()),
        fields: fields.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        registration_id,
        scopes: vec!["read".into()],
    };
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    let AuthorizationProgress::Completed { integration_id, .. } = rig.authorization_ended(begun.id).await else {
        panic!("not connected")
    };
    rig.engine.set_lending(integration_id, true).await.unwrap();
    integration_id
}

#[tokio::test]
async fn a_client_in_its_own_name_is_asked_for_a_real_token_and_lends_one_of_the_new_secret() {
    let rig = Rig::start().await;
    let id = connect_robot(&rig).await;
    let lent = async || match rig.engine.lend("Robot", "test", None).await.unwrap().secret {
        // EXPOSE: compared in a test.
        LentSecret::AccessToken(token) => token.expose().to_owned(),
        other => panic!("{other:?}"),
    };
    let before = lent().await;
    let page =
        rig.engine.begin_secret_rotation(id, typed(&make_secret(&rig).await.client_secret), false).await.unwrap();
    assert_eq!(step_of(&page), Some(&RotationStep::Switched));
    assert_eq!(rig.token_requests("refresh_token"), 0);
    assert_ne!(lent().await, before, "what the old one brought may end with it");
    rig.engine.revoke_old_key(id).await.unwrap();
    end_built_in(&rig).await;
    rig.engine.confirm_old_key_revoked(id).await.unwrap();
    rig.page_when(id, is_done).await;
    rig.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_token_of_a_client_in_its_own_name_that_was_asked_for_with_the_old_secret_is_asked_for_again() {
    let rig = Rig::start().await;
    let id = connect_robot(&rig).await;
    rig.next_token_answer(Step { hold: Some("gate".into()), ..Step::default() });
    rig.sandbox.control().clear_requests();
    let engine = Arc::clone(&rig.engine);
    let refresh = tokio::spawn(async move { engine.refresh_integration(id).await });
    let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
    rig.sandbox.control().wait_for_requests(&query, Progress::Held, 1, Duration::from_secs(10)).await.unwrap();
    rig.engine.begin_secret_rotation(id, typed(&make_secret(&rig).await.client_secret), false).await.unwrap();
    end_built_in(&rig).await;
    rig.sandbox.control().release("gate");
    refresh.await.unwrap().unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}
