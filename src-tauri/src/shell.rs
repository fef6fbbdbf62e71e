//! What every command works with.
//!
//! INVARIANT: a panic behind a command becomes a failure of that command; the program goes on.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use futures_util::FutureExt as _;
use storm_agent::Host;
use storm_domain::{Action, ErrorCode, Failure};
use storm_engine::Engine;

use crate::autostart::Autostart;
use crate::clipboard::Clipboard;
use crate::diagnostics::ShownReport;
use crate::import::Imports;
use crate::log::ProgramLog;
use crate::original::Originals;
use crate::practice::Practice;

/// The state of the application.
pub(crate) struct Shell {
    pub(crate) host: Arc<Host>,
    pub(crate) clipboard: Arc<Clipboard>,
    pub(crate) practice: Practice,
    pub(crate) originals: Originals,
    pub(crate) imports: Imports,
    pub(crate) report: ShownReport,
    pub(crate) log: Arc<ProgramLog>,
    pub(crate) autostart: Autostart,
    /// Whether the program is on its way out.
    pub(crate) ending: AtomicBool,
}

impl Shell {
    /// Asks the engine of the open vault.
    pub(crate) async fn ask<T, Answer>(&self, question: impl FnOnce(Arc<Engine>) -> Answer) -> Result<T, Failure>
    where
        Answer: Future<Output = Result<T, Failure>>,
    {
        let answer = guarded(async {
            #[cfg(debug_assertions)]
            crate::deliberate::panic_if_wanted();
            question(self.host.engine()?).await
        });
        answer.await.inspect_err(|failure| self.host.note_failure(failure))
    }
}

/// Runs to the end or to a panic, which becomes a failure.
pub(crate) async fn guarded<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
        Err(Failure::new(
            ErrorCode::Internal,
            "Something went wrong inside Storm Connect. Nothing was lost; try again.",
            Some(Action::Retry),
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f115_a_panic_in_a_command_becomes_a_failure_with_a_code() {
        let answer = futures_util::FutureExt::now_or_never(guarded::<()>(async { panic!("deliberate") }));
        assert_eq!(answer.unwrap().unwrap_err().code, ErrorCode::Internal);
    }

    #[test]
    fn an_answer_passes_unchanged() {
        let answer = futures_util::FutureExt::now_or_never(guarded(async { Ok(7) }));
        assert_eq!(answer, Some(Ok(7)));
    }
}
