//! Claiming the socket, and taking the vault over from an agent.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use storm_broker::host::{BindError, Broker};
use storm_broker::{Client, ClientError, Request, Response};

use crate::diagnostics::OtherHost;
use crate::host::{Host, Listening};
use crate::lending::Lending;

/// An agent finishes what is in flight in ten seconds at most; then the vault is tried without its consent.
const HAND_OVER_DEADLINE: Duration = Duration::from_secs(15);

impl Host {
    /// Claims the socket, begins to open the vault, and serves until it is aborted. An agent that comes second opens nothing.
    pub(crate) async fn listen_and_open(self: Arc<Self>) {
        let claimed = self.claim().await;
        if !self.has_window && matches!(claimed, Err(BindError::AlreadyServed(_))) {
            // Whoever has the socket is about to open the vault. To be faster would leave that one without it, and end.
            self.stand_aside();
        } else {
            let opening = Arc::clone(&self);
            tokio::spawn(async move {
                opening.open_with_keyring().await;
                let waiting = Self::wait_for_keyring(Arc::downgrade(&opening));
                drop(opening); // neither must waiting for a keyring
                waiting.await;
            });
        }
        match claimed {
            Ok(broker) => {
                self.listening.send_replace(Listening::Yes);
                let lending = Arc::new(Lending::of(&self));
                drop(self); // the socket must not keep a host alive that nobody else holds
                broker.serve(lending).await;
            }
            Err(error) => {
                tracing::warn!(%error, "other programs cannot be lent anything");
                self.listening.send_replace(Listening::No(Arc::new(error)));
            }
        }
    }

    async fn claim(&self) -> Result<Broker, BindError> {
        match Broker::bind(&self.socket) {
            Err(BindError::AlreadyServed(socket)) if self.has_window => {
                let met = take_over(socket).await;
                *self.other_host.lock().unwrap_or_else(PoisonError::into_inner) = met;
                Broker::bind(&self.socket)
            }
            claimed => claimed,
        }
    }
}

/// Asks the agent for the vault and waits until it has closed it.
async fn take_over(socket: PathBuf) -> OtherHost {
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(&socket)?;
        match client.ask(&Request::HandOver)? {
            Response::HandingOver => client.wait_for_end().map(|()| true),
            _ => Ok::<bool, ClientError>(false),
        }
    });
    match tokio::time::timeout(HAND_OVER_DEADLINE, asked).await {
        Ok(Ok(Ok(true))) => {
            tracing::info!("an agent handed its vault over");
            OtherHost::HandedOver
        }
        Ok(Ok(Ok(false))) => {
            tracing::info!("another host keeps its vault");
            OtherHost::KeptItsVault
        }
        Ok(Ok(Err(error))) => {
            tracing::warn!(%error, "another host could not be asked for its vault");
            OtherHost::NotAnswered
        }
        Ok(Err(_)) | Err(_) => {
            tracing::warn!("another host did not hand its vault over in time");
            OtherHost::NotAnswered
        }
    }
}
