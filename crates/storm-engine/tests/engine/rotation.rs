use std::time::Duration;

use storm_domain::port::Vault;
use storm_domain::{
    ActivityKind, Credential, ErrorCode, Generation, GenerationPhase, IntegrationId, RotationStep, USE_OF_A_HAND_OUT,
    VaultError, Verdict,
};
use storm_engine::LentSecret;
use storm_engine::view::{AddServiceAccountRequest, IntegrationDetailView, StatusView};
use storm_sandbox::{JournalQuery, NewKey, Progress, Step};

use crate::rig::{Rig, failure};

async fn keys_alive(rig: &Rig) -> usize {
    rig.sandbox.control().state().keys.iter().filter(|key| key["revoked_at_ms"].is_null()).count()
}

/// The key that consumers get now.
async fn key_in_use(rig: &Rig, id: IntegrationId) -> String {
    key_of(&rig.vault.active_generation(id).await.unwrap().unwrap())
}

fn key_of(generation: &Generation) -> String {
    match &generation.credential {
        // EXPOSE: compared in a test.
        Credential::ApiKey(credential) => credential.key.expose().to_owned(),
        other => panic!("not a key: {other:?}"),
    }
}

fn is_done(page: &IntegrationDetailView) -> bool {
    page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done)
}

#[tokio::test]
async fn a_key_is_rotated_without_a_moment_without_one() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let page = rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    let rotation = page.rotation.unwrap();
    assert_eq!(rotation.step, RotationStep::Switched);
    assert!(rotation.can_undo);
    assert_eq!(keys_alive(&rig).await, 2);

    rig.engine.revoke_old_key(id).await.unwrap();
    let page = rig
        .page_when(id, |page| page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done))
        .await;
    assert!(page.rotation.unwrap().proved_at.is_some());
    assert_eq!(keys_alive(&rig).await, 1);
    assert_eq!(page.integration.status, StatusView::Connected);
    let phases: Vec<GenerationPhase> = page.generations.iter().map(|generation| generation.phase).collect();
    assert_eq!(phases, [GenerationPhase::Active, GenerationPhase::Retired]);
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}

#[tokio::test]
async fn undo_brings_the_old_key_back() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    let page = rig.engine.undo_rotation(id).await.unwrap();
    assert!(page.rotation.is_none());
    assert_eq!(page.generations.last().unwrap().phase, GenerationPhase::Active);
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}

#[tokio::test]
async fn f084_a_new_key_that_the_service_answers_with_401_leaves_the_old_one_in_use() {
    let rig = Rig::start().await;
    let old = rig.make_key().await;
    let id = rig.add_key(&old).await;
    let bad = rig.typed("pk_live_0123456789012345678901234567890123456789abc");
    let page = rig.engine.begin_key_rotation(id, bad, false).await.unwrap();
    let rotation = page.rotation.unwrap();
    assert!(matches!(rotation.step, RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) }));
    assert_eq!(page.integration.status, StatusView::Connected);
    assert_eq!(key_in_use(&rig, id).await, old);
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    assert_eq!(failure(rig.engine.switch_rotation(id, true).await).code, ErrorCode::RotationNotPossible);
    assert_eq!(failure(rig.engine.revoke_old_key(id).await).code, ErrorCode::RotationNotPossible);
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(key_in_use(&rig, id).await, old);
    assert_eq!(
        rig.vault.generation(id, rotation.new.unwrap().number).await.unwrap_err(),
        VaultError::NotFound,
        "it is erased"
    );
}

#[tokio::test]
async fn f085_a_verification_without_an_answer_keeps_both_keys_and_asks() {
    let rig = Rig::start().await;
    let (old, new) = (rig.make_key().await, rig.make_key().await);
    let id = rig.add_key(&old).await;
    let silent = Step { path: "/api/whoami".into(), hang: true, ..Step::default() };
    rig.sandbox.control().script(silent).unwrap();
    let rotation = rig.engine.begin_key_rotation(id, rig.typed(&new), false).await.unwrap().rotation.unwrap();
    // It says so, and waits: the user may try again or go back.
    let RotationStep::Staged { verdict: Some(Verdict::CouldNotReach { reason }) } = &rotation.step else {
        panic!("{:?}", rotation.step)
    };
    assert!(reason.contains("did not answer in time"), "{reason}");
    assert!(rotation.can_undo);
    assert_eq!(key_in_use(&rig, id).await, old);
    assert_eq!(key_of(&rig.vault.generation(id, rotation.new.unwrap().number).await.unwrap()), new);
    assert_eq!(keys_alive(&rig).await, 2);

    let page = rig.engine.retry_rotation(id).await.unwrap();
    assert_eq!(page.rotation.unwrap().step, RotationStep::Switched);
    assert_eq!(key_in_use(&rig, id).await, new);
}

#[tokio::test]
async fn the_key_in_use_is_no_new_key() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let id = rig.add_key(&key).await;
    assert_eq!(failure(rig.engine.begin_key_rotation(id, rig.typed(&key), false).await).code, ErrorCode::KeyNotUsable);
}

