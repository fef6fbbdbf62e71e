//! The protocol as it is on the wire: what is written here must be understood for ever.
#![allow(clippy::unwrap_used, clippy::expect_used)] // in a test a panic is a failure

use storm_broker::{
    AccessKeyLoan, IntegrationStatus, LentSecret, Loan, LogEntry, LogPage, LogRequest, LogVerdict, MessageError,
    Refusal, RefusalKind, Request, Response, Status, VaultState,
};
use storm_secret::{AccessToken, ApiKey, SecretBytes};

fn body(frame: &SecretBytes) -> String {
    // EXPOSE: a test looks at its own planted secret.
    let (header, body) = frame.expose().split_at(4);
    assert_eq!(usize::try_from(u32::from_be_bytes(header.try_into().unwrap())).unwrap(), body.len());
    String::from_utf8(body.to_vec()).unwrap()
}

fn request(body: &str) -> Result<Request, MessageError> {
    Request::decode(&SecretBytes::new(body))
}

fn response(body: &str) -> Result<Response, MessageError> {
    Response::decode(&SecretBytes::new(body))
}

#[test]
fn requests_read_as_they_are_written() {
    let transcript = [
        (Request::Status, r#"{"version":1,"body":"status"}"#),
        (Request::VerifyLog, r#"{"version":1,"body":"verify_log"}"#),
        (Request::Diagnostics, r#"{"version":1,"body":"diagnostics"}"#),
        (Request::Log(LogRequest::default()), r#"{"version":1,"body":{"log":{}}}"#),
        (
            Request::Log(LogRequest {
                name: Some("github".into()),
                topic: Some("lending".into()),
                text: "git".into(),
                max_age_seconds: Some(60),
                before: Some(7),
            }),
            r#"{"version":1,"body":{"log":{"name":"github","topic":"lending","text":"git","max_age_s":60,"before":7}}}"#,
        ),
        (Request::HandOver, r#"{"version":1,"body":"hand_over"}"#),
        (
            Request::Token { name: "github".into(), min_lifetime_seconds: None },
            r#"{"version":1,"body":{"token":{"name":"github"}}}"#,
        ),
        (
            Request::Token { name: "My “CRM” 📇".into(), min_lifetime_seconds: Some(60) },
            r#"{"version":1,"body":{"token":{"name":"My “CRM” 📇","min_ttl_s":60}}}"#,
        ),
        (
            Request::AccessKey { name: "Cloud".into(), min_lifetime_seconds: None },
            r#"{"version":1,"body":{"access_key":{"name":"Cloud"}}}"#,
        ),
    ];
    for (message, wire) in transcript {
        assert_eq!(body(&message.encode().unwrap()), wire);
        assert_eq!(request(wire), Ok(message));
    }
}

#[test]
fn responses_read_as_they_are_written() {
    let status = Status {
        host_version: "0.1.0".into(),
        vault: VaultState::Unlocked,
        message: "The vault is open.".into(),
        integrations: vec![IntegrationStatus {
            name: "github".into(),
            connector: "GitHub".into(),
            status: "connected".into(),
            lending_allowed: true,
        }],
        not_listed: 0,
    };
    let transcript = [
        (
            Response::Token(Loan {
                secret: LentSecret::AccessToken(AccessToken::new("at-1")),
                expires_at: Some(1_767_225_600_000),
            }),
            r#"{"version":1,"body":{"token":{"secret":{"access_token":"at-1"},"expires_at":1767225600000}}}"#,
        ),
        (
            Response::Token(Loan { secret: LentSecret::ApiKey(ApiKey::new("key-\"1\"")), expires_at: None }),
            r#"{"version":1,"body":{"token":{"secret":{"api_key":"key-\"1\""},"expires_at":null}}}"#,
        ),
        (
            Response::AccessKey(AccessKeyLoan {
                id: "ASIA1".into(),
                secret: ApiKey::new("s/1"),
                session_token: Some(AccessToken::new("t==")),
                expires_at: Some(1_767_225_600_000),
            }),
            r#"{"version":1,"body":{"access_key":{"id":"ASIA1","secret":"s/1","session_token":"t==","expires_at":1767225600000}}}"#,
        ),
        (
            Response::AccessKey(AccessKeyLoan {
                id: "AKIA1".into(),
                secret: ApiKey::new("s"),
                session_token: None,
                expires_at: None,
            }),
            r#"{"version":1,"body":{"access_key":{"id":"AKIA1","secret":"s","session_token":null,"expires_at":null}}}"#,
        ),
        (Response::HandingOver, r#"{"version":1,"body":"handing_over"}"#),
        (
            Response::Diagnostics("Program\n  version  0.1.0\n".into()),
            r#"{"version":1,"body":{"diagnostics":"Program\n  version  0.1.0\n"}}"#,
        ),
        (
            Response::Refused(Refusal { refusal: RefusalKind::ReconnectNeeded, message: "Reconnect it.".into() }),
            r#"{"version":1,"body":{"refused":{"refusal":"reconnect_needed","message":"Reconnect it."}}}"#,
        ),
        (
            Response::Status(status),
            r#"{"version":1,"body":{"status":{"host_version":"0.1.0","vault":"unlocked","message":"The vault is open.","integrations":[{"name":"github","connector":"GitHub","status":"connected","lending_allowed":true}],"not_listed":0}}}"#,
        ),
    ];
    for (message, wire) in transcript {
        assert_eq!(body(&message.encode().unwrap()), wire);
        assert_eq!(body(&response(wire).unwrap().encode().unwrap()), wire);
    }
}

#[test]
fn another_version_is_told_apart_from_nonsense() {
    assert_eq!(request(r#"{"version":2,"body":{"dance":true}}"#), Err(MessageError::UnknownVersion(2)));
    assert_eq!(request(r#"{"version":2,"body":"status"}"#), Err(MessageError::UnknownVersion(2)));
    assert_eq!(request(r#"{"version":1,"body":"dance"}"#), Err(MessageError::NotUnderstood));
    assert_eq!(request("GET / HTTP/1.1\r\n"), Err(MessageError::NotUnderstood));
    assert_eq!(request(""), Err(MessageError::NotUnderstood));
}

#[test]
fn what_a_newer_host_adds_is_overlooked() {
    let refused = r#"{"version":1,"body":{"refused":{"refusal":"full_moon","message":"Wait.","until":7}}}"#;
    let Response::Refused(refusal) = response(refused).unwrap() else { panic!("not a refusal") };
    assert_eq!(refusal, Refusal { refusal: RefusalKind::Other, message: "Wait.".into() });
}

#[test]
fn no_kind_of_secret_can_be_lent_but_the_two() {
    for kind in ["refresh_token", "private_key", "client_secret"] {
        let wire = format!(r#"{{"version":1,"body":{{"token":{{"secret":{{"{kind}":"x"}},"expires_at":null}}}}}}"#);
        assert_eq!(response(&wire).unwrap_err(), MessageError::NotUnderstood);
    }
}

#[test]
fn debug_output_never_shows_a_lent_secret() {
    let loan = Loan { secret: LentSecret::AccessToken(AccessToken::new("at-canary")), expires_at: None };
    let shown = format!("{:?}", Response::Token(loan));
    assert!(!shown.contains("canary") && shown.contains("redacted"), "{shown}");
}

#[test]
fn a_page_of_the_log_and_its_verdict_read_as_they_are_written() {
    let entry = LogEntry { sequence: 7, at: 1, integration: "github".into(), text: "Added".into() };
    let page = LogPage { entries: vec![entry], older: Some(7) };
    let wire = r#"{"version":1,"body":{"log":{"entries":[{"sequence":7,"at":1,"integration":"github","text":"Added"}],"older":7}}}"#;
    assert_eq!(body(&Response::Log(page.clone()).encode().unwrap()), wire);
    assert!(matches!(response(wire), Ok(Response::Log(read)) if read == page));
    for (verdict, wire) in [
        (LogVerdict::Intact { entries: 3 }, r#"{"version":1,"body":{"log_verdict":{"log":"intact","entries":3}}}"#),
        (LogVerdict::Broken { sequence: 2 }, r#"{"version":1,"body":{"log_verdict":{"log":"broken","sequence":2}}}"#),
    ] {
        assert_eq!(body(&Response::LogVerdict(verdict).encode().unwrap()), wire);
        assert!(matches!(response(wire), Ok(Response::LogVerdict(read)) if read == verdict));
    }
}
