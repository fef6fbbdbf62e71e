use std::time::Duration;

use hyper::StatusCode;
use storm_sandbox::{GrantView, JournalQuery, Outcome, Progress, Sandbox, Step};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::support::*;

fn token_step() -> Step {
    Step { path: "/oauth/token".to_owned(), ..Step::default() }
}

fn only_grant(sandbox: &Sandbox) -> GrantView {
    sandbox.control().grants().remove(0)
}

/// Sends a raw request, and reads until the end or an error.
async fn raw(sandbox: &Sandbox, path: &str) -> (Vec<u8>, std::io::Result<()>) {
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", sandbox.address());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut received = Vec::new();
    let mut piece = [0_u8; 4096];
    loop {
        match stream.read(&mut piece).await {
            Ok(0) => return (received, Ok(())),
            Ok(read) => received.extend_from_slice(&piece[..read]),
            Err(error) => return (received, Err(error)),
        }
    }
}

#[tokio::test]
async fn the_connection_is_reset_after_exactly_so_many_bytes() {
    let sandbox = start().await;
    for bytes in [0_u64, 1, 17, 300] {
        let step = Step {
            path: "/api/whoami".to_owned(),
            reset_after_bytes: Some(bytes),
            body_bytes: Some(5000),
            ..Step::default()
        };
        sandbox.control().script(step).unwrap();
        let (received, ended) = raw(&sandbox, "/api/whoami").await;
        assert_eq!(received.len() as u64, bytes);
        assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }
}

#[tokio::test]
async fn a_reset_point_behind_the_answer_resets_after_the_whole_answer() {
    let sandbox = start().await;
    let step = Step {
        path: "/api/whoami".to_owned(),
        reset_after_bytes: Some(1_000_000),
        body: Some("{}".to_owned()),
        ..Step::default()
    };
    sandbox.control().script(step).unwrap();
    let (received, ended) = raw(&sandbox, "/api/whoami").await;
    assert!(received.ends_with(b"\r\n\r\n{}"));
    assert_eq!(ended.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_lost_answer_has_rotated_the_token() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    sandbox.control().script(Step { apply_first: true, reset_after_bytes: Some(0), ..token_step() }).unwrap();
    assert!(try_refresh(&sandbox, &token).await.is_err());
    assert_eq!(only_grant(&sandbox).refresh_generation, 2);

    let query = JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() };
    let seen = sandbox.control().wait_for_requests(&query, Progress::Completed, 1, PATIENCE).await.unwrap();
    assert_eq!(seen[0].outcome, Some(Outcome::Reset));
    assert!(seen[0].scripted);
    assert_eq!(seen[0].refresh_token_sha256.as_deref().map(str::len), Some(64));
}

