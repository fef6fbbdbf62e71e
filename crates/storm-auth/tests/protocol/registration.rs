//! Dynamic client registration (RFC 7591): what the program says of itself, and which answers make it a client.

use serde_json::{Value, json};
use storm_domain::port::Provider as _;
use storm_domain::{
    AuthorizationGrant, ClientAuth, ClientMetadata, RefreshFailure, RegisteredClient, RegistrationOffer, Timestamp,
    TransientKind,
};

use crate::support::{RawServer, Reply, impatient_provider, json as reply, provider};

fn offer(server: &RawServer, client_auth: Option<ClientAuth>) -> RegistrationOffer {
    RegistrationOffer { url: server.url("/reg"), client_auth }
}

fn of_person() -> ClientMetadata {
    ClientMetadata {
        redirect_uris: vec!["http://127.0.0.1/callback".to_owned()],
        grant: AuthorizationGrant::AuthorizationCode,
        refresh: true,
        device: true,
    }
}

fn created(body: &Value) -> Reply {
    reply("201 Created", &body.to_string())
}

async fn answered(asked: Option<ClientAuth>, reply: Reply) -> Result<RegisteredClient, RefreshFailure> {
    let server = RawServer::always(reply).await;
    let registered = impatient_provider().register_client(&offer(&server, asked), &of_person()).await;
    assert_eq!(server.requests().len(), 1, "asked once: twice would be two clients");
    registered
}

fn sent(server: &RawServer) -> Value {
    let request = server.requests().remove(0);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST /reg HTTP/1.1\r\n"), "{head}");
    assert!(head.to_ascii_lowercase().contains("content-type: application/json"), "{head}");
    assert!(!head.to_ascii_lowercase().contains("authorization:"), "{head}");
    serde_json::from_str(body).unwrap()
}

#[tokio::test]
async fn a_native_app_says_what_it_is_and_becomes_a_public_client() {
    let server = RawServer::always(created(&json!({ "client_id": "s6BhdRkqt3" }))).await;
    let registered = provider().register_client(&offer(&server, None), &of_person()).await.unwrap();
    assert_eq!(
        (registered.client_id.as_str(), registered.client_secret.is_none(), registered.client_auth),
        ("s6BhdRkqt3", true, None)
    );
    let device = "urn:ietf:params:oauth:grant-type:device_code";
    assert_eq!(
        sent(&server),
        json!({
            "client_name": "Storm Connect",
            "application_type": "native",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "grant_types": ["authorization_code", "refresh_token", device],
            "response_types": ["code"],
            "token_endpoint_auth_method": "none",
        })
    );
}

#[tokio::test]
async fn only_what_the_service_offers_is_asked_for() {
    let server = RawServer::always(created(&json!({ "client_id": "c" }))).await;
    let client = ClientMetadata { refresh: false, device: false, ..of_person() };
    provider().register_client(&offer(&server, Some(ClientAuth::Body)), &client).await.unwrap();
    let said = sent(&server);
    assert_eq!(said["grant_types"], json!(["authorization_code"]));
    assert_eq!(said["token_endpoint_auth_method"], "client_secret_post");
}

#[tokio::test]
async fn a_client_in_its_own_name_has_no_redirect_and_a_secret() {
    let answer =
        json!({ "client_id": "robot", "client_secret": "hush", "token_endpoint_auth_method": "client_secret_basic" });
    let server = RawServer::always(created(&answer)).await;
    let client = ClientMetadata {
        redirect_uris: Vec::new(),
        grant: AuthorizationGrant::ClientCredentials,
        refresh: true,
        device: true,
    };
    let registered = provider().register_client(&offer(&server, Some(ClientAuth::Basic)), &client).await.unwrap();
    assert_eq!(registered.client_secret.as_ref().unwrap().expose(), "hush");
    let said = sent(&server);
    assert_eq!(
        (&said["grant_types"], &said["response_types"], &said["redirect_uris"]),
        (&json!(["client_credentials"]), &json!([]), &json!([]))
    );
}

