//! Discovery: which metadata counts, and what it completes.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use storm_domain::port::Provider as _;
use storm_domain::{
    AuthorizationGrant, ClientAuth, DiscoveryError, OAuthService, RegistrationOffer, RevokeTarget, ServiceOffers,
    TransientKind,
};
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
    provider().discover(&issuer, example_service()).await.unwrap().service
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
        (r#","token_endpoint_auth_methods_supported":["private_key_jwt","client_secret_basic"]"#, ClientAuth::Basic),
        (
            r#","token_endpoint_auth_methods_supported":["tls_client_auth","private_key_jwt"]"#,
            ClientAuth::PrivateKeyJwt,
        ),
        (r#","token_endpoint_auth_methods_supported":["tls_client_auth"]"#, ClientAuth::TlsCertificate),
        (r#","token_endpoint_auth_methods_supported":["self_signed_tls_client_auth"]"#, ClientAuth::TlsCertificate),
    ] {
        assert_eq!(discovered(extra).await.refresh_client_auth, expected, "{extra}");
    }
}

#[tokio::test]
async fn endpoints_for_certificates_are_taken_by_clients_that_show_one() {
    let aliases = r#","revocation_endpoint":"https://service.example/r","mtls_endpoint_aliases":{"token_endpoint":"https://mtls.service.example/t","revocation_endpoint":"https://mtls.service.example/r"}"#;
    let asked = |client_auth| async move {
        let (_server, issuer) = server(move |base| metadata(base, aliases)).await;
        let service = OAuthService { token_client_auth: client_auth, ..example_service() };
        provider().discover(&issuer, service).await.unwrap().service
    };
    let found = asked(ClientAuth::TlsCertificate).await;
    assert_eq!(found.token_url.as_str(), "https://mtls.service.example/t");
    assert_eq!(found.refresh_url, found.token_url);
    let revoke = found.revoke.unwrap();
    assert_eq!(
        (revoke.url.as_str(), revoke.client_auth),
        ("https://mtls.service.example/r", ClientAuth::TlsCertificate)
    );
    assert_eq!(asked(ClientAuth::Body).await.token_url.path(), "/t");
    assert_eq!(asked(ClientAuth::Body).await.revoke.unwrap().url.as_str(), "https://service.example/r");
}

#[tokio::test]
async fn tokens_are_bound_only_where_it_is_asked_for_and_offered() {
    for (asked, extra, expected) in [
        (true, r#","dpop_signing_alg_values_supported":["RS256","ES256"]"#, true),
        (true, r#","dpop_signing_alg_values_supported":["RS256"]"#, false),
        (true, "", false),
        (false, r#","dpop_signing_alg_values_supported":["ES256"]"#, false),
    ] {
        let (_server, issuer) = server(move |base| metadata(base, extra)).await;
        let service = OAuthService { dpop: asked, ..example_service() };
        assert_eq!(provider().discover(&issuer, service).await.unwrap().service.dpop, expected, "{asked} {extra}");
    }
}

#[tokio::test]
async fn a_service_without_a_page_to_approve_on_serves_clients_in_their_own_name() {
    for (grant, is_found) in
        [(AuthorizationGrant::ClientCredentials, true), (AuthorizationGrant::AuthorizationCode, false)]
    {
        let (_server, issuer) = server(|base| format!(r#"{{"issuer":"{base}","token_endpoint":"{base}/t"}}"#)).await;
        let found = provider().discover(&issuer, OAuthService { grant, ..example_service() }).await;
        assert_eq!(found.is_ok(), is_found, "{found:?}");
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
async fn o08_metadata_of_another_issuer_is_refused() {
    for other in ["https://evil.example", "HTTP://127.0.0.1", "http://127.0.0.1:1/"] {
        let (_server, issuer) =
            server(move |base| metadata(base, "").replacen(&format!("\"{base}\""), &format!("\"{other}\""), 1)).await;
        let refused = provider().discover(&issuer, example_service()).await;
        assert_eq!(refused, Err(DiscoveryError::IssuerMismatch { named: other.to_owned() }));
    }
    let (_server, issuer) = server(|base| metadata(base, "")).await;
    let deeper = issuer.join("/tenant").unwrap();
    let refused = provider().discover(&deeper, example_service()).await.unwrap_err();
    assert!(matches!(refused, DiscoveryError::IssuerMismatch { .. }), "{refused:?}");
}

#[tokio::test]
async fn o08_a_slash_behind_a_path_is_another_issuer() {
    let (_server, issuer) = server(|base| metadata(&format!("{base}/tenant/"), "")).await;
    let refused = provider().discover(&issuer.join("/tenant").unwrap(), example_service()).await.unwrap_err();
    assert!(matches!(refused, DiscoveryError::IssuerMismatch { .. }), "{refused:?}");
}

#[tokio::test]
async fn o08_an_endpoint_that_may_carry_no_secret_is_refused() {
    for (extra, endpoint) in [
        (r#","revocation_endpoint":"http://service.example/r""#, "revocation_endpoint"),
        (r#","revocation_endpoint":"file:///etc/passwd""#, ""),
        (r#","jwks_uri":"https://u:p@service.example/r""#, "jwks_uri"),
        (r#","device_authorization_endpoint":"http://service.example/d""#, "device_authorization_endpoint"),
        (r#","mtls_endpoint_aliases":{"token_endpoint":"http://service.example/t"}"#, "token_endpoint"),
    ] {
        let (_server, issuer) = server(move |base| metadata(base, extra)).await;
        let refused = provider().discover(&issuer, example_service()).await.unwrap_err();
        match refused {
            DiscoveryError::EndpointNotHttps { endpoint: named } => assert_eq!(named, endpoint),
            DiscoveryError::InsideNetwork { .. } => assert_eq!(endpoint, "", "no host at all"),
            other => panic!("{extra}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn o09_an_endpoint_inside_a_network_is_refused_unless_it_is_the_host_that_was_typed() {
    for host in ["169.254.169.254", "127.0.0.2", "10.0.0.7", "[fd00:ec2::254]", "[::ffff:169.254.169.254]", "localhost"]
    {
        let extra = format!(r#","revocation_endpoint":"https://{host}/r""#);
        let (_server, issuer) = server(move |base| metadata(base, &extra)).await;
        let refused = provider().discover(&issuer, example_service()).await.unwrap_err();
        assert!(matches!(&refused, DiscoveryError::InsideNetwork { .. }), "{host}: {refused:?}");
    }
    // The server itself listens on this computer, which was typed.
    assert!(discovered("").await.token_url.as_str().starts_with("http://127.0.0.1:"));
}

#[tokio::test]
async fn what_a_service_offers_is_told() {
    let (_server, issuer) = server(|base| {
        metadata(
            base,
            r#","scopes_supported":["openid","email","bad scope","\u202e"],"grant_types_supported":["authorization_code","refresh_token"],"registration_endpoint":"https://elsewhere.example/register","jwks_uri":"https://keys.example/set","id_token_signing_alg_values_supported":["RS256","none"]"#,
        )
    })
    .await;
    let found = provider().discover(&issuer, example_service()).await.unwrap();
    let scopes = vec!["openid".to_owned(), "email".to_owned()];
    // Where nothing is said of client authentication it is Basic (RFC 8414 §2).
    let url = "https://elsewhere.example/register".parse().unwrap();
    let registration = Some(RegistrationOffer { url, client_auth: Some(ClientAuth::Basic) });
    assert_eq!(found.offers, ServiceOffers { scopes, refresh: Some(true), device: false, registration });
    let rules = found.service.id_tokens.unwrap();
    assert_eq!((rules.issuer, rules.jwks_url.as_str()), (found.service.issuer.unwrap(), "https://keys.example/set"));
}

#[tokio::test]
async fn a_client_registers_itself_as_what_the_service_takes() {
    let offered = async |methods: &'static str, grant| {
        let (_server, issuer) = server(move |base| {
            let methods = format!(r#","token_endpoint_auth_methods_supported":{methods}"#);
            metadata(base, &format!(r#"{methods},"registration_endpoint":"{base}/reg""#))
        })
        .await;
        let service = OAuthService { grant, ..example_service() };
        let offer = provider().discover(&issuer, service).await.unwrap().offers.registration;
        offer.map(|offer| offer.client_auth)
    };
    let (person, robot) = (AuthorizationGrant::AuthorizationCode, AuthorizationGrant::ClientCredentials);
    assert_eq!(
        offered(r#"["client_secret_post","none"]"#, person).await,
        Some(None),
        "a public client where it may be"
    );
    assert_eq!(offered(r#"["client_secret_post","none"]"#, robot).await, Some(Some(ClientAuth::Body)));
    assert_eq!(offered(r#"["client_secret_basic"]"#, person).await, Some(Some(ClientAuth::Basic)));
    assert_eq!(offered(r#"["private_key_jwt"]"#, person).await, None, "it would need a key of its own");
}

#[tokio::test]
async fn o09_a_redirect_to_another_origin_is_not_followed() {
    let other = RawServer::always(json("200 OK", "{}")).await;
    for target in [other.base.to_string(), "http://169.254.169.254/latest/meta-data/".to_owned()] {
        let redirect = format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n");
        let server = RawServer::always(Reply::Bytes(redirect.into_bytes())).await;
        let refused = provider().discover(&server.base, example_service()).await.unwrap_err();
        let host = Url::parse(&target).unwrap().host_str().unwrap().to_owned();
        assert_eq!(refused, DiscoveryError::Redirected { to: host });
        assert_eq!(server.requests().len(), 1);
    }
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn o09_one_redirect_inside_the_origin_is_followed_and_no_second_one() {
    let redirect =
        |to: &str| Reply::Bytes(format!("HTTP/1.1 308 P\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n").into_bytes());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let server = RawServer::at(address, move |number| match number {
        0 => redirect("/moved"),
        _ => json("200 OK", &metadata(&format!("http://{address}"), "")),
    })
    .await;
    provider().discover(&server.base, example_service()).await.unwrap();
    assert!(server.requests()[1].starts_with("GET /moved "));

    let server = RawServer::always(redirect("/round-and-round")).await;
    let refused = provider().discover(&server.base, example_service()).await.unwrap_err();
    assert!(matches!(refused, DiscoveryError::Redirected { .. }), "{refused:?}");
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn o09_ten_megabytes_of_metadata_are_cut_off() {
    let head = "HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n".to_owned();
    let announced = RawServer::always(Reply::Endless { head, piece: vec![b' '; 65536], pause: Duration::ZERO }).await;
    let refused = provider().discover(&announced.base, example_service()).await.unwrap_err();
    assert_eq!(refused, DiscoveryError::TooLarge);

    let head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned();
    let endless = RawServer::always(Reply::Endless { head, piece: vec![b' '; 65536], pause: Duration::ZERO }).await;
    let refused = provider().discover(&endless.base, example_service()).await.unwrap_err();
    assert_eq!(refused, DiscoveryError::TooLarge);
    assert!(endless.written() < 8_000_000, "no more than buffers on the way took: {}", endless.written());
}

#[tokio::test]
async fn o09_a_gzip_bomb_is_cut_off_and_honest_gzip_is_read() {
    let compressed = |bytes: &[u8]| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::best());
        packer.write_all(bytes).unwrap();
        let packed = packer.finish().unwrap();
        let head = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n",
            packed.len()
        );
        Reply::Bytes([head.into_bytes(), packed].concat())
    };
    let bomb = compressed(&vec![b' '; 100_000_000]);
    let server = RawServer::always(bomb).await;
    let refused = provider().discover(&server.base, example_service()).await.unwrap_err();
    assert_eq!(refused, DiscoveryError::TooLarge);

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let honest = compressed(metadata(&format!("http://{address}"), "").as_bytes());
    let server = RawServer::at(address, move |_| honest.clone()).await;
    provider().discover(&server.base, example_service()).await.unwrap();
}

#[tokio::test]
async fn o09_metadata_nested_deeper_than_32_levels_is_refused() {
    for (levels, is_refused) in [(31, false), (32, true), (100_000, true)] {
        let deep = format!(r#","x":{}{}"#, "[".repeat(levels), "]".repeat(levels));
        let (_server, issuer) = server(move |base| metadata(base, &deep)).await;
        let found = provider().discover(&issuer, example_service()).await;
        assert_eq!(found.is_err(), is_refused, "{levels}: {found:?}");
        assert!(!is_refused || found == Err(DiscoveryError::TooDeep));
    }
}

#[tokio::test]
async fn o09_a_slow_body_ends_at_the_deadline_of_all_tries_together() {
    let slow =
        |head: &str| Reply::Endless { head: head.to_owned(), piece: b" ".to_vec(), pause: Duration::from_millis(100) };
    for reply in [Reply::Silence, slow("HTTP/1.1 200 OK\r\n\r\n"), slow("HTTP/1.1 404 Not Found\r\n\r\n")] {
        let server = RawServer::always(reply).await;
        let provider = impatient_provider();
        let discovery = provider.discover(&server.base, example_service());
        let refused = tokio::time::timeout(Duration::from_secs(2), discovery).await.unwrap().unwrap_err();
        assert_eq!(refused, DiscoveryError::Unreachable(TransientKind::Timeout));
    }
}

#[tokio::test]
async fn an_address_without_metadata_says_so() {
    let server = RawServer::always(json("200 OK", "<html>a start page</html>")).await;
    let refused = provider().discover(&server.base, example_service()).await.unwrap_err();
    assert_eq!((refused, server.requests().len()), (DiscoveryError::NoMetadata, 2));
}

#[tokio::test]
async fn o03_s256_is_sent_whatever_the_metadata_says_of_pkce() {
    for extra in [
        "",
        r#","code_challenge_methods_supported":["plain"]"#,
        r#","code_challenge_methods_supported":[]"#,
        r#","code_challenge_methods_supported":["S256","plain"]"#,
    ] {
        let request = storm_domain::port::AuthorizationRequest {
            service: discovered(extra).await,
            client: crate::support::public_client(),
            redirect_uri: Url::parse("http://127.0.0.1:4000/callback/x").unwrap(),
            scopes: Vec::new(),
            login_hint: None,
        };
        let made = provider().make_authorization_url(&request).await.unwrap();
        let method = made.url.expose().query_pairs().find(|(name, _)| name == "code_challenge_method");
        assert_eq!(method.unwrap().1, "S256", "{extra}");
    }
}
