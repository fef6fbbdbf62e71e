use hyper::StatusCode;

use super::support::*;

#[tokio::test]
async fn a_person_approves_and_the_code_becomes_tokens() {
    let sandbox = start().await;
    let answer = decide(&sandbox, &authorize_path(&[]), "Grace@Practice.Example", "approve").await;
    assert!(answer.as_str().starts_with(REDIRECT_URI));
    assert_eq!(parameter(&answer, "state"), "a state & more");
    assert_eq!(parameter(&answer, "iss"), sandbox.base_url());
    let code = parameter(&answer, "code");
    assert!(code.starts_with("pcode_"));

    let tokens = redeem(&sandbox, &code, VERIFIER).await;
    assert_eq!(tokens.status, StatusCode::OK);
    assert_eq!(tokens.header("cache-control"), "no-store");
    let tokens = tokens.json();
    assert_eq!(tokens["token_type"], "Bearer");
    assert_eq!(tokens["expires_in"], 3600);
    assert_eq!(tokens["scope"], "read reports");
    assert!(text(&tokens, "refresh_token").starts_with("prt_"));
    assert!(text(&tokens, "access_token").starts_with("pat_"));

    let who = bearer(&sandbox, "GET", "/api/whoami", text(&tokens, "access_token")).await.json();
    assert_eq!(who["account"]["label"], "grace@practice.example");
    assert_eq!(who["kind"], "oauth");
}

#[tokio::test]
async fn a_person_refuses_and_the_client_hears_access_denied() {
    let sandbox = start().await;
    let answer = decide(&sandbox, &authorize_path(&[]), "ada@practice.example", "deny").await;
    assert_eq!(parameter(&answer, "error"), "access_denied");
    assert_eq!(parameter(&answer, "state"), "a state & more");
    assert_eq!(parameter(&answer, "iss"), sandbox.base_url());
    assert_eq!(parameter(&answer, "code"), "");
}

