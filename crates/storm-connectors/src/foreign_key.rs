//! Keys of services that the catalogue does not have, known by their beginning, so that a key pasted into the wrong dialog
//! is not sent to the wrong service.

use serde::Deserialize;

use crate::connector::EntryError;

/// A beginning that only one service uses.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ForeignKey {
    /// The service's name.
    pub(crate) service: String,
    /// What its keys begin with.
    pub(crate) prefix: String,
}

pub(crate) fn parse() -> Result<Vec<ForeignKey>, EntryError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        keys: Vec<ForeignKey>,
    }
    let file: File = toml::from_str(include_str!("../catalogue/foreign-keys.toml")).map_err(EntryError::Shape)?;
    Ok(file.keys)
}