#[tokio::test]
async fn f087_an_old_key_that_could_not_be_turned_off_stays_listed_and_can_be_tried_again() {
    let rig = Rig::start().await;
    let (old, new) = (rig.make_key().await, rig.make_key().await);
    let id = rig.add_key(&old).await;
    rig.engine.begin_key_rotation(id, rig.typed(&new), false).await.unwrap();
    let down = Step { path: "/api/keys/self".into(), status: Some(503), times: Some(9), ..Step::default() };
    rig.sandbox.control().script(down).unwrap();
    assert_eq!(failure(rig.engine.revoke_old_key(id).await).code, ErrorCode::ServiceUnreachable);

    let rig = rig.restart().await;
    let page = rig.page(id).await;
    let rotation = page.rotation.unwrap();
    assert_eq!(rotation.step, RotationStep::Revoking { ordered: false, tries: 0 });
    assert!(rotation.revoke_failure.unwrap().contains("busy"), "the page says why");
    assert_eq!((rotation.revoked_at, rotation.proved_at), (None, None), "its death is not claimed");
    assert_eq!(page.generations.last().unwrap().phase, GenerationPhase::Superseded);
    assert_eq!(key_of(&rig.vault.generation(id, rotation.old.number).await.unwrap()), old, "its secret stays known");
    let log = rig.engine.activity(Some(id), 9).await.unwrap();
    assert!(log.iter().any(|entry| matches!(entry.what, ActivityKind::RevokeFailed { .. })));
    assert_eq!(key_in_use(&rig, id).await, new);

    rig.sandbox.control().clear_script();
    rig.engine.retry_rotation(id).await.unwrap();
    let page = rig.page_when(id, is_done).await;
    assert_eq!(page.rotation.unwrap().revoke_failure, None);
    assert_eq!(keys_alive(&rig).await, 1);
}

#[tokio::test]
async fn an_old_key_that_could_not_be_turned_off_is_turned_off_by_itself_when_the_service_is_back() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    let down = Step { path: "/api/keys/self".into(), status: Some(503), ..Step::default() };
    rig.sandbox.control().script(down).unwrap();
    rig.engine.revoke_old_key(id).await.unwrap_err();
    rig.clock.sleepers(1).await;
    assert_eq!(keys_alive(&rig).await, 2);
    rig.clock.advance(Duration::from_secs(40));
    rig.page_when(id, is_done).await;
    assert_eq!(keys_alive(&rig).await, 1);
}

#[tokio::test]
async fn an_old_key_that_still_works_is_tried_until_it_does_not() {
    let rig = Rig::start().await;
    let old = rig.sandbox.control().create_key(NewKey::default()).await.unwrap();
    let id = rig.add_key(&old.key).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    // The service says that it ended the key, and goes on accepting it for a while.
    rig.sandbox.control().script(Step { path: "/api/keys/self".into(), status: Some(204), ..Step::default() }).unwrap();
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, |page| {
        matches!(page.rotation.as_ref().map(|rotation| &rotation.step), Some(RotationStep::Revoking { tries: 1, .. }))
    })
    .await;
    rig.sandbox.control().revoke_key(&old.id).await.unwrap();
    rig.clock.sleepers(1).await;
    rig.clock.advance(Duration::from_secs(3));
    rig.page_when(id, |page| page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done)).await;
}

/// A service account with its first key file, and its address.
async fn add_key_file(rig: &Rig) -> (IntegrationId, String) {
    let first = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: None,
        fields: rig.fields(),
        file: rig.hold_file(&first).await,
        scopes: Vec::new(),
    };
    let id = rig.engine.add_service_account(request).await.unwrap().integration_id;
    (id, first["client_email"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_service_account_key_is_rotated_by_api() {
    let rig = Rig::start().await;
    let (id, email) = add_key_file(&rig).await;
    let second = rig.sandbox.control().add_service_account_key(&email).await.unwrap();
    let page = rig.engine.begin_key_file_rotation(id, rig.hold_file(&second).await, false).await.unwrap();
    assert_eq!(page.rotation.unwrap().step, RotationStep::Switched);
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, |page| page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done)).await;
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}

fn revocations(rig: &Rig) -> usize {
    let query = JournalQuery { path: Some("/api/keys/self".into()), ..JournalQuery::default() };
    rig.sandbox.control().requests(&query).len()
}

fn is_revoking(page: &IntegrationDetailView) -> bool {
    page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Revoking { ordered: false, tries: 0 })
}

/// A key that other tools are lent, replaced a moment ago, and its end asked for at once.
async fn rig_with_a_lent_key_to_end() -> (Rig, IntegrationId) {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.engine.lend("Practice", "test", None).await.unwrap();
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    let page = rig.engine.revoke_old_key(id).await.unwrap();
    assert!(is_revoking(&page), "{:?}", page.rotation);
    rig.clock.sleepers(1).await;
    (rig, id)
}

