use std::time::Duration;

use storm_domain::port::Clock as _;
use storm_domain::{ErrorCode, IntegrationId, Timestamp, Urgency};
use storm_engine::view::{SetReplacementRequest, StatusView};
use storm_sandbox::NewKey;

use crate::rig::{Rig, failure};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

async fn set(rig: &Rig, id: IntegrationId, after_days: Option<u16>, ends_at: Option<Timestamp>) {
    rig.engine.set_replacement(id, SetReplacementRequest { after_days, ends_at }).await.unwrap();
}

/// As the list says it, which the page must say too.
async fn status(rig: &Rig, id: IntegrationId) -> StatusView {
    let list = rig.engine.integrations().await.unwrap();
    let status = list.into_iter().find(|row| row.id == id).unwrap().status;
    assert_eq!(rig.page(id).await.integration.status, status);
    status
}

#[tokio::test]
async fn a_key_that_is_as_old_as_its_user_wants_is_to_be_replaced_until_it_is_rotated() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let saved_at = rig.clock.now();
    assert_eq!(rig.page(id).await.replacement.unwrap().due_at, None);
    set(&rig, id, Some(90), None).await;
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    rig.clock.advance(DAY * 90);
    assert_eq!(status(&rig, id).await, StatusView::ReplaceSoon { saved_at, ends_at: None });
    assert_eq!(rig.engine.outstanding().await.unwrap().rows, rig.engine.integrations().await.unwrap());

    rig.engine.replace_api_key(id, rig.typed(&rig.make_key().await)).await.unwrap();
    assert_eq!(status(&rig, id).await, StatusView::Connected, "the new one is young");
    let replacement = rig.page(id).await.replacement.unwrap();
    assert_eq!(replacement.due_at, Some(rig.clock.now().after(DAY * 90)), "and is to be replaced in its turn");
}

#[tokio::test]
async fn the_end_of_a_key_is_told_two_weeks_before_and_does_not_pass_to_the_next() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let saved_at = rig.clock.now();
    let end = saved_at.after(DAY * 30);
    set(&rig, id, None, Some(end)).await;
    rig.clock.advance(DAY * 15);
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    rig.clock.advance(DAY);
    assert_eq!(status(&rig, id).await, StatusView::ReplaceSoon { saved_at, ends_at: Some(end) });
    rig.engine.replace_api_key(id, rig.typed(&rig.make_key().await)).await.unwrap();
    assert_eq!(status(&rig, id).await, StatusView::Connected);
    assert_eq!(rig.page(id).await.replacement.unwrap().ends_at, None, "the new key has another end");
}

#[tokio::test]
async fn a_reminder_is_given_once_and_once_more_on_the_last_day_over_restarts_and_changes_of_the_age() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let urgency = async |rig: &Rig| rig.engine.remind_once(id).await.unwrap().map(|said| said.urgency);
    assert_eq!(urgency(&rig).await, None, "nothing is known of its end");
    let end = rig.clock.now().after(DAY * 10);
    set(&rig, id, None, Some(end)).await;
    assert_eq!(urgency(&rig).await, Some(Urgency::Due));
    assert_eq!(urgency(&rig).await, None);
    set(&rig, id, Some(90), Some(end)).await;
    let rig = rig.restart().await;
    assert_eq!(urgency(&rig).await, None, "it was said, by the run before");
    rig.clock.advance(DAY * 9);
    assert_eq!(urgency(&rig).await, Some(Urgency::LastDay));
    assert_eq!(urgency(&rig).await, None);
    assert!(matches!(status(&rig, id).await, StatusView::ReplaceSoon { .. }), "the list goes on to say it");
}

