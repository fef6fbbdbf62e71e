//! What stands behind a failure, once somebody has looked: one cause, the first that is true.

use serde::{Deserialize, Serialize};

use crate::{InterruptedBy, ProviderWords, Timestamp};

/// The first true cause. The UI has a title for each; the core a sentence on what is so, one on what helps, and a button.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "cause", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Cause {
    /// The vault took nothing, so nothing was sent.
    VaultNotWritable,
    /// No host is found, or there is no way out of this computer.
    NoNetwork,
    /// Other hosts are found, this one is not.
    HostNotFound {
        /// Its name.
        host: String,
    },
    /// The host does not take connections.
    HostRefuses {
        /// Its name.
        host: String,
    },
    /// The host, or a firewall before it, says nothing.
    HostSilent {
        /// Its name.
        host: String,
    },
    /// The network answers in the service's place and wants its user to sign in.
    NetworkSignIn {
        /// The service's host.
        host: String,
    },
    /// The proxy cannot be reached.
    ProxyUnreachable {
        /// Host and port.
        proxy: String,
    },
    /// The proxy wants a user name and password (407), or other ones.
    ProxyWantsSignIn {
        /// Host and port.
        proxy: String,
    },
    /// The proxy does not let this host be reached.
    ProxyRefuses {
        /// Host and port.
        proxy: String,
        /// HTTP status.
        status: u16,
    },
    /// Nobody here trusts who vouches for the certificate.
    AuthorityUnknown {
        /// The service's host.
        host: String,
        /// Who vouches for it.
        issuer: Option<String>,
    },
    /// The certificate is over.
    CertificateExpired {
        /// The service's host.
        host: String,
        /// Since when.
        ended: Option<Timestamp>,
    },
    /// The certificate has not begun.
    CertificateNotYetValid {
        /// The service's host.
        host: String,
        /// When it will.
        begins: Option<Timestamp>,
    },
    /// The certificate belongs to another host.
    CertificateWrongHost {
        /// The service's host.
        host: String,
    },
    /// No secure connection can be agreed upon.
    NoSecureConnection {
        /// The service's host.
        host: String,
    },
    /// This computer's clock is more than five minutes off.
    ClockOff {
        /// By how much.
        seconds: u32,
        /// Whether it runs ahead of the service's.
        ahead: bool,
    },
    /// Another refresh, of this process or another, brought a newer token than the one that was refused.
    RefreshedMeanwhile,
    /// A refresh was broken off and is tried again with the same token, which many services grant a while for.
    RefreshRetried {
        /// When it was sent.
        at: Timestamp,
        /// What broke it off.
        by: InterruptedBy,
        /// When it is tried again.
        until: Timestamp,
    },
    /// Something that this service is known for; its words are in the catalogue.
    KnownOfService {
        /// What the service said.
        words: ProviderWords,
    },
    /// The redirect URI is not the one registered.
    RedirectNotRegistered {
        /// What the service said.
        words: ProviderWords,
    },
    /// `invalid_client`, `unauthorized_client`.
    RegistrationRefused {
        /// What the service said.
        words: ProviderWords,
    },
    /// The service ended the grant.
    GrantRefused {
        /// What the service said.
        words: ProviderWords,
    },
    /// The service wants the user to sign in or consent again.
    InteractionRequired {
        /// What the service said.
        words: ProviderWords,
    },
    /// A refresh was broken off, and the service no longer takes the token from before.
    RefreshInterrupted {
        /// When it was sent.
        at: Timestamp,
        /// What broke it off.
        by: InterruptedBy,
    },
    /// An access token without a refresh token ended.
    AccessTokenEnded,
    /// The record in the vault is damaged.
    RecordDamaged,
    /// The service refused the key.
    KeyRefused {
        /// What the service said.
        words: ProviderWords,
    },
    /// The request is refused: a scope, a parameter, a grant type.
    RequestRefused {
        /// What the service said.
        words: ProviderWords,
    },
    /// The service is reached and in trouble itself.
    ServiceBusy {
        /// Its host.
        host: String,
    },
    /// The service is reached, and its token answer cannot be used.
    AnswerNotUsable {
        /// Its host.
        host: String,
    },
    /// Nothing stands in the way any more.
    PassedBy {
        /// The service's host.
        host: String,
    },
}
