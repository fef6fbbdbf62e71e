//! Keys that a service makes and ends by API, at the word of a key that works.
//!
//! The requests are data in the catalogue; the machine that walks through them is [`crate::Rotation`]. INVARIANT: which keys
//! there were is known, and durable, before a new one is asked for, so that one whose answer was lost can be told from all others.

use serde::{Deserialize, Serialize};
use storm_secret::{ApiKey, SecretBytes};
use url::Url;

use crate::{AccountComparison, AnswerFormat, HttpMethod, KeyPlacement};

/// How far a rotation goes, and who leads it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RotationMode {
    /// To the end; the user says when the old one is turned off.
    #[default]
    Guided,
    /// To the end by itself, as long as old and new are alike.
    Automatic,
    /// Everything but the switch: the new one is tried, compared and discarded, and the old one stays in use throughout.
    Drill,
}

/// The service's ids of the keys of a rotation whose new key was made by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MintedIds {
    /// Of the one being replaced; None = the service did not tell.
    pub old: Option<String>,
    /// Of the new one; None = it is not made yet.
    pub new: Option<String>,
}

/// What trying a new credential told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NewFound {
    /// Whether it belongs to the same account as the old one.
    pub comparison: AccountComparison,
    /// What it may not do, if anything.
    pub missing: Option<String>,
}

/// What a service is asked to do with keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyTask {
    /// Name all of them.
    List,
    /// Make another one.
    Create,
    /// Say whether one was ever used.
    LastUse,
    /// Refuse one until it is told otherwise.
    Deactivate,
    /// Take it again.
    Reactivate,
    /// End one for good.
    Delete,
}

/// A request about keys, resolved: the credential that authenticates it is all that is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRequest {
    /// Method.
    pub method: HttpMethod,
    /// Where.
    pub url: Url,
    /// Where the credential stands.
    pub placement: KeyPlacement,
    /// Extra headers.
    pub headers: Vec<(String, String)>,
    /// The body, if any; JSON unless a header says otherwise.
    pub body: Option<String>,
    /// How the answer is written.
    pub answer: AnswerFormat,
    /// Where an error's code stands in it.
    pub error_pointer: Option<String>,
    /// Where an error's text stands in it.
    pub message_pointer: Option<String>,
    /// What is read from it.
    pub reads: KeyReading,
}

/// What is read from an answer about keys. Pointers are RFC 6901, or ends of element paths in XML. An id that is a path counts by
/// its last part, as in `projects/-/serviceAccounts/…/keys/ID`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyReading {
    /// Nothing: the status says it.
    Status,
    /// The keys there are.
    List {
        /// The array; unused in XML.
        keys: String,
        /// The id in each of them.
        id: String,
        /// What each of them has once it was used; None = the list does not tell.
        used: Option<String>,
        /// The id of the key that asked.
        own: Option<String>,
    },
    /// A new key.
    New {
        /// Its id; None = it stands in its file.
        id: Option<String>,
        /// Where its secret stands.
        secret: NewSecret,
    },
    /// Whether there is something here, which is when the key was used.
    LastUse {
        /// Where.
        at: String,
    },
}

/// Where the secret of a new key stands in the answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewSecret {
    /// The key as text.
    Key(String),
    /// A key file: as an object, or as its text in base64.
    File(String),
}

/// A service's answer about keys.
#[derive(Debug)]
pub enum KeyAnswer {
    /// It is done.
    Done,
    /// The keys there are.
    Listed {
        /// All of them.
        keys: Vec<ListedKey>,
        /// The id of the one that asked, where it is told.
        own: Option<String>,
    },
    /// A new key.
    Made {
        /// Its id, where the answer tells it beside the key.
        id: Option<String>,
        /// The key.
        key: MintedKey,
    },
    /// Whether it was ever used.
    Used(bool),
}

/// One key as a service lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedKey {
    /// The service's id.
    pub id: String,
    /// Whether it was ever used; None = the list does not tell.
    pub used: Option<bool>,
}

/// A key that a service just made, as it came.
#[derive(Debug)]
pub enum MintedKey {
    /// Text.
    Key(ApiKey),
    /// The content of a key file.
    File(SecretBytes),
}
