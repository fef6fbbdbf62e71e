//! Waiting for the browser to come back (RFC 8252 §7.3), and the second way in for when it cannot: the user pastes the address
//! it ended on.
//!
//! INVARIANT: whichever way it comes, the redirect is judged by the same checks, and its code is taken once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use storm_secret::{AuthorizationCode, CsrfState, PastedRedirect};
use thiserror::Error;
use url::Url;

use crate::OAuthService;

/// What to listen for.
#[derive(Debug, Clone)]
pub struct ListenRequest {
    /// Host, path and ports the service allows.
    pub service: OAuthService,
    /// When to give up.
    pub timeout: Duration,
}

/// The loopback port could not be opened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ListenError {
    /// All ports that the service allows are taken.
    #[error("port {port} is used by another program")]
    PortTaken {
        /// The last one tried.
        port: u16,
        /// Who has it, where the system tells.
        holder: Option<PortHolder>,
    },
    /// The system refused.
    #[error("this computer does not let the program listen on its loopback address")]
    Refused,
    /// The port was opened, and a connection to it does not arrive: a firewall stands in between.
    #[error("port {port} was opened and does not answer on this computer's own address")]
    Blocked {
        /// The one that was tried.
        port: u16,
    },
}

/// Who listens on a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PortHolder {
    /// Another sign-in of this program, which still waits.
    Ourselves,
    /// Another program of the same user.
    Program {
        /// Its name, at most 64 printable characters.
        name: String,
        /// Its process id.
        process: u32,
    },
}

/// The redirect that came back, checked in this order: method, path, Host, duplicates, `iss`, `state`, `error`, `code`.
#[derive(Debug)]
pub struct Redirect {
    /// Taken once.
    pub code: AuthorizationCode,
}

/// Why no code came back.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RedirectError {
    /// Nothing came in time.
    #[error("the browser did not come back in time")]
    TimedOut,
    /// `access_denied`.
    #[error("access was denied in the browser")]
    Denied,
    /// Another `error` in a redirect with the right state.
    #[error("the service answered with an error")]
    Service(crate::ProviderWords),
    /// `iss` is missing though promised, or names another service (RFC 9207 §2.4).
    #[error("the answer came from another service than the one asked")]
    WrongIssuer,
    /// A newer attempt took its place.
    #[error("a newer sign-in replaced this one")]
    Replaced,
}

/// An open loopback port; dropping it closes the port at once.
pub trait PendingRedirect: Send {
    /// What the service must redirect to; registered where the service compares it exactly.
    fn redirect_uri(&self) -> Url;
    /// From here on it is known what the right redirect carries.
    fn expect(self: Box<Self>, state: CsrfState, issuer: Option<String>) -> ExpectedRedirect;
}

/// A wait that can begin.
pub struct ExpectedRedirect {
    /// What is done to the wait from outside.
    pub desk: Arc<dyn RedirectDesk>,
    /// Ends when so many redirects with a wrong state came that another program must be at it. Most waits never see it end.
    pub disturbed: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Takes connections while it is polled; dropping it closes the port at once.
    pub outcome: Pin<Box<dyn Future<Output = Result<Redirect, RedirectError>> + Send>>,
}

/// A hold on a wait while it is under way.
pub trait RedirectDesk: Send + Sync {
    /// Judges a pasted address as if the browser had come with it. What it brings, a code as well as an error of the service,
    /// becomes the outcome of the wait; an error here leaves the wait as it was.
    fn paste(&self, address: &PastedRedirect) -> Result<(), PasteError>;
    /// Ends the wait with [`RedirectError::Replaced`]. The browser that still comes is told so, until the wait would have
    /// timed out.
    fn replace(&self);
}

/// Why a pasted address was not used; the wait goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasteError {
    /// Not a web address, or longer than 8 KiB.
    #[error("this is not a web address")]
    NotAnAddress,
    /// Not the address that the service redirects to.
    #[error("this is another address than the one the sign-in comes back to")]
    OtherAddress,
    /// No `state`, no `code` and no `error`, or something stands twice: it was cut off.
    #[error("the address holds no answer of the service")]
    NoAnswer,
    /// The `state` of another sign-in.
    #[error("the address belongs to another sign-in")]
    OtherSignIn,
    /// The wait is over.
    #[error("this sign-in is over")]
    Over,
}
