//! Where a fact of the catalogue comes from, so that the window can say "documented" or "checked" honestly.

use serde::Deserialize;

/// The source of some of a connector's facts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Source {
    /// Which facts: `method.part`, such as `oauth.endpoints`.
    pub about: Vec<String>,
    /// How sure they are.
    pub standing: Standing,
    /// A page, or what else it was taken from.
    pub source: String,
    /// The day they were last looked at, `YYYY-MM-DD`.
    pub checked_on: String,
}

/// How sure a fact is, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Tried against the running service.
    Checked,
    /// Read in the service's own documentation.
    Documented,
    /// Seen in other public programs or catalogues.
    Reported,
    /// Known from experience, not looked up.
    Unchecked,
}
