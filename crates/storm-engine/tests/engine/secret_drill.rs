//! The rotation of a client secret is rehearsed: the new one is tried and thrown away, and the old one is in use throughout.

use std::time::Duration;

use storm_domain::port::{Clock as _, Vault};
use storm_domain::{
    AccountComparison, ActivityKind, ErrorCode, GenerationPhase, IntegrationId, RegistrationId, RotationEvent,
    RotationMilestone, RotationMode, RotationStep, Verdict,
};
use storm_engine::view::{IntegrationDetailView, StatusView};
use storm_sandbox::Step;
use storm_secret::ClientSecret;

use crate::rig::{Rig, failure};
use crate::secret_rotation::{
    BUILT_IN, connect, connect_robot, connect_with, end_secret, grant_first, in_use, make_secret, step_of, typed,
};

fn is_rehearsed(page: &IntegrationDetailView) -> bool {
    step_of(page) == Some(&RotationStep::Rehearsed)
}

fn is_to_be_deleted(page: &IntegrationDetailView) -> bool {
    matches!(step_of(page), Some(RotationStep::Discarding { ordered: false, .. }))
}

/// The old secret is the one that is used, nothing else is kept, and the integration works.
async fn look_at_the_end(rig: &Rig, id: IntegrationId, registration: RegistrationId) {
    assert_eq!(in_use(rig, registration).await, BUILT_IN);
    assert!(rig.vault.spare_secret(registration).await.unwrap().is_none(), "the new one is erased");
    rig.engine.refresh_integration(id).await.unwrap();
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected);
    assert!(page.can.rotate && !page.integration.rotating, "the next one may begin");
}

async fn milestones(rig: &Rig, id: IntegrationId) -> Vec<RotationMilestone> {
    let log = rig.engine.activity(Some(id), 20).await.unwrap();
    let step = |what: &ActivityKind| match what {
        ActivityKind::SecretRotated { step } => Some(*step),
        _ => None,
    };
    log.iter().rev().filter_map(|entry| step(&entry.what)).collect()
}

#[tokio::test]
async fn a_drill_tries_the_new_secret_and_ends_it_and_switches_nothing() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let second = connect_with(&rig, registration, "Second").await;
    let refresh_token = rig.refresh_token(id).await;
    let new = make_secret(&rig).await;
    let page = rig.engine.begin_secret_rotation(id, typed(&new.client_secret), true).await.unwrap();
    assert!(is_to_be_deleted(&page) && is_to_be_deleted(&rig.page(second).await), "{:?}", page.rotation);
    assert_eq!(rig.browser.next().await.path(), "/apps");
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    assert_eq!(rig.refresh_token(id).await, refresh_token, "trying it spent nothing");
    rig.engine.refresh_integration(second).await.unwrap();
    for refused in [rig.engine.switch_rotation(id, true).await, rig.engine.revoke_old_key(id).await] {
        assert_eq!(failure(refused).code, ErrorCode::RotationNotPossible);
    }

    rig.engine.confirm_old_key_revoked(id).await.unwrap(); // it was another one that was deleted
    rig.page_when(id, |page| matches!(step_of(page), Some(RotationStep::Discarding { tries: 1.., .. }))).await;
    end_secret(&rig, &new.secret_id).await;
    rig.engine.retry_rotation(id).await.unwrap();
    rig.clock.advance(Duration::from_secs(3));
    let rotation = rig.page_when(id, is_rehearsed).await.rotation.unwrap();
    assert_eq!((rotation.mode, rotation.switched_at), (RotationMode::Drill, None));
    assert!(rotation.proved_at.is_some() && !rotation.can_undo);
    assert_eq!(rotation.found.unwrap().comparison, AccountComparison::Same);
    assert_eq!((rotation.old.phase, rotation.new.unwrap().phase), (GenerationPhase::Active, GenerationPhase::Retired));
    look_at_the_end(&rig, id, registration).await;
    use RotationMilestone::{Rehearsed, Staged, Verified};
    for id in [id, second] {
        assert_eq!(milestones(&rig, id).await, [Staged, Verified, Rehearsed]);
    }
    let real = make_secret(&rig).await;
    rig.engine.begin_secret_rotation(id, typed(&real.client_secret), false).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, real.client_secret);
}

