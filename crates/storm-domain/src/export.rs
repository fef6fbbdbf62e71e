//! What a sealed export holds: integrations of one vault on their way to another.
//!
//! INVARIANT: a refresh token is in one vault only that would send it. An [`ExportedIntegration`] holds a grant only if the vault it
//! came from has marked it as moved away, durably, before the file existed. Keys and key files do not change by use: they may be
//! in two vaults.

use std::time::Duration;

use storm_secret::ClientSecret;
use thiserror::Error;
use uuid::Uuid;

use crate::{Account, AppRegistration, Credential, Fields, IntegrationId, Method, RegistrationId, Timestamp};

/// How long an export can be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Term {
    /// When it was made.
    pub made_at: Timestamp,
    /// The last moment at which it is opened.
    pub ends_at: Timestamp,
}

impl Term {
    /// The longest term there is.
    pub const MOST_DAYS: u16 = 365;

    /// So many days from `made_at`; None when that is no day at all, or more than [`Self::MOST_DAYS`].
    #[must_use]
    pub fn of_days(made_at: Timestamp, days: u16) -> Option<Self> {
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        let within = (1..=Self::MOST_DAYS).contains(&days);
        within.then(|| Self { made_at, ends_at: made_at.after(DAY * u32::from(days)) })
    }

    /// Whether it is over.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        self.ends_at < now
    }
}

/// An export, opened or not sealed yet.
#[derive(Debug, Clone)]
pub struct Export {
    /// Random, one for each file.
    pub id: Uuid,
    /// How long it can be opened.
    pub term: Term,
    /// What is in it, in the order of the list it was chosen from.
    pub integrations: Vec<ExportedIntegration>,
    /// The app registrations that they use.
    pub registrations: Vec<ExportedRegistration>,
}

/// An integration in an export: what makes it work elsewhere, and nothing that belongs to the vault it came from (verdicts, the
/// log, lending, pauses).
#[derive(Debug, Clone)]
pub struct ExportedIntegration {
    /// Its id, which it keeps in a vault that has no other one of that id.
    pub id: IntegrationId,
    /// The user's name for it.
    pub name: String,
    /// The user's own words on it.
    pub labels: Vec<String>,
    /// Which catalogue entry it is of.
    pub connector_id: String,
    /// How it authenticates.
    pub method: Method,
    /// The connector's fields.
    pub fields: Fields,
    /// Which of [`Export::registrations`] it uses.
    pub registration_id: Option<RegistrationId>,
    /// Scopes asked for.
    pub requested_scopes: Vec<String>,
    /// Scopes granted.
    pub granted_scopes: Vec<String>,
    /// Whose it is.
    pub account: Option<Account>,
    /// After how many days its user wants to be reminded to replace the credential.
    pub after_days: Option<u16>,
    /// When the credential ends, as its user or the service says.
    pub ends_at: Option<Timestamp>,
    /// When the credential was saved, or the integration made.
    pub saved_at: Timestamp,
    /// The credential. None = one signs in again.
    pub credential: Option<Credential>,
}

impl ExportedIntegration {
    /// Whether it brings the refresh token of a sign-in, which then belongs to whoever opens the export.
    #[must_use]
    pub fn moves_sign_in(&self) -> bool {
        match &self.credential {
            Some(Credential::OAuthGrant(grant)) => grant.refresh_token.is_some() || grant.access_token.is_some(),
            _ => false,
        }
    }
}

/// An app registration in an export.
#[derive(Debug, Clone)]
pub struct ExportedRegistration {
    /// The client.
    pub registration: AppRegistration,
    /// Its secret, if it has one.
    pub secret: Option<ClientSecret>,
}

/// Why a file is not opened as an export. Each is told from the others, since each has another way out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExportFileError {
    /// It does not begin as an export does.
    #[error("this is not an export of Storm Connect")]
    NotAnExport,
    /// Written by a newer version of the program.
    #[error("the export was written by a newer version")]
    NewerVersion,
    /// Cut off, or changed by accident or on purpose.
    #[error("the export is damaged")]
    Damaged,
    /// Its last day is over.
    #[error("the export has ended")]
    Ended {
        /// When.
        at: Timestamp,
    },
    /// It asks for more memory or time than any export does.
    #[error("the export asks for more than it may")]
    CostOutOfBounds,
    /// Another passphrase opens it.
    #[error("the passphrase is another one")]
    WrongPassphrase,
    /// Too few characters for a new passphrase.
    #[error("the passphrase is too short")]
    PassphraseTooShort,
    /// More than an export may hold.
    #[error("there is more in it than one export holds")]
    TooLarge,
    /// The memory that the passphrase takes, or randomness, was not to be had.
    #[error("the system has too few resources")]
    Resources,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_term_has_at_least_one_day_and_at_most_a_year() {
        let now = Timestamp(1_000);
        assert_eq!((Term::of_days(now, 0), Term::of_days(now, 366)), (None, None));
        let day = Term::of_days(now, 1).unwrap();
        assert_eq!(day.ends_at, Timestamp(1_000 + 24 * 60 * 60 * 1000));
        assert!(!day.is_over(day.ends_at));
        assert!(day.is_over(Timestamp(day.ends_at.0 + 1)));
        assert!(Term::of_days(now, 365).is_some());
    }
}
