//! The four outcomes of a verification.

use storm_domain::port::Provider as _;
use storm_domain::{
    Account, AnswerFormat, ApiKeyCredential, Credential, HttpMethod, IdentityPaths, KeyEndPlace, KeyEndRequest,
    KeyPlacement, OAuthGrant, Timestamp, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, ApiKey};
use url::Url;

use crate::support::{RawServer, Reply, impatient_provider, json, provider};

fn request(url: Url) -> VerifyRequest {
    VerifyRequest {
        method: HttpMethod::Get,
        url,
        placement: KeyPlacement::Bearer,
        headers: Vec::new(),
        body: None,
        answer: AnswerFormat::Json,
        ok_pointer: None,
        error_pointer: None,
        limited_codes: Vec::new(),
        refused_codes: Vec::new(),
        limited_means: Some("It may not list models.".to_owned()),
        identity: IdentityPaths { id: Some("/user/id".to_owned()), label: Some("/user/name".to_owned()) },
        is_userinfo: false,
    }
}

fn key(text: &str) -> Credential {
    Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new(text) })
}

async fn verdict(reply: Reply, change: impl Fn(&mut VerifyRequest)) -> Verdict {
    let server = RawServer::always(reply).await;
    let mut request = request(server.url("/me"));
    change(&mut request);
    impatient_provider().verify(&request, &key("sk-PLANTED"), None).await
}

fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Works { .. } => "works",
        Verdict::WorksWithout { .. } => "works without",
        Verdict::Refused { .. } => "refused",
        Verdict::CouldNotReach { .. } => "could not reach",
    }
}

