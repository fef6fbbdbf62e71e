use storm_domain::{ErrorCode, ReconnectReason, Verdict};
use storm_engine::LentSecret;
use storm_engine::view::{AddServiceAccountRequest, StatusView};

use crate::rig::{Rig, failure};

async fn add(rig: &Rig) -> (storm_domain::IntegrationId, String) {
    let file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    let key_id = file["private_key_id"].as_str().unwrap().to_owned();
    let request = AddServiceAccountRequest {
        connector_id: "practice".into(),
        name: Some("ETL".into()),
        fields: rig.fields(),
        file: rig.hold_file(&file).await,
        scopes: Vec::new(),
    };
    let saved = rig.engine.add_service_account(request).await.unwrap();
    assert!(matches!(saved.verdict, Verdict::Works { .. }), "{:?}", saved.verdict);
    (saved.integration_id, key_id)
}

#[tokio::test]
async fn a_dropped_key_file_is_exchanged_and_its_token_lent() {
    let rig = Rig::start().await;
    let (id, _) = add(&rig).await;
    rig.engine.set_lending(id, true).await.unwrap();
    let lent = rig.engine.lend("etl", "test", None).await.unwrap();
    assert!(matches!(lent.secret, LentSecret::AccessToken(_)));
    assert!(lent.expires_at.is_some());
    assert_eq!(
        rig.token_requests("urn:ietf:params:oauth:grant-type:jwt-bearer"),
        1,
        "the token is kept and lent again"
    );
}

#[tokio::test]
async fn f183_a_key_disabled_at_the_service_needs_its_user_and_a_verify_finds_it_enabled_again() {
    let rig = Rig::start().await;
    let (id, key_id) = add(&rig).await;
    rig.sandbox.control().set_service_account_key_disabled(&key_id, true).await.unwrap();
    assert_eq!(failure(rig.engine.refresh_integration(id).await).code, ErrorCode::CredentialRefused);
    let StatusView::NeedsYou { reason, .. } = rig.page(id).await.integration.status else { panic!() };
    assert!(matches!(reason, ReconnectReason::KeyRefused { .. }), "{reason:?}");
    rig.sandbox.control().set_service_account_key_disabled(&key_id, false).await.unwrap();
    assert!(matches!(rig.engine.verify_integration(id).await.unwrap(), Verdict::Works { .. }));
    assert_eq!(rig.page(id).await.integration.status, StatusView::Connected);
}

#[tokio::test]
async fn files_that_are_no_keys_are_refused_by_name() {
    let rig = Rig::start().await;
    for bytes in [&b""[..], b"{", b"{\"name\":\"app\",\"version\":\"1.0.0\"}", b"\x00\x01\x02"] {
        let refused = failure(rig.hold(bytes, "file.json").await);
        assert_eq!(refused.code, ErrorCode::FileNotUsable);
        assert!(!refused.message.is_empty());
    }
}

#[tokio::test]
async fn a_file_that_sends_its_key_elsewhere_is_refused() {
    let rig = Rig::start().await;
    let mut file = rig.sandbox.control().create_service_account("etl").await.unwrap();
    file["token_uri"] = "https://evil.example/token".into();
    let refused = failure(rig.hold(file.to_string().as_bytes(), "key.json").await);
    assert_eq!(refused.code, ErrorCode::FileNotUsable);
}
