//! Lifetimes that are not a whole number of seconds, and clocks that differ.

use std::time::Duration;

use storm_domain::Verdict;
use storm_domain::port::Clock as _;

use crate::scene::Scene;

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

/// The lifetime that an answer with this member is given. Its refresh token is kept, and the next refresh works.
async fn lifetime_of(member: &str) -> Option<Duration> {
    let scene = Scene::set().await;
    let before = scene.stored().await;
    let body = format!(
        r#"{{"access_token":"{{{{access_token}}}}","token_type":"Bearer"{member},"refresh_token":"{{{{refresh_token}}}}"}}"#
    );
    scene.refresh_answered(&body).await.unwrap();
    let after = scene.stored().await;
    assert_ne!(after.refresh_token, before.refresh_token);
    assert!(after.access_token.is_some() && after.access_token != before.access_token);
    let now = scene.rig.clock.now();
    if let Some(due) = scene.rig.page(scene.id).await.integration.next_refresh_at {
        assert!(due.since(now) >= Duration::from_secs(25), "a token that is over is not refreshed in a loop");
    }
    assert_eq!(scene.refreshes().len(), 1);
    scene.ensure_refreshes().await;
    after.expires_at.map(|end| end.since(now))
}

#[tokio::test]
async fn f053_a_lifetime_as_text_is_read() {
    assert_eq!(lifetime_of(r#","expires_in":"3600""#).await, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn f054_a_lifetime_with_a_fraction_is_read() {
    assert_eq!(lifetime_of(r#","expires_in":3600.0"#).await, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn f055_a_negative_lifetime_is_over_now() {
    assert_eq!(lifetime_of(r#","expires_in":-1"#).await, Some(Duration::ZERO));
}

#[tokio::test]
async fn f056_a_lifetime_of_nothing_is_over_now() {
    assert_eq!(lifetime_of(r#","expires_in":0"#).await, Some(Duration::ZERO));
}

#[tokio::test]
async fn f058_a_lifetime_of_null_is_unknown() {
    assert_eq!(lifetime_of(r#","expires_in":null"#).await, None);
}

#[tokio::test]
async fn f059_a_missing_lifetime_is_unknown() {
    assert_eq!(lifetime_of("").await, None);
}

#[tokio::test]
async fn f060_the_greatest_lifetime_is_not_believed() {
    assert_eq!(lifetime_of(r#","expires_in":18446744073709551615"#).await, Some(TEN_YEARS));
}

#[tokio::test]
async fn f077_a_servers_clock_an_hour_off_is_noted_and_the_token_used_until_it_is_refused() {
    for skew in [3600, -3600] {
        let scene = Scene::set().await;
        let control = scene.rig.sandbox.control();
        control.change_settings(|settings| settings.clock_skew_s = skew);
        scene.ensure_refreshes().await;
        let stored = scene.stored().await;
        let lifetime = stored.expires_at.unwrap().since(scene.rig.clock.now());
        assert_eq!(lifetime, Duration::from_secs(3600), "by our own clock");
        assert!(scene.oddities().await.contains("clock"), "{}", scene.oddities().await);
        assert_eq!(scene.lent().await.ok(), stored.access_token);
        let verdict = scene.rig.engine.verify_integration(scene.id).await.unwrap();
        assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
        assert_eq!(scene.stored().await, stored, "it is used as it is");

        // To the service it is over; to us it is not. The service's word counts.
        control.change_settings(|settings| settings.clock_skew_s = skew + 2 * 3600);
        assert_eq!(scene.lent().await.ok(), stored.access_token);
        let verdict = scene.rig.engine.verify_integration(scene.id).await.unwrap();
        assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
        assert_ne!(scene.stored().await.access_token, stored.access_token, "refused, so refreshed");
    }
}

#[test]
fn o38_a_lifetime_that_is_not_said_is_unknown_and_the_services_refusal_counts() {
    f058_a_lifetime_of_null_is_unknown();
    f059_a_missing_lifetime_is_unknown();
}

#[tokio::test]
async fn o39_an_absurd_lifetime_is_bounded_and_makes_no_loop() {
    for (lifetime, expected) in [
        ("-1", Some(Duration::ZERO)),
        ("0", Some(Duration::ZERO)),
        ("1e30", Some(TEN_YEARS)),
        ("18446744073709551615", Some(TEN_YEARS)),
        ("\"NaN\"", None),
    ] {
        assert_eq!(lifetime_of(&format!(r#","expires_in":{lifetime}"#)).await, expected, "{lifetime}");
    }
}
