//! A program that registers itself, against somebody else's authorization server: npm oidc-provider with RFC 7591.

use std::time::Duration;

use serde_json::json;
use storm_domain::ErrorCode;
use storm_engine::view::StatusView;
use storm_tests::headless::connected;
use storm_tests::program::private_folder;
use storm_tests::{Browser, Desktop, Headless, Manner, OidcProvider, Outcome, ensure};

const HOUR: Duration = Duration::from_secs(3600);
const SCOPES: &[&str] = &["openid", "email", "offline_access"];
const CONNECTOR: &str = "generic-oauth";

#[tokio::test]
async fn a_client_that_registered_itself_signs_in_refreshes_and_is_known_after_a_restart() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::start(HOUR).await?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let mut headless = Headless::start(&data).await?;
    let registration = headless.register_client(CONNECTOR, &json!({ "issuer": provider.issuer() })).await?;
    let event = provider.event().await?;
    ensure(event == json!({ "registered": registration.client_id, "by": "none" }), || event.to_string())?;
    ensure(!registration.has_secret, || format!("{registration:?}"))?;

    let target = Headless::target_of(&registration, "Elsewhere", SCOPES)?;
    let attempt = headless.engine()?.begin_authorization(target).await.map_err(|failure| wrong(failure.message))?;
    let id = connected(headless.await_end(&attempt).await?)?;
    granted(&mut provider, "authorization_code", &registration.client_id).await?;
    headless.stop().await;
    headless = Headless::start(&data).await?;
    let refreshed = headless.engine()?.refresh_integration(id).await;
    ensure(refreshed.is_ok(), || format!("{refreshed:?}"))?;
    granted(&mut provider, "refresh_token", &registration.client_id).await?;
    let integration = headless.integration(id).await?;
    ensure(integration.status == StatusView::Connected, || format!("{:?}", integration.status))
}

#[tokio::test]
async fn a_client_that_got_a_secret_proves_itself_as_it_was_registered() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::start(HOUR).await?;
    let basic = json!({ "metadata": { "token_endpoint_auth_methods_supported": ["client_secret_basic"] } });
    provider.behave(&basic).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let registration = headless.register_client(CONNECTOR, &json!({ "issuer": provider.issuer() })).await?;
    let event = provider.event().await?;
    ensure(event["by"] == "client_secret_basic" && registration.has_secret, || event.to_string())?;

    let target = Headless::target_of(&registration, "Elsewhere", SCOPES)?;
    let attempt = headless.engine()?.begin_authorization(target).await.map_err(|failure| wrong(failure.message))?;
    let id = connected(headless.await_end(&attempt).await?)?;
    granted(&mut provider, "authorization_code", &registration.client_id).await?;
    // What the service would take of others is of no meaning for a client that is registered otherwise.
    provider.behave(&json!({})).await?;
    let refreshed = headless.engine()?.refresh_integration(id).await;
    ensure(refreshed.is_ok(), || format!("{refreshed:?}"))?;
    let event = granted(&mut provider, "refresh_token", &registration.client_id).await?;
    ensure(event["authorization"] == "Basic", || event.to_string())
}

#[tokio::test]
async fn a_client_in_its_own_name_registers_itself_too() -> Outcome {
    let mut provider = OidcProvider::start(HOUR).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let fields = json!({ "issuer": provider.issuer(), "grant": "client_credentials" });
    let registration = headless.register_client(CONNECTOR, &fields).await?;
    let event = provider.event().await?;
    ensure(event["by"] == "client_secret_post" && registration.has_secret, || event.to_string())?;
    let target = Headless::target_of(&registration, "Robot", &[])?;
    let attempt = headless.engine()?.begin_authorization(target).await.map_err(|failure| wrong(failure.message))?;
    connected(headless.await_end(&attempt).await?)?;
    granted(&mut provider, "client_credentials", &registration.client_id).await.map(drop)
}

#[tokio::test]
async fn a_service_that_registers_nobody_is_told_apart_and_nothing_is_kept() -> Outcome {
    let provider = OidcProvider::start(HOUR).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    for (manner, code) in [
        (json!({ "metadata": { "registration_endpoint": null } }), ErrorCode::NotSupported),
        (json!({ "break_off": "/reg" }), ErrorCode::ServiceUnreachable),
    ] {
        provider.behave(&manner).await?;
        let request = json!({ "connector_id": CONNECTOR, "fields": { "issuer": provider.issuer() } });
        // What was discovered a moment ago is not asked for again, so each has a program of its own.
        let folder = private_folder()?;
        let headless = Headless::start(&folder.path().join("data")).await?;
        let refused = headless.engine()?.register_client(serde_json::from_value(request)?).await;
        ensure(refused.as_ref().is_err_and(|failure| failure.code == code), || format!("{refused:?}"))?;
        let kept = headless.engine()?.registrations(CONNECTOR).await.map_err(|failure| wrong(failure.message))?;
        ensure(kept.is_empty(), || format!("{kept:?}"))?;
    }
    let request = json!({ "connector_id": "github", "fields": {} });
    let refused = headless.engine()?.register_client(serde_json::from_value(request)?).await;
    ensure(refused.as_ref().is_err_and(|failure| failure.code == ErrorCode::NotSupported), || format!("{refused:?}"))
}

async fn granted(provider: &mut OidcProvider, grant: &str, client: &str) -> Outcome<serde_json::Value> {
    let event = provider.event().await?;
    ensure(event["granted"] == grant && event["client"] == client, || event.to_string())?;
    Ok(event)
}

fn wrong(message: String) -> storm_tests::StepError {
    storm_tests::StepError::Wrong(message)
}
