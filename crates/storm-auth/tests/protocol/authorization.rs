//! The page that is opened.

use std::collections::HashMap;
use std::collections::HashSet;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};
use storm_domain::port::{AuthorizationRequest, AuthorizationUrlError, Provider as _};
use url::Url;

use crate::support::{example_service, public_client, reader};

fn request() -> AuthorizationRequest {
    AuthorizationRequest {
        service: example_service(),
        client: public_client(),
        redirect_uri: Url::parse("http://127.0.0.1:4000/callback/x").unwrap(),
        scopes: vec!["read".to_owned(), "write:a b".to_owned()],
        login_hint: Some("ada@example.com".to_owned()),
    }
}

fn parameters(url: &Url) -> HashMap<String, String> {
    let pairs: Vec<_> = url.query_pairs().into_owned().collect();
    let parameters: HashMap<_, _> = pairs.iter().cloned().collect();
    assert_eq!(parameters.len(), pairs.len(), "every parameter stands once");
    parameters
}

#[tokio::test]
async fn o03_the_url_carries_pkce_s256_and_a_fresh_state() {
    let mut request = request();
    request.service.authorize_params = vec![("access_type".to_owned(), "offline".to_owned())];
    let made = reader().make_authorization_url(&request).await.unwrap();
    let sent = parameters(made.url.expose());
    let verifier = made.code_verifier.expose();
    assert!((43..=128).contains(&verifier.len()));
    assert!(verifier.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)));
    assert_eq!(sent["code_challenge"], BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())));
    assert_eq!(sent["code_challenge_method"], "S256");
    assert_eq!(sent["state"], made.csrf_state.expose());
    assert!(sent["state"].len() >= 22, "128 bits at least");
    assert_eq!(sent["response_type"], "code");
    assert_eq!(sent["client_id"], "desktop");
    assert_eq!(sent["redirect_uri"], "http://127.0.0.1:4000/callback/x");
    assert_eq!(sent["scope"], "read write:a b");
    assert_eq!(sent["login_hint"], "ada@example.com");
    assert_eq!(sent["access_type"], "offline");
}

#[tokio::test]
async fn o03_the_challenge_of_rfc_7636_appendix_b_is_met() {
    // The same computation the test above checks, pinned to the RFC's own numbers.
    let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let challenge =
        oauth2::PkceCodeChallenge::from_code_verifier_sha256(&oauth2::PkceCodeVerifier::new(verifier.into()));
    assert_eq!(challenge.as_str(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[tokio::test]
async fn o03_a_thousand_urls_share_no_state_and_no_verifier() {
    let provider = reader();
    let mut seen = HashSet::new();
    for _ in 0..1000 {
        let made = provider.make_authorization_url(&request()).await.unwrap();
        assert!(seen.insert(made.csrf_state.expose().to_owned()));
        assert!(seen.insert(made.code_verifier.expose().to_owned()));
    }
}

#[tokio::test]
async fn scopes_follow_the_services_separator_and_parameter() {
    let mut request = request();
    request.service.scope_separator = ',';
    request.service.scope_parameter = "user_scope".to_owned();
    let sent = parameters(reader().make_authorization_url(&request).await.unwrap().url.expose());
    assert_eq!(sent["user_scope"], "read,write:a b");
    assert!(!sent.contains_key("scope"));
    request.scopes.clear();
    let sent = parameters(reader().make_authorization_url(&request).await.unwrap().url.expose());
    assert!(!sent.contains_key("user_scope"));
}

#[tokio::test]
async fn a_query_that_the_authorize_url_already_has_stays() {
    let mut request = request();
    request.service.authorize_url = Url::parse("https://service.example/authorize?tenant=7").unwrap();
    assert_eq!(parameters(reader().make_authorization_url(&request).await.unwrap().url.expose())["tenant"], "7");
}

#[tokio::test]
async fn a_service_that_breaks_on_pkce_gets_none() {
    let mut request = request();
    request.service.pkce = false;
    let sent = parameters(reader().make_authorization_url(&request).await.unwrap().url.expose());
    assert!(!sent.contains_key("code_challenge") && sent.contains_key("state"));
}

#[tokio::test]
async fn o02_only_web_addresses_are_made_into_a_url() {
    for address in [
        "file:///etc/passwd",
        "javascript:alert(1)",
        "smb://host/x",
        "ms-msdt:/id",
        "http://service.example/$(calc)",
        "https://me@service.example/",
        "https://me:pw@service.example/",
        "data:text/html,x",
        "http://127.0.0.1@service.example/",
        "http://localhost.service.example/",
    ] {
        let mut request = request();
        request.service.authorize_url = Url::parse(address).unwrap();
        let refused = reader().make_authorization_url(&request).await.unwrap_err();
        assert_eq!(refused, AuthorizationUrlError::Address { field: "authorize_url" }, "{address}");
    }
}

#[tokio::test]
async fn http_is_allowed_on_the_loopback_only() {
    for address in ["http://127.0.0.1:4780/authorize", "http://[::1]:4780/authorize", "http://localhost:4780/authorize"]
    {
        let mut request = request();
        request.service.authorize_url = Url::parse(address).unwrap();
        assert!(reader().make_authorization_url(&request).await.is_ok(), "{address}");
    }
}

#[tokio::test]
async fn o02_control_characters_and_endless_addresses_are_refused() {
    let mut with_control = request();
    with_control.client.client_id = "id\r\nX: y".to_owned();
    let refused = reader().make_authorization_url(&with_control).await.unwrap_err();
    assert_eq!(refused, AuthorizationUrlError::ControlCharacter { field: "client_id" });
    let mut long = request();
    long.scopes = vec!["s".repeat(100_000)];
    assert_eq!(reader().make_authorization_url(&long).await.unwrap_err(), AuthorizationUrlError::TooLong);
}

#[tokio::test]
async fn what_is_shown_of_the_url_holds_no_value() {
    let made = reader().make_authorization_url(&request()).await.unwrap();
    let shown = format!("{made:?}");
    assert!(!shown.contains(made.csrf_state.expose()) && !shown.contains(made.code_verifier.expose()), "{shown}");
}

#[tokio::test]
async fn o04_the_state_is_256_bits_for_one_attempt_beside_pkce() {
    let made = reader().make_authorization_url(&request()).await.unwrap();
    let sent = parameters(made.url.expose());
    assert_eq!(BASE64_URL_SAFE_NO_PAD.decode(&sent["state"]).unwrap().len(), 32);
    assert_ne!(sent["state"], made.code_verifier.expose());
    assert!(sent.contains_key("code_challenge"));
    assert!(made.csrf_state.matches(&sent["state"]) && !made.csrf_state.matches(&sent["code_challenge"]));
}
