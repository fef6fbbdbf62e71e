use hyper::StatusCode;
use storm_sandbox::Sandbox;

use super::support::*;

async fn ask(sandbox: &Sandbox, more: &[(&str, &str)]) -> Answer {
    let form: Vec<_> = [("grant_type", "client_credentials")].iter().chain(more).copied().collect();
    post_form(sandbox, "/oauth/token", &form).await
}

#[tokio::test]
async fn a_confidential_client_gets_a_token_in_its_own_name() {
    let sandbox = start().await;
    let own = [("client_id", "practice-web"), ("client_secret", "practice-secret"), ("scope", "read reports")];
    let answer = ask(&sandbox, &own).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    let answer = answer.json();
    assert!(answer.get("refresh_token").is_none());
    assert_eq!(answer["scope"], "read reports");
    let who = bearer(&sandbox, "GET", "/api/whoami", text(&answer, "access_token")).await.json();
    assert_eq!((&who["kind"], &who["account"]["label"]), (&"client".into(), &"practice-web".into()));
}

#[tokio::test]
async fn who_cannot_prove_a_name_gets_none() {
    let sandbox = start().await;
    for (form, error) in [
        (vec![("client_id", "practice-desktop")], "unauthorized_client"),
        (vec![("client_id", "practice-web")], "invalid_client"),
        (vec![("client_id", "practice-web"), ("client_secret", "wrong")], "invalid_client"),
        (vec![("client_id", "practice-web"), ("client_secret", "practice-secret"), ("scope", "fly")], "invalid_scope"),
    ] {
        let answer = ask(&sandbox, &form).await;
        assert_eq!(text(&answer.json(), "error"), error, "{form:?}");
    }
}
