//! A grant that is bound to a key (RFC 9449): the key is kept as its refresh token is, and its tokens are lent to nobody.

use storm_domain::port::Vault as _;
use storm_domain::{Credential, ErrorCode, Fields, IntegrationId, OAuthGrant};
use storm_engine::view::{AuthorizationProgress, AuthorizationTarget, SaveRegistrationRequest};
use storm_sandbox::Step;

use crate::person::Decision;
use crate::rig::{Rig, failure};

const BOUND: &str =
    r#"{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","token_type":"DPoP","expires_in":3600}"#;

async fn stored(rig: &Rig, id: IntegrationId) -> OAuthGrant {
    match rig.vault.active_generation(id).await.unwrap().unwrap().credential {
        Credential::OAuthGrant(grant) => grant,
        other => panic!("not a grant: {other:?}"),
    }
}

fn answer_bound(rig: &Rig) {
    rig.next_token_answer(Step { apply_first: true, body: Some(BOUND.into()), ..Step::default() });
}

async fn target(rig: &Rig) -> AuthorizationTarget {
    let base = rig.sandbox.base_url();
    let fields: Fields = [
        ("authorize_url", format!("{base}/oauth/authorize")),
        ("token_url", format!("{base}/oauth/token")),
        ("userinfo_url", format!("{base}/oauth/userinfo")),
        ("dpop", "yes".to_owned()),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    let registration = SaveRegistrationRequest {
        id: None,
        connector_id: "generic-oauth".into(),
        client_id: "practice-desktop".into(),
        client_secret: None,
        file: None,
        secret_ends_at: None,
        fields: Fields::new(),
    };
    AuthorizationTarget::New {
        connector_id: "generic-oauth".into(),
        name: Some("Bound".into()),
        fields,
        registration_id: rig.engine.save_registration(registration).await.unwrap().id,
        scopes: vec!["read".into(), "offline_access".into()],
    }
}

#[tokio::test]
async fn o55_the_key_of_a_grant_outlives_refreshes_and_restarts_and_its_tokens_are_not_lent() {
    let rig = Rig::start().await;
    answer_bound(&rig);
    let target = target(&rig).await;
    let ended = rig.authorize(target, "ada@practice.example", Decision::Approve).await;
    let AuthorizationProgress::Completed { integration_id: id, .. } = ended else { panic!("{ended:?}") };
    let first = stored(&rig, id).await;
    let key = first.dpop_key.clone().unwrap();
    assert!(first.proof_key().is_some() && first.refresh_token.is_some());

    rig.engine.set_lending(id, true).await.unwrap();
    let refused = failure(rig.engine.lend("bound", "test", None).await);
    assert_eq!(refused.code, ErrorCode::NotSupported);
    assert!(refused.message.contains("DPoP"), "{}", refused.message);

    let rig = rig.restart().await;
    answer_bound(&rig);
    rig.engine.refresh_integration(id).await.unwrap();
    let next = stored(&rig, id).await;
    assert_ne!(next.refresh_token.unwrap().expose(), first.refresh_token.unwrap().expose());
    assert_eq!(next.dpop_key.unwrap().expose(), key.expose(), "a refresh is proved by the same key");
    assert_eq!(failure(rig.engine.lend("bound", "test", None).await).code, ErrorCode::NotSupported);
}

#[tokio::test]
async fn a_service_that_binds_nothing_after_all_gives_plain_tokens_to_lend() {
    let rig = Rig::start().await;
    let target = target(&rig).await;
    let ended = rig.authorize(target, "ada@practice.example", Decision::Approve).await;
    let AuthorizationProgress::Completed { integration_id: id, .. } = ended else { panic!("{ended:?}") };
    assert!(stored(&rig, id).await.proof_key().is_none());
    rig.engine.set_lending(id, true).await.unwrap();
    rig.engine.lend("bound", "test", None).await.unwrap();
}
