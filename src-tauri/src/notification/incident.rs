//! Which notification of needs belongs on the screen, and when it comes again.
//!
//! INVARIANT: there is one at most, for all integrations that need their user. It is shown once for a need that begins, taken
//! back when the need is over, and shown again later and later while it is not: after an hour, after four, and then each morning.
//! A tool that asks in vain brings it forward. In quiet hours nothing is shown; what fell into them comes when they end.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone, Timelike as _};
use storm_domain::{IntegrationId, NotificationPreferences, Timestamp};

use crate::attention::Need;

/// When a morning begins.
const MORNING: NaiveTime = match NaiveTime::from_hms_opt(9, 0, 0) {
    Some(morning) => morning,
    None => panic!("nine o'clock is a time"),
};

/// How soon it comes again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// An hour; a rehearsal has shorter ones.
    pub(crate) hour: Duration,
}

impl Pace {
    /// After the first and the second time; then it waits for a morning.
    const HOURS: [u32; 2] = [1, 4];
    /// A tool that asks again and again is heard four times an hour.
    fn least(self) -> Duration {
        self.hour / 4
    }
}

/// The needs under way, and what the user was told of them.
#[derive(Debug)]
pub(super) struct Incidents<Tz: TimeZone> {
    pace: Pace,
    /// Since when each integration needs its user that was told of.
    told: BTreeMap<IntegrationId, Timestamp>,
    /// The notification on the screen.
    shown: Option<i32>,
    last_id: i32,
    /// How often it came by itself for what is told of.
    times: usize,
    last_at: Option<DateTime<Tz>>,
    next_at: Option<DateTime<Tz>>,
}

/// What has to change on the screen.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// A notification of all these.
    Show { id: i32, needs: Vec<Need>, how: How },
    /// It is over.
    Withdraw { id: i32 },
}

/// How a notification comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Aloud, because something new is to be told, or it is time to tell it again.
    Aloud,
    /// Because there is less to be told.
    Silently,
}

impl<Tz: TimeZone> Incidents<Tz> {
    pub(super) fn new(pace: Pace) -> Self {
        Self { pace, told: BTreeMap::new(), shown: None, last_id: 0, times: 0, last_at: None, next_at: None }
    }

    /// Compares with the present needs; `asked` are those that a tool asked for in vain since the last look. A withdrawal comes
    /// first.
    pub(super) fn follow(
        &mut self,
        needs: Vec<Need>,
        asked: &[IntegrationId],
        preferences: &NotificationPreferences,
        now: &DateTime<Tz>,
    ) -> Vec<Change> {
        let over =
            |id: &IntegrationId, since: &Timestamp| !needs.iter().any(|need| need.id == *id && need.since == *since);
        let ended = self.told.extract_if(.., |id, since| over(id, since)).count() > 0;
        if needs.is_empty() || !preferences.needs_you {
            self.told.clear();
            (self.times, self.last_at, self.next_at) = (0, None, None);
            return self.withdraw().into_iter().collect();
        }
        let mut changes = Vec::new();
        let was_shown = self.shown.is_some();
        if ended {
            changes.extend(self.withdraw());
        }
        if needs.iter().any(|need| asked.contains(&need.id)) {
            let soonest = self.last_at.clone().map_or_else(|| now.clone(), |last| later(last, self.pace.least()));
            self.next_at = self.next_at.take().map(|next| next.min(soonest));
        }
        let is_new = needs.iter().any(|need| !self.told.contains_key(&need.id));
        // A clock that was set back would keep it waiting for as long as it was wrong.
        let was_set_back = self.last_at.as_ref().is_some_and(|last| last > now);
        let is_time = was_set_back || self.next_at.as_ref().is_some_and(|next| next <= now);
        let is_quiet = quiet_until(preferences, now).is_some();
        if is_quiet && (is_new || is_time) {
            return changes; // it is the same when they end
        }
        if is_new {
            self.times = 0;
        }
        if is_new || is_time {
            changes.extend(self.withdraw());
            self.told = needs.iter().map(|need| (need.id, need.since)).collect();
            self.times += 1;
            self.last_at = Some(now.clone());
            self.next_at = Some(self.again_after(now));
            changes.push(self.show(needs, How::Aloud));
        } else if ended && was_shown && !is_quiet {
            changes.push(self.show(needs, How::Silently));
        }
        changes
    }

    /// The user does not want to be told now. It comes again when it would have come after the next time.
    pub(super) fn put_off(&mut self, now: &DateTime<Tz>) -> Option<Change> {
        if self.told.is_empty() {
            return None;
        }
        self.next_at = Some(self.again_after(now));
        self.withdraw()
    }

    /// When it is to be looked at again though nothing happens.
    pub(super) fn look_at(&self, preferences: &NotificationPreferences, now: &DateTime<Tz>) -> Option<DateTime<Tz>> {
        let quiet = quiet_until(preferences, now);
        self.next_at.clone().map(|next| quiet.clone().map_or(next.clone(), |end| next.max(end))).or(quiet)
    }

    fn again_after(&self, now: &DateTime<Tz>) -> DateTime<Tz> {
        match self.times.checked_sub(1).and_then(|before| Pace::HOURS.get(before)) {
            Some(hours) => later(now.clone(), self.pace.hour * *hours),
            None => next_morning(now),
        }
    }

    fn show(&mut self, needs: Vec<Need>, how: How) -> Change {
        self.last_id = self.last_id.wrapping_add(1);
        self.shown = Some(self.last_id);
        Change::Show { id: self.last_id, needs, how }
    }

    fn withdraw(&mut self) -> Option<Change> {
        self.shown.take().map(|id| Change::Withdraw { id })
    }
}

/// When the quiet hours end that there are now.
pub(super) fn quiet_until<Tz: TimeZone>(
    preferences: &NotificationPreferences,
    now: &DateTime<Tz>,
) -> Option<DateTime<Tz>> {
    let minute = u16::try_from(now.hour() * 60 + now.minute()).ok()?;
    let left = preferences.quiet?.left(minute)?;
    let begun = now.clone() - TimeDelta::seconds(i64::from(now.second()));
    Some(begun + TimeDelta::minutes(i64::from(left)))
}

fn later<Tz: TimeZone>(moment: DateTime<Tz>, by: Duration) -> DateTime<Tz> {
    TimeDelta::from_std(by).ok().and_then(|by| moment.clone().checked_add_signed(by)).unwrap_or(moment)
}

/// Nine o'clock tomorrow. Where the clocks are changed at that very time, a day later counts.
fn next_morning<Tz: TimeZone>(now: &DateTime<Tz>) -> DateTime<Tz> {
    let morning = now
        .date_naive()
        .checked_add_days(Days::new(1))
        .and_then(|day| day.and_time(MORNING).and_local_timezone(now.timezone()).earliest());
    morning.unwrap_or_else(|| later(now.clone(), Duration::from_secs(24 * 60 * 60)))
}

#[cfg(test)]
mod tests;
