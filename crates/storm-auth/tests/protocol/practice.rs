//! The flows against the practice service, end to end.

use std::time::Duration;

use storm_domain::port::{
    AuthorizationRequest, ClientIdentity, ListenRequest, Provider as _, RedirectError, TokenGrant, TokenRequest,
};
use storm_domain::{
    AnswerFormat, ApiKeyCredential, AssertionRules, BodyFormat, ClientAuth, Credential, Delivery, HttpMethod,
    IdentityPaths, KeyExchange, KeyFileAccount, KeyPlacement, OAuthGrant, OAuthService, RefreshFailure, RevokeRequest,
    RevokeTarget, SendFailure, ServiceAccountKey, ServiceAccountService, TokenAnswerReading, TokenLifetimes, Verdict,
    VerifyRequest,
};
use storm_sandbox::{NewGrant, NewKey, Options, Sandbox, Step};
use storm_secret::{ApiKey, ClientSecret, PrivateKey, RefreshToken};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::support::{example_service, now, provider};

async fn sandbox() -> (Sandbox, Url) {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let base = Url::parse(sandbox.base_url()).unwrap();
    (sandbox, base)
}

fn desktop() -> ClientIdentity {
    ClientIdentity { client_id: "practice-desktop".to_owned(), client_secret: None }
}

fn web() -> ClientIdentity {
    ClientIdentity { client_id: "practice-web".to_owned(), client_secret: Some(ClientSecret::new("practice-secret")) }
}

async fn discovered(base: &Url) -> OAuthService {
    provider().discover(base, example_service()).await.unwrap().service
}

/// The redirect that the practice service answers a decision with; what a browser does in between.
async fn decide(authorization: &Url, decision: &str) -> Url {
    let target = format!("{}?{}", authorization.path(), authorization.query().unwrap());
    let page = exchange(authorization, &format!("GET {target} HTTP/1.1"), "").await;
    let attempt = attempt(&page);
    let form = format!("attempt={attempt}&account=ada%40practice.example&password=any");
    let page = exchange(authorization, "POST /oauth/sign-in HTTP/1.1", &form).await;
    let form = format!("attempt={}&decision={decision}", self::attempt(&page));
    let answer = exchange(authorization, "POST /oauth/consent HTTP/1.1", &form).await;
    let location =
        answer.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{answer}"));
    Url::parse(location).unwrap()
}

fn attempt(page: &str) -> String {
    let (_, rest) = page.split_once("name=\"attempt\" value=\"").unwrap_or_else(|| panic!("{page}"));
    rest.split_once('"').unwrap().0.to_owned()
}

