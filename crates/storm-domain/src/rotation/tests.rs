//! The machine, step by step.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(7);

fn rotation(step: RotationStep) -> Rotation {
    let numbers = (GenerationNumber(1), GenerationNumber(2));
    Rotation::begun(IntegrationId(Uuid::nil()), numbers, step, RotationMode::Guided, NOW)
}

fn works() -> Verdict {
    Verdict::Works { account: None }
}

fn refused() -> Verdict {
    Verdict::Refused { reason: String::new() }
}

fn different() -> AccountComparison {
    AccountComparison::Different { old: "ada".into(), new: "eve".into() }
}

#[test]
fn the_whole_way() {
    let mut at = rotation(RotationStep::Staged { verdict: None });
    for event in [
        RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same },
        RotationEvent::Switch { despite_difference: false },
        RotationEvent::Revoke,
        RotationEvent::RevokeOrdered,
        RotationEvent::OldTried { verdict: works() },
        RotationEvent::OldTried { verdict: refused() },
        RotationEvent::Clear,
    ] {
        at = at.step(event.clone(), NOW).unwrap_or_else(|_| panic!("{event:?} on {at:?}"));
    }
    assert_eq!(at.step, RotationStep::Done);
    assert!(at.is_over());
}

fn minting(mode: RotationMode) -> Rotation {
    let step = RotationStep::Minting { known: vec!["a".into()], failure: None };
    let minted = Some(MintedIds { old: Some("a".into()), new: None });
    Rotation { minted, mode, ..rotation(step) }
}

fn walk(from: Rotation, events: impl IntoIterator<Item = RotationEvent>) -> Rotation {
    events
        .into_iter()
        .fold(from, |at, event| at.step(event.clone(), NOW).unwrap_or_else(|_| panic!("{event:?} on {at:?}")))
}

fn accepted() -> RotationEvent {
    RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same }
}

#[test]
fn the_whole_way_of_a_key_that_the_service_makes_and_can_switch_off() {
    let switched = walk(
        minting(RotationMode::Automatic),
        [
            RotationEvent::MintFailed { reason: "no answer".into() },
            RotationEvent::Asked { known: vec!["a".into(), "c".into()] },
            RotationEvent::Minted { id: "b".into() },
            accepted(),
            RotationEvent::Switch { despite_difference: false },
        ],
    );
    assert_eq!(switched.minted, Some(MintedIds { old: Some("a".into()), new: Some("b".into()) }));
    let deactivated = walk(
        switched,
        [
            RotationEvent::Deactivate,
            RotationEvent::RevokeFailed { reason: "busy".into() },
            RotationEvent::Deactivated,
            RotationEvent::OldTried { verdict: works() },
            RotationEvent::OldTried { verdict: refused() },
        ],
    );
    assert_eq!(deactivated.step, RotationStep::Deactivating { ordered: true, refused: true, tries: 1 });
    assert!(deactivated.can_undo() && deactivated.revoke_failure.is_none() && deactivated.proved_at.is_none());
    let done = walk(
        deactivated,
        [
            RotationEvent::Revoke,
            RotationEvent::RevokeOrdered,
            RotationEvent::OldTried { verdict: refused() },
            RotationEvent::Clear,
        ],
    );
    assert!(done.step == RotationStep::Done && done.in_use() == done.new);
}

#[test]
fn a_drill_never_switches_and_ends_with_the_old_one_in_use() {
    let verified = walk(minting(RotationMode::Drill), [RotationEvent::Minted { id: "b".into() }, accepted()]);
    assert_eq!(verified.step(RotationEvent::Switch { despite_difference: true }, NOW), Err(RotationRefused));
    let discarding = walk(verified, [RotationEvent::Discard, RotationEvent::RevokeOrdered]);
    assert_eq!(discarding.in_use(), discarding.old);
    let tried = |verdict| RotationEvent::NewTried { verdict, comparison: AccountComparison::Unknown };
    let end = walk(discarding, [tried(works()), tried(refused())]);
    assert_eq!((&end.step, end.in_use()), (&RotationStep::Rehearsed, end.old));
    assert!(end.is_over() && end.proved_at.is_some());
    assert_eq!(end.found, Some(NewFound { comparison: AccountComparison::Same, missing: None }));
}

