use std::path::Path;

use hyper::StatusCode;
use storm_sandbox::{ClientKind, NewClient, NewKey, Options, Sandbox, SandboxError};

use super::support::*;

async fn start_at(path: &Path) -> Sandbox {
    Sandbox::start(Options { state_file: Some(path.to_owned()), ..Options::default() }).await.unwrap()
}

#[tokio::test]
async fn a_restart_keeps_grants_keys_accounts_and_clients() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("practice.json");
    let sandbox = start_at(&path).await;
    let (_, first) = granted(&sandbox).await;
    let tokens = refresh(&sandbox, &first).await.json();
    let key = sandbox.control().create_key(NewKey::default()).await.unwrap();
    let account = sandbox.control().create_service_account("etl").await.unwrap();
    let asked = NewClient {
        name: "Web".to_owned(),
        kind: ClientKind::Confidential,
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        any_loopback_redirect: None,
    };
    let client = sandbox.control().create_client(asked).await.unwrap();
    sandbox.shutdown().await;

    let stored = std::fs::read_to_string(&path).unwrap();
    let secrets = [
        first.as_str(),
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        &key.key,
        client.client_secret.as_deref().unwrap(),
        "practice-secret",
        "PRIVATE KEY",
    ];
    for secret in secrets {
        assert!(!stored.contains(secret), "a secret is in the state file");
    }

    let sandbox = start_at(&path).await;
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &key.key).await.status, StatusCode::OK);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", text(&tokens, "access_token")).await.status, StatusCode::OK);
    assert_eq!(refresh(&sandbox, text(&tokens, "refresh_token")).await.status, StatusCode::OK);
    let state = serde_json::to_value(sandbox.control().state()).unwrap();
    assert_eq!(state["service_accounts"][0]["email"], account["client_email"]);
    assert!(state["clients"].as_array().unwrap().iter().any(|known| known["client_id"] == client.client_id.as_str()));
    // The replaced token is still recognized as reuse.
    assert_eq!(refresh(&sandbox, &first).await.json()["error"], "invalid_grant");
    assert!(!sandbox.control().grants()[0].alive);
}

#[tokio::test]
async fn an_answer_is_durable_before_it_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("practice.json");
    let sandbox = start_at(&path).await;
    let (_, token) = granted(&sandbox).await;
    let step = storm_sandbox::Step {
        path: "/oauth/token".to_owned(),
        apply_first: true,
        reset_after_bytes: Some(0),
        ..Default::default()
    };
    sandbox.control().script(step).unwrap();
    assert!(try_refresh(&sandbox, &token).await.is_err());
    drop(sandbox);
    let sandbox = start_at(&path).await;
    assert_eq!(sandbox.control().grants()[0].refresh_generation, 2);
}

#[cfg(unix)]
#[tokio::test]
async fn the_state_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("practice.json");
    let sandbox = start_at(&path).await;
    granted(&sandbox).await;
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("practice.json");
    std::fs::write(&path, "{\"name\":\"package\"}").unwrap();
    let started = Sandbox::start(Options { state_file: Some(path.clone()), ..Options::default() }).await;
    assert!(matches!(started, Err(SandboxError::ParseState { .. })));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"name\":\"package\"}");
}

#[tokio::test]
async fn an_answer_that_cannot_be_stored_is_withheld() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("gone").join("practice.json");
    let sandbox = start_at(&path).await;
    let form = [("name", "key"), ("permission", "read")];
    assert_eq!(post_form(&sandbox, "/keys", &form).await.status, StatusCode::INTERNAL_SERVER_ERROR);
    let made = post_json(&sandbox, "/control/api/keys", serde_json::json!({})).await;
    assert_eq!(made.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!made.text().contains("pk_live_"));
}
