//! The engine: its parts, and how a row is changed.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use storm_connectors::Catalogue;
use storm_domain::port::{Browser, Clock, Entropy, EventSink, Network, Provider, Vault};
use storm_domain::{
    ActivityKind, AttemptId, ErrorCode, Event, Failure, Integration, IntegrationId, Landed, LeaseOwner, Timestamp,
    TokenEvent, VaultError,
};
use tokio::sync::watch;

use crate::age::Ages;
use crate::authorization::{Attempt, Question};
use crate::behind::Behind;
use crate::diagnostics::ClockSeen;
use crate::discovery::Discoveries;
use crate::error::ToFailure as _;
use crate::flight::Flights;
use crate::held::HeldSecrets;
use crate::import::Imports;
use crate::preferences::Timing;
use crate::revocation::Revocations;
use crate::rotation::Ending;
use crate::schedule::Schedule;
use crate::service_account::ExchangedTokens;
use crate::unfinished::Unfinished;

/// What the engine is made of.
pub struct EngineParts {
    /// The store.
    pub vault: Arc<dyn Vault>,
    /// The protocol clients.
    pub provider: Arc<dyn Provider>,
    /// The way to services.
    pub network: Arc<dyn Network>,
    /// The system browser.
    pub browser: Arc<dyn Browser>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Where events go.
    pub events: Arc<dyn EventSink>,
    /// The catalogue.
    pub catalogue: &'static Catalogue,
    /// Who this process is when it takes a lease.
    pub owner: LeaseOwner,
}

/// All use cases. One per open vault, shared by the window, the socket and the refresher.
pub struct Engine {
    pub(crate) parts: EngineParts,
    pub(crate) flights: Flights,
    pub(crate) held: HeldSecrets,
    pub(crate) imports: Imports,
    pub(crate) schedule: Schedule,
    pub(crate) verifications: Schedule,
    /// When a scheduled verification found its service out of reach, or nothing to ask.
    pub(crate) unreached: Mutex<HashMap<IntegrationId, Timestamp>>,
    pub(crate) timing: Mutex<Timing>,
    pub(crate) ages: Ages,
    pub(crate) exchanged: ExchangedTokens,
    pub(crate) unfinished: Mutex<HashMap<IntegrationId, Unfinished>>,
    /// Landed answers that could not be used at the start.
    pub(crate) unreplayed: Mutex<HashMap<IntegrationId, Vec<Landed>>>,
    pub(crate) ending: Ending,
    pub(crate) revocations: Revocations,
    pub(crate) behind: Behind,
    pub(crate) attempts: Mutex<HashMap<AttemptId, Attempt>>,
    /// Grants of other accounts, waiting for the user's word.
    pub(crate) questions: Mutex<HashMap<AttemptId, Question>>,
    pub(crate) discoveries: Discoveries,
    pub(crate) clock_seen: ClockSeen,
    pub(crate) stopping: watch::Sender<bool>,
    /// Whether no OAuth grant is refreshed, because the vault is an older one.
    pub(crate) held_back: AtomicBool,
}

impl Engine {
    /// Puts the parts together. Nothing runs before [`Engine::recover`] and [`Engine::run_refresher`].
    #[must_use]
    pub fn new(parts: EngineParts) -> Arc<Self> {
        Arc::new(Self {
            parts,
            flights: Flights::default(),
            held: HeldSecrets::default(),
            imports: Imports::default(),
            schedule: Schedule::default(),
            verifications: Schedule::default(),
            unreached: Mutex::default(),
            timing: Mutex::default(),
            ages: Ages::default(),
            exchanged: ExchangedTokens::default(),
            unfinished: Mutex::default(),
            unreplayed: Mutex::default(),
            ending: Ending::default(),
            revocations: Revocations::default(),
            behind: Behind::default(),
            attempts: Mutex::default(),
            questions: Mutex::default(),
            discoveries: Discoveries::default(),
            clock_seen: ClockSeen::default(),
            stopping: watch::Sender::new(false),
            held_back: AtomicBool::new(false),
        })
    }

    /// Stops the refresher and waits, up to ten seconds, for what is in flight.
    pub async fn shut_down(&self) {
        const PATIENCE: Duration = Duration::from_secs(10);
        self.stopping.send_replace(true);
        let attempts: Vec<Attempt> = lock(&self.attempts).drain().map(|(_, attempt)| attempt).collect();
        for attempt in &attempts {
            attempt.cancel();
        }
        let finish = async { tokio::join!(self.flights.landed(), self.behind.end()) };
        tokio::select! {
            _ = finish => {}
            () = self.parts.clock.sleep(PATIENCE) => tracing::warn!("a refresh was still in flight at the end"),
        }
    }

    pub(crate) fn vault(&self) -> &dyn Vault {
        self.parts.vault.as_ref()
    }

    /// The wall clock.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.parts.clock.now()
    }

    /// Reads an integration that is not in the bin.
    pub(crate) async fn live(&self, id: IntegrationId) -> Result<Integration, Failure> {
        let integration = self.vault().integration(id).await.map_err(|error| error.to_failure())?;
        if integration.trashed_at.is_some() { Err(VaultError::NotFound.to_failure()) } else { Ok(integration) }
    }

    /// Reads a row, changes it, and writes it back; again when something else was faster. Then tells the world.
    pub(crate) async fn change(
        &self,
        id: IntegrationId,
        change: impl Fn(&mut Integration) + Send + Sync,
    ) -> Result<Integration, VaultError> {
        const TRIES: usize = 16;
        for _ in 0..TRIES {
            let before = self.vault().integration(id).await?;
            let mut after = before.clone();
            change(&mut after);
            if after == before {
                return Ok(before);
            }
            match self.vault().update_integration(after).await {
                Err(VaultError::Conflict) => {}
                Err(error) => return Err(error),
                Ok(written) => {
                    self.schedule_next(&written);
                    self.parts.events.publish(Event::IntegrationChanged { id });
                    return Ok(written);
                }
            }
        }
        Err(VaultError::Conflict)
    }

    /// Moves an integration's token state on.
    pub(crate) async fn step(&self, id: IntegrationId, event: TokenEvent) -> Result<Integration, VaultError> {
        let now = self.now();
        self.change(id, |row| row.state = row.state.clone().step(event.clone(), now)).await
    }

    /// Adds to the log. A log that cannot be written never undoes what it tells of, but is not passed over in silence.
    pub(crate) async fn log(&self, integration: &Integration, what: ActivityKind) {
        let written = self.vault().append_activity(Some(integration.id), &integration.name, &what, self.now()).await;
        match written {
            Ok(()) => self.parts.events.publish(Event::ActivityAdded),
            Err(error) => {
                tracing::error!(%error, integration = %integration.id, "the activity log could not be written");
            }
        }
    }

    pub(crate) fn jitter(&self) -> u16 {
        let mut bytes = [0; 2];
        self.parts.entropy.fill(&mut bytes);
        u16::from_le_bytes(bytes)
    }
}

pub(crate) fn internal(message: &str) -> Failure {
    Failure::new(ErrorCode::Internal, message, None)
}

/// Locks a mutex whose data stays whole even if a holder panicked: every critical section is one insertion or removal.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
