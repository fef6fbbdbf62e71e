//! Rotations whose new key the service makes, and drills: nothing is switched there, and nothing stays behind.

use std::time::Duration;

use serde_json::Value;
use storm_domain::port::Vault as _;
use storm_domain::{
    AccountComparison, Credential, ErrorCode, GenerationNumber, GenerationPhase, IntegrationId, RotationMode,
    RotationStep, USE_OF_A_HAND_OUT, Verdict,
};
use storm_engine::view::{AddServiceAccountRequest, IntegrationDetailView, StatusView};
use storm_sandbox::{NewKey, Step};

use crate::rig::{Rig, failure};

const SETTLED: Duration = Duration::from_secs(10);

async fn rig_with_key() -> (Rig, IntegrationId) {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    (rig, id)
}

/// Keys that the service takes.
fn living(rig: &Rig) -> Vec<Value> {
    let keys = rig.sandbox.control().state().keys;
    keys.into_iter().filter(|key| key["revoked_at_ms"].is_null() && key["disabled"] == false).collect()
}

/// Keys that were made by the service at our word, dead or alive.
fn minted(rig: &Rig) -> usize {
    rig.sandbox.control().state().keys.iter().filter(|key| key["name"] == "Storm Connect").count()
}

async fn number_in_use(rig: &Rig, id: IntegrationId) -> GenerationNumber {
    rig.vault.active_generation(id).await.unwrap().unwrap().number
}

fn step(page: &IntegrationDetailView) -> Option<&RotationStep> {
    page.rotation.as_ref().map(|rotation| &rotation.step)
}

fn is_refused(page: &IntegrationDetailView) -> bool {
    matches!(step(page), Some(RotationStep::Deactivating { refused: true, .. }))
}

#[tokio::test]
async fn one_click_makes_tries_switches_deactivates_and_deletes() {
    let (rig, id) = rig_with_key().await;
    assert!(rig.page(id).await.can.mint);
    let page = rig.engine.begin_minted_rotation(id, false).await.unwrap();
    assert!(matches!(step(&page), Some(RotationStep::Deactivating { .. })), "{:?}", page.rotation);
    assert_eq!(number_in_use(&rig, id).await, GenerationNumber(2));
    // Switched off, refused, and not ended yet: it can still be had back.
    let page = rig.page_when(id, is_refused).await;
    assert!(page.rotation.unwrap().can_undo);
    assert_eq!((living(&rig).len(), minted(&rig)), (1, 1));
    let revoked = |rig: &Rig| rig.sandbox.control().state().keys.iter().any(|key| !key["revoked_at_ms"].is_null());
    assert!(!revoked(&rig));

    rig.clock.sleepers(1).await;
    rig.clock.advance(SETTLED);
    rig.page_when(id, |page| step(page) == Some(&RotationStep::Done)).await;
    assert!(revoked(&rig));
    let page = rig.page(id).await;
    let rotation = page.rotation.unwrap();
    assert!(rotation.deactivated_at.is_some() && rotation.revoked_at.is_some() && rotation.proved_at.is_some());
    assert_eq!(page.integration.status, StatusView::Connected);
    let phases: Vec<GenerationPhase> = page.generations.iter().map(|generation| generation.phase).collect();
    assert_eq!(phases, [GenerationPhase::Active, GenerationPhase::Retired]);
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    // And again.
    rig.engine.begin_minted_rotation(id, false).await.unwrap();
    assert_eq!(number_in_use(&rig, id).await, GenerationNumber(3));
}

#[tokio::test]
async fn a_deactivated_key_is_deleted_at_once_when_its_user_says_so() {
    let (rig, id) = rig_with_key().await;
    rig.engine.begin_minted_rotation(id, false).await.unwrap();
    rig.page_when(id, is_refused).await;
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, |page| step(page) == Some(&RotationStep::Done)).await;
    assert_eq!(living(&rig).len(), 1);
}

#[tokio::test]
async fn undo_takes_a_deactivated_key_into_use_again_and_ends_the_new_one() {
    let (rig, id) = rig_with_key().await;
    rig.engine.begin_minted_rotation(id, false).await.unwrap();
    rig.page_when(id, is_refused).await;
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(number_in_use(&rig, id).await, GenerationNumber(1));
    rig.page_when(id, |page| page.rotation.is_none()).await;
    let left = living(&rig);
    assert!(left.len() == 1 && left[0]["name"] != "Storm Connect", "{left:?}");
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
}

