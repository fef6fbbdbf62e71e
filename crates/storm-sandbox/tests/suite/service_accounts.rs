use hyper::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode as sign};
use serde_json::{Value, json};
use storm_sandbox::Sandbox;

use super::support::*;

const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn now_s(sandbox: &Sandbox) -> i64 {
    sandbox.control().state().now_ms / 1000
}

fn assertion(file: &Value, changes: Value, now_s: i64) -> String {
    let mut claims = json!({
        "iss": file["client_email"],
        "aud": file["token_uri"],
        "scope": "read reports",
        "iat": now_s,
        "exp": now_s + 3600,
    });
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some(text(file, "private_key_id").to_owned());
    let key = EncodingKey::from_rsa_pem(text(file, "private_key").as_bytes()).unwrap();
    sign(&header, &claims, &key).unwrap()
}

async fn exchange(sandbox: &Sandbox, assertion: &str) -> Answer {
    post_form(sandbox, "/oauth/token", &[("grant_type", GRANT_TYPE), ("assertion", assertion)]).await
}

#[tokio::test]
async fn a_signed_assertion_becomes_an_access_token() {
    let sandbox = start().await;
    let file = sandbox.control().create_service_account("etl").await.unwrap();
    assert_eq!(file["type"], "service_account");
    assert_eq!(file["token_uri"], format!("{}/oauth/token", sandbox.base_url()));
    let answer = exchange(&sandbox, &assertion(&file, json!({}), now_s(&sandbox))).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer = answer.json();
    assert!(answer.get("refresh_token").is_none());
    let who = bearer(&sandbox, "GET", "/api/whoami", text(&answer, "access_token")).await.json();
    assert_eq!(who["kind"], "service_account");
    assert_eq!(who["account"]["label"], file["client_email"]);
    assert_eq!(who["key_id"], file["private_key_id"]);
}

#[tokio::test]
async fn assertions_with_wrong_claims_are_refused() {
    let sandbox = start().await;
    let file = sandbox.control().create_service_account("etl").await.unwrap();
    let now = now_s(&sandbox);
    for (changes, error) in [
        (json!({ "aud": "http://elsewhere.example/token" }), "invalid_grant"),
        (json!({ "iss": "someone@else.example" }), "invalid_grant"),
        (json!({ "iat": now - 7200, "exp": now - 3600 }), "invalid_grant"),
        (json!({ "iat": now + 600, "exp": now + 4200 }), "invalid_grant"),
        (json!({ "exp": now + 7200 }), "invalid_grant"),
        (json!({ "scope": "everything" }), "invalid_scope"),
    ] {
        let answer = exchange(&sandbox, &assertion(&file, changes.clone(), now)).await;
        assert_eq!((answer.status, &answer.json()["error"]), (StatusCode::BAD_REQUEST, &json!(error)), "{changes}");
    }
    let good = assertion(&file, json!({}), now);
    let mut forged = good.clone();
    let replaced = if good.ends_with("AAAA") { "BBBB" } else { "AAAA" };
    forged.replace_range(good.len() - 6..good.len() - 2, replaced);
    assert_eq!(exchange(&sandbox, &forged).await.json()["error_description"], "Invalid JWT Signature.");
    assert_eq!(exchange(&sandbox, "no.jwt.atall").await.json()["error"], "invalid_grant");
    assert_eq!(exchange(&sandbox, "").await.json()["error"], "invalid_request");
}

#[tokio::test]
async fn a_key_of_another_account_cannot_sign_for_this_one() {
    let sandbox = start().await;
    let file = sandbox.control().create_service_account("etl").await.unwrap();
    let mut other = sandbox.control().create_service_account("other").await.unwrap();
    other["private_key_id"] = file["private_key_id"].clone();
    other["client_email"] = file["client_email"].clone();
    let answer = exchange(&sandbox, &assertion(&other, json!({}), now_s(&sandbox))).await;
    assert_eq!(answer.json()["error_description"], "Invalid JWT Signature.");
}

#[tokio::test]
async fn the_service_judges_times_by_its_skewed_clock() {
    let sandbox = start().await;
    let file = sandbox.control().create_service_account("etl").await.unwrap();
    let now = now_s(&sandbox);
    sandbox.control().change_settings(|settings| settings.clock_skew_s = -1200);
    assert_eq!(exchange(&sandbox, &assertion(&file, json!({}), now)).await.json()["error"], "invalid_grant");
    assert_eq!(exchange(&sandbox, &assertion(&file, json!({}), now - 1200)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_key_is_rotated_by_the_account_itself_and_the_old_one_is_dead() {
    let sandbox = start().await;
    let old = post_json(&sandbox, "/control/api/service-accounts", json!({ "email": "etl@a.example" })).await.json();
    let new = post_json(&sandbox, "/control/api/service-accounts/etl@a.example/keys", json!({})).await.json();
    let token = exchange(&sandbox, &assertion(&new, json!({}), now_s(&sandbox))).await.json();
    let token = text(&token, "access_token");
    let keys = bearer(&sandbox, "GET", "/api/service-accounts/keys", token).await.json();
    assert_eq!(keys["keys"].as_array().unwrap().len(), 2);

    let path = format!("/api/service-accounts/keys/{}/disable", text(&old, "private_key_id"));
    assert_eq!(bearer(&sandbox, "POST", &path, token).await.json()["disabled"], true);
    let refused = exchange(&sandbox, &assertion(&old, json!({}), now_s(&sandbox))).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json(), json!({ "error": "invalid_grant", "error_description": "Invalid JWT Signature." }));

    assert_eq!(bearer(&sandbox, "POST", &path.replace("disable", "enable"), token).await.status, StatusCode::OK);
    assert_eq!(exchange(&sandbox, &assertion(&old, json!({}), now_s(&sandbox))).await.status, StatusCode::OK);
}

#[tokio::test]
async fn only_a_service_account_manages_its_own_keys() {
    let sandbox = start().await;
    let etl = sandbox.control().create_service_account("etl").await.unwrap();
    let other = sandbox.control().create_service_account("other").await.unwrap();
    let path = format!("/api/service-accounts/keys/{}/disable", text(&etl, "private_key_id"));
    let token = exchange(&sandbox, &assertion(&other, json!({}), now_s(&sandbox))).await.json();
    assert_eq!(bearer(&sandbox, "POST", &path, text(&token, "access_token")).await.status, StatusCode::NOT_FOUND);
    let (person, _) = granted(&sandbox).await;
    assert_eq!(bearer(&sandbox, "POST", &path, &person).await.status, StatusCode::FORBIDDEN);
}
