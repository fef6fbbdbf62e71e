//! How a client proves itself: with a signed assertion where its secret is a key, with a certificate, and never with the key.

use std::sync::Arc;

use jsonwebtoken::Algorithm;
use storm_auth::{Deadlines, HttpProvider, OsEntropy, SystemClock};
use storm_domain::port::{ClientIdentity, ClientKeyError, Provider as _, TokenGrant, TokenRequest};
use storm_domain::{
    ClientAuth, Credential, Delivery, HttpMethod, KeyPlacement, OAuthGrant, OAuthService, RefreshFailure,
    RevokeRequest, RevokeTarget, SendFailure, TransientKind,
};
use storm_secret::{ClientSecret, RefreshToken};
use storm_testkit::MutualTls;

use crate::support::keys::{ec_key, form, header, pem, rsa_key, signed};
use crate::support::{RawServer, json, now, provider, service};

const OK: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":3600}"#;
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

fn client(secret: impl Into<String>) -> ClientIdentity {
    ClientIdentity { client_id: "app-1".to_owned(), client_secret: Some(ClientSecret::new(secret)) }
}

async fn ask(provider: &HttpProvider, service: &OAuthService, client: &ClientIdentity) -> Result<u16, SendFailure> {
    let refresh_token = RefreshToken::new("r1");
    let grant = TokenGrant::RefreshToken(&refresh_token);
    let request = TokenRequest { service, client, grant, dpop_key: None };
    provider.send_token_request(request).await.map(|answer| answer.status)
}

async fn sent(secret: &str, change: impl Fn(&mut OAuthService)) -> String {
    let server = RawServer::always(json("200 OK", OK)).await;
    let mut service = service(&server.base);
    change(&mut service);
    ask(&provider(), &service, &client(secret)).await.unwrap();
    server.requests().remove(0)
}

#[tokio::test]
async fn o54_a_client_whose_secret_is_a_key_signs_for_this_service_only_and_never_the_same_twice() {
    for (key, algorithm, note) in [
        (rsa_key(), Algorithm::RS256, ""),
        (rsa_key(), Algorithm::PS256, "alg: PS256\n"),
        (ec_key(), Algorithm::ES256, "kid: key-7\n"),
    ] {
        let mut jtis = Vec::new();
        for pem in &key.pems {
            for client_auth in [ClientAuth::Body, ClientAuth::Basic, ClientAuth::PrivateKeyJwt] {
                let request = sent(&format!("{note}{pem}"), |service| {
                    service.issuer = Some("https://login.example".to_owned());
                    service.refresh_client_auth = client_auth;
                })
                .await;
                assert!(header(&request, "authorization").is_none() && !request.contains("PRIVATE"), "{request}");
                let form = form(&request);
                assert_eq!((&*form["client_id"], &*form["client_assertion_type"]), ("app-1", ASSERTION_TYPE));
                assert!(!form.contains_key("client_secret"));
                let assertion = signed(&form["client_assertion"], algorithm, &key.public);
                let kid = note.strip_prefix("kid: ").map(|kid| kid.trim().to_owned());
                assert_eq!(assertion.header.kid, kid, "none is made up");
                let claims = assertion.claims;
                assert_eq!((&claims["iss"], &claims["sub"]), (&"app-1".into(), &"app-1".into()));
                assert_eq!(claims["aud"], "https://login.example", "one text, the issuer's own");
                let seconds = |name: &str| claims[name].as_i64().unwrap();
                assert!(seconds("exp") - seconds("iat") <= 300 && seconds("exp") * 1000 > now().0);
                assert!(claims["jti"].as_str().unwrap().len() >= 22);
                jtis.push(claims["jti"].as_str().unwrap().to_owned());
            }
        }
        jtis.sort();
        jtis.dedup();
        assert_eq!(jtis.len(), 6);
    }
}

#[tokio::test]
async fn without_an_issuer_the_endpoint_itself_is_the_audience() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let key = ec_key();
    let service = service(&server.base);
    ask(&provider(), &service, &client(&key.pems[0])).await.unwrap();
    let form = form(&server.requests()[0]);
    assert_eq!(
        signed(&form["client_assertion"], Algorithm::ES256, &key.public).claims["aud"],
        service.token_url.as_str()
    );
}

#[tokio::test]
async fn a_key_that_lost_its_line_ends_in_an_input_field_still_signs() {
    let key = rsa_key();
    for pasted in [key.pems[0].replace('\n', ""), key.pems[0].replace('\n', " "), key.pems[0].replace('\n', "\r\n")] {
        let form = form(&sent(&pasted, |_| {}).await);
        signed(&form["client_assertion"], Algorithm::RS256, &key.public);
    }
}

