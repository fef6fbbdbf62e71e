//! A code for another device, against somebody else's authorization server: npm oidc-provider with RFC 8628.

use std::time::Duration;

use serde_json::json;
use storm_domain::ErrorCode;
use storm_engine::view::{AuthorizationProgress, AuthorizationView, StatusView};
use storm_tests::headless::connected;
use storm_tests::program::private_folder;
use storm_tests::{Browser, Desktop, Headless, Manner, OidcProvider, Outcome, StepError, ensure};

const SCOPES: &[&str] = &["openid", "email", "offline_access"];

async fn begin(headless: &Headless, provider: &OidcProvider) -> Outcome<AuthorizationView> {
    let fields = json!({ "issuer": provider.issuer() });
    headless.begin_code_of("generic-oauth", OidcProvider::CLIENT_ID, &fields, "Elsewhere", SCOPES).await
}

/// Follows the address with the code in it, as a telephone does that scanned the picture.
async fn follow(headless: &Headless, attempt: &AuthorizationView) -> Outcome {
    let opened = headless.engine()?.reopen_browser(attempt.id).await;
    opened.map_err(|failure| StepError::Wrong(failure.message))
}

#[tokio::test]
async fn o53_a_code_approved_elsewhere_connects_and_refreshes() -> Outcome {
    Browser::of(&Desktop::of_session()?).behave(Manner::Approve)?;
    let mut provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let attempt = begin(&headless, &provider).await?;
    ensure(attempt.url.starts_with(&format!("{}/device?user_code=", provider.issuer())), || attempt.url.clone())?;
    let event = provider.event().await?;
    ensure(event["why"] == "authorization_pending", || event.to_string())?;
    follow(&headless, &attempt).await?;
    let id = connected(headless.await_end(&attempt).await?)?;
    loop {
        let event = provider.event().await?;
        if event["granted"] == "urn:ietf:params:oauth:grant-type:device_code" {
            break;
        }
        ensure(event["why"] == "authorization_pending", || event.to_string())?;
    }
    let refreshed = headless.engine()?.refresh_integration(id).await;
    ensure(refreshed.is_ok(), || format!("{refreshed:?}"))?;
    let integration = headless.integration(id).await?;
    ensure(integration.status == StatusView::Connected, || format!("{:?}", integration.status))?;
    let account = integration.account.map(|account| account.label);
    ensure(account.as_deref() == Some("alice@elsewhere.example"), || format!("{account:?}"))
}

#[tokio::test]
async fn o53_a_code_denied_elsewhere_leaves_nothing() -> Outcome {
    let browser = Browser::of(&Desktop::of_session()?);
    browser.behave(Manner::Deny)?;
    let provider = OidcProvider::start(Duration::from_secs(3600)).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let attempt = begin(&headless, &provider).await?;
    follow(&headless, &attempt).await?;
    let ended = headless.await_end(&attempt).await?;
    browser.behave(Manner::Approve)?;
    fails_with(&ended, ErrorCode::AuthorizationDenied)?;
    let left = headless.engine()?.integrations().await.map_err(|failure| StepError::Wrong(failure.message))?;
    ensure(left.is_empty(), || format!("{left:?}"))
}

#[tokio::test]
async fn o53_a_code_that_nobody_enters_expires() -> Outcome {
    let provider = OidcProvider::with_device_codes_of(Duration::from_secs(7)).await?;
    let folder = private_folder()?;
    let headless = Headless::start(&folder.path().join("data")).await?;
    let attempt = begin(&headless, &provider).await?;
    fails_with(&headless.await_end(&attempt).await?, ErrorCode::CodeExpired)
}

fn fails_with(ended: &AuthorizationProgress, code: ErrorCode) -> Outcome {
    let is_it = matches!(ended, AuthorizationProgress::Failed { failure } if failure.code == code);
    ensure(is_it, || format!("{ended:?}"))
}