#[tokio::test]
async fn without_apply_first_a_spoiled_answer_has_no_effect() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    sandbox.control().script(Step { reset_after_bytes: Some(0), ..token_step() }).unwrap();
    sandbox
        .control()
        .script(Step { status: Some(503), headers: vec![("Retry-After".into(), "120".into())], ..token_step() })
        .unwrap();
    assert!(try_refresh(&sandbox, &token).await.is_err());
    let busy = refresh(&sandbox, &token).await;
    assert_eq!((busy.status.as_u16(), busy.header("retry-after")), (503, "120"));
    assert_eq!(only_grant(&sandbox).refresh_generation, 1);
    assert_eq!(refresh(&sandbox, &token).await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_odd_answer_carries_the_really_issued_tokens() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    let odd =
        r#"{"access_token":"{{access_token}}","expires_in":"{{expires_in}}","refresh_token":"{{refresh_token}}"}"#;
    let step = Step { apply_first: true, status: Some(201), body: Some(odd.to_owned()), ..token_step() };
    sandbox.control().script(step).unwrap();
    let answer = refresh(&sandbox, &token).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    let answer = answer.json();
    assert_eq!(answer["expires_in"], "3600");
    assert_eq!(answer.get("token_type"), None);
    assert_eq!(refresh(&sandbox, text(&answer, "refresh_token")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_held_answer_waits_for_its_release_and_the_token_is_rotated_meanwhile() {
    let sandbox = std::sync::Arc::new(start().await);
    let (_, token) = granted(&sandbox).await;
    sandbox.control().script(Step { apply_first: true, hold: Some("gate".to_owned()), ..token_step() }).unwrap();
    let client = tokio::spawn({
        let sandbox = std::sync::Arc::clone(&sandbox);
        async move { refresh(&sandbox, &token).await }
    });
    let query = JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() };
    assert!(sandbox.control().wait_for_requests(&query, Progress::Held, 1, PATIENCE).await.is_some());
    assert!(!client.is_finished());
    assert_eq!(only_grant(&sandbox).refresh_generation, 2);
    assert_eq!(sandbox.control().release("gate"), 1);
    assert_eq!(client.await.unwrap().status, StatusCode::OK);
}

#[tokio::test]
async fn without_apply_first_a_held_request_has_its_effect_after_the_release() {
    let sandbox = std::sync::Arc::new(start().await);
    let (_, token) = granted(&sandbox).await;
    let step = serde_json::json!({ "path": "/oauth/token", "hold": "gate" });
    assert_eq!(post_json(&sandbox, "/control/api/script", step).await.status, StatusCode::OK);
    let client = tokio::spawn({
        let sandbox = std::sync::Arc::clone(&sandbox);
        async move { refresh(&sandbox, &token).await }
    });
    let waited = get(&sandbox, "/control/api/requests/wait?path=/oauth/token&progress=held&timeout_ms=10000").await;
    assert_eq!(waited.json()["satisfied"], true);
    assert_eq!(only_grant(&sandbox).refresh_generation, 1);
    let released = post_json(&sandbox, "/control/api/release", serde_json::json!({ "name": "gate" })).await;
    assert_eq!(released.json()["released"], 1);
    assert_eq!(client.await.unwrap().status, StatusCode::OK);
    assert_eq!(only_grant(&sandbox).refresh_generation, 2);
}

#[tokio::test]
async fn a_hanging_request_ends_when_the_client_leaves() {
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    sandbox.control().script(Step { hang: true, apply_first: true, ..token_step() }).unwrap();
    let query = JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() };
    {
        let mut client = std::pin::pin!(try_refresh(&sandbox, &token));
        let control = sandbox.control();
        tokio::select! {
            _ = &mut client => panic!("a hanging request was answered"),
            held = control.wait_for_requests(&query, Progress::Held, 1, PATIENCE) => assert!(held.is_some()),
        }
    }
    // The abandoned connection task of the helper still lives; a raw client shows the leaving.
    let mut stream = TcpStream::connect(sandbox.address()).await.unwrap();
    sandbox.control().script(Step { path: "/api/whoami".to_owned(), hang: true, ..Step::default() }).unwrap();
    stream
        .write_all(format!("GET /api/whoami HTTP/1.1\r\nhost: {}\r\n\r\n", sandbox.address()).as_bytes())
        .await
        .unwrap();
    let query = JournalQuery { path: Some("/api/whoami".to_owned()), ..JournalQuery::default() };
    assert!(sandbox.control().wait_for_requests(&query, Progress::Held, 1, PATIENCE).await.is_some());
    drop(stream);
    let ended = sandbox.control().wait_for_requests(&query, Progress::Completed, 1, PATIENCE).await.unwrap();
    assert_eq!(ended[0].outcome, Some(Outcome::Aborted));
}

#[tokio::test]
async fn a_body_may_come_slowly_or_be_large() {
    let sandbox = start().await;
    let slow = Step {
        chunk_bytes: Some(1),
        chunk_delay_ms: 5,
        body: Some("0123456789".to_owned()),
        path: "/slow".to_owned(),
        ..Step::default()
    };
    sandbox.control().script(slow).unwrap();
    let begun = tokio::time::Instant::now();
    assert_eq!(get(&sandbox, "/slow").await.text(), "0123456789");
    assert!(begun.elapsed() >= Duration::from_millis(50));

    let large = Step { body_bytes: Some(3_000_000), path: "/large".to_owned(), ..Step::default() };
    sandbox.control().script(large).unwrap();
    assert_eq!(get(&sandbox, "/large").await.body.len(), 3_000_000);
}

#[tokio::test]
async fn headers_may_come_twice_and_lie_about_the_length() {
    let sandbox = start().await;
    let twice = vec![("Set-Cookie".into(), "a=1".into()), ("Set-Cookie".into(), "b=2".into())];
    sandbox.control().script(Step { headers: twice, path: "/odd".to_owned(), ..Step::default() }).unwrap();
    assert_eq!(get(&sandbox, "/odd").await.headers.get_all("set-cookie").iter().count(), 2);

    let lie = vec![("Content-Length".into(), "50".into())];
    sandbox
        .control()
        .script(Step { headers: lie, body: Some("short".into()), path: "/odd".into(), ..Step::default() })
        .unwrap();
    assert!(send(sandbox.base_url(), "GET", "/odd", &[], "").await.is_err());
}

#[tokio::test]
async fn the_script_api_refuses_what_it_cannot_do() {
    let sandbox = start().await;
    for wrong in [
        serde_json::json!({ "path": "/a", "status": 99 }),
        serde_json::json!({ "path": "/a", "unknown": 1 }),
        serde_json::json!({ "path": "" }),
        serde_json::json!([1]),
    ] {
        let answer = post_json(&sandbox, "/control/api/script", wrong.clone()).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
}

#[tokio::test]
async fn waiting_for_requests_gives_up_in_time_and_the_journal_holds_no_secret() {
    let sandbox = start().await;
    let (access_token, token) = granted(&sandbox).await;
    refresh(&sandbox, &token).await;
    bearer(&sandbox, "GET", &format!("/api/whoami?token={token}"), &access_token).await;
    let wait = get(&sandbox, "/control/api/requests/wait?path=/nowhere&timeout_ms=50").await;
    assert_eq!(wait.status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(wait.json()["satisfied"], false);

    let wait = get(&sandbox, "/control/api/requests/wait?path=/api/whoami&count=1&since=1").await;
    assert_eq!(wait.json()["requests"][0]["query_names"], serde_json::json!(["token"]));
    let journal = get(&sandbox, "/control/api/requests").await;
    assert_eq!(journal.json()["requests"].as_array().unwrap().len(), 2);
    assert!(!journal.text().contains(&token[4..]) && !journal.text().contains(&access_token[4..]));
    assert_eq!(journal.json()["requests"][0]["grant_type"], "refresh_token");
}

#[tokio::test]
async fn settings_are_patched_and_a_reset_returns_to_the_beginning() {
    let sandbox = start().await;
    granted(&sandbox).await;
    let headers = [("content-type", "application/json")];
    let patch = |body: &'static str| send(sandbox.base_url(), "PATCH", "/control/api/settings", &headers, body);
    let settings = patch(r#"{"access_token_lifetime_s":5,"refresh_idle_s":9}"#).await.unwrap().json();
    assert_eq!((&settings["access_token_lifetime_s"], &settings["refresh_idle_s"]), (&5.into(), &9.into()));
    let settings = patch(r#"{"refresh_idle_s":null}"#).await.unwrap().json();
    assert!(settings["refresh_idle_s"].is_null());
    assert_eq!(patch(r#"{"no_such_setting":1}"#).await.unwrap().status, StatusCode::BAD_REQUEST);

    assert_eq!(post_json(&sandbox, "/control/api/reset", serde_json::json!({})).await.status, StatusCode::OK);
    let state = get(&sandbox, "/control/api/state").await.json();
    assert_eq!((&state["grants"], &state["settings"]["access_token_lifetime_s"]), (&0.into(), &3600.into()));
}

#[tokio::test]
async fn raw_bytes_stand_in_place_of_the_whole_answer_and_the_effect_may_come_first() {
    use base64::Engine as _;
    let sandbox = start().await;
    let (_, token) = granted(&sandbox).await;
    let bytes = [&b"HTTP/1.1 2OO O\xff\r\nA: b\n\r\n"[..], &[0; 300_000]].concat();
    let raw_base64 = Some(base64::engine::general_purpose::STANDARD.encode(&bytes));
    let step = Step { path: "/api/whoami".to_owned(), raw_base64: raw_base64.clone(), ..Step::default() };
    sandbox.control().script(step).unwrap();
    let (received, ended) = raw(&sandbox, "/api/whoami").await;
    assert!(received == bytes, "{} bytes", received.len());
    ended.unwrap();
    assert_eq!(sandbox.control().requests(&JournalQuery::default())[0].outcome, Some(Outcome::Answered));

    sandbox.control().script(Step { apply_first: true, raw_base64, ..token_step() }).unwrap();
    assert!(try_refresh(&sandbox, &token).await.is_err());
    assert_eq!(only_grant(&sandbox).refresh_generation, 2);
}
