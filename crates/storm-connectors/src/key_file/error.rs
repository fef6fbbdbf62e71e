//! Why a file cannot be used: what happened, what to do. Nothing of the file's text is repeated but a member's name or host.

use thiserror::Error;

use crate::template::UrlRefused;

/// Why a file's contents cannot be used as a key file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// No bytes, or white space only.
    #[error("The file is empty. Download it again; the download may have been interrupted.")]
    Empty,
    /// Larger than a key file ever is.
    #[error(
        "The file is too large for a key file, which has a few kilobytes. Choose the file that the service let you download."
    )]
    TooLarge,
    /// Ends in the middle.
    #[error("The file ends in the middle. Download it again; the download was interrupted.")]
    Truncated,
    /// Not JSON.
    #[error(
        "The file is damaged: it begins like a key file, but is not valid JSON. Download it again instead of editing it."
    )]
    NotJson,
    /// Something else.
    #[error("This is not a credentials file; it looks like {what}. Choose the JSON key file of a service account.")]
    SomethingElse {
        /// What it looks like, with its article.
        what: &'static str,
    },
    /// A credentials file that no connector can use.
    #[error("This is {what}, which cannot be used here. {instead}")]
    Unsupported {
        /// What it is, with its article.
        what: &'static str,
        /// What to do instead.
        instead: &'static str,
    },
    /// A member stands in it more than once.
    #[error("The file holds “{name}” more than once, so it is not clear which is meant. Download it again.")]
    Repeated {
        /// Which.
        name: String,
    },
    /// A member is missing.
    #[error("The file holds no “{name}”. Download the whole JSON key file again.")]
    Missing {
        /// Which.
        name: &'static str,
    },
    /// A member is not text.
    #[error("“{name}” in the file is not text. Download the JSON key file again instead of editing it.")]
    NotText {
        /// Which.
        name: &'static str,
    },
    /// A member's text cannot be what it should be.
    #[error("“{name}” in the file is not what it should be. Download the JSON key file again instead of editing it.")]
    NotUsable {
        /// Which.
        name: &'static str,
    },
    /// The token endpoint may not be used.
    #[error("The “token_uri” in the file cannot be used: {0}. Use the file as the service made it.")]
    TokenUri(UrlRefused),
    /// The token endpoint is a host that no connector knows.
    #[error(
        "The “token_uri” in the file leads to {host}, which is none of the services known for such files. Use the file as the service made it."
    )]
    OtherTokenHost {
        /// The host, in ASCII.
        host: String,
    },
    /// The private key is damaged or its parts contradict each other.
    #[error("The private key in the file is damaged. Download the file again, or make a new key.")]
    KeyDamaged,
    /// Not RSA.
    #[error("The private key in the file is not an RSA key, which the service needs. Make a new key at the service.")]
    KeyNotRsa,
    /// RSA under 2048 bits.
    #[error("The private key in the file is shorter than 2048 bits, which is not safe. Make a new key at the service.")]
    KeyTooShort,
    /// RSA over 8192 bits.
    #[error(
        "The private key in the file is longer than 8192 bits, which is not supported. Make a key of 2048 or 4096 bits."
    )]
    KeyTooLong,
    /// Several keys in one place.
    #[error(
        "There are several keys in one place. Keep the one that belongs to the service account, or download the file again."
    )]
    SeveralKeys,
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum OpenFileError {
    /// Nothing is there, or a link leads nowhere.
    #[error("The file is not there any more. Choose it again.")]
    NotFound,
    /// A folder.
    #[error("This is a folder. Open it and choose the key file inside.")]
    Folder,
    /// A pipe, socket or device.
    #[error("This is not an ordinary file but a pipe, socket or device. Choose the key file itself.")]
    NotAFile,
    /// A link, where none is followed.
    #[error("This is a link to another file, which was not followed. Choose the file it leads to.")]
    Link,
    /// Links that lead in a circle.
    #[error("This link leads in a circle. Choose the key file itself.")]
    LinkLoop,
    /// No permission.
    #[error("The file may not be read. Allow your user to read it, or copy it to your own folder.")]
    NotReadable,
    /// Far too large.
    #[error(
        "The file is far too large for a key file, which has a few kilobytes. Choose the file that the service let you download."
    )]
    TooLarge,
    /// Another file took its place while it was opened.
    #[error("The file was replaced while it was being opened. Choose it again.")]
    Replaced,
    /// Kept in the cloud and not on this computer.
    #[error("The file is kept in the cloud and not on this computer yet. Download it first, then choose it again.")]
    NotDownloaded,
    /// Nothing came within a second.
    #[error("The disk does not answer. If the file is on a network drive, copy it to this computer first.")]
    NoAnswer,
    /// The disk reports an error.
    #[error("The file could not be read. Copy it to another place and choose the copy.")]
    Failed,
}
