//! What token endpoints answer when they misbehave, against the real practice service: nothing of it loses a grant.
//!
//! After each misbehaviour the next plain refresh must succeed, which it can only with the newest refresh token: the
//! practice service ends a grant whose replaced refresh token comes back.

use serde_json::{Value, json};
use storm_domain::{Action, ErrorCode, IntegrationId};
use storm_engine::view::StatusView;
use storm_tests::program::private_folder;
use storm_tests::{Browser, Desktop, Headless, Manner, Outcome, Practice, ensure};

struct Scene {
    practice: Practice,
    headless: Headless,
    id: IntegrationId,
    _folder: tempfile::TempDir,
}

impl Scene {
    async fn set() -> Outcome<Self> {
        let desktop = Desktop::of_session()?;
        Browser::of(&desktop).behave(Manner::Approve)?;
        let practice = Practice::start().await?;
        let folder = private_folder()?;
        let headless = Headless::start(&folder.path().join("data")).await?;
        let id = headless.connect_sign_in(&practice, "Ada").await?;
        Ok(Self { practice, headless, id, _folder: folder })
    }

    /// Refreshes once while the token endpoint behaves like this.
    async fn refresh_under(&self, misbehaviour: Value) -> Outcome<Option<ErrorCode>> {
        let mut step = json!({ "path": "/oauth/token", "method": "POST" });
        if let (Some(step), Value::Object(fields)) = (step.as_object_mut(), misbehaviour) {
            step.extend(fields);
        }
        self.practice.script(step).await?;
        Ok(self.headless.engine()?.refresh_integration(self.id).await.err().map(|failure| failure.code))
    }

    /// The grant is alive, the program does not ask for its user, and the next refresh works.
    async fn ensure_nothing_lost(&self) -> Outcome {
        let status = self.headless.integration(self.id).await?.status;
        ensure(!matches!(status, StatusView::NeedsYou { .. }), || format!("it asks for its user: {status:?}"))?;
        let refreshed = self.headless.engine()?.refresh_integration(self.id).await;
        ensure(refreshed.is_ok(), || format!("the next refresh failed: {refreshed:?}"))?;
        let grants = self.practice.grants().await?;
        ensure(grants.iter().any(|grant| grant["alive"] == true), || format!("the grant ended: {grants:?}"))
    }

    async fn ensure_kept_after(&self, misbehaviour: Value) -> Outcome {
        let shown = misbehaviour.to_string();
        let code = self.refresh_under(misbehaviour).await?;
        ensure(code == Some(ErrorCode::ServiceUnreachable), || format!("{shown} was reported as {code:?}"))?;
        self.ensure_nothing_lost().await
    }
}

