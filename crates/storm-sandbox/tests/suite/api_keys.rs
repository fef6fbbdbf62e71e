use hyper::StatusCode;
use serde_json::json;

use super::support::*;

async fn make_key(sandbox: &storm_sandbox::Sandbox, permissions: serde_json::Value) -> (String, String) {
    let made = post_json(sandbox, "/control/api/keys", json!({ "name": "test", "permissions": permissions })).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let made = made.json();
    (text(&made, "id").to_owned(), text(&made, "key").to_owned())
}

#[tokio::test]
async fn a_key_says_whose_it_is_and_what_it_may() {
    let sandbox = start().await;
    let (id, key) = make_key(&sandbox, json!(["read"])).await;
    assert!(key.starts_with("pk_live_"));
    let who = bearer(&sandbox, "GET", "/api/whoami", &key).await.json();
    assert_eq!(who["account"]["label"], "ada@practice.example");
    assert!(text(&who["account"], "id").starts_with("acc_"));
    assert_eq!((&who["kind"], &who["key_id"], &who["scopes"]), (&json!("api_key"), &json!(id), &json!(["read"])));

    let reports = bearer(&sandbox, "GET", "/api/reports", &key).await;
    assert_eq!(reports.status, StatusCode::FORBIDDEN);
    assert_eq!(reports.json(), json!({ "error": "insufficient_scope", "required": "reports" }));
    let (_, reader) = make_key(&sandbox, json!(["read", "reports"])).await;
    assert_eq!(bearer(&sandbox, "GET", "/api/reports", &reader).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_unknown_key_and_no_key_are_refused_with_a_challenge() {
    let sandbox = start().await;
    let unknown = bearer(&sandbox, "GET", "/api/whoami", "pk_live_unknown").await;
    assert_eq!((unknown.status, unknown.json()), (StatusCode::UNAUTHORIZED, json!({ "error": "invalid_token" })));
    assert!(unknown.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(get(&sandbox, "/api/whoami").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_is_rotated_by_program_and_the_old_one_is_dead() {
    let sandbox = start().await;
    let (old_id, old) = make_key(&sandbox, json!(["read"])).await;
    let authorization = format!("Bearer {old}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    let made = send(sandbox.base_url(), "POST", "/api/keys", &headers, r#"{"name":"new"}"#).await.unwrap();
    assert_eq!(made.status, StatusCode::CREATED);
    let new = made.json();
    assert_eq!(new["permissions"], json!(["read"]));
    let new = text(&new, "key");

    let wider =
        send(sandbox.base_url(), "POST", "/api/keys", &headers, r#"{"permissions":["reports"]}"#).await.unwrap();
    assert_eq!(wider.status, StatusCode::FORBIDDEN);

    assert_eq!(bearer(&sandbox, "DELETE", &format!("/api/keys/{old_id}"), new).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &old).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(bearer(&sandbox, "DELETE", &format!("/api/keys/{old_id}"), new).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bearer(&sandbox, "DELETE", "/api/keys/self", new).await.status, StatusCode::NO_CONTENT);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", new).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_key_cannot_touch_another_accounts_keys() {
    let sandbox = start().await;
    let (id, _) = make_key(&sandbox, json!(["read"])).await;
    let other = post_json(&sandbox, "/control/api/keys", json!({ "account": "grace@practice.example" })).await.json();
    let refused = bearer(&sandbox, "DELETE", &format!("/api/keys/{id}"), text(&other, "key")).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_key_is_revoked_by_control() {
    let sandbox = start().await;
    let (id, key) = make_key(&sandbox, json!(["read"])).await;
    assert_eq!(post_json(&sandbox, &format!("/control/api/keys/{id}/revoke"), json!({})).await.status, StatusCode::OK);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &key).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(post_json(&sandbox, "/control/api/keys/nothing/revoke", json!({})).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_key_lists_switches_off_and_on_the_keys_of_its_account() {
    let sandbox = start().await;
    let (id, key) = make_key(&sandbox, json!(["read"])).await;
    let (other_id, other) = make_key(&sandbox, json!(["read"])).await;
    let listed = bearer(&sandbox, "GET", "/api/keys", &key).await.json();
    assert_eq!(listed["own"], id);
    let used = |id: &str| {
        let keys = listed["keys"].as_array().unwrap();
        !keys.iter().find(|one| one["id"] == id).unwrap()["last_used_at_ms"].is_null()
    };
    assert_eq!((used(&id), used(&other_id)), (true, false));

    let switch = async |how: &str| bearer(&sandbox, "POST", &format!("/api/keys/{other_id}/{how}"), &key).await.status;
    let taken = async || bearer(&sandbox, "GET", "/api/whoami", &other).await.status;
    assert_eq!((switch("disable").await, taken().await), (StatusCode::OK, StatusCode::UNAUTHORIZED));
    assert_eq!((switch("enable").await, taken().await), (StatusCode::OK, StatusCode::OK));
    bearer(&sandbox, "DELETE", &format!("/api/keys/{other_id}"), &key).await;
    assert_eq!((switch("enable").await, taken().await), (StatusCode::NOT_FOUND, StatusCode::UNAUTHORIZED));
    let listed = bearer(&sandbox, "GET", "/api/keys", &key).await.json();
    assert_eq!(listed["keys"].as_array().unwrap().len(), 1, "a revoked one is not listed");

    let grace = json!({ "name": "hers", "account": "grace@practice.example" });
    let hers = post_json(&sandbox, "/control/api/keys", grace).await.json();
    let stranger = bearer(&sandbox, "POST", &format!("/api/keys/{id}/disable"), text(&hers, "key")).await;
    assert_eq!(stranger.status, StatusCode::NOT_FOUND);
}
