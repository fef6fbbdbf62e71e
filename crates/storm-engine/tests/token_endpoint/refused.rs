//! What the service says no to, and whose no it is.

use std::sync::Arc;
use std::time::Duration;

use storm_domain::port::Clock as _;
use storm_domain::{Action, ActivityKind, ErrorCode, InterruptedBy, ReconnectReason, Trouble};
use storm_engine::view::StatusView;
use storm_sandbox::{GrantFilter, JournalQuery, Progress, Step};

use crate::scene::Scene;

fn refusal(status: u16, body: &str) -> Step {
    Step { status: Some(status), body: Some(body.into()), ..Step::default() }
}

#[tokio::test]
async fn f047_invalid_grant_on_the_stored_token_asks_to_reconnect_and_deletes_nothing() {
    let scene = Scene::set().await;
    let before = scene.stored().await;
    scene.rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    let failure = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
    assert_eq!((failure.code, failure.action), (ErrorCode::CredentialRefused, Some(Action::Reconnect)));
    let StatusView::NeedsYou { reason: ReconnectReason::GrantRefused { words }, .. } = scene.status().await else {
        panic!("{:?}", scene.status().await);
    };
    assert_eq!(words.code, "invalid_grant");
    assert_eq!(scene.stored().await, before, "the ciphertext stays");
    let again = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
    assert_eq!(again.code, ErrorCode::ReconnectNeeded);
    assert_eq!(scene.refreshes().len(), 1, "a refused grant is not sent again");
}

