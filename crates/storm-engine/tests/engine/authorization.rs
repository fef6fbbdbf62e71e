use storm_domain::port::Vault;
use storm_domain::{ErrorCode, Verdict};
use storm_engine::view::{AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, StatusView};
use storm_sandbox::{GrantFilter, Step};

use crate::person::Decision;
use crate::rig::{Rig, holds};

#[tokio::test]
async fn approving_in_the_browser_connects_and_names_the_account() {
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

    let target = AuthorizationTarget::Reconnect { integration_id: id };
    let ended = rig.authorize(target, "ada@practice.example", Decision::Approve).await;
    assert!(
        matches!(ended, AuthorizationProgress::Completed { integration_id, .. } if integration_id == id),
        "{ended:?}"
    );
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(rig.vault.integrations().await.unwrap().len(), 1);
}

holds! { another_account_at_reconnect:
    fn f024_another_account_at_reconnect_is_a_question_and_nothing_is_swapped;
    fn o29_the_account_that_signed_in_is_compared_with_the_one_before;
}

async fn another_account_at_reconnect() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let before = rig.refresh_token(id).await;
    let target = AuthorizationTarget::Reconnect { integration_id: id };
    let begun = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    rig.browser.next().await; // the first page was for connecting
    let link = rig.engine.authorization_link(begun.id).unwrap();
    // EXPOSE: the test plays the user who follows the link.
    crate::person::visit(link.expose().clone(), "eve@practice.example", Decision::Approve).await;
    let ended = rig.authorization_ended(begun.id).await;
    let AuthorizationProgress::DifferentAccount { expected, got } = ended else { panic!("{ended:?}") };
    assert_eq!((expected.label.as_str(), got.label.as_str()), ("ada@practice.example", "eve@practice.example"));
    assert_eq!(rig.refresh_token(id).await, before, "nothing is swapped before the answer");

    let declined = rig.engine.accept_different_account(begun.id, false).await.unwrap();
    assert_eq!(declined.progress, AuthorizationProgress::Cancelled);
    assert_eq!(rig.refresh_token(id).await, before);
    assert_eq!(rig.page(id).await.integration.account.unwrap().label, "ada@practice.example");
}
