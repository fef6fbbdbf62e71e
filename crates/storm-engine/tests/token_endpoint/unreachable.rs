//! The service cannot be reached, or not to the end of its answer.

use storm_domain::{Delivery, TransientKind};
use storm_sandbox::{Step, TlsIdentity};
use tokio::net::TcpListener;

use crate::certificate::{Authority, self_made};
use crate::scene::Scene;

const HOST: &str = "127.0.0.1";
const LAST_YEAR: i32 = 2999;

#[tokio::test]
async fn f026_an_unknown_host_name_is_kept_and_nothing_was_sent() {
    let scene = Scene::set().await;
    scene.move_service_to("https://no-such-host.invalid").await;
    // A resolver that is out of reach itself says nothing until the deadline.
    let kinds = [TransientKind::Dns, TransientKind::Timeout];
    let kept = scene.ensure_refresh_fails(Delivery::NotSent, &kinds).await;
    assert!(kept.message.contains("check the network") || kept.message.contains("in time"), "{}", kept.message);
    scene.move_service_to(scene.rig.sandbox.base_url()).await;
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn f027_a_refused_connection_is_kept_and_nothing_was_sent() {
    let scene = Scene::set().await;
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = format!("http://{}", taken.local_addr().unwrap());
    drop(taken);
    scene.move_service_to(&nobody).await;
    let kept = scene.ensure_refresh_fails(Delivery::NotSent, &[TransientKind::Connection]).await;
    assert!(kept.message.starts_with("The connection to the service failed."), "{}", kept.message);
    scene.move_service_to(scene.rig.sandbox.base_url()).await;
    scene.ensure_mends_by_itself().await;
}

/// A refresh over TLS works with a good certificate, and with a bad one is kept and never sent.
async fn ensure_kept_under(authority: &Authority, bad: TlsIdentity) {
    let mut scene = Scene::set().await;
    scene.rig.engine = scene.another_engine(std::slice::from_ref(&authority.der));
    let good = scene.rig.sandbox.listen_with_tls(authority.vouch_for(HOST, LAST_YEAR)).await.unwrap();
    scene.move_service_to(&good).await;
    scene.ensure_refreshes().await;

    let seen = scene.refreshes().len();
    let bad = scene.rig.sandbox.listen_with_tls(bad).await.unwrap();
    scene.move_service_to(&bad).await;
    let kept = scene.ensure_refresh_fails(Delivery::NotSent, &[TransientKind::Tls]).await;
    assert!(kept.message.starts_with("The service's certificate was not accepted"), "{}", kept.message);
    assert_eq!(scene.refreshes().len(), seen, "nothing was sent");
    scene.move_service_to(&good).await;
    scene.ensure_refreshes().await;
}

#[tokio::test]
async fn f028_an_expired_certificate_is_kept_and_nothing_was_sent() {
    let authority = Authority::new();
    ensure_kept_under(&authority, authority.vouch_for(HOST, 2021)).await;
}

#[tokio::test]
async fn f029_a_certificate_of_another_host_is_kept_and_nothing_was_sent() {
    let authority = Authority::new();
    ensure_kept_under(&authority, authority.vouch_for("other.example", LAST_YEAR)).await;
}

#[tokio::test]
async fn f030_an_authority_that_nobody_trusts_is_kept_and_nothing_was_sent() {
    let (trusted, stranger) = (Authority::new(), Authority::new());
    ensure_kept_under(&trusted, stranger.vouch_for(HOST, LAST_YEAR)).await;
    ensure_kept_under(&trusted, self_made(HOST)).await;
}

#[tokio::test]
async fn f032_a_reset_in_the_middle_of_the_answer_is_asked_for_again() {
    let scene = Scene::set().await;
    scene.rig.sandbox.control().change_settings(|settings| settings.reuse_grace_s = 600);
    let note = "x".repeat(2000);
    let body =
        format!(r#"{{"access_token":"{{{{access_token}}}}","note":"{note}","refresh_token":"{{{{refresh_token}}}}"}}"#);
    let step = Step { apply_first: true, body: Some(body), reset_after_bytes: Some(1500), ..Step::default() };
    scene.ensure_kept(step, Delivery::Ambiguous, TransientKind::Connection).await;
    scene.ensure_mends_by_itself().await;
    let sent: Vec<_> = scene.refreshes().into_iter().take(2).map(|entry| entry.refresh_token_sha256).collect();
    assert_eq!(sent[0], sent[1], "the same refresh token was sent again");
}

#[test]
fn o32_no_certificate_but_a_good_one_is_spoken_to() {
    f028_an_expired_certificate_is_kept_and_nothing_was_sent();
    f029_a_certificate_of_another_host_is_kept_and_nothing_was_sent();
    f030_an_authority_that_nobody_trusts_is_kept_and_nothing_was_sent();
}

#[test]
fn o47_a_network_that_answers_for_another_host_is_passing_trouble() {
    f029_a_certificate_of_another_host_is_kept_and_nothing_was_sent();
}
