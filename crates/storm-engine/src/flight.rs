//! One flight per credential: of all callers that want a token of one integration, one refreshes, the others wait and take
//! its result.
//!
//! INVARIANT: a token request for an integration is sent only while its [`Flight`] is held.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use storm_domain::IntegrationId;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::engine::lock;

#[derive(Default)]
pub(crate) struct Flights {
    lanes: Mutex<HashMap<IntegrationId, Arc<tokio::sync::Mutex<()>>>>,
    landed: Arc<Notify>,
}

/// The right to talk to the token endpoint for one integration. Given back by dropping it.
pub(crate) struct Flight {
    guard: Option<OwnedMutexGuard<()>>,
    landed: Arc<Notify>,
}

impl Drop for Flight {
    fn drop(&mut self) {
        drop(self.guard.take());
        self.landed.notify_waiters();
    }
}

impl Flights {
    /// Waits until no other flight of this integration is under way.
    pub(crate) async fn take_off(&self, id: IntegrationId) -> Flight {
        let lane = Arc::clone(lock(&self.lanes).entry(id).or_default());
        Flight { guard: Some(lane.lock_owned().await), landed: Arc::clone(&self.landed) }
    }

    /// Whether a flight of this integration is under way.
    pub(crate) fn is_in_flight(&self, id: IntegrationId) -> bool {
        lock(&self.lanes).get(&id).is_some_and(|lane| lane.try_lock().is_err())
    }

    /// Waits until nothing is in flight.
    pub(crate) async fn landed(&self) {
        loop {
            let landed = self.landed.notified();
            let busy = lock(&self.lanes).values().any(|lane| lane.try_lock().is_err());
            if !busy {
                return;
            }
            landed.await;
        }
    }
}
