//! Against somebody else's strict authorization server: npm oidc-provider ends a grant whose rotated refresh token returns.

use std::time::Duration;

use serde_json::json;
use storm_domain::{IntegrationId, RotationStep, Verdict};
use storm_engine::view::{AuthorizationProgress, StatusView};
use storm_tests::headless::connected;
use storm_tests::program::private_folder;
use storm_tests::{
    Browser, Desktop, Headless, Look, Manner, OidcProvider, Outcome, PATIENCE, SHORT_LIFETIME, ensure, eventually,
};

const SCOPES: &[&str] = &["openid", "email", "offline_access"];

async fn sign_in(headless: &Headless, provider: &OidcProvider) -> Outcome<AuthorizationProgress> {
    let fields = json!({ "issuer": provider.issuer() });
    let attempt =
        headless.begin_sign_in_to("generic-oauth", OidcProvider::CLIENT_ID, &fields, "Elsewhere", SCOPES).await?;
    headless.await_end(&attempt).await
}

async fn signed_in(headless: &Headless, provider: &mut OidcProvider) -> Outcome<IntegrationId> {
    let id = connected(sign_in(headless, provider).await?)?;
    let event = provider.event().await?;
    ensure(event["granted"] == "authorization_code", || event.to_string())?;
    Ok(id)
}

#[tokio::test]
async fn a_grant_outlives_refreshes_and_restarts() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let mut headless = Headless::start(&data).await?;
    let id = signed_in(&headless, &mut provider).await?;
    for round in 0..6 {
        let refreshed = headless.engine()?.refresh_integration(id).await;
        ensure(refreshed.is_ok(), || format!("refresh {round}: {refreshed:?}"))?;
        let event = provider.event().await?;
        ensure(event["granted"] == "refresh_token", || format!("refresh {round}: {event}"))?;
        if round % 2 == 1 {
            headless.stop().await;
            headless = Headless::start(&data).await?;
        }
    }
    let status = headless.integration(id).await?.status;
    ensure(!matches!(status, StatusView::NeedsYou { .. } | StatusView::NotConnected), || format!("{status:?}"))
}

#[tokio::test]
async fn tokens_are_refreshed_before_they_end() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::start(SHORT_LIFETIME).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    signed_in(&headless, &mut provider).await?;
    for round in 0..2 {
        let event = provider.event().await?;
        ensure(event["granted"] == "refresh_token", || format!("refresh {round}: {event}"))?;
    }
    Ok(())
}

#[tokio::test]
async fn o10_a_service_that_requires_it_gets_the_request_beforehand() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::that_requires_pushed_requests().await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let fields = json!({ "issuer": provider.issuer() });
    let attempt =
        headless.begin_sign_in_to("generic-oauth", OidcProvider::CLIENT_ID, &fields, "Elsewhere", SCOPES).await?;
    let event = provider.event().await?;
    ensure(event["pushed"] == "taken", || event.to_string())?;
    ensure(attempt.is_one_time && !attempt.url.contains("code_challenge"), || attempt.url.clone())?;
    let id = connected(headless.await_end(&attempt).await?)?;
    let event = provider.event().await?;
    ensure(event["granted"] == "authorization_code", || event.to_string())?;
    let refreshed = headless.engine()?.refresh_integration(id).await;
    ensure(refreshed.is_ok(), || format!("{refreshed:?}"))
}

#[tokio::test]
async fn o10_a_request_that_is_not_taken_opens_no_browser() -> Outcome {
    let browser = Browser::of(&Desktop::of_session()?);
    let provider = OidcProvider::that_requires_pushed_requests().await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let (visits, fields) = (browser.visits()?, json!({ "issuer": provider.issuer() }));
    let begun = headless.begin_sign_in_to("generic-oauth", "nobody", &fields, "Elsewhere", SCOPES).await;
    ensure(begun.is_err(), || "a client that the service does not know was taken".to_owned())?;
    ensure(browser.visits()? == visits, || "the browser was opened".to_owned())
}

#[tokio::test]
async fn a_denied_request_leaves_nothing_behind() -> Outcome {
    let browser = Browser::of(&Desktop::of_session()?);
    browser.behave(Manner::Deny)?;
    let provider = OidcProvider::start(SHORT_LIFETIME).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let ended = sign_in(&headless, &provider).await?;
    browser.behave(Manner::Approve)?;
    let AuthorizationProgress::Failed { failure } = ended else {
        return ensure(false, || format!("{ended:?}"));
    };
    ensure(failure.code == storm_domain::ErrorCode::AuthorizationDenied, || format!("{failure:?}"))?;
    let left: Vec<_> = headless.engine()?.integrations().await.map_err(|failure| wrong(&failure.message))?;
    ensure(left.iter().all(|one| matches!(one.status, StatusView::NotConnected)), || format!("{left:?}"))
}

/// This server knows one secret of a client, so the old one is one that has ended already.
#[tokio::test]
async fn a_client_secret_is_rotated_and_the_grant_is_not_spent() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let engine = headless.engine()?;
    let failed = |failure: storm_domain::Failure| wrong(&failure.message);
    let (client_id, secret) = OidcProvider::CONFIDENTIAL;
    let fields = json!({ "issuer": provider.issuer(), "client_auth": "basic" });
    let save = async |id: serde_json::Value, secret: &str| {
        let registration = json!({
            "id": id, "connector_id": "generic-oauth", "client_id": client_id, "client_secret": secret, "fields": fields,
        });
        engine.save_registration(serde_json::from_value(registration)?).await.map_err(failed)
    };
    let registration = save(json!(null), secret).await?;
    let target = Headless::target_of(&registration, "Elsewhere", SCOPES)?;
    let attempt = engine.begin_authorization(target).await.map_err(failed)?;
    let id = connected(headless.await_end(&attempt).await?)?;

    let typed = |secret: &str| serde_json::from_value(json!(secret));
    let step = async || -> Outcome<Option<RotationStep>> {
        Ok(engine.integration(id).await.map_err(failed)?.rotation.map(|rotation| rotation.step))
    };
    engine.begin_secret_rotation(id, typed("no-secret-of-this-client")?, false).await.map_err(failed)?;
    let reached = step().await?;
    let is_refused = matches!(&reached, Some(RotationStep::Staged { verdict: Some(Verdict::Refused { .. }) }));
    ensure(is_refused, || format!("{reached:?}"))?;
    engine.refresh_integration(id).await.map_err(failed)?;
    engine.undo_rotation(id).await.map_err(failed)?;

    save(json!(registration.id), "a-secret-that-has-ended").await?;
    engine.begin_secret_rotation(id, typed(secret)?, false).await.map_err(failed)?;
    let reached = step().await?;
    ensure(reached == Some(RotationStep::Switched), || format!("{reached:?}"))?;
    engine.refresh_integration(id).await.map_err(failed)?;
    engine.revoke_old_key(id).await.map_err(failed)?;
    engine.confirm_old_key_revoked(id).await.map_err(failed)?;
    eventually("the old secret to be proved dead", PATIENCE, async || {
        let rotation = engine.integration(id).await.map_err(failed)?.rotation;
        Ok(match rotation {
            Some(rotation) if rotation.proved_at.is_some() && rotation.step == RotationStep::Done => Look::Found(()),
            other => Look::NotYet(format!("{other:?}")),
        })
    })
    .await?;
    engine.refresh_integration(id).await.map_err(failed)
}

fn wrong(message: &str) -> storm_tests::StepError {
    storm_tests::StepError::Wrong(message.to_owned())
}
