use std::time::Duration;

use serde_json::json;
use storm_domain::port::BrowserError;
use storm_domain::{ActivityKind, ErrorCode, Fields, IntegrationId, Verdict};
use storm_engine::LentSecret;
use storm_engine::view::{
    AuthorizationProgress, AuthorizationTarget, AuthorizationView, BeginAuthorizationRequest, RegistrationView,
    SaveRegistrationRequest, StatusView,
};

use crate::rig::{Rig, failure};

const GRANT: &str = "client_credentials";

fn fields(rig: &Rig, more: &[(&str, String)]) -> Fields {
    let own = [("grant", GRANT.to_owned()), ("issuer", rig.sandbox.base_url().to_owned())];
    own.into_iter().chain(more.iter().cloned()).map(|(name, value)| (name.to_owned(), value)).collect()
}

async fn registered(rig: &Rig, id: Option<&RegistrationView>, secret: &str) -> RegistrationView {
    rig.engine.save_registration(request(id, secret)).await.unwrap()
}

/// As the window sends it.
fn request(id: Option<&RegistrationView>, secret: &str) -> SaveRegistrationRequest {
    serde_json::from_value(json!({
        "id": id.map(|registration| registration.id),
        "connector_id": "generic-oauth",
        "client_id": "practice-web",
        "client_secret": secret,
        "fields": {},
    }))
    .unwrap()
}

async fn begin(rig: &Rig, registration: &RegistrationView, fields: Fields) -> AuthorizationView {
    let target = AuthorizationTarget::New {
        connector_id: "generic-oauth".into(),
        name: Some("Robot".into()),
        fields,
        registration_id: registration.id,
        scopes: vec!["openid".into(), "email".into(), "offline_access".into(), "read".into()],
    };
    rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap()
}

async fn ended(rig: &Rig, begun: AuthorizationView) -> AuthorizationProgress {
    match rig.engine.authorization(begun.id).unwrap().progress {
        AuthorizationProgress::Exchanging => rig.authorization_ended(begun.id).await,
        ended => ended,
    }
}

async fn connect(rig: &Rig, more: &[(&str, String)]) -> (IntegrationId, RegistrationView) {
    let registration = registered(rig, None, "practice-secret").await;
    let begun = begin(rig, &registration, fields(rig, more)).await;
    match ended(rig, begun).await {
        AuthorizationProgress::Completed { integration_id, verdict, .. } => {
            assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
            (integration_id, registration)
        }
        other => panic!("not connected: {other:?}"),
    }
}

#[tokio::test]
async fn a_client_in_its_own_name_is_connected_without_a_browser_and_its_token_lent() {
    let rig = Rig::start().await;
    rig.browser.fail_always(Some(BrowserError::NotOpened)); // nobody is asked anything
    let (id, _) = connect(&rig, &[]).await;
    assert_eq!(rig.token_requests(GRANT), 1, "the token that proved it is kept");
    rig.engine.set_lending(id, true).await.unwrap();
    for _ in 0..2 {
        let lent = rig.engine.lend("robot", "test", None).await.unwrap();
        assert!(matches!(lent.secret, LentSecret::AccessToken(_)) && lent.expires_at.is_some());
    }
    assert_eq!(rig.token_requests(GRANT), 1);
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected);
    assert!(page.can.refresh && !page.can.revoke, "there is nothing lasting to revoke");
    let log = rig.engine.activity(Some(id), 20).await.unwrap();
    assert!(log.iter().any(|entry| matches!(entry.what, ActivityKind::Connected { .. })), "{log:?}");
}

#[tokio::test]
async fn its_address_to_verify_with_is_asked_with_the_token() {
    let rig = Rig::start().await;
    let whoami = format!("{}/api/whoami", rig.sandbox.base_url());
    let (id, _) = connect(&rig, &[("userinfo_url", whoami)]).await;
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    assert_eq!(rig.token_requests(GRANT), 1);
}

#[tokio::test]
async fn a_token_that_ended_is_asked_for_again_also_after_a_restart() {
    let mut rig = Rig::start().await;
    let (id, _) = connect(&rig, &[]).await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.clock.advance(Duration::from_secs(2 * 60 * 60));
    rig.engine.lend("robot", "test", None).await.unwrap();
    assert_eq!(rig.token_requests(GRANT), 2);
    rig = rig.restart().await;
    rig.engine.lend("robot", "test", None).await.unwrap();
    assert_eq!(rig.token_requests(GRANT), 3, "tokens are not written down");
    rig.run().await;
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.token_requests("refresh_token"), 0, "there is none");
}

#[tokio::test]
async fn a_refused_client_is_a_registration_to_mend_and_never_a_reconnect() {
    let rig = Rig::start().await;
    let (id, registration) = connect(&rig, &[]).await;
    registered(&rig, Some(&registration), "another-secret").await;
    assert_eq!(failure(rig.engine.refresh_integration(id).await).code, ErrorCode::RegistrationRefused);
    let status = rig.page(id).await.integration.status;
    assert!(matches!(status, StatusView::Retrying { .. }), "{status:?}");
    rig.next_token_answer(storm_sandbox::Step {
        status: Some(400),
        body: Some(r#"{"error":"invalid_grant"}"#.into()),
        ..storm_sandbox::Step::default()
    });
    assert_eq!(failure(rig.engine.refresh_integration(id).await).code, ErrorCode::RequestRefused);
    let status = rig.page(id).await.integration.status;
    assert!(matches!(status, StatusView::Retrying { .. }), "{status:?}");
    registered(&rig, Some(&registration), "practice-secret").await;
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn a_client_that_is_refused_at_once_leaves_nothing_behind() {
    let rig = Rig::start().await;
    let registration = registered(&rig, None, "wrong-secret").await;
    let begun = begin(&rig, &registration, fields(&rig, &[])).await;
    let AuthorizationProgress::Failed { failure } = ended(&rig, begun).await else { panic!("it was not refused") };
    assert_eq!(failure.code, ErrorCode::RegistrationRefused);
    assert!(rig.engine.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_not_saved_as_a_client_secret() {
    let rig = Rig::start().await;
    let pem = "-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----\n";
    let refused = failure(rig.engine.save_registration(request(None, pem)).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("client_secret")));
    assert!(!refused.message.contains("PLANTED") && refused.message.contains("RSA"), "{}", refused.message);
}
