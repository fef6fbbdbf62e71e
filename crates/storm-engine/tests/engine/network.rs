//! How the network is reached: chosen, kept, followed, and looked at.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use storm_domain::port::{CertificateFault, Clock as _, Obstacle, Reached};
use storm_domain::{ActivityKind, Cause, ErrorCode, NetworkChange, NetworkSettings, ProxyChoice};
use storm_engine::view::{
    CheckOutcome, ChooseProxyRequest, NetworkCheck, NetworkSettingsView, ProxyView, ReachView, StatusView,
};
use storm_sandbox::Step;
use storm_testkit::FakeNetwork;

use crate::rig::Rig;

fn own(address: &str, user: &str, password: Option<&str>) -> ChooseProxyRequest {
    let request = json!({ "choice": "own", "address": address, "user": user, "password": password });
    serde_json::from_value(request).unwrap()
}

/// The user and password that the network was last told of.
fn told(network: &FakeNetwork) -> Option<(String, Option<String>, Option<String>)> {
    match network.followed().pop().unwrap().proxy {
        ProxyChoice::Own(own) => Some((
            own.address.to_string(),
            own.user,
            // EXPOSE: compared in a test.
            own.password.map(|password| password.expose().to_owned()),
        )),
        _ => None,
    }
}

#[tokio::test]
async fn a_choice_is_followed_at_once_kept_and_followed_again_by_the_next_program() {
    let rig = Rig::start().await;
    let network = Arc::new(FakeNetwork::default());
    let engine = rig.engine_on(Arc::clone(&network) as _);
    assert_eq!(engine.network_settings().await.unwrap().proxy, ProxyView::System);

    let view = engine.choose_proxy(own("proxy.example:8080", "ada", Some("s3cret"))).await.unwrap();
    let shown =
        ProxyView::Own { address: "http://proxy.example:8080".into(), user: Some("ada".into()), has_password: true };
    assert_eq!(view.proxy, shown);
    let address = || "http://proxy.example:8080/".to_owned();
    let expected = (address(), Some("ada".to_owned()), Some("s3cret".to_owned()));
    assert_eq!(told(&network), Some(expected.clone()));
    assert!(!serde_json::to_string(&view).unwrap().contains("s3cret"));

    let rig = rig.restart().await;
    let next = Arc::new(FakeNetwork::default());
    let engine = rig.engine_on(Arc::clone(&next) as _);
    engine.follow_network_settings().await;
    assert_eq!(told(&next), Some(expected));

    // The kept password stays with the same proxy and user, and goes to no other.
    engine.choose_proxy(own("http://proxy.example:8080", "ada", None)).await.unwrap();
    assert_eq!(told(&next).unwrap().2.as_deref(), Some("s3cret"));
    engine.choose_proxy(own("http://other.example:8080", "ada", None)).await.unwrap();
    assert_eq!(told(&next).unwrap().2, None);
    assert_eq!(engine.choose_proxy(ChooseProxyRequest::Direct).await.unwrap().proxy, ProxyView::Direct);
    assert!(matches!(next.followed().pop(), Some(NetworkSettings { proxy: ProxyChoice::Direct, .. })));

    let log = engine.activity(None, 20).await.unwrap();
    let changes: Vec<_> =
        log.iter().filter(|entry| matches!(entry.what, ActivityKind::NetworkChanged { .. })).collect();
    let newest = ActivityKind::NetworkChanged { change: NetworkChange::Proxy { proxy: None } };
    assert!(changes.len() == 4 && changes[0].what == newest, "{changes:?}");
    assert!(!format!("{log:?}").contains("s3cret"));
}

#[tokio::test]
async fn a_field_that_cannot_be_used_is_named_and_the_choice_before_stays() {
    let rig = Rig::start().await;
    let network = Arc::new(FakeNetwork::default());
    let engine = rig.engine_on(Arc::clone(&network) as _);
    for (request, field) in [
        (own("", "", None), "proxy_address"),
        (own("socks5://proxy.example", "", None), "proxy_address"),
        (own("http://ada:s3cret@proxy.example", "", None), "proxy_address"),
        (own("proxy.example", "ada:b", None), "proxy_user"),
        (own("proxy.example", "", Some("s3cret")), "proxy_user"),
        (own("proxy.example", "ada", Some("s3\ncret")), "proxy_password"),
    ] {
        let failure = engine.choose_proxy(request).await.unwrap_err();
        assert_eq!((failure.code, failure.field.as_deref()), (ErrorCode::FieldNotUsable, Some(field)), "{failure:?}");
        assert!(!failure.message.contains("s3"), "{failure:?}");
    }
    assert!(network.followed().is_empty());
    let refused = engine.trust_authorities(b"hello").await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::FileNotUsable);
    let unchanged = NetworkSettingsView { proxy: ProxyView::System, authorities: Vec::new() };
    assert_eq!(engine.network_settings().await.unwrap(), unchanged);
}

