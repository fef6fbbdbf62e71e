//! The services' side: which refresh token is good, which was good, and what happens to a grant whose old one comes again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use storm_domain::Timestamp;

use crate::dice::Dice;
use crate::ledger::{Ledger, count};

/// What a service does with refresh tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rotation {
    /// The same one for ever.
    None,
    /// A new one each time; an old one ends the grant.
    Strict,
    /// An old one repeats the last answer for a minute, then it ends the grant.
    Grace,
    /// An old one repeats the last answer until the new one was used.
    UntilUsed,
}

const HOUR: Duration = Duration::from_secs(3600);
const GRACE: Duration = Duration::from_secs(60);
const FOR_EVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
/// Access tokens that a grant remembers.
const REMEMBERED: usize = 32;
/// More requests for one grant within a minute are a storm.
const STORM: usize = 12;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The user or an administrator took the app's access away.
    Revoked,
    /// An old refresh token came again, because the answer with the newer one was lost on its way.
    Reused,
}

/// One authorization of one integration.
pub struct Grant {
    /// Which integration's, and the how many-th of it.
    pub name: (usize, u32),
    pub ended: Option<End>,
    /// The newest refresh token that came to the program, as far as it can know.
    pub delivered: u64,
    /// When that was, by the time that the computer was awake.
    pub delivered_at: Duration,
    /// Since when it is for the program to use it lest it die of disuse.
    pub idle_since: Timestamp,
    rotation: Rotation,
    /// None = the service does not say, and the token lives on.
    lifetime: Option<Duration>,
    /// The refresh token that is good.
    current: u64,
    replaced_at: Timestamp,
    access: VecDeque<Access>,
    under_way: u32,
    recent: VecDeque<Timestamp>,
}

/// One access token.
#[derive(Debug, Clone, Copy)]
pub struct Access {
    pub number: u64,
    pub issued_at: Timestamp,
    pub ends_at: Timestamp,
    /// By how much the computer's clock was wrong when it came there.
    pub clock_wrong_by: i64,
}

/// A token answer's content.
pub struct Issued {
    pub refresh_token: Option<String>,
    pub access_token: String,
    pub lifetime: Option<Duration>,
}

impl Grant {
    pub fn new(name: (usize, u32), dice: &Dice) -> Self {
        let rotation = match dice.below(10) {
            0..=2 => Rotation::None,
            3..=5 => Rotation::Strict,
            6..=7 => Rotation::Grace,
            _ => Rotation::UntilUsed,
        };
        let lifetime = match dice.below(100) {
            0..=1 => Some(HOUR / 6),
            2..=61 => Some(HOUR),
            62..=81 => Some(HOUR * 8),
            82..=91 => Some(HOUR * 24),
            _ => None,
        };
        Self {
            name,
            ended: None,
            delivered: 1,
            delivered_at: Duration::ZERO,
            idle_since: Timestamp(0),
            rotation,
            lifetime,
            current: 1,
            replaced_at: Timestamp(0),
            access: VecDeque::new(),
            under_way: 0,
            recent: VecDeque::new(),
        }
    }

    pub fn refresh_token(&self, number: u64) -> String {
        let (integration, turn) = self.name;
        format!("rt-{integration}-{turn}-{number}")
    }

    /// The access token of this number, if it is one of the last.
    pub fn access(&self, number: u64) -> Option<Access> {
        self.access.iter().rev().find(|access| access.number == number).copied()
    }

    /// Whether the program may not have the refresh token that is good.
    pub fn answer_was_lost(&self) -> bool {
        self.delivered < self.current
    }

    pub fn issue(&mut self, now: Timestamp) -> Issued {
        let number = self.access.back().map_or(1, |last| last.number + 1);
        let ends_at = now.after(self.lifetime.unwrap_or(FOR_EVER));
        self.idle_since = now;
        self.access.push_back(Access { number, issued_at: now, ends_at, clock_wrong_by: 0 });
        if self.access.len() > REMEMBERED {
            self.access.pop_front();
        }
        self.answer()
    }

    fn answer(&self) -> Issued {
        let (integration, turn) = self.name;
        let number = self.access.back().map_or(0, |last| last.number);
        Issued {
            refresh_token: Some(self.refresh_token(self.current)),
            access_token: format!("at-{integration}-{turn}-{number}"),
            lifetime: self.lifetime,
        }
    }

