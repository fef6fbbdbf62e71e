//! The forecast as a calendar file (RFC 5545), which the user imports once, and again after things have changed.
//!
//! INVARIANT: the same thing has the same UID in every export, so that importing again moves an event and never doubles it.
//! Deliberately absent: secrets, accounts, and what needs the user already, which is no date.

use chrono::{DateTime, Days, Local, TimeDelta, TimeZone, Utc};
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, Property};
use storm_domain::{Certainty, ForecastKind, Method, Timestamp};
use storm_engine::view::ForecastView;

use crate::language::{Gap, Language};

/// Hours before the day begins: nine in the morning a week before it, and on the day before it.
const ALARMS: [i64; 2] = [6 * 24 + 15, 15];

/// The events of a forecast as text, and how many there are. None = nothing is to come.
pub(crate) fn calendar_of(language: Language, forecast: &[ForecastView], now: Timestamp) -> Option<(String, u32)> {
    calendar_in(language, &Local, forecast, now)
}

fn calendar_in<Zone: TimeZone>(
    language: Language,
    zone: &Zone,
    forecast: &[ForecastView],
    now: Timestamp,
) -> Option<(String, u32)> {
    let stamp = moment(now)?;
    let is_to_come = |entry: &&ForecastView| entry.kind != ForecastKind::NeedsYou && entry.at >= now;
    let of = |entry| event(language, zone, entry, stamp);
    let events: Vec<Event> = forecast.iter().filter(is_to_come).filter_map(of).collect();
    let count = u32::try_from(events.len()).ok().filter(|count| *count > 0)?;
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", "-//Storm Connect//Forecast//EN"),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
        ("X-WR-CALNAME", "Storm Connect"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    calendar.extend(events);
    Some((calendar.to_string(), count))
}

/// A whole day: what ends in its course is best done before.
fn event<Zone: TimeZone>(language: Language, zone: &Zone, entry: &ForecastView, stamp: DateTime<Utc>) -> Option<Event> {
    let at = moment(entry.at)?;
    let day = at.with_timezone(zone).date_naive();
    let (title, uid) = (title_of(language, entry), format!("storm-connect-{}", entry.key));
    let mut event = Event::with_uid(&uid);
    event
        .timestamp(stamp)
        .last_modified(stamp)
        // Greater in each export, so that the later one counts (§3.8.7.4). Minutes, since it must fit 32 bits.
        .sequence(u32::try_from(stamp.timestamp() / 60).unwrap_or_default())
        .summary(&title)
        .description(&what_to_do(language, entry, at))
        .starts(day)
        .ends(day.checked_add_days(Days::new(1))?)
        .add_property("TRANSP", "TRANSPARENT");
    for hours in ALARMS {
        let mut alarm = Alarm::display(&title, -TimeDelta::hours(hours));
        // Otherwise each export would make one up.
        alarm.uid(&format!("{uid}-{hours}")).timestamp(stamp);
        event.alarm(alarm);
    }
    Some(event.done())
}

fn moment(at: Timestamp) -> Option<DateTime<Utc>> {
    DateTime::from_timestamp_millis(at.0)
}

fn title_of(language: Language, entry: &ForecastView) -> String {
    let name = ("name", entry.name.as_str().into());
    match entry.kind {
        ForecastKind::NeedsYou => language.say_of("calendar-needs-you", [name]),
        ForecastKind::SignInEnds | ForecastKind::SignInUnused | ForecastKind::AccessEnds => {
            language.say_of("calendar-sign-in", [name])
        }
        ForecastKind::KeyEnds => language.say_of("calendar-key", [name, kind_of(entry.method)]),
        ForecastKind::ClientSecretEnds => language.say_of("calendar-secret", [name, ("n", entry.others.into())]),
        ForecastKind::KeyGetsOld => language.say_of("calendar-replace", [name, kind_of(entry.method)]),
    }
}

fn kind_of(method: Method) -> (&'static str, Gap<'static>) {
    ("kind", if method == Method::ServiceAccount { "file" } else { "key" }.into())
}

fn what_to_do(language: Language, entry: &ForecastView, at: DateTime<Utc>) -> String {
    let service = ("service", entry.connector.name.as_str().into());
    let todo = match entry.kind {
        ForecastKind::NeedsYou | ForecastKind::SignInEnds | ForecastKind::AccessEnds => {
            language.say_of("calendar-todo-sign-in", [service])
        }
        ForecastKind::SignInUnused => language.say_of("calendar-todo-unused", [service]),
        ForecastKind::KeyEnds => language.say_of("calendar-todo-key", [service, kind_of(entry.method)]),
        ForecastKind::ClientSecretEnds => language.say_of("calendar-todo-secret", [service]),
        ForecastKind::KeyGetsOld => language.say_of("calendar-todo-old", [service, kind_of(entry.method)]),
    };
    let id = match entry.certainty {
        Certainty::ByPolicy => return todo,
        Certainty::Known => "calendar-known",
        Certainty::Presumed => "calendar-presumed",
    };
    let moment = at.format("%Y-%m-%d %H:%M").to_string();
    language.say_of(id, [("todo", todo.into()), ("moment", moment.into())])
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;
    use icalendar::DatePerhapsTime;
    use storm_domain::IntegrationId;
    use storm_engine::view::ConnectorBadge;
    use uuid::Uuid;

    use super::*;

    const NOW: Timestamp = Timestamp(1_796_000_400_000); // 2026-11-30T01:00:00Z
    const DAY: i64 = 24 * 60 * 60 * 1000;

    fn entry(number: u128, kind: ForecastKind, days: i64) -> ForecastView {
        ForecastView {
            key: format!("{}-{kind:?}", Uuid::from_u128(number)),
            id: IntegrationId(Uuid::from_u128(number)),
            name: "Billing; the \\ new, old\none".to_owned(),
            connector: ConnectorBadge {
                id: "stripe".to_owned(),
                name: "Stripe".to_owned(),
                monogram: "ST".to_owned(),
                colour: "#000000".to_owned(),
            },
            method: Method::ApiKey,
            others: 0,
            at: Timestamp(NOW.0 + days * DAY),
            kind,
            certainty: Certainty::Known,
        }
    }

    fn read(text: &str) -> Calendar {
        text.parse().unwrap()
    }

    fn day_of(event: &Event) -> String {
        match event.get_start() {
            Some(DatePerhapsTime::Date(day)) => day.to_string(),
            other => panic!("not a whole day: {other:?}"),
        }
    }

    #[test]
    fn every_event_is_a_whole_day_where_the_user_is_with_two_alarms_and_a_stamp() {
        let tokyo = FixedOffset::east_opt(9 * 60 * 60).unwrap();
        let newfoundland = FixedOffset::west_opt(3 * 60 * 60 + 30 * 60).unwrap();
        for (zone, day) in [(tokyo, "2026-12-10"), (newfoundland, "2026-12-09")] {
            let (text, count) =
                calendar_in(Language::English, &zone, &[entry(1, ForecastKind::KeyEnds, 10)], NOW).unwrap();
            let calendar = read(&text);
            let event = calendar.events().next().unwrap();
            assert_eq!((count, day_of(event).as_str()), (1, day));
            assert_eq!(event.get_timestamp(), moment(NOW));
            assert_eq!(text.matches("BEGIN:VALARM").count(), 2);
        }
    }

    #[test]
    fn a_second_export_has_the_same_ids_and_counts_more() {
        let ids = |text: &str| -> Vec<String> {
            text.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect()
        };
        let before = [entry(1, ForecastKind::KeyEnds, 10), entry(2, ForecastKind::SignInEnds, 20)];
        let after = [entry(2, ForecastKind::SignInEnds, 25), entry(1, ForecastKind::KeyEnds, 40)];
        let (first, _) = calendar_in(Language::English, &Utc, &before, NOW).unwrap();
        let (second, _) = calendar_in(Language::English, &Utc, &after, Timestamp(NOW.0 + DAY)).unwrap();
        let (mut old, mut new) = (ids(&first), ids(&second));
        old.sort();
        new.sort();
        assert_eq!((old.len(), &old), (6, &new));
        let sequence = |text: &str| read(text).events().next().unwrap().get_sequence().unwrap();
        assert!(sequence(&second) > sequence(&first));
    }

    #[test]
    fn text_is_escaped_and_folded_and_comes_back_as_it_was() {
        let long = ForecastView { name: "ä".repeat(200), ..entry(2, ForecastKind::KeyEnds, 3) };
        let (text, _) =
            calendar_in(Language::English, &Utc, &[entry(1, ForecastKind::KeyEnds, 2), long.clone()], NOW).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.replace("\r\n", "").contains('\n'), "lines end with CR and LF");
        let calendar = read(&text);
        let titles: Vec<&str> = calendar.events().filter_map(|event| event.get_summary()).collect();
        assert_eq!(titles, ["Billing; the \\ new, old\none: the key ends", &format!("{}: the key ends", long.name)]);
    }

    #[test]
    fn what_is_over_or_needs_the_user_already_is_no_date() {
        let past = [entry(1, ForecastKind::NeedsYou, -1), entry(2, ForecastKind::KeyEnds, -3)];
        assert_eq!(calendar_in(Language::English, &Utc, &past, NOW), None);
        let mixed = [entry(1, ForecastKind::NeedsYou, 0), entry(2, ForecastKind::KeyGetsOld, 0)];
        assert_eq!(calendar_in(Language::English, &Utc, &mixed, NOW).unwrap().1, 1);
    }
}