#[tokio::test]
async fn where_only_its_use_would_tell_a_drill_ends_and_the_new_secret_was_never_used() {
    for secret in [None, Some("not-a-secret-of-this-client")] {
        let rig = Rig::start().await;
        let (id, registration) = connect(&rig).await;
        let made = make_secret(&rig).await;
        rig.sandbox.control().script(grant_first(2)).unwrap();
        let new = secret.unwrap_or(&made.client_secret);
        let page = rig.engine.begin_secret_rotation(id, typed(new), true).await.unwrap();
        assert_eq!(step_of(&page), Some(&RotationStep::Untold));
        let rotation = page.rotation.unwrap();
        assert_eq!((rotation.found, rotation.verified_at, rotation.can_undo), (None, None, false));
        // A refresh that took the new one would be answered with another secret's refusal, or switch to it.
        look_at_the_end(&rig, id, registration).await;
        assert_eq!(step_of(&rig.page(id).await), Some(&RotationStep::Untold));
        assert_eq!(milestones(&rig, id).await, [RotationMilestone::Staged, RotationMilestone::Untold]);
    }
}

#[tokio::test]
async fn a_drill_whose_secret_cannot_be_tried_now_waits_and_no_refresh_tries_it() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let new = make_secret(&rig).await;
    rig.next_token_answer(Step { status: Some(503), ..Step::default() });
    let page = rig.engine.begin_secret_rotation(id, typed(&new.client_secret), true).await.unwrap();
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::CouldNotReach { .. }) })));
    assert!(rig.vault.refresh_basis(id).await.unwrap().untold_secret.is_none());
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(in_use(&rig, registration).await, BUILT_IN);
    let page = rig.engine.retry_rotation(id).await.unwrap();
    assert!(is_to_be_deleted(&page));
    let page = rig.engine.undo_rotation(id).await.unwrap();
    assert!(is_rehearsed(&page), "its user leaves it at the service");
    assert_eq!(page.rotation.unwrap().proved_at, None);
    look_at_the_end(&rig, id, registration).await;
}

#[tokio::test]
async fn a_drill_with_a_secret_that_is_refused_ends_when_its_user_has_seen_that() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let page = rig.engine.begin_secret_rotation(id, typed("not-a-secret-of-this-client"), true).await.unwrap();
    assert!(matches!(step_of(&page), Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) })));
    assert!(is_to_be_deleted(&rig.engine.undo_rotation(id).await.unwrap()));
    rig.engine.confirm_old_key_revoked(id).await.unwrap();
    let page = rig.page_when(id, is_rehearsed).await;
    assert_eq!(page.rotation.unwrap().found, None);
    look_at_the_end(&rig, id, registration).await;
}

#[tokio::test]
async fn a_client_in_its_own_name_rehearses_with_a_real_token_that_nobody_gets() {
    let rig = Rig::start().await;
    let id = connect_robot(&rig).await;
    let registration = rig.vault.integration(id).await.unwrap().registration_id.unwrap();
    let new = make_secret(&rig).await;
    // This one has no page that a browser could be opened with.
    rig.engine.begin_secret_rotation(id, typed(&new.client_secret), true).await.unwrap();
    end_secret(&rig, &new.secret_id).await;
    rig.engine.confirm_old_key_revoked(id).await.unwrap();
    rig.page_when(id, is_rehearsed).await;
    look_at_the_end(&rig, id, registration).await;
}

/// What a program that died in a drill left behind, resumed.
async fn resumed_at(events: &[RotationEvent]) -> (Rig, IntegrationId, RegistrationId) {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig).await;
    let secret = ClientSecret::new(make_secret(&rig).await.client_secret);
    let now = rig.clock.now();
    let begun = rig.vault.begin_secret_rotation(registration, &secret, RotationMode::Drill, now).await;
    let mut rotation = begun.unwrap();
    for event in events {
        rotation = rig.vault.update_secret_rotation(rotation.step(event.clone(), now).unwrap()).await.unwrap();
    }
    let mut rig = rig.restart().await;
    rig.run().await;
    (rig, id, registration)
}

#[tokio::test]
async fn a_drill_that_a_crash_cut_off_goes_on_with_the_old_secret_in_use() {
    let works = Verdict::Works { account: None };
    let tried = RotationEvent::NewTried { verdict: works, comparison: AccountComparison::Same };
    for events in [vec![], vec![tried.clone()], vec![tried.clone(), RotationEvent::Discard]] {
        let (rig, id, registration) = resumed_at(&events).await;
        rig.page_when(id, is_to_be_deleted).await;
        assert_eq!(in_use(&rig, registration).await, BUILT_IN, "{events:?}");
        rig.engine.undo_rotation(id).await.unwrap();
        look_at_the_end(&rig, id, registration).await;
    }
    let ordered = [tried, RotationEvent::Discard, RotationEvent::RevokeOrdered];
    let (rig, id, registration) = resumed_at(&ordered).await;
    rig.page_when(id, |page| matches!(step_of(page), Some(RotationStep::Discarding { tries: 1.., .. }))).await;
    rig.engine.undo_rotation(id).await.unwrap();
    rig.page_when(id, is_rehearsed).await;
    look_at_the_end(&rig, id, registration).await;
}