#[tokio::test]
async fn what_was_lent_is_used_before_the_old_key_is_switched_off_or_the_new_one_ended() {
    let (rig, id) = rig_with_key().await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.engine.lend("Practice", "a tool", None).await.unwrap();
    let page = rig.engine.begin_minted_rotation(id, false).await.unwrap();
    assert_eq!(page.borrowers.iter().map(|one| one.consumer.as_str()).collect::<Vec<_>>(), ["a tool"]);
    rig.clock.sleepers(1).await;
    rig.clock.advance(USE_OF_A_HAND_OUT - Duration::from_millis(1));
    assert_eq!(living(&rig).len(), 2);
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(living(&rig).len(), 2, "the new one was lent, too");
    for _ in 0..2 {
        rig.clock.sleepers(1).await;
        rig.clock.advance(USE_OF_A_HAND_OUT);
    }
    rig.page_when(id, |page| page.rotation.is_none()).await;
    assert_eq!((living(&rig).len(), number_in_use(&rig, id).await), (1, GenerationNumber(1)));
}

#[tokio::test]
async fn a_drill_tries_compares_and_discards_and_switches_nothing() {
    let (rig, id) = rig_with_key().await;
    rig.engine.begin_minted_rotation(id, true).await.unwrap();
    let is_erased = |page: &IntegrationDetailView| page.generations[0].phase == GenerationPhase::Retired;
    let page = rig.page_when(id, |page| step(page) == Some(&RotationStep::Rehearsed) && is_erased(page)).await;
    let rotation = page.rotation.unwrap();
    assert_eq!(rotation.mode, RotationMode::Drill);
    let found = rotation.found.unwrap();
    assert_eq!((found.comparison, found.missing), (AccountComparison::Same, None));
    assert!(rotation.proved_at.is_some() && rotation.switched_at.is_none());
    assert_eq!((living(&rig).len(), minted(&rig), number_in_use(&rig, id).await), (1, 1, GenerationNumber(1)));
    assert!(page.can.rotate, "the next one may begin");
    let phases: Vec<GenerationPhase> = page.generations.iter().map(|generation| generation.phase).collect();
    assert_eq!(phases, [GenerationPhase::Retired, GenerationPhase::Active]);
    rig.engine.begin_minted_rotation(id, false).await.unwrap();
}

#[tokio::test]
async fn a_drill_with_a_pasted_key_says_what_it_may_not_and_whose_it_is() {
    let (rig, id) = rig_with_key().await;
    let grace = NewKey { account: Some("grace@practice.example".into()), ..NewKey::default() };
    let hers = rig.sandbox.control().create_key(grace).await.unwrap();
    rig.engine.begin_key_rotation(id, rig.typed(&hers.key), true).await.unwrap();
    let page = rig.page_when(id, |page| step(page) == Some(&RotationStep::Rehearsed)).await;
    let found = page.rotation.unwrap().found.unwrap();
    assert!(matches!(found.comparison, AccountComparison::Different { .. }), "{found:?}");
    assert_eq!((living(&rig).len(), number_in_use(&rig, id).await), (1, GenerationNumber(1)));
}

#[tokio::test]
async fn a_drill_with_a_key_that_is_refused_ends_when_its_user_has_seen_that() {
    let (rig, id) = rig_with_key().await;
    let bad = rig.typed("pk_live_0123456789012345678901234567890123456789abc");
    let page = rig.engine.begin_key_rotation(id, bad, true).await.unwrap();
    assert!(matches!(step(&page), Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) })));
    assert_eq!(failure(rig.engine.switch_rotation(id, true).await).code, ErrorCode::RotationNotPossible);
    rig.engine.undo_rotation(id).await.unwrap();
    let page = rig.page_when(id, |page| step(page) == Some(&RotationStep::Rehearsed)).await;
    assert_eq!(page.rotation.unwrap().found, None);
}

#[tokio::test]
async fn a_key_file_is_made_switched_to_and_the_old_one_deleted() {
    let rig = Rig::start().await;
    let first = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: None,
        fields: rig.fields(),
        file: rig.hold_file(&first).await,
        scopes: Vec::new(),
    };
    let id = rig.engine.add_service_account(request).await.unwrap().integration_id;
    let page = rig.engine.begin_minted_rotation(id, false).await.unwrap();
    assert!(matches!(step(&page), Some(RotationStep::Deactivating { .. })), "{:?}", page.rotation);
    rig.page_when(id, is_refused).await;
    rig.engine.revoke_old_key(id).await.unwrap();
    rig.page_when(id, |page| step(page) == Some(&RotationStep::Done)).await;
    let robots = rig.sandbox.control().state().service_accounts;
    let keys = robots[0]["keys"].as_array().unwrap();
    assert!(keys.len() == 1 && keys[0]["id"] != first["private_key_id"], "{keys:?}");
    let Credential::ServiceAccountKey(key) = rig.vault.active_generation(id).await.unwrap().unwrap().credential else {
        panic!("not a key file")
    };
    assert_eq!(key.key_id.as_deref(), keys[0]["id"].as_str());
}

