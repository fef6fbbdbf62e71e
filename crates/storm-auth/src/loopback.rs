//! The loopback port that the browser comes back to (RFC 8252 §7.3, §8.3).
//!
//! The port is open before the authorization URL is made and closed soon after the answer, at once on a drop. INVARIANT: it
//! listens on loopback addresses only; the code is taken once; nothing that a stranger sends ends the wait or slows the real
//! redirect down: a new connection always gets a place, at the cost of the oldest.

mod desk;
mod holder;
mod page;
mod port;
mod redirect;
mod room;

use std::sync::Arc;
use std::time::Duration;

use storm_domain::RedirectHost;
use storm_domain::port::{
    Clock, Entropy, ExpectedRedirect, ListenError, ListenRequest, PendingRedirect, Redirect, RedirectError,
};
use storm_secret::CsrfState;
use url::Url;

use crate::authorization::make_random_text;
use desk::Desk;
use port::Port;
use redirect::Expected;
use tokio::sync::oneshot;

/// How long the port still answers after the outcome, so that a browser that delivers twice sees the same page twice.
const LINGER: Duration = Duration::from_secs(1);

pub(crate) struct Loopback {
    port: Port,
    redirect_uri: Url,
    issuer_in_redirect: bool,
    timeout: Duration,
    /// Whether the service knows one port only, which must be free for the next attempt at once.
    is_fixed: bool,
    clock: Arc<dyn Clock>,
}

/// Opens the port.
pub(crate) async fn listen(
    request: &ListenRequest,
    clock: Arc<dyn Clock>,
    entropy: &dyn Entropy,
) -> Result<Loopback, ListenError> {
    let service = &request.service;
    let (port, host) = Port::open(service.redirect_host, &service.redirect_ports, &*clock).await?;
    let path = match &service.redirect_path {
        Some(path) => format!("/{}", path.trim_start_matches('/')),
        None => format!("/callback/{}", make_random_text(entropy)),
    };
    let redirect_uri =
        Url::parse(&format!("http://{host}:{}{path}", port.number())).map_err(|_| ListenError::Refused)?;
    Ok(Loopback {
        is_fixed: !service.redirect_ports.is_empty(),
        port,
        redirect_uri,
        issuer_in_redirect: service.issuer_in_redirect,
        timeout: request.timeout,
        clock,
    })
}

impl PendingRedirect for Loopback {
    fn redirect_uri(&self) -> Url {
        self.redirect_uri.clone()
    }

    fn expect(self: Box<Self>, state: CsrfState, issuer: Option<String>) -> ExpectedRedirect {
        let redirect_uri = self.redirect_uri.clone();
        let expected = Expected { redirect_uri, state, issuer, issuer_in_redirect: self.issuer_in_redirect };
        let (desk, outcome) = Desk::open(expected);
        let desk = Arc::new(desk);
        let bell = Arc::clone(&desk);
        ExpectedRedirect {
            desk: Arc::clone(&desk) as _,
            disturbed: Box::pin(async move { bell.disturbed().await }),
            outcome: Box::pin(self.wait(desk, outcome)),
        }
    }
}

impl Loopback {
    async fn wait(
        self: Box<Self>,
        desk: Arc<Desk>,
        outcome: oneshot::Receiver<Result<Redirect, RedirectError>>,
    ) -> Result<Redirect, RedirectError> {
        let Self { mut port, timeout, is_fixed, clock, .. } = *self;
        let begun = clock.monotonic();
        let outcome = tokio::select! {
            biased;
            outcome = outcome => outcome.unwrap_or(Err(RedirectError::TimedOut)),
            () = port.serve(&desk, &*clock) => Err(RedirectError::TimedOut),
            () = clock.sleep(timeout) => {
                desk.close();
                Err(RedirectError::TimedOut)
            }
        };
        // The outcome is known before its page is sent: the port closes behind the page, not in front of it.
        if is_fixed {
            let answered = port.close(Arc::clone(&clock));
            tokio::spawn(answered);
        } else if let Err(RedirectError::Replaced) = outcome {
            let rest = timeout.saturating_sub(clock.monotonic().saturating_sub(begun));
            tokio::spawn(async move { port.turn_away(&desk, clock, rest).await });
        } else {
            tokio::spawn(async move { port.finish(&desk, clock, LINGER).await });
        }
        outcome
    }
}

/// How the loopback is written in a URL.
fn host_name(host: RedirectHost, is_ipv4: bool) -> &'static str {
    match (host, is_ipv4) {
        (RedirectHost::Localhost, _) => "localhost",
        (RedirectHost::IpLiteral, true) => "127.0.0.1",
        (RedirectHost::IpLiteral, false) => "[::1]",
    }
}
