//! How the network is reached, and how well.

use serde::{Deserialize, Serialize};
use storm_domain::Timestamp;

use super::{FindingView, TypedSecret};

/// What was chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NetworkSettingsView {
    /// Which proxy is asked.
    pub proxy: ProxyView,
    /// Trusted beside the system's authorities.
    pub authorities: Vec<AuthorityView>,
}

/// A proxy, without its password.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum ProxyView {
    /// The system's.
    System,
    /// None.
    Direct,
    /// The user's own.
    Own {
        /// As it was typed, with its scheme.
        address: String,
        /// Whom it knows the user as.
        user: Option<String>,
        /// Whether the vault holds a password for it.
        has_password: bool,
    },
}

/// Chooses a proxy.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum ChooseProxyRequest {
    /// The system's.
    System,
    /// None.
    Direct,
    /// The user's own.
    Own {
        /// Host and port, with or without `http://`.
        address: String,
        /// Whom it knows the user as; empty = it does not ask.
        user: String,
        /// None = the one already kept for this address and user, or none.
        #[specta(type = Option<String>)]
        password: Option<TypedSecret>,
    },
}

/// A certificate authority that the user trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AuthorityView {
    /// Whose certificate it is.
    pub subject: String,
    /// When it ends.
    pub ends_at: Timestamp,
}

/// How one host is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReachView {
    /// The host, with its port where it is not the usual one.
    pub host: String,
    /// What is connected there, by name.
    pub integrations: Vec<String>,
    /// What was looked at, in order.
    pub checks: Vec<NetworkCheckView>,
    /// What stands in the way, if anything does.
    pub finding: Option<FindingView>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NetworkCheckView {
    /// What.
    pub check: NetworkCheck,
    /// With which outcome.
    pub outcome: CheckOutcome,
}

/// What is looked at, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum NetworkCheck {
    /// Whether the host, or the proxy before it, is found and takes connections.
    Connection,
    /// Whether the proxy lets it through.
    Proxy,
    /// Whether its certificate is accepted.
    Certificate,
    /// Whether it answers.
    Answer,
    /// Whether its clock and this computer's agree.
    Clock,
}

/// How a check went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum CheckOutcome {
    /// Good.
    Passed,
    /// The first thing that is wrong.
    Failed,
    /// There is nothing to look at: no proxy, no certificate on this computer, no clock in the answer.
    NotNeeded,
    /// What came before was wrong.
    NotReached,
}
