//! Discovery: which metadata counts, and what it completes.

use storm_domain::port::Provider as _;
use storm_domain::{ClientAuth, OAuthService, RefreshFailure, RevokeTarget, TransientKind};
use url::Url;

use crate::support::{RawServer, Reply, example_service, impatient_provider, json, provider};

/// A server whose metadata is made from its own address, under the given well-known path.
async fn server(make: impl Fn(&str) -> String + Send + Sync + 'static) -> (RawServer, Url) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = RawServer::at(address, move |_| json("200 OK", &make(&format!("http://{address}")))).await;
    let issuer = server.base.clone();
    (server, issuer)
}

fn metadata(issuer: &str, extra: &str) -> String {
    format!(
        r#"{{"issuer":"{issuer}","authorization_endpoint":"{issuer}/a","token_endpoint":"{issuer}/t","userinfo_endpoint":"{issuer}/u"{extra}}}"#
    )
}

async fn discovered(extra: &'static str) -> OAuthService {
    let (_server, issuer) = server(move |base| metadata(base, extra)).await;
    provider().discover(&issuer, example_service()).await.unwrap()
}

#[tokio::test]
async fn endpoints_and_abilities_come_from_the_metadata_and_the_rest_stays() {
    let found = discovered(
        r#","revocation_endpoint":"https://service.example/r","token_endpoint_auth_methods_supported":["client_secret_basic","client_secret_post"],"authorization_response_iss_parameter_supported":true,"code_challenge_methods_supported":["plain"]"#,
    )
    .await;
    let issuer = found.issuer.clone().unwrap();
    assert!(!issuer.ends_with('/'), "as the service writes it");
    assert!(found.issuer_in_redirect);
    assert_eq!(found.authorize_url.as_str(), format!("{issuer}/a"));
    assert_eq!(found.token_url.as_str(), format!("{issuer}/t"));
    assert_eq!(found.refresh_url, found.token_url);
    assert_eq!(found.userinfo_url.unwrap().as_str(), format!("{issuer}/u"));
    assert_eq!(found.token_client_auth, ClientAuth::Body);
    let revoke = found.revoke.unwrap();
    assert_eq!((revoke.url.as_str(), revoke.target), ("https://service.example/r", RevokeTarget::TokenInBody));
    assert!(found.pkce, "S256 whatever the metadata says");
    assert_eq!(found.scope_parameter, "scope");
}

#[tokio::test]
async fn client_authentication_follows_what_is_supported() {
    for (extra, expected) in [
        ("", ClientAuth::Basic),
        (r#","token_endpoint_auth_methods_supported":["client_secret_basic"]"#, ClientAuth::Basic),
        (r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#, ClientAuth::Body),
        (r#","token_endpoint_auth_methods_supported":["none"]"#, ClientAuth::Body),
        (r#","token_endpoint_auth_methods_supported":["none","client_secret_basic"]"#, ClientAuth::Basic),
    ] {
        assert_eq!(discovered(extra).await.refresh_client_auth, expected, "{extra}");
    }
}

#[tokio::test]
async fn an_oauth_server_without_openid_is_found_at_the_rfc_8414_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = RawServer::at(address, move |number| match number {
        0 => json("404 Not Found", "{}"),
        _ => json("200 OK", &metadata(&format!("http://{address}/tenant"), "")),
    })
    .await;
    let issuer = server.url("/tenant");
    provider().discover(&issuer, example_service()).await.unwrap();
    let asked = server.requests();
    assert!(asked[0].starts_with("GET /tenant/.well-known/openid-configuration "), "{}", asked[0]);
    assert!(asked[1].starts_with("GET /.well-known/oauth-authorization-server/tenant "), "{}", asked[1]);
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    for other in ["https://evil.example", "HTTP://127.0.0.1", ""] {
        let (_server, issuer) = server(move |_| metadata(other, "")).await;
        let refused = provider().discover(&issuer, example_service()).await;
        // An empty issuer leaves no endpoint that is an address at all.
        assert!(
            matches!(refused, Err(RefreshFailure::RequestRefused(_) | RefreshFailure::Transient { .. })),
            "{other}"
        );
    }
    let (_server, issuer) = server(|base| metadata(base, "")).await;
    let deeper = issuer.join("/tenant").unwrap();
    let refused = provider().discover(&deeper, example_service()).await.unwrap_err();
    assert!(
        matches!(&refused, RefreshFailure::RequestRefused(words) if words.code == "issuer_mismatch"),
        "{refused:?}"
    );
}

#[tokio::test]
async fn an_endpoint_without_https_is_refused() {
    for extra in [
        r#","revocation_endpoint":"http://service.example/r""#,
        r#","revocation_endpoint":"http://169.254.169.254/r""#,
        r#","revocation_endpoint":"file:///etc/passwd""#,
        r#","revocation_endpoint":"https://u:p@service.example/r""#,
    ] {
        let (_server, issuer) = server(move |base| metadata(base, extra)).await;
        let refused = provider().discover(&issuer, example_service()).await.unwrap_err();
        assert!(
            matches!(&refused, RefreshFailure::RequestRefused(words) if words.code == "endpoint_not_https"),
            "{extra}"
        );
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_and_an_endless_answer_is_cut() {
    let other = RawServer::always(json("200 OK", "{}")).await;
    let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", other.base);
    let server = RawServer::always(Reply::Bytes(redirect.into_bytes())).await;
    let failure = provider().discover(&server.base, example_service()).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::Redirected, .. }));
    assert!(other.requests().is_empty());

    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n".to_owned();
    let server =
        RawServer::always(Reply::Endless { head, piece: vec![b' '; 65536], pause: std::time::Duration::ZERO }).await;
    let failure = provider().discover(&server.base, example_service()).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::TooLarge, .. }));

    let server = RawServer::always(Reply::Silence).await;
    let failure = impatient_provider().discover(&server.base, example_service()).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::Timeout, .. }));
}
