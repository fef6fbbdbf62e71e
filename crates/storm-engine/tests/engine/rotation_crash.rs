//! A rotation that the program does not live to finish.
//!
//! The program dies at each of its events in turn, that is after each write of a rotation, and at both ends of a request. At
//! every one of these points the key in use works at the service, and the next run goes on from the step that was written.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use storm_domain::port::{EventSink, Vault};
use storm_domain::{
    Credential, ErrorCode, Event, GenerationNumber, GenerationPhase, IntegrationId, Rotation, RotationStep,
};
use storm_engine::Engine;
use storm_sandbox::{JournalQuery, Progress, Step};
use storm_testkit::RecordingEvents;

use crate::rig::Rig;

/// Dies at an event: whichever task publishes it goes no further, and neither does any that publishes after it.
pub struct Mortal {
    left: AtomicUsize,
    events: RecordingEvents,
}

impl Mortal {
    pub fn dies_at(event: usize) -> Arc<Self> {
        Arc::new(Self { left: AtomicUsize::new(event), events: RecordingEvents::default() })
    }

    fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) == 0
    }
}

impl EventSink for Mortal {
    fn publish(&self, event: Event) {
        let left = self.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        self.events.publish(event);
        assert!(left.is_ok_and(|left| left > 1), "the program dies here");
    }
}

/// Rotates as far as the program lives. Whether it lived to the end.
async fn rotate_until_death(rig: &Rig, id: IntegrationId, new: &str, event: usize) -> bool {
    let mortal = Mortal::dies_at(event);
    let doomed = rig.doomed_engine(mortal.clone());
    let key = storm_secret::ApiKey::new(new);
    let user = tokio::spawn(async move {
        let held = doomed.hold_key("practice", &key).unwrap();
        doomed
            .begin_key_rotation(id, storm_engine::view::KeyInput::Held { id: held.id, key_id: None }, false)
            .await
            .unwrap();
        doomed.revoke_old_key(id).await.unwrap();
    });
    if user.await.is_err() {
        return false;
    }
    loop {
        mortal.events.clear();
        let died = mortal.is_dead();
        if step_of(rig, id).await == Some(RotationStep::Done) {
            return true;
        }
        if died {
            return false;
        }
        mortal.events.wait_for(|_| true).await;
    }
}

async fn rotation_of(rig: &Rig, id: IntegrationId) -> Option<Rotation> {
    rig.vault.rotation(id).await.unwrap()
}

async fn step_of(rig: &Rig, id: IntegrationId) -> Option<RotationStep> {
    rotation_of(rig, id).await.map(|rotation| rotation.step)
}

/// The key that consumers would get now is one that the service takes.
async fn assert_key_in_use_works(rig: &Rig, id: IntegrationId, when: &str) {
    let Credential::ApiKey(credential) = rig.vault.active_generation(id).await.unwrap().unwrap().credential else {
        panic!("not a key")
    };
    // EXPOSE: sent to the practice service, as a consumer would.
    let asked = reqwest::Client::new()
        .get(format!("{}/api/whoami", rig.sandbox.base_url()))
        .bearer_auth(credential.key.expose());
    assert_eq!(asked.send().await.unwrap().status(), 200, "{when}");
}

/// The next run, led on by the user where it is the user's turn, to the end.
async fn finish(rig: Rig, id: IntegrationId, new: &str, when: &str) {
    let written = rotation_of(&rig, id).await;
    assert_key_in_use_works(&rig, id, when).await;
    let mut rig = rig.restart().await;
    assert_eq!(rotation_of(&rig, id).await, written, "{when}: nothing that was written is lost");
    assert_key_in_use_works(&rig, id, when).await;
    rig.run().await;
    loop {
        // Steps that need nobody go on by themselves; the others wait for the user.
        let page = rig
            .page_when(id, |page| {
                let step = page.rotation.as_ref().map(|rotation| &rotation.step);
                !matches!(
                    step,
                    Some(RotationStep::Staged { .. } | RotationStep::Revoking { .. } | RotationStep::ProvedDead)
                )
            })
            .await;
        assert_key_in_use_works(&rig, id, when).await;
        let turn = match page.rotation.map(|rotation| rotation.step) {
            None => rig.engine.begin_key_rotation(id, rig.typed(new), false).await,
            Some(RotationStep::Verified { .. }) => rig.engine.switch_rotation(id, false).await,
            Some(RotationStep::Switched) => rig.engine.revoke_old_key(id).await,
            Some(RotationStep::Done) => break,
            other => panic!("{when}: {other:?}"),
        };
        // A step that goes on by itself may have been faster than this user.
        let overtaken = [ErrorCode::ChangedMeanwhile, ErrorCode::RotationNotPossible];
        assert!(turn.as_ref().err().is_none_or(|failure| overtaken.contains(&failure.code)), "{when}: {turn:?}");
    }
    let page = rig.page(id).await;
    assert!(page.rotation.unwrap().proved_at.is_some());
    let phases: Vec<GenerationPhase> = page.generations.iter().map(|generation| generation.phase).collect();
    assert_eq!(phases, [GenerationPhase::Active, GenerationPhase::Retired], "{when}");
    let alive = rig.sandbox.control().state().keys.iter().filter(|key| key["revoked_at_ms"].is_null()).count();
    assert_eq!(alive, 1, "{when}: the old key is dead, the new one lives");
}

