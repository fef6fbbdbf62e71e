//! Pushed authorization requests (RFC 9126): what is handed in, what is left to open, and that nothing goes without.

use std::collections::HashMap;

use storm_domain::port::{
    AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, ClientIdentity, Provider as _,
};
use storm_domain::{ClientAuth, OAuthService, RefreshFailure, TransientKind};
use url::{Url, form_urlencoded};

use crate::support::{
    RawServer, Reply, confidential_client, impatient_provider, json, provider, public_client, service,
};

const HANDLE: &str = "urn:ietf:params:oauth:request_uri:6esc_11ACC5bwc014ltc14eY22c";

fn good() -> Reply {
    json("201 Created", &format!(r#"{{"request_uri":"{HANDLE}","expires_in":60}}"#))
}

fn request(server: &RawServer, client: ClientIdentity) -> AuthorizationRequest {
    let service = OAuthService {
        pushed_authorization_url: Some(server.url("/par")),
        pushed_authorization_required: true,
        authorize_params: vec![("prompt".to_owned(), "consent".to_owned())],
        ..service(&server.base)
    };
    AuthorizationRequest {
        service,
        client,
        redirect_uri: Url::parse("http://127.0.0.1:49152/callback").unwrap(),
        scopes: vec!["openid".to_owned(), "email".to_owned()],
        login_hint: Some("ada@service.example".to_owned()),
    }
}

async fn pushed(reply: Reply) -> Result<AuthorizationUrl, AuthorizationUrlError> {
    let server = RawServer::always(reply).await;
    let made = impatient_provider().make_authorization_url(&request(&server, public_client())).await;
    assert_eq!(server.requests().len(), 1, "handed in once, and no page was fetched");
    made
}

fn form_of(request: &str) -> HashMap<String, String> {
    let (_, body) = request.split_once("\r\n\r\n").unwrap();
    let pairs: Vec<_> = form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let form: HashMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(form.len(), pairs.len(), "a parameter twice: {body}");
    form
}

#[tokio::test]
async fn o10_the_request_is_handed_in_and_the_page_carries_its_handle_only() {
    let server = RawServer::always(good()).await;
    let made = provider().make_authorization_url(&request(&server, public_client())).await.unwrap();
    let sent = server.requests().remove(0);
    assert!(sent.starts_with("POST /par HTTP/1.1\r\n"), "{sent}");
    let form = form_of(&sent);
    let expected = [
        ("response_type", "code"),
        ("client_id", "desktop"),
        ("redirect_uri", "http://127.0.0.1:49152/callback"),
        ("scope", "openid email"),
        ("code_challenge_method", "S256"),
        ("login_hint", "ada@service.example"),
        ("prompt", "consent"),
        ("state", made.csrf_state.expose()),
    ];
    for (name, value) in expected {
        assert_eq!(form.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(form["code_challenge"].len(), 43);
    assert!(!form.contains_key("request_uri"));

    let page = made.url.expose();
    assert_eq!(page.path(), "/authorize");
    let left: Vec<_> = page.query_pairs().into_owned().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(left, [pair("client_id", "desktop"), pair("request_uri", HANDLE)]);
    assert!(made.is_one_time);
}

#[tokio::test]
async fn o10_the_client_authenticates_as_at_the_token_endpoint() {
    let server = RawServer::always(good()).await;
    provider().make_authorization_url(&request(&server, confidential_client())).await.unwrap();
    let mut basic = request(&server, confidential_client());
    basic.service.token_client_auth = ClientAuth::Basic;
    provider().make_authorization_url(&basic).await.unwrap();
    let sent = server.requests();
    assert_eq!(form_of(&sent[0])["client_secret"], "s&cret +");
    assert!(sent[1].to_ascii_lowercase().contains("\r\nauthorization: basic "), "{}", sent[1]);
    assert!(!form_of(&sent[1]).contains_key("client_secret"));
    assert_eq!(form_of(&sent[1])["client_id"], "app:1");
}

#[tokio::test]
async fn o10_each_attempt_hands_in_a_request_of_its_own() {
    let server =
        RawServer::start(|n| json("201 Created", &format!(r#"{{"request_uri":"urn:{n}","expires_in":60}}"#))).await;
    let request = request(&server, public_client());
    let (first, second) = (
        provider().make_authorization_url(&request).await.unwrap(),
        provider().make_authorization_url(&request).await.unwrap(),
    );
    assert_ne!(first.url.expose(), second.url.expose(), "a handle is used once");
    let sent = server.requests();
    for name in ["state", "code_challenge"] {
        assert_ne!(form_of(&sent[0])[name], form_of(&sent[1])[name], "{name}");
    }
}

#[tokio::test]
async fn o10_what_was_not_taken_is_never_opened_with_plain_parameters() {
    for (status, body, code) in [
        (
            "400 Bad Request",
            r#"{"error":"invalid_request","error_description":"redirect_uri is not registered"}"#,
            "invalid_request",
        ),
        ("201 Created", r#"{"request_uri":"urn:x","expires_in":0}"#, "request_uri_expired"),
        ("201 Created", r#"{"request_uri":"urn:x","expires_in":"0"}"#, "request_uri_expired"),
        ("201 Created", r#"{"request_uri":"urn:x","expires_in":-1}"#, "request_uri_expired"),
        ("201 Created", r#"{"request_uri":"","expires_in":60}"#, "request_uri_not_usable"),
        ("201 Created", r#"{"request_uri":"a b","expires_in":60}"#, "request_uri_not_usable"),
    ] {
        let refused = pushed(json(status, body)).await.unwrap_err();
        let is_it = matches!(&refused, AuthorizationUrlError::NotPushed(RefreshFailure::RequestRefused(words)) if words.code == code);
        assert!(is_it, "{body}: {refused:?}");
    }
    let refused = pushed(json("401 Unauthorized", r#"{"error":"invalid_client"}"#)).await.unwrap_err();
    assert!(matches!(refused, AuthorizationUrlError::NotPushed(RefreshFailure::RegistrationRefused(_))));
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n";
    for (reply, kind) in [
        (json("201 Created", "{}"), TransientKind::NotAnAnswer),
        (json("201 Created", "<html>"), TransientKind::NotAnAnswer),
        (json("503 Service Unavailable", "busy"), TransientKind::ServiceBusy),
        (Reply::Bytes(moved.as_bytes().to_vec()), TransientKind::Redirected),
        (Reply::Silence, TransientKind::Timeout),
    ] {
        let failed = pushed(reply).await.unwrap_err();
        let is_it = matches!(&failed, AuthorizationUrlError::NotPushed(RefreshFailure::Transient { kind: found, .. }) if *found == kind);
        assert!(is_it, "{kind:?}: {failed:?}");
    }
}

#[tokio::test]
async fn o10_an_endpoint_without_https_or_none_at_all_is_refused() {
    let server = RawServer::always(good()).await;
    let mut request = request(&server, public_client());
    for url in [Some("http://service.example/par"), Some("https://u:p@service.example/par"), None] {
        request.service.pushed_authorization_url = url.map(|url| Url::parse(url).unwrap());
        let refused = provider().make_authorization_url(&request).await.unwrap_err();
        assert_eq!(refused, AuthorizationUrlError::Address { field: "pushed_authorization_request_endpoint" });
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_service_that_only_offers_it_is_not_asked() {
    let server = RawServer::always(good()).await;
    let mut request = request(&server, public_client());
    request.service.pushed_authorization_required = false;
    let made = provider().make_authorization_url(&request).await.unwrap();
    assert!(server.requests().is_empty() && !made.is_one_time);
    assert!(made.url.expose().query().unwrap().contains("code_challenge="));
}
