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
}

/// The end of one generation of a credential. The next one has another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialEnd {
    /// Whose end it is.
    pub generation: GenerationNumber,
    /// When the service takes it no more.
    pub at: Timestamp,
}

impl ReplacementPolicy {
    /// How long before its end a credential is to be replaced.
    pub const NOTICE: Duration = Duration::from_secs(14 * 24 * 60 * 60);

    /// Ten years; no key should get older.
    pub const MOST_DAYS: u16 = 3_650;

    /// The same with the end that a credential names itself, unless its user named another one.
    #[must_use]
    pub fn with_told_end(&self, generation: GenerationNumber, told: Option<Timestamp>) -> Self {
        let own = self.end.filter(|end| end.generation == generation);
        Self { end: own.or(told.map(|at| CredentialEnd { generation, at })), ..self.clone() }
    }

    /// When this generation ends, if that is known.
    #[must_use]
    pub fn ends_at(&self, generation: GenerationNumber) -> Option<Timestamp> {
        self.end.filter(|end| end.generation == generation).map(|end| end.at)
    }

    /// From when on this generation, saved at `saved_at`, is to be replaced.
    #[must_use]
    pub fn due_at(&self, generation: GenerationNumber, saved_at: Timestamp) -> Option<Timestamp> {
        let by_age = self.after_days.map(|days| saved_at.after(Duration::from_secs(u64::from(days) * 24 * 60 * 60)));
        let by_end = self.ends_at(generation).map(|end| end.before(Self::NOTICE));
        by_age.into_iter().chain(by_end).min()
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
            let policy = ReplacementPolicy { after_days, end };
            assert_eq!(policy.due_at(FIRST, SAVED), due.map(|days: u32| SAVED.after(DAY * days)), "{policy:?}");
        }
    }

    #[test]
    fn an_end_is_of_one_generation_only() {
        let policy = ReplacementPolicy { after_days: None, end: Some(CredentialEnd { generation: FIRST, at: SAVED }) };
        assert_eq!(policy.ends_at(FIRST), Some(SAVED));
        assert_eq!(policy.due_at(GenerationNumber(2), SAVED), None);
    }

    #[test]
    fn what_the_user_says_of_an_end_counts_more_than_the_credential() {
        let told = Some(SAVED.after(DAY * 30));
        let policy = ReplacementPolicy::default().with_told_end(FIRST, told);
        assert_eq!(policy.due_at(FIRST, SAVED), Some(SAVED.after(DAY * 16)));
        let own = ReplacementPolicy { after_days: None, end: Some(CredentialEnd { generation: FIRST, at: SAVED }) };
        assert_eq!(own.with_told_end(FIRST, told).ends_at(FIRST), Some(SAVED));
        let second = GenerationNumber(2);
        assert_eq!(own.with_told_end(second, told).ends_at(second), told, "an end of the one before is none of this");
    }
}
