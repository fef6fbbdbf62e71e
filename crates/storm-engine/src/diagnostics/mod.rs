//! What somebody who helps has to know of a vault and its engine: how many of what, how they stand, and what went wrong by code.
//!
//! INVARIANT: nothing in it tells a secret, a person, a host or what anything is called; `report` has no room for it.

mod report;
mod trouble;

use std::collections::BTreeMap;
use std::sync::Mutex;

use storm_domain::{ActivityPortion, Failure, Hold, Method, ProxyChoice, Timestamp};

use crate::engine::{Engine, lock};
use crate::error::ToFailure as _;
use crate::view::StatusView;
pub use report::{Fact, Name, Report, Section, Value, Version, Word};

/// The clock of a service beside ours, as seen last.
#[derive(Debug, Default)]
pub(crate) struct ClockSeen(Mutex<Option<(i64, Timestamp)>>);

impl ClockSeen {
    /// Notes what a service's clock said when ours said `at`.
    pub(crate) fn note(&self, server_time: Option<Timestamp>, at: Timestamp) {
        let Some(server_time) = server_time else { return };
        *lock(&self.0) = Some((at.0.saturating_sub(server_time.0) / 1000, at));
    }
}

impl Engine {
    /// What there is to know of it, for a report.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn diagnostics(&self) -> Result<Vec<Section>, Failure> {
        let portion = ActivityPortion { limit: LOOKED_THROUGH, ..ActivityPortion::default() };
        let entries = self.vault().linked_activity(&portion).await.map_err(|error| error.to_failure())?;
        let entries: Vec<_> = entries.into_iter().map(|linked| linked.entry).collect();
        let Counts { of_status, connectors } = self.counts().await?;
        Ok(vec![of_status, connectors, self.work().await?, self.way().await?, trouble::section_of(&entries)])
    }

    async fn counts(&self) -> Result<Counts, Failure> {
        let mut statuses: BTreeMap<[&'static str; 2], usize> = BTreeMap::new();
        let mut used: BTreeMap<&'static str, usize> = BTreeMap::new();
        let (mut all, mut in_bin, mut lent) = (0_usize, 0_usize, 0_usize);
        let mut look = |row: storm_domain::Integration| {
            if row.trashed_at.is_some() {
                in_bin += 1;
                return;
            }
            all += 1;
            lent += usize::from(row.lending_allowed);
            *statuses.entry([of_method(row.method), of_status(&self.status_of(&row))]).or_default() += 1;
            // The catalogue's own text: one that it does not know may have been written by anybody.
            let connector =
                self.parts.catalogue.connector(&row.connector_id).map_or("not in the catalogue", |one| one.id.as_str());
            *used.entry(connector).or_default() += 1;
        };
        self.vault().each_integration(&mut look).await.map_err(|error| error.to_failure())?;
        let of_status =
            Section::new("Integrations").with("all", all).with("lent to other tools", lent).with("in the bin", in_bin);
        Ok(Counts {
            of_status: statuses.into_iter().fold(of_status, |section, ([method, status], count)| {
                section.with([method.into(), status.into(), Word::Nothing], count)
            }),
            connectors: used
                .into_iter()
                .fold(Section::new("Connectors in use"), |section, (id, count)| section.with(id, count)),
        })
    }

    /// What is waited for and under way.
    async fn work(&self) -> Result<Section, Failure> {
        let vault = self.vault();
        let (waiting, next) = self.schedule.waiting();
        let rotations = vault.rotations().await.map_err(|error| error.to_failure())?;
        let of_secrets = vault.secret_rotations().await.map_err(|error| error.to_failure())?;
        let revocations = vault.pending_revocations().await.map_err(|error| error.to_failure())?;
        let rotating = rotations.iter().filter(|one| !one.is_over()).count();
        let rotating_secrets = of_secrets.iter().filter(|one| !one.is_over()).count();
        let next = next.map_or_else(|| "none".into(), Value::from);
        Ok(Section::new("Work")
            .with("waiting in the schedule", waiting)
            .with("next due", next)
            .with("held back", self.is_held_back(Method::OAuth))
            .with("answers not stored yet", lock(&self.unfinished).len())
            .with("answers not replayed yet", lock(&self.unreplayed).len())
            .with("rotations under way", rotating + rotating_secrets)
            .with("revocations under way", revocations.len()))
    }

    /// How services are reached.
    async fn way(&self) -> Result<Section, Failure> {
        let settings = self.kept_settings().await?;
        let proxy = match &settings.proxy {
            ProxyChoice::System => "system",
            ProxyChoice::Direct => "direct",
            ProxyChoice::Own(_) => "own",
        };
        let clock = match *lock(&self.clock_seen.0) {
            Some((seconds, at)) => Value::Off(seconds, at),
            None => "not known".into(),
        };
        Ok(Section::new("Network")
            .with("proxy", proxy)
            .with("added authorities", settings.authorities.len())
            .with("clock ahead of services", clock))
    }
}

/// Newest entries of the log that are looked through for trouble.
const LOOKED_THROUGH: u32 = 1_000;

struct Counts {
    of_status: Section,
    connectors: Section,
}

fn of_method(method: Method) -> &'static str {
    match method {
        Method::ApiKey => "api_key",
        Method::OAuth => "oauth",
        Method::ServiceAccount => "service_account",
    }
}

fn of_status(status: &StatusView) -> &'static str {
    match status {
        StatusView::Connected => "connected",
        StatusView::Limited { .. } => "limited",
        StatusView::ScopesMissing { .. } => "scopes_missing",
        StatusView::ReplaceSoon { .. } => "replace_soon",
        StatusView::NeedsYou { .. } => "needs_you",
        StatusView::Retrying { .. } => "retrying",
        StatusView::Unverified { .. } => "unverified",
        StatusView::Paused { hold: Some(Hold::MovedAway), .. } => "moved_away",
        StatusView::Paused { hold: Some(Hold::Unproved), .. } => "unproved",
        StatusView::Paused { hold: None, .. } => "paused",
        StatusView::Connecting => "connecting",
        StatusView::NotConnected => "not_connected",
    }
}
