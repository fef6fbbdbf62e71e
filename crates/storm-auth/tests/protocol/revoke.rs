//! Revocation: what is sent, in which order, and what counts as done.

use storm_domain::port::Provider as _;
use storm_domain::{
    ApiKeyCredential, BodyFormat, ClientAuth, Credential, HttpMethod, KeyPlacement, OAuthGrant, RefreshFailure,
    RevokeRequest, RevokeTarget, Timestamp, TransientKind,
};
use storm_secret::{AccessToken, ApiKey, RefreshToken};
use url::Url;

use crate::support::{RawServer, confidential_client, json, provider, public_client};

fn request(url: Url, target: RevokeTarget) -> RevokeRequest {
    let method = if target == RevokeTarget::TokenInBody { HttpMethod::Post } else { HttpMethod::Delete };
    RevokeRequest {
        method,
        url,
        target,
        placement: KeyPlacement::Bearer,
        client_auth: ClientAuth::Body,
        body_format: BodyFormat::Form,
    }
}

fn grant() -> Credential {
    Credential::OAuthGrant(OAuthGrant {
        refresh_token: Some(RefreshToken::new("rt")),
        access_token: Some(AccessToken::new("at")),
        expires_at: None,
        token_type: None,
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: Timestamp(0),
        refresh_life: None,
    })
}

fn key() -> Credential {
    Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new("old-key") })
}

async fn revoked(status: &str, body: &str) -> Result<(), RefreshFailure> {
    let server = RawServer::always(json(status, body)).await;
    let request = request(server.url("/revoke"), RevokeTarget::TokenInBody);
    provider().revoke(&request, &grant(), Some(&public_client()), None).await
}

#[tokio::test]
async fn the_refresh_token_goes_first_then_the_access_token() {
    let server = RawServer::always(json("200 OK", "")).await;
    let mut request = request(server.url("/revoke"), RevokeTarget::TokenInBody);
    provider().revoke(&request, &grant(), Some(&public_client()), None).await.unwrap();
    request.client_auth = ClientAuth::Basic;
    provider().revoke(&request, &grant(), Some(&confidential_client()), None).await.unwrap();
    let sent = server.requests();
    assert!(sent[0].ends_with("\r\n\r\ntoken=rt&token_type_hint=refresh_token&client_id=desktop"), "{}", sent[0]);
    assert!(sent[1].ends_with("\r\n\r\ntoken=at&token_type_hint=access_token&client_id=desktop"), "{}", sent[1]);
    assert!(sent[2].contains("authorization: Basic ") && sent[2].ends_with("token=rt&token_type_hint=refresh_token"));
    assert_eq!(sent.len(), 4);
}

#[tokio::test]
async fn an_unknown_token_is_a_success() {
    assert_eq!(revoked("200 OK", "{}").await, Ok(()));
    assert_eq!(revoked("204 No Content", "").await, Ok(()));
    assert_eq!(revoked("400 Bad Request", r#"{"error":"invalid_token"}"#).await, Ok(()));
    assert_eq!(revoked("400 Bad Request", r#"{"error":"invalid_grant"}"#).await, Ok(()));
    assert_eq!(revoked("200 OK", r#"{"ok":false,"error":"token_revoked"}"#).await, Ok(()));
}

#[tokio::test]
async fn what_is_not_done_is_said() {
    assert!(matches!(
        revoked("503 Service Unavailable", "").await,
        Err(RefreshFailure::Transient { kind: TransientKind::ServiceBusy, .. })
    ));
    assert!(matches!(
        revoked("401 Unauthorized", r#"{"error":"invalid_client"}"#).await,
        Err(RefreshFailure::RegistrationRefused(_))
    ));
    assert!(matches!(
        revoked("400 Bad Request", r#"{"error":"unsupported_token_type"}"#).await,
        Err(RefreshFailure::RequestRefused(_))
    ));
    assert!(matches!(
        revoked("200 OK", r#"{"ok":false,"error":"made_up"}"#).await,
        Err(RefreshFailure::RequestRefused(_))
    ));
    assert!(matches!(revoked("302 Found", "").await, Err(RefreshFailure::Transient { .. })));
}

#[tokio::test]
async fn a_key_ends_itself_or_is_ended_by_the_new_one() {
    let server = RawServer::always(json("204 No Content", "")).await;
    let own = request(server.url("/self"), RevokeTarget::OwnCredential);
    provider().revoke(&own, &key(), None, None).await.unwrap();
    let by_id = request(server.url("/keys/7"), RevokeTarget::ByKeyId);
    provider().revoke(&by_id, &key(), None, Some(&AccessToken::new("new-key"))).await.unwrap();
    let mut array = request(server.url("/credentials/revoke"), RevokeTarget::CredentialsArray);
    array.method = HttpMethod::Post;
    provider().revoke(&array, &key(), None, None).await.unwrap();
    let sent = server.requests();
    assert!(sent[0].starts_with("DELETE /self ") && sent[0].contains("authorization: Bearer old-key\r\n"));
    assert!(sent[1].starts_with("DELETE /keys/7 ") && sent[1].contains("authorization: Bearer new-key\r\n"));
    assert!(sent[2].ends_with(r#"{"credentials":["old-key"]}"#) && !sent[2].contains("authorization"));
}

#[tokio::test]
async fn a_key_that_is_already_gone_is_a_success() {
    for status in ["401 Unauthorized", "404 Not Found", "410 Gone"] {
        let server = RawServer::always(json(status, "{}")).await;
        let own = request(server.url("/self"), RevokeTarget::OwnCredential);
        assert_eq!(provider().revoke(&own, &key(), None, None).await, Ok(()), "{status}");
    }
    let server = RawServer::always(json("401 Unauthorized", "{}")).await;
    let by_id = request(server.url("/keys/7"), RevokeTarget::ByKeyId);
    let new = AccessToken::new("new-key");
    assert!(provider().revoke(&by_id, &key(), None, Some(&new)).await.is_err(), "it is the new key that was refused");
}

#[tokio::test]
async fn what_cannot_be_revoked_is_not_tried() {
    let server = RawServer::always(json("200 OK", "{}")).await;
    let by_id = request(server.url("/keys/7"), RevokeTarget::ByKeyId);
    assert!(matches!(provider().revoke(&by_id, &key(), None, None).await, Err(RefreshFailure::RequestRefused(_))));
    assert!(server.requests().is_empty());
}
