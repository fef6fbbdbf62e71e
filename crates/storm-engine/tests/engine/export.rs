//! From one vault into a file and into a second, empty vault, both with the practice service.

use std::time::Duration;

use storm_domain::port::Vault as _;
use storm_domain::{
    ActivityKind, ErrorCode, ExportFileError, Failure, Hold, IntegrationId, ReconnectReason, Timestamp, Verdict,
};
use storm_engine::ExportPlan;
use storm_engine::view::{
    AddServiceAccountRequest, AuthorizationProgress, Carries, OpenedExportView, Presence, RestoreOutcome,
    RestoreRequest, RestoredView, SaveRegistrationRequest, SignIns, StatusView,
};
use storm_sandbox::Step;
use storm_secret::Passphrase;
use storm_store::{PassphraseCost, open_export, seal_export};

use crate::person::Decision;
use crate::rig::{Rig, failure};

fn passphrase() -> Passphrase {
    Passphrase::new("correct horse battery")
}

pub fn plan(ids: &[IntegrationId], sign_ins: SignIns) -> ExportPlan {
    ExportPlan { ids: ids.to_vec(), sign_ins, days: 7 }
}

/// The bytes of the file.
pub async fn export(rig: &Rig, ids: &[IntegrationId], sign_ins: SignIns) -> Result<Vec<u8>, Failure> {
    let seal = async |export| Ok(seal_export(&export, &passphrase(), PassphraseCost::LEAST).unwrap());
    rig.engine.export(plan(ids, sign_ins), seal).await
}

pub async fn open(rig: &Rig, file: &[u8]) -> OpenedExportView {
    let opened = open_export(file, &passphrase(), rig.engine.now()).unwrap();
    rig.engine.hold_export(opened).await.unwrap()
}

pub fn whole(export: &OpenedExportView, index: usize) -> RestoreRequest {
    RestoreRequest { export: export.id, id: export.integrations[index].id, sign_in: true, as_second: false }
}

pub async fn restore(rig: &Rig, request: RestoreRequest) -> RestoredView {
    rig.engine.restore(request).await.unwrap()
}

pub async fn status(rig: &Rig, id: IntegrationId) -> StatusView {
    rig.page(id).await.integration.status
}

fn is_moved_away(status: &StatusView) -> bool {
    matches!(status, StatusView::Paused { hold: Some(Hold::MovedAway), .. })
}

fn is_unproved(status: &StatusView) -> bool {
    matches!(status, StatusView::Paused { hold: Some(Hold::Unproved), .. })
}

async fn add_key_file(rig: &Rig) -> IntegrationId {
    let file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: Some("ETL".into()),
        fields: rig.fields(),
        file: rig.hold_file(&file).await,
        scopes: Vec::new(),
    };
    rig.engine.add_service_account(request).await.unwrap().integration_id
}

async fn log(rig: &Rig, id: IntegrationId) -> Vec<ActivityKind> {
    rig.engine.activity(Some(id), 50).await.unwrap().into_iter().map(|entry| entry.what).collect()
}

#[tokio::test]
async fn all_three_methods_are_restored_on_a_second_empty_vault_verified_and_switched_on() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let ids = [old.add_key(&old.make_key().await).await, old.connect().await, add_key_file(&old).await];
    old.engine.set_labels(ids[0], &["billing".to_owned()]).await.unwrap();
    let candidates = old.engine.export_candidates(&ids).await.unwrap();
    let carries: Vec<Carries> = candidates.iter().map(|one| one.carries).collect();
    assert_eq!(carries, [Carries::Key, Carries::SignIn, Carries::KeyFile]);
    assert!(candidates.iter().all(|one| one.obstacle.is_none() && one.move_obstacle.is_none()));

    let file = export(&old, &ids, SignIns::Move).await.unwrap();
    assert_eq!(status(&old, ids[0]).await, StatusView::Connected, "a key works in two places");
    assert!(is_moved_away(&status(&old, ids[1]).await));
    assert!(log(&old, ids[1]).await.iter().any(|what| matches!(what, ActivityKind::Exported { moved: true, .. })));
    assert!(log(&old, ids[0]).await.iter().any(|what| matches!(what, ActivityKind::Exported { moved: false, .. })));

    assert!(new.engine.integrations().await.unwrap().is_empty());
    let opened = open(&new, &file).await;
    assert!(new.engine.integrations().await.unwrap().is_empty(), "opening adds nothing");
    let brought: Vec<Carries> = opened.integrations.iter().map(|one| one.carries).collect();
    assert_eq!(brought, [Carries::Key, Carries::SignIn, Carries::KeyFile]);
    assert!(opened.integrations.iter().all(|one| one.presence == Presence::New));
    for (index, id) in ids.iter().enumerate() {
        let restored = restore(&new, whole(&opened, index)).await;
        assert_eq!(restored.integration_id, *id, "it keeps its id");
        let RestoreOutcome::SwitchedOn { verdict: Verdict::Works { .. } } = restored.outcome else {
            panic!("{restored:?}")
        };
        assert_eq!(status(&new, *id).await, StatusView::Connected);
        let before = old.page(*id).await;
        let after = new.page(*id).await;
        assert_eq!((&after.integration.name, &after.fields), (&before.integration.name, &before.fields));
        assert!(!after.integration.lending_allowed, "lending was this user's word on the other computer");
        let kinds = log(&new, *id).await;
        assert!(kinds.iter().any(|what| matches!(what, ActivityKind::Imported { .. })), "{kinds:?}");
        assert!(kinds.contains(&ActivityKind::SwitchedOn), "{kinds:?}");
    }
    assert_eq!(new.page(ids[0]).await.integration.labels, ["billing"]);
    for id in &ids[1..] {
        new.engine.refresh_integration(*id).await.unwrap();
    }
    let account = old.page(ids[0]).await.integration.account;
    assert_eq!(new.engine.verify_integration(ids[0]).await.unwrap().account(), account.as_ref());
}

