//! What can go wrong while the practice service starts or runs.
//!
//! Protocol refusals (`invalid_grant`, 404 …) are answers, not errors: they live beside their routes. No variant carries
//! a secret or a request.

use std::path::PathBuf;

/// A failure of the service itself.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// The port is taken or may not be opened.
    #[error("could not listen on 127.0.0.1:{port}")]
    Listen {
        /// The port that was asked for; 0 stands for any.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The state file could not be read.
    #[error("could not read the state file {}", path.display())]
    ReadState {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The state file is not one of ours, or was damaged.
    #[error("the state file {} is not readable as practice state; move it away to start afresh", path.display())]
    ParseState {
        /// The file.
        path: PathBuf,
        /// Where the JSON stopped making sense.
        #[source]
        source: serde_json::Error,
    },
    /// The state file could not be written: the answer that depended on it was withheld.
    #[error("could not write the state file {}", path.display())]
    WriteState {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The state could not be put into JSON.
    #[error("could not serialize the state")]
    SerializeState(#[source] serde_json::Error),
    /// The system's random generator failed.
    #[error("the system's random generator failed")]
    Randomness,
    /// A service account key could not be generated.
    #[error("could not generate a key pair")]
    KeyGeneration,
    /// The program could not arrange to be stopped.
    #[error("could not listen for the signals that stop the program")]
    Signals(#[source] std::io::Error),
    /// A background task ended unexpectedly.
    #[error("a background task ended unexpectedly")]
    Task,
    /// A control call named something that does not exist.
    #[error("there is no such {0}")]
    Unknown(&'static str),
    /// A control call carried a value that cannot be used.
    #[error("{0}")]
    Unusable(&'static str),
}
