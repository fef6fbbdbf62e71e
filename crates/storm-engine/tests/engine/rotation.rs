use std::time::Duration;

use storm_domain::{ErrorCode, GenerationPhase, RotationStep, Verdict};
use storm_engine::view::{AddServiceAccountRequest, StatusView};
use storm_sandbox::{NewKey, Step};

use crate::rig::{Rig, failure};

async fn keys_alive(rig: &Rig) -> usize {
    rig.sandbox.control().state().keys.iter().filter(|key| key["revoked_at_ms"].is_null()).count()
}

#[tokio::test]
async fn a_key_is_rotated_without_a_moment_without_one() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let page = rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await)).await.unwrap();
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
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await)).await.unwrap();
    let page = rig.engine.undo_rotation(id).await.unwrap();
    assert!(page.rotation.is_none());
    assert_eq!(page.generations.last().unwrap().phase, GenerationPhase::Active);
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}

#[tokio::test]
async fn a_new_key_that_is_refused_changes_nothing() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let bad = rig.typed("pk_live_0123456789012345678901234567890123456789abc");
    let page = rig.engine.begin_key_rotation(id, bad).await.unwrap();
    assert!(matches!(page.rotation.unwrap().step, RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) }));
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    assert_eq!(failure(rig.engine.revoke_old_key(id).await).code, ErrorCode::RotationNotPossible);
    rig.engine.undo_rotation(id).await.unwrap();
}

#[tokio::test]
async fn the_key_in_use_is_no_new_key() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let id = rig.add_key(&key).await;
    assert_eq!(failure(rig.engine.begin_key_rotation(id, rig.typed(&key)).await).code, ErrorCode::KeyNotUsable);
}

#[tokio::test]
async fn a_revocation_that_fails_is_tried_again_on_wish() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await)).await.unwrap();
    rig.sandbox
        .control()
        .script(Step { path: "/api/keys/self".into(), status: Some(503), times: Some(9), ..Step::default() })
        .unwrap();
    rig.engine.revoke_old_key(id).await.unwrap_err();
    let step = rig.page(id).await.rotation.unwrap().step;
    assert_eq!(step, RotationStep::Revoking { ordered: false, tries: 0 });
    rig.sandbox.control().clear_script();
    rig.engine.retry_rotation(id).await.unwrap();
    rig.page_when(id, |page| page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done)).await;
}

#[tokio::test]
async fn an_old_key_that_still_works_is_tried_until_it_does_not() {
    let rig = Rig::start().await;
    let old = rig.sandbox.control().create_key(NewKey::default()).await.unwrap();
    let id = rig.add_key(&old.key).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await)).await.unwrap();
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

#[tokio::test]
async fn a_rotation_goes_on_where_a_crash_broke_it_off() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.begin_key_rotation(id, rig.typed(&rig.make_key().await)).await.unwrap();
    let mut rig = rig.restart().await;
    rig.run().await;
    assert_eq!(rig.page(id).await.rotation.unwrap().step, RotationStep::Switched, "it is the user's turn");

    rig.sandbox
        .control()
        .script(Step { path: "/api/keys/self".into(), status: Some(503), times: Some(9), ..Step::default() })
        .unwrap();
    rig.engine.revoke_old_key(id).await.unwrap_err();
    rig.sandbox.control().clear_script();
    let mut rig = rig.restart().await;
    rig.run().await;
    rig.page_when(id, |page| page.rotation.as_ref().is_none_or(|rotation| rotation.step == RotationStep::Done)).await;
    assert_eq!(keys_alive(&rig).await, 1);
}

#[tokio::test]
async fn a_service_account_key_is_rotated_by_api() {
    let rig = Rig::start().await;
    let first = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let email = first["client_email"].as_str().unwrap().to_owned();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: None,
        fields: rig.fields(),
        file: rig.hold_file(&first),
        scopes: Vec::new(),
    };
    let id = rig.engine.add_service_account(request).await.unwrap().integration_id;
    let second = rig.sandbox.control().add_service_account_key(&email).await.unwrap();
    let page = rig.engine.begin_key_file_rotation(id, rig.hold_file(&second)).await.unwrap();
    assert_eq!(page.rotation.unwrap().step, RotationStep::Switched);
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, |page| page.rotation.as_ref().is_some_and(|rotation| rotation.step == RotationStep::Done)).await;
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}