#[tokio::test]
async fn a_sign_in_that_moved_is_refreshed_in_its_new_home_only() {
    let (mut old, mut new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    let file = export(&old, &[id], SignIns::Move).await.unwrap();
    old.run().await;
    let opened = open(&new, &file).await;
    restore(&new, whole(&opened, 0)).await;
    assert_eq!(old.token_requests("refresh_token"), 1, "the first thing that its new home does");

    // Everything that could send its token here: the schedule, a person, a tool, a verification, the end of it all.
    old.clock.advance(Duration::from_secs(24 * 60 * 60));
    old.engine.set_lending(id, true).await.unwrap();
    assert_eq!(failure(old.engine.refresh_integration(id).await).code, ErrorCode::Paused);
    assert_eq!(failure(old.engine.pause_integration(id, false).await).code, ErrorCode::Paused);
    let name = old.page(id).await.integration.name;
    let told = old.engine.lend(&name, "test", None).await.unwrap_err();
    assert!(told.message.contains("has moved to another computer"), "{told}");
    assert!(!matches!(old.engine.verify_integration(id).await, Ok(Verdict::Works { .. })));
    assert_eq!(failure(old.engine.disconnect_integration(id, true).await).code, ErrorCode::Paused);
    old.engine.resume_all().await.unwrap();
    let page = old.page(id).await;
    assert!(!page.can.revoke && !page.can.refresh && !page.can.verify, "{:?}", page.can);
    old = old.restart().await;
    old.run().await;
    assert!(is_moved_away(&status(&old, id).await), "it is known after a restart");
    assert_eq!(old.token_requests("refresh_token"), 1, "nothing was sent from here");

    new.run().await;
    new.engine.refresh_integration(id).await.unwrap();
    assert_eq!(old.token_requests("refresh_token"), 2, "the service saw it refreshed from its new home");
    old.engine.disconnect_integration(id, false).await.unwrap();
    new.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_sign_in_that_stays_is_signed_in_to_again_as_the_same_account() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    let token = old.refresh_token(id).await;
    let kept = std::sync::Mutex::new(None);
    let look = async |export: storm_domain::Export| {
        kept.lock().unwrap().replace(export.integrations[0].credential.is_some());
        Ok(seal_export(&export, &passphrase(), PassphraseCost::LEAST).unwrap())
    };
    let file = old.engine.export(plan(&[id], SignIns::Leave), look).await.unwrap();
    assert_eq!(kept.into_inner().unwrap(), Some(false), "no token is in it");
    assert_eq!(status(&old, id).await, StatusView::Connected);
    assert_eq!(old.refresh_token(id).await, token);

    let opened = open(&new, &file).await;
    assert_eq!(opened.integrations[0].carries, Carries::Settings);
    let restored = restore(&new, whole(&opened, 0)).await;
    assert_eq!(restored.outcome, RestoreOutcome::SignInAgain);
    let StatusView::NeedsYou { reason, .. } = status(&new, id).await else { panic!() };
    assert_eq!(reason, ReconnectReason::SignInLeftBehind);
    let new = new.restart().await;
    assert!(matches!(status(&new, id).await, StatusView::NeedsYou { .. }), "it is there after a restart");
    let other = new.authorize(Rig::reconnect(id), "bob@practice.example", Decision::Approve).await;
    assert!(matches!(other, AuthorizationProgress::DifferentAccount { .. }), "{other:?}");
    let same = new.authorize(Rig::reconnect(id), "ada@practice.example", Decision::Approve).await;
    assert!(matches!(same, AuthorizationProgress::Completed { .. }), "{same:?}");
    assert_eq!(status(&new, id).await, StatusView::Connected);
    new.engine.refresh_integration(id).await.unwrap();
    old.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn a_file_that_could_not_be_written_leaves_everything_as_it_was() {
    let rig = Rig::start().await;
    let (id, paused) = (rig.connect().await, rig.connect().await);
    rig.engine.pause_integration(paused, true).await.unwrap();
    let full = async |_| Err::<(), _>(Failure::new(ErrorCode::DiskFull, "full", None));
    let before = status(&rig, paused).await;
    let refused = rig.engine.export(plan(&[id, paused], SignIns::Move), full).await;
    assert_eq!(failure(refused).code, ErrorCode::DiskFull);
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    assert_eq!(status(&rig, paused).await, before, "its user's pause is what it was");
    rig.engine.refresh_integration(id).await.unwrap();
    let kinds = log(&rig, id).await;
    assert!(kinds.contains(&ActivityKind::ExportWithdrawn), "{kinds:?}");
    assert!(!kinds.iter().any(|what| matches!(what, ActivityKind::Exported { .. })), "{kinds:?}");
}

#[tokio::test]
async fn an_export_that_is_restored_again_adds_nothing_twice_and_sends_nothing() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let ids = [old.connect().await, old.add_key(&old.make_key().await).await];
    let file = export(&old, &ids, SignIns::Move).await.unwrap();
    let first = open(&new, &file).await;
    for index in [0, 1] {
        restore(&new, whole(&first, index)).await;
    }
    let sent = old.token_requests("refresh_token");
    let token = new.refresh_token(ids[0]).await;

    let second = open(&new, &file).await;
    for (index, one) in second.integrations.iter().enumerate() {
        assert!(matches!(&one.presence, Presence::Here { other: false, .. }), "{one:?}");
        let refused = failure(new.engine.restore(whole(&second, index)).await);
        assert_eq!(refused.code, ErrorCode::ChangedMeanwhile, "{refused}");
        let insisted = RestoreRequest { as_second: true, ..whole(&second, index) };
        match index {
            0 => assert_eq!(failure(new.engine.restore(insisted).await).code, ErrorCode::ChangedMeanwhile),
            _ => {
                let added = restore(&new, insisted).await;
                assert_ne!(added.integration_id, ids[1]);
                assert!(matches!(added.outcome, RestoreOutcome::SwitchedOn { .. }), "{added:?}");
            }
        }
    }
    assert_eq!(old.token_requests("refresh_token"), sent);
    assert_eq!(new.refresh_token(ids[0]).await, token);
    let without = RestoreRequest { as_second: true, sign_in: false, ..whole(&second, 0) };
    let added = restore(&new, without).await;
    assert_eq!(added.outcome, RestoreOutcome::SignInAgain, "a second one of the account, with a sign-in of its own");

    // Removed less than a day ago, its sign-in still lies here; a key does not care.
    for id in ids {
        new.engine.disconnect_integration(id, false).await.unwrap();
    }
    new.engine.disconnect_integration(added.integration_id, false).await.unwrap();
    let third = open(&new, &file).await;
    let refused = failure(new.engine.restore(whole(&third, 0)).await);
    assert!(refused.message.contains("removed here less than a day ago"), "{refused}");
    assert_eq!(old.token_requests("refresh_token"), sent);
}

#[tokio::test]
async fn an_export_that_is_restored_where_it_came_from_takes_the_sign_in_back() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let file = export(&rig, &[id], SignIns::Move).await.unwrap();
    let again = failure(export(&rig, &[id], SignIns::Move).await);
    assert!(again.message.contains("has moved away already"), "{again}");
    let opened = open(&rig, &file).await;
    assert!(matches!(opened.integrations[0].presence, Presence::MovedAway { .. }), "{opened:?}");
    let restored = restore(&rig, whole(&opened, 0)).await;
    assert!(matches!(restored.outcome, RestoreOutcome::SwitchedOn { .. }), "{restored:?}");
    assert_eq!(rig.engine.integrations().await.unwrap().len(), 1);
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    assert!(log(&rig, id).await.contains(&ActivityKind::TakenBack));
    // From now on the file is one of a sign-in that is here, and newer.
    let sent = rig.token_requests("refresh_token");
    let late = open(&rig, &file).await;
    assert!(matches!(late.integrations[0].presence, Presence::Here { other: false, .. }), "{late:?}");
    assert_eq!(failure(rig.engine.restore(whole(&late, 0)).await).code, ErrorCode::ChangedMeanwhile);
    assert_eq!(rig.token_requests("refresh_token"), sent);
}

