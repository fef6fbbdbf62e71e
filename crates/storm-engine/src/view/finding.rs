//! What was found when somebody looked why something failed.

use serde::{Deserialize, Serialize};
use storm_domain::{Action, AttemptId, Cause, Fields, IntegrationId, Method};

/// What is looked into.
#[derive(Debug, Clone, Deserialize, specta::Type)]
#[serde(tag = "subject", rename_all = "snake_case")]
pub enum ExaminationSubject {
    /// An integration that backs off, needs its user, or was not reached.
    Integration {
        /// Which.
        id: IntegrationId,
    },
    /// An authorization that failed.
    Attempt {
        /// Which.
        id: AttemptId,
    },
    /// A service that could not be set up because it was not reached.
    Service {
        /// Which connector.
        connector_id: String,
        /// How it was to be connected.
        method: Method,
        /// The connector's fields as typed.
        fields: Fields,
    },
}

/// The first true cause, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FindingView {
    /// The cause; the UI has a title for each.
    pub cause: Cause,
    /// What is so, in one sentence.
    pub what: String,
    /// What helps.
    pub cure: String,
    /// The fitting button.
    pub action: Option<Action>,
}
