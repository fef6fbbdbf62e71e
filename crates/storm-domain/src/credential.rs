//! Credentials and their generations.
//!
//! A credential is never changed in place: each refresh or rotation adds a generation. INVARIANT: an integration has at most
//! one `Active` generation, and a new one becomes active only by compare-and-set on the number of the old.

use serde::{Deserialize, Serialize};
use storm_secret::{AccessToken, ApiKey, ClientSecret, IdToken, PrivateKey, RefreshToken};
use url::Url;

use crate::{IntegrationId, RefreshTokenLife, Timestamp};

/// Counts an integration's generations from 1, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
#[serde(transparent)]
pub struct GenerationNumber(#[specta(type = i32)] pub u64);

/// The life of a generation, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum GenerationPhase {
    /// Saved beside the active one, not used yet.
    Staged,
    /// What is used.
    Active,
    /// Replaced, kept in case it is needed again.
    Superseded,
    /// No longer usable at the service; its secret is erased.
    Retired,
}

/// The secret an integration authenticates with.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Credential {
    /// A pasted key.
    ApiKey(ApiKeyCredential),
    /// Tokens of an OAuth 2.0 authorization.
    OAuthGrant(OAuthGrant),
    /// A key file.
    ServiceAccountKey(ServiceAccountKey),
}

/// A pasted key.
#[derive(Debug, Clone)]
pub struct ApiKeyCredential {
    /// The public part of a key in two parts, such as an AWS access key id or the user of HTTP Basic. It is made and ended with
    /// the key, shown, and never a secret.
    pub id: Option<String>,
    /// The key as it is sent, or signed with.
    pub key: ApiKey,
}

/// What an authorization gave. A grant without a refresh token is used until it is refused.
#[derive(Debug, Clone)]
pub struct OAuthGrant {
    /// Kept whenever the service ever sent one; an answer without one keeps the old (RFC 6749 §6).
    pub refresh_token: Option<RefreshToken>,
    /// None when the last answer's access token could not be used.
    pub access_token: Option<AccessToken>,
    /// When the access token ends; None = unknown.
    pub expires_at: Option<Timestamp>,
    /// As sent, for "Bearer" compared without case; None = not sent.
    pub token_type: Option<String>,
    /// Granted scopes, when the service said.
    pub scopes: Option<Vec<String>>,
    /// OpenID Connect ID token, when sent.
    pub id_token: Option<IdToken>,
    /// The key that the tokens are bound to (RFC 9449), PEM; they are of no use without it.
    pub dpop_key: Option<PrivateKey>,
    /// The life of the refresh token; None = there is none, or an earlier version got it.
    pub refresh_life: Option<RefreshTokenLife>,
    /// When the answer was received.
    pub obtained_at: Timestamp,
}

impl OAuthGrant {
    /// Whether the access token goes into `Authorization: Bearer` (RFC 6749 §7.1). A missing type counts as Bearer; so do
    /// Slack's `bot` and `user`, which name whom the token speaks for. Any other type must not be lent as Bearer.
    #[must_use]
    pub fn is_bearer(&self) -> bool {
        self.token_type.as_deref().is_none_or(is_bearer_type)
    }

    /// The key that proves possession of the access token (RFC 9449 §7.1); None = the token needs none, or is not ours to use.
    #[must_use]
    pub fn proof_key(&self) -> Option<&PrivateKey> {
        self.dpop_key.as_ref().filter(|_| self.token_type.as_deref().is_some_and(is_dpop_type))
    }
}

/// Whether a `token_type` means that each use needs a proof (RFC 9449 §5).
#[must_use]
pub fn is_dpop_type(token_type: &str) -> bool {
    token_type.trim().eq_ignore_ascii_case("dpop")
}

/// Whether a `token_type` means Bearer; see [`OAuthGrant::is_bearer`].
#[must_use]
pub fn is_bearer_type(token_type: &str) -> bool {
    ["bearer", "bot", "user"].iter().any(|known| known.eq_ignore_ascii_case(token_type.trim()))
}

/// A private key from a file, which assertions are signed with (RFC 7523) or whose certificate is shown in TLS handshakes, and
/// what its file says beside it.
#[derive(Debug, Clone)]
pub struct ServiceAccountKey {
    /// PEM, PKCS#8.
    pub private_key: PrivateKey,
    /// The key's certificates, PEM, its own first; empty = none. Public.
    pub certificates: String,
    /// The certificate authorities that sign its service by the file's own word, PEM; empty = those that are trusted anyway. Public,
    /// and trusted for requests with this key only.
    pub authorities: String,
    /// The service's id of the key, where the file or its name says it: `kid` of the assertion.
    pub key_id: Option<String>,
    /// Of the public key (its SubjectPublicKeyInfo): `SHA256:` and base64; None = not kept, by an earlier version.
    pub fingerprint: Option<String>,
    /// When its certificate ends; None = it has none.
    pub ends_at: Option<Timestamp>,
    /// The account; None = the integration's fields say whom the key is for.
    pub account: Option<KeyFileAccount>,
}

impl ServiceAccountKey {
    /// A key that its file names the account of, and nothing more is known of.
    #[must_use]
    pub fn of_account(private_key: PrivateKey, key_id: String, account: KeyFileAccount) -> Self {
        Self {
            private_key,
            certificates: String::new(),
            authorities: String::new(),
            key_id: Some(key_id),
            fingerprint: None,
            ends_at: None,
            account: Some(account),
        }
    }

