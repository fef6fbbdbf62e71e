//! Moments as services write them.

use serde_json::Value;
use storm_domain::Timestamp;
use time::format_description::well_known::Rfc3339;
use time::macros::format_description;
use time::{Date, OffsetDateTime, PrimitiveDateTime, Time};

/// RFC 3339, as nearly all of them do.
pub(crate) fn rfc3339(text: &str) -> Option<Timestamp> {
    timestamp(OffsetDateTime::parse(text, &Rfc3339).ok()?)
}

/// The end of a key: Unix seconds, RFC 3339, a day (its beginning, as GitLab has it), or GitHub's `2027-03-31 14:05:00 UTC` and
/// `2027-03-31 14:05:00 +0200`.
pub(crate) fn end_of_key(value: &Value) -> Option<Timestamp> {
    match value {
        Value::Number(seconds) => timestamp(OffsetDateTime::from_unix_timestamp(seconds.as_i64()?).ok()?),
        Value::String(text) => end_in_text(text.trim()),
        _ => None,
    }
}

fn end_in_text(text: &str) -> Option<Timestamp> {
    let day = || Date::parse(text, format_description!("[year]-[month]-[day]")).ok();
    let in_utc = || {
        let written = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
        PrimitiveDateTime::parse(text.strip_suffix(" UTC")?, written).ok()
    };
    let with_offset = || {
        let written = format_description!(
            "[year]-[month]-[day] [hour]:[minute]:[second] [offset_hour sign:mandatory][offset_minute]"
        );
        OffsetDateTime::parse(text, written).ok()
    };
    rfc3339(text)
        .or_else(|| timestamp(day()?.with_time(Time::MIDNIGHT).assume_utc()))
        .or_else(|| timestamp(in_utc()?.assume_utc()))
        .or_else(|| timestamp(with_offset()?))
}

fn timestamp(moment: OffsetDateTime) -> Option<Timestamp> {
    i64::try_from(moment.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_key_is_read_in_every_way_that_services_write_it_and_nothing_else_is() {
        for (value, expected) in [
            (Value::from("2027-03-31"), Some(1_806_451_200_000)),
            (Value::from("2027-03-31T14:05:00Z"), Some(1_806_501_900_000)),
            (Value::from("2027-03-31T14:05:00.5+02:00"), Some(1_806_494_700_500)),
            (Value::from("2027-03-31 14:05:00 UTC"), Some(1_806_501_900_000)),
            (Value::from(" 2027-03-31 14:05:00 +0200 "), Some(1_806_494_700_000)),
            (Value::from(1_806_501_900), Some(1_806_501_900_000)),
            (Value::from(""), None),
            (Value::from("never"), None),
            (Value::from("2027-02-30"), None),
            (Value::from("31/03/2027"), None),
            (Value::from(i64::MAX), None),
            (Value::from(1.5), None),
            (Value::Null, None),
        ] {
            assert_eq!(end_of_key(&value), expected.map(Timestamp), "{value}");
        }
    }
}
