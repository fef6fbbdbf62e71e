//! What will need the user, and when: worked out from what is known, without a clock and without asking anybody.
//!
//! INVARIANT: the end of an access token that renews itself is never in it, since that needs nobody. Where nothing renews it, its
//! end is the end of the sign-in, and is in it as such.

use std::collections::HashMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::port::KeyInUse;
use crate::{
    AppRegistration, Integration, IntegrationId, Method, RefreshState, RegistrationId, Timestamp, TokenLifetimes,
    TokenState, Trouble,
};

/// What will need the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ForecastKind {
    /// It needs its user already.
    NeedsYou,
    /// The sign-in ends after its whole time, however often it is refreshed.
    SignInEnds,
    /// The sign-in ends because it is not used: nothing refreshes it, as while it is paused.
    SignInUnused,
    /// The access ends, and the service gave nothing to renew it with.
    AccessEnds,
    /// The key, the key file or its certificate ends.
    KeyEnds,
    /// The client secret of the app registration ends.
    ClientSecretEnds,
    /// The key is as old as its user wants it to get.
    KeyGetsOld,
}

/// How certain it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// The service, a certificate or the user said so.
    Known,
    /// The service is known to do so; it did not say it of this one.
    Presumed,
    /// The user wished it so.
    ByPolicy,
}

/// One thing that will need the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForecastEntry {
    /// Whose it is; where an app registration serves several integrations, the first of them.
    pub integration_id: IntegrationId,
    /// The app registration, for [`ForecastKind::ClientSecretEnds`].
    pub registration_id: Option<RegistrationId>,
    /// How many other integrations it is about.
    pub others: u32,
    /// When. In the past where it is overdue.
    pub at: Timestamp,
    /// What.
    pub kind: ForecastKind,
    /// How certain.
    pub certainty: Certainty,
}

/// What is known of one integration.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its row.
    pub integration: &'a Integration,
    /// The key or key file in use.
    pub key: Option<&'a KeyInUse>,
    /// Its app registration.
    pub registration: Option<&'a AppRegistration>,
    /// What its service is known to do with refresh tokens; None = there is none to end, as where tokens are had for the asking.
    pub lifetimes: Option<TokenLifetimes>,
}

/// Takes in what is known, integration by integration.
#[derive(Debug)]
pub struct Forecast {
    until: Timestamp,
    keep_warm: bool,
    entries: Vec<ForecastEntry>,
    secrets: HashMap<RegistrationId, usize>,
    lapse: Option<(Timestamp, IntegrationId)>,
}

/// All of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlook {
    /// What will need the user, soonest first.
    pub entries: Vec<ForecastEntry>,
    /// When the first sign-in would end of disuse if nothing were refreshed any more, because the program is not run, and whose.
    pub lapse: Option<(Timestamp, IntegrationId)>,
}

impl Forecast {
    /// Up to `horizon` from `now`. `keep_warm` = the program refreshes what would end of disuse, and not only what ends.
    #[must_use]
    pub fn begun(now: Timestamp, horizon: Duration, keep_warm: bool) -> Self {
        Self { until: now.after(horizon), keep_warm, entries: Vec::new(), secrets: HashMap::new(), lapse: None }
    }

    /// Takes one integration in. What lies in the bin needs nobody.
    pub fn add(&mut self, known: &Known<'_>) {
        let row = known.integration;
        if row.trashed_at.is_some() {
            return;
        }
        self.add_client_secret(known);
        match (&row.state, row.method) {
            // Its user wants it to be left alone.
            (TokenState::NeedsReconnect { .. }, _) if row.paused_at.is_some() => {}
            (TokenState::NeedsReconnect { since, .. }, _) => {
                self.push(row.id, *since, ForecastKind::NeedsYou, Certainty::Known);
            }
            (TokenState::Active { expires_at, refresh: RefreshState::NotRefreshable }, Method::OAuth) => {
                if let Some(end) = expires_at {
                    self.push(row.id, *end, ForecastKind::AccessEnds, Certainty::Known);
                }
            }
            (TokenState::Active { expires_at, refresh }, Method::OAuth) => {
                self.add_sign_in(known, *expires_at, refresh);
            }
            (TokenState::Active { .. }, Method::ApiKey | Method::ServiceAccount) => self.add_key(known),
            (TokenState::Disconnected | TokenState::Authorizing | TokenState::Revoked, _) => {}
        }
    }

    /// How many entries there are so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The first lapse so far; see [`Outlook::lapse`].
    #[must_use]
    pub fn lapse(&self) -> Option<(Timestamp, IntegrationId)> {
        self.lapse
    }

