//! Tells the journal when a request is over, however it ends.
//!
//! The guard travels from the arrival of a request to the last byte of its answer. Dropped early (the client left, the
//! service stopped), it reports the request as aborted, so nobody waits for an answer that will never come.

use std::sync::Arc;

use super::Service;
use crate::control::{Outcome, Progress};

/// The unfinished business of one request.
pub(crate) struct Completion {
    service: Arc<Service>,
    sequence: u64,
    on_finish: Outcome,
    reported: bool,
    /// An answer without a body is finished as soon as it is handed over.
    empty: bool,
}

impl Completion {
    /// Begins with an arrival.
    pub(crate) fn new(service: Arc<Service>, sequence: u64) -> Self {
        Self { service, sequence, on_finish: Outcome::Answered, reported: false, empty: false }
    }

    /// Notes that the answer stands at a gate.
    pub(crate) fn held(&self) {
        if let Some(entry) = self.service.world().journal.entry_mut(self.sequence) {
            entry.progress = Progress::Held;
        }
        self.service.progressed();
    }

    /// Notes the status that is being sent, whether the script shaped it, and whether there is no body to wait for.
    pub(crate) fn answering(&mut self, status: u16, on_finish: Outcome, empty: bool) {
        self.on_finish = on_finish;
        self.empty = empty;
        if let Some(entry) = self.service.world().journal.entry_mut(self.sequence) {
            entry.status = Some(status);
        }
    }

    /// The last byte is out.
    pub(crate) fn finish(&mut self) {
        self.report(self.on_finish);
    }

    fn report(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        if let Some(entry) = self.service.world().journal.entry_mut(self.sequence) {
            entry.progress = Progress::Completed;
            entry.outcome = Some(outcome);
        }
        self.service.progressed();
    }
}

impl Drop for Completion {
    fn drop(&mut self) {
        let cut = self.on_finish == Outcome::Reset;
        self.report(if self.empty || cut { self.on_finish } else { Outcome::Aborted });
    }
}