async fn rig_with_key() -> (Rig, IntegrationId, String) {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let new = rig.make_key().await;
    (rig, id, new)
}

#[tokio::test]
async fn f086_a_rotation_that_is_killed_at_any_step_resumes_there_and_never_without_a_working_key() {
    killed_at_every_step().await;
}

#[tokio::test]
async fn o52_a_crash_at_any_step_of_a_rotation_leaves_a_working_key() {
    killed_at_every_step().await;
}

async fn killed_at_every_step() {
    let mut seen = Vec::new();
    for event in 1.. {
        let (rig, id, new) = rig_with_key().await;
        if rotate_until_death(&rig, id, &new, event).await {
            break;
        }
        seen.push(step_of(&rig, id).await);
        finish(rig, id, &new, &format!("killed at event {event}")).await;
    }
    let died_at = |fits: fn(&RotationStep) -> bool| seen.iter().flatten().any(fits);
    assert!(died_at(|step| matches!(step, RotationStep::Staged { .. })));
    assert!(died_at(|step| matches!(step, RotationStep::Verified { .. })));
    assert!(died_at(|step| matches!(step, RotationStep::Switched)));
    assert!(died_at(|step| matches!(step, RotationStep::Revoking { ordered: false, .. })));
    assert!(died_at(|step| matches!(step, RotationStep::Revoking { ordered: true, .. })));
    assert!(died_at(|step| matches!(step, RotationStep::ProvedDead)));
}

/// Holds the `nth` request to a path, before or after the service has acted on it, and ends the program meanwhile.
async fn killed_during(path: &str, applied: bool) {
    let (rig, id, new) = rig_with_key().await;
    let hold = Step { path: path.into(), apply_first: applied, hold: Some("gate".into()), ..Step::default() };
    rig.sandbox.control().clear_requests();
    rig.sandbox.control().script(hold).unwrap();
    let doomed = rig.doomed_engine(Arc::new(RecordingEvents::default()));
    let user = tokio::spawn(rotate(doomed, id, new.clone()));
    let query = JournalQuery { path: Some(path.into()), ..JournalQuery::default() };
    rig.sandbox.control().wait_for_requests(&query, Progress::Held, 1, std::time::Duration::from_secs(10)).await;
    user.abort();
    assert!(user.await.unwrap_err().is_cancelled());
    rig.sandbox.control().clear_script();
    finish(rig, id, &new, &format!("killed during {path}, applied: {applied}")).await;
}

async fn rotate(engine: Arc<Engine>, id: IntegrationId, new: String) {
    let held = engine.hold_key("practice", &storm_secret::ApiKey::new(new)).unwrap();
    engine
        .begin_key_rotation(id, storm_engine::view::KeyInput::Held { id: held.id, key_id: None }, false)
        .await
        .unwrap();
    engine.revoke_old_key(id).await.unwrap();
}

#[tokio::test]
async fn o52_a_rotation_that_is_killed_while_the_new_key_is_tried_resumes() {
    killed_during("/api/whoami", false).await;
}

#[tokio::test]
async fn o52_a_rotation_that_is_killed_before_the_service_turned_the_old_key_off_resumes() {
    killed_during("/api/keys/self", false).await;
}

#[tokio::test]
async fn o52_a_rotation_that_is_killed_after_the_service_turned_the_old_key_off_resumes() {
    killed_during("/api/keys/self", true).await;
}

#[tokio::test]
async fn a_rotation_whose_old_key_was_erased_but_not_noted_as_such_is_done() {
    for event in 1.. {
        let (rig, id, new) = rig_with_key().await;
        assert!(!rotate_until_death(&rig, id, &new, event).await, "it never died at ProvedDead");
        if step_of(&rig, id).await == Some(RotationStep::ProvedDead) {
            rig.vault.retire_generation(id, GenerationNumber(1), storm_domain::Timestamp(1)).await.unwrap();
            return finish(rig, id, &new, "killed after the old key was erased").await;
        }
    }
}
