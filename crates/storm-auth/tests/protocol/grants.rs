//! Grants without a person: a client in its own name, and one token for another.

use storm_domain::port::{Provider as _, TokenExchange, TokenGrant, TokenRequest};
use storm_domain::{ClientAuth, RefreshFailure};
use storm_secret::AccessToken;
use url::Url;

use crate::support::keys::{form, header};
use crate::support::{RawServer, confidential_client, json, provider, service};

const OK: &str = r#"{"access_token":"at","token_type":"Bearer","expires_in":300}"#;

#[tokio::test]
async fn a_client_asks_in_its_own_name_with_the_scopes_it_needs() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let mut service = service(&server.base);
    service.refresh_url = server.url("/refresh");
    service.token_client_auth = ClientAuth::Basic;
    service.token_params = vec![("audience".to_owned(), "api".to_owned())];
    let client = confidential_client();
    for scopes in [vec!["read".to_owned(), "write".to_owned()], Vec::new()] {
        let grant = TokenGrant::ClientCredentials { scopes: &scopes };
        let request = TokenRequest { service: &service, client: &client, grant, dpop_key: None };
        let answer = provider().send_token_request(request).await.unwrap();
        assert!(provider().read_token_answer(&service, &answer).access.is_ok());
    }
    let requests = server.requests();
    assert!(requests[0].starts_with("POST /token "), "{}", requests[0]);
    assert!(header(&requests[0], "authorization").is_some_and(|value| value.starts_with("Basic ")));
    assert!(requests[0].ends_with("\r\n\r\ngrant_type=client_credentials&scope=read+write&audience=api"));
    assert!(requests[1].ends_with("\r\n\r\ngrant_type=client_credentials&audience=api"), "{}", requests[1]);
}

#[tokio::test]
async fn a_refused_client_is_a_refused_app_registration() {
    let server = RawServer::always(json("401 Unauthorized", r#"{"error":"invalid_client"}"#)).await;
    let (service, client) = (service(&server.base), confidential_client());
    let grant = TokenGrant::ClientCredentials { scopes: &[] };
    let request = TokenRequest { service: &service, client: &client, grant, dpop_key: None };
    let answer = provider().send_token_request(request).await.unwrap();
    let access = provider().read_token_answer(&service, &answer).access;
    assert!(matches!(access, Err(RefreshFailure::RegistrationRefused(_))), "{access:?}");
}

#[tokio::test]
async fn a_token_is_exchanged_for_another() {
    let body = r#"{"access_token":"at2","issued_token_type":"urn:ietf:params:oauth:token-type:jwt","token_type":"N_A","expires_in":60}"#;
    let server = RawServer::always(json("200 OK", body)).await;
    let service = service(&server.base);
    let (client, subject) = (confidential_client(), AccessToken::new("at1"));
    let resource = Url::parse("https://backend.example/api").unwrap();
    let scopes = ["read".to_owned()];
    let exchange = TokenExchange {
        subject_token: &subject,
        subject_token_type: TokenExchange::ACCESS_TOKEN,
        audience: Some("backend"),
        resource: Some(&resource),
        scopes: &scopes,
        requested_token_type: Some("urn:ietf:params:oauth:token-type:jwt"),
    };
    let grant = TokenGrant::TokenExchange(exchange);
    let request = TokenRequest { service: &service, client: &client, grant, dpop_key: None };
    assert!(!format!("{request:?}").contains("at1"));
    let answer = provider().send_token_request(request).await.unwrap();
    let reading = provider().read_token_answer(&service, &answer);
    assert_eq!(reading.access.unwrap().expose(), "at2");
    assert_eq!(reading.issued_token_type.as_deref(), Some("urn:ietf:params:oauth:token-type:jwt"));
    assert_eq!(reading.token_type.as_deref(), Some("N_A"), "not to be used as Bearer");
    let sent = form(&server.requests()[0]);
    for (name, value) in [
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token", "at1"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("audience", "backend"),
        ("resource", "https://backend.example/api"),
        ("scope", "read"),
        ("requested_token_type", "urn:ietf:params:oauth:token-type:jwt"),
    ] {
        assert_eq!(sent[name], value, "{name}");
    }
}
