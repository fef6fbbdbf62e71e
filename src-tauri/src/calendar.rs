//! The forecast as a calendar file (RFC 5545), which the user imports once, and again after things have changed.
//!
//! INVARIANT: the same thing has the same UID in every export, so that importing again moves an event and never doubles it.
//! Deliberately absent: secrets, accounts, and what needs the user already, which is no date.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Days, Local, TimeDelta, TimeZone, Utc};
use icalendar::{Alarm, Calendar, Component as _, Event, EventLike as _, Property};
use serde::{Deserialize, Serialize};
use storm_domain::{Action, Certainty, ErrorCode, Failure, ForecastKind, Method, Timestamp};
use storm_engine::view::ForecastView;

/// Hours before the day begins: nine in the morning a week before it, and on the day before it.
const ALARMS: [i64; 2] = [6 * 24 + 15, 15];

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ExportedView {
    /// Where.
    pub path: String,
    /// How many events are in it.
    pub events: u32,
}

/// The events of a forecast as text, and how many there are. None = nothing is to come.
pub(crate) fn calendar_of(forecast: &[ForecastView], now: Timestamp) -> Option<(String, u32)> {
    calendar_in(&Local, forecast, now)
}

fn calendar_in<Zone: TimeZone>(zone: &Zone, forecast: &[ForecastView], now: Timestamp) -> Option<(String, u32)> {
    let stamp = moment(now)?;
    let is_to_come = |entry: &&ForecastView| entry.kind != ForecastKind::NeedsYou && entry.at >= now;
    let events: Vec<Event> = forecast.iter().filter(is_to_come).filter_map(|entry| event(zone, entry, stamp)).collect();
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
fn event<Zone: TimeZone>(zone: &Zone, entry: &ForecastView, stamp: DateTime<Utc>) -> Option<Event> {
    let at = moment(entry.at)?;
    let day = at.with_timezone(zone).date_naive();
    let (title, uid) = (title_of(entry), format!("storm-connect-{}", entry.key));
    let mut event = Event::with_uid(&uid);
    event
        .timestamp(stamp)
        .last_modified(stamp)
        // Greater in each export, so that the later one counts (§3.8.7.4). Minutes, since it must fit 32 bits.
        .sequence(u32::try_from(stamp.timestamp() / 60).unwrap_or_default())
        .summary(&title)
        .description(&what_to_do(entry, at))
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

fn title_of(entry: &ForecastView) -> String {
    let (name, noun) = (&entry.name, noun_of(entry.method));
    match entry.kind {
        ForecastKind::NeedsYou => format!("{name} needs you"),
        ForecastKind::SignInEnds | ForecastKind::SignInUnused | ForecastKind::AccessEnds => {
            format!("{name}: the sign-in ends")
        }
        ForecastKind::KeyEnds => format!("{name}: the {noun} ends"),
        ForecastKind::ClientSecretEnds => match entry.others {
            0 => format!("{name}: the client secret ends"),
            1 => format!("{name} and another integration: the client secret ends"),
            others => format!("{name} and {others} other integrations: the client secret ends"),
        },
        ForecastKind::KeyGetsOld => format!("{name}: replace the {noun}"),
    }
}

fn noun_of(method: Method) -> &'static str {
    if method == Method::ServiceAccount { "key file" } else { "key" }
}

fn what_to_do(entry: &ForecastView, at: DateTime<Utc>) -> String {
    let (service, noun) = (&entry.connector.name, noun_of(entry.method));
    let todo = match entry.kind {
        ForecastKind::NeedsYou | ForecastKind::SignInEnds | ForecastKind::AccessEnds => {
            format!("Sign in to {service} again by then: in Storm Connect, choose Reconnect.")
        }
        ForecastKind::SignInUnused => {
            format!(
                "Nothing refreshes it, so {service} ends it for want of use. Resume it in Storm Connect, or let it end."
            )
        }
        ForecastKind::KeyEnds => {
            format!("Make the next {noun} at {service}, and rotate to it in Storm Connect before the old one ends.")
        }
        ForecastKind::ClientSecretEnds => {
            format!("Make the next client secret of the app at {service}, and rotate to it in Storm Connect.")
        }
        ForecastKind::KeyGetsOld => {
            format!("It is as old as you wanted it to get. Make the next {noun} at {service}, and rotate to it.")
        }
    };
    let by = match entry.certainty {
        Certainty::ByPolicy => return todo,
        Certainty::Known => "",
        Certainty::Presumed => " This is what the service is known to do; it did not say so of this one.",
    };
    format!("{todo} It ends at {} UTC.{by}", at.format("%Y-%m-%d %H:%M"))
}

/// Puts the text where the user chose, whole or not at all: beside it first, and then in its place.
///
/// # Errors
/// When the disk is full, or the place cannot be written.
pub(crate) fn save(path: &Path, text: &str) -> Result<PathBuf, Failure> {
    let path = if path.extension().is_some() { path.to_owned() } else { path.with_extension("ics") };
    let write = || {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut beside = tempfile::Builder::new().prefix(".storm-connect-").tempfile_in(folder)?;
        beside.write_all(text.as_bytes())?;
        beside.as_file().sync_all()?;
        beside.persist(&path).map_err(|failed| failed.error)
    };
    write().map(|_| path.clone()).map_err(|error| not_written(&path, &error))
}

pub(crate) fn not_written(path: &Path, error: &std::io::Error) -> Failure {
    use std::io::ErrorKind;
    let place = path.display();
    let (code, message) = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            (ErrorCode::DiskFull, format!("There is no room for {place}. Free some space, or choose another folder."))
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            (ErrorCode::FileNotWritten, format!("You may not write to {place}. Choose another folder."))
        }
        _ => (ErrorCode::FileNotWritten, format!("{place} could not be written ({error}). Choose another folder.")),
    };
    Failure::new(code, message, Some(Action::Retry))
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
            let (text, count) = calendar_in(&zone, &[entry(1, ForecastKind::KeyEnds, 10)], NOW).unwrap();
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
        let (first, _) = calendar_in(&Utc, &before, NOW).unwrap();
        let (second, _) = calendar_in(&Utc, &after, Timestamp(NOW.0 + DAY)).unwrap();
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
        let (text, _) = calendar_in(&Utc, &[entry(1, ForecastKind::KeyEnds, 2), long.clone()], NOW).unwrap();
        assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
        assert!(!text.replace("\r\n", "").contains('\n'), "lines end with CR and LF");
        let calendar = read(&text);
        let titles: Vec<&str> = calendar.events().filter_map(|event| event.get_summary()).collect();
        assert_eq!(titles, ["Billing; the \\ new, old\none: the key ends", &format!("{}: the key ends", long.name)]);
    }

    #[test]
    fn what_is_over_or_needs_the_user_already_is_no_date() {
        let past = [entry(1, ForecastKind::NeedsYou, -1), entry(2, ForecastKind::KeyEnds, -3)];
        assert_eq!(calendar_in(&Utc, &past, NOW), None);
        let mixed = [entry(1, ForecastKind::NeedsYou, 0), entry(2, ForecastKind::KeyGetsOld, 0)];
        assert_eq!(calendar_in(&Utc, &mixed, NOW).unwrap().1, 1);
    }

    #[test]
    fn a_file_is_replaced_whole_and_a_place_that_cannot_be_written_is_said() {
        let folder = tempfile::tempdir().unwrap();
        let chosen = folder.path().join("forecast");
        let path = save(&chosen, "first").unwrap();
        assert_eq!(path, folder.path().join("forecast.ics"));
        save(&path, "second").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "second");
        assert_eq!(folder.path().read_dir().unwrap().count(), 1, "nothing is left beside it");
        let failure = save(&folder.path().join("gone/forecast.ics"), "third").unwrap_err();
        assert_eq!(failure.code, ErrorCode::FileNotWritten);
        assert!(failure.message.contains("forecast.ics"), "{failure}");
    }
}
