//! When a token is refreshed, and when it is tried again.
//!
//! A refresh comes `min(15 min, max(60 s, 20 % of the lifetime))` before expiry, or as long before it as the user wishes, up to a tenth
//! of that margin earlier by jitter; a connector may override both. Randomness comes in as a fraction, so that the functions stay pure.

use std::ops::RangeInclusive;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

const JITTER_SHARE: f64 = 0.1;

/// How long before expiry the user wants tokens refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
#[serde(tag = "margin", rename_all = "snake_case")]
pub enum RefreshMargin {
    /// A fifth of the lifetime, one to fifteen minutes.
    #[default]
    Standard,
    /// Two fifths of the lifetime, two minutes to an hour: for a network that is away for long.
    Early,
    /// So many minutes, of [`RefreshMargin::OWN_MINUTES`].
    Own {
        /// Minutes before the end.
        minutes: u16,
    },
}

impl RefreshMargin {
    /// What an own margin may be.
    pub const OWN_MINUTES: RangeInclusive<u16> = 1..=120;

    /// Whether it is one that can be kept to.
    #[must_use]
    pub fn is_usable(self) -> bool {
        match self {
            Self::Standard | Self::Early => true,
            Self::Own { minutes } => Self::OWN_MINUTES.contains(&minutes),
        }
    }

    fn lead(self, lifetime: Duration) -> Duration {
        const MINUTE: Duration = Duration::from_secs(60);
        match self {
            Self::Standard => (lifetime / 5).clamp(MINUTE, 15 * MINUTE),
            Self::Early => (lifetime / 5 * 2).clamp(2 * MINUTE, 60 * MINUTE),
            Self::Own { minutes } => u32::from(minutes) * MINUTE,
        }
    }
}

/// How long before expiry a connector wants its tokens refreshed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct RefreshPolicy {
    /// Overrides the user's margin; some services refuse an early refresh.
    pub lead: Option<Duration>,
}

impl RefreshPolicy {
    /// When to refresh a token obtained at `obtained_at` that ends at `expires_at`. `jitter` is a fraction in 0..1.
    ///
    /// The lead is never more than half the lifetime, so that a short-lived token is not refreshed in a loop.
    #[must_use]
    pub fn due_at(
        &self,
        margin: RefreshMargin,
        obtained_at: Timestamp,
        expires_at: Timestamp,
        jitter: f64,
    ) -> Timestamp {
        let lifetime = expires_at.since(obtained_at);
        let lead = self.lead.unwrap_or_else(|| margin.lead(lifetime));
        let jittered = lead.mul_f64(1.0 + JITTER_SHARE * jitter.clamp(0.0, 1.0));
        expires_at.before(jittered.min(lifetime / 2))
    }
}

/// Exponential back-off between tries: 30 s doubling to 1 h, plus up to a tenth by jitter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backoff;

impl Backoff {
    /// The first pause.
    pub const FIRST: Duration = Duration::from_secs(30);
    /// The longest pause, and the most a `Retry-After` is believed.
    pub const LONGEST: Duration = Duration::from_secs(60 * 60);

    /// The pause after `failures` failures in a row (1 = the first). A service's `Retry-After` wins when it is longer.
    #[must_use]
    pub fn pause(failures: u32, retry_after: Option<Duration>, jitter: f64) -> Duration {
        let doubled = Self::FIRST.saturating_mul(2u32.saturating_pow(failures.saturating_sub(1).min(16)));
        let base = doubled.max(retry_after.unwrap_or_default()).min(Self::LONGEST);
        base.mul_f64(1.0 + JITTER_SHARE * jitter.clamp(0.0, 1.0)).min(Self::LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn due_before_expiry(lifetime: Duration, margin: RefreshMargin, policy: RefreshPolicy) -> Duration {
        let start = Timestamp(1_000_000);
        let end = start.after(lifetime);
        end.since(policy.due_at(margin, start, end, 0.0))
    }

    #[test]
    fn o49_the_lead_follows_the_lifetime_and_the_wish_and_never_half_of_it() {
        const OWN: RefreshMargin = RefreshMargin::Own { minutes: 30 };
        let policy = RefreshPolicy::default();
        for (lifetime, standard, early, own) in [
            (Duration::from_secs(10), Duration::from_secs(5), Duration::from_secs(5), Duration::from_secs(5)),
            (2 * MINUTE, MINUTE, MINUTE, MINUTE),
            (10 * MINUTE, 2 * MINUTE, 4 * MINUTE, 5 * MINUTE),
            (60 * MINUTE, 12 * MINUTE, 24 * MINUTE, 30 * MINUTE),
            (8 * 60 * MINUTE, 15 * MINUTE, 60 * MINUTE, 30 * MINUTE),
        ] {
            let leads = [RefreshMargin::Standard, RefreshMargin::Early, OWN];
            let leads = leads.map(|margin| due_before_expiry(lifetime, margin, policy));
            assert_eq!(leads, [standard, early, own], "lifetime {lifetime:?}");
        }
    }

    #[test]
    fn a_connector_overrides_the_lead_whatever_the_user_wishes() {
        let policy = RefreshPolicy { lead: Some(Duration::from_secs(30)) };
        for margin in [RefreshMargin::Standard, RefreshMargin::Early, RefreshMargin::Own { minutes: 20 }] {
            assert_eq!(due_before_expiry(60 * MINUTE, margin, policy), Duration::from_secs(30));
        }
    }

    #[test]
    fn an_own_margin_is_bounded() {
        let usable = |minutes| RefreshMargin::Own { minutes }.is_usable();
        assert_eq!([0, 1, 120, 121, u16::MAX].map(usable), [false, true, true, false, false]);
        assert!(RefreshMargin::Standard.is_usable() && RefreshMargin::Early.is_usable());
    }

    #[test]
    fn back_off_doubles_to_an_hour_and_honours_a_longer_wish() {
        assert_eq!(Backoff::pause(1, None, 0.0), Duration::from_secs(30));
        assert_eq!(Backoff::pause(2, None, 0.0), Duration::from_secs(60));
        assert_eq!(Backoff::pause(99, None, 1.0), Backoff::LONGEST);
        assert_eq!(Backoff::pause(1, Some(Duration::from_secs(120)), 0.0), Duration::from_secs(120));
        assert_eq!(Backoff::pause(1, Some(Duration::from_secs(1_000_000)), 0.0), Backoff::LONGEST);
    }

    proptest! {
        #[test]
        fn o49_due_is_spread_between_half_of_the_life_and_its_end(
            lifetime in 0u64..10_000_000_000,
            minutes in RefreshMargin::OWN_MINUTES,
            jitter in 0.0f64..1.0,
        ) {
            let start = Timestamp(0);
            let end = start.after(Duration::from_secs(lifetime));
            for margin in [RefreshMargin::Standard, RefreshMargin::Early, RefreshMargin::Own { minutes }] {
                let due = RefreshPolicy::default().due_at(margin, start, end, jitter);
                prop_assert!(due <= end);
                prop_assert!(due >= start.after(Duration::from_secs(lifetime) / 2));
            }
        }
    }
}
