//! One flight per credential: of all callers that want a token of one integration, one refreshes, the others wait and take
//! its result.
//!
//! INVARIANT: a token request for an integration is sent only while its [`Flight`] is held.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use storm_domain::IntegrationId;
use tokio::sync::{Notify, OwnedMutexGuard};

use crate::engine::lock;

#[derive(Default)]
pub(crate) struct Flights {
    lanes: Mutex<HashMap<IntegrationId, Arc<Lane>>>,
    landed: Arc<Notify>,
}

#[derive(Default)]
struct Lane {
    busy: Arc<tokio::sync::Mutex<()>>,
    /// How many flights brought a token.
    succeeded: AtomicU64,
}

/// The right to talk to the token endpoint for one integration. Given back by dropping it.
pub(crate) struct Flight {
    guard: Option<OwnedMutexGuard<()>>,
    lane: Arc<Lane>,
    landed: Arc<Notify>,
}

impl Flight {
    /// Tells those who wait that a token was brought.
    pub(crate) fn succeed(&self) {
        self.lane.succeeded.fetch_add(1, Ordering::AcqRel);
    }
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
        let lane = self.lane(id);
        let guard = Arc::clone(&lane.busy).lock_owned().await;
        Flight { guard: Some(guard), lane, landed: Arc::clone(&self.landed) }
    }

    /// How many flights of this integration brought a token. Who remembers the number knows later whether one did since.
    pub(crate) fn succeeded(&self, id: IntegrationId) -> u64 {
        self.lane(id).succeeded.load(Ordering::Acquire)
    }

    /// Whether a flight of this integration is under way.
    pub(crate) fn is_in_flight(&self, id: IntegrationId) -> bool {
        lock(&self.lanes).get(&id).is_some_and(|lane| lane.busy.try_lock().is_err())
    }

    /// Waits until nothing is in flight.
    pub(crate) async fn landed(&self) {
        loop {
            let landed = self.landed.notified();
            let busy = lock(&self.lanes).values().any(|lane| lane.busy.try_lock().is_err());
            if !busy {
                return;
            }
            landed.await;
        }
    }

    fn lane(&self, id: IntegrationId) -> Arc<Lane> {
        Arc::clone(lock(&self.lanes).entry(id).or_default())
    }
}
