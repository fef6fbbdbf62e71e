//! Everything that changes while the service runs, behind one mutex.
//!
//! [`Tracked`] counts every mutable borrow of the durable part, so no route can change it and forget that it must reach
//! the disk.

use std::ops::{Deref, DerefMut};

use crate::clock;
use crate::control::{Gates, Journal, Script};
use crate::oauth::{Attempts, Codes, Devices};
use crate::provider::Provider;
use crate::settings::Settings;

/// A value that knows how often it may have changed.
pub(crate) struct Tracked<T> {
    value: T,
    revision: u64,
}

impl<T> Tracked<T> {
    /// Begins at revision 0: what was read, or nothing.
    pub(crate) fn new(value: T) -> Self {
        Self { value, revision: 0 }
    }

    /// How many mutable borrows there have been.
    pub(crate) fn revision(&self) -> u64 {
        self.revision
    }
}

impl<T> Deref for Tracked<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Tracked<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.revision += 1;
        &mut self.value
    }
}

/// The state of the service.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) provider: Tracked<Provider>,
    pub(crate) attempts: Attempts,
    pub(crate) codes: Codes,
    pub(crate) devices: Devices,
    pub(crate) script: Script,
    pub(crate) gates: Gates,
    pub(crate) journal: Journal,
}

impl World {
    /// Begins with what was stored.
    pub(crate) fn new(settings: Settings, provider: Provider) -> Self {
        Self {
            settings,
            provider: Tracked::new(provider),
            attempts: Attempts::default(),
            codes: Codes::default(),
            devices: Devices::default(),
            script: Script::default(),
            gates: Gates::default(),
            journal: Journal::default(),
        }
    }

    /// The service's time in Unix milliseconds: the machine's, moved by the clock skew.
    pub(crate) fn now_ms(&self) -> i64 {
        clock::system_unix_ms().saturating_add(self.settings.clock_skew_s.saturating_mul(1000))
    }
}