#[tokio::test]
async fn what_the_service_refuses_or_does_not_answer_stays_off_with_its_reason_until_it_is_verified() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let control = old.sandbox.control();
    let dead = control.create_key(storm_sandbox::NewKey::default()).await.unwrap();
    let ids = [old.add_key(&dead.key).await, old.add_key(&old.make_key().await).await, old.connect().await];
    let file = export(&old, &ids, SignIns::Move).await.unwrap();
    control.revoke_key(&dead.id).await.unwrap();
    let opened = open(&new, &file).await;

    let refused = restore(&new, whole(&opened, 0)).await;
    assert!(matches!(refused.outcome, RestoreOutcome::Off { .. }), "{refused:?}");
    let again = open(&new, &file).await;
    assert!(matches!(again.integrations[1].presence, Presence::Here { other: true, .. }), "one of its account is here");
    let StatusView::NeedsYou { reason, .. } = status(&new, ids[0]).await else { panic!() };
    assert!(matches!(reason, ReconnectReason::KeyRefused { .. }), "{reason:?}");

    let busy = Step { path: "/api/whoami".into(), status: Some(503), ..Step::default() };
    control.script(busy).unwrap();
    let unreached = restore(&new, whole(&opened, 1)).await;
    assert!(matches!(unreached.outcome, RestoreOutcome::Off { .. }), "{unreached:?}");
    assert!(is_unproved(&status(&new, ids[1]).await));
    assert!(new.page(ids[1]).await.can.verify);
    new.engine.resume_all().await.unwrap();
    assert!(is_unproved(&status(&new, ids[1]).await), "what is resumed for all is what was paused for all");
    new.engine.verify_integration(ids[1]).await.unwrap();
    assert_eq!(status(&new, ids[1]).await, StatusView::Connected);

    old.next_token_answer(Step { status: Some(503), ..Step::default() });
    let unreached = restore(&new, whole(&opened, 2)).await;
    assert!(matches!(unreached.outcome, RestoreOutcome::Off { .. }), "{unreached:?}");
    assert!(is_unproved(&status(&new, ids[2]).await));
    let mut new = new.restart().await;
    new.run().await;
    assert!(is_unproved(&status(&new, ids[2]).await), "nothing automatic touches it");
    new.engine.verify_integration(ids[2]).await.unwrap();
    assert_eq!(status(&new, ids[2]).await, StatusView::Connected);
    new.engine.refresh_integration(ids[2]).await.unwrap();
}