#[tokio::test]
async fn a_new_way_is_tried_at_once_by_what_could_not_be_reached() {
    let mut rig = Rig::start().await;
    rig.run().await;
    let id = rig.connect().await;
    rig.next_token_answer(Step {
        status: Some(503),
        headers: vec![("Retry-After".into(), "3000".into())],
        ..Step::default()
    });
    rig.engine.refresh_integration(id).await.unwrap_err();
    assert!(matches!(rig.page(id).await.integration.status, StatusView::Retrying { .. }));
    rig.engine.choose_proxy(ChooseProxyRequest::Direct).await.unwrap();
    rig.clock.sleepers(1).await;
    rig.clock.advance(Duration::from_secs(31));
    rig.page_when(id, |page| page.integration.status == StatusView::Connected).await;
}

#[tokio::test]
async fn a_mended_registration_is_tried_at_once_too() {
    let mut rig = Rig::start().await;
    rig.run().await;
    let id = rig.connect().await;
    rig.next_token_answer(Step {
        status: Some(401),
        body: Some(r#"{"error":"invalid_client"}"#.into()),
        ..Step::default()
    });
    rig.engine.refresh_integration(id).await.unwrap_err();
    let registration = rig.page(id).await.registration.unwrap();
    let mended = json!({ "id": registration.id, "connector_id": "practice", "client_id": registration.client_id, "client_secret": null, "fields": registration.fields });
    rig.engine.save_registration(serde_json::from_value(mended).unwrap()).await.unwrap();
    rig.clock.sleepers(1).await;
    rig.clock.advance(Duration::from_secs(31));
    rig.page_when(id, |page| page.integration.status == StatusView::Connected).await;
}

fn outcomes(reach: &ReachView) -> Value {
    let pairs = reach.checks.iter().map(|one| {
        let name = serde_json::to_value(one.check).unwrap().as_str().unwrap().to_owned();
        (name, serde_json::to_value(&one.outcome).unwrap()["outcome"].clone())
    });
    Value::Object(pairs.collect())
}

#[tokio::test]
async fn the_test_says_for_each_host_what_was_passed_and_what_was_not() {
    let rig = Rig::start().await;
    let id = rig.connect().await;
    let key = rig.make_key().await;
    rig.add_key(&key).await;
    let network = Arc::new(FakeNetwork::default());
    let engine = rig.engine_on(Arc::clone(&network) as _);
    let at = rig.clock.now();
    let reached = |server_time| Ok(Reached { server_time: Some(server_time), at });
    let host = "127.0.0.1";

    network.answer(host, reached(at));
    let all = engine.test_network(None).await.unwrap();
    let [reach] = all.as_slice() else { panic!("one host: {all:?}") };
    assert_eq!(reach.host, rig.sandbox.address().to_string());
    assert_eq!(reach.integrations.len(), 2, "{reach:?}");
    let passed = json!({ "connection": "passed", "proxy": "not_needed", "certificate": "not_needed", "answer": "passed", "clock": "passed" });
    assert_eq!((outcomes(reach), &reach.finding), (passed, &None));

    let mut row = storm_domain::port::Vault::integration(&*rig.vault, id).await.unwrap();
    row.fields.insert("base_url".into(), "https://service.example:8443".into());
    storm_domain::port::Vault::update_integration(&*rig.vault, row).await.unwrap();
    let host = "service.example";
    let proxy = "proxy.example:8080";
    for (outcome, expected, cause) in [
        (
            Err(Obstacle::ProxyRefused { status: 407 }),
            ["failed", "not_reached", "not_reached", "not_reached", "not_reached"],
            "proxy_wants_sign_in",
        ),
        (
            Err(Obstacle::Certificate(CertificateFault::WrongHost)),
            ["passed", "passed", "failed", "not_reached", "not_reached"],
            "certificate_wrong_host",
        ),
        (reached(at.after(Duration::from_secs(3600))), ["passed", "passed", "passed", "passed", "failed"], "clock_off"),
    ] {
        network.answer_through(host, proxy, outcome);
        let one = engine.test_network(Some(id)).await.unwrap();
        let [reach] = one.as_slice() else { panic!("{one:?}") };
        assert_eq!(reach.host, "service.example:8443");
        let names = ["proxy", "connection", "certificate", "answer", "clock"];
        assert_eq!(
            outcomes(reach),
            Value::Object(names.into_iter().map(str::to_owned).zip(expected.map(Value::from)).collect())
        );
        let found = serde_json::to_value(&reach.finding.as_ref().unwrap().cause).unwrap();
        assert_eq!(found["cause"], cause);
    }
    network.answer(host, Err(Obstacle::NoRoute));
    let one = engine.test_network(Some(id)).await.unwrap();
    assert_eq!(one[0].finding.as_ref().unwrap().cause, Cause::NoNetwork);
    let connection = one[0].checks.iter().find(|one| one.check == NetworkCheck::Connection).unwrap();
    assert_eq!(connection.outcome, CheckOutcome::Failed);
}
