//! Who calls: the account, the kind of credential and the permissions behind a bearer token.
//!
//! Tokens are looked up by their hash, so the time a look-up takes says nothing about the token.

use hyper::{StatusCode, header};
use serde::Serialize;

use crate::provider::{Account, Subject};
use crate::secret::{API_KEY_PREFIX, Fingerprint};
use crate::server::{Reply, Request, World};

/// What kind of credential was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum CredentialKind {
    /// An API key.
    ApiKey,
    /// An access token of a person's grant.
    Oauth,
    /// An access token of a service account.
    ServiceAccount,
    /// An access token of a client in its own name.
    Client,
}

/// An identified caller; also the answer of `/api/whoami`.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Caller {
    pub(crate) account: Account,
    pub(crate) kind: CredentialKind,
    pub(crate) scopes: Vec<String>,
    /// The API key's id, or the id of the service account key that signed.
    pub(crate) key_id: Option<String>,
}

impl Caller {
    /// Identifies the bearer of a living key or token.
    pub(crate) fn identify(world: &mut World, request: &Request) -> Option<Self> {
        let token = request.bearer_token()?;
        let fingerprint = Fingerprint::of(token);
        if token.starts_with(API_KEY_PREFIX) {
            let now_ms = world.now_ms();
            let key = world.provider.api_keys.used(&fingerprint, now_ms)?;
            return Some(Self {
                account: Account::named(&key.account),
                kind: CredentialKind::ApiKey,
                scopes: key.permissions.clone(),
                key_id: Some(key.id.clone()),
            });
        }
        let token = world.provider.living_access_token(&fingerprint, world.now_ms())?;
        let (label, kind, key_id) = match &token.subject {
            Subject::Grant { id } => (&world.provider.grants.get(id)?.account, CredentialKind::Oauth, None),
            Subject::ServiceAccount { email, key_id } => (email, CredentialKind::ServiceAccount, Some(key_id.clone())),
            Subject::Client { id } => (id, CredentialKind::Client, None),
        };
        Some(Self { account: Account::named(label), kind, scopes: token.scopes.clone(), key_id })
    }

    /// Whether the credential carries a permission or scope.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.scopes.iter().any(|scope| scope == permission)
    }
}

/// 401 (RFC 6750 §3.1): the credential is missing, unknown, expired or revoked.
pub(crate) fn refused_token() -> Reply {
    Reply::refusal(StatusCode::UNAUTHORIZED, "invalid_token")
        .with_header(header::WWW_AUTHENTICATE, "Bearer realm=\"practice\", error=\"invalid_token\"")
}