#[tokio::test]
async fn an_old_key_that_was_lent_until_the_switch_is_turned_off_when_it_was_used() {
    let (rig, id) = rig_with_a_lent_key_to_end().await;
    rig.clock.advance(USE_OF_A_HAND_OUT - Duration::from_millis(1));
    // Neither patience nor impatience of the user ends it before.
    let page = rig.engine.retry_rotation(id).await.unwrap();
    assert!(is_revoking(&page), "{:?}", page.rotation);
    let rotation = page.rotation.unwrap();
    assert_eq!(rotation.lent_until, rotation.switched_at.map(|at| at.after(USE_OF_A_HAND_OUT)), "the page says why");
    assert_eq!((revocations(&rig), keys_alive(&rig).await), (0, 2));
    rig.clock.advance(Duration::from_millis(1));
    let page = rig.page_when(id, is_done).await;
    assert_eq!(page.rotation.unwrap().lent_until, None);
    assert_eq!((revocations(&rig), keys_alive(&rig).await), (1, 1));
}

#[tokio::test]
async fn a_lent_old_key_is_given_its_time_by_the_next_run_too() {
    let (rig, id) = rig_with_a_lent_key_to_end().await;
    rig.clock.advance(Duration::from_secs(2));
    let rig = rig.restart().await;
    rig.engine.recover().await.unwrap();
    rig.clock.sleepers(1).await;
    assert_eq!((revocations(&rig), keys_alive(&rig).await), (0, 2));
    rig.clock.advance(USE_OF_A_HAND_OUT - Duration::from_secs(2));
    rig.page_when(id, is_done).await;
    assert_eq!(keys_alive(&rig).await, 1);
}

#[tokio::test]
async fn a_refusal_of_the_old_key_that_comes_after_the_switch_is_not_held_against_the_new_one() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    hold_next(&rig, "/api/whoami");
    let engine = std::sync::Arc::clone(&rig.engine);
    let verifying = tokio::spawn(async move { engine.verify_integration(id).await });
    await_held(&rig, "/api/whoami").await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await), false).await.unwrap();
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, is_done).await;
    rig.sandbox.control().release("gate");
    let verdict = verifying.await.unwrap().unwrap();
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn a_token_of_the_old_key_file_that_comes_after_the_switch_is_not_lent() {
    let rig = Rig::start().await;
    let (id, email) = add_key_file(&rig).await;
    rig.engine.set_lending(id, true).await.unwrap();
    for refused in [false, true] {
        let new = rig.sandbox.control().add_service_account_key(&email).await.unwrap();
        let new_id = new["private_key_id"].as_str().unwrap();
        let lent = lent_over_a_switch(&rig, id, &new, refused).await;
        let caller: serde_json::Value = reqwest::Client::new()
            .get(format!("{}/api/whoami", rig.sandbox.base_url()))
            .bearer_auth(lent)
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert_eq!(caller["key_id"], new_id, "refused: {refused}");
        assert_eq!(rig.page(id).await.integration.status, StatusView::Connected, "refused: {refused}");
    }
}

/// What is lent when the exchange of the old key is answered only after the switch.
async fn lent_over_a_switch(rig: &Rig, id: IntegrationId, new: &serde_json::Value, refused: bool) -> String {
    const LONG: Duration = Duration::from_secs(3_596); // no token is good for so long after six seconds
    rig.clock.advance(Duration::from_secs(6));
    hold_next(rig, "/oauth/token");
    let engine = std::sync::Arc::clone(&rig.engine);
    let lending = tokio::spawn(async move { engine.lend("Practice", "test", Some(LONG)).await });
    await_held(rig, "/oauth/token").await;
    let page = rig.engine.begin_key_file_rotation(id, rig.hold_file(new).await, false).await.unwrap();
    assert_eq!(page.rotation.unwrap().step, RotationStep::Switched);
    if refused {
        rig.clock.advance(USE_OF_A_HAND_OUT);
        rig.engine.revoke_old_key(id).await.unwrap();
        rig.page_when(id, is_done).await;
    }
    rig.sandbox.control().release("gate");
    let lent = lending.await.unwrap().unwrap();
    if !refused {
        rig.clock.advance(USE_OF_A_HAND_OUT);
        rig.engine.revoke_old_key(id).await.unwrap();
        rig.page_when(id, is_done).await;
    }
    match lent.secret {
        // EXPOSE: sent to the practice service, as a consumer would.
        LentSecret::AccessToken(token) => token.expose().to_owned(),
        LentSecret::ApiKey(_) => panic!("a key"),
    }
}

fn hold_next(rig: &Rig, path: &str) {
    rig.sandbox.control().clear_requests();
    let hold = Step { path: path.into(), hold: Some("gate".into()), ..Step::default() };
    rig.sandbox.control().script(hold).unwrap();
}

async fn await_held(rig: &Rig, path: &str) {
    let query = JournalQuery { path: Some(path.into()), ..JournalQuery::default() };
    rig.sandbox.control().wait_for_requests(&query, Progress::Held, 1, Duration::from_secs(10)).await;
}
