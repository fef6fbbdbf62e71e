//! When a key or a key file is to be replaced: by its age, or before its end. Tokens are none of this; they renew themselves.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{GenerationNumber, Timestamp};

/// What the user wants to be reminded of. Both may be set; the earlier counts.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReplacementPolicy {
    /// So many days after the credential was saved.
    pub after_days: Option<u16>,
    /// When the credential ends.
    pub end: Option<CredentialEnd>,
    /// The end that the service told when it was asked. A service that stops telling it has not taken it back.
    pub told: Option<CredentialEnd>,
    /// What its user was reminded of last, so that it is not said again.
    pub reminded: Option<Reminder>,
}

/// The end of one generation of a credential. The next one has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialEnd {
    /// Whose end it is.
    pub generation: GenerationNumber,
    /// When the service takes it no more.
    pub at: Timestamp,
}

/// A word to the user that a credential is to be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Which credential.
    pub generation: GenerationNumber,
    /// When it ends, if that is known.
    pub ends_at: Option<Timestamp>,
    /// How urgent it is.
    pub urgency: Urgency,
}

/// How urgent it is to replace a credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// It is old enough, or its end is near.
    Due,
    /// It ends within a day, or has ended.
    LastDay,
}

impl ReplacementPolicy {
    const LAST_DAY: Duration = Duration::from_secs(24 * 60 * 60);

    /// How long before its end a credential is to be replaced.
    pub const NOTICE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

    /// Ten years; no key should get older.
    pub const MOST_DAYS: u16 = 3_650;

    /// The same with the end that a credential names itself, or its service told, unless its user named another one.
    #[must_use]
    pub fn with_told_end(&self, generation: GenerationNumber, named: Option<Timestamp>) -> Self {
        let of_this = |end: &CredentialEnd| end.generation == generation;
        let named = named.map(|at| CredentialEnd { generation, at });
        Self { end: self.end.filter(of_this).or(named).or(self.told.filter(of_this)), ..self.clone() }
    }

    /// When this generation ends, if that is known.
    #[must_use]
    pub fn ends_at(&self, generation: GenerationNumber) -> Option<Timestamp> {
        self.end.filter(|end| end.generation == generation).map(|end| end.at)
    }

    /// When a credential saved at `saved_at` is as old as its user wants it to get.
    #[must_use]
    pub fn old_at(&self, saved_at: Timestamp) -> Option<Timestamp> {
        self.after_days.map(|days| saved_at.after(Duration::from_secs(u64::from(days) * 24 * 60 * 60)))
    }

    /// From when on this generation, saved at `saved_at`, is to be replaced.
    #[must_use]
    pub fn due_at(&self, generation: GenerationNumber, saved_at: Timestamp) -> Option<Timestamp> {
        let by_age = self.old_at(saved_at);
        let by_end = self.ends_at(generation).map(|end| end.before(Self::NOTICE));
        by_age.into_iter().chain(by_end).min()
    }

    /// What is to be said of this generation, saved at `saved_at`: once when it is due, and once more when a day is left. The same
    /// credential with the same end is not spoken of again.
    #[must_use]
    pub fn reminder(&self, generation: GenerationNumber, saved_at: Timestamp, now: Timestamp) -> Option<Reminder> {
        if self.due_at(generation, saved_at).is_none_or(|due| now < due) {
            return None;
        }
        let ends_at = self.ends_at(generation);
        let is_last = ends_at.is_some_and(|end| end.before(Self::LAST_DAY) <= now);
        let urgency = if is_last { Urgency::LastDay } else { Urgency::Due };
        let is_said = self
            .reminded
            .is_some_and(|said| (said.generation, said.ends_at) == (generation, ends_at) && said.urgency >= urgency);
        (!is_said).then_some(Reminder { generation, ends_at, urgency })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    const SAVED: Timestamp = Timestamp(1_700_000_000_000);
    const FIRST: GenerationNumber = GenerationNumber(1);

    #[test]
    fn the_earlier_of_age_and_end_counts() {
        let end = |days: u32| Some(CredentialEnd { generation: FIRST, at: SAVED.after(DAY * days) });
        for (after_days, end, due) in [
            (None, None, None),
            (Some(90), None, Some(90)),
            (None, end(30), Some(16)),
            (Some(90), end(30), Some(16)),
            (Some(10), end(30), Some(10)),
        ] {
            let policy = ReplacementPolicy { after_days, end, ..Default::default() };
            assert_eq!(policy.due_at(FIRST, SAVED), due.map(|days: u32| SAVED.after(DAY * days)), "{policy:?}");
        }
    }

    #[test]
    fn an_end_is_of_one_generation_only() {
        let policy =
            ReplacementPolicy { end: Some(CredentialEnd { generation: FIRST, at: SAVED }), ..Default::default() };
        assert_eq!(policy.ends_at(FIRST), Some(SAVED));
        assert_eq!(policy.due_at(GenerationNumber(2), SAVED), None);
    }

    #[test]
    fn what_the_user_says_of_an_end_counts_more_than_the_credential() {
        let told = Some(SAVED.after(DAY * 30));
        let policy = ReplacementPolicy::default().with_told_end(FIRST, told);
        assert_eq!(policy.due_at(FIRST, SAVED), Some(SAVED.after(DAY * 16)));
        let own = ReplacementPolicy { end: Some(CredentialEnd { generation: FIRST, at: SAVED }), ..Default::default() };
        assert_eq!(own.with_told_end(FIRST, told).ends_at(FIRST), Some(SAVED));
        let second = GenerationNumber(2);
        assert_eq!(own.with_told_end(second, told).ends_at(second), told, "an end of the one before is none of this");
    }

    #[test]
    fn each_credential_and_end_is_spoken_of_once_and_once_more_on_its_last_day() {
        let day = |days: u32| SAVED.after(DAY * days);
        let mut policy = ReplacementPolicy::default().with_told_end(FIRST, Some(day(30)));
        let hear = |policy: &mut ReplacementPolicy, generation, at| {
            let said = policy.reminder(generation, SAVED, at);
            policy.reminded = said.or(policy.reminded);
            said.map(|said| said.urgency)
        };
        for (days, heard) in [
            (15, None),
            (16, Some(Urgency::Due)),
            (17, None),
            (28, None),
            (29, Some(Urgency::LastDay)),
            (30, None),
            (90, None),
        ] {
            assert_eq!(hear(&mut policy, FIRST, day(days)), heard, "after {days} days");
        }
        policy.end = Some(CredentialEnd { generation: FIRST, at: day(100) });
        assert_eq!(hear(&mut policy, FIRST, day(90)), Some(Urgency::Due), "its user names another end");
        let second = GenerationNumber(2);
        assert_eq!(hear(&mut policy, second, day(90)), None, "nothing is known of the next one");
        policy.end = Some(CredentialEnd { generation: second, at: day(90) });
        assert_eq!(hear(&mut policy, second, day(90)), Some(Urgency::LastDay), "found late, it is said once");
        assert_eq!(hear(&mut policy, second, day(91)), None);
    }

    #[test]
    fn an_age_alone_is_spoken_of_once() {
        let mut policy = ReplacementPolicy { after_days: Some(90), ..Default::default() };
        let said = policy.reminder(FIRST, SAVED, SAVED.after(DAY * 90)).unwrap();
        assert_eq!((said.ends_at, said.urgency), (None, Urgency::Due));
        policy.reminded = Some(said);
        assert_eq!(policy.reminder(FIRST, SAVED, SAVED.after(DAY * 900)), None);
    }
}