#[tokio::test]
async fn a_revocation_is_signed_too() {
    let server = RawServer::always(json("200 OK", "")).await;
    let key = ec_key();
    let request = RevokeRequest {
        method: HttpMethod::Post,
        url: server.url("/revoke"),
        target: RevokeTarget::TokenInBody,
        placement: KeyPlacement::Bearer,
        client_auth: ClientAuth::Body,
        body_format: storm_domain::BodyFormat::Form,
    };
    let grant = Credential::OAuthGrant(OAuthGrant {
        refresh_token: Some(RefreshToken::new("rt")),
        access_token: None,
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: now(),
        refresh_life: None,
    });
    provider().revoke(&request, &grant, Some(&client(&key.pems[0])), None).await.unwrap();
    let form = form(&server.requests()[0]);
    let claims = signed(&form["client_assertion"], Algorithm::ES256, &key.public).claims;
    assert_eq!((&*form["token"], &claims["aud"]), ("rt", &request.url.as_str().into()));
}

#[tokio::test]
async fn a_certificate_is_shown_where_the_service_wants_one_and_each_client_shows_its_own() {
    let server = MutualTls::start(OK).await;
    let provider =
        HttpProvider::trusting(Arc::new(SystemClock), Arc::new(OsEntropy), Deadlines::default(), &[server.authority()])
            .unwrap();
    let mut service = service(&server.base);
    service.refresh_client_auth = ClientAuth::TlsCertificate;
    let clients = [server.client("first"), server.client("second")];
    for (secret, certificate) in clients.iter().chain([&clients[0]]) {
        provider.check_client_secret(&ClientSecret::new(secret)).unwrap();
        assert_eq!(ask(&provider, &service, &client(secret)).await, Ok(200));
        let (shown, request) = server.seen().pop().unwrap();
        assert_eq!(&shown, certificate);
        let form = form(&request);
        assert_eq!(form["client_id"], "app-1");
        assert!(!form.contains_key("client_assertion") && !form.contains_key("client_secret"));
    }
    let seen = server.seen().len();
    assert!(ask(&provider, &service, &client("a password")).await.is_err(), "the server speaks to nobody unknown");
    assert_eq!(server.seen().len(), seen);
}

#[tokio::test]
async fn a_certificate_without_its_chain_or_key_is_not_tried() {
    let server = MutualTls::start(OK).await;
    let mut service = service(&server.base);
    service.refresh_client_auth = ClientAuth::TlsCertificate;
    let failure = ask(&provider(), &service, &client(&ec_key().pems[0])).await.unwrap_err();
    assert_eq!((failure.delivery, failure.kind), (Delivery::NotSent, TransientKind::ClientKey));
    let refused = RefreshFailure::from(failure);
    assert!(
        matches!(&refused, RefreshFailure::RegistrationRefused(_)),
        "the app registration is to be mended: {refused:?}"
    );
    assert!(server.seen().is_empty());
}

#[tokio::test]
async fn a_key_that_cannot_be_used_is_said_to_be_so_before_it_is_saved() {
    let check = |text: &str| provider().check_client_secret(&ClientSecret::new(text));
    let (key, other) = (rsa_key(), MutualTls::start(OK).await.client("other").0);
    let certificate = other.split_inclusive("-----END CERTIFICATE-----\n").next().unwrap();
    assert_eq!(check("any password"), Ok(()));
    assert_eq!(check(&key.pems[0]), Ok(()));
    assert_eq!(check(&other), Ok(()));
    assert_eq!(check(&format!("{certificate}{}", ec_key().pems[0])), Err(ClientKeyError::Certificate));
    assert_eq!(check(certificate), Err(ClientKeyError::NoKey));
    assert_eq!(check("-----BEGIN PRIVATE KEY-----\nTUlJ"), Err(ClientKeyError::NoKey), "cut off");
    assert_eq!(check(&pem("PRIVATE KEY", b"PLANTED")), Err(ClientKeyError::NotUsable));
    assert_eq!(check(&pem("ENCRYPTED PRIVATE KEY", b"any")), Err(ClientKeyError::Encrypted));
}

#[tokio::test]
async fn no_failure_shows_the_key() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let secret = pem("PRIVATE KEY", b"PLANTED");
    let failure = ask(&provider(), &service(&server.base), &client(&secret)).await.unwrap_err();
    let shown = format!("{failure:?}{:?}", client(&secret));
    assert!(!shown.contains("PLANTED") && !shown.contains("BEGIN"), "{shown}");
    assert!(server.requests().is_empty());
}
