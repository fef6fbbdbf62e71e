//! Why a step did not do what it should. Written for a person who reads the output of a run.

use thiserror::Error;

/// A step that failed.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StepError {
    /// Something did not happen in time.
    #[error("waited in vain for {what}; last seen: {seen}")]
    InVain {
        /// What was awaited.
        what: String,
        /// What was there instead.
        seen: String,
    },
    /// Something is not as it should be.
    #[error("{0}")]
    Wrong(String),
    /// The private desktop is missing.
    #[error("this needs the private desktop: run it through scripts/e2e.sh, or tests/desktop/session.sh COMMAND")]
    NoDesktop,
    /// A program could not be started or spoken to.
    #[error("{program}: {cause}")]
    Program {
        /// Its name.
        program: String,
        /// What the system says.
        cause: std::io::Error,
    },
    /// WebDriver reports an error.
    #[error(transparent)]
    WebDriver(#[from] thirtyfour::error::WebDriverError),
    /// A server on loopback could not be asked.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// An answer is not JSON, or not the JSON that was expected.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
}

/// What a step gives.
pub type Outcome<T = ()> = Result<T, StepError>;

/// Fails with `wrong()` unless `holds`.
///
/// # Errors
/// [`StepError::Wrong`] when it does not hold.
pub fn ensure(holds: bool, wrong: impl FnOnce() -> String) -> Outcome {
    if holds { Ok(()) } else { Err(StepError::Wrong(wrong())) }
}
