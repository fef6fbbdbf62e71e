//! Where a victim dies: before or after a call of a port, by its own SIGKILL. Nothing of it is in the product.

use std::sync::{Mutex, PoisonError};

use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::print;
use super::report::Report;

/// One moment of an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trap {
    /// A method of a port, such as `commit_grant`: before the call, or when it has returned.
    Call { call: String, after: bool },
    /// The n-th such moment of whatever method, counted from 1. It is announced before the death.
    Passage(u64),
    /// The same, without methods that only look. Their order is the same in each run, while somebody may look meanwhile.
    Change(u64),
}

/// The trap that is set, if one is, and a bell that rings whenever something may have changed.
pub struct Traps {
    set: Mutex<Set>,
    bell: watch::Sender<()>,
}

#[derive(Default)]
struct Set {
    trap: Option<Trap>,
    /// Moments since it was set, all of them and those that are no mere looks.
    passages: u64,
    changes: u64,
}

impl Default for Traps {
    fn default() -> Self {
        Self { set: Mutex::default(), bell: watch::Sender::new(()) }
    }
}

impl Traps {
    /// Sets a trap, or takes it away.
    pub fn set(&self, trap: Option<Trap>) {
        *self.set.lock().unwrap_or_else(PoisonError::into_inner) = Set { trap, ..Set::default() };
    }

    /// Ends this process if the trap is here.
    pub fn pass(&self, call: &str, after: bool) {
        self.pass_by(call, after, true);
    }

    /// The same at a method that only looks.
    pub fn look(&self, call: &str, after: bool) {
        self.pass_by(call, after, false);
    }

    fn pass_by(&self, call: &str, after: bool, changes: bool) {
        let mut set = self.set.lock().unwrap_or_else(PoisonError::into_inner);
        set.passages += 1;
        set.changes += u64::from(changes);
        let is_here = match &set.trap {
            None => false,
            Some(Trap::Call { call: here, after: then }) => here == call && *then == after,
            Some(Trap::Passage(number)) => set.passages == *number,
            Some(Trap::Change(number)) => changes && set.changes == *number,
        };
        if is_here {
            if let Some(Trap::Passage(_) | Trap::Change(_)) = set.trap {
                print(&Report::Falls { call: call.to_owned(), after });
            }
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