async fn exchange(at: &Url, line: &str, form: &str) -> String {
    let address = at.socket_addrs(|| None).unwrap()[0];
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "{line}\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{form}",
        form.len()
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

async fn refresh(service: &OAuthService, token: &RefreshToken) -> Result<TokenAnswerReading, SendFailure> {
    let request = TokenRequest { service, client: &desktop(), grant: TokenGrant::RefreshToken(token), dpop_key: None };
    let answer = provider().send_token_request(request).await?;
    Ok(provider().read_token_answer(service, &answer))
}

async fn authorized(client: ClientIdentity) {
    let (sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    assert!(service.issuer_in_redirect, "the practice service promises iss");
    let provider = provider();
    let listening = ListenRequest { service: service.clone(), timeout: Duration::from_secs(30) };
    let pending = provider.listen(&listening).await.unwrap();
    let redirect_uri = pending.redirect_uri();
    let request = AuthorizationRequest {
        service: service.clone(),
        client: client.clone(),
        redirect_uri: redirect_uri.clone(),
        scopes: vec!["read".to_owned(), "offline_access".to_owned()],
        login_hint: None,
    };
    let made = provider.make_authorization_url(&request).await.unwrap();
    let waiting = tokio::spawn(pending.expect(made.csrf_state, service.issuer.clone()).outcome);
    let redirect = decide(made.url.expose(), "approve").await;
    let target = format!("GET {}?{} HTTP/1.1", redirect.path(), redirect.query().unwrap());
    assert!(exchange(&redirect, &target, "").await.contains("You are connected"));
    let code = waiting.await.unwrap().unwrap().code;
    let grant = TokenGrant::AuthorizationCode { code, code_verifier: made.code_verifier, redirect_uri };
    let answer = provider
        .send_token_request(TokenRequest { service: &service, client: &client, grant, dpop_key: None })
        .await
        .unwrap();
    let reading = provider.read_token_answer(&service, &answer);
    assert!(reading.access.is_ok() && reading.refresh_token.is_some(), "{reading:?}");
    assert!(reading.oddities.is_empty(), "{:?}", reading.oddities);
    assert_eq!(reading.expires_in, Some(Duration::from_secs(3600)));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_person_authorizes_and_the_code_becomes_tokens() {
    authorized(desktop()).await;
    authorized(web()).await;
}

#[tokio::test]
async fn a_person_denies() {
    let (_sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    let listening = ListenRequest { service: service.clone(), timeout: Duration::from_secs(30) };
    let pending = provider().listen(&listening).await.unwrap();
    let redirect_uri = pending.redirect_uri();
    let scopes = vec!["read".to_owned()];
    let issuer = service.issuer.clone();
    let request = AuthorizationRequest { service, client: desktop(), redirect_uri, scopes, login_hint: None };
    let made = provider().make_authorization_url(&request).await.unwrap();
    let waiting = tokio::spawn(pending.expect(made.csrf_state, issuer).outcome);
    let redirect = decide(made.url.expose(), "deny").await;
    let target = format!("GET {}?{} HTTP/1.1", redirect.path(), redirect.query().unwrap());
    assert!(exchange(&redirect, &target, "").await.contains("Nothing was connected"));
    assert_eq!(waiting.await.unwrap().unwrap_err(), RedirectError::Denied);
}

#[tokio::test]
async fn refreshing_rotates_and_reusing_the_old_token_ends_the_grant() {
    let (sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    let granted = sandbox.control().create_grant(NewGrant::default()).await.unwrap();
    let first = RefreshToken::new(granted["refresh_token"].as_str().unwrap());
    let second = refresh(&service, &first).await.unwrap().refresh_token.unwrap();
    assert_ne!(first.expose(), second.expose());
    assert!(refresh(&service, &second).await.unwrap().access.is_ok());
    let reused = refresh(&service, &first).await.unwrap();
    assert!(matches!(reused.access, Err(RefreshFailure::GrantRefused(_))));
    assert!(reused.refresh_token.is_none());
}

#[tokio::test]
async fn an_odd_answer_with_real_tokens_is_as_good_as_a_plain_one() {
    let (sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    let control = sandbox.control();
    let granted = control.create_grant(NewGrant::default()).await.unwrap();
    let mut token = RefreshToken::new(granted["refresh_token"].as_str().unwrap());
    for body in [
        r#"{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}","expires_in":"{{expires_in}}"}"#,
        r#"{"data":{"access_token":"{{access_token}}","refresh_token":"{{refresh_token}}",}}"#,
        "access_token={{access_token}}&refresh_token={{refresh_token}}",
        "\u{feff})]}'\n{\"access_token\":\"{{access_token}}\",\"refresh_token\":\"{{refresh_token}}\"} trailing",
    ] {
        let step = Step {
            path: "/oauth/token".to_owned(),
            status: Some(201),
            body: Some(body.to_owned()),
            apply_first: true,
            ..Step::default()
        };
        control.script(step).unwrap();
        let reading = refresh(&service, &token).await.unwrap();
        assert!(reading.access.is_ok(), "{body}: {:?}", reading.access);
        token = reading.refresh_token.unwrap();
    }
    assert!(refresh(&service, &token).await.unwrap().access.is_ok(), "the last of them still works");
}

#[tokio::test]
async fn an_answer_that_is_lost_on_the_way_is_ambiguous() {
    let (sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    let control = sandbox.control();
    let granted = control.create_grant(NewGrant::default()).await.unwrap();
    let token = RefreshToken::new(granted["refresh_token"].as_str().unwrap());
    for bytes in [0, 40] {
        let step = Step { path: "/oauth/token".to_owned(), reset_after_bytes: Some(bytes), ..Step::default() };
        control.script(step).unwrap();
        assert_eq!(refresh(&service, &token).await.unwrap_err().delivery, Delivery::Ambiguous, "{bytes}");
    }
    assert!(refresh(&service, &token).await.unwrap().access.is_ok(), "nothing had happened");
}

#[tokio::test]
async fn a_revoked_grant_is_refused_and_revoking_twice_is_a_success() {
    let (sandbox, base) = sandbox().await;
    let service = discovered(&base).await;
    let granted = sandbox.control().create_grant(NewGrant::default()).await.unwrap();
    let token = RefreshToken::new(granted["refresh_token"].as_str().unwrap());
    let credential = Credential::OAuthGrant(OAuthGrant {
        refresh_token: Some(token.clone()),
        access_token: None,
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: now(),
        refresh_life: None,
    });
    let revoke = service.revoke.clone().expect("discovered");
    for _ in 0..2 {
        provider().revoke(&revoke, &credential, Some(&desktop()), None).await.unwrap();
    }
    let refused = refresh(&service, &token).await.unwrap().access;
    assert!(matches!(refused, Err(RefreshFailure::GrantRefused(_))), "{refused:?}");
}

fn whoami(base: &Url) -> VerifyRequest {
    VerifyRequest {
        method: HttpMethod::Get,
        url: base.join("/api/whoami").unwrap(),
        placement: KeyPlacement::Bearer,
        headers: Vec::new(),
        body: None,
        answer: AnswerFormat::Json,
        ok_pointer: None,
        error_pointer: Some("/error".to_owned()),
        limited_codes: Vec::new(),
        refused_codes: Vec::new(),
        limited_means: None,
        identity: IdentityPaths { id: Some("/account/id".to_owned()), label: Some("/account/label".to_owned()) },
        is_userinfo: false,
    }
}

#[tokio::test]
async fn a_key_is_verified_and_ends_itself() {
    let (sandbox, base) = sandbox().await;
    let asked = NewKey { permissions: Some(vec!["read".to_owned()]), ..NewKey::default() };
    let made = sandbox.control().create_key(asked).await.unwrap();
    let credential = Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new(made.key) });
    let verdict = provider().verify(&whoami(&base), &credential, None).await;
    assert_eq!(verdict.account().map(|account| account.label.clone()), Some(made.account));

    let mut reports = whoami(&base);
    reports.url = base.join("/api/reports").unwrap();
    let limited = provider().verify(&reports, &credential, None).await;
    assert!(matches!(limited, Verdict::WorksWithout { .. }), "{limited:?}");

    let revoke = RevokeRequest {
        method: HttpMethod::Delete,
        url: base.join("/api/keys/self").unwrap(),
        target: RevokeTarget::OwnCredential,
        placement: KeyPlacement::Bearer,
        client_auth: ClientAuth::Body,
        body_format: BodyFormat::Form,
    };
    for _ in 0..2 {
        provider().revoke(&revoke, &credential, None, None).await.unwrap();
    }
    let dead = provider().verify(&whoami(&base), &credential, None).await;
    assert!(matches!(dead, Verdict::Refused { .. }), "{dead:?}");
}

#[tokio::test]
async fn a_service_account_gets_a_token_until_its_key_is_disabled_whatever_the_clocks_say() {
    let (sandbox, base) = sandbox().await;
    let control = sandbox.control();
    let file = control.create_service_account("etl").await.unwrap();
    let text = |name: &str| file[name].as_str().unwrap().to_owned();
    let key_id = text("private_key_id");
    let account = KeyFileAccount {
        client_email: text("client_email"),
        project_id: None,
        token_uri: Url::parse(&text("token_uri")).unwrap(),
    };
    let key = ServiceAccountKey::of_account(PrivateKey::new(text("private_key")), key_id.clone(), account);
    let service = ServiceAccountService {
        token_hosts: vec!["127.0.0.1".to_owned()],
        scopes: vec!["read".to_owned()],
        assertion: AssertionRules::default(),
        exchange: KeyExchange::Grant { token_url: None },
        lifetimes: TokenLifetimes::default(),
    };
    let provider = provider();
    let (token, lifetime) = provider.exchange_assertion(&service, &key, now()).await.unwrap();
    assert!(lifetime.is_some());
    let credential = Credential::ServiceAccountKey(key.clone());
    let verdict = provider.verify(&whoami(&base), &credential, Some(&token)).await;
    assert!(matches!(verdict, Verdict::Works { account: Some(_) }), "{verdict:?}");

    for skew in [2 * 60 * 60, -2 * 60 * 60] {
        control.change_settings(|settings| settings.clock_skew_s = skew);
        assert!(provider.exchange_assertion(&service, &key, now()).await.is_ok(), "{skew} s");
    }
    control.change_settings(|settings| settings.clock_skew_s = 0);

    control.set_service_account_key_disabled(&key_id, true).await.unwrap();
    let refused = provider.exchange_assertion(&service, &key, now()).await.unwrap_err();
    assert!(matches!(refused, RefreshFailure::GrantRefused(_)), "{refused:?}");
}