    /// A request leaves the program with refresh token `number`.
    pub fn departs(&mut self, number: u64, now: Timestamp, ledger: &Ledger) {
        count(&ledger.requests);
        if self.under_way > 0 {
            ledger.violation(format!("{:?} at {now:?}: two requests with one grant at once", self.name));
        }
        if number < self.delivered {
            let delivered = self.delivered;
            ledger.violation(format!(
                "{:?} at {now:?}: refresh token {number} was sent, although {delivered} had come",
                self.name
            ));
        }
        self.under_way += 1;
        self.recent.push_back(now);
        while self.recent.front().is_some_and(|at| now.since(*at) > Duration::from_secs(60)) {
            self.recent.pop_front();
        }
        if self.recent.len() > STORM {
            ledger.violation(format!("{:?} at {now:?}: {} requests within a minute", self.name, self.recent.len()));
        }
    }

    /// It is over, however.
    pub fn arrives(&mut self) {
        self.under_way -= 1;
    }

    /// An answer came to the program, whose clock is wrong by so much, after it was awake for so long.
    pub fn is_delivered(&mut self, awake: Duration, clock_wrong_by: i64) {
        (self.delivered, self.delivered_at) = (self.current, awake);
        if let Some(last) = self.access.back_mut() {
            last.clock_wrong_by = clock_wrong_by;
        }
    }

    /// The service works on a request; None = `invalid_grant`.
    pub fn refresh(&mut self, number: u64, now: Timestamp, ledger: &Ledger) -> Option<Issued> {
        if self.ended.is_some() {
            return None;
        }
        if number == self.current {
            if self.rotation != Rotation::None {
                self.current += 1;
                self.replaced_at = now;
            }
            count(&ledger.refreshed);
            return Some(self.issue(now));
        }
        let repeats = number + 1 == self.current
            && match self.rotation {
                Rotation::Grace => now.since(self.replaced_at) <= GRACE,
                Rotation::UntilUsed => true,
                Rotation::None | Rotation::Strict => false,
            };
        if repeats {
            count(&ledger.made_good);
            return Some(self.answer());
        }
        if !self.answer_was_lost() {
            ledger.violation(format!("{:?} at {now:?}: a grant was ended by sending an old token", self.name));
        }
        self.ended = Some(End::Reused);
        None
    }
}

/// All authorizations, in their order for each integration.
pub struct Services {
    grants: Vec<Vec<Grant>>,
    /// Until then no request gets anywhere.
    pub network_is_down_until: Timestamp,
    /// These answer 503 until then, by the host's number.
    pub busy_until: Vec<Timestamp>,
    /// Nothing goes wrong by chance any more.
    pub is_calm: bool,
}

impl Services {
    pub fn new(integrations: usize, hosts: usize, dice: &Dice) -> Self {
        Self {
            grants: (0..integrations).map(|index| vec![Grant::new((index, 1), dice)]).collect(),
            network_is_down_until: Timestamp(0),
            busy_until: vec![Timestamp(0); hosts],
            is_calm: false,
        }
    }

    pub fn integrations(&self) -> usize {
        self.grants.len()
    }

    /// The grant of an integration's `turn`-th authorization; the first is 1.
    pub fn grant(&mut self, index: usize, turn: u32) -> &mut Grant {
        &mut self.grants[index][turn as usize - 1]
    }

    /// The user approves once more.
    pub fn authorize(&mut self, index: usize, dice: &Dice) -> &mut Grant {
        let turn = u32::try_from(self.grants[index].len()).unwrap() + 1;
        self.grants[index].push(Grant::new((index, turn), dice));
        self.grant(index, turn)
    }

    /// What was granted last.
    pub fn newest(&mut self, index: usize) -> &mut Grant {
        self.grants[index].last_mut().unwrap()
    }

    pub fn all(&mut self) -> impl Iterator<Item = &mut Grant> {
        self.grants.iter_mut().flatten()
    }
}

/// Takes a token apart: its integration, the grant's turn, its number.
pub fn parts(token: &str, kind: &str) -> Option<(usize, u32, u64)> {
    let mut parts = token.strip_prefix(kind)?.strip_prefix('-')?.split('-');
    let parsed = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    parts.next().is_none().then_some(parsed)
}

pub type Shared = Arc<std::sync::Mutex<Services>>;
