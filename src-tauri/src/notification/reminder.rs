//! Notifications for keys that are to be replaced soon.
//!
//! When one is to be shown is the core's word, which it gives once ([`storm_engine::Engine::remind_once`]); here is what it says, and
//! which ones are on the screen. INVARIANT: one for each integration, withdrawn when its key is being replaced, or something
//! worse is to be said.

use std::collections::BTreeMap;

use chrono::Datelike as _;
use storm_domain::{IntegrationId, Method, Reminder, Timestamp, Urgency};
use storm_engine::view::{IntegrationView, StatusView};

use crate::language::Language;

/// Far from the numbers of the incidents.
const FIRST_ID: i32 = 1 << 30;

/// The reminders on the screen.
#[derive(Debug, Default)]
pub(super) struct Reminders {
    shown: BTreeMap<IntegrationId, Shown>,
    count: i32,
}

#[derive(Debug)]
struct Shown {
    id: i32,
    /// When its key was saved, which tells it from the next one.
    saved_at: Timestamp,
}

impl Reminders {
    /// Those that are over: they leave the screen.
    pub(super) fn take_over(&mut self, integrations: &[IntegrationView]) -> Vec<i32> {
        let goes_on = |id: &IntegrationId, shown: &Shown| {
            integrations.iter().any(|one| one.id == *id && still_has(one, shown.saved_at))
        };
        self.shown.extract_if(.., |id, shown| !goes_on(id, shown)).map(|(_, over)| over.id).collect()
    }

    /// A new one, and the one before that it replaces.
    pub(super) fn begin(&mut self, integration: IntegrationId, saved_at: Timestamp) -> (i32, Option<i32>) {
        let id = FIRST_ID.wrapping_add(self.count);
        self.count = self.count.wrapping_add(1);
        let before = self.shown.insert(integration, Shown { id, saved_at });
        (id, before.map(|before| before.id))
    }
}

/// Whether an integration still has the key that was to be replaced, as far as its row says.
fn still_has(integration: &IntegrationView, saved_at: Timestamp) -> bool {
    match &integration.status {
        StatusView::ReplaceSoon { saved_at: now, .. } => *now == saved_at,
        // Nothing is said of its key then, and it passes.
        StatusView::Retrying { .. } | StatusView::Unverified { .. } => true,
        // Replaced, or about to be.
        _ => false,
    }
}

/// Title and text. `date` is the end as people read it: day, and day with time.
pub(super) fn words(
    language: Language,
    integration: &IntegrationView,
    reminder: &Reminder,
    date: Option<(String, String)>,
) -> (String, String) {
    let kind = if integration.method == Method::ServiceAccount { "file" } else { "key" };
    let title = |id| language.say_of(id, [("name", integration.name.as_str().into()), ("kind", kind.into())]);
    let text = |id, gap, when: String| language.say_of(id, [("kind", kind.into()), (gap, when.into())]);
    match (reminder.urgency, date) {
        (Urgency::LastDay, Some((_, moment))) => {
            (title("reminder-last-day-title"), text("reminder-last-day", "moment", moment))
        }
        (_, Some((day, _))) => (title("reminder-title"), text("reminder-ends", "day", day)),
        (_, None) => (title("reminder-title"), language.say_of("reminder-old", [("kind", kind.into())])),
    }
}

/// A moment as people here read it: the day, and the day with the time.
pub(super) fn shown_moment(language: Language, at: Timestamp) -> Option<(String, String)> {
    let moment = chrono::DateTime::from_timestamp_millis(at.0)?.with_timezone(&chrono::Local);
    let parts = [("day", moment.day().into()), ("month", moment.month().into()), ("year", moment.year().into())];
    let date = language.say_of("date-day", parts);
    let time = moment.format("%H:%M").to_string();
    let with_time = language.say_of("date-moment", [("date", date.as_str().into()), ("time", time.into())]);
    Some((date, with_time))
}

#[cfg(test)]
mod tests {
    use storm_domain::GenerationNumber;
    use storm_engine::view::ConnectorBadge;
    use uuid::Uuid;

    use super::*;

    const SAVED: Timestamp = Timestamp(10);

    fn row(status: StatusView) -> IntegrationView {
        IntegrationView {
            id: IntegrationId(Uuid::from_u128(1)),
            name: "Reports".to_owned(),
            labels: Vec::new(),
            connector: ConnectorBadge {
                id: "practice".to_owned(),
                name: "Practice".to_owned(),
                monogram: "Pr".to_owned(),
                colour: "#000000".to_owned(),
            },
            method: Method::ServiceAccount,
            account: None,
            status,
            last_verdict: None,
            last_refreshed_at: None,
            next_refresh_at: None,
            access_expires_at: None,
            refreshing: false,
            rotating: false,
            lending_allowed: true,
            created_at: SAVED,
        }
    }

    fn soon(saved_at: i64) -> IntegrationView {
        row(StatusView::ReplaceSoon { saved_at: Timestamp(saved_at), ends_at: None })
    }

    #[test]
    fn a_reminder_stays_while_the_key_does_and_goes_with_it() {
        let retrying = row(StatusView::Unverified { reason: "no network".to_owned() });
        let rotating = IntegrationView { rotating: true, ..row(StatusView::Connected) };
        for (present, over) in [
            (vec![soon(10)], false),
            (vec![retrying], false),
            (vec![rotating], true),
            (vec![soon(20)], true),
            (vec![row(StatusView::Connected)], true),
            (vec![row(StatusView::Paused { since: SAVED, hold: None })], true),
            (Vec::new(), true),
        ] {
            let mut reminders = Reminders::default();
            let (id, before) =
                reminders.begin(present.first().map_or(IntegrationId(Uuid::from_u128(1)), |one| one.id), SAVED);
            assert_eq!(before, None);
            assert_eq!(reminders.take_over(&present), if over { vec![id] } else { Vec::new() }, "{present:?}");
            assert_eq!(reminders.take_over(&[]), if over { Vec::new() } else { vec![id] }, "once");
        }
    }

    #[test]
    fn the_last_day_takes_the_place_of_what_was_said_before() {
        let mut reminders = Reminders::default();
        let (first, _) = reminders.begin(soon(10).id, SAVED);
        let (second, before) = reminders.begin(soon(10).id, SAVED);
        assert_eq!((before, first == second), (Some(first), false));
        assert_eq!(reminders.take_over(&[]), [second]);
    }

    #[test]
    fn what_is_said_names_the_integration_and_the_end_where_it_is_known() {
        let said = |urgency, end: Option<i64>| {
            let ends_at = end.map(Timestamp);
            let reminder = Reminder { generation: GenerationNumber(1), ends_at, urgency };
            words(Language::English, &soon(10), &reminder, ends_at.and_then(|at| shown_moment(Language::English, at)))
        };
        const NOON: i64 = 1_796_644_800_000; // 2026-12-07T12:00:00Z, the same day from UTC-12 to UTC+11
        let (title, text) = said(Urgency::Due, Some(NOON));
        assert_eq!(title, "Reports: replace its key file soon");
        assert!(text.starts_with("Its key file ends on 7 December 2026. "), "{text}");
        let (title, text) = said(Urgency::LastDay, Some(NOON));
        assert_eq!(title, "Reports: the last day of its key file");
        assert!(text.contains("7 December 2026, "), "{text}");
        assert!(said(Urgency::Due, None).1.contains("as old as you wanted"));
        let day = |language| shown_moment(language, Timestamp(NOON)).unwrap().0;
        assert_eq!(day(Language::German), "7. Dezember 2026");
        assert_eq!(day(Language::Chinese), "2026年12月7日");
    }
}