#[test]
fn a_drill_of_what_only_its_use_could_try_ends_without_using_it() {
    let drill = Rotation { mode: RotationMode::Drill, ..rotation(RotationStep::Staged { verdict: None }) };
    let end = walk(drill.clone(), [RotationEvent::Unprovable]);
    assert_eq!((&end.step, end.in_use()), (&RotationStep::Untold, end.old));
    assert!(end.is_over() && !end.can_undo() && end.found.is_none());
    let unreached =
        RotationEvent::NewTried { verdict: Verdict::CouldNotReach { reason: String::new() }, comparison: different() };
    assert!(!walk(drill.clone(), [unreached.clone()]).is_told_by_refresh(), "no refresh may try it");
    let guided = walk(rotation(RotationStep::Staged { verdict: None }), [unreached]);
    assert!(guided.is_told_by_refresh());
    assert_eq!(guided.step(RotationEvent::Unprovable, NOW), Err(RotationRefused));
    let deleted = walk(drill, [accepted(), RotationEvent::Discard, RotationEvent::RevokeOrdered]);
    let end = walk(deleted, [RotationEvent::Unprovable]);
    assert_eq!((end.step, end.proved_at), (RotationStep::Rehearsed, None), "no proof is claimed");
}

#[test]
fn a_way_back_is_open_until_the_old_one_is_ended_and_discards_what_was_made_for_nothing() {
    let switched = Rotation { switched_at: Some(Timestamp(1)), ..rotation(RotationStep::Switched) };
    for step in [
        RotationStep::Switched,
        RotationStep::Deactivating { ordered: false, refused: false, tries: 0 },
        RotationStep::Deactivating { ordered: true, refused: true, tries: 3 },
    ] {
        let back = walk(Rotation { step, ..switched.clone() }, [RotationEvent::Discard]);
        assert_eq!((back.in_use(), back.switched_at), (back.old, Some(NOW)), "what was lent is given its time");
        assert_eq!(walk(back, [RotationEvent::Undo]).step, RotationStep::Undone, "its user lets it be");
    }
    let revoking = rotation(RotationStep::Revoking { ordered: false, tries: 0 });
    assert_eq!(revoking.step(RotationEvent::Discard, NOW), Err(RotationRefused));
    assert!(minting(RotationMode::Automatic).is_to_be_discarded());
    assert!(!rotation(RotationStep::Switched).is_to_be_discarded());
}

#[test]
fn a_rotation_that_was_stored_before_keys_were_made_by_services_is_read() {
    let mut stored = serde_json::to_value(rotation(RotationStep::Switched)).unwrap();
    for later in ["mode", "minted", "found", "deactivated_at"] {
        stored.as_object_mut().unwrap().remove(later).unwrap();
    }
    assert_eq!(serde_json::from_value::<Rotation>(stored).unwrap(), rotation(RotationStep::Switched));
}

#[test]
fn a_refused_new_credential_is_not_switched_to() {
    let staged = rotation(RotationStep::Staged { verdict: None });
    let tried = staged
        .step(RotationEvent::NewTried { verdict: refused(), comparison: AccountComparison::Unknown }, NOW)
        .unwrap();
    assert_eq!(tried.step, RotationStep::Staged { verdict: Some(refused()) });
    assert_eq!(tried.step(RotationEvent::Switch { despite_difference: true }, NOW), Err(RotationRefused));
}

#[test]
fn a_new_credential_that_is_refused_in_use_gives_its_place_back_while_the_old_one_works() {
    let tried = || RotationEvent::NewTried { verdict: refused(), comparison: AccountComparison::Same };
    let back = Rotation { switched_at: Some(NOW), ..rotation(RotationStep::Switched) }.step(tried(), NOW).unwrap();
    assert_eq!((back.in_use(), back.switched_at), (back.old, None));
    let accepted = RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same };
    assert_eq!(rotation(RotationStep::Switched).step(accepted, NOW), Err(RotationRefused));
    let revoking = rotation(RotationStep::Revoking { ordered: false, tries: 0 });
    assert_eq!(revoking.step(tried(), NOW), Err(RotationRefused));
}

#[test]
fn another_account_is_switched_to_only_when_the_user_agrees() {
    let verified = rotation(RotationStep::Verified { comparison: different(), missing: None });
    assert_eq!(verified.step(RotationEvent::Switch { despite_difference: false }, NOW), Err(RotationRefused));
    assert!(verified.step(RotationEvent::Switch { despite_difference: true }, NOW).is_ok());
}

#[test]
fn there_is_no_way_back_once_revoking() {
    let revoking = rotation(RotationStep::Revoking { ordered: false, tries: 0 });
    assert_eq!(revoking.step(RotationEvent::Undo, NOW), Err(RotationRefused));
}

