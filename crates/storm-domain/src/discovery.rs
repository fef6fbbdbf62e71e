//! What a service's metadata says of it (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), and what can be wrong with it.

use thiserror::Error;

use crate::{OAuthService, RegistrationOffer, TransientKind};

/// A service as its metadata describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovered {
    /// Completed with what was found.
    pub service: OAuthService,
    /// What it offers.
    pub offers: ServiceOffers,
}

/// What a service offers, by its metadata. None = it does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServiceOffers {
    /// `scopes_supported`, cleaned; may be a part of them.
    pub scopes: Vec<String>,
    /// Whether it refreshes access tokens.
    pub refresh: Option<bool>,
    /// Whether it authorizes by device code (RFC 8628).
    pub device: bool,
    /// Whether clients may register themselves (RFC 7591), in a way that is of use here.
    pub registration: Option<RegistrationOffer>,
}

/// Why nothing was discovered. Nothing was kept, and no secret was sent.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DiscoveryError {
    /// It cannot be reached, or is busy.
    #[error("the address could not be reached")]
    Unreachable(TransientKind),
    /// Neither well-known address answers with metadata.
    #[error("the address answers, but does not describe a service for signing in")]
    NoMetadata,
    /// More than 256 KiB, unpacked.
    #[error("the description is larger than any real one")]
    TooLarge,
    /// Objects and lists inside each other more than 32 times.
    #[error("the description is nested deeper than any real one")]
    TooDeep,
    /// A redirect to another origin, or a second one.
    #[error("the address redirects to {to}")]
    Redirected {
        /// The other host, cleaned; or "elsewhere".
        to: String,
    },
    /// The host is, or resolves to, an address of this computer, the local network or a cloud's metadata service.
    #[error("{host} is an address inside a network")]
    InsideNetwork {
        /// The host, cleaned.
        host: String,
    },
    /// `issuer` is not the one that was asked (RFC 8414 §3.3).
    #[error("the address describes another service")]
    IssuerMismatch {
        /// The issuer it names, cleaned.
        named: String,
    },
    /// An endpoint is not protected by https.
    #[error("the endpoint {endpoint} is not protected by https")]
    EndpointNotHttps {
        /// Its name in the metadata.
        endpoint: &'static str,
    },
}
