//! The traits through which the outside world comes in. Fakes for them are in storm-testkit.

mod browser;
mod clock;
mod keyring;
mod network;
mod provider;
mod redirect;
mod vault;

pub use browser::{Browser, BrowserError};
pub use clock::{Clock, Entropy};
pub use keyring::{Keyring, KeyringError};
pub use network::{CertificateFault, Knock, Network, Obstacle, Probe, Reached};
pub use provider::{
    AuthorizationRequest, AuthorizationUrl, AuthorizationUrlError, ClientIdentity, ClientKeyError, IdTokenCheck,
    IdTokenOf, KeySource, Provider, TokenExchange, TokenGrant, TokenRequest,
};
pub use redirect::{
    ExpectedRedirect, ListenError, ListenRequest, PasteError, PendingRedirect, PortHolder, Redirect, RedirectDesk,
    RedirectError,
};
pub use vault::{
    CommittedGrant, GrantCommit, KeyInUse, NewIntegration, NewMinting, NewRevocation, RefreshBasis, Vault,
};

use crate::Event;

/// Where events go: the window, the tray, the notifications. Never blocks.
pub trait EventSink: Send + Sync {
    /// Hands an event over.
    fn publish(&self, event: Event);
}
