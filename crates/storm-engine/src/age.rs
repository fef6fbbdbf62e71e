//! How old a token is, on a computer whose wall clock may be wrong, be set, or have slept.
//!
//! Ends of tokens are kept by the wall clock, since they must survive a restart. A clock that is set forward, or a sleep, makes
//! a token look older than it is, which costs a refresh. One that is set back makes it look younger.
//!
//! INVARIANT: a token that came before the clock was set back is not handed out by its end; it is refreshed first. What is
//! deliberately absent: guessing how old it is by how far the clock went.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use storm_domain::{Backoff, IntegrationId, OAuthGrant, Timestamp};

use crate::engine::{Engine, lock};

/// Clocks that drift apart faster than this between two looks have jumped.
pub(crate) const CLOCK_JUMP: Duration = Duration::from_secs(90);

#[derive(Default)]
pub(crate) struct Ages(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    last_look: Option<(Timestamp, Duration)>,
    jumps: u64,
    /// How often the clock was set back so far.
    set_back: u64,
    /// The same at the time when a token came; zero for what an earlier run left.
    obtained: HashMap<IntegrationId, u64>,
}

impl Seen {
    /// Compares how far the two clocks went since the last look. True = the wall clock was set back.
    fn look(&mut self, wall: Timestamp, monotonic: Duration) -> bool {
        let (last_wall, last_monotonic) = self.last_look.replace((wall, monotonic)).unwrap_or((wall, monotonic));
        let expected = last_wall.after(monotonic.saturating_sub(last_monotonic));
        let was_set_back = expected.since(wall) > CLOCK_JUMP;
        if was_set_back {
            self.set_back += 1;
        }
        if was_set_back || wall.since(expected) > CLOCK_JUMP {
            self.jumps += 1;
        }
        was_set_back
    }
}

impl Engine {
    /// Looks at the clocks. Gives how often they have jumped so far, so that a caller knows whether they did since its last
    /// look.
    pub(crate) fn look_at_clocks(&self) -> u64 {
        let (wall, monotonic) = (self.now(), self.parts.clock.monotonic());
        let mut seen = lock(&self.ages.0);
        if seen.look(wall, monotonic) {
            tracing::info!("the clock was set back; tokens that came before are refreshed");
            self.exchanged.forget_all();
            self.schedule.look_again();
        }
        seen.jumps
    }

    /// A new token came, so its age is known.
    pub(crate) fn note_obtained(&self, id: IntegrationId) {
        let mut seen = lock(&self.ages.0);
        let set_back = seen.set_back;
        seen.obtained.insert(id, set_back);
    }

    /// Whether the end of a token that came at `obtained_at` says when it ends. A token from the future came while the clock
    /// was ahead.
    pub(crate) fn knows_age(&self, id: IntegrationId, obtained_at: Timestamp) -> bool {
        let seen = lock(&self.ages.0);
        let came_since = seen.obtained.get(&id).copied().unwrap_or(0) == seen.set_back;
        came_since && obtained_at <= self.now().after(CLOCK_JUMP)
    }

    /// The same for a grant. One that cannot be refreshed is used until the service refuses it.
    pub(crate) fn knows_age_of(&self, id: IntegrationId, grant: &OAuthGrant) -> bool {
        grant.expires_at.is_none() || grant.refresh_token.is_none() || self.knows_age(id, grant.obtained_at)
    }

    /// Whether a pause lasts on. No pause is longer than [`Backoff::LONGEST`]; one that seems so began while the clock was ahead.
    pub(crate) fn is_pausing(&self, until: Timestamp) -> bool {
        let now = self.now();
        now < until && until.since(now) <= Backoff::LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOON: Timestamp = Timestamp(43_200_000);

    #[test]
    fn a_sleep_is_a_jump_and_a_clock_that_is_set_back_is_told_apart_from_it() {
        let mut seen = Seen::default();
        assert!(!seen.look(NOON, Duration::ZERO));
        assert!(!seen.look(NOON.after(Duration::from_secs(30)), Duration::from_secs(30)));
        assert!(!seen.look(NOON.before(Duration::from_secs(30)), Duration::from_secs(60)), "a small correction");
        assert_eq!((seen.jumps, seen.set_back), (0, 0));
        assert!(!seen.look(NOON.after(Duration::from_secs(3600)), Duration::from_secs(90)));
        assert_eq!((seen.jumps, seen.set_back), (1, 0));
        assert!(seen.look(NOON, Duration::from_secs(120)));
        assert_eq!((seen.jumps, seen.set_back), (2, 1));
    }
}
