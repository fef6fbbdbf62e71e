//! The one place that reads the machine's clock.
//!
//! Everything else asks the [`World`](crate::server::World) for the time, which adds the clock skew that a rehearsal has
//! asked for. Times are Unix milliseconds in an `i64`, so that a skew may point into the past.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Milliseconds since 1970, by this machine's clock.
#[expect(clippy::disallowed_methods, reason = "this is the clock: everything else receives its time from here")]
pub(crate) fn system_unix_ms() -> i64 {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// The value of an HTTP `Date` header (RFC 9110 §5.6.7) for a Unix time in milliseconds.
pub(crate) fn http_date(unix_ms: i64) -> String {
    /// The last second that an HTTP date can express: 31 December 9999.
    const LAST_SECOND: u64 = 253_402_300_799;
    let seconds = u64::try_from(unix_ms / 1000).unwrap_or(0).min(LAST_SECOND);
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::http_date;

    #[test]
    fn a_date_header_is_written_in_the_imf_form() {
        assert_eq!(http_date(784_111_777_000), "Sun, 06 Nov 1994 08:49:37 GMT");
    }

    #[test]
    fn a_date_outside_the_calendar_is_clamped() {
        assert_eq!(http_date(-1), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(http_date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
