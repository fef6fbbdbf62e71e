//! Health: how all integrations are, what needs their user now, and what will.
//!
//! The rows are gone through once and one at a time, and no credential is opened but the summaries of key files, which may name
//! an end. What is handed out is bounded, however many integrations there are.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use storm_domain::port::KeyInUse;
use storm_domain::{
    ActivityEntry, ActivityKind, AppRegistration, Failure, Forecast, ForecastEntry, ForecastKind, Integration,
    IntegrationId, Known, Method, Outlook, RegistrationId, Timestamp, TokenState, Trouble,
};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::{
    ConnectorBadge, ForecastView, HealthCounts, HealthView, IntegrationView, LapseView, NextRefreshView,
    RefreshOutcome, RefreshView, StatusView,
};

/// How far the forecast looks.
const HORIZON: Duration = Duration::from_secs(90 * 24 * 60 * 60);
const MOST_NEEDS: usize = 50;
const MOST_REFRESHES: usize = 5;
const MOST_FORECAST: usize = 200;

impl Engine {
    /// Health at a glance.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn health(&self) -> Result<HealthView, Failure> {
        let mut round = Round::begun(self).await?;
        let mut reading = Reading::default();
        self.vault()
            .each_integration(&mut |row| {
                round.look(&row);
                reading.look(self, &row, &round);
            })
            .await
            .map_err(|error| error.to_failure())?;
        let (entries, lapse) = round.finish();
        let more = entries.len().saturating_sub(MOST_FORECAST);
        let mut forecast = entries;
        forecast.truncate(MOST_FORECAST);
        let Reading { counts, mut needs, mut refreshes } = reading;
        needs.sort_by_key(|need| std::cmp::Reverse(since(&need.status)));
        needs.truncate(MOST_NEEDS);
        refreshes.sort_by_key(|refresh| refresh.at);
        refreshes.truncate(MOST_REFRESHES);
        let more = u32::try_from(more).unwrap_or(u32::MAX);
        Ok(HealthView { at: self.now(), counts, needs, refreshes, forecast, more, lapse })
    }

    /// All that will need the user within ninety days, soonest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn forecast(&self) -> Result<Vec<ForecastView>, Failure> {
        let mut round = Round::begun(self).await?;
        self.vault().each_integration(&mut |row| round.look(&row)).await.map_err(|error| error.to_failure())?;
        Ok(round.finish().0)
    }

    /// The last refreshes of an integration, oldest first, as far as the log goes back.
    ///
    /// # Errors
    /// When it does not exist, or the vault cannot be read.
    pub async fn refreshes(&self, id: IntegrationId) -> Result<Vec<RefreshView>, Failure> {
        const SHOWN: u32 = 60;
        self.live(id).await?;
        let log = self.vault().refreshes(id, SHOWN).await.map_err(|error| error.to_failure())?;
        Ok(log.into_iter().rev().filter_map(refresh_of).collect())
    }
}

/// One way through all integrations, for the forecast.
struct Round<'a> {
    engine: &'a Engine,
    keys: HashMap<IntegrationId, KeyInUse>,
    registrations: HashMap<RegistrationId, AppRegistration>,
    rotating: HashSet<IntegrationId>,
    rotating_secrets: HashSet<RegistrationId>,
    forecast: Forecast,
    /// What is shown of each integration, for those that are in the forecast.
    shown: HashMap<IntegrationId, (String, ConnectorBadge, Method)>,
}

impl<'a> Round<'a> {
    async fn begun(engine: &'a Engine) -> Result<Self, Failure> {
        let vault = engine.vault();
        let keys = vault.keys_in_use().await.map_err(|error| error.to_failure())?;
        let registrations = vault.registrations().await.map_err(|error| error.to_failure())?;
        let rotations = vault.rotations().await.map_err(|error| error.to_failure())?;
        let of_secrets = vault.secret_rotations().await.map_err(|error| error.to_failure())?;
        Ok(Self {
            engine,
            keys: keys.into_iter().map(|key| (key.integration_id, key)).collect(),
            registrations: registrations.into_iter().map(|one| (one.id, one)).collect(),
            rotating: rotations.iter().filter(|one| !one.is_over()).map(|one| one.subject).collect(),
            rotating_secrets: of_secrets.iter().filter(|one| !one.is_over()).map(|one| one.subject).collect(),
            forecast: Forecast::begun(engine.now(), HORIZON, engine.timing().refresh.keep_warm),
            shown: HashMap::new(),
        })
    }

    fn look(&mut self, row: &Integration) {
        let connector = self.engine.parts.catalogue.connector(&row.connector_id);
        let before = self.forecast.len();
        let lapse = self.forecast.lapse();
        self.forecast.add(&Known {
            integration: row,
            key: self.keys.get(&row.id),
            registration: row.registration_id.and_then(|id| self.registrations.get(&id)),
            lifetimes: match row.method {
                Method::OAuth => connector.and_then(|connector| connector.refresh_lifetimes(&row.fields)),
                Method::ApiKey | Method::ServiceAccount => None,
            },
        });
        if self.forecast.len() > before || self.forecast.lapse() != lapse {
            self.shown.insert(row.id, (row.name.clone(), self.engine.badge_of(row), row.method));
        }
    }

