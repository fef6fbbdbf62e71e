use std::time::Duration;

use storm_domain::{ActivityKind, ErrorCode, Event};
use storm_engine::LentSecret;
use storm_sandbox::Step;

use crate::rig::{Rig, failure};

#[tokio::test]
async fn nothing_is_lent_before_the_user_allows_it() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    assert_eq!(failure(rig.engine.lend("practice", "test", None).await).code, ErrorCode::LendingNotAllowed);
    rig.engine.set_lending(id, true).await.unwrap();
    assert!(matches!(rig.engine.lend("practice", "test", None).await.unwrap().secret, LentSecret::ApiKey(_)));
    rig.engine.pause_integration(id, true).await.unwrap();
    assert_eq!(failure(rig.engine.lend("practice", "test", None).await).code, ErrorCode::Paused);
}

#[tokio::test]
async fn an_unknown_name_is_not_found() {
    let rig = Rig::start().await;
    assert_eq!(failure(rig.engine.lend("nothing", "test", None).await).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_token_that_still_lives_is_lent_while_the_service_has_trouble() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.set_lending(id, true).await.unwrap();
    rig.clock.advance(Duration::from_secs(3000));
    rig.next_token_answer(Step { status: Some(503), times: Some(9), ..Step::default() });
    let lent = rig.engine.lend("Practice", "test", Some(Duration::from_secs(1200))).await.unwrap();
    assert!(lent.expires_at.is_some());
}

#[tokio::test]
async fn more_lifetime_than_the_service_gives_is_refused() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.set_lending(id, true).await.unwrap();
    let refused = failure(rig.engine.lend("Practice", "test", Some(Duration::from_secs(86_400))).await);
    assert_eq!(refused.code, ErrorCode::NotSupported);
}

#[tokio::test]
async fn a_token_of_another_type_is_kept_and_not_handed_out() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    rig.engine.set_lending(id, true).await.unwrap();
    let body = r#"{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","token_type":"DPoP"}"#;
    rig.next_token_answer(Step { apply_first: true, body: Some(body.into()), ..Step::default() });
    rig.engine.refresh_integration(id).await.unwrap();
    assert_eq!(failure(rig.engine.lend("Practice", "test", None).await).code, ErrorCode::NotSupported);
}

#[test]
fn what_was_lent_is_in_the_log_when_the_program_has_shut_down() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let first = runtime();
    let rig = first.block_on(async {
        let rig = Rig::start().await;
        let id = rig.add_key(&rig.make_key().await).await;
        rig.engine.set_lending(id, true).await.unwrap();
        rig.engine.lend("practice", "a tool", None).await.unwrap();
        rig.engine.shut_down().await;
        rig
    });
    drop(first); // the process is over: what has not been done never will be
    runtime().block_on(async {
        let rig = rig.restart().await;
        let newest = rig.engine.activity(None, 1).await.unwrap().remove(0);
        assert_eq!(newest.what, ActivityKind::Lent { consumer: "a tool".into() });
    });
}

#[tokio::test]
async fn a_tool_that_asks_for_what_only_the_user_can_help_is_told_of() {
    let rig = Rig::start().await;
    let id = rig.add_key(&rig.make_key().await).await;
    rig.engine.set_lending(id, true).await.unwrap();
    let asked_in_vain = || rig.events.all().contains(&Event::AskedInVain { id });
    rig.engine.lend("practice", "test", None).await.unwrap();
    assert!(!asked_in_vain());
    let refusal = Step { path: "/api/whoami".into(), status: Some(401), times: Some(1), ..Step::default() };
    rig.sandbox.control().script(refusal).unwrap();
    rig.engine.verify_integration(id).await.unwrap();
    assert!(rig.engine.lend("practice", "test", None).await.is_err());
    assert!(asked_in_vain());
}