    /// Soonest first.
    #[must_use]
    pub fn finish(mut self) -> Outlook {
        self.entries.sort_unstable_by_key(|entry| (entry.at, entry.integration_id, entry.kind));
        Outlook { entries: self.entries, lapse: self.lapse }
    }

    /// Ends by disuse and after a whole time. The program touches each grant long before it would end of disuse, so that this needs
    /// nobody while the program runs; an end that each refresh puts off is the same. That holds only as far as the program is run:
    /// when the first of them would lapse if it were not is kept apart, in [`Outlook::lapse`]. Where nothing refreshes a grant by
    /// itself, because it is paused or its service wants its user first, those ends come; and so they do where its user wants nothing to
    /// be kept warm and the access token, which is renewed at its own end, does not end before.
    fn add_sign_in(&mut self, known: &Known<'_>, expires_at: Option<Timestamp>, refresh: &RefreshState) {
        let Some(lifetimes) = known.lifetimes else { return };
        let row = known.integration;
        let used_at = row.last_refreshed_at.unwrap_or(row.created_at);
        let life = row.refresh_life;
        let unused =
            lifetimes.refresh_idle.map(|idle| (used_at.after(idle), ForecastKind::SignInUnused, Certainty::Presumed));
        let since = life.map_or(used_at, |life| life.since);
        let said = life.and_then(|life| life.ends_at).map(|end| (end, Certainty::Known));
        let documented = lifetimes.refresh_absolute.map(|whole| (since.after(whole), Certainty::Presumed));
        let is_put_off = life.and_then(|life| life.is_put_off);
        let whole = said.or(documented).map(|(at, certainty)| (at, ForecastKind::SignInEnds, certainty));
        let first = unused.into_iter().chain(whole).min_by_key(|(at, ..)| *at);
        let is_refreshed_before =
            |end: Timestamp| self.keep_warm || expires_at.is_some_and(|expires_at| expires_at < end);
        let is_left = first.is_some_and(|(at, ..)| !is_refreshed_before(at));
        if row.paused_at.is_some() || !renews_itself(refresh) || is_left {
            if let Some((at, kind, certainty)) = first {
                self.push(row.id, at, kind, certainty);
            }
            return;
        }
        let lapse = first.map(|(at, ..)| (at, row.id));
        self.lapse = self.lapse.into_iter().chain(lapse).min();
        // Before the first refresh nobody knows whether it will be put off, and that refresh comes before the end.
        if let (Some((at, kind, certainty)), Some(false)) = (whole, is_put_off) {
            self.push(row.id, at, kind, certainty);
        }
    }

    fn add_key(&mut self, known: &Known<'_>) {
        let Some(key) = known.key else { return };
        let id = known.integration.id;
        let policy = known.integration.replacement.with_told_end(key.generation, key.ends_at);
        if let Some(end) = policy.ends_at(key.generation) {
            self.push(id, end, ForecastKind::KeyEnds, Certainty::Known);
        }
        if let Some(old) = policy.old_at(key.saved_at) {
            self.push(id, old, ForecastKind::KeyGetsOld, Certainty::ByPolicy);
        }
    }

    /// One secret is one thing to do, however many integrations use it.
    fn add_client_secret(&mut self, known: &Known<'_>) {
        let Some(registration) = known.registration else { return };
        let Some(at) = registration.secret_ends_at.filter(|at| registration.has_secret && *at <= self.until) else {
            return;
        };
        if let Some(entry) = self.secrets.get(&registration.id).and_then(|index| self.entries.get_mut(*index)) {
            entry.others = entry.others.saturating_add(1);
            return;
        }
        self.secrets.insert(registration.id, self.entries.len());
        self.push(known.integration.id, at, ForecastKind::ClientSecretEnds, Certainty::Known);
        if let Some(entry) = self.entries.last_mut() {
            entry.registration_id = Some(registration.id);
        }
    }

    fn push(&mut self, integration_id: IntegrationId, at: Timestamp, kind: ForecastKind, certainty: Certainty) {
        if at <= self.until {
            self.entries.push(ForecastEntry { integration_id, registration_id: None, others: 0, at, kind, certainty });
        }
    }
}

/// Whether a grant is refreshed again without its user.
fn renews_itself(refresh: &RefreshState) -> bool {
    match refresh {
        RefreshState::Idle | RefreshState::InFlight => true,
        RefreshState::BackingOff { trouble, .. } => matches!(trouble, Trouble::Service { .. } | Trouble::Vault),
        RefreshState::NotRefreshable => false,
    }
}

#[cfg(test)]
mod tests;
