//! Service accounts: what is signed, where it goes, and what a refusal means.

use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use storm_domain::port::Provider as _;
use storm_domain::{
    RefreshFailure, ServiceAccountKey, ServiceAccountService, Timestamp, TokenLifetimes, TransientKind,
};
use storm_secret::PrivateKey;
use url::{Url, form_urlencoded};

use crate::support::{RawServer, Reply, json, now, provider};

const ANSWER: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":3599}"#;
const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";

fn service() -> ServiceAccountService {
    ServiceAccountService {
        token_hosts: vec!["127.0.0.1".to_owned()],
        scopes: vec!["read".to_owned(), "write".to_owned()],
        assertion_lifetime: Duration::from_secs(3 * 60 * 60),
        lifetimes: TokenLifetimes::default(),
    }
}

/// A key file's content, and the public key in DER.
fn key(token_uri: Url) -> (ServiceAccountKey, Vec<u8>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(pkcs8.as_ref()));
    let key = ServiceAccountKey {
        private_key: PrivateKey::new(pem),
        key_id: "key-1".to_owned(),
        client_email: "etl@project.example".to_owned(),
        project_id: None,
        token_uri,
    };
    (key, pair.public_key().as_ref().to_vec())
}

/// The form's values; the assertion as it was sent.
fn sent_assertion(request: &str) -> String {
    let form = request.split_once("\r\n\r\n").unwrap().1;
    let parameters: std::collections::HashMap<_, _> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!(parameters["grant_type"], GRANT_TYPE);
    assert_eq!(parameters.len(), 2);
    parameters["assertion"].clone()
}

fn claims(assertion: &str, public_key: &[u8], audience: &Url) -> Value {
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&[audience.as_str()]);
    validation.set_issuer(&["etl@project.example"]);
    validation.validate_exp = false;
    let key = DecodingKey::from_rsa_der(public_key);
    let decoded = jsonwebtoken::decode::<Value>(assertion, &key, &validation).unwrap();
    assert_eq!(decoded.header.kid.as_deref(), Some("key-1"));
    assert_eq!(decoded.header.typ.as_deref(), Some("JWT"));
    decoded.claims
}

#[tokio::test]
async fn o54_the_assertion_is_signed_bounded_and_never_the_same_twice() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let (key, public_key) = key(server.url("/token"));
    let provider = provider();
    let now = Timestamp(1_700_000_000_500);
    for _ in 0..2 {
        let (token, lifetime) = provider.exchange_assertion(&service(), &key, now).await.unwrap();
        assert_eq!(token.expose(), "at");
        assert_eq!(lifetime, Some(Duration::from_secs(3599)));
    }
    let sent: Vec<Value> =
        server.requests().iter().map(|request| claims(&sent_assertion(request), &public_key, &key.token_uri)).collect();
    assert_eq!(sent[0]["scope"], "read write");
    assert_eq!(sent[0]["iat"], 1_700_000_000 - 30);
    assert_eq!(sent[0]["exp"], 1_700_000_000 - 30 + 3600, "an hour at most, whatever the connector asks");
    assert!(sent[0]["aud"].is_string());
    assert!(sent[0]["jti"].as_str().unwrap().len() >= 22);
    assert_ne!(sent[0]["jti"], sent[1]["jti"]);
}

#[tokio::test]
async fn a_replaced_key_of_the_same_id_signs_with_the_new_one() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let (old, _) = key(server.url("/token"));
    let (new, new_public) = key(server.url("/token"));
    let provider = provider();
    provider.exchange_assertion(&service(), &old, now()).await.unwrap();
    provider.exchange_assertion(&service(), &new, now()).await.unwrap();
    claims(&sent_assertion(&server.requests()[1]), &new_public, &new.token_uri);
}

#[tokio::test]
async fn o54_a_token_address_that_the_connector_does_not_allow_is_never_asked() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let (mut key, _) = key(server.url("/token"));
    for address in [
        server.url("/token").as_str(),
        "http://169.254.169.254/token",
        "https://oauth2.googleapis.com.evil.example/token",
        "https://me@oauth2.googleapis.com/token",
        "http://oauth2.googleapis.com/token",
        "https://оauth2.googleapis.com/token", // the first letter is Cyrillic
        "file:///etc/passwd",
    ] {
        key.token_uri = Url::parse(address).unwrap();
        let service = ServiceAccountService { token_hosts: vec!["oauth2.googleapis.com".to_owned()], ..service() };
        let refused = provider().exchange_assertion(&service, &key, now()).await.unwrap_err();
        assert!(matches!(refused, RefreshFailure::RequestRefused(_)), "{address}: {refused:?}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_key_that_cannot_sign_is_said_to_be_so() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let (mut key, _) = key(server.url("/token"));
    key.private_key = PrivateKey::new("-----BEGIN PRIVATE KEY-----\nPLANTED\n-----END PRIVATE KEY-----\n");
    let refused = provider().exchange_assertion(&service(), &key, now()).await.unwrap_err();
    let RefreshFailure::RequestRefused(words) = &refused else { panic!("{refused:?}") };
    assert_eq!(words.code, "key_not_usable");
    assert!(!format!("{refused:?}{key:?}").contains("PLANTED"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn f183_a_deleted_or_disabled_key_is_refused_for_good_without_a_second_try() {
    let body = r#"{"error":"invalid_grant","error_description":"Invalid JWT Signature."}"#;
    let server = RawServer::always(json("400 Bad Request", body)).await;
    let (key, _) = key(server.url("/token"));
    let refused = provider().exchange_assertion(&service(), &key, now()).await.unwrap_err();
    assert!(matches!(&refused, RefreshFailure::GrantRefused(words) if words.description.contains("Signature")));
    assert_eq!(server.requests().len(), 1);
}

fn at_server_time(status: &str, body: &str) -> Reply {
    let length = body.len();
    // 2023-11-14 23:13:20 UTC
    Reply::Bytes(
        format!("HTTP/1.1 {status}\r\nDate: Tue, 14 Nov 2023 23:13:20 GMT\r\nContent-Type: application/json\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
            .into_bytes(),
    )
}

#[tokio::test]
async fn f184_a_skewed_clock_is_corrected_once_by_the_services_date() {
    let refusal = r#"{"error":"invalid_grant","error_description":"Invalid JWT: Token must be a short-lived token"}"#;
    let server =
        RawServer::start(
            move |number| {
                if number == 0 { at_server_time("400 Bad Request", refusal) } else { json("200 OK", ANSWER) }
            },
        )
        .await;
    let (key, public_key) = key(server.url("/token"));
    let (token, _) = provider().exchange_assertion(&service(), &key, now()).await.unwrap();
    assert_eq!(token.expose(), "at");
    let corrected = claims(&sent_assertion(&server.requests()[1]), &public_key, &key.token_uri);
    assert_eq!(corrected["iat"], 1_700_003_600 - 30);

    let server = RawServer::always(at_server_time("400 Bad Request", refusal)).await;
    let key = ServiceAccountKey { token_uri: server.url("/token"), ..key };
    let refused = provider().exchange_assertion(&service(), &key, now()).await.unwrap_err();
    assert!(matches!(refused, RefreshFailure::GrantRefused(_)));
    assert_eq!(server.requests().len(), 2, "never a third time");
}

#[tokio::test]
async fn trouble_on_the_way_says_nothing_about_the_key() {
    let server = RawServer::always(json("503 Service Unavailable", "")).await;
    let (key, _) = key(server.url("/token"));
    let failure = provider().exchange_assertion(&service(), &key, now()).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::ServiceBusy, .. }));
}
