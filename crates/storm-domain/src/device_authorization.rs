//! Authorizing on another device (RFC 8628): what the service hands out, what it answers while the user has not decided, and
//! how often it is asked.
//!
//! INVARIANT: the pace only ever slows down, and never goes below what the service asked for.

use std::time::Duration;

use storm_secret::DeviceCode;
use url::Url;

use crate::TokenAnswerReading;

/// What a device authorization endpoint answered (RFC 8628 §3.2), checked.
#[derive(Debug)]
pub struct DeviceAuthorization {
    /// What the token endpoint is polled with.
    pub device_code: DeviceCode,
    /// What the user types: at most 64 visible characters.
    pub user_code: String,
    /// Where the user types it.
    pub verification_uri: VerificationUri,
    /// The same with the code in it, for a QR code.
    pub verification_uri_complete: Option<VerificationUri>,
    /// How long the codes live; at most an hour is believed.
    pub lifetime: Duration,
    /// The least time between two polls.
    pub interval: Duration,
}

/// An address that the user opens: https, or http on the loopback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerificationUri {
    /// As the service wrote it, which is what its user recognises.
    pub text: String,
    /// The same, parsed.
    pub url: Url,
}

/// What the token endpoint says to a device code (RFC 8628 §3.5).
#[derive(Debug)]
pub enum DevicePoll {
    /// `authorization_pending`: the user has not decided yet.
    Pending,
    /// `slow_down`: as pending, and to be asked less often from now on.
    SlowDown,
    /// `access_denied`.
    Denied,
    /// `expired_token`.
    Expired,
    /// Tokens, or another failure.
    Decided(Box<TokenAnswerReading>),
}

/// How often the token endpoint is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PollPace {
    interval: Duration,
}

impl PollPace {
    /// When the service names none (RFC 8628 §3.2).
    pub const DEFAULT_INTERVAL: Duration = Duration::from_secs(5);
    /// What `slow_down` adds (RFC 8628 §3.5).
    pub const SLOW_DOWN: Duration = Duration::from_secs(5);
    /// Troubles of ours make the pause no longer than this.
    pub const LONGEST_AFTER_TROUBLE: Duration = Duration::from_secs(60);

    /// The pace that a service asks for.
    #[must_use]
    pub fn new(interval: Duration) -> Self {
        Self { interval }
    }

    /// The pause before the next poll.
    #[must_use]
    pub fn pause(self) -> Duration {
        self.interval
    }

    /// After `slow_down`: five seconds more, for good.
    #[must_use]
    pub fn slowed_down(self) -> Self {
        Self { interval: self.interval.saturating_add(Self::SLOW_DOWN) }
    }

    /// After a poll without an answer: twice the pause, for good (RFC 8628 §3.5), or what the service wishes.
    #[must_use]
    pub fn after_trouble(self, retry_after: Option<Duration>) -> Self {
        let doubled = self.interval.saturating_mul(2).min(Self::LONGEST_AFTER_TROUBLE);
        Self { interval: self.interval.max(doubled).max(retry_after.unwrap_or_default()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn o53_the_pace_slows_by_five_seconds_and_doubles_after_trouble() {
        let pace = PollPace::new(s(5));
        assert_eq!(pace.pause(), s(5));
        assert_eq!(pace.slowed_down().pause(), s(10));
        assert_eq!(pace.slowed_down().slowed_down().pause(), s(15));
        assert_eq!(pace.after_trouble(None).pause(), s(10));
        assert_eq!(pace.after_trouble(None).after_trouble(None).slowed_down().pause(), s(25));
    }

    #[test]
    fn o53_no_pace_gets_faster_or_overflows() {
        let mut doubled = PollPace::new(s(5));
        for _ in 0..20 {
            doubled = doubled.after_trouble(None);
        }
        assert_eq!(doubled.pause(), PollPace::LONGEST_AFTER_TROUBLE);
        let slow = PollPace::new(s(90));
        assert_eq!(slow.after_trouble(None), slow, "a service that wants to be asked seldom is");
        assert_eq!(PollPace::new(s(5)).after_trouble(Some(s(120))).pause(), s(120));
        assert_eq!(PollPace::new(Duration::MAX).slowed_down().pause(), Duration::MAX);
    }
}
