use hyper::StatusCode;

use super::support::*;

#[tokio::test]
async fn a_rebound_name_is_refused() {
    let sandbox = start().await;
    let port = sandbox.address().port();
    for path in ["/", "/oauth/authorize", "/control/api/state", "/api/whoami"] {
        let evil = send(sandbox.base_url(), "GET", path, &[("host", "evil.example")], "").await.unwrap();
        assert_eq!(evil.status, StatusCode::MISDIRECTED_REQUEST, "{path}");
    }
    let localhost = format!("localhost:{port}");
    let own = send(sandbox.base_url(), "GET", "/", &[("host", &localhost)], "").await.unwrap();
    assert_eq!(own.status, StatusCode::OK);
}

#[tokio::test]
async fn a_foreign_page_cannot_post() {
    let sandbox = start().await;
    for path in ["/keys", "/oauth/consent", "/control/end-grants", "/control/api/reset", "/oauth/token"] {
        for origin in ["https://evil.example", "null"] {
            let answer = send(sandbox.base_url(), "POST", path, &[("origin", origin)], "").await.unwrap();
            assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path} {origin}");
        }
    }
    let own = sandbox.base_url().to_owned();
    let answer = send(&own, "POST", "/control/end-grants", &[("origin", &own)], "").await.unwrap();
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_body_over_a_mebibyte_is_refused() {
    let sandbox = start().await;
    let body = vec![b'a'; 1024 * 1024 + 1];
    // The server may close before everything is sent, which the client sees as an error of the connection.
    match send(sandbox.base_url(), "POST", "/oauth/token", &[], body).await {
        Ok(answer) => assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE),
        Err(error) => assert!(!error.is_timeout()),
    }
    let seen = sandbox.control().requests(&Default::default());
    assert_eq!(seen[0].status, Some(413));
}

#[tokio::test]
async fn pages_and_answers_carry_their_protective_headers() {
    let sandbox = start().await;
    let page = get(&sandbox, "/keys").await;
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert_eq!(page.header("cache-control"), "no-store");
    assert!(!page.headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn more_clients_than_connections_are_all_served_in_the_end() {
    let sandbox = std::sync::Arc::new(start().await);
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..400 {
        let sandbox = std::sync::Arc::clone(&sandbox);
        tasks.spawn(async move { get(&sandbox, "/style.css").await.status });
    }
    while let Some(status) = tasks.join_next().await {
        assert_eq!(status.unwrap(), StatusCode::OK);
    }
}
