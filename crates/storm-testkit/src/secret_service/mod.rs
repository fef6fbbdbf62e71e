//! A Secret Service whose behaviour a test scripts, on a message bus of its own.
//!
//! For the states of a keyring that a real one does not show on demand. It speaks sessions in the clear only, as the
//! specification allows; sessions that encrypt are tested with the real gnome-keyring.

mod bus;
mod object;

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard};

use tokio::sync::watch;
use zbus::Connection;
use zbus::connection::Builder;

pub use bus::PrivateBus;

use object::{Collection, Service};

pub(crate) const BUS_NAME: &str = "org.freedesktop.secrets";
pub(crate) const ROOT: &str = "/org/freedesktop/secrets";
pub(crate) const COLLECTION: &str = "/org/freedesktop/secrets/collection/login";

/// What happens to a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OnPrompt {
    /// The user enters the password.
    #[default]
    Unlock,
    /// The user presses Escape.
    Dismiss,
    /// Nobody is there.
    Wait,
}

/// How the service behaves. What is not scripted works.
#[derive(Debug, Clone, Default)]
pub struct Script {
    /// The collection is locked, until a prompt is answered.
    pub is_locked: bool,
    /// What it has cannot be found while it is locked.
    pub hides_while_locked: bool,
    /// What happens to a prompt.
    pub on_prompt: OnPrompt,
    /// No call is ever answered.
    pub hangs: bool,
    /// Every call is answered with this D-Bus error, short name.
    pub refuses_with: Option<&'static str>,
    /// There is no default collection.
    pub lacks_default: bool,
    /// The service ends when something is written to it.
    pub ends_on_write: bool,
    /// What is written is taken and not kept.
    pub forgets: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub attributes: HashMap<String, String>,
    pub secret: Vec<u8>,
}

#[derive(Default)]
pub(crate) struct State {
    pub script: Script,
    pub entries: BTreeMap<u32, Entry>,
    pub prompts: u32,
    pub writes: usize,
}

/// A keyring that outlives its appearances on a bus.
pub struct ScriptedSecretService {
    pub(crate) state: Arc<Mutex<State>>,
    pub(crate) prompted: watch::Sender<u32>,
    connection: Mutex<Option<Connection>>,
}

impl Default for ScriptedSecretService {
    fn default() -> Self {
        Self { state: Arc::default(), prompted: watch::Sender::new(0), connection: Mutex::default() }
    }
}

impl ScriptedSecretService {
    /// Appears on a bus.
    pub async fn appear_on(&self, bus: &PrivateBus) {
        let shared = || (Arc::clone(&self.state), self.prompted.clone());
        let (state, prompted) = shared();
        let connection = Builder::address(bus.address())
            .unwrap()
            .serve_at(ROOT, Service { state: Arc::clone(&state), prompted })
            .unwrap()
            .serve_at(COLLECTION, Collection { state })
            .unwrap()
            .build()
            .await
            .unwrap();
        let ids: Vec<u32> = self.lock().entries.keys().copied().collect();
        for id in ids {
            object::serve_item(&connection, &self.state, id).await;
        }
        connection.request_name(BUS_NAME).await.unwrap();
        *self.connection.lock().unwrap() = Some(connection);
    }

    /// Ends, as a daemon that is killed.
    pub async fn vanish(&self) {
        let connection = self.connection.lock().unwrap().take();
        if let Some(connection) = connection {
            connection.close().await.unwrap();
        }
    }

    /// Behaves otherwise from now on.
    pub fn script(&self, script: Script) {
        self.lock().script = script;
    }

    /// Waits until so many prompts were shown in all.
    pub async fn wait_for_prompts(&self, count: u32) {
        self.prompted.subscribe().wait_for(|shown| *shown >= count).await.unwrap();
    }

    /// How many prompts were shown in all.
    pub fn prompts(&self) -> u32 {
        self.lock().prompts
    }

    /// How often something was written.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    /// How many entries there are.
    pub fn entries(&self) -> usize {
        self.lock().entries.len()
    }

    /// Everything is gone.
    pub fn wipe(&self) {
        self.lock().entries.clear();
    }

    /// Puts something else into every entry.
    pub fn overwrite(&self, secret: &[u8]) {
        self.lock().entries.values_mut().for_each(|entry| entry.secret = secret.to_vec());
    }

    /// Every entry is there twice, as after two keyrings were merged.
    pub async fn double(&self) {
        let copies: Vec<u32> = {
            let mut state = self.lock();
            let copies: Vec<Entry> = state.entries.values().cloned().collect();
            copies.into_iter().map(|entry| state.add(entry)).collect()
        };
        let connection = self.connection.lock().unwrap().clone();
        if let Some(connection) = connection {
            for id in copies {
                object::serve_item(&connection, &self.state, id).await;
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

impl State {
    pub(crate) fn add(&mut self, entry: Entry) -> u32 {
        let id = self.entries.keys().next_back().map_or(1, |last| last + 1);
        self.entries.insert(id, entry);
        id
    }
}
