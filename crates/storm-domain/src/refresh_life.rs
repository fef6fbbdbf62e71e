//! How long a refresh token lives, as far as its service says or its refreshes have shown.
//!
//! Services tell the end of a refresh token in a field of their own (`refresh_token_expires_in`, `refresh_expires_in`), or only in
//! their documentation. Whether a refresh puts that end off shows at the first refresh, and decides whether the end ever needs
//! its user.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// The life of the refresh token in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshTokenLife {
    /// When the service gave it.
    pub since: Timestamp,
    /// When it ends, as the service said; None = it did not say.
    pub ends_at: Option<Timestamp>,
    /// Whether the last refresh put the end off, by another token or another end. None = it was not refreshed yet.
    pub is_put_off: Option<bool>,
}

impl RefreshTokenLife {
    /// Round trips and whole seconds make the same end look a little earlier or later each time. No token is refreshed so often that
    /// its end moves by less.
    const TOLERANCE: Duration = Duration::from_secs(10);

    /// That of a refresh token that came with a sign-in at `at`; `lifetime` is what the answer said of it.
    #[must_use]
    pub fn begun(at: Timestamp, lifetime: Option<Duration>) -> Self {
        Self { since: at, ends_at: lifetime.map(|lifetime| at.after(lifetime)), is_put_off: None }
    }

    /// After a refresh that was answered at `at`. `is_new` = the answer brought another refresh token.
    #[must_use]
    pub fn refreshed(self, is_new: bool, lifetime: Option<Duration>, at: Timestamp) -> Self {
        let said = lifetime.map(|lifetime| at.after(lifetime));
        let is_put_off = match (self.ends_at, said) {
            // A new token may share the end of the old one, where a whole session ends at one time.
            (Some(before), Some(now)) => now > before.after(Self::TOLERANCE),
            _ => is_new,
        };
        Self {
            since: if is_new { at } else { self.since },
            ends_at: if is_new { said } else { said.or(self.ends_at) },
            is_put_off: Some(is_put_off),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(60 * 60);
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    const SIGNED_IN: Timestamp = Timestamp(1_700_000_000_000);

    #[test]
    fn a_token_that_stays_keeps_its_end() {
        let life = RefreshTokenLife::begun(SIGNED_IN, Some(WEEK)).refreshed(false, None, SIGNED_IN.after(HOUR));
        let expected =
            RefreshTokenLife { since: SIGNED_IN, ends_at: Some(SIGNED_IN.after(WEEK)), is_put_off: Some(false) };
        assert_eq!(life, expected);
        let told_again = life.refreshed(false, Some(WEEK - HOUR * 2), SIGNED_IN.after(HOUR * 2));
        assert_eq!(told_again, expected, "what is left of it is told");
    }

    #[test]
    fn a_new_token_puts_the_end_off_unless_it_shares_that_of_the_old_one() {
        let at = SIGNED_IN.after(HOUR);
        let begun = RefreshTokenLife::begun(SIGNED_IN, Some(WEEK));
        let rotated = begun.refreshed(true, Some(WEEK), at);
        assert_eq!((rotated.ends_at, rotated.is_put_off), (Some(at.after(WEEK)), Some(true)));
        let of_session = begun.refreshed(true, Some(WEEK - HOUR), at);
        assert_eq!((of_session.since, of_session.is_put_off), (at, Some(false)));
        let silent = RefreshTokenLife::begun(SIGNED_IN, None).refreshed(true, None, at);
        assert_eq!(silent, RefreshTokenLife { since: at, ends_at: None, is_put_off: Some(true) });
    }

    #[test]
    fn a_service_may_put_the_end_of_the_same_token_off() {
        let life =
            RefreshTokenLife::begun(SIGNED_IN, Some(HOUR)).refreshed(false, Some(HOUR), SIGNED_IN.after(HOUR / 2));
        assert_eq!(life.is_put_off, Some(true));
    }
}
