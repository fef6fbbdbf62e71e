//! What a service says of itself, as the setup dialog shows it before anything is authorized.

use serde::{Deserialize, Serialize};

/// What was found at an issuer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DiscoveryView {
    /// As the service writes it.
    pub issuer: String,
    /// Where it is, by purpose.
    pub endpoints: Vec<EndpointView>,
    /// Scopes it offers; may be a part of them, or none when it does not say.
    pub scopes: Vec<String>,
    /// Whether it refreshes access tokens; None = it does not say.
    pub refresh: Option<bool>,
    /// Whether it authorizes by device code.
    pub device: bool,
    /// Whether it registers apps by itself.
    pub registration: bool,
}

/// One address of the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct EndpointView {
    /// What for.
    pub purpose: EndpointPurpose,
    /// Its host, with a port that is not the usual one.
    pub host: String,
    /// Whether that is another host than the issuer's.
    pub is_elsewhere: bool,
}

/// What an endpoint is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EndpointPurpose {
    /// Where the user approves.
    Authorize,
    /// Where tokens come from.
    Token,
    /// Where the account is asked for.
    Userinfo,
    /// Where tokens are revoked.
    Revoke,
    /// Where the keys are that ID tokens are checked with.
    Keys,
}