/// RFC 7591 §3.2.1: seconds since 1970, 0 = never.
#[tokio::test]
async fn the_end_of_a_secret_is_kept_where_the_service_names_one() {
    for (said, ends_at) in [
        (json!(1_893_456_000), Some(Timestamp(1_893_456_000_000))),
        (json!(0), None),
        (json!(null), None),
        (json!("never"), None),
        (json!(-1), None),
        (json!(i64::MAX), Some(Timestamp(i64::MAX))),
    ] {
        let answer = json!({ "client_id": "c", "client_secret": "s", "client_secret_expires_at": said });
        assert_eq!(answered(None, created(&answer)).await.unwrap().secret_ends_at, ends_at, "{said}");
    }
    let public = json!({ "client_id": "c", "client_secret_expires_at": 1_893_456_000 });
    assert_eq!(answered(None, created(&public)).await.unwrap().secret_ends_at, None);
}

#[tokio::test]
async fn how_it_was_registered_counts_not_how_it_asked() {
    const BASIC: &str = "client_secret_basic";
    const POST: &str = "client_secret_post";
    for (asked, method, secret, registered) in [
        (None, Some(BASIC), Some("s"), Some(ClientAuth::Basic)),
        (None, Some(POST), Some("s"), Some(ClientAuth::Body)),
        (None, None, Some("s"), Some(ClientAuth::Basic)),
        (Some(ClientAuth::Body), None, Some("s"), Some(ClientAuth::Body)),
        (Some(ClientAuth::Body), Some(BASIC), Some("s"), Some(ClientAuth::Basic)),
        (Some(ClientAuth::Basic), Some("none"), Some("s"), None),
        (Some(ClientAuth::Basic), None, None, None),
        (None, Some("none"), Some(""), None),
    ] {
        let answer = json!({ "client_id": "c", "client_secret": secret, "token_endpoint_auth_method": method });
        let client = answered(asked, created(&answer)).await.unwrap();
        assert_eq!(
            (client.client_auth, client.client_secret.is_some()),
            (registered, registered.is_some()),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_registration_that_is_of_no_use_here_is_refused() {
    for answer in [
        json!({ "client_id": "c", "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "client_id": "c", "token_endpoint_auth_method": "client_secret_basic" }),
        json!({ "client_id": "" }),
        json!({ "client_id": "two words" }),
        json!({ "client_id": "c".repeat(5000) }),
    ] {
        let failure = answered(None, created(&answer)).await.unwrap_err();
        assert!(matches!(failure, RefreshFailure::RequestRefused(_)), "{failure:?}");
    }
}

#[tokio::test]
async fn refusals_are_told_apart_from_trouble() {
    let error = r#"{"error":"invalid_redirect_uri","error_description":"Only https."}"#;
    match answered(None, reply("400 Bad Request", error)).await.unwrap_err() {
        RefreshFailure::RequestRefused(words) => assert_eq!(words.code, "invalid_redirect_uri"),
        other => panic!("{other:?}"),
    }
    for (status, body) in
        [("401 Unauthorized", ""), ("403 Forbidden", "<h1>Forbidden</h1>"), ("401 Unauthorized", "{}")]
    {
        match answered(None, reply(status, body)).await.unwrap_err() {
            RefreshFailure::RequestRefused(words) => assert_eq!(words.code, "registration_not_open", "{status}"),
            other => panic!("{status}: {other:?}"),
        }
    }
    for (status, body) in [
        ("200 OK", "<html>Welcome</html>"),
        ("201 Created", r#"{"id":7}"#),
        ("503 Service Unavailable", ""),
        ("307 Temporary Redirect", ""),
    ] {
        let failure = answered(None, reply(status, body)).await.unwrap_err();
        assert!(matches!(failure, RefreshFailure::Transient { .. }), "{status}: {failure:?}");
    }
}

#[tokio::test]
async fn an_answer_is_bounded_and_its_secret_stays_out_of_words() {
    let endless = format!(r#"{{"client_id":"c","software_statement":"{}"}}"#, "x".repeat(70 * 1024));
    match answered(None, reply("201 Created", &endless)).await.unwrap_err() {
        RefreshFailure::Transient { kind, .. } => assert_eq!(kind, TransientKind::TooLarge),
        other => panic!("{other:?}"),
    }
    let answer = json!({ "client_id": "c", "client_secret": "do-not-print" });
    let client = answered(None, created(&answer)).await.unwrap();
    assert!(!format!("{client:?}").contains("do-not-print"));
    let nowhere = RegistrationOffer { url: "http://service.example/reg".parse().unwrap(), client_auth: None };
    let refused = provider().register_client(&nowhere, &of_person()).await.unwrap_err();
    assert!(matches!(refused, RefreshFailure::RequestRefused(_)), "{refused:?}");
}
