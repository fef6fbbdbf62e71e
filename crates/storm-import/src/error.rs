//! Why a whole file cannot be read: what it is, and what to do. Never quotes the file.

use storm_connectors::KeyMaterialError;
use thiserror::Error;

/// Why nothing was taken from a file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Over the limit for its kind.
    #[error(
        "The file is larger than {most_mib} MiB, which is too large for: {title}. Take out what holds no credentials."
    )]
    TooLarge {
        /// The limit.
        most_mib: usize,
        /// What it would be.
        title: &'static str,
    },
    /// More parts than such a file has.
    #[error("The file has far more entries than are read at once from: {title}. Take out what holds no credentials.")]
    TooMany {
        /// What it would be.
        title: &'static str,
    },
    /// Not UTF-8.
    #[error("The file is not text, and none of the archives that can be read here. Export it again as JSON or CSV.")]
    NotText,
    /// It cannot be parsed.
    #[error("The file is damaged{}: {title}. Make or export it again.", at_line(*.line))]
    Damaged {
        /// What it would be.
        title: &'static str,
        /// Where, from 1.
        line: Option<u32>,
    },
    /// An export under a password.
    #[error(
        "This export is encrypted, and only {program} can open it. Export once more without encryption, import that, and remove it."
    )]
    Encrypted {
        /// Which program.
        program: &'static str,
    },
    /// A version that is not known.
    #[error("This version cannot be read here: {title}. Export it as {instead}.")]
    OtherVersion {
        /// What it is.
        title: &'static str,
        /// What can be read.
        instead: &'static str,
    },
    /// Nothing of it is known.
    #[error("This is none of the files that can be read here, such as .env, settings of command lines, or exports.")]
    Unknown,
    /// A key file that says for itself what is wrong.
    #[error(transparent)]
    Key(#[from] KeyMaterialError),
}

fn at_line(line: Option<u32>) -> String {
    line.map(|line| format!(" at line {line}")).unwrap_or_default()
}