#[tokio::test]
async fn f048_invalid_grant_after_another_process_stored_a_newer_grant_uses_that() {
    let scene = Scene::set().await;
    let control = scene.rig.sandbox.control();
    let since = control.state().last_sequence;
    let query = JournalQuery { path: Some("/oauth/token".into()), since, ..JournalQuery::default() };
    let held = Step { hold: Some("answer".into()), ..refusal(400, r#"{"error":"invalid_grant"}"#) };
    scene.rig.next_token_answer(held);
    let engine = scene.another_engine(&[]);
    let waiting = tokio::spawn({
        let (engine, id) = (Arc::clone(&engine), scene.id);
        async move { engine.refresh_integration(id).await }
    });
    let patience = Duration::from_secs(10);
    control.wait_for_requests(&query, Progress::Held, 1, patience).await.unwrap();

    // The lease runs out while its holder waits, and another process brings a newer grant.
    scene.rig.clock.advance(Duration::from_secs(91));
    scene.rig.engine.refresh_integration(scene.id).await.unwrap();
    let newer = scene.stored().await;
    control.release("answer");

    waiting.await.unwrap().unwrap();
    assert_eq!(scene.stored().await, newer);
    assert_eq!(scene.status().await, StatusView::Connected, "nobody is asked");
    let log = scene.rig.engine.activity(Some(scene.id), 50).await.unwrap();
    assert!(!log.iter().any(|entry| matches!(entry.what, ActivityKind::ReconnectNeeded { .. })), "{log:?}");
    scene.ensure_refreshes().await;
}

#[tokio::test]
async fn f049_invalid_grant_after_a_broken_off_refresh_says_when_and_by_what() {
    let scene = Scene::set().await;
    let sent_at = scene.rig.clock.now();
    let lost = Step { apply_first: true, reset_after_bytes: Some(20), ..Step::default() };
    scene.refresh_under(lost).await.unwrap_err();
    scene.rig.clock.advance(Duration::from_secs(7));
    let failure = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
    assert_eq!((failure.code, failure.action), (ErrorCode::ReconnectNeeded, Some(Action::Reconnect)));
    let StatusView::NeedsYou { reason, .. } = scene.status().await else { panic!("{:?}", scene.status().await) };
    assert_eq!(reason, ReconnectReason::RefreshInterrupted { at: sent_at, by: InterruptedBy::Network });
}

#[tokio::test]
async fn f050_invalid_client_blames_the_app_registration_and_not_the_grant() {
    for status in [400, 401] {
        let scene = Scene::set().await;
        let before = scene.stored().await;
        let failure = scene.refresh_under(refusal(status, r#"{"error":"invalid_client"}"#)).await.unwrap_err();
        assert_eq!(
            (failure.code, failure.action),
            (ErrorCode::RegistrationRefused, Some(Action::EditRegistration)),
            "{failure:?}"
        );
        scene.ensure_unchanged(&before, &failure).await;
        let status = scene.status().await;
        assert!(matches!(status, StatusView::Retrying { trouble: Trouble::Registration { .. }, .. }), "{status:?}");
        scene.ensure_mends_by_itself().await;
    }
}

#[tokio::test]
async fn f051_a_refused_request_is_said_as_what_it_is_and_asks_nobody_to_reconnect() {
    for (error, code) in [
        ("invalid_scope", ErrorCode::RequestRefused),
        ("unauthorized_client", ErrorCode::RegistrationRefused),
        ("unsupported_grant_type", ErrorCode::RequestRefused),
        ("invalid_request", ErrorCode::RequestRefused),
    ] {
        let scene = Scene::set().await;
        let before = scene.stored().await;
        let body = format!(r#"{{"error":"{error}","error_description":"not like this"}}"#);
        let failure = scene.refresh_under(refusal(400, &body)).await.unwrap_err();
        assert_eq!(failure.code, code, "{failure:?}");
        assert!(failure.message.contains(error) && failure.message.contains("not like this"), "{failure:?}");
        scene.ensure_unchanged(&before, &failure).await;
        let status = scene.status().await;
        assert!(matches!(status, StatusView::Retrying { .. }), "{status:?}");
        scene.ensure_mends_by_itself().await;
    }
}

#[tokio::test]
async fn f052_a_policy_that_wants_the_user_asks_to_reconnect_in_the_services_words() {
    let multi_factor = "AADSTS50076: Due to a configuration change made by your administrator, you must use \
                        multi-factor authentication to access the resource.";
    for body in [
        r#"{"error":"interaction_required","error_description":"Sign in again, please."}"#.to_owned(),
        r#"{"error":"consent_required","error_description":"New terms."}"#.to_owned(),
        r#"{"error":"login_required","error_description":"Your session ended."}"#.to_owned(),
        format!(r#"{{"error":"invalid_grant","error_description":"{multi_factor}","suberror":"basic_action"}}"#),
        format!(r#"{{"error":"invalid_grant","error_description":"{multi_factor}"}}"#),
    ] {
        let scene = Scene::set().await;
        let before = scene.stored().await;
        let failure = scene.refresh_under(refusal(400, &body)).await.unwrap_err();
        assert_eq!((failure.code, failure.action), (ErrorCode::CredentialRefused, Some(Action::Reconnect)), "{body}");
        let StatusView::NeedsYou { reason: ReconnectReason::InteractionRequired { words }, .. } = scene.status().await
        else {
            panic!("{body}: {:?}", scene.status().await);
        };
        assert!(!words.description.is_empty() && body.contains(&words.description), "{words:?}");
        assert!(failure.message.contains(&words.description), "{failure:?}");
        assert_eq!(scene.stored().await, before);
    }
}

#[tokio::test]
async fn f076_a_demand_for_proof_of_possession_is_said_and_not_repeated_in_a_loop() {
    let scene = Scene::set().await;
    let before = scene.stored().await;
    let nonce = Step {
        times: Some(2),
        headers: vec![("DPoP-Nonce".into(), "eyJ7S_zG.eyJH0-Z.HX4w-7v".into())],
        ..refusal(
            400,
            r#"{"error":"use_dpop_nonce","error_description":"Authorization server requires nonce in DPoP proof"}"#,
        )
    };
    scene.rig.next_token_answer(nonce);
    for asked in 1..=2 {
        let failure = scene.rig.engine.refresh_integration(scene.id).await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::RequestRefused, "{failure:?}");
        assert!(failure.message.contains("use_dpop_nonce"), "{failure:?}");
        assert_eq!(scene.refreshes().len(), asked, "one request for each wish");
        scene.ensure_unchanged(&before, &failure).await;
    }
    let StatusView::Retrying { until, .. } = scene.status().await else { panic!("{:?}", scene.status().await) };
    assert!(until.since(scene.rig.clock.now()) >= Duration::from_secs(600), "{until:?}");
    scene.ensure_mends_by_itself().await;
}
