//! Reading the two response headers that carry time: `Retry-After` and `Date` (RFC 9110 §10.2.3, §6.6.1).

use std::time::Duration;

use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};
use storm_domain::{Backoff, RawTokenAnswer, Timestamp};

use crate::clock::timestamp;

/// The service's clock by its `Date` header.
pub(crate) fn server_time(headers: &HeaderMap) -> Option<Timestamp> {
    text(headers, DATE).and_then(http_date)
}

/// Clocks closer than this do not explain a refusal.
const TOLERATED_SKEW: Duration = Duration::from_secs(30);

/// The service's time when it answered, if that is far from ours.
pub(crate) fn other_time(answer: &RawTokenAnswer) -> Option<Timestamp> {
    answer.server_time.filter(|by_server| {
        by_server.since(answer.received_at).max(answer.received_at.since(*by_server)) > TOLERATED_SKEW
    })
}

/// The pause the service wishes for, at most an hour. A date is taken against the service's own clock when it sent one, so
/// that a wrong clock here does not matter. What is neither digits nor a date is no wish.
pub(crate) fn retry_after(headers: &HeaderMap, now: Timestamp) -> Option<Duration> {
    let value = text(headers, RETRY_AFTER)?.trim();
    let pause = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        Duration::from_secs(value.parse().unwrap_or(u64::MAX))
    } else {
        http_date(value)?.since(server_time(headers).unwrap_or(now))
    };
    Some(pause.min(Backoff::LONGEST))
}

fn http_date(value: &str) -> Option<Timestamp> {
    httpdate::parse_http_date(value.trim()).ok().map(timestamp)
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(784_111_777_000); // Sun, 06 Nov 1994 08:49:37 GMT

    fn pause(value: &str) -> Option<u64> {
        let headers = HeaderMap::from_iter([(RETRY_AFTER, value.parse().unwrap())]);
        retry_after(&headers, NOW).map(|pause| pause.as_secs())
    }

    #[test]
    fn o45_retry_after_is_believed_up_to_an_hour_and_garbage_is_not() {
        for (value, expected) in [
            ("120", Some(120)),
            (" 7 ", Some(7)),
            ("0", Some(0)),
            ("3601", Some(3600)),
            ("1000000000000", Some(3600)),
            ("99999999999999999999999", Some(3600)),
            ("-5", None),
            ("1e12", None),
            ("1.5", None),
            ("soon", None),
            ("", None),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("Sat, 06 Nov 2094 08:00:00 GMT", Some(3600)),
            ("Sunday, 06-Nov-94 08:50:37 GMT", Some(60)),
        ] {
            assert_eq!(pause(value), expected, "{value:?}");
        }
    }

    #[test]
    fn a_date_is_taken_against_the_services_own_clock() {
        let headers = HeaderMap::from_iter([
            (RETRY_AFTER, "Sun, 06 Nov 1994 09:00:30 GMT".parse().unwrap()),
            (DATE, "Sun, 06 Nov 1994 09:00:00 GMT".parse().unwrap()),
        ]);
        assert_eq!(retry_after(&headers, NOW), Some(Duration::from_secs(30)));
        assert_eq!(server_time(&headers), Some(NOW.after(Duration::from_secs(623))));
    }
}