#[tokio::test]
async fn a_grant_that_ended_on_its_way_needs_its_user_and_is_switched_on_by_signing_in() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    let file = export(&old, &[id], SignIns::Move).await.unwrap();
    old.sandbox.control().revoke_grants(&storm_sandbox::GrantFilter::default()).await.unwrap();
    let opened = open(&new, &file).await;
    let refused = restore(&new, whole(&opened, 0)).await;
    assert!(matches!(refused.outcome, RestoreOutcome::Off { .. }), "{refused:?}");
    let StatusView::NeedsYou { reason, .. } = status(&new, id).await else { panic!() };
    assert!(matches!(reason, ReconnectReason::GrantRefused { .. }), "{reason:?}");
    let same = new.authorize(Rig::reconnect(id), "ada@practice.example", Decision::Approve).await;
    assert!(matches!(same, AuthorizationProgress::Completed { .. }), "{same:?}");
    assert_eq!(status(&new, id).await, StatusView::Connected);
    new.engine.refresh_integration(id).await.unwrap();
}

#[tokio::test]
async fn while_a_vault_that_was_put_back_is_held_back_no_sign_in_leaves_it_and_none_that_arrives_is_sent() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    old.engine.hold_back();
    let refused = failure(export(&old, &[id], SignIns::Move).await);
    assert!(refused.message.contains("put back from a copy"), "{refused}");
    assert!(!is_moved_away(&status(&old, id).await));
    export(&old, &[id], SignIns::Leave).await.unwrap();
    old.engine.go_on().await.unwrap();
    let file = export(&old, &[id], SignIns::Move).await.unwrap();

    new.engine.hold_back();
    let opened = open(&new, &file).await;
    let restored = restore(&new, whole(&opened, 0)).await;
    assert!(matches!(restored.outcome, RestoreOutcome::Off { .. }), "{restored:?}");
    assert_eq!(old.token_requests("refresh_token"), 0);
    new.engine.go_on().await.unwrap();
    new.engine.verify_integration(id).await.unwrap();
    assert_eq!(status(&new, id).await, StatusView::Connected);
}