    /// Key and certificates as one PEM text, the key first.
    #[must_use]
    pub fn with_certificates(&self) -> PrivateKey {
        // EXPOSE: goes from one secret type into another; the room is there from the start, so growing leaves no copy behind.
        let key = self.private_key.expose();
        let mut text = String::with_capacity(key.len() + 1 + self.certificates.len());
        text.push_str(key);
        if !key.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&self.certificates);
        PrivateKey::new(text)
    }

    /// What tells two keys of one account apart for a person: the service's id, or the fingerprint.
    #[must_use]
    pub fn shown_id(&self) -> Option<String> {
        self.key_id.clone().or_else(|| self.fingerprint.clone())
    }

    /// Whether two are one key at the service.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let email = |key: &Self| key.account.as_ref().map(|account| account.client_email.clone());
        let is_same_id = self.key_id == other.key_id && email(self) == email(other);
        match (&self.fingerprint, &other.fingerprint) {
            (Some(own), Some(others)) => own == others && is_same_id,
            _ => is_same_id && self.key_id.is_some(),
        }
    }
}

/// What a key file of Google's JSON shape says of its account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyFileAccount {
    /// `iss` of the assertion.
    pub client_email: String,
    /// The project the account belongs to.
    pub project_id: Option<String>,
    /// Where the assertion is exchanged; checked against the connector's hosts when the file is read, and at each use.
    pub token_uri: Url,
}

/// What may be shown of a credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CredentialSummary {
    /// A pasted key: known prefix and last four characters at most.
    ApiKey {
        /// The public part, of a key in two parts.
        id: Option<String>,
        /// Such as `ghp_…3fQ2`.
        hint: String,
    },
    /// OAuth tokens.
    #[serde(rename = "oauth_grant")]
    OAuthGrant {
        /// Whether it can be refreshed.
        refreshable: bool,
        /// End of the access token.
        expires_at: Option<Timestamp>,
    },
    /// A key file.
    ServiceAccountKey {
        /// The service's id of the key, or its fingerprint.
        key_id: Option<String>,
        /// The account, where the file names it.
        client_email: Option<String>,
        /// The project.
        project_id: Option<String>,
        /// When its certificate ends.
        ends_at: Option<Timestamp>,
    },
    /// What an app registration proves itself with.
    ClientSecret {
        /// Such as `GOCS…3fQ2`.
        hint: String,
    },
    /// What could be shown does not open: the record is damaged.
    Damaged,
}

impl CredentialSummary {
    /// What may be shown of a client secret, a password or a private key; None = it is erased.
    #[must_use]
    pub fn of_client_secret(secret: Option<&ClientSecret>) -> Self {
        // EXPOSE: eight characters of at least twenty-four, to tell two apart.
        let hint = match secret.map(ClientSecret::expose) {
            Some(key) if key.contains("-----BEGIN ") => "a private key".to_owned(),
            password => hint_of(password.unwrap_or_default()),
        };
        Self::ClientSecret { hint }
    }
}

impl Credential {
    /// What may be shown of it.
    #[must_use]
    pub fn summary(&self) -> CredentialSummary {
        match self {
            Self::ApiKey(credential) => {
                // EXPOSE: eight characters of at least twenty-four, to tell two keys apart.
                CredentialSummary::ApiKey { id: credential.id.clone(), hint: hint_of(credential.key.expose()) }
            }
            Self::OAuthGrant(grant) => CredentialSummary::OAuthGrant {
                // What holds no token at all stands for a client whose tokens are asked for anew each time.
                refreshable: grant.refresh_token.is_some() || grant.access_token.is_none(),
                expires_at: grant.expires_at,
            },
            Self::ServiceAccountKey(key) => CredentialSummary::ServiceAccountKey {
                key_id: key.shown_id(),
                client_email: key.account.as_ref().map(|account| account.client_email.clone()),
                project_id: key.account.as_ref().and_then(|account| account.project_id.clone()),
                ends_at: key.ends_at,
            },
        }
    }
}

/// A hint that tells keys of one person apart: up to 4 + 4 characters, and nothing of a key too short to afford that.
fn hint_of(key: &str) -> String {
    const SHOWN_EACH_SIDE: usize = 4;
    const SHORTEST_WITH_HINT: usize = 24;
    let characters: Vec<char> = key.chars().collect();
    if characters.len() < SHORTEST_WITH_HINT {
        return "••••".to_owned();
    }
    let head: String = characters[..SHOWN_EACH_SIDE].iter().collect();
    let tail: String = characters[characters.len() - SHOWN_EACH_SIDE..].iter().collect();
    format!("{head}…{tail}")
}

/// One version of a credential, with its secret.
#[derive(Debug, Clone)]
pub struct Generation {
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// Which version.
    pub number: GenerationNumber,
    /// Where it stands.
    pub phase: GenerationPhase,
    /// The secret.
    pub credential: Credential,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// One version of a credential, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct GenerationInfo {
    /// Which version.
    pub number: GenerationNumber,
    /// Where it stands.
    pub phase: GenerationPhase,
    /// What may be shown.
    pub summary: CredentialSummary,
    /// When it was saved.
    pub created_at: Timestamp,
    /// When its phase last changed.
    pub changed_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_key_has_no_hint_at_all() {
        assert_eq!(hint_of("short-key"), "••••");
    }

    #[test]
    fn a_long_key_shows_eight_characters() {
        assert_eq!(hint_of("ghp_0123456789abcdefghijklmnopqrstuv"), "ghp_…stuv");
    }
}
