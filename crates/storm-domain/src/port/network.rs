//! The way to a service, looked at without any credential of the user's.
//!
//! INVARIANT: a probe carries no token, key, client or cookie. It sends an empty request for the front door of a host; a proxy is
//! shown the user name and password that it is shown with every request.

use async_trait::async_trait;
use url::Url;

use crate::{Authority, AuthorityFileError, NetworkSettings, NetworkSettingsError, Timestamp};

/// How far a probe came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The proxy it went through, as host and port.
    pub proxy: Option<String>,
    /// The service's answer, or what stood in the way.
    pub outcome: Result<Reached, Obstacle>,
}

/// The service answered, whatever it said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reached {
    /// Its clock by the `Date` header (RFC 9110 §6.6.1).
    pub server_time: Option<Timestamp>,
    /// Ours when the answer came.
    pub at: Timestamp,
}

/// What stands between this computer and a service.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Obstacle {
    /// There is no way out of this computer.
    NoRoute,
    /// The host's name was not found.
    NameNotFound,
    /// The host does not take the connection.
    Refused,
    /// The host says nothing.
    Silent,
    /// The proxy cannot be reached.
    ProxyNotReached,
    /// The proxy answered `CONNECT` with this status; 407 asks for a user name and password.
    ProxyRefused {
        /// HTTP status.
        status: u16,
    },
    /// The certificate was not accepted.
    Certificate(CertificateFault),
    /// No secure connection could be agreed upon.
    NoSecureConnection,
    /// What answered does not speak HTTP, or hung up.
    NoAnswer,
}

/// Why a certificate was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CertificateFault {
    /// Nobody here trusts who vouches for it.
    UnknownAuthority {
        /// The common name of the last authority in the chain, cleaned.
        issuer: Option<String>,
    },
    /// It is over.
    Expired {
        /// Since when.
        ended: Option<Timestamp>,
    },
    /// It has not begun.
    NotYetValid {
        /// When it will.
        begins: Option<Timestamp>,
    },
    /// It belongs to another host.
    WrongHost,
    /// Anything else, such as a revoked one.
    Other,
}

/// What a host answers over plain http, where no certificate proves that it is the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Knock {
    /// HTTP status.
    pub status: u16,
    /// Where it redirects to.
    pub location: Option<Url>,
    /// The clock of whoever answered.
    pub server_time: Option<Timestamp>,
    /// Ours when the answer came.
    pub at: Timestamp,
}

/// The way to services: looked at, and chosen.
#[async_trait]
pub trait Network: Send + Sync {
    /// Goes to the front door of `url`'s host as a token request would: same proxy, same trust, and no credential.
    async fn probe(&self, url: &Url) -> Probe;
    /// Asks the same host over plain http, which only shows who stands in between. None = nobody answered.
    async fn knock(&self, url: &Url) -> Option<Knock>;
    /// Whether the name of a host is found.
    async fn finds(&self, host: &str) -> bool;
    /// Goes by these settings from now on. Requests under way end as they began.
    ///
    /// # Errors
    /// When no client can be made of them; the old ones stay.
    fn follow(&self, settings: &NetworkSettings) -> Result<(), NetworkSettingsError>;
    /// The certificate authorities in a file, in PEM or DER.
    ///
    /// # Errors
    /// Says what the file is instead.
    fn read_authorities(&self, file: &[u8], now: Timestamp) -> Result<Vec<Authority>, AuthorityFileError>;
}