#[test]
fn an_unreachable_service_proves_nothing() {
    let revoking = rotation(RotationStep::Revoking { ordered: true, tries: 3 });
    let tried = revoking
        .step(RotationEvent::OldTried { verdict: Verdict::CouldNotReach { reason: String::new() } }, NOW)
        .unwrap();
    assert_eq!(tried.step, RotationStep::Revoking { ordered: true, tries: 3 });
}

#[test]
fn a_failed_end_is_remembered_until_it_is_ordered_and_proves_nothing() {
    let revoking = rotation(RotationStep::Revoking { ordered: false, tries: 0 });
    let failed = revoking.step(RotationEvent::RevokeFailed { reason: "busy".into() }, NOW).unwrap();
    assert_eq!((&failed.step, failed.revoke_failure.as_deref()), (&revoking.step, Some("busy")));
    assert_eq!((failed.revoked_at, failed.proved_at), (None, None));
    let ordered = failed.step(RotationEvent::RevokeOrdered, NOW).unwrap();
    assert_eq!(ordered.revoke_failure, None);
    let late = ordered.step(RotationEvent::RevokeFailed { reason: "busy".into() }, NOW);
    assert_eq!(late, Err(RotationRefused));
}

#[test]
fn what_cannot_be_proved_ends_on_the_users_word_and_claims_no_proof() {
    let revoking = |ordered| rotation(RotationStep::Revoking { ordered, tries: 0 });
    assert_eq!(revoking(false).step(RotationEvent::Unprovable, NOW), Err(RotationRefused));
    let done = revoking(true).step(RotationEvent::Unprovable, NOW).unwrap();
    assert_eq!((done.step, done.proved_at), (RotationStep::Done, None));
}

#[test]
fn a_rotation_that_was_stored_before_there_were_other_subjects_is_read() {
    let mut stored = serde_json::to_value(rotation(RotationStep::Switched)).unwrap();
    let id = stored.as_object_mut().unwrap().remove("subject").unwrap();
    stored["integration_id"] = id;
    assert_eq!(serde_json::from_value::<Rotation>(stored).unwrap(), rotation(RotationStep::Switched));
}

#[test]
fn what_was_lent_until_the_switch_is_given_time_to_be_used() {
    let switched = Rotation { switched_at: Some(NOW), ..rotation(RotationStep::Switched) };
    let left = |now: Timestamp| switched.hand_outs_in_use(now);
    assert_eq!(left(NOW), USE_OF_A_HAND_OUT);
    assert_eq!(left(NOW.after(Duration::from_secs(2))), USE_OF_A_HAND_OUT - Duration::from_secs(2));
    assert_eq!(left(NOW.after(USE_OF_A_HAND_OUT)), Duration::ZERO);
    assert_eq!(left(NOW.before(Duration::from_secs(3_600))), USE_OF_A_HAND_OUT, "the clock was set back");
}

fn any_event() -> impl Strategy<Value = RotationEvent> {
    prop_oneof![
        Just(RotationEvent::NewTried { verdict: works(), comparison: AccountComparison::Same }),
        Just(RotationEvent::NewTried { verdict: refused(), comparison: different() }),
        Just(RotationEvent::Switch { despite_difference: false }),
        Just(RotationEvent::Switch { despite_difference: true }),
        Just(RotationEvent::Revoke),
        Just(RotationEvent::RevokeFailed { reason: "busy".to_owned() }),
        Just(RotationEvent::RevokeOrdered),
        Just(RotationEvent::OldTried { verdict: works() }),
        Just(RotationEvent::OldTried { verdict: refused() }),
        Just(RotationEvent::Deactivate),
        Just(RotationEvent::Deactivated),
        Just(RotationEvent::Discard),
        Just(RotationEvent::Minted { id: "b".to_owned() }),
        Just(RotationEvent::Unprovable),
        Just(RotationEvent::Clear),
        Just(RotationEvent::Undo),
    ]
}

proptest! {
    #[test]
    fn none_is_proved_dead_while_it_is_in_use(
        drill in any::<bool>(),
        events in prop::collection::vec(any_event(), 0..40),
    ) {
        let mode = if drill { RotationMode::Drill } else { RotationMode::Guided };
        let mut at = minting(mode);
        for event in events {
            at = at.step(event, NOW).unwrap_or(at);
            prop_assert!(!drill || at.in_use() == at.old);
            if at.proved_at.is_some() && at.in_use() == at.new {
                prop_assert!(matches!(at.step, RotationStep::ProvedDead | RotationStep::Done));
                prop_assert!(at.verified_at.is_some() && at.switched_at.is_some());
            } else if at.proved_at.is_some() {
                prop_assert!(matches!(at.step, RotationStep::Undone | RotationStep::Rehearsed));
            }
        }
    }
}
