//! App registrations: the OAuth client that a user registered at a service, or that registered itself (RFC 7591).

use serde::{Deserialize, Serialize};
use storm_secret::ClientSecret;
use url::Url;

use crate::{AuthorizationGrant, ClientAuth, Fields, RegistrationId, Timestamp};

/// An OAuth client. Its secret lies in the vault under the same id, or does not exist (a public client, RFC 6749 §2.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppRegistration {
    /// Stable id.
    pub id: RegistrationId,
    /// For which connector.
    pub connector_id: String,
    /// Public identifier of the client.
    pub client_id: String,
    /// Whether the vault holds a secret for it.
    pub has_secret: bool,
    /// When the secret in use ends; None = it does not, or that is not known. It is of one secret: after a rotation the next has
    /// another.
    #[serde(default)]
    pub secret_ends_at: Option<Timestamp>,
    /// Fields it belongs to: a registration at one GitLab is of no use at another.
    pub fields: Fields,
    /// When it was saved.
    pub created_at: Timestamp,
}

/// That a service lets clients register themselves, and as what (RFC 8414 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrationOffer {
    /// `registration_endpoint`.
    pub url: Url,
    /// How a client of ours is to prove itself; None = not at all, it is a public client (RFC 8252 §8.4).
    pub client_auth: Option<ClientAuth>,
}

/// What a client says of itself when it registers (RFC 7591 §2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMetadata {
    /// `redirect_uris`; empty for a client in its own name.
    pub redirect_uris: Vec<String>,
    /// What it wants tokens for.
    pub grant: AuthorizationGrant,
    /// Whether it wants refresh tokens.
    pub refresh: bool,
    /// Whether it also authorizes by code (RFC 8628).
    pub device: bool,
}

/// A client as the service registered it (RFC 7591 §3.2.1).
#[derive(Debug, Clone)]
pub struct RegisteredClient {
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`, if it got one.
    pub client_secret: Option<ClientSecret>,
    /// `client_secret_expires_at`; None = never.
    pub secret_ends_at: Option<Timestamp>,
    /// How it proves itself, which may be another way than it asked for; None = not at all.
    pub client_auth: Option<ClientAuth>,
}
