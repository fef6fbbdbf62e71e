//! Device authorization (RFC 8628): codes, the page where one is typed, and what polls are told.

use hyper::StatusCode;
use serde_json::{Value, json};
use storm_sandbox::{Sandbox, Settings};

use super::support::*;

/// A service whose codes may be asked about at any time.
async fn patient() -> Sandbox {
    start_with(Settings { device_interval_s: 0, ..Settings::default() }).await
}

async fn begin(sandbox: &Sandbox) -> Value {
    let fields = [("client_id", "practice-desktop"), ("scope", "openid read offline_access")];
    let answer = post_form(sandbox, "/oauth/device_authorization", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    answer.json()
}

async fn poll_as(sandbox: &Sandbox, device_code: &str, client_id: &str) -> Answer {
    let fields = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", client_id),
        ("device_code", device_code),
    ];
    post_form(sandbox, "/oauth/token", &fields).await
}

async fn poll(sandbox: &Sandbox, begun: &Value) -> Answer {
    poll_as(sandbox, text(begun, "device_code"), "practice-desktop").await
}

async fn refusal(sandbox: &Sandbox, begun: &Value) -> String {
    let answer = poll(sandbox, begun).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST);
    text(&answer.json(), "error").to_owned()
}

/// Types the code, signs in and decides; the final page.
async fn decide(sandbox: &Sandbox, user_code: &str, decision: &str) -> Answer {
    let page = post_form(sandbox, "/oauth/device", &[("user_code", user_code)]).await.text();
    let attempt = between(&page, "name=\"attempt\" value=\"", "\"");
    post_form(
        sandbox,
        "/oauth/sign-in",
        &[("attempt", attempt), ("account", "grace@practice.example"), ("password", "any")],
    )
    .await;
    post_form(sandbox, "/oauth/consent", &[("attempt", attempt), ("decision", decision)]).await
}

#[tokio::test]
async fn an_approved_code_becomes_tokens_once() {
    let sandbox = patient().await;
    let begun = begin(&sandbox).await;
    assert_eq!(refusal(&sandbox, &begun).await, "authorization_pending");
    let typed = text(&begun, "user_code").to_lowercase().replace('-', " ");
    let page = decide(&sandbox, &typed, "approve").await;
    assert!(page.text().contains("The device is connected."), "{}", page.text());
    let tokens = poll(&sandbox, &begun).await;
    assert_eq!(tokens.status, StatusCode::OK, "{}", tokens.text());
    let tokens = tokens.json();
    assert_eq!(tokens["scope"], "openid read offline_access");
    assert!(tokens["id_token"].is_string());
    let who = bearer(&sandbox, "GET", "/api/whoami", text(&tokens, "access_token")).await.json();
    assert_eq!(who["account"]["label"], "grace@practice.example");
    assert_eq!(refusal(&sandbox, &begun).await, "invalid_grant");
    assert_eq!(refresh(&sandbox, text(&tokens, "refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_denied_code_and_an_unknown_one_say_so() {
    let sandbox = patient().await;
    let begun = begin(&sandbox).await;
    decide(&sandbox, text(&begun, "user_code"), "deny").await;
    assert_eq!(refusal(&sandbox, &begun).await, "access_denied");
    assert_eq!(refusal(&sandbox, &json!({ "device_code": "pdev_guess" })).await, "invalid_grant");
    let foreign = poll_as(&sandbox, text(&begun, "device_code"), "practice-web").await;
    assert_eq!(foreign.status, StatusCode::UNAUTHORIZED);
    let page = post_form(&sandbox, "/oauth/device", &[("user_code", "<b>AAAA")]).await.text();
    assert!(page.contains("not known") && page.contains("&lt;b&gt;AAAA"), "{page}");
}

#[tokio::test]
async fn whoever_asks_too_often_is_told_to_slow_down() {
    let sandbox = start().await;
    let begun = begin(&sandbox).await;
    assert_eq!(begun["interval"], 5);
    assert_eq!(refusal(&sandbox, &begun).await, "authorization_pending");
    assert_eq!(refusal(&sandbox, &begun).await, "slow_down");
    sandbox.control().change_settings(|settings| settings.clock_skew_s = 9);
    assert_eq!(refusal(&sandbox, &begun).await, "slow_down", "ten seconds from now on");
    sandbox.control().change_settings(|settings| settings.clock_skew_s = 25);
    assert_eq!(refusal(&sandbox, &begun).await, "authorization_pending");
}

#[tokio::test]
async fn a_code_expires_for_the_device_and_for_the_person() {
    let sandbox = patient().await;
    let begun = begin(&sandbox).await;
    sandbox.control().change_settings(|settings| settings.clock_skew_s = 901);
    assert_eq!(refusal(&sandbox, &begun).await, "expired_token");
    let page = post_form(&sandbox, "/oauth/device", &[("user_code", text(&begun, "user_code"))]).await.text();
    assert!(page.contains("it has expired"), "{page}");
}

#[tokio::test]
async fn the_complete_address_fills_the_code_in() {
    let sandbox = patient().await;
    let begun = begin(&sandbox).await;
    let (complete, code) = (text(&begun, "verification_uri_complete"), text(&begun, "user_code"));
    let page = get(&sandbox, complete.strip_prefix(sandbox.base_url()).unwrap()).await.text();
    assert!(page.contains(&format!("value=\"{code}\"")), "{page}");
    assert_eq!(code.len(), 9);
}

#[tokio::test]
async fn a_wrong_client_or_scope_gets_no_code() {
    let sandbox = patient().await;
    for (fields, status, error) in [
        ([("client_id", "nobody"), ("scope", "read")], StatusCode::UNAUTHORIZED, "invalid_client"),
        ([("client_id", "practice-desktop"), ("scope", "all")], StatusCode::BAD_REQUEST, "invalid_scope"),
        (
            [("client_id", "practice-desktop"), ("client_id", "practice-web")],
            StatusCode::BAD_REQUEST,
            "invalid_request",
        ),
    ] {
        let answer = post_form(&sandbox, "/oauth/device_authorization", &fields).await;
        assert_eq!((answer.status, text(&answer.json(), "error")), (status, error));
    }
}
