//! App registrations: the OAuth client a user registered at a service.

use serde::{Deserialize, Serialize};

use crate::{Fields, RegistrationId, Timestamp};

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
    /// Fields it belongs to: a registration at one GitLab is of no use at another.
    pub fields: Fields,
    /// When it was saved.
    pub created_at: Timestamp,
}