#[tokio::test]
async fn what_cannot_be_exported_now_says_why_and_keeps_the_others_from_it_too() {
    let rig = Rig::start().await;
    let (key, sign_in) = (rig.add_key(&rig.make_key().await).await, rig.connect().await);
    rig.engine.begin_key_rotation(key, rig.typed(&rig.make_key().await), false).await.unwrap();
    let refused = failure(export(&rig, &[sign_in, key], SignIns::Move).await);
    assert!(refused.message.contains("is being rotated"), "{refused}");
    assert_eq!(status(&rig, sign_in).await, StatusView::Connected, "nothing moved");
    assert_eq!(failure(export(&rig, &[], SignIns::Move).await).code, ErrorCode::NotFound);
    let days = |days| ExportPlan { days, ..plan(&[sign_in], SignIns::Leave) };
    for wrong in [0, 366] {
        let refused = rig.engine.export(days(wrong), async |_| Ok(())).await;
        assert_eq!(failure(refused).code, ErrorCode::FieldNotUsable);
    }
}

#[tokio::test]
async fn an_app_registration_that_is_here_is_shared_when_it_is_the_same_and_never_written_over() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.connect().await;
    let file = export(&old, &[id], SignIns::Leave).await.unwrap();
    let with_secret = |secret: Option<&str>| -> SaveRegistrationRequest {
        serde_json::from_value(serde_json::json!({
            "id": null, "connector_id": "practice", "client_id": "practice-desktop", "client_secret": secret,
            "fields": old.fields(),
        }))
        .unwrap()
    };
    let own = new.engine.save_registration(with_secret(Some("mine-and-nobody-elses"))).await.unwrap();
    let opened = open(&new, &file).await;
    restore(&new, whole(&opened, 0)).await;
    let used = new.page(id).await.registration.unwrap();
    assert_ne!(used.id, own.id, "another secret is another registration");
    assert!(!used.has_secret);
    let again = restore(&new, RestoreRequest { as_second: true, ..whole(&opened, 0) }).await;
    assert_eq!(new.page(again.integration_id).await.registration.unwrap().id, used.id, "the same one is shared");
    assert!(new.engine.registrations("practice").await.unwrap().iter().any(|one| one.id == own.id && one.has_secret));
}

#[tokio::test]
async fn an_export_that_ends_while_it_is_looked_at_restores_nothing_any_more() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.add_key(&old.make_key().await).await;
    let file = export(&old, &[id], SignIns::Leave).await.unwrap();
    let opened = open(&new, &file).await;
    new.clock.set_wall(Timestamp(opened.ends_at.0 + 1));
    let refused = failure(new.engine.restore(whole(&opened, 0)).await);
    assert_eq!(refused.code, ErrorCode::FileNotUsable);
    assert!(new.engine.integrations().await.unwrap().is_empty());
    let late = open_export(&file, &passphrase(), new.engine.now()).unwrap_err();
    assert_eq!(late, ExportFileError::Ended { at: opened.ends_at });
}

#[tokio::test]
async fn a_key_does_not_get_younger_by_a_move_and_its_end_goes_with_it() {
    let (old, new) = (Rig::start().await, Rig::start().await);
    let id = old.add_key(&old.make_key().await).await;
    let end = Timestamp(old.engine.now().0 + 60 * 24 * 60 * 60 * 1000);
    let reminder = serde_json::json!({ "after_days": 30, "ends_at": end });
    old.engine.set_replacement(id, serde_json::from_value(reminder).unwrap()).await.unwrap();
    let saved_at = old.vault.active_generation(id).await.unwrap().unwrap().created_at;
    old.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    new.clock.advance(Duration::from_secs(31 * 24 * 60 * 60));
    let file = export(&old, &[id], SignIns::Leave).await.unwrap();
    let opened = open(&new, &file).await;
    restore(&new, whole(&opened, 0)).await;
    let replacement = new.page(id).await.replacement.unwrap();
    assert_eq!(replacement.saved_at, saved_at);
    assert_eq!((replacement.after_days, replacement.ends_at), (Some(30), Some(end)));
    assert!(matches!(status(&new, id).await, StatusView::ReplaceSoon { .. }));
}
