//! Where a victim dies: before or after a named call of a port, by its own SIGKILL. Nothing of it is in the product.

use std::sync::{Mutex, PoisonError};

use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

/// One moment of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// The method of the port, such as `commit_grant`.
    pub call: String,
    /// Before the call, or when it has returned.
    pub after: bool,
}

/// The trap that is set, if one is, and a bell that rings whenever something may have changed.
pub struct Traps {
    set: Mutex<Option<Trap>>,
    bell: watch::Sender<()>,
}

impl Default for Traps {
    fn default() -> Self {
        Self { set: Mutex::default(), bell: watch::Sender::new(()) }
    }
}

impl Traps {
    /// Sets a trap, or takes it away.
    pub fn set(&self, trap: Option<Trap>) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = trap;
    }

    /// Ends this process if the trap is here.
    pub fn pass(&self, call: &str, after: bool) {
        let is_here = |trap: &Trap| trap.call == call && trap.after == after;
        if self.set.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(is_here) {
            let _ = kill_process(getpid(), Signal::KILL);
            loop {
                std::thread::park(); // the signal is on its way
            }
        }
    }

    /// Says that something may have changed.
    pub fn ring(&self) {
        self.bell.send_replace(());
    }

    /// Waits for it.
    pub fn listen(&self) -> watch::Receiver<()> {
        self.bell.subscribe()
    }
}