#[tokio::test]
async fn html_in_place_of_an_answer_keeps_the_grant() -> Outcome {
    let scene = Scene::set().await?;
    for status in [200, 403, 500, 502] {
        let headers = json!([["content-type", "text/html"]]);
        scene
            .ensure_kept_after(
                json!({ "status": status, "headers": headers, "body": "<h1>Sign in to the network</h1>" }),
            )
            .await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_keeps_the_grant() -> Outcome {
    let scene = Scene::set().await?;
    let elsewhere = format!("{}/elsewhere", scene.practice.base_url());
    for status in [302, 307, 308] {
        scene.ensure_kept_after(json!({ "status": status, "headers": [["location", elsewhere]], "body": "" })).await?;
    }
    let visited = scene.practice.requests("/elsewhere", 0).await?;
    ensure(visited.is_empty(), || "the refresh token was sent to where a redirect pointed".to_owned())
}

#[tokio::test]
async fn busy_and_limited_services_keep_the_grant() -> Outcome {
    let scene = Scene::set().await?;
    for status in [408, 425, 429, 503] {
        let body = r#"{"error":"temporarily_unavailable"}"#;
        scene.ensure_kept_after(json!({ "status": status, "headers": [["retry-after", "1"]], "body": body })).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_answer_with_a_text_for_a_number_and_no_token_type_is_used() -> Outcome {
    let scene = Scene::set().await?;
    let body = r#"{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","expires_in":"3600"}"#;
    let code = scene.refresh_under(json!({ "apply_first": true, "body": body })).await?;
    ensure(code.is_none(), || format!("the answer was refused: {code:?}"))?;
    let ends = scene.headless.integration(scene.id).await?.access_expires_at;
    ensure(ends.is_some(), || "the answer's expires_in was not understood".to_owned())?;
    scene.ensure_nothing_lost().await
}

#[tokio::test]
async fn an_answer_without_a_usable_access_token_still_brings_its_refresh_token() -> Outcome {
    let scene = Scene::set().await?;
    let body = r#"{"access_token":"","refresh_token":"{{refresh_token}}","token_type":"Bearer"}"#;
    scene.refresh_under(json!({ "apply_first": true, "body": body })).await?;
    scene.ensure_nothing_lost().await
}

#[tokio::test]
async fn an_endpoint_that_hangs_keeps_the_grant() -> Outcome {
    let scene = Scene::set().await?;
    scene.ensure_kept_after(json!({ "hang": true })).await
}

#[tokio::test]
async fn an_endless_answer_is_cut_off_and_keeps_the_grant() -> Outcome {
    let scene = Scene::set().await?;
    scene.ensure_kept_after(json!({ "status": 200, "body_bytes": 1_u64 << 33 })).await
}

#[tokio::test]
async fn a_refused_app_registration_is_not_a_lost_grant() -> Outcome {
    let scene = Scene::set().await?;
    let code = scene.refresh_under(json!({ "status": 401, "body": r#"{"error":"invalid_client"}"# })).await?;
    ensure(code == Some(ErrorCode::RegistrationRefused), || format!("{code:?}"))?;
    scene.ensure_nothing_lost().await
}

#[tokio::test]
async fn only_a_refused_grant_asks_for_the_user() -> Outcome {
    let scene = Scene::set().await?;
    scene.practice.revoke_grants().await?;
    let refreshed = scene.headless.engine()?.refresh_integration(scene.id).await;
    let action = refreshed.as_ref().err().and_then(|failure| failure.action);
    ensure(action == Some(Action::Reconnect), || format!("{refreshed:?}"))?;
    let status = scene.headless.integration(scene.id).await?.status;
    ensure(matches!(status, StatusView::NeedsYou { .. }), || format!("{status:?}"))
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_way_is_asked_for_again_within_the_grace() -> Outcome {
    let scene = Scene::set().await?;
    scene.practice.set(json!({ "reuse_grace_s": 60 })).await?;
    scene.refresh_under(json!({ "apply_first": true, "reset_after_bytes": 0 })).await?;
    scene.ensure_nothing_lost().await
}

#[tokio::test]
async fn a_hundred_callers_at_the_end_of_a_token_cause_one_refresh() -> Outcome {
    let scene = Scene::set().await?;
    let engine = scene.headless.engine()?;
    ensure(engine.set_lending(scene.id, true).await.is_ok(), || "it cannot be lent".to_owned())?;
    // Nobody's token lives as long as the callers want; the next one does.
    scene.practice.set(json!({ "access_token_lifetime_s": 7200 })).await?;
    let wanted = std::time::Duration::from_secs(5400);
    let since = scene.practice.now().await?;
    let callers: Vec<_> = (0..100)
        .map(|_| {
            let engine = engine.clone();
            tokio::spawn(async move { engine.lend("Ada", "a test", Some(wanted)).await.map(drop) })
        })
        .collect();
    for caller in callers {
        ensure(matches!(caller.await, Ok(Ok(()))), || "a caller got nothing".to_owned())?;
    }
    let sent = scene.practice.requests("/oauth/token", since).await?.len();
    ensure(sent == 1, || format!("{sent} refreshes were sent"))
}
