//! Scopes: what was granted of what was asked for, and how more are asked for.

use storm_domain::port::{Clock as _, Vault};
use storm_domain::{Credential, ErrorCode, IntegrationId};
use storm_engine::view::{AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, StatusView};

use crate::person::Decision;
use crate::rig::{Rig, failure};

const FIRST: [&str; 4] = ["openid", "read", "reports", "offline_access"];
const ADA: &str = "ada@practice.example";

fn grant_only(rig: &Rig, scopes: Option<&[&str]>) {
    let scopes = scopes.map(|scopes| scopes.iter().map(ToString::to_string).collect());
    rig.sandbox.control().change_settings(|settings| settings.grant_only_scopes = scopes);
}

fn more(id: IntegrationId, scopes: &[&str]) -> AuthorizationTarget {
    let more_scopes = scopes.iter().map(ToString::to_string).collect();
    AuthorizationTarget::Reconnect { integration_id: id, more_scopes }
}

fn missing(scopes: &[&str]) -> StatusView {
    StatusView::ScopesMissing { missing: scopes.iter().map(ToString::to_string).collect() }
}

async fn lends(rig: &Rig, id: IntegrationId) -> bool {
    rig.engine.set_lending(id, true).await.unwrap();
    rig.engine.lend("Practice", "test", None).await.is_ok()
}

#[tokio::test]
async fn o41_fewer_scopes_than_were_asked_for_are_shown_and_are_no_error() {
    let rig = Rig::start().await;
    grant_only(&rig, Some(&["openid", "read", "offline_access"]));
    let id = rig.connect().await;
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, missing(&["reports"]));
    assert_eq!(page.requested_scopes, FIRST);
    assert_eq!(page.granted_scopes, ["openid", "read", "offline_access"]);
    assert_eq!(page.missing_scopes, ["reports"]);
    assert!(lends(&rig, id).await, "it works with what it has");
}

#[tokio::test]
async fn o41_scopes_that_are_lost_at_a_refresh_are_shown_and_are_no_error() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    grant_only(&rig, Some(&["read", "offline_access"]));
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, missing(&["reports"]));
    assert!(lends(&rig, id).await);
    grant_only(&rig, None);
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected, "what comes back is seen, too");
}

#[tokio::test]
async fn missing_scopes_are_asked_for_by_an_ordinary_reconnect() {
    let rig = Rig::start().await;
    grant_only(&rig, Some(&["openid", "read", "offline_access"]));
    let id = rig.connect().await;
    grant_only(&rig, None);
    let ended = rig.authorize(more(id, &[]), ADA, Decision::Approve).await;
    assert!(matches!(ended, AuthorizationProgress::Completed { .. }), "{ended:?}");
    let page = rig.page(id).await;
    assert_eq!((page.integration.status, page.missing_scopes.len()), (StatusView::Connected, 0));
}

#[tokio::test]
async fn more_scopes_are_asked_for_together_with_those_there_are_and_count_once_they_are_in_use() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let denied = rig.authorize(more(id, &["write"]), ADA, Decision::Deny).await;
    assert!(matches!(denied, AuthorizationProgress::Failed { .. }), "{denied:?}");
    let page = rig.page(id).await;
    assert_eq!(
        (page.requested_scopes, page.integration.status),
        (FIRST.map(str::to_owned).to_vec(), StatusView::Connected)
    );

    let target = more(id, &["write", "read"]);
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    assert_eq!(begun.scopes, ["openid", "read", "reports", "offline_access", "write"], "no scope is given up");
    assert_eq!(rig.page(id).await.requested_scopes, FIRST, "not before the grant is in use");
    crate::person::visit(rig.browser.next().await, ADA, Decision::Approve).await;
    let ended = rig.authorization_ended(begun.id).await;
    assert!(matches!(ended, AuthorizationProgress::Completed { .. }), "{ended:?}");
    let page = rig.page(id).await;
    assert_eq!(page.requested_scopes, begun.scopes);
    assert_eq!(page.granted_scopes, begun.scopes);
    assert_eq!(page.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn scopes_that_the_service_does_not_name_are_those_that_were_asked_for() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.sandbox.control().change_settings(|settings| settings.omit_scope = true);
    rig.authorize(more(id, &["write"]), ADA, Decision::Approve).await;
    let page = rig.page(id).await;
    assert_eq!((page.granted_scopes.last().map(String::as_str), page.missing_scopes.len()), (Some("write"), 0));
}

#[tokio::test]
async fn more_scopes_for_a_grant_that_was_stored_when_the_program_ended_count_with_it() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let row = rig.vault.integration(id).await.unwrap();
    let wanted: Vec<String> = FIRST.iter().chain(&["write"]).map(ToString::to_string).collect();
    // As a program leaves it that ends between storing the grant and taking it over.
    let asked = storm_domain::Integration { asked_scopes: Some(wanted.clone()), ..row };
    rig.vault.update_integration(asked).await.unwrap();
    let active = rig.vault.active_generation(id).await.unwrap().unwrap();
    let Credential::OAuthGrant(grant) = active.credential else { panic!() };
    let grant = storm_domain::OAuthGrant { scopes: Some(wanted.clone()), ..grant };
    rig.vault.stage_generation(id, &Credential::OAuthGrant(grant), rig.clock.now()).await.unwrap();

    let mut rig = rig.restart().await;
    assert_eq!(rig.page(id).await.requested_scopes, FIRST);
    rig.run().await;
    let page = rig.page_when(id, |page| page.requested_scopes == wanted).await;
    assert!(page.missing_scopes.is_empty());
    assert_eq!(rig.vault.integration(id).await.unwrap().asked_scopes, None);
}

#[tokio::test]
async fn what_is_no_scope_is_refused_before_the_browser_opens() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let target = more(id, &["write\" onclick"]);
    let refused = failure(rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("scopes")));
}
