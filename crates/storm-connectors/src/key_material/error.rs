//! Why dropped files cannot be used: what happened, what to do. Nothing of a file's text is repeated.

use thiserror::Error;

use super::Shape;
use crate::key_file::KeyFileError;

/// Why what was dropped cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyMaterialError {
    /// No bytes, or white space only.
    #[error("The file is empty. Download it again; the download may have been interrupted.")]
    Empty,
    /// Over 1 MiB, or over 4 MiB for PKCS#12.
    #[error(
        "The file is too large for a key or credentials file, which has a few kilobytes. Choose the file that the service let you download."
    )]
    TooLarge,
    /// Ends in the middle.
    #[error("The file ends in the middle. Download it again; the download was interrupted.")]
    Truncated,
    /// Its form contradicts itself, with whatever password.
    #[error("The file is damaged: {what}. Download or export it again instead of editing it.")]
    Damaged {
        /// What about it is damaged.
        what: &'static str,
    },
    /// No credentials at all.
    #[error("This is not a credentials file; it looks like {what}. Choose the file that the service let you download.")]
    SomethingElse {
        /// What it looks like, with its article.
        what: &'static str,
    },
    /// Credentials that are recognised and cannot be used.
    #[error("This is {what}, which cannot be used here. {instead}")]
    Unsupported {
        /// What it is, with its article.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// Encrypted, and no password was given. An empty and an absent password were tried where those exist.
    #[error("The file is protected by a password. Enter the password it was made with.")]
    PasswordNeeded {
        /// What is recognised without opening it.
        shape: Shape,
    },
    /// The password that was given does not open it.
    #[error(
        "The password does not open the file. Enter the password that the file was made with; small and capital letters differ."
    )]
    WrongPassword,
    /// Deriving its keys would take longer than a person waits, or more memory than is sensible.
    #[error(
        "Opening the file would take an extreme amount of work, as no program sets by itself. Export it again with the usual settings."
    )]
    TooCostly,
    /// Several keys, users or profiles, so that it is not clear which is meant.
    #[error(
        "There are several keys or sets of credentials in one place. Leave the one that is meant in a file of its own and drop that."
    )]
    SeveralKeys,
    /// Several files that are no certificate and its key.
    #[error(
        "Several files were dropped that do not belong together. Drop one file, or a certificate and its private key; nothing was taken over."
    )]
    SeveralFiles,
    /// An archive or list with nothing to sign in with.
    #[error(
        "There is no private key inside, and no other secret. Export it again together with its private key, or choose another file."
    )]
    NoKey,
    /// A public key.
    #[error("This is a public key, which cannot sign in. Choose the private key that belongs to it.")]
    PublicKey,
    /// Certificates without a key.
    #[error(
        "This is a certificate without its private key. Drop both files together, or export the certificate with its private key."
    )]
    CertificateAlone,
    /// Key and certificates do not belong together.
    #[error("The certificate belongs to another private key. Choose the key that the certificate was requested with.")]
    CertificateOfAnotherKey,
    /// RSA under 2048 bits.
    #[error("The private key is shorter than 2048 bits, which is not safe. Make a new key at the service.")]
    KeyTooShort,
    /// RSA over 8192 bits.
    #[error("The private key is longer than 8192 bits, which is not supported. Make a key of 2048 or 4096 bits.")]
    KeyTooLong,
    /// An algorithm or curve that no service here takes.
    #[error(
        "The private key is of a kind that no service here takes ({what}). Make an RSA, EC P-256 or Ed25519 key instead."
    )]
    KeyUnsupported {
        /// Its kind.
        what: &'static str,
    },
    /// A member stands in it more than once.
    #[error("The file holds “{name}” more than once, so it is not clear which is meant. Download it again.")]
    Repeated {
        /// Which.
        name: &'static str,
    },
    /// A member is missing.
    #[error("The file holds no “{name}”. Download the whole file again.")]
    Missing {
        /// Which.
        name: &'static str,
    },
    /// A member is not text.
    #[error("“{name}” in the file is not text. Download the file again instead of editing it.")]
    NotText {
        /// Which.
        name: &'static str,
    },
    /// A member's text cannot be what it should be.
    #[error("“{name}” in the file is not what it should be. Download the file again instead of editing it.")]
    NotUsable {
        /// Which.
        name: &'static str,
    },
    /// JSON credentials, refused with the reasons of key files.
    #[error(transparent)]
    KeyFile(KeyFileError),
}

impl KeyMaterialError {
    /// Whether another password may help: the file itself is whole as far as anybody can tell.
    #[must_use]
    pub fn asks_for_password(&self) -> bool {
        matches!(self, Self::PasswordNeeded { .. } | Self::WrongPassword)
    }

    pub(super) const DER: Self = Self::Damaged { what: "its parts do not fit together" };
}

impl From<KeyFileError> for KeyMaterialError {
    /// The reasons that have the same meaning become ours, whose second sentence is not about service accounts alone.
    fn from(error: KeyFileError) -> Self {
        match error {
            KeyFileError::Empty => Self::Empty,
            KeyFileError::TooLarge => Self::TooLarge,
            KeyFileError::Truncated => Self::Truncated,
            KeyFileError::NotJson => Self::Damaged { what: "it begins like JSON and does not go on so" },
            KeyFileError::SomethingElse { what } => Self::SomethingElse { what },
            KeyFileError::SeveralKeys => Self::SeveralKeys,
            KeyFileError::KeyTooShort => Self::KeyTooShort,
            KeyFileError::KeyTooLong => Self::KeyTooLong,
            other => Self::KeyFile(other),
        }
    }
}