/// The service makes the key, and its answer is lost.
async fn lose_the_answer(rig: &Rig, id: IntegrationId) {
    let lost = Step {
        method: Some("POST".into()),
        path: "/api/keys".into(),
        apply_first: true,
        reset_after_bytes: Some(0),
        ..Step::default()
    };
    rig.sandbox.control().script(lost).unwrap();
    let failed = failure(rig.engine.begin_minted_rotation(id, false).await);
    assert_eq!(failed.code, ErrorCode::ServiceUnreachable);
    let page = rig.page(id).await;
    assert!(matches!(step(&page), Some(RotationStep::Minting { failure: Some(_), .. })), "{:?}", page.rotation);
    assert_eq!((living(rig).len(), minted(rig)), (2, 1));
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_is_ended_before_another_is_made() {
    let (rig, id) = rig_with_key().await;
    lose_the_answer(&rig, id).await;
    let page = rig.engine.retry_rotation(id).await.unwrap();
    assert!(matches!(step(&page), Some(RotationStep::Deactivating { .. })), "{:?}", page.rotation);
    rig.page_when(id, is_refused).await;
    assert_eq!((living(&rig).len(), minted(&rig)), (1, 2));
}

#[tokio::test]
async fn a_key_whose_answer_was_lost_is_ended_by_the_next_run_too_and_by_undo() {
    let (rig, id) = rig_with_key().await;
    lose_the_answer(&rig, id).await;
    let rig = rig.restart().await;
    rig.engine.recover().await.unwrap();
    rig.page_when(id, is_refused).await;
    assert_eq!((living(&rig).len(), minted(&rig)), (1, 2));

    let (rig, id) = rig_with_key().await;
    lose_the_answer(&rig, id).await;
    let page = rig.engine.undo_rotation(id).await.unwrap();
    assert!(page.rotation.is_none());
    assert_eq!((living(&rig).len(), minted(&rig)), (1, 1));
}

#[tokio::test]
async fn a_key_that_somebody_else_made_and_used_meanwhile_is_left_alone() {
    let (rig, id) = rig_with_key().await;
    lose_the_answer(&rig, id).await;
    let theirs = rig.make_key().await;
    let asked = reqwest::Client::new().get(format!("{}/api/whoami", rig.sandbox.base_url())).bearer_auth(&theirs);
    assert_eq!(asked.try_clone().unwrap().send().await.unwrap().status(), 200);
    // One that was saved here is no stranger either.
    let ours = rig.make_key().await;
    rig.add_key(&ours).await;
    rig.engine.retry_rotation(id).await.unwrap();
    rig.page_when(id, is_refused).await;
    assert_eq!(asked.send().await.unwrap().status(), 200);
    assert_eq!(living(&rig).len(), 3);
}

#[tokio::test]
async fn a_service_that_refuses_to_make_one_leaves_nothing_under_way() {
    let (rig, id) = rig_with_key().await;
    let forbidden = Step {
        method: Some("POST".into()),
        path: "/api/keys".into(),
        status: Some(403),
        body: Some(r#"{"error":"insufficient_scope"}"#.into()),
        ..Step::default()
    };
    rig.sandbox.control().script(forbidden).unwrap();
    let failed = failure(rig.engine.begin_minted_rotation(id, false).await);
    assert_eq!(failed.code, ErrorCode::RequestRefused);
    assert!(failed.message.contains("insufficient_scope"), "{}", failed.message);
    let page = rig.page(id).await;
    assert!(page.rotation.is_none() && page.can.rotate && living(&rig).len() == 1);
}

#[tokio::test]
async fn a_new_key_that_the_service_does_not_know_yet_is_tried_again_by_itself() {
    let (rig, id) = rig_with_key().await;
    let unknown = Step {
        path: "/api/whoami".into(),
        status: Some(401),
        body: Some(r#"{"error":"invalid_token"}"#.into()),
        ..Step::default()
    };
    rig.sandbox.control().script(unknown).unwrap();
    let page = rig.engine.begin_minted_rotation(id, false).await.unwrap();
    assert!(matches!(step(&page), Some(RotationStep::Staged { .. })), "{:?}", page.rotation);
    rig.clock.sleepers(1).await;
    rig.clock.advance(Duration::from_secs(2));
    rig.page_when(id, is_refused).await;
    assert_eq!(number_in_use(&rig, id).await, GenerationNumber(2));
}
