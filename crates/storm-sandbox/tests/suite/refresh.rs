use hyper::StatusCode;
use storm_sandbox::{EndReason, GrantFilter, Settings};

use super::support::*;

#[tokio::test]
async fn each_refresh_rotates_and_reuse_ends_the_grant() {
    let sandbox = start().await;
    let (_, first) = granted(&sandbox).await;
    let second = refresh(&sandbox, &first).await.json();
    assert_ne!(text(&second, "refresh_token"), first);
    let third = refresh(&sandbox, text(&second, "refresh_token")).await.json();

    let reused = refresh(&sandbox, &first).await;
    assert_eq!(reused.status, StatusCode::BAD_REQUEST);
    assert_eq!(reused.json()["error"], "invalid_grant");
    assert_eq!(refresh(&sandbox, text(&third, "refresh_token")).await.json()["error"], "invalid_grant");
    let access_token = text(&third, "access_token");
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", access_token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(sandbox.control().grants()[0].killed_reason, Some(EndReason::RefreshTokenReused));
}

#[tokio::test]
async fn inside_the_grace_a_replaced_token_gets_the_same_tokens_again() {
    let sandbox = start_with(Settings { reuse_grace_s: 30, ..Settings::default() }).await;
    let (_, first) = granted(&sandbox).await;
    let answer = refresh(&sandbox, &first).await.json();
    let again = refresh(&sandbox, &first).await.json();
    assert_eq!(answer["refresh_token"], again["refresh_token"]);
    assert_eq!(answer["access_token"], again["access_token"]);
    assert_eq!(sandbox.control().grants()[0].refresh_generation, 2);

    sandbox.control().change_settings(|settings| settings.clock_skew_s = 60);
    assert_eq!(refresh(&sandbox, &first).await.json()["error"], "invalid_grant");
    assert!(!sandbox.control().grants()[0].alive);
}

#[tokio::test]
async fn a_person_ends_the_grant_and_the_refresh_is_refused() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    let other = GrantFilter { account: Some("nobody".to_owned()), ..GrantFilter::default() };
    assert_eq!(sandbox.control().revoke_grants(&other).await.unwrap(), 0);
    assert_eq!(sandbox.control().revoke_grants(&GrantFilter::default()).await.unwrap(), 1);
    assert_eq!(refresh(&sandbox, &token).await.json()["error"], "invalid_grant");
    assert_eq!(sandbox.control().grants()[0].killed_reason, Some(EndReason::RevokedByControl));
}

#[tokio::test]
async fn an_access_token_dies_with_its_lifetime_on_the_services_clock() {
    let sandbox = start_with(Settings { access_token_lifetime_s: 60, ..Settings::default() }).await;
    let (token, _) = granted(&sandbox).await;
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &token).await.status, StatusCode::OK);
    sandbox.control().change_settings(|settings| settings.clock_skew_s = 61);
    let late = bearer(&sandbox, "GET", "/api/whoami", &token).await;
    assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    assert!(late.header("www-authenticate").contains("invalid_token"));
}

#[tokio::test]
async fn the_date_header_follows_the_skewed_clock() {
    let sandbox = start().await;
    sandbox.control().change_settings(|settings| settings.clock_skew_s = -(3600 * 24 * 365 * 20));
    let date = get(&sandbox, "/api/whoami").await;
    let year: u32 = date.header("date")[12..16].parse().unwrap();
    assert!((2000..2015).contains(&year), "{year}");
}

#[tokio::test]
async fn a_refresh_may_narrow_the_scope_but_not_widen_it() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    let fields = |token: String, scope: &'static str| async move {
        [
            ("grant_type", "refresh_token".to_owned()),
            ("client_id", "practice-desktop".to_owned()),
            ("refresh_token", token),
            ("scope", scope.to_owned()),
        ]
    };
    let wide = fields(token.clone(), "read write").await;
    let wide: Vec<(&str, &str)> = wide.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(post_form(&sandbox, "/oauth/token", &wide).await.json()["error"], "invalid_scope");
    let narrow = fields(token, "read").await;
    let narrow: Vec<(&str, &str)> = narrow.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(post_form(&sandbox, "/oauth/token", &narrow).await.json()["scope"], "read");
}

#[tokio::test]
async fn malformed_token_requests_get_the_errors_of_rfc_6749() {
    let sandbox = start().await;
    for (fields, error) in [
        (vec![("client_id", "practice-desktop")], "invalid_request"),
        (vec![("grant_type", "password"), ("client_id", "practice-desktop")], "unsupported_grant_type"),
        (vec![("grant_type", "refresh_token"), ("client_id", "practice-desktop")], "invalid_request"),
        (vec![("grant_type", "refresh_token"), ("client_id", "nobody"), ("refresh_token", "x")], "invalid_client"),
        (
            vec![("grant_type", "refresh_token"), ("client_id", "practice-desktop"), ("refresh_token", "x")],
            "invalid_grant",
        ),
        (vec![("grant_type", "refresh_token"), ("grant_type", "refresh_token")], "invalid_request"),
    ] {
        assert_eq!(post_form(&sandbox, "/oauth/token", &fields).await.json()["error"], error, "{fields:?}");
    }
    let get = get(&sandbox, "/oauth/token").await;
    assert_eq!((get.status, get.header("allow")), (StatusCode::METHOD_NOT_ALLOWED, "POST"));
}

#[tokio::test]
async fn a_hundred_refreshes_on_as_many_grants_at_once_all_succeed() {
    let sandbox = std::sync::Arc::new(start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let sandbox = std::sync::Arc::clone(&sandbox);
        tasks.spawn(async move {
            let (_, token) = granted(&sandbox).await;
            refresh(&sandbox, &token).await.status
        });
    }
    while let Some(status) = tasks.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
}