#[tokio::test]
async fn a_success_names_the_account() {
    let works =
        |id: &str, label: &str| Verdict::Works { account: Some(Account { id: id.into(), label: label.into() }) };
    let reply = json("200 OK", r#"{"user":{"id":42,"name":"ada\u202e"}}"#);
    assert_eq!(verdict(reply, |_| {}).await, works("42", "ada"));
    assert_eq!(verdict(json("200 OK", r#"{"user":{"name":"ada"}}"#), |_| {}).await, works("ada", "ada"));
    assert_eq!(verdict(json("200 OK", r#"{"user":{"id":"u1"}}"#), |_| {}).await, works("u1", "u1"));
    assert_eq!(verdict(json("200 OK", "{}"), |_| {}).await, Verdict::Works { account: None });
    assert_eq!(verdict(json("204 No Content", ""), |_| {}).await, Verdict::Works { account: None });
}

#[tokio::test]
async fn a_403_is_known_but_limited_and_may_still_name_the_account() {
    let limited = verdict(json("403 Forbidden", r#"{"user":{"id":"u1"}}"#), |_| {}).await;
    let account = Some(Account { id: "u1".into(), label: "u1".into() });
    assert_eq!(limited, Verdict::WorksWithout { account, missing: "It may not list models.".to_owned() });
}

#[tokio::test]
async fn statuses_are_told_apart() {
    let page = |status: &str| {
        Reply::Bytes(
            format!("HTTP/1.1 {status}\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n<!doctype html>")
                .into_bytes(),
        )
    };
    for (reply, expected) in [
        (json("401 Unauthorized", r#"{"error":"x"}"#), "refused"),
        (page("401 Unauthorized"), "refused"),
        (json("400 Bad Request", "{}"), "could not reach"),
        (json("404 Not Found", "{}"), "could not reach"),
        (json("408 Request Timeout", "{}"), "could not reach"),
        (json("429 Too Many Requests", "{}"), "could not reach"),
        (json("500 Internal Server Error", "{}"), "could not reach"),
        (json("503 Service Unavailable", "{}"), "could not reach"),
        (page("200 OK"), "could not reach"),
        (page("403 Forbidden"), "could not reach"),
        (page("302 Found"), "could not reach"),
        (json("200 OK", r#"{"user":{"id":null}}"#), "refused"),
    ] {
        let shown = match &reply {
            Reply::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        assert_eq!(word(&verdict(reply, |_| {}).await), expected, "{shown}");
    }
}

#[tokio::test]
async fn a_200_is_read_where_the_connector_says() {
    for (body, expected) in [
        (r#"{"ok":true,"user":{"id":"u"}}"#, "works"),
        (r#"{"ok":false,"error":"invalid_auth"}"#, "refused"),
        (r#"{"ok":false,"error":"missing_scope"}"#, "works without"),
        (r#"{"ok":false,"error":"ratelimited"}"#, "could not reach"),
        (r#"{"ok":false}"#, "refused"),
        ("not json", "could not reach"),
    ] {
        let change = |request: &mut VerifyRequest| {
            request.ok_pointer = Some("/ok".to_owned());
            request.error_pointer = Some("/error".to_owned());
            request.limited_codes = vec!["missing_scope".to_owned()];
        };
        let verdict = verdict(json("200 OK", body), change).await;
        assert_eq!(word(&verdict), expected, "{body}: {verdict:?}");
        if let Verdict::Refused { reason } = &verdict {
            assert_eq!(reason.contains("invalid_auth"), body.contains("invalid_auth"));
        }
    }
}

#[tokio::test]
async fn listed_codes_replace_the_403() {
    let with_codes = |request: &mut VerifyRequest| {
        request.error_pointer = Some("/code".to_owned());
        request.limited_codes = vec!["404".to_owned(), "restricted_resource".to_owned()];
    };
    for (status, body, expected) in [
        ("404 Not Found", "{}", "works without"),
        ("403 Forbidden", r#"{"code":"restricted_resource"}"#, "works without"),
        ("403 Forbidden", r#"{"code":"invalid_key"}"#, "refused"),
        ("400 Bad Request", r#"{"code":"invalid_key"}"#, "refused"),
        ("403 Forbidden", "{}", "could not reach"),
    ] {
        assert_eq!(word(&verdict(json(status, body), with_codes).await), expected, "{status} {body}");
    }
}

#[tokio::test]
async fn the_credential_stands_where_the_connector_says() {
    let header = |name: &str, prefix: &str| KeyPlacement::Header { name: name.to_owned(), prefix: prefix.to_owned() };
    for (placement, expected) in [
        (KeyPlacement::Bearer, "authorization: Bearer k+y\r\n"),
        (header("X-Api-Key", ""), "x-api-key: k+y\r\n"),
        (header("Authorization", "Token "), "authorization: Token k+y\r\n"),
        (KeyPlacement::Query { name: "api_key".to_owned() }, "GET /me?v=1&api_key=k%2By HTTP/1.1\r\n"),
        (KeyPlacement::BasicUser, "authorization: Basic ayt5Og==\r\n"), // k+y:
        (KeyPlacement::BasicPassword { username: "any".to_owned() }, "authorization: Basic YW55OmsreQ==\r\n"), // any:k+y
    ] {
        let server = RawServer::always(json("200 OK", "{}")).await;
        let mut request = request(server.url("/me?v=1"));
        request.placement = placement.clone();
        request.method = HttpMethod::Post;
        request.headers = vec![("Version".to_owned(), "7".to_owned())];
        request.body = Some(r#"{"query":"{viewer{id}}"}"#.to_owned());
        provider().verify(&request, &key("k+y"), None).await;
        let sent = server.requests().remove(0);
        assert!(sent.contains(&expected.replace("GET", "POST")), "{placement:?}: {sent}");
        assert!(sent.contains("version: 7\r\n") && sent.contains("accept: application/json\r\n"));
        assert!(sent.ends_with(r#"{"query":"{viewer{id}}"}"#) && sent.contains("content-type: application/json\r\n"));
    }
}

#[tokio::test]
async fn an_oauth_grant_is_verified_by_the_access_token_at_hand() {
    let grant = Credential::OAuthGrant(OAuthGrant {
        refresh_token: None,
        access_token: Some(AccessToken::new("stored")),
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: Timestamp(0),
        refresh_life: None,
    });
    let server = RawServer::always(json("200 OK", "{}")).await;
    let request = request(server.url("/me"));
    provider().verify(&request, &grant, Some(&AccessToken::new("fresh"))).await;
    assert!(server.requests()[0].contains("authorization: Bearer fresh\r\n"));
    let without = provider().verify(&request, &grant, None).await;
    assert_eq!(word(&without), "could not reach");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_broken_line_is_tried_once_more_and_a_refusal_is_not() {
    let server = RawServer::start(|number| match number {
        0 => Reply::Reset(Vec::new()),
        _ => json("200 OK", "{}"),
    })
    .await;
    assert_eq!(word(&provider().verify(&request(server.url("/me")), &key("k"), None).await), "works");
    assert_eq!(server.requests().len(), 2);

    let broken = RawServer::always(Reply::Reset(Vec::new())).await;
    assert_eq!(word(&provider().verify(&request(broken.url("/me")), &key("k"), None).await), "could not reach");
    assert_eq!(broken.requests().len(), 2);

    let refusing = RawServer::always(json("401 Unauthorized", "{}")).await;
    assert_eq!(word(&provider().verify(&request(refusing.url("/me")), &key("k"), None).await), "refused");
    assert_eq!(refusing.requests().len(), 1);
}

#[tokio::test]
async fn a_key_that_cannot_be_sent_is_refused_without_being_shown() {
    let server = RawServer::always(json("200 OK", "{}")).await;
    let verdict = provider().verify(&request(server.url("/me")), &key("PLANTED\r\nX-Evil: 1"), None).await;
    assert_eq!(word(&verdict), "refused");
    assert!(!format!("{verdict:?}").contains("PLANTED"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn no_reason_holds_the_key_or_the_address() {
    for reply in [Reply::Silence, Reply::Reset(Vec::new()), json("500 x", "{}"), json("401 x", "{}")] {
        let verdict =
            verdict(reply, |request| request.placement = KeyPlacement::Query { name: "key".to_owned() }).await;
        let shown = format!("{verdict:?}");
        assert!(!shown.contains("PLANTED") && !shown.contains("127.0.0.1"), "{shown}");
    }
}

#[tokio::test]
async fn the_end_of_a_key_is_told_by_a_header_or_a_place_in_the_answer_of_a_success() {
    let ends = async |reply: Reply, place: KeyEndPlace| {
        let server = RawServer::always(reply).await;
        let (url, placement) = (server.url("/me"), KeyPlacement::Bearer);
        let request = KeyEndRequest { url, placement, headers: Vec::new(), place };
        impatient_provider().key_end(&request, &ApiKeyCredential { id: None, key: ApiKey::new("ghp_PLANTED") }).await
    };
    let header = || KeyEndPlace::Header("github-authentication-token-expiration".to_owned());
    let body = || KeyEndPlace::Body("/expires_at".to_owned());
    let github = |status: &str| {
        Reply::Bytes(format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nGitHub-Authentication-Token-Expiration: 2127-03-31 14:05:00 UTC\r\nContent-Length: 2\r\n\r\n{{}}"
        ).into_bytes())
    };
    let (moment, day) = (Some(Timestamp(4_962_175_500_000)), Some(Timestamp(4_962_124_800_000)));
    assert_eq!(ends(github("200 OK"), header()).await, moment);
    assert_eq!(ends(github("401 Unauthorized"), header()).await, None, "only a success tells anything");
    assert_eq!(ends(json("200 OK", r#"{"expires_at":"2127-03-31"}"#), body()).await, day);
    for (reply, place) in [
        (json("200 OK", r#"{"expires_at":null}"#), body()),
        (json("200 OK", "{}"), header()),
        (json("200 OK", r#"{"expires_at":"2020-03-31"}"#), body()), // it was taken just now
        (json("403 Forbidden", r#"{"expires_at":"2127-03-31"}"#), body()),
        (json("200 OK", "<html>2127-03-31"), body()),
    ] {
        assert_eq!(ends(reply, place).await, None);
    }
}
