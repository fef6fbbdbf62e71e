use storm_domain::port::Vault;
use storm_domain::{ErrorCode, Verdict};
use storm_engine::view::{AuthorizationProgress, BeginAuthorizationRequest, StatusView};
use storm_sandbox::{GrantFilter, Step};

use crate::person::Decision;
use crate::rig::Rig;

#[tokio::test]
async fn o29_approving_in_the_browser_connects_and_names_the_account() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected);
    assert_eq!(page.integration.account.unwrap().label, "ada@practice.example");
    assert!(matches!(page.integration.last_verdict.unwrap().verdict, Verdict::Works { .. }));
    assert!(page.missing_scopes.is_empty());
    assert_eq!(rig.token_requests("authorization_code"), 1);
}

#[tokio::test]
async fn f003_deny_leaves_nothing_behind() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let ended = rig.authorize(target, "ada", Decision::Deny).await;
    let AuthorizationProgress::Failed { failure } = ended else { panic!("{ended:?}") };
    assert_eq!(failure.code, ErrorCode::AuthorizationDenied);
    assert!(rig.vault.integrations().await.unwrap().is_empty());
    assert_eq!(rig.token_requests("authorization_code"), 0);
}

#[tokio::test]
async fn f002_cancel_closes_the_port_at_once() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    rig.engine.cancel_authorization(begun.id).unwrap();
    assert_eq!(rig.authorization_ended(begun.id).await, AuthorizationProgress::Cancelled);
    assert!(reqwest::get(begun.redirect_uri.unwrap()).await.unwrap_err().is_connect());
}

#[tokio::test]
async fn a_code_that_is_answered_with_html_leaves_no_half_connected_row() {
    let rig = Rig::start().await;
    rig.next_token_answer(Step { status: Some(502), body: Some("<html>proxy</html>".into()), ..Step::default() });
    let target = rig.new_target().await;
    let ended = rig.authorize(target, "ada", Decision::Approve).await;
    assert!(matches!(ended, AuthorizationProgress::Failed { .. }), "{ended:?}");
    assert!(rig.vault.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn reconnect_keeps_the_id_and_clears_the_prompt() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap();
    rig.engine.refresh_integration(id).await.unwrap_err();
    assert!(matches!(rig.page(id).await.integration.status, StatusView::NeedsYou { .. }));

    let target = Rig::reconnect(id);
    let ended = rig.authorize(target, "ada@practice.example", Decision::Approve).await;
    assert!(
        matches!(ended, AuthorizationProgress::Completed { integration_id, .. } if integration_id == id),
        "{ended:?}"
    );
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.vault.integrations().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_set_up_leaves_the_reconnect_of_another_integration_alone() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let reconnect =
        rig.engine.begin_authorization(BeginAuthorizationRequest { target: Rig::reconnect(id) }).await.unwrap();
    let target = rig.new_target().await;
    rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    let waiting = |id| matches!(rig.engine.authorization(id).unwrap().progress, AuthorizationProgress::Waiting { .. });
    assert!(waiting(reconnect.id));
    let again = rig.engine.begin_authorization(BeginAuthorizationRequest { target: Rig::reconnect(id) }).await.unwrap();
    let AuthorizationProgress::Failed { failure } = rig.authorization_ended(reconnect.id).await else { panic!() };
    assert_eq!(failure.code, ErrorCode::AuthorizationReplaced, "by a newer one of its own");
    assert!(waiting(again.id));
}
