//! Short-lived keys: what is asked of AWS STS, and what its answers mean.

use std::time::Duration;

use storm_domain::port::Provider as _;
use storm_domain::{
    ApiKeyCredential, KeyPlacement, RefreshFailure, SessionKey, SessionPaths, SessionRequest, TransientKind,
};
use storm_secret::ApiKey;
use url::Url;

use crate::support::{RawServer, Reply, now, provider};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const ROLE: &str = "arn:aws:iam::123456789012:role/reports";

fn request(url: Url) -> SessionRequest {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    SessionRequest {
        url,
        placement: KeyPlacement::AwsSigV4 { service: "sts".to_owned(), region: "eu-central-1".to_owned() },
        params: vec![pair("Action", "AssumeRole"), pair("RoleArn", ROLE)],
        answer: SessionPaths {
            id: "/Credentials/AccessKeyId".to_owned(),
            secret: "/Credentials/SecretAccessKey".to_owned(),
            token: "/Credentials/SessionToken".to_owned(),
            ends: "/Credentials/Expiration".to_owned(),
        },
        error_code: "/Error/Code".to_owned(),
        error_message: Some("/Error/Message".to_owned()),
        refused_codes: vec!["InvalidClientTokenId".to_owned()],
        denied_codes: vec!["AccessDenied".to_owned()],
    }
}

fn key() -> ApiKeyCredential {
    ApiKeyCredential { id: Some("AKIA1".to_owned()), key: ApiKey::new(SECRET) }
}

fn answer(status: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nDate: Tue, 14 Nov 2023 22:13:20 GMT\r\nContent-Length: {length}\r\n");
    Reply::Bytes(format!("{head}Connection: close\r\n\r\n{body}").into_bytes())
}

fn made(id: &str, token: &str, ends: &str) -> String {
    format!(
        "<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><Arn>{ROLE}</Arn></AssumedRoleUser><Credentials>\
        <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>short/Lived</SecretAccessKey><SessionToken>{token}</SessionToken>\
        <Expiration>{ends}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

async fn ask(status: &str, body: &str) -> (Result<SessionKey, RefreshFailure>, Vec<String>) {
    let server = RawServer::always(answer(status, body)).await;
    let outcome = provider().make_session(&request(server.url("/")), &key()).await;
    (outcome, server.requests())
}

#[tokio::test]
async fn the_lasting_key_signs_for_a_short_lived_one() {
    let before = now();
    let (session, sent) = ask("200 OK", &made("ASIA1", "FwoG==", "2023-11-14T23:13:20Z")).await;
    let session = session.unwrap();
    assert_eq!(
        (session.id.as_str(), session.secret.expose(), session.token.expose()),
        ("ASIA1", "short/Lived", "FwoG==")
    );
    // The service's clock is years behind; what counts is the hour between its own two times.
    let hour = Duration::from_secs(3600);
    assert!((before.after(hour)..=now().after(hour)).contains(&session.ends_at), "{:?}", session.ends_at);
    let (head, body) = sent[0].split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freports");
    assert!(head.starts_with("POST / ") && head.contains("Credential=AKIA1/") && head.contains("/sts/aws4_request"));
    assert!(!sent[0].contains(SECRET));
    assert!(!format!("{session:?}").contains("short/Lived") && !format!("{session:?}").contains("FwoG"));
}

#[tokio::test]
async fn a_key_that_is_not_whole_is_no_key() {
    for body in [
        made("ASIA1", "", "2023-11-14T23:13:20Z"),
        made("ASIA1", "FwoG", "tomorrow"),
        made("AS\u{e9}", "FwoG", "2023-11-14T23:13:20Z"),
        made("ASIA 1", "FwoG", "2023-11-14T23:13:20Z"),
        "<html><body>Log in</body></html>".to_owned(),
        "{}".to_owned(),
    ] {
        let failure = ask("200 OK", &body).await.0.unwrap_err();
        assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::NotAnAnswer, .. }), "{failure:?}");
    }
}

#[tokio::test]
async fn only_named_codes_refuse_and_they_say_what() {
    let error = |code: &str| format!("<E><Error><Code>{code}</Code><Message>User: ada may not</Message></Error></E>");
    let failure = async |status: &str, body: &str| ask(status, body).await.0.unwrap_err();
    let refused = failure("403 Forbidden", &error("InvalidClientTokenId")).await;
    assert!(matches!(refused, RefreshFailure::GrantRefused(words) if words.code == "InvalidClientTokenId"));
    let denied = failure("403 Forbidden", &error("AccessDenied")).await;
    assert!(matches!(denied, RefreshFailure::RequestRefused(words) if words.description == "User: ada may not"));
    for (status, body) in [
        ("400 Bad Request", error("Throttling")),
        ("403 Forbidden", "<html><body>Blocked</body></html>".to_owned()),
        ("403 Forbidden", String::new()),
        ("302 Found", String::new()),
        ("503 Service Unavailable", error("AccessDenied")),
    ] {
        let failure = failure(status, &body).await;
        assert!(matches!(failure, RefreshFailure::Transient { .. }), "{status} {body}: {failure:?}");
    }
}

#[tokio::test]
async fn a_signature_that_is_too_old_for_the_service_is_made_once_more() {
    const LATER: &str = "HTTP/1.1 403 Forbidden\r\nDate: Tue, 14 Nov 2023 23:13:20 GMT\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::start(|number| match number {
        0 => Reply::Bytes(LATER.as_bytes().to_vec()),
        _ => answer("200 OK", &made("ASIA1", "FwoG", "2023-11-14T23:13:20Z")),
    })
    .await;
    assert!(provider().make_session(&request(server.url("/")), &key()).await.is_ok());
    assert!(server.requests()[1].to_ascii_lowercase().contains("x-amz-date: 20231114t231320z"));
}
