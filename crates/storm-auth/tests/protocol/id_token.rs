//! ID tokens: what makes one believed, and what makes one refused.

use aws_lc_rs::rsa::{KeyPair as RsaPair, KeySize};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use storm_domain::port::{ClientIdentity, IdTokenCheck, IdTokenOf, KeySource, Provider as _};
use storm_domain::{IdTokenError, IdTokenFault, IdTokenRules, OAuthService, Timestamp, TransientKind};
use storm_secret::{AccessToken, IdToken, Nonce};
use url::Url;

use crate::support::{RawServer, confidential_client, example_service, json as reply, now, provider, public_client};

const ISSUER: &str = "https://service.example";

/// A signing key and its public half.
struct Signer {
    key: EncodingKey,
    kid: Option<String>,
}

impl Signer {
    fn make(kid: Option<&str>) -> Self {
        let pair = RsaPair::generate(KeySize::Rsa2048).unwrap();
        let der = aws_lc_rs::encoding::AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
        // PKCS#8 wraps what the library signs with.
        let pem = pem_of(der.as_ref());
        Self { key: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(), kid: kid.map(str::to_owned) }
    }

    fn public(&self) -> Value {
        let mut jwk = Jwk::from_encoding_key(&self.key, Algorithm::RS256).unwrap();
        jwk.common.key_id.clone_from(&self.kid);
        serde_json::to_value(jwk).unwrap()
    }

    fn sign(&self, claims: &Value) -> IdToken {
        self.sign_as(self.kid.as_deref(), claims)
    }

    fn sign_as(&self, kid: Option<&str>, claims: &Value) -> IdToken {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = kid.map(str::to_owned);
        IdToken::new(jsonwebtoken::encode(&header, claims, &self.key).unwrap())
    }
}

fn pem_of(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::prelude::BASE64_STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", lines.join("\n"))
}

/// A key set that answers with `sets` in turn, the last one for ever.
async fn key_server(sets: Vec<Vec<Value>>) -> RawServer {
    RawServer::start(move |number| {
        let keys = &sets[number.min(sets.len() - 1)];
        reply("200 OK", &json!({ "keys": keys }).to_string())
    })
    .await
}

fn service(keys: &Url, algorithms: &[&str]) -> OAuthService {
    let rules = IdTokenRules {
        issuer: keys.as_str().trim_end_matches('/').to_owned(),
        jwks_url: keys.clone(),
        algorithms: algorithms.iter().map(|name| (*name).to_owned()).collect(),
    };
    OAuthService { id_tokens: Some(rules), ..example_service() }
}

fn seconds() -> i64 {
    now().0 / 1000
}

fn good(service: &OAuthService) -> Value {
    json!({
        "iss": service.id_tokens.as_ref().unwrap().issuer, "sub": "ada", "aud": "desktop",
        "exp": seconds() + 300, "iat": seconds(), "nonce": "the-nonce",
    })
}

fn with(claims: &Value, change: Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in change.as_object().unwrap() {
        match value {
            Value::Null => drop(claims.as_object_mut().unwrap().remove(name)),
            value => claims[name] = value.clone(),
        }
    }
    claims
}

/// Asks one provider again and again, as a program does.
struct Checker {
    provider: storm_auth::HttpProvider,
    service: OAuthService,
    client: ClientIdentity,
    nonce: Nonce,
    keys: KeySource,
}

impl Checker {
    fn of(service: OAuthService) -> Self {
        let keys = KeySource::Network;
        Self { provider: provider(), service, client: public_client(), nonce: Nonce::new("the-nonce"), keys }
    }

    async fn check_for(&self, id_token: &IdToken, of: IdTokenOf<'_>, at: Timestamp) -> Result<(), IdTokenError> {
        let access_token = AccessToken::new("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y");
        let (service, client) = (&self.service, &self.client);
        let access_token = Some(&access_token);
        self.provider
            .check_id_token(IdTokenCheck { id_token, service, client, access_token, at, of, keys: self.keys })
            .await
    }

