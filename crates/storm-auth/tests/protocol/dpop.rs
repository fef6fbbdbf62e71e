//! Proof of possession (RFC 9449): what a proof says, and that a request goes out twice for a nonce only.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, DecodingKey, Header};
use serde_json::Value;
use sha2::{Digest as _, Sha256};
use storm_auth::{HttpProvider, OsEntropy};
use storm_domain::port::{Clock, Provider as _, TokenGrant, TokenRequest};
use storm_domain::{
    AnswerFormat, AnswerOddity, Credential, HttpMethod, IdentityPaths, KeyPlacement, OAuthGrant, RawTokenAnswer,
    RefreshFailure, SendFailure, Timestamp, Verdict, VerifyRequest,
};
use storm_secret::{AccessToken, PrivateKey, RefreshToken};
use url::Url;

use crate::support::keys::{form, header, signed};
use crate::support::{RawServer, Reply, json, now, provider, public_client, service};

const BOUND: &str = r#"{"access_token":"at","token_type":"DPoP","refresh_token":"r2","expires_in":3600}"#;
const WANTED: &str = r#"{"error":"use_dpop_nonce","error_description":"nonce is required"}"#;

/// The refusal that brings a nonce, as the token endpoint writes it (§8).
fn wants(nonce: &str) -> Reply {
    with_head("400 Bad Request", &format!("DPoP-Nonce: {nonce}\r\n"), WANTED)
}

fn with_head(status: &str, head: &str, body: &str) -> Reply {
    let length = body.len();
    let text = format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    Reply::Bytes(text.into_bytes())
}

async fn refresh(provider: &HttpProvider, url: &Url, key: &PrivateKey) -> Result<RawTokenAnswer, SendFailure> {
    let refresh_token = RefreshToken::new("r1");
    let mut service = service(url);
    service.refresh_url = url.join("/token?tenant=1").unwrap();
    let grant = TokenGrant::RefreshToken(&refresh_token);
    let client = public_client();
    provider.send_token_request(TokenRequest { service: &service, client: &client, grant, dpop_key: Some(key) }).await
}

/// The proof of a request: its header and its claims, signed by the key that the header shows.
fn proof(request: &str) -> (Header, Value) {
    let text = header(request, "dpop").unwrap_or_else(|| panic!("no proof: {request}"));
    let jwk: Jwk = jsonwebtoken::decode_header(text).unwrap().jwk.unwrap();
    let proof = signed(text, Algorithm::ES256, &DecodingKey::from_jwk(&jwk).unwrap());
    (proof.header, proof.claims)
}

#[tokio::test]
async fn o55_a_proof_names_method_and_address_without_query_and_is_never_the_same_twice() {
    let server = RawServer::always(json("200 OK", BOUND)).await;
    let (provider, key) = (provider(), provider().make_dpop_key().unwrap());
    for _ in 0..2 {
        let answer = refresh(&provider, &server.base, &key).await.unwrap();
        assert_eq!(answer.dpop_key.as_ref().map(PrivateKey::expose), Some(key.expose()), "it lands with the answer");
    }
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /token?tenant=1 "), "{}", requests[0]);
    assert!(form(&requests[0])["refresh_token"] == "r1" && !requests[0].contains("PRIVATE"));
    let ((header, claims), (_, again)) = (proof(&requests[0]), proof(&requests[1]));
    assert_eq!((header.typ.as_deref(), header.alg), (Some("dpop+jwt"), Algorithm::ES256));
    assert_eq!((&claims["htm"], &claims["htu"]), (&"POST".into(), &server.url("/token").as_str().into()));
    assert!((claims["iat"].as_i64().unwrap() * 1000 - now().0).abs() < 60_000);
    assert!(claims.get("ath").is_none() && claims.get("nonce").is_none());
    assert!(claims["jti"].as_str().unwrap().len() >= 22);
    assert_ne!(claims["jti"], again["jti"]);
    let shown = serde_json::to_value(header.jwk.unwrap()).unwrap();
    assert_eq!((&shown["kty"], &shown["crv"]), (&"EC".into(), &"P-256".into()));
    assert!(shown.get("d").is_none(), "the public half only: {shown}");
}

#[tokio::test]
async fn o55_a_wanted_nonce_is_brought_once_with_a_fresh_proof_and_then_remembered() {
    let server = RawServer::start(|number| match number {
        0 => wants("nonce-1"),
        _ => with_head("200 OK", "DPoP-Nonce: nonce-2\r\n", BOUND),
    })
    .await;
    let (provider, key) = (provider(), provider().make_dpop_key().unwrap());
    assert_eq!(refresh(&provider, &server.base, &key).await.unwrap().status, 200);
    assert_eq!(refresh(&provider, &server.base, &key).await.unwrap().status, 200);
    let proofs: Vec<Value> = server.requests().iter().map(|request| proof(request).1).collect();
    let nonces: Vec<_> = proofs.iter().map(|claims| claims.get("nonce").and_then(Value::as_str)).collect();
    assert_eq!(nonces, [None, Some("nonce-1"), Some("nonce-2")]);
    assert_ne!(proofs[0]["jti"], proofs[1]["jti"]);
    assert!(server.requests().iter().all(|request| form(request)["refresh_token"] == "r1"));
}

