//! Import: what was found in files of other tools, what became of it, and where it still lies. A secret stays in the core.

use serde::{Deserialize, Serialize};
use storm_domain::{Fields, HeldSecretId, IntegrationId, Method};

use super::{ConnectorBadge, SavedView};

/// What was found, all of it; the core holds it until it is imported, discarded or forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportView {
    /// To name it when importing.
    pub id: HeldSecretId,
    /// File by file, in the order in which they were found.
    pub files: Vec<ImportFileView>,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportFileView {
    /// To name it; its place in the list.
    pub file: u32,
    /// Where it lies, `~` for the user's own folder.
    pub path: String,
    /// What kind of file it is; empty = it was not read.
    pub shape: String,
    /// What can be imported.
    pub items: Vec<ImportItemView>,
    /// What was seen in it and cannot be.
    pub left: Vec<ImportLeftView>,
    /// Why nothing of it was read, and what to do.
    pub refused: Option<String>,
}

/// A credential that can be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportItemView {
    /// To name it; counts over all files.
    pub item: u32,
    /// The name it stands under: a variable, a profile, a machine.
    pub key: String,
    /// On which line, from 1.
    pub line: Option<u32>,
    /// The service that it is for.
    pub connector: ConnectorBadge,
    /// In which way.
    pub method: Method,
    /// What it may be called; None = by its service, and by its account once that is known.
    pub name: Option<String>,
    /// What the file says of the connector's fields.
    pub fields: Fields,
    /// Masked, with up to eight characters; the account, for a key file.
    pub hint: String,
    /// Its public id, of a key in two parts.
    pub key_id: Option<String>,
    /// Remarks, in plain words.
    pub remarks: Vec<String>,
    /// Whose it is is only presumed, or not known.
    pub uncertain: bool,
    /// Whether it is chosen unless its user says otherwise.
    pub suggested: bool,
    /// The name of the integration that has it already.
    pub stored_as: Option<String>,
    /// The same secret stands in this item, which comes before it.
    pub same_as: Option<u32>,
}

/// What was seen and cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportLeftView {
    /// The name it stands under.
    pub key: String,
    /// On which line, from 1.
    pub line: Option<u32>,
    /// Why, and what to do.
    pub reason: String,
}

/// Imports one of the things that were found.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct ImportItemRequest {
    /// Of which search.
    pub id: HeldSecretId,
    /// Which.
    pub item: u32,
    /// For which service; that of the item unless its user chose another.
    pub connector_id: String,
    /// The user's name for it; None = by its service and account.
    pub name: Option<String>,
    /// The connector's fields.
    pub fields: Fields,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "became", rename_all = "snake_case")]
pub enum ImportedView {
    /// It is an integration now, and was tried.
    Added {
        /// What it is called.
        name: String,
        /// How the service took it.
        saved: SavedView,
    },
    /// It was one already; nothing was added.
    AlreadyThere {
        /// What that is called.
        name: String,
        /// Which.
        integration_id: IntegrationId,
    },
}

/// A file in which secrets that are in the vault still lie in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportCopyView {
    /// Which file.
    pub file: u32,
    /// Where it lies.
    pub path: String,
    /// Where in it.
    pub places: Vec<ImportCopyPlace>,
    /// Whether the file holds nothing but what is in the vault and works, so that it may go to the bin.
    pub movable: bool,
}

/// Where a secret stands in plain text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ImportCopyPlace {
    /// The name it stands under.
    pub key: String,
    /// On which line, from 1.
    pub line: Option<u32>,
    /// The integration that has it.
    pub integration_id: IntegrationId,
}
