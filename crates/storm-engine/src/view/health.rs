//! How all integrations are, and what will need their user.

use serde::{Deserialize, Serialize};
use storm_domain::{Certainty, ForecastKind, IntegrationId, Method, Timestamp, Trouble};

use super::{ConnectorBadge, IntegrationView};

/// Health at a glance. What it lists is bounded; its counts are of all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct HealthView {
    /// When it was looked at.
    pub at: Timestamp,
    /// How many there are in each state.
    pub counts: HealthCounts,
    /// Those that only their user can help, what was refused last first. At most fifty.
    pub needs: Vec<IntegrationView>,
    /// The next refreshes, soonest first. At most five.
    pub refreshes: Vec<NextRefreshView>,
    /// What will need the user within ninety days, soonest first. At most two hundred.
    pub forecast: Vec<ForecastView>,
    /// How many more there are within ninety days.
    pub more: u32,
    /// Whose sign-in would end first, if Storm Connect were not run any more.
    pub lapse: Option<LapseView>,
}

/// How many integrations there are in each state. One in the middle of its first sign-in is in none but `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct HealthCounts {
    /// All that are not in the bin.
    pub all: u32,
    /// Only their user can help.
    pub needs: u32,
    /// Worth a look, though they work or are tried again by themselves.
    pub soon: u32,
    /// All well.
    pub connected: u32,
    /// Nothing automatic touches them.
    pub paused: u32,
}

/// A refresh that is to come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NextRefreshView {
    /// Whose.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// When.
    pub at: Timestamp,
}

/// Something that will need the user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ForecastView {
    /// Names it among all others, the same each time: the integration or app registration, and the kind.
    pub key: String,
    /// Whose it is; where an app registration serves several, the first of them.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// How it authenticates.
    pub method: Method,
    /// How many other integrations it is about.
    pub others: u32,
    /// When. In the past where it is overdue.
    pub at: Timestamp,
    /// What.
    pub kind: ForecastKind,
    /// How certain.
    pub certainty: Certainty,
}

/// A sign-in that ends of disuse.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LapseView {
    /// Whose.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// When.
    pub at: Timestamp,
}

/// One refresh that ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RefreshView {
    /// When.
    pub at: Timestamp,
    /// How long the service took, in milliseconds; None = not measured.
    pub took_ms: Option<u32>,
    /// What came of it.
    pub outcome: RefreshOutcome,
}

/// What came of a refresh.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RefreshOutcome {
    /// A new token.
    Refreshed,
    /// A new token, from an answer that an earlier run left behind.
    Recovered,
    /// Nothing for now. The first failure in a row; those that follow are not told apart.
    Postponed {
        /// Why.
        trouble: Trouble,
    },
    /// The end: only the user can help.
    Refused,
}
