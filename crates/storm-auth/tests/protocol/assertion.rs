//! Service accounts: what is signed, where it goes, and what a refusal means.

use std::time::Duration;

use aws_lc_rs::encoding::{AsDer as _, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use storm_domain::port::Provider as _;
use storm_domain::{
    AssertionRules, KeyExchange, KeyFileAccount, RefreshFailure, ServiceAccountKey, ServiceAccountService, Timestamp,
    TokenLifetimes, TransientKind,
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
        assertion: AssertionRules { lifetime: Duration::from_secs(3 * 60 * 60), ..AssertionRules::default() },
        exchange: KeyExchange::Grant { token_url: None },
        lifetimes: TokenLifetimes::default(),
    }
}

fn account(token_uri: Url) -> KeyFileAccount {
    KeyFileAccount { client_email: "etl@project.example".to_owned(), project_id: None, token_uri }
}

/// A key file's content, and the public key in DER.
fn key(token_uri: Url) -> (ServiceAccountKey, Vec<u8>) {
    let pair = KeyPair::generate(KeySize::Rsa2048).unwrap();
    let pkcs8: Pkcs8V1Der<'_> = pair.as_der().unwrap();
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(pkcs8.as_ref()));
    let key = ServiceAccountKey::of_account(PrivateKey::new(pem), "key-1".to_owned(), account(token_uri));
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
    let sent: Vec<Value> = server
        .requests()
        .iter()
        .map(|request| claims(&sent_assertion(request), &public_key, &server.url("/token")))
        .collect();
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
    claims(&sent_assertion(&server.requests()[1]), &new_public, &server.url("/token"));
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
        key.account = Some(account(Url::parse(address).unwrap()));
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
    let corrected = claims(&sent_assertion(&server.requests()[1]), &public_key, &server.url("/token"));
    assert_eq!(corrected["iat"], 1_700_003_600 - 30);

    let server = RawServer::always(at_server_time("400 Bad Request", refusal)).await;
    let key = ServiceAccountKey { account: Some(account(server.url("/token"))), ..key };
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

/// A key as a bare file holds it, with a certificate; and the public half.
fn bare_key() -> (ServiceAccountKey, Vec<u8>) {
    let (key, public_key) = key(Url::parse("https://unused.example/").unwrap());
    // EXPOSE: a key of this test.
    let pair = rcgen::KeyPair::try_from(pem_body(key.private_key.expose())).unwrap();
    let certificate =
        rcgen::CertificateParams::new(vec!["app.example".to_owned()]).unwrap().self_signed(&pair).unwrap();
    let body = BASE64_STANDARD.encode(certificate.der());
    let certificates = format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    (ServiceAccountKey { certificates, key_id: None, account: None, ..key }, public_key)
}

fn decoded(assertion: &str, public_key: &[u8], algorithm: Algorithm) -> jsonwebtoken::TokenData<Value> {
    let mut validation = Validation::new(algorithm);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    jsonwebtoken::decode(assertion, &DecodingKey::from_rsa_der(public_key), &validation).unwrap()
}

fn rules(issuer: &str) -> AssertionRules {
    AssertionRules { issuer: Some(issuer.to_owned()), ..AssertionRules::default() }
}

