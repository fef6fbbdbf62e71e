//! What became of the grants, counted.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// How a kill ended, as the service sees it. Every kill ends in exactly one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// Nothing had begun; what was there works.
    Untouched,
    /// It had ended before the kill; what it brought is there and works.
    Finished,
    /// The answer was taken from its landing slot or its stored generation.
    Replayed,
    /// The same request was made again, and the service answered.
    Retried,
    /// A new sign-in or key left nothing behind; what was there before works.
    Undone,
    /// The service does not take the token any more, and the user is told which refresh was broken off, when and by what.
    Interrupted,
    /// Anything else: a grant gone in silence, a prompt without its reason, a vault that does not open, a recovery that hangs.
    Unexplained,
}

impl End {
    fn name(self) -> &'static str {
        match self {
            Self::Untouched => "untouched",
            Self::Finished => "finished",
            Self::Replayed => "replayed",
            Self::Retried => "retried",
            Self::Undone => "undone",
            Self::Interrupted => "interrupted",
            Self::Unexplained => "unexplained",
        }
    }

    fn all() -> [Self; 7] {
        use End::{Finished, Interrupted, Replayed, Retried, Undone, Unexplained, Untouched};
        [Untouched, Finished, Replayed, Retried, Undone, Interrupted, Unexplained]
    }
}

#[derive(Default)]
pub struct Tally {
    pub kills: u64,
    ends: BTreeMap<End, u64>,
    by_point: BTreeMap<String, BTreeMap<End, u64>>,
    /// What happened, for each that is unexplained.
    pub mysteries: Vec<String>,
}

impl Tally {
    /// Counts the end of a round. One round may have been killed more than once, at each of `points`.
    pub fn count(&mut self, points: &[String], end: End) {
        *self.ends.entry(end).or_default() += 1;
        for point in points {
            *self.by_point.entry(point.clone()).or_default().entry(end).or_default() += 1;
        }
    }

    pub fn mystery(&mut self, what: String) {
        self.mysteries.push(what);
    }

    /// Takes another's counts in.
    pub fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.mysteries.extend(other.mysteries);
        for (end, count) in other.ends {
            *self.ends.entry(end).or_default() += count;
        }
        for (point, ends) in other.by_point {
            let here = self.by_point.entry(point).or_default();
            for (end, count) in ends {
                *here.entry(end).or_default() += count;
            }
        }
    }

    fn of(&self, end: End) -> u64 {
        self.ends.get(&end).copied().unwrap_or_default()
    }

    /// Grants that only their user can bring back.
    pub fn lost(&self) -> u64 {
        self.of(End::Interrupted) + self.of(End::Unexplained)
    }

    pub fn unexplained(&self) -> u64 {
        self.of(End::Unexplained)
    }

    /// Kills at a point, and how many of them cost a grant.
    pub fn at(&self, point: &str) -> (u64, u64) {
        let ends = self.by_point.get(point);
        let count = |of: &dyn Fn(End) -> bool| {
            ends.into_iter().flatten().filter(|(end, _)| of(**end)).map(|(_, count)| count).sum()
        };
        (count(&|_| true), count(&|end| end >= End::Interrupted))
    }

    pub fn breakdown(&self) -> Value {
        let line = |ends: &BTreeMap<End, u64>| -> Value {
            ends.iter()
                .map(|(end, count)| (end.name().to_owned(), json!(count)))
                .collect::<serde_json::Map<_, _>>()
                .into()
        };
        self.by_point.iter().map(|(point, ends)| (point.clone(), line(ends))).collect::<serde_json::Map<_, _>>().into()
    }

    pub fn totals(&self) -> serde_json::Map<String, Value> {
        let told = |end: &&End| **end != End::Unexplained;
        End::all().iter().filter(told).map(|end| (end.name().to_owned(), json!(self.of(*end)))).collect()
    }
}