#[tokio::test]
async fn what_is_worse_is_said_first_and_tokens_need_no_reminder() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    set(&rig, id, None, Some(rig.clock.now())).await;
    assert!(matches!(status(&rig, id).await, StatusView::ReplaceSoon { .. }));
    rig.engine.pause_integration(id, true).await.unwrap();
    assert!(matches!(status(&rig, id).await, StatusView::Paused { .. }));

    let grant = rig.connect().await;
    assert_eq!(rig.page(grant).await.replacement, None);
    let refused =
        rig.engine.set_replacement(grant, SetReplacementRequest { after_days: Some(30), ends_at: None }).await;
    assert_eq!(failure(refused).code, ErrorCode::NotSupported);
    for days in [0, 3_651] {
        let request = SetReplacementRequest { after_days: Some(days), ends_at: None };
        assert_eq!(failure(rig.engine.set_replacement(id, request).await).field.as_deref(), Some("after_days"));
    }
}

#[tokio::test]
async fn the_last_loan_is_named() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    assert_eq!(rig.page(id).await.replacement.unwrap().last_use, None);
    rig.engine.set_lending(id, true).await.unwrap();
    let name = rig.page(id).await.integration.name;
    rig.engine.lend(&name, "git", None).await.unwrap();
    rig.engine.lend(&name, "curl", None).await.unwrap();
    // Loans are logged behind the hand-out; the end of the engine waits for them.
    rig.engine.shut_down().await;
    let last = rig.page(id).await.replacement.unwrap().last_use.unwrap();
    assert_eq!((last.consumer.as_str(), last.at), ("curl", rig.clock.now()));
}

async fn make_ending_key(rig: &Rig, days: u32) -> String {
    let asked = NewKey { expires_in: Some(days * 24 * 60 * 60), ..NewKey::default() };
    rig.sandbox.control().create_key(asked).await.unwrap().key
}

#[tokio::test]
async fn the_end_that_a_service_tells_is_that_of_its_key_alone_and_gives_way_to_the_users_word() {
    let rig = Rig::start().await;
    let id = rig.add_key(&make_ending_key(&rig, 10).await).await;
    let ends_at = async |rig: &Rig| rig.page(id).await.replacement.unwrap().ends_at;
    let told = ends_at(&rig).await.expect("the service tells it");
    // The service has a clock of its own, and tells whole seconds.
    let left = told.since(rig.clock.now());
    assert!(left.abs_diff(DAY * 10) < Duration::from_secs(60), "{left:?}");
    assert!(matches!(status(&rig, id).await, StatusView::ReplaceSoon { ends_at: Some(end), .. } if end == told));
    assert_eq!(rig.engine.remind_once(id).await.unwrap().map(|said| said.urgency), Some(Urgency::Due));

    // What its user leaves as it is goes on being what the service says.
    set(&rig, id, Some(300), Some(told)).await;
    rig.engine.verify_integration(id).await.unwrap();
    set(&rig, id, Some(300), None).await;
    assert_eq!(ends_at(&rig).await, Some(told));
    let own = told.before(DAY);
    set(&rig, id, None, Some(own)).await;
    rig.engine.verify_integration(id).await.unwrap();
    assert_eq!(ends_at(&rig).await, Some(own));

    let page = rig.engine.begin_key_rotation(id, rig.typed(&make_ending_key(&rig, 60).await), false).await.unwrap();
    let next = page.replacement.unwrap().ends_at.expect("the new one has an end of its own");
    assert!(next > told.after(DAY * 49), "{next:?}");
    rig.engine.undo_rotation(id).await.unwrap();
    assert_eq!(ends_at(&rig).await, Some(own));
}

#[tokio::test]
async fn the_list_says_of_many_what_the_page_says_of_each() {
    const MANY: u16 = 40;
    let rig = Rig::start().await;
    let mut due = Vec::new();
    for days in 1..=MANY {
        let id = rig.add_key(&rig.make_key().await).await;
        set(&rig, id, Some(days), None).await;
        if days <= MANY / 2 {
            due.push(id);
        }
    }
    rig.clock.advance(DAY * u32::from(MANY / 2));
    let list = rig.engine.integrations().await.unwrap();
    let soon = list.iter().filter(|row| matches!(row.status, StatusView::ReplaceSoon { .. })).map(|row| row.id);
    assert_eq!(soon.collect::<Vec<_>>(), due);
    for row in list {
        assert_eq!(rig.page(row.id).await.integration.status, row.status);
    }
}