#[tokio::test]
async fn a_client_proves_itself_with_its_certificate_as_entra_wants_it() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let (key, public_key) = bare_key();
    let service = ServiceAccountService {
        assertion: AssertionRules { subject: Some("app-1".to_owned()), is_pss: true, ..rules("app-1") },
        exchange: KeyExchange::Client { token_url: server.url("/token"), client_id: "app-1".to_owned() },
        ..service()
    };
    let (token, _) = provider().exchange_assertion(&service, &key, now()).await.unwrap();
    assert_eq!(token.expose(), "at");
    let request = server.requests().remove(0);
    let form = request.split_once("\r\n\r\n").unwrap().1;
    let sent: std::collections::HashMap<_, _> = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    assert_eq!((sent["grant_type"].as_str(), sent["client_id"].as_str()), ("client_credentials", "app-1"));
    assert_eq!(sent["client_assertion_type"], "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    assert_eq!(sent["scope"], "read write");
    let assertion = decoded(&sent["client_assertion"], &public_key, Algorithm::PS256);
    let certificate = pem_body(&key.certificates);
    let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &certificate));
    assert_eq!(assertion.header.x5t_s256.as_deref(), Some(thumbprint.as_str()));
    assert_eq!(assertion.claims["aud"], server.url("/token").as_str());
    assert_eq!((&assertion.claims["iss"], &assertion.claims["sub"]), (&"app-1".into(), &"app-1".into()));
    assert!(assertion.claims["scope"].is_null(), "it stands in the request");

    let refusing = RawServer::always(json("401 Unauthorized", r#"{"error":"invalid_client"}"#)).await;
    let exchange = KeyExchange::Client { token_url: refusing.url("/token"), client_id: "app-1".to_owned() };
    let service = ServiceAccountService { exchange, ..service };
    let refused = provider().exchange_assertion(&service, &key, now()).await.unwrap_err();
    assert!(matches!(refused, RefreshFailure::GrantRefused(_)), "nothing but the key proves this client");
}

fn pem_body(pem: &str) -> Vec<u8> {
    let body: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    BASE64_STANDARD.decode(body).unwrap()
}

#[tokio::test]
async fn an_app_asks_for_its_token_with_the_assertion_as_bearer_as_github_wants_it() {
    // An hour and a half after the Date below.
    let body = r#"{"token":"ghs_1","expires_at":"2023-11-15T00:43:20Z","permissions":{}}"#;
    let server = RawServer::always(at_server_time("201 Created", body)).await;
    let (key, public_key) = bare_key();
    let github = |server: &RawServer| ServiceAccountService {
        scopes: Vec::new(),
        assertion: rules("Iv23"),
        exchange: KeyExchange::Bearer { token_url: server.url("/app/installations/7/access_tokens") },
        ..service()
    };
    let (token, lifetime) = provider().exchange_assertion(&github(&server), &key, now()).await.unwrap();
    assert_eq!((token.expose(), lifetime), ("ghs_1", Some(Duration::from_secs(90 * 60))));
    let request = server.requests().remove(0);
    let sent = request.lines().find_map(|line| line.strip_prefix("authorization: Bearer ")).unwrap();
    let assertion = decoded(sent, &public_key, Algorithm::RS256);
    assert_eq!(assertion.claims["iss"], "Iv23");
    assert!(assertion.claims["aud"].is_null() && assertion.claims["sub"].is_null());

    type Fits = fn(&RefreshFailure) -> bool;
    let cases: [(&str, &str, Fits); 4] = [
        (
            "401 Unauthorized",
            r#"{"message":"A JSON web token could not be decoded"}"#,
            |failure| matches!(failure, RefreshFailure::GrantRefused(words) if words.description.contains("could not be decoded")),
        ),
        (
            "404 Not Found",
            r#"{"message":"Not Found"}"#,
            |failure| matches!(failure, RefreshFailure::RequestRefused(words) if words.code == "404"),
        ),
        ("502 Bad Gateway", "<html>", |failure| matches!(failure, RefreshFailure::Transient { .. })),
        ("201 Created", r#"{"token":""}"#, |failure| {
            matches!(failure, RefreshFailure::Transient { kind: TransientKind::UnusableToken, .. })
        }),
    ];
    for (status, body, fits) in cases {
        let server = RawServer::always(json(status, body)).await;
        let failure = provider().exchange_assertion(&github(&server), &key, now()).await.unwrap_err();
        assert!(fits(&failure), "{status} {body}: {failure:?}");
    }
}

#[tokio::test]
async fn what_is_signed_is_the_token_where_nothing_is_exchanged_as_apple_and_snowflake_want_it() {
    let (key, public_key) = bare_key();
    let service = ServiceAccountService {
        scopes: Vec::new(),
        assertion: AssertionRules {
            audience: Some("appstoreconnect-v1".to_owned()),
            key_id: Some("2X9R4HXF34".to_owned()),
            lifetime: Duration::from_secs(900),
            ..rules("issuer-1")
        },
        exchange: KeyExchange::Itself,
        ..service()
    };
    let (token, lifetime) = provider().exchange_assertion(&service, &key, now()).await.unwrap();
    let assertion = decoded(token.expose(), &public_key, Algorithm::RS256);
    assert_eq!(assertion.header.kid.as_deref(), Some("2X9R4HXF34"));
    assert_eq!(assertion.claims["aud"], "appstoreconnect-v1");
    let [issued, ends] = ["iat", "exp"].map(|name| assertion.claims[name].as_i64().unwrap());
    assert_eq!(ends - issued, 900);
    assert_eq!(lifetime, Some(Duration::from_secs(900 - 30)), "it began half a minute ago");

    let nobody = ServiceAccountService { assertion: AssertionRules::default(), ..service };
    let refused = provider().exchange_assertion(&nobody, &key, now()).await.unwrap_err();
    assert!(matches!(&refused, RefreshFailure::RequestRefused(words) if words.code == "issuer_missing"), "{refused:?}");
}

#[tokio::test]
async fn a_certificate_of_a_form_that_tls_does_not_take_is_named_all_the_same() {
    let server = RawServer::always(json("200 OK", ANSWER)).await;
    let pem = include_str!("../../../storm-connectors/tests/files/good/key-then-certificate.pem");
    let (private_key, certificates) = pem.split_at(pem.find("-----BEGIN CERTIFICATE-----").unwrap());
    let (key, _) = bare_key();
    let key =
        ServiceAccountKey { private_key: PrivateKey::new(private_key), certificates: certificates.to_owned(), ..key };
    let exchange = KeyExchange::Client { token_url: server.url("/token"), client_id: "app-1".to_owned() };
    let service = ServiceAccountService { assertion: rules("app-1"), exchange, ..service() };
    assert!(provider().exchange_assertion(&service, &key, now()).await.is_ok());
}
