//! Passing trouble of the service, or of what stands before it.

use std::time::Duration;

use storm_domain::{Delivery, TransientKind};
use storm_sandbox::{Options, Sandbox, Step};

use crate::scene::{Kept, Scene};

const HOUR: Duration = Duration::from_secs(3600);

fn page(status: u16, text: &str) -> Step {
    Step {
        status: Some(status),
        headers: vec![("Content-Type".into(), "text/html".into())],
        body: Some(format!("<!doctype html><html><body><h1>{text}</h1> invalid_grant refresh_token</body></html>")),
        ..Step::default()
    }
}

fn with_header(status: u16, name: &str, value: &str) -> Step {
    Step { status: Some(status), headers: vec![(name.into(), value.into())], ..Step::default() }
}

/// Kept under an answer of this status, and refreshed by itself later.
async fn ensure_kept_under(step: Step, kind: TransientKind) -> Kept {
    let scene = Scene::set().await;
    let kept = scene.ensure_kept(step, Delivery::Answered, kind).await;
    scene.ensure_mends_by_itself().await;
    kept
}

#[tokio::test]
async fn f034_a_503_with_retry_after_is_kept_and_waits_as_told() {
    let kept = ensure_kept_under(with_header(503, "Retry-After", "120"), TransientKind::ServiceBusy).await;
    assert!((Duration::from_secs(120)..Duration::from_secs(150)).contains(&kept.pause), "{:?}", kept.pause);
    assert!(kept.message.starts_with("The service is busy or has trouble."), "{}", kept.message);
}

#[tokio::test]
async fn f035_a_429_without_a_wait_backs_off_further_each_time_and_at_most_an_hour() {
    let scene = Scene::set().await;
    let mut last = Duration::from_secs(5);
    for _ in 0..12 {
        let busy = Step { status: Some(429), ..Step::default() };
        let kept = scene.ensure_kept(busy, Delivery::Answered, TransientKind::ServiceBusy).await;
        assert!(kept.pause >= last.mul_f64(1.5).min(HOUR.mul_f64(0.9)) && kept.pause <= HOUR, "{:?}", kept.pause);
        last = kept.pause;
    }
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn f036_a_wait_that_makes_no_sense_stays_within_bounds() {
    for (value, longest) in [
        ("-5", Duration::from_secs(60)),
        ("1e12", Duration::from_secs(60)),
        ("soon", Duration::from_secs(60)),
        ("", Duration::from_secs(60)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", Duration::from_secs(60)),
        ("1000000000000", HOUR),
        ("99999999999999999999999999999", HOUR),
        ("Sat, 06 Nov 2399 08:49:37 GMT", HOUR),
    ] {
        let scene = Scene::set().await;
        let busy = with_header(503, "Retry-After", value);
        let kept = scene.ensure_kept(busy, Delivery::Answered, TransientKind::ServiceBusy).await;
        assert!(kept.pause <= longest, "{value:?}: {:?}", kept.pause);
        assert!(longest < HOUR || kept.pause == HOUR, "{value:?}: {:?}", kept.pause);
    }
}

#[tokio::test]
async fn f037_a_500_with_a_page_is_kept() {
    ensure_kept_under(page(500, "Internal Server Error"), TransientKind::ServiceBusy).await;
}

#[tokio::test]
async fn f038_a_502_is_kept() {
    ensure_kept_under(page(502, "Bad Gateway"), TransientKind::ServiceBusy).await;
}

#[tokio::test]
async fn f039_a_504_is_kept() {
    ensure_kept_under(page(504, "Gateway Timeout"), TransientKind::ServiceBusy).await;
}

#[tokio::test]
async fn f040_a_403_of_a_firewall_is_kept() {
    let kept = ensure_kept_under(page(403, "Request blocked. Ray ID 1234"), TransientKind::NotAnAnswer).await;
    assert!(kept.message.starts_with("Something else than the service answered"), "{}", kept.message);
}

#[tokio::test]
async fn f041_a_404_is_kept() {
    ensure_kept_under(page(404, "Not Found"), TransientKind::NotAnAnswer).await;
    let json = Step { status: Some(404), body: Some(r#"{"message":"no route"}"#.into()), ..Step::default() };
    ensure_kept_under(json, TransientKind::NotAnAnswer).await;
}

#[tokio::test]
async fn f043_a_redirect_is_not_followed_and_the_other_host_sees_nothing() {
    let other = Sandbox::start(Options::default()).await.unwrap();
    let scene = Scene::set().await;
    for status in [301, 302, 303, 307, 308] {
        let there = format!("{}/oauth/token", other.base_url());
        let redirect = with_header(status, "Location", &there);
        let kept = scene.ensure_kept(redirect, Delivery::Answered, TransientKind::Redirected).await;
        assert!(kept.message.starts_with("The token endpoint redirected elsewhere"), "{}", kept.message);
    }
    assert!(other.control().requests(&Default::default()).is_empty(), "the other host was asked");
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn f044_a_200_with_nothing_in_it_may_have_lost_its_body() {
    let scene = Scene::set().await;
    scene.rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 600);
    let empty = Step { apply_first: true, status: Some(200), body: Some(String::new()), ..Step::default() };
    scene.ensure_kept(empty, Delivery::Ambiguous, TransientKind::NotAnAnswer).await;
    scene.ensure_mends_by_itself().await;
    let sent: Vec<_> = scene.refreshes().into_iter().take(2).map(|entry| entry.refresh_token_sha256).collect();
    assert_eq!(sent[0], sent[1], "the same refresh token was sent again");
}

#[tokio::test]
async fn f045_a_200_with_an_empty_object_is_an_answer_without_a_token() {
    let empty = Step { status: Some(200), body: Some("{}".into()), ..Step::default() };
    let kept = ensure_kept_under(empty, TransientKind::UnusableToken).await;
    assert!(kept.message.starts_with("The service's answer held no usable token."), "{}", kept.message);
}

#[test]
fn o31_a_redirect_is_not_followed_and_the_refresh_token_not_sent_again() {
    f043_a_redirect_is_not_followed_and_the_other_host_sees_nothing();
}

#[test]
fn o45_a_wish_to_wait_is_followed_within_an_hour_and_with_jitter() {
    f034_a_503_with_retry_after_is_kept_and_waits_as_told();
    f035_a_429_without_a_wait_backs_off_further_each_time_and_at_most_an_hour();
    f036_a_wait_that_makes_no_sense_stays_within_bounds();
}

#[tokio::test]
async fn o47_the_sign_in_page_of_a_network_is_passing_trouble_that_is_named() {
    let portal = page(200, "<form action=/login>Welcome to the hotel</form>");
    let kept = ensure_kept_under(portal, TransientKind::NotAnAnswer).await;
    assert!(kept.message.contains("a sign-in page of the network"), "{}", kept.message);
    let elsewhere = with_header(302, "Location", "http://portal.invalid/login");
    ensure_kept_under(elsewhere, TransientKind::Redirected).await;
}
