use std::sync::Arc;
use std::time::Duration;

use storm_domain::ErrorCode;
use storm_engine::view::StatusView;
use storm_sandbox::Step;

use crate::rig::{Rig, failure};

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn o49_a_token_is_refreshed_before_it_ends_without_anybody_asking() {
    let mut rig = Rig::start().await;
    rig.run().await;
    let id = rig.connect().await;
    let before = rig.page(id).await.integration;
    let due = before.next_refresh_at.unwrap();
    assert!(due < before.access_expires_at.unwrap());
    rig.clock.sleepers(1).await;
    rig.clock.advance(due.since(storm_domain::port::Clock::now(&rig.clock)) + Duration::from_secs(10));
    let after = rig.page_when(id, |page| page.integration.access_expires_at > before.access_expires_at).await;
    assert_eq!(after.integration.status, StatusView::Connected);
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

#[tokio::test]
async fn refreshing_goes_on_after_a_restart() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.page(id).await.integration;
    rig.clock.advance(HOUR);
    let mut rig = rig.restart().await;
    rig.run().await;
    rig.page_when(id, |page| page.integration.access_expires_at > before.access_expires_at).await;
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

#[tokio::test]
async fn a_hundred_callers_of_an_ended_token_cause_one_request() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.clock.advance(HOUR);
    let callers = (0..100).map(|_| {
        let engine = Arc::clone(&rig.engine);
        tokio::spawn(async move { engine.lend("Practice", "test", None).await.unwrap() })
    });
    for caller in callers.collect::<Vec<_>>() {
        caller.await.unwrap();
    }
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

#[tokio::test]
async fn a_lost_answer_of_a_service_with_grace_is_made_good() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 60);
    rig.next_token_answer(Step { apply_first: true, reset_after_bytes: Some(20), ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap_err();
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn a_token_that_is_over_when_it_comes_is_not_refreshed_in_a_loop() {
    let mut rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.page(id).await.integration.last_refreshed_at;
    let body = r#"{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","expires_in":0}"#;
    rig.next_token_answer(Step { apply_first: true, times: Some(9), body: Some(body.into()), ..Step::default() });
    rig.clock.advance(HOUR);
    rig.run().await;
    let page = rig
        .page_when(id, |page| {
            let row = &page.integration;
            row.last_refreshed_at > before && row.next_refresh_at.is_some() && !row.refreshing
        })
        .await;
    let pause = page.integration.next_refresh_at.unwrap().since(storm_domain::port::Clock::now(&rig.clock));
    assert!(pause >= Duration::from_secs(25), "{page:#?}");
    assert_eq!(rig.token_requests("refresh_token"), 1);
}

#[tokio::test]
async fn a_new_refresh_token_beside_an_error_is_kept_and_the_error_is_told() {
    for error in ["temporarily_unavailable", "invalid_grant"] {
        let rig = Rig::start().await;
        let id = rig.connect().await;
        let body = format!(r#"{{"error":"{error}","refresh_token":"{{{{refresh_token}}}}"}}"#);
        rig.next_token_answer(Step { apply_first: true, status: Some(400), body: Some(body), ..Step::default() });
        let refused = failure(rig.engine.refresh_integration(id).await);
        assert_eq!(refused.code, ErrorCode::ServiceUnreachable, "{error}");
        let StatusView::Retrying { .. } = rig.page(id).await.integration.status else { panic!("{error}") };
        rig.engine.set_lending(id, true).await.unwrap();
        assert!(rig.engine.lend("Practice", "test", None).await.is_ok(), "the present access token is still lent");
        rig.engine.refresh_integration(id).await.unwrap(); // with the token that came beside the error
    }
}
