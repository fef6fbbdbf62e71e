use storm_domain::{ErrorCode, Fields, Verdict};
use storm_engine::view::{AddApiKeyRequest, StatusView};
use storm_sandbox::Step;
use storm_secret::ApiKey;

use crate::rig::{Rig, failure};

#[tokio::test]
async fn a_pasted_key_is_saved_and_tried() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    let page = rig.page(id).await;
    assert_eq!(page.integration.status, StatusView::Connected);
    assert!(page.integration.account.is_some());
}

#[tokio::test]
async fn a_refused_key_is_kept_until_it_is_replaced_under_the_same_id() {
    let rig = Rig::start().await;
    let id = rig.add_key("pk_live_0123456789012345678901234567890123456789abc").await;
    assert!(matches!(rig.page(id).await.integration.status, StatusView::NeedsYou { .. }));
    let good = rig.make_key().await;
    let saved = rig.engine.replace_api_key(id, rig.typed(&good)).await.unwrap();
    assert_eq!(saved.integration_id, id);
    assert!(matches!(saved.verdict, Verdict::Works { .. }));
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn a_service_that_does_not_answer_says_nothing_about_the_key() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let step = Step { path: "/api/whoami".into(), status: Some(503), times: Some(9), ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
    let id = rig.add_key(&key).await;
    assert!(matches!(rig.page(id).await.integration.status, StatusView::Unverified { .. }));
    rig.sandbox.control().clear_script();
    rig.engine.verify_integration(id).await.unwrap();
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn a_key_that_may_not_do_something_works_all_the_same() {
    let rig = Rig::start().await;
    let key = rig.make_key().await;
    let step = Step { path: "/api/whoami".into(), status: Some(403), times: Some(9), ..Step::default() };
    rig.sandbox.control().script(step).unwrap();
    let id = rig.add_key(&key).await;
    assert!(matches!(rig.page(id).await.integration.status, StatusView::Limited { .. }));
}

#[tokio::test]
async fn the_service_of_a_copied_key_is_told_and_nothing_is_held() {
    let rig = Rig::start().await;
    let whose = |key: &str| rig.engine.connector_of_key(&ApiKey::new(key));
    assert_eq!(whose(&rig.make_key().await).unwrap().as_deref(), Some("practice"));
    assert_eq!(whose("two words").unwrap(), None);
    assert_eq!(failure(whose("  \n")).code, ErrorCode::ClipboardEmpty);
    assert!(rig.engine.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn unusable_pastes_are_refused_before_anything_is_saved() {
    let rig = Rig::start().await;
    for paste in ["", "   ", "line one\nline two", "{\"type\":\"service_account\"}", "two words"] {
        let refused = failure(rig.engine.hold_key("practice", &ApiKey::new(paste)));
        assert_eq!(refused.code, ErrorCode::KeyNotUsable, "{paste:?}");
    }
    assert!(rig.engine.integrations().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_address_where_a_host_belongs_is_refused_by_the_field() {
    let rig = Rig::start().await;
    let request = AddApiKeyRequest {
        connector_id: "gitlab".into(),
        name: None,
        fields: Fields::from([("host".to_owned(), "https://gitlab.example.com/group".to_owned())]),
        key: rig.typed(&rig.make_key().await),
    };
    let refused = failure(rig.engine.add_api_key(request).await);
    assert_eq!((refused.code, refused.field.as_deref()), (ErrorCode::FieldNotUsable, Some("host")));
}

#[tokio::test]
async fn a_second_integration_of_a_service_gets_its_own_name() {
    let rig = Rig::start().await;
    rig.add_key(&rig.make_key().await).await;
    rig.add_key(&rig.make_key().await).await;
    let names: Vec<String> = rig.engine.integrations().await.unwrap().into_iter().map(|row| row.name).collect();
    assert_eq!(names, ["Practice", "Practice 2"]);
}