#[tokio::test]
async fn o55_a_second_wish_for_a_nonce_is_an_error_and_no_third_request() {
    let server = RawServer::start(|number| wants(&format!("nonce-{number}"))).await;
    let key = provider().make_dpop_key().unwrap();
    let answer = refresh(&provider(), &server.base, &key).await.unwrap();
    let access = provider().read_token_answer(&service(&server.base), &answer).access;
    assert!(
        matches!(&access, Err(RefreshFailure::RequestRefused(words)) if words.code == "use_dpop_nonce"),
        "{access:?}"
    );
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn nothing_but_a_wanted_nonce_makes_a_request_go_out_twice() {
    let nonce = "DPoP-Nonce: n\r\n";
    for (status, head, body) in [
        ("400 Bad Request", nonce, r#"{"error":"invalid_grant"}"#),
        ("400 Bad Request", nonce, r#"{"error":"invalid_dpop_proof"}"#),
        ("400 Bad Request", "", WANTED),
        ("200 OK", nonce, WANTED),
        ("500 Internal Server Error", nonce, WANTED),
        ("503 Service Unavailable", nonce, WANTED),
        ("400 Bad Request", nonce, "<p>use_dpop_nonce</p>"),
        ("400 Bad Request", "DPoP-Nonce: \u{1}\r\n", WANTED),
    ] {
        let server = RawServer::always(with_head(status, head, body)).await;
        let key = provider().make_dpop_key().unwrap();
        let _ = refresh(&provider(), &server.base, &key).await;
        assert_eq!(server.requests().len(), 1, "{status} {head}{body}");
    }
    let server = RawServer::start(|number| if number == 0 { wants("n") } else { Reply::Reset(Vec::new()) }).await;
    let key = provider().make_dpop_key().unwrap();
    assert!(refresh(&provider(), &server.base, &key).await.is_err());
    assert_eq!(server.requests().len(), 2, "what breaks off after it is in doubt, and not sent again");
}

/// A clock on which an hour passes between any two looks at it.
struct Hourly(AtomicU64);

#[async_trait::async_trait]
impl Clock for Hourly {
    fn now(&self) -> Timestamp {
        now()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_secs(3600 * self.0.fetch_add(1, Ordering::Relaxed))
    }
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}

#[tokio::test]
async fn both_requests_share_one_deadline() {
    let server = RawServer::start(|number| if number == 0 { wants("n") } else { json("200 OK", BOUND) }).await;
    let slow = HttpProvider::new(Arc::new(Hourly(AtomicU64::new(0))), Arc::new(OsEntropy)).unwrap();
    let answer = refresh(&slow, &server.base, &provider().make_dpop_key().unwrap()).await.unwrap();
    assert_eq!((answer.status, server.requests().len()), (400, 1), "no time was left for the second");
}

#[tokio::test]
async fn a_bound_token_is_nothing_odd_and_one_that_nobody_asked_to_bind_is() {
    let server = RawServer::always(json("200 OK", BOUND)).await;
    let key = provider().make_dpop_key().unwrap();
    let answer = refresh(&provider(), &server.base, &key).await.unwrap();
    let reading = provider().read_token_answer(&service(&server.base), &answer);
    assert_eq!((reading.token_type.as_deref(), &*reading.oddities), (Some("DPoP"), &[][..]));
    let unproved = RawTokenAnswer { dpop_key: None, ..answer };
    let reading = provider().read_token_answer(&service(&server.base), &unproved);
    assert_eq!(reading.oddities, [AnswerOddity::UnknownTokenType]);
}

fn grant(token_type: &str, key: &PrivateKey) -> Credential {
    Credential::OAuthGrant(OAuthGrant {
        refresh_token: None,
        access_token: None,
        expires_at: None,
        token_type: Some(token_type.to_owned()),
        scopes: None,
        id_token: None,
        dpop_key: Some(key.clone()),
        obtained_at: now(),
        refresh_life: None,
    })
}

fn whoami(url: Url) -> VerifyRequest {
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
        limited_means: None,
        identity: IdentityPaths::default(),
        is_userinfo: false,
    }
}

#[tokio::test]
async fn o55_a_bound_token_is_used_with_a_proof_of_its_hash_and_the_resources_nonce() {
    let challenge = "WWW-Authenticate: DPoP error=\"use_dpop_nonce\", algs=\"ES256\"\r\nDPoP-Nonce: of-resource\r\n";
    let server = RawServer::start(move |number| match number {
        0 => with_head("401 Unauthorized", challenge, ""),
        _ => json("200 OK", "{}"),
    })
    .await;
    let key = provider().make_dpop_key().unwrap();
    let token = AccessToken::new("bound-token");
    let verdict = provider().verify(&whoami(server.url("/me?full=1")), &grant("dpop", &key), Some(&token)).await;
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    assert_eq!(header(&requests[1], "authorization"), Some("DPoP bound-token"));
    let claims = proof(&requests[1]).1;
    assert_eq!((&claims["htm"], &claims["htu"]), (&"GET".into(), &server.url("/me").as_str().into()));
    assert_eq!(claims["ath"], BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest("bound-token")));
    assert_eq!(claims["nonce"], "of-resource");
}

#[tokio::test]
async fn a_second_refusal_is_a_verdict_and_a_plain_token_needs_no_proof() {
    let challenge = "WWW-Authenticate: DPoP error=\"use_dpop_nonce\"\r\nDPoP-Nonce: n\r\n";
    let server = RawServer::always(with_head("401 Unauthorized", challenge, "")).await;
    let key = provider().make_dpop_key().unwrap();
    let token = AccessToken::new("t");
    let verdict = provider().verify(&whoami(server.url("/me")), &grant("DPoP", &key), Some(&token)).await;
    assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    assert_eq!(server.requests().len(), 2);

    let server = RawServer::always(json("200 OK", "{}")).await;
    provider().verify(&whoami(server.url("/me")), &grant("Bearer", &key), Some(&token)).await;
    let sent = server.requests().remove(0);
    assert_eq!((header(&sent, "authorization"), header(&sent, "dpop")), (Some("Bearer t"), None));
}
