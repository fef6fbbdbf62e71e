//! What the protocol clients and the rotation get for particular services.

use std::time::Duration;

use storm_connectors::{ResolveError, RevokeBy, TemplateError};
use storm_domain::{
    AuthorizationGrant, BodyFormat, ClientAuth, Fields, HttpMethod, IdTokenRules, KeyExchange, KeyFileAccount,
    KeyPlacement, KeyTask, Method, OAuthService, RedirectHost, RevokeTarget, ServiceAccountKey,
};
use storm_secret::PrivateKey;

use crate::connector;

/// As a bare key file is read: nothing says whom it is for.
fn any_key() -> ServiceAccountKey {
    ServiceAccountKey {
        authorities: String::new(),
        private_key: PrivateKey::new("pem"),
        certificates: String::new(),
        key_id: None,
        fingerprint: Some("SHA256:abc=".to_owned()),
        ends_at: None,
        account: None,
    }
}

fn fields(pairs: &[(&str, &str)]) -> Fields {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

#[test]
fn practice_answers_at_its_default_address_without_any_field() {
    let practice = connector("practice");
    let service = practice.oauth_service(&Fields::new()).unwrap();
    assert_eq!(service.issuer.as_deref(), Some("http://127.0.0.1:4780"));
    assert_eq!(service.authorize_url.as_str(), "http://127.0.0.1:4780/oauth/authorize");
    assert_eq!(service.revoke.unwrap().url.as_str(), "http://127.0.0.1:4780/oauth/revoke");
    let setup = practice.method(Method::OAuth).unwrap().oauth().unwrap();
    assert_eq!(setup.default_client_id.as_deref(), Some("practice-desktop"));
    assert!(!setup.secret_required);
    let account = practice.service_account_service(&Fields::new(), &[], &any_key()).unwrap();
    assert_eq!(account.token_hosts, ["127.0.0.1", "[::1]", "localhost"]);
    assert_eq!(account.assertion.lifetime, Duration::from_secs(3600));
    assert_eq!(account.exchange, KeyExchange::Grant { token_url: None });
}

#[test]
fn a_slash_after_an_address_changes_nothing() {
    let practice = connector("practice").oauth_service(&fields(&[("base_url", "http://[::1]:5001/")])).unwrap();
    assert_eq!(practice.issuer.as_deref(), Some("http://[::1]:5001"));
    assert_eq!(practice.token_url.as_str(), "http://[::1]:5001/oauth/token");
}

#[test]
fn practice_turns_each_kind_of_credential_off_by_api() {
    let practice = connector("practice");
    let at = fields(&[("base_url", "http://127.0.0.1:5001")]);
    let key = practice.revoke_request(Method::ApiKey, &at, None).unwrap().unwrap();
    assert_eq!((key.method, key.target), (HttpMethod::Delete, RevokeTarget::OwnCredential));
    assert_eq!(key.url.as_str(), "http://127.0.0.1:5001/api/keys/self");
    let account = practice.revoke_request(Method::ServiceAccount, &at, Some("ab/../c")).unwrap().unwrap();
    assert_eq!(account.url.path(), "/api/service-accounts/keys/ab%2F..%2Fc/disable");
    assert_eq!(
        practice.revoke_request(Method::ServiceAccount, &at, None),
        Err(ResolveError::KeyIdMissing),
        "a key must be named"
    );
    assert!(matches!(
        practice.revoke_request(Method::ServiceAccount, &at, Some("..")),
        Err(ResolveError::Template(TemplateError::NotPathSafe { .. }))
    ));
    for method in [Method::ApiKey, Method::ServiceAccount] {
        assert_eq!(practice.rotation(method, &at).unwrap().revoke, RevokeBy::Api);
    }
}

#[test]
fn the_tenant_falls_back_to_common() {
    let token_url = |fields: &Fields| connector("microsoft").oauth_service(fields).unwrap().token_url.to_string();
    assert_eq!(token_url(&Fields::new()), "https://login.microsoftonline.com/common/oauth2/v2.0/token");
    assert_eq!(
        token_url(&fields(&[("tenant", "contoso.com")])),
        "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token"
    );
}

#[test]
fn services_quirks_reach_the_protocol_client() {
    let slack = connector("slack").oauth_service(&Fields::new()).unwrap();
    assert_eq!((slack.scope_separator, slack.scope_parameter.as_str()), (',', "user_scope"));
    assert_eq!(slack.answer_path.as_deref(), Some("authed_user"));
    let notion = connector("notion").oauth_service(&Fields::new()).unwrap();
    assert_eq!((notion.token_client_auth, notion.body_format), (ClientAuth::Basic, BodyFormat::Json));
    assert_eq!(notion.refresh_client_auth, ClientAuth::Basic);
    let github = connector("github").oauth_service(&Fields::new()).unwrap();
    assert!(github.grant_refused_codes.contains(&"bad_refresh_token".to_owned()));
    let github_revoke = github.revoke.unwrap();
    assert_eq!((github_revoke.target, github_revoke.body_format), (RevokeTarget::CredentialsArray, BodyFormat::Json));
    let microsoft = connector("microsoft").oauth_service(&Fields::new()).unwrap();
    assert_eq!(microsoft.redirect_host, RedirectHost::Localhost);
    let gitlab = connector("gitlab").verify_request(Method::ApiKey, &Fields::new()).unwrap();
    assert_eq!(gitlab.placement, KeyPlacement::Header { name: "PRIVATE-TOKEN".to_owned(), prefix: String::new() });
    let verify = connector("slack").verify_request(Method::ApiKey, &Fields::new()).unwrap();
    assert_eq!((verify.ok_pointer.as_deref(), verify.method), (Some("/ok"), HttpMethod::Post));
    let token_info =
        connector("google-service-account").verify_request(Method::ServiceAccount, &Fields::new()).unwrap();
    assert_eq!(token_info.placement, KeyPlacement::Query { name: "access_token".to_owned() });
}

#[test]
fn required_scopes_are_asked_for_whatever_is_chosen() {
    let microsoft = connector("microsoft");
    let chosen = ["Mail.Read".to_owned(), "offline_access".to_owned()];
    assert_eq!(microsoft.scopes_to_request(Method::OAuth, &chosen), ["Mail.Read", "offline_access", "User.Read"]);
    assert_eq!(microsoft.scopes_to_request(Method::OAuth, &[]), ["User.Read", "offline_access"]);
    assert!(connector("github").scopes_to_request(Method::ApiKey, &[]).is_empty());
}

#[test]
fn redirect_uris_are_told_as_they_must_be_registered() {
    assert_eq!(connector("github").redirect_uris().unwrap(), ["http://127.0.0.1/callback"]);
    assert_eq!(connector("microsoft").redirect_uris().unwrap(), ["http://localhost/"]);
    assert_eq!(connector("notion").redirect_uris().unwrap()[0], "http://localhost:47811/callback");
    assert_eq!(connector("openai").redirect_uris(), Err(ResolveError::MethodNotOffered));
}

#[test]
fn o10_ways_to_authorize_that_were_discovered_are_kept() {
    let generic = connector("generic-oauth");
    let typed = generic.check_fields(Method::OAuth, &fields(&[("issuer", "https://login.example.com")])).unwrap();
    let mut service = generic.discovery(&typed).unwrap().unwrap().service;
    assert!(!service.pushed_authorization_required && service.device_authorization_url.is_none());
    service.pushed_authorization_url = Some("https://login.example.com/par".parse().unwrap());
    service.pushed_authorization_required = true;
    service.device_authorization_url = Some("https://login.example.com/device".parse().unwrap());
    let kept = generic.keep_discovered(&typed, &service);
    let kept = generic.oauth_service(&kept).unwrap();
    assert!(kept.pushed_authorization_required);
    assert_eq!(kept.pushed_authorization_url, service.pushed_authorization_url);
    assert_eq!(kept.device_authorization_url, service.device_authorization_url);
}

#[test]
fn services_with_a_code_for_another_device_say_where() {
    for (id, url) in [
        ("practice", "http://127.0.0.1:4780/oauth/device_authorization"),
        ("github", "https://github.com/login/device/code"),
        ("gitlab", "https://gitlab.com/oauth/authorize_device"),
        ("google", "https://oauth2.googleapis.com/device/code"),
        ("microsoft", "https://login.microsoftonline.com/common/oauth2/v2.0/devicecode"),
    ] {
        let service = connector(id).oauth_service(&Fields::new()).unwrap();
        assert_eq!(service.device_authorization_url.unwrap().as_str(), url, "{id}");
    }
    assert_eq!(connector("slack").oauth_service(&Fields::new()).unwrap().device_authorization_url, None);
}

#[test]
fn an_issuer_is_discovered_once_and_its_addresses_are_kept() {
    let generic = connector("generic-oauth");
    let typed = generic.check_fields(Method::OAuth, &fields(&[("issuer", "https://login.example.com/realm")])).unwrap();
    assert_eq!(generic.oauth_service(&typed), Err(ResolveError::Undiscovered));
    let discovery = generic.discovery(&typed).unwrap().unwrap();
    assert_eq!(discovery.issuer.as_str(), "https://login.example.com/realm");
    let mut service = discovery.service;
    assert!(service.revoke.is_none());
    service.authorize_url = "https://login.example.com/realm/authorize".parse().unwrap();
    service.token_url = "https://login.example.com/realm/token".parse().unwrap();
    service.issuer = Some("https://login.example.com/realm/".to_owned());
    service.userinfo_url = Some("https://login.example.com/realm/me".parse().unwrap());
    service.id_tokens = Some(IdTokenRules {
        issuer: "https://login.example.com/realm/".to_owned(),
        jwks_url: "https://keys.example.com/set".parse().unwrap(),
        algorithms: vec!["ES256".to_owned(), "RS256".to_owned()],
    });
    service.token_client_auth = ClientAuth::Basic;
    service.issuer_in_redirect = true;
    let kept = generic.keep_discovered(&typed, &service);
    let typed_again = generic.check_fields(Method::OAuth, &kept).unwrap();
    assert_eq!(typed_again["token_url"], kept["token_url"]);
    assert!(!typed_again.contains_key("jwks_url"), "what only the service can say is never taken from a dialog");
    let resolved = generic.oauth_service(&kept).unwrap();
    assert_eq!((resolved.id_tokens, resolved.refresh_client_auth), (service.id_tokens.clone(), ClientAuth::Basic));
    assert!(resolved.issuer_in_redirect, "a redirect without iss is refused after a restart too");
    assert!(generic.fields_of(Method::OAuth).all(|field| !field.discovered), "nobody is asked for it");
    assert_eq!(kept["issuer"], "https://login.example.com/realm/", "the service's own spelling");
    assert!(generic.discovery(&kept).unwrap().is_some(), "a new authorization looks again");
    assert_eq!(generic.oauth_service(&kept).unwrap().token_url, service.token_url);
    assert_eq!(generic.verify_request(Method::OAuth, &kept).unwrap().url.path(), "/realm/me");
}

#[test]
fn fields_choose_who_approves_and_how_the_client_proves_itself() {
    let generic = connector("generic-oauth");
    let issuer = ("issuer", "https://login.example.com");
    let discovered = |more: &[(&str, &str)], change: &dyn Fn(&mut OAuthService)| {
        let typed = generic.check_fields(Method::OAuth, &fields(&[&[issuer], more].concat())).unwrap();
        let mut service = generic.discovery(&typed).unwrap().unwrap().service;
        service.token_url = "https://login.example.com/t".parse().unwrap();
        service.userinfo_url = Some("https://login.example.com/me".parse().unwrap());
        change(&mut service);
        let kept = generic.keep_discovered(&typed, &service);
        (generic.oauth_service(&kept).unwrap(), kept)
    };
    let (service, kept) = discovered(&[], &|service| service.token_client_auth = ClientAuth::Basic);
    assert_eq!((service.grant, service.dpop), (AuthorizationGrant::AuthorizationCode, false));
    assert_eq!((service.token_client_auth, service.refresh_client_auth), (ClientAuth::Basic, ClientAuth::Basic));
    assert_eq!(kept["client_auth"], "basic", "found once, and kept for every refresh");

    let own = [("client_auth", "private_key_jwt"), ("dpop", "yes"), ("revoke_url", "https://login.example.com/r")];
    let (service, _) = discovered(&own, &|service| service.token_client_auth = ClientAuth::Body);
    assert_eq!(service.token_client_auth, ClientAuth::PrivateKeyJwt, "the user's choice");
    assert_eq!(service.revoke.unwrap().client_auth, ClientAuth::PrivateKeyJwt);
    assert!(service.dpop);
    let (service, kept) = discovered(&own, &|service| service.dpop = false);
    assert!(!service.dpop && kept["dpop"] == "no", "the service does not offer it");

    let (service, kept) = discovered(&[("grant", "client_credentials")], &|_| {});
    assert_eq!(service.grant, AuthorizationGrant::ClientCredentials);
    assert!(service.userinfo_url.is_none() && !kept.contains_key("userinfo_url"), "there is no person to ask about");
}

#[test]
fn a_client_in_its_own_name_needs_a_token_address_only() {
    let generic = connector("generic-oauth");
    let own = |more: &[(&str, &str)]| fields(&[&[("grant", "client_credentials")], more].concat());
    let typed = generic.check_fields(Method::OAuth, &own(&[("token_url", "https://login.example.com/t")])).unwrap();
    let service = generic.oauth_service(&typed).unwrap();
    assert_eq!((service.token_url.path(), service.authorize_url.path()), ("/t", "/t"));
    let missing = generic.check_fields(Method::OAuth, &own(&[])).unwrap_err();
    assert_eq!(missing.field, "token_url");
}

#[test]
fn endpoints_need_no_issuer() {
    let typed = fields(&[
        ("authorize_url", "https://login.example.com/a"),
        ("token_url", "https://login.example.com/t"),
        ("userinfo_url", "https://login.example.com/u"),
        ("revoke_url", "https://login.example.com/r"),
    ]);
    let generic = connector("generic-oauth");
    assert_eq!(generic.discovery(&typed).unwrap(), None);
    let service = generic.oauth_service(&typed).unwrap();
    assert_eq!(service.issuer, None);
    assert_eq!(service.revoke.unwrap().url.path(), "/r");
}

#[test]
fn a_custom_key_stands_where_the_fields_say() {
    let placed = |pairs: &[(&str, &str)]| connector("generic-api-key").key_placement(Method::ApiKey, &fields(pairs));
    let header = |name: &str, prefix: &str| KeyPlacement::Header { name: name.to_owned(), prefix: prefix.to_owned() };
    assert_eq!(placed(&[]).unwrap(), KeyPlacement::Bearer);
    assert_eq!(placed(&[("placement", "header")]).unwrap(), header("X-Api-Key", ""));
    assert_eq!(
        placed(&[("placement", "header"), ("header_name", "Authorization"), ("header_prefix", "Token")]).unwrap(),
        header("Authorization", "Token ")
    );
    assert_eq!(placed(&[("placement", "header"), ("header_prefix", "key=")]).unwrap(), header("X-Api-Key", "key="));
    assert_eq!(placed(&[("placement", "basic_user")]).unwrap(), KeyPlacement::BasicUser);
    assert_eq!(placed(&[("placement", "nowhere")]), Err(ResolveError::PlacementUnknown));
    assert!(matches!(
        placed(&[("placement", "query")]),
        Err(ResolveError::Template(TemplateError::FieldMissing { .. }))
    ));
}

#[test]
fn where_no_api_ends_a_key_its_page_is_opened() {
    let stripe = connector("stripe").rotation(Method::ApiKey, &Fields::new()).unwrap();
    let RevokeBy::Page { url } = &stripe.revoke else { panic!("{stripe:?}") };
    assert_eq!(Some(url), stripe.create_page.as_ref());
    let notion = connector("notion").rotation(Method::ApiKey, &Fields::new()).unwrap();
    assert!(!notion.overlap);
    let custom = connector("generic-api-key").rotation(Method::ApiKey, &Fields::new()).unwrap();
    assert_eq!((custom.revoke, custom.create_page), (RevokeBy::Hand, None));
}

#[test]
fn a_client_secret_is_never_ended_by_the_endpoint_for_tokens() {
    let google = connector("google").rotation(Method::OAuth, &Fields::new()).unwrap();
    assert!(matches!(google.revoke, RevokeBy::Page { .. }));
}

#[test]
fn a_reconnect_lets_the_account_be_chosen_where_the_service_can_ask() {
    let asked = |id: &str| {
        let service = connector(id).oauth_service(&Fields::new()).unwrap();
        (service.authorize_params.clone(), service.for_reconnect().authorize_params)
    };
    let sent = |params: &[(String, String)], name: &str| -> Vec<String> {
        params.iter().filter(|(one, _)| one == name).map(|(_, value)| value.clone()).collect()
    };
    let (first, again) = asked("google");
    assert_eq!(sent(&first, "prompt"), ["consent"]);
    assert_eq!(sent(&again, "prompt"), ["select_account consent"], "once only: a repeated parameter is an error");
    assert_eq!(sent(&again, "access_type"), ["offline"], "what a Reconnect does not say otherwise stays");
    assert_eq!(sent(&again, "include_granted_scopes"), ["true"]);
    assert_eq!(sent(&asked("microsoft").1, "prompt"), ["select_account"]);
    assert!(asked("github").1.is_empty());
}

#[test]
fn a_scope_granted_under_another_name_is_not_missing() {
    let missing = |id: &str, asked: &[&str], granted: &[&str], refreshable: bool| {
        let list = |scopes: &[&str]| scopes.iter().map(ToString::to_string).collect::<Vec<_>>();
        connector(id).missing_scopes(&list(asked), &list(granted), refreshable)
    };
    assert_eq!(missing("practice", &["read", "write"], &["read"], true), ["write"]);
    assert!(missing("practice", &["read", "write"], &[], true).is_empty(), "the service did not say");
    let email = "https://www.googleapis.com/auth/userinfo.email";
    assert!(missing("google", &["openid", "email"], &["openid", email], true).is_empty());
    assert_eq!(missing("google", &["openid", "profile"], &["openid", email], true), ["profile"]);
    assert!(missing("google", &["openid", "email"], &["email"], true).is_empty(), "openid is no permission");
    let graph = ["https://graph.microsoft.com/mail.read"];
    assert!(missing("microsoft", &["Mail.Read"], &graph, true).is_empty());
    assert_eq!(missing("microsoft", &["Mail.ReadWrite"], &graph, true), ["Mail.ReadWrite"]);
    assert!(missing("practice", &["read", "offline_access"], &["read"], true).is_empty(), "its refresh token is there");
    assert_eq!(missing("practice", &["read", "offline_access"], &["read"], false), ["offline_access"]);
}

#[test]
fn a_key_in_a_file_signs_what_its_service_wants() {
    let snowflake = connector("snowflake");
    let typed = fields(&[("account", "MYORG-ACCOUNT1"), ("user", "ETL")]);
    let service = snowflake.service_account_service(&typed, &[], &any_key()).unwrap();
    assert_eq!(service.exchange, KeyExchange::Itself);
    assert_eq!(service.assertion.issuer.as_deref(), Some("MYORG-ACCOUNT1.ETL.SHA256:abc="));
    assert_eq!(service.assertion.subject.as_deref(), Some("MYORG-ACCOUNT1.ETL"));

    let entra = connector("entra-app");
    let id = "00001111-aaaa-2222-bbbb-3333cccc4444";
    let typed = fields(&[("tenant", "contoso.example"), ("client_id", id)]);
    let service = entra.service_account_service(&typed, &[], &any_key()).unwrap();
    let KeyExchange::Client { token_url, client_id } = &service.exchange else { panic!("{service:?}") };
    assert_eq!(token_url.as_str(), "https://login.microsoftonline.com/contoso.example/oauth2/v2.0/token");
    assert_eq!((client_id.as_str(), service.assertion.is_pss), (id, true));
    assert_eq!(service.assertion.audience, None, "the endpoint itself");

    let github = connector("github-app");
    let typed = fields(&[("app_id", "Iv23"), ("installation_id", "42")]);
    let service = github.service_account_service(&typed, &[], &any_key()).unwrap();
    let KeyExchange::Bearer { token_url } = &service.exchange else { panic!("{service:?}") };
    assert_eq!(token_url.as_str(), "https://api.github.com/app/installations/42/access_tokens");
    assert!(service.assertion.lifetime <= Duration::from_secs(600) && service.scopes.is_empty());

    let apple = connector("app-store-connect");
    let service = apple.service_account_service(&fields(&[("issuer_id", id)]), &[], &any_key()).unwrap();
    assert_eq!(service.assertion.audience.as_deref(), Some("appstoreconnect-v1"));
    assert_eq!(service.assertion.key_id, None, "left out while nobody says it");
}

#[test]
fn a_user_to_act_for_is_asked_for_only_when_one_is_filled_in() {
    let google = connector("google-service-account");
    let subject = |typed: &[(&str, &str)]| {
        google.service_account_service(&fields(typed), &[], &any_key()).unwrap().assertion.subject
    };
    assert_eq!(subject(&[]), None);
    assert_eq!(subject(&[("subject", "ada@example.com")]).as_deref(), Some("ada@example.com"));
}

#[test]
fn keys_that_a_service_makes_are_asked_for_as_its_api_says() {
    let aws = connector("aws");
    let ask = |task, id| aws.key_request(Method::ApiKey, &Fields::new(), task, id, None);
    let off = ask(KeyTask::Deactivate, Some("AKIAIOSFODNN7EXAMPLE")).unwrap().unwrap();
    assert_eq!((off.method, off.url.as_str()), (HttpMethod::Post, "https://iam.amazonaws.com/"));
    let body = "Action=UpdateAccessKey&Version=2010-05-08&Status=Inactive&AccessKeyId=AKIAIOSFODNN7EXAMPLE";
    assert_eq!(off.body.as_deref(), Some(body));
    let signs = KeyPlacement::AwsSigV4 { service: "iam".to_owned(), region: "us-east-1".to_owned() };
    assert_eq!(off.placement, signs, "whatever the region of the integration");
    let elsewhere = fields(&[("base_url", "http://127.0.0.1:5000")]);
    let list = aws.key_request(Method::ApiKey, &elsewhere, KeyTask::List, None, None).unwrap().unwrap();
    assert_eq!(list.url.as_str(), "http://127.0.0.1:5000/");
    for id in [None, Some(""), Some("AKIA1&UserName=root"), Some("../x"), Some("{key_id}")] {
        assert_eq!(ask(KeyTask::Delete, id), Err(ResolveError::KeyIdMissing), "{id:?}");
    }

    let google = connector("google-service-account");
    let token_uri = url::Url::parse("https://oauth2.googleapis.com/token").unwrap();
    let account = |project_id: Option<&str>| KeyFileAccount {
        client_email: "etl@p.iam.gserviceaccount.com".to_owned(),
        project_id: project_id.map(str::to_owned),
        token_uri: token_uri.clone(),
    };
    let ask = |task, account: Option<&KeyFileAccount>| {
        google.key_request(Method::ServiceAccount, &Fields::new(), task, Some("4f1c"), account)
    };
    let off = ask(KeyTask::Deactivate, Some(&account(Some("p")))).unwrap().unwrap();
    let keys = "https://iam.googleapis.com/v1/projects/p/serviceAccounts/etl%40p.iam.gserviceaccount.com/keys";
    assert_eq!((off.url.as_str(), off.body), (format!("{keys}/4f1c:disable").as_str(), None));
    let all = ask(KeyTask::List, Some(&account(None))).unwrap().unwrap();
    assert!(all.url.as_str().contains("/projects/-/") && all.url.query() == Some("keyTypes=USER_MANAGED"));
    assert_eq!(ask(KeyTask::List, None), Err(ResolveError::KeyIdMissing), "a bare key says of no account");
    assert_eq!(ask(KeyTask::LastUse, Some(&account(None))), Ok(None), "it does not tell");
    assert!(!connector("github").mints(Method::ApiKey));
}