    async fn check(&self, id_token: &IdToken) -> Result<(), IdTokenError> {
        self.check_for(id_token, IdTokenOf::SignIn(Some(&self.nonce)), now()).await
    }
}

fn refused(fault: IdTokenFault) -> Result<(), IdTokenError> {
    Err(IdTokenError::Refused(fault))
}

#[tokio::test]
async fn o56_every_claim_of_an_id_token_is_checked() {
    let signer = Signer::make(Some("k1"));
    let server = key_server(vec![vec![signer.public()]]).await;
    let checker = Checker::of(service(&server.base, &["RS256"]));
    let claims = good(&checker.service);
    assert_eq!(checker.check(&signer.sign(&claims)).await, Ok(()));
    use IdTokenFault::*;
    for (change, fault) in [
        (json!({ "iss": "https://evil.example" }), Issuer),
        (json!({ "iss": format!("{}/", claims["iss"].as_str().unwrap()) }), Issuer),
        (json!({ "iss": null }), Issuer),
        (json!({ "sub": null }), Subject),
        (json!({ "sub": "" }), Subject),
        (json!({ "aud": "another" }), Audience),
        (json!({ "aud": null }), Audience),
        (json!({ "aud": [] }), Audience),
        (json!({ "aud": ["desktop", "another"] }), AuthorizedParty),
        (json!({ "aud": ["desktop", "another"], "azp": "another" }), AuthorizedParty),
        (json!({ "azp": "another" }), AuthorizedParty),
        (json!({ "exp": seconds() - 301 }), Expired),
        (json!({ "exp": null }), Expired),
        (json!({ "iat": seconds() + 330 }), IssuedAt),
        (json!({ "iat": null }), IssuedAt),
        (json!({ "nbf": seconds() + 330 }), IssuedAt),
        (json!({ "nonce": "another" }), Nonce),
        (json!({ "nonce": null }), Nonce),
        (json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RR" }), AccessTokenHash),
    ] {
        assert_eq!(checker.check(&signer.sign(&with(&claims, change.clone()))).await, refused(fault), "{change}");
    }
    for change in [
        json!({ "aud": ["desktop", "another"], "azp": "desktop" }),
        json!({ "aud": ["desktop"] }),
        json!({ "exp": seconds() - 290, "iat": seconds() + 290 }), // clocks differ a little
        json!({ "exp": 1e11 }),
        json!({ "at_hash": "77QmUPtjPfzWtF2AnpK9RQ" }), // Core, appendix A.3
    ] {
        assert_eq!(checker.check(&signer.sign(&with(&claims, change.clone()))).await, Ok(()), "{change}");
    }
    assert_eq!(server.requests().len(), 1, "the keys are fetched once");
}

#[tokio::test]
async fn o56_only_the_announced_and_known_algorithms_count() {
    let signer = Signer::make(Some("k1"));
    let server = key_server(vec![vec![signer.public()]]).await;
    let claims = |checker: &Checker| good(&checker.service);
    let hs256 = |claims: &Value, key: &[u8]| {
        let key = EncodingKey::from_secret(key);
        IdToken::new(jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap())
    };
    let unsigned = |claims: &Value| {
        use base64::Engine as _;
        let part = |value: &Value| base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        IdToken::new(format!("{}.{}.", part(&json!({ "alg": "none" })), part(claims)))
    };

    let all = Checker::of(service(&server.base, &["RS256", "none", "HS256"]));
    assert_eq!(all.check(&unsigned(&claims(&all))).await, refused(IdTokenFault::Algorithm));
    let public_key = signer.public()["n"].as_str().unwrap().to_owned();
    for key in [public_key.as_bytes(), b""] {
        assert_eq!(all.check(&hs256(&claims(&all), key)).await, refused(IdTokenFault::Algorithm), "no client secret");
    }
    let nothing_announced = Checker::of(service(&server.base, &[]));
    assert_eq!(nothing_announced.check(&signer.sign(&claims(&nothing_announced))).await, Ok(()), "RS256 by default");
    let other = Checker::of(service(&server.base, &["ES256"]));
    assert_eq!(other.check(&signer.sign(&claims(&other))).await, refused(IdTokenFault::Algorithm));

    let mut confidential = Checker::of(service(&server.base, &["HS256"]));
    confidential.client = confidential_client();
    let claims = with(&good(&confidential.service), json!({ "aud": confidential.client.client_id }));
    let secret = confidential.client.client_secret.as_ref().unwrap().expose().to_owned();
    assert_eq!(confidential.check(&hs256(&claims, secret.as_bytes())).await, Ok(()));
    assert_eq!(confidential.check(&hs256(&claims, b"guessed")).await, refused(IdTokenFault::Signature));
    confidential.service = service(&server.base, &["RS256"]);
    assert_eq!(confidential.check(&hs256(&claims, secret.as_bytes())).await, refused(IdTokenFault::Algorithm));
}

#[tokio::test]
async fn o56_the_key_must_be_certain_and_the_signature_right() {
    let (signer, other) = (Signer::make(Some("k1")), Signer::make(Some("k2")));
    let claims_for = |server: &RawServer| good(&service(&server.base, &["RS256"]));

    let one = key_server(vec![vec![signer.public()]]).await;
    let checker = Checker::of(service(&one.base, &["RS256"]));
    let claims = claims_for(&one);
    assert_eq!(checker.check(&signer.sign_as(None, &claims)).await, Ok(()), "the only key");
    assert_eq!(checker.check(&other.sign_as(Some("k1"), &claims)).await, refused(IdTokenFault::Signature));
    assert_eq!(checker.check(&other.sign_as(None, &claims)).await, refused(IdTokenFault::Signature));
    assert_eq!(checker.check(&signer.sign_as(Some("k9"), &claims)).await, refused(IdTokenFault::Key));
    let mut tampered = signer.sign(&claims).expose().to_owned();
    tampered.replace_range(tampered.len() - 8.., "AAAAAAAA");
    assert_eq!(checker.check(&IdToken::new(tampered)).await, refused(IdTokenFault::Signature));

    let several = key_server(vec![vec![signer.public(), other.public()]]).await;
    let checker = Checker::of(service(&several.base, &["RS256"]));
    let claims = claims_for(&several);
    assert_eq!(checker.check(&other.sign(&claims)).await, Ok(()));
    assert_eq!(checker.check(&signer.sign_as(None, &claims)).await, refused(IdTokenFault::Key), "which of two?");

    let mut for_encryption = other.public();
    for_encryption["use"] = json!("enc");
    let unknown = json!({ "kty": "AKP", "alg": "ML-DSA-44", "pub": "AA" });
    let mixed = key_server(vec![vec![signer.public(), for_encryption, unknown]]).await;
    let checker = Checker::of(service(&mixed.base, &["RS256"]));
    let claims = claims_for(&mixed);
    assert_eq!(checker.check(&signer.sign_as(None, &claims)).await, Ok(()), "the only one for signatures");
    assert_eq!(
        checker.check(&other.sign(&claims)).await,
        refused(IdTokenFault::Key),
        "a key for encryption signs nothing"
    );
}

#[tokio::test]
async fn o56_a_replaced_key_is_looked_for_once() {
    let (old, new) = (Signer::make(Some("k1")), Signer::make(Some("k2")));
    let server = key_server(vec![vec![old.public()], vec![new.public()]]).await;
    let checker = Checker::of(service(&server.base, &["RS256"]));
    let claims = good(&checker.service);
    assert_eq!(checker.check(&old.sign(&claims)).await, Ok(()));
    assert_eq!(checker.check(&new.sign(&claims)).await, Ok(()), "its name was not among the keys");
    assert_eq!(server.requests().len(), 2);
    assert_eq!(checker.check(&old.sign(&claims)).await, refused(IdTokenFault::Key));
    assert_eq!(server.requests().len(), 3, "once for each token that does not fit");
}

#[tokio::test]
async fn o56_after_a_refresh_issuer_and_account_are_the_same() {
    let signer = Signer::make(Some("k1"));
    let server = key_server(vec![vec![signer.public()]]).await;
    let checker = Checker::of(service(&server.base, &["RS256"]));
    let claims = good(&checker.service);
    let earlier = signer.sign(&claims);
    for (change, outcome) in [
        (json!({ "nonce": null, "iat": seconds() + 1 }), Ok(())),
        (json!({}), Ok(())),
        (json!({ "sub": "eve" }), refused(IdTokenFault::AnotherAccount)),
        (json!({ "iss": "https://evil.example" }), refused(IdTokenFault::Issuer)),
        (json!({ "nonce": "another" }), refused(IdTokenFault::Nonce)),
        (json!({ "aud": "another" }), refused(IdTokenFault::Audience)),
    ] {
        let id_token = signer.sign(&with(&claims, change.clone()));
        assert_eq!(checker.check_for(&id_token, IdTokenOf::Refresh(Some(&earlier)), now()).await, outcome, "{change}");
    }
}

#[tokio::test]
async fn keys_out_of_reach_are_no_refusal() {
    let signer = Signer::make(Some("k1"));
    let silent = RawServer::always(reply("503 Service Unavailable", "{}")).await;
    let mut checker = Checker::of(service(&silent.base, &["RS256"]));
    let claims = good(&checker.service);
    let failed = checker.check(&signer.sign(&claims)).await;
    assert_eq!(failed, Err(IdTokenError::KeysOutOfReach(TransientKind::ServiceBusy)));
    let wrong = signer.sign(&with(&claims, json!({ "aud": "another" })));
    assert_eq!(checker.check(&wrong).await, refused(IdTokenFault::Audience), "no key is needed to refuse it");
    let asked = silent.requests().len();
    checker.keys = KeySource::Memory;
    assert!(matches!(checker.check(&signer.sign(&claims)).await, Err(IdTokenError::KeysOutOfReach(_))));
    assert_eq!(silent.requests().len(), asked, "nothing was fetched");
}

#[tokio::test]
async fn o09_keys_are_not_fetched_from_inside_a_network() {
    let signer = Signer::make(Some("k1"));
    let server = key_server(vec![vec![signer.public()]]).await;
    let mut service = service(&server.base, &["RS256"]);
    service.id_tokens.as_mut().unwrap().issuer = ISSUER.to_owned();
    let checker = Checker::of(service);
    let failed = checker.check(&signer.sign(&good(&checker.service))).await;
    assert!(matches!(failed, Err(IdTokenError::KeysOutOfReach(_))), "{failed:?}");
    assert!(server.requests().is_empty(), "an issuer of the internet has no keys on this computer");
}

#[tokio::test]
async fn anything_else_than_a_token_is_refused_without_a_panic() {
    let server = key_server(vec![vec![]]).await;
    let checker = Checker::of(service(&server.base, &["RS256"]));
    for text in [
        "",
        ".",
        "..",
        "a.b.c",
        "eyJhbGciOiJSUzI1NiJ9..",
        "💥.💥.💥",
        "eyJhbGciOiJSUzI1NiIsImNyaXQiOlsiYjY0Il19.e30.AA",
    ] {
        assert_eq!(checker.check(&IdToken::new(text)).await, refused(IdTokenFault::Malformed), "{text}");
    }
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_service_that_is_no_openid_provider_has_none_to_check() {
    let checker = Checker::of(example_service());
    assert_eq!(checker.check(&IdToken::new("anything")).await, Ok(()));
}