#[tokio::test]
async fn a_bad_client_or_redirect_uri_is_told_to_the_person_and_never_redirected() {
    let sandbox = start().await;
    for changes in [
        [("client_id", "nobody")],
        [("client_id", "")],
        [("redirect_uri", "https://evil.example/cb")],
        [("redirect_uri", "http://127.0.0.1.evil.example/cb")],
        [("redirect_uri", "")],
    ] {
        let answer = get(&sandbox, &authorize_path(&changes)).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{changes:?}");
        assert!(!answer.headers.contains_key("location"), "{changes:?}");
        assert!(answer.text().contains("refused"));
    }
    let twice = format!("{}&redirect_uri=https://evil.example/", authorize_path(&[]));
    assert_eq!(get(&sandbox, &twice).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn other_mistakes_are_told_to_the_client() {
    let sandbox = start().await;
    for (changes, error) in [
        ([("response_type", "token")], "unsupported_response_type"),
        ([("code_challenge", "")], "invalid_request"),
        ([("code_challenge_method", "plain")], "invalid_request"),
        ([("code_challenge_method", "")], "invalid_request"),
        ([("scope", "read everything")], "invalid_scope"),
        ([("prompt", "none")], "login_required"),
    ] {
        let answer = get(&sandbox, &authorize_path(&changes)).await;
        assert_eq!(parameter(&answer.location(), "error"), error, "{changes:?}");
        assert_eq!(parameter(&answer.location(), "state"), "a state & more");
    }
    let repeated = get(&sandbox, &format!("{}&state=other", authorize_path(&[]))).await;
    assert_eq!(parameter(&repeated.location(), "error"), "invalid_request");
}

#[tokio::test]
async fn the_sign_in_page_suggests_the_hinted_account_and_escapes_it() {
    let sandbox = start().await;
    let page = get(&sandbox, &authorize_path(&[("login_hint", "\"><script>alert(1)</script>")])).await.text();
    assert!(!page.contains("<script"));
    assert!(page.contains("&lt;script&gt;"));
    let page = get(&sandbox, &authorize_path(&[])).await.text();
    assert!(page.contains("value=\"ada@practice.example\""));
}

#[tokio::test]
async fn consent_without_signing_in_or_with_a_made_up_attempt_leads_nowhere() {
    let sandbox = start().await;
    let made_up = post_form(&sandbox, "/oauth/consent", &[("attempt", "made-up"), ("decision", "approve")]).await;
    assert_eq!(made_up.status, StatusCode::BAD_REQUEST);
    let page = get(&sandbox, &authorize_path(&[])).await.text();
    let attempt = between(&page, "name=\"attempt\" value=\"", "\"");
    let early = post_form(&sandbox, "/oauth/consent", &[("attempt", attempt), ("decision", "approve")]).await;
    assert!(!early.headers.contains_key("location"));
    let empty_password = [("attempt", attempt), ("account", "ada"), ("password", "")];
    let again = post_form(&sandbox, "/oauth/sign-in", &empty_password).await;
    assert!(again.text().contains("id=\"sign-in\""));
}

#[tokio::test]
async fn a_wrong_verifier_is_refused_and_uses_up_the_code() {
    let sandbox = start().await;
    let code = approved_code(&sandbox).await;
    let wrong = redeem(&sandbox, &code, "another-verifier-that-is-long-enough-for-rfc-7636").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert_eq!(wrong.json()["error"], "invalid_grant");
    assert_eq!(redeem(&sandbox, &code, VERIFIER).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn using_a_code_twice_revokes_what_it_gave() {
    let sandbox = start().await;
    let code = approved_code(&sandbox).await;
    let tokens = redeem(&sandbox, &code, VERIFIER).await.json();
    assert_eq!(redeem(&sandbox, &code, VERIFIER).await.json()["error"], "invalid_grant");
    let who = bearer(&sandbox, "GET", "/api/whoami", text(&tokens, "access_token")).await;
    assert_eq!(who.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&sandbox, text(&tokens, "refresh_token")).await.json()["error"], "invalid_grant");
    let grants = sandbox.control().grants();
    assert_eq!(serde_json::to_value(&grants[0]).unwrap()["killed_reason"], "code_reused");
}

#[tokio::test]
async fn a_confidential_client_proves_itself_by_basic_or_in_the_body_but_not_both() {
    let sandbox = start().await;
    let request = storm_sandbox::NewGrant { client_id: Some("practice-web".to_owned()), ..Default::default() };
    let grant = sandbox.control().create_grant(request).await.unwrap();
    let token = text(&grant, "refresh_token").to_owned();
    let base = [("grant_type", "refresh_token"), ("refresh_token", token.as_str())];

    let with = |more: &[(&'static str, &'static str)]| encode(&[&base[..], more].concat());
    let form = ("content-type", "application/x-www-form-urlencoded");
    let basic = ("authorization", "Basic cHJhY3RpY2Utd2ViOnByYWN0aWNlLXNlY3JldA==");
    let wrong_basic = ("authorization", "Basic cHJhY3RpY2Utd2ViOndyb25n");
    let post = |headers: Vec<(&'static str, &'static str)>, body: String| {
        let url = sandbox.base_url().to_owned();
        async move { send(&url, "POST", "/oauth/token", &headers, body).await.unwrap() }
    };
    let named = [("client_id", "practice-web"), ("client_secret", "practice-secret")];

    let wrong = post(vec![form, wrong_basic], with(&[])).await;
    assert_eq!((wrong.status, wrong.json()["error"].as_str()), (StatusCode::UNAUTHORIZED, Some("invalid_client")));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    let bare = post(vec![form], with(&[("client_id", "practice-web")])).await;
    assert_eq!(bare.json()["error"], "invalid_client");
    let both = post(vec![form, basic], with(&named)).await;
    assert_eq!(both.json()["error"], "invalid_request");

    let first = post(vec![form, basic], with(&[])).await;
    assert_eq!(first.status, StatusCode::OK);
    let next = first.json();
    let fields =
        [&[("grant_type", "refresh_token"), ("refresh_token", text(&next, "refresh_token"))], &named[..]].concat();
    assert_eq!(post(vec![form], encode(&fields)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn fewer_scopes_may_be_granted_than_asked_for() {
    let sandbox = start().await;
    sandbox.control().change_settings(|settings| settings.grant_only_scopes = Some(vec!["read".to_owned()]));
    let code = approved_code(&sandbox).await;
    let tokens = redeem(&sandbox, &code, VERIFIER).await.json();
    assert_eq!(tokens["scope"], "read");
    let reports = bearer(&sandbox, "GET", "/api/reports", text(&tokens, "access_token")).await;
    assert_eq!(reports.status, StatusCode::FORBIDDEN);
    assert_eq!(reports.json()["required"], "reports");
}

#[tokio::test]
async fn revocation_ends_the_grant_and_is_a_success_for_unknown_tokens() {
    let sandbox = start().await;
    let (access_token, refresh_token) = granted(&sandbox).await;
    let fields = [("client_id", "practice-desktop"), ("token", refresh_token.as_str())];
    assert_eq!(post_form(&sandbox, "/oauth/revoke", &fields).await.status, StatusCode::OK);
    assert_eq!(post_form(&sandbox, "/oauth/revoke", &fields).await.status, StatusCode::OK);
    assert_eq!(bearer(&sandbox, "GET", "/api/whoami", &access_token).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(refresh(&sandbox, &refresh_token).await.json()["error"], "invalid_grant");
}

#[tokio::test]
async fn introspection_and_userinfo_tell_about_a_token() {
    let sandbox = start().await;
    let request = storm_sandbox::NewGrant { scope: Some("openid email read".to_owned()), ..Default::default() };
    let grant = sandbox.control().create_grant(request).await.unwrap();
    let token = text(&grant, "access_token");
    let fields = [("client_id", "practice-desktop"), ("token", token)];
    let about = post_form(&sandbox, "/oauth/introspect", &fields).await.json();
    assert_eq!((&about["active"], &about["scope"]), (&true.into(), &"openid email read".into()));
    let person = bearer(&sandbox, "GET", "/oauth/userinfo", token).await.json();
    assert_eq!(person["email"], "ada@practice.example");
    assert_eq!(person["sub"], about["sub"]);
    let unknown = [("client_id", "practice-desktop"), ("token", "pat_unknown")];
    assert_eq!(post_form(&sandbox, "/oauth/introspect", &unknown).await.json()["active"], false);
}

#[tokio::test]
async fn discovery_names_this_service_and_nothing_else() {
    let sandbox = start().await;
    let openid = get(&sandbox, "/.well-known/openid-configuration").await.json();
    let oauth = get(&sandbox, "/.well-known/oauth-authorization-server").await.json();
    assert_eq!(openid, oauth);
    assert_eq!(oauth["issuer"], sandbox.base_url());
    assert_eq!(oauth["code_challenge_methods_supported"], serde_json::json!(["S256"]));
    assert_eq!(oauth["authorization_response_iss_parameter_supported"], true);
}

#[tokio::test]
async fn an_id_token_comes_with_openid_and_verifies_against_the_key_set() {
    let sandbox = start().await;
    let asked = authorize_path(&[("scope", "openid email read"), ("nonce", "n-0S6")]);
    let code = parameter(&decide(&sandbox, &asked, "ada@practice.example", "approve").await, "code");
    let tokens = redeem(&sandbox, &code, VERIFIER).await.json();
    let keys = get(&sandbox, "/oauth/jwks").await.json();
    let key: jsonwebtoken::jwk::Jwk = serde_json::from_value(keys["keys"][0].clone()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::ES256);
    validation.set_audience(&["practice-desktop"]);
    validation.set_issuer(&[sandbox.base_url()]);
    let key = jsonwebtoken::DecodingKey::from_jwk(&key).unwrap();
    let id_token = text(&tokens, "id_token");
    let claims = jsonwebtoken::decode::<serde_json::Value>(id_token, &key, &validation).unwrap().claims;
    assert_eq!((text(&claims, "nonce"), text(&claims, "email")), ("n-0S6", "ada@practice.example"));
    let person = bearer(&sandbox, "GET", "/oauth/userinfo", text(&tokens, "access_token")).await.json();
    assert_eq!(person["sub"], claims["sub"]);

    let code = approved_code(&sandbox).await;
    assert!(redeem(&sandbox, &code, VERIFIER).await.json().get("id_token").is_none());
}