    fn is_rotating(&self, row: &Integration) -> bool {
        self.rotating.contains(&row.id) || row.registration_id.is_some_and(|id| self.rotating_secrets.contains(&id))
    }

    fn finish(self) -> (Vec<ForecastView>, Option<LapseView>) {
        let Outlook { entries, lapse } = self.forecast.finish();
        let lapse = lapse.and_then(|(at, id)| {
            let (name, ..) = self.shown.get(&id)?;
            Some(LapseView { id, name: name.clone(), at })
        });
        let view = |entry: ForecastEntry| {
            let (name, connector, method) = self.shown.get(&entry.integration_id)?.clone();
            let ForecastEntry { integration_id: id, others, at, kind, certainty, .. } = entry;
            Some(ForecastView { key: key_of(&entry), id, name, connector, method, others, at, kind, certainty })
        };
        (entries.into_iter().filter_map(view).collect(), lapse)
    }
}

/// The same for the same thing in every forecast, so that a calendar knows it again.
fn key_of(entry: &ForecastEntry) -> String {
    let kind = match entry.kind {
        ForecastKind::NeedsYou => "needs-you",
        ForecastKind::SignInEnds => "sign-in-ends",
        ForecastKind::SignInUnused => "sign-in-unused",
        ForecastKind::AccessEnds => "access-ends",
        ForecastKind::KeyEnds => "key-ends",
        ForecastKind::ClientSecretEnds => "client-secret-ends",
        ForecastKind::KeyGetsOld => "key-gets-old",
    };
    match entry.registration_id {
        Some(registration) => format!("{registration}-{kind}"),
        None => format!("{}-{kind}", entry.integration_id),
    }
}

/// How they are now.
#[derive(Default)]
struct Reading {
    counts: HealthCounts,
    needs: Vec<IntegrationView>,
    refreshes: Vec<NextRefreshView>,
}

impl Reading {
    fn look(&mut self, engine: &Engine, row: &Integration, round: &Round<'_>) {
        if row.trashed_at.is_some() {
            return;
        }
        let rotating = round.is_rotating(row);
        let mut status = engine.status_of(row);
        if status == StatusView::Connected
            && !rotating
            && let Some(soon) = round.keys.get(&row.id).and_then(|key| engine.replace_soon(row, key))
        {
            status = soon;
        }
        self.counts.all += 1;
        match &status {
            status if needs_user(status) => {
                self.counts.needs += 1;
                self.needs.push(engine.integration_view(row, rotating));
                if self.needs.len() > 2 * MOST_NEEDS {
                    self.needs.sort_by_key(|need| std::cmp::Reverse(since(&need.status)));
                    self.needs.truncate(MOST_NEEDS);
                }
            }
            StatusView::Limited { .. }
            | StatusView::ReplaceSoon { .. }
            | StatusView::Retrying { .. }
            | StatusView::Unverified { .. } => self.counts.soon += 1,
            StatusView::Connected | StatusView::ScopesMissing { .. } => self.counts.connected += 1,
            StatusView::Paused { .. } => self.counts.paused += 1,
            StatusView::Connecting | StatusView::NeedsYou { .. } | StatusView::NotConnected => {}
        }
        self.note_refresh(engine, row);
    }

    fn note_refresh(&mut self, engine: &Engine, row: &Integration) {
        if row.method == Method::ApiKey || row.paused_at.is_some() || !matches!(row.state, TokenState::Active { .. }) {
            return;
        }
        let Some(at) = engine.schedule.due(row.id) else { return };
        let is_late = |latest: &NextRefreshView| latest.at <= at;
        if self.refreshes.len() == MOST_REFRESHES && self.refreshes.last().is_some_and(is_late) {
            return;
        }
        let (name, connector) = (row.name.clone(), engine.badge_of(row));
        self.refreshes.push(NextRefreshView { id: row.id, name, connector, at });
        self.refreshes.sort_by_key(|refresh| refresh.at);
        self.refreshes.truncate(MOST_REFRESHES);
    }
}

/// Whether only the user can help; the window's list counts the same.
fn needs_user(status: &StatusView) -> bool {
    match status {
        StatusView::NeedsYou { .. } | StatusView::NotConnected => true,
        StatusView::Retrying { trouble, .. } => matches!(trouble, Trouble::Registration { .. }),
        _ => false,
    }
}

/// Since when it needs its user, where that is known.
fn since(status: &StatusView) -> Option<Timestamp> {
    match status {
        StatusView::NeedsYou { since, .. } => Some(*since),
        _ => None,
    }
}

fn refresh_of(entry: ActivityEntry) -> Option<RefreshView> {
    let (took_ms, outcome) = match entry.what {
        ActivityKind::Refreshed { took_ms } => (took_ms, RefreshOutcome::Refreshed),
        ActivityKind::RefreshRecovered => (None, RefreshOutcome::Recovered),
        ActivityKind::RefreshPostponed { trouble, .. } => (None, RefreshOutcome::Postponed { trouble }),
        ActivityKind::ReconnectNeeded { .. } => (None, RefreshOutcome::Refused),
        _ => return None,
    };
    Some(RefreshView { at: entry.at, took_ms, outcome })
}
