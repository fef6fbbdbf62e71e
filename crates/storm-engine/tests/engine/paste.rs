//! A browser that cannot come back: its address is pasted.

use storm_domain::ErrorCode;
use storm_engine::view::{AuthorizationProgress, BeginAuthorizationRequest};
use storm_secret::PastedRedirect;

use crate::person::{Decision, follow, sent_back};
use crate::rig::{Rig, failure};

#[tokio::test]
async fn a_pasted_redirect_connects_and_a_wrong_one_changes_nothing() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let attempt = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    let uri = attempt.redirect_uri.as_deref().unwrap();
    let paste = |text: &str| rig.engine.paste_redirect(attempt.id, &PastedRedirect::new(text));
    let redirect = sent_back(rig.browser.next().await, "ada@practice.example", Decision::Approve).await;
    let code = redirect.query_pairs().find(|(name, _)| name == "code").unwrap().1.into_owned();
    for (wrong, because) in [
        ("storm connect\u{7}", "not a web address"),
        (&attempt.url, uri),
        (&format!("{uri}?code={code}&state=guessed"), "another sign-in"),
        (redirect.as_str().split_once("state=").unwrap().0, "missing"),
        (&redirect.as_str().replacen("code=", "kode=", 1), "missing"),
    ] {
        let refused = failure(paste(wrong));
        assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("pasted_redirect")));
        assert!(refused.message.contains(because), "{wrong}: {}", refused.message);
        assert!(!refused.message.contains(&code), "{}", refused.message);
        let progress = rig.engine.authorization(attempt.id).unwrap().progress;
        assert!(matches!(progress, AuthorizationProgress::Waiting { .. }), "{progress:?}");
    }
    assert_eq!(rig.token_requests("authorization_code"), 0);

    paste(redirect.as_str()).unwrap();
    assert_eq!(failure(paste(redirect.as_str())).code, ErrorCode::NotFound, "it is taken once");
    let ended = rig.authorization_ended(attempt.id).await;
    let AuthorizationProgress::Completed { account, .. } = ended else { panic!("{ended:?}") };
    assert_eq!(account.unwrap().label, "ada@practice.example");
    assert_eq!(rig.token_requests("authorization_code"), 1);
}

#[tokio::test]
async fn whatever_comes_second_is_not_exchanged() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let attempt = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    let redirect = sent_back(rig.browser.next().await, "ada", Decision::Approve).await;
    rig.engine.paste_redirect(attempt.id, &PastedRedirect::new(redirect.as_str())).unwrap();
    let page = follow(redirect).await;
    assert!(page.contains("You are connected"), "{page}");
    rig.authorization_ended(attempt.id).await;
    assert_eq!(rig.token_requests("authorization_code"), 1);
}

#[tokio::test]
async fn a_denial_and_an_ended_sign_in_are_said_as_what_they_are() {
    let rig = Rig::start().await;
    let target = rig.new_target().await;
    let attempt = rig.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
    let redirect = sent_back(rig.browser.next().await, "ada", Decision::Deny).await;
    rig.engine.paste_redirect(attempt.id, &PastedRedirect::new(redirect.as_str())).unwrap();
    let ended = rig.authorization_ended(attempt.id).await;
    let AuthorizationProgress::Failed { failure: denied } = ended else { panic!("{ended:?}") };
    assert_eq!(denied.code, ErrorCode::AuthorizationDenied);
    let over = failure(rig.engine.paste_redirect(attempt.id, &PastedRedirect::new(redirect.as_str())));
    assert_eq!(over.code, ErrorCode::NotFound);
}
