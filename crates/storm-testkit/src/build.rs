//! Plain data of the domain, filled in. What a test is about, it sets itself.

use std::collections::BTreeMap;

use storm_domain::{
    ApiKeyCredential, Credential, Integration, IntegrationId, KeyFileAccount, Method, OAuthGrant, ReplacementPolicy,
    ServiceAccountKey, Timestamp, TokenState,
};
use storm_secret::{AccessToken, ApiKey, PrivateKey, RefreshToken};
use url::Url;
use uuid::Uuid;

const NOW: Timestamp = Timestamp(1_767_225_600_000);

/// An integration that is set up but not connected. Its id is made of `number`.
#[must_use]
pub fn integration(number: u128, method: Method) -> Integration {
    Integration {
        id: IntegrationId(Uuid::from_u128(number)),
        revision: 1,
        name: format!("Integration {number}"),
        labels: Vec::new(),
        connector_id: "practice".to_owned(),
        method,
        fields: BTreeMap::new(),
        registration_id: None,
        requested_scopes: Vec::new(),
        asked_scopes: None,
        granted_scopes: Vec::new(),
        account: None,
        state: TokenState::Disconnected,
        paused_at: None,
        hold: None,
        lending_allowed: false,
        replacement: ReplacementPolicy::default(),
        last_verdict: None,
        last_refreshed_at: None,
        refresh_life: None,
        created_at: NOW,
        trashed_at: None,
    }
}

/// An integration for a pasted key.
#[must_use]
pub fn api_key_integration(number: u128) -> Integration {
    integration(number, Method::ApiKey)
}

/// An integration for OAuth.
#[must_use]
pub fn oauth_integration(number: u128) -> Integration {
    integration(number, Method::OAuth)
}

/// A pasted key.
#[must_use]
pub fn api_key(key: &str) -> Credential {
    Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new(key) })
}

/// A grant of two tokens that ends in an hour.
#[must_use]
pub fn oauth_grant(access_token: &str, refresh_token: Option<&str>) -> OAuthGrant {
    OAuthGrant {
        refresh_token: refresh_token.map(RefreshToken::new),
        access_token: Some(AccessToken::new(access_token)),
        expires_at: Some(NOW.after(std::time::Duration::from_secs(3_600))),
        token_type: Some("Bearer".to_owned()),
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: NOW,
        refresh_life: None,
    }
}

/// A key file with this private key.
#[must_use]
pub fn service_account_key(private_key: &str) -> Credential {
    Credential::ServiceAccountKey(ServiceAccountKey::of_account(
        PrivateKey::new(private_key),
        "0123456789abcdef".to_owned(),
        KeyFileAccount {
            client_email: "etl@project.iam.example.com".to_owned(),
            project_id: Some("project".to_owned()),
            token_uri: Url::parse("https://oauth2.example.com/token").expect("a constant"),
        },
    ))
}
