//! Files that were dropped or chosen: what may be shown of them, and what they can be used for.

use serde::{Deserialize, Serialize};
use storm_domain::{Failure, Fields, HeldSecretId, Method, Timestamp};

use super::{ConnectorBadge, SealedExportView, TypedSecret};

/// What may be shown of a dropped file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FileView {
    /// Its name without the folder.
    pub name: String,
    /// What kind of file it is, such as "Google service account (JSON)".
    pub shape: String,
    /// What tells it from others of its kind, the most telling first.
    pub facts: Vec<FileFact>,
    /// Its certificate, if it has one.
    pub certificate: Option<CertificateView>,
}

/// One thing that a file says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FileFact {
    /// What it is.
    pub kind: FileFactKind,
    /// At most 200 characters, never a secret.
    pub value: String,
}

/// What a file says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is its own name")]
pub enum FileFactKind {
    Account,
    Project,
    AccessKeyId,
    KeyId,
    ClientId,
    App,
    Subject,
    User,
    Profile,
    Algorithm,
    Fingerprint,
    /// Who signs the service that it is for, trusted for this integration only.
    Authority,
}

/// The dates of a certificate.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CertificateView {
    /// Valid from.
    pub begins: Timestamp,
    /// Valid until.
    pub ends: Timestamp,
    /// How that stands to the present.
    pub validity: ValidityView,
}

/// How a certificate's dates stand to the present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ValidityView {
    /// It begins later.
    NotYet,
    /// It is valid.
    Current,
    /// It ends within thirty days.
    EndsSoon,
    /// It has ended; the service decides whether it still takes it.
    Ended,
}

/// What one of the things over the window is: a file, or a certificate and its key in two. Nothing of it is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "preview", rename_all = "snake_case")]
pub enum FilePreview {
    /// It was read.
    Known {
        /// What may be shown of it.
        file: FileView,
    },
    /// It asks for its password first.
    Locked {
        /// Its name without the folder.
        name: String,
        /// What is recognised without opening it.
        shape: String,
    },
    /// A sealed export.
    Export {
        /// What it says of itself before its passphrase is entered.
        file: SealedExportView,
    },
    /// It cannot be used.
    Refused {
        /// Its name without the folder.
        name: String,
        /// Why, and what to do.
        failure: Failure,
    },
}

/// One of the things that were dropped or chosen at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "held", rename_all = "snake_case")]
pub enum HeldFileView {
    /// It was read, and the core holds it for a dialog.
    Known {
        /// What may be shown.
        file: KeyFileView,
    },
    /// It asks for its password first; the core holds it until then.
    Locked {
        /// To name it with the password.
        id: HeldSecretId,
        /// The file's name without its folder.
        name: String,
        /// What is recognised without opening it.
        shape: String,
    },
    /// A sealed export, which the core holds until its passphrase is entered.
    Export {
        /// To name it with the passphrase.
        id: HeldSecretId,
        /// What it says of itself before that.
        file: SealedExportView,
    },
    /// It cannot be used, and nothing of it is held.
    Refused {
        /// Its name without the folder.
        name: String,
        /// Why, and what to do.
        failure: Failure,
    },
}

/// A key file that the core holds for a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KeyFileView {
    /// To name it when saving.
    pub id: HeldSecretId,
    /// What it is.
    pub file: FileView,
    /// What it can be used for; empty = nothing here yet.
    pub uses: Vec<FileUse>,
    /// The keys in it, where it holds several and its user says which is meant.
    pub keys: Vec<FileKey>,
    /// What it says of the service's fields, by their names, for the user to see and change.
    pub fields: Fields,
}

/// One key of a file that holds several.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FileKey {
    /// Its public id.
    pub key_id: String,
    /// The profile or user that it stands under; empty = the file does not say.
    pub profile: String,
}

/// What a file can be used for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FileUse {
    /// At which service.
    pub connector: ConnectorBadge,
    /// In which way.
    pub method: Method,
}

/// The password of a held file.
#[derive(Debug, Deserialize, specta::Type)]
pub struct UnlockFileRequest {
    /// Which file.
    pub id: HeldSecretId,
    /// Its password.
    #[specta(type = String)]
    pub password: TypedSecret,
}
