//! What a file holds: credentials that can be taken, and what was seen and left.

use storm_domain::{Credential, Fields, Method};

use crate::Format;
use crate::text::plain;

/// More than any file that people write; a file beyond it was made by a program, or to do harm.
pub(crate) const MOST_CANDIDATES: usize = 500;

/// A file that was read.
#[derive(Debug)]
pub struct Reading {
    /// What kind of file it is.
    pub format: Format,
    /// What can be taken, in the order of the file.
    pub found: Vec<Candidate>,
    /// What was seen and cannot be taken.
    pub left: Vec<LeftOut>,
    /// It held more than is taken.
    is_full: bool,
}

/// A credential that can be taken.
#[derive(Debug)]
pub struct Candidate {
    /// Where in the file.
    pub place: Place,
    /// The connector that it is for.
    pub connector_id: String,
    /// What the file says of that connector's fields.
    pub fields: Fields,
    /// The secret.
    pub credential: Credential,
    /// How sure it is whose it is.
    pub certainty: Certainty,
    /// What it may be called, as safe to show as [`Place::key`]; None = by its service, and by its account once that is known.
    pub name: Option<String>,
    /// Remarks, in plain words.
    pub remarks: Vec<String>,
}

impl Candidate {
    /// In which way it authenticates.
    #[must_use]
    pub fn method(&self) -> Method {
        match self.credential {
            Credential::ServiceAccountKey(_) => Method::ServiceAccount,
            Credential::OAuthGrant(_) => Method::OAuth,
            _ => Method::ApiKey,
        }
    }
}

/// How sure it is whose a credential is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// Its form or its file says so.
    Certain,
    /// Its name or the host beside it says so.
    Presumed,
    /// Nobody says so: it is a secret of some service.
    Unknown,
}

/// Where in a file something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The name it stands under, at most 200 characters, safe to show: a variable, a profile, a machine.
    pub key: String,
    /// From 1; None = the file has no lines, or it cannot be told.
    pub line: Option<u32>,
}

impl Place {
    pub(crate) fn new(key: &str, line: Option<u32>) -> Self {
        Self { key: plain(key), line }
    }
}

/// What was seen and cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Where.
    pub place: Place,
    /// Why, and what to do; never holds a value.
    pub reason: String,
}

impl LeftOut {
    /// About a whole file.
    #[must_use]
    pub fn whole(reason: &str) -> Self {
        Self { place: Place::new("", None), reason: reason.to_owned() }
    }
}

impl Reading {
    pub(crate) fn new(format: Format) -> Self {
        Self { format, found: Vec::new(), left: Vec::new(), is_full: false }
    }

    pub(crate) fn take(&mut self, mut candidate: Candidate) {
        candidate.name = candidate.name.map(|name| plain(&name)).filter(|name| !name.is_empty());
        if self.found.len() < MOST_CANDIDATES {
            return self.found.push(candidate);
        }
        if !self.is_full {
            self.is_full = true;
            let said =
                format!("There are more than {MOST_CANDIDATES} keys in this file; from here on they were left out.");
            self.left.push(LeftOut { place: Place::new("", candidate.place.line), reason: said });
        }
    }

    /// In the order of the file.
    pub(crate) fn sorted(mut self) -> Self {
        self.found.sort_by_key(|one| one.place.line);
        self.left.sort_by_key(|one| one.place.line);
        self
    }

    pub(crate) fn leave(&mut self, place: Place, reason: impl Into<String>) {
        if self.left.len() < MOST_CANDIDATES {
            self.left.push(LeftOut { place, reason: reason.into() });
        }
    }
}
