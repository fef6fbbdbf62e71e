//! What a report is made of, and how it reads.
//!
//! INVARIANT: a fact is a word of this program's own, a number, a version or a moment. It is `Copy`, so it cannot hold what somebody
//! typed, what a service said, or where anything lies: such a text would have to be a `String`.

use std::fmt;

use storm_domain::{ErrorCode, InterruptedBy, Timestamp, TransientKind};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::view::{KeyProblem, WayOut};

/// Everything that is known, in sections. It reads as plain text, in English: by whoever helps.
#[derive(Debug, Clone)]
pub struct Report {
    /// When it was made.
    pub made_at: Timestamp,
    /// In the order in which they are read.
    pub sections: Vec<Section>,
}

/// Facts about one thing.
#[derive(Debug, Clone)]
pub struct Section {
    title: &'static str,
    facts: Vec<Fact>,
}

/// One line of a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    name: Name,
    value: Value,
}

/// What a fact is called: up to three words, from the general to the special.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Name([Word; 3]);

/// A word that stands in this program, or the code of one of its own lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Word {
    /// None.
    Nothing,
    /// As it stands in the source.
    Own(&'static str),
    /// The code of a failure.
    Code(ErrorCode),
    /// What went wrong on the way.
    Kind(TransientKind),
    /// What broke something off.
    By(InterruptedBy),
    /// What is wrong with a keyring.
    Problem(KeyProblem),
    /// What opens a vault.
    Way(WayOut),
}

/// What is known of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Value {
    /// A word.
    Word(Word),
    /// So many.
    Count(u64),
    /// So many bytes.
    Bytes(u64),
    /// A version.
    Version(Version),
    /// A moment.
    Moment(Timestamp),
    /// A difference in seconds, and when it was seen.
    Off(i64, Timestamp),
    /// How often, and when the last time was.
    Tally(u64, Timestamp),
}

const _: () = {
    const fn is_copy<T: Copy>() {}
    is_copy::<Fact>();
};

/// At most four numbers: the beginning of what others call their version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Version {
    numbers: [u32; 4],
    count: usize,
}

impl Version {
    /// The numbers that a text begins with: 6.1.0 of `6.1.0-25-amd64`. None where it begins with something else.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let mut version = Self { numbers: [0; 4], count: 0 };
        for part in text.trim().split('.').take(version.numbers.len()) {
            let digits = part.len() - part.trim_start_matches(|one: char| one.is_ascii_digit()).len();
            let Ok(number) = part[..digits].parse() else { break };
            version.numbers[version.count] = number;
            version.count += 1;
            if digits < part.len() {
                break;
            }
        }
        (version.count > 0).then_some(version)
    }
}

impl Section {
    /// One without facts yet.
    #[must_use]
    pub fn new(title: &'static str) -> Self {
        Self { title, facts: Vec::new() }
    }

    /// Adds a fact.
    pub fn add(&mut self, name: impl Into<Name>, value: impl Into<Value>) {
        self.facts.push(Fact { name: name.into(), value: value.into() });
    }

    /// The same, in one go with the others.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name>, value: impl Into<Value>) -> Self {
        self.add(name, value);
        self
    }
}

impl From<&'static str> for Word {
    fn from(word: &'static str) -> Self {
        Self::Own(word)
    }
}

impl From<&'static str> for Name {
    fn from(word: &'static str) -> Self {
        Self([Word::Own(word), Word::Nothing, Word::Nothing])
    }
}

impl From<[Word; 3]> for Name {
    fn from(words: [Word; 3]) -> Self {
        Self(words)
    }
}

impl From<Word> for Value {
    fn from(word: Word) -> Self {
        Self::Word(word)
    }
}

impl From<&'static str> for Value {
    fn from(word: &'static str) -> Self {
        Self::Word(Word::Own(word))
    }
}

impl From<bool> for Value {
    fn from(is_so: bool) -> Self {
        if is_so { "yes" } else { "no" }.into()
    }
}

impl From<u64> for Value {
    fn from(count: u64) -> Self {
        Self::Count(count)
    }
}

impl From<usize> for Value {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

impl From<Timestamp> for Value {
    fn from(at: Timestamp) -> Self {
        Self::Moment(at)
    }
}

impl From<Version> for Value {
    fn from(version: Version) -> Self {
        Self::Version(version)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(known: Option<T>) -> Self {
        known.map_or_else(|| "not known".into(), Into::into)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "Storm Connect diagnostics, {}", Value::Moment(self.made_at))?;
        writeln!(formatter, "No secret, name, account, host or folder of anybody is in this text.")?;
        self.sections.iter().filter(|section| !section.facts.is_empty()).try_for_each(|section| section.fmt(formatter))
    }
}

impl fmt::Display for Section {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LEAST_WIDTH: usize = 26;
        let lines: Vec<_> = self.facts.iter().map(|fact| (fact.name.to_string(), fact.value)).collect();
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0).max(LEAST_WIDTH);
        writeln!(formatter, "\n{}", self.title)?;
        lines.iter().try_for_each(|(name, value)| writeln!(formatter, "  {name:width$}  {value}"))
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = self.0.iter().filter(|word| **word != Word::Nothing);
        for (place, word) in words.enumerate() {
            if place > 0 {
                formatter.write_str(" / ")?;
            }
            word.fmt(formatter)?;
        }
        Ok(())
    }
}

impl fmt::Display for Word {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let coded = match self {
            Self::Nothing => return Ok(()),
            Self::Own(word) => return formatter.write_str(word),
            Self::Code(code) => serde_json::to_value(code),
            Self::Kind(kind) => serde_json::to_value(kind),
            Self::By(by) => serde_json::to_value(by),
            Self::Problem(problem) => serde_json::to_value(problem),
            Self::Way(way) => serde_json::to_value(way),
        };
        formatter.write_str(coded.ok().as_ref().and_then(serde_json::Value::as_str).unwrap_or("other"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, number) in self.numbers[..self.count].iter().enumerate() {
            let dot = if place > 0 { "." } else { "" };
            write!(formatter, "{dot}{number}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => word.fmt(formatter),
            Self::Count(count) => count.fmt(formatter),
            Self::Bytes(bytes) => write!(formatter, "{bytes} bytes"),
            Self::Version(version) => version.fmt(formatter),
            Self::Moment(at) => formatter.write_str(&moment(*at)),
            Self::Off(seconds, at) => write!(formatter, "{seconds:+} s, seen {}", moment(*at)),
            Self::Tally(count, last) => write!(formatter, "{count}, last {}", moment(*last)),
        }
    }
}

/// RFC 3339 in UTC, in whole seconds.
fn moment(at: Timestamp) -> String {
    let moment = UtcDateTime::from_unix_timestamp(at.0.div_euclid(1000)).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_else(|| "at an unknown time".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_version_only_the_numbers_it_begins_with_are_taken() {
        for (text, taken) in [
            ("6.1.0-25-amd64", Some("6.1.0")),
            ("2.48.1", Some("2.48.1")),
            ("13", Some("13")),
            ("10.0.22631.4460.7", Some("10.0.22631.4460")),
            ("5.15-ada.example", Some("5.15")),
            ("5.ada", Some("5")),
            ("99999999999", None),
            ("ada@practice.example", None),
            ("", None),
        ] {
            assert_eq!(Version::of(text).map(|version| version.to_string()).as_deref(), taken, "{text}");
        }
    }

    #[test]
    fn it_reads_as_lines_of_names_and_values() {
        let vault = Section::new("Vault")
            .with("state", "open")
            .with("keyring problem", Word::Problem(KeyProblem::NoService))
            .with("size", Value::Bytes(4096))
            .with("keyring", true)
            .with("system", None::<Version>);
        let failures = Section::new("Failures")
            .with([Word::Code(ErrorCode::DiskFull), Word::Nothing, Word::Nothing], Value::Tally(2, Timestamp(61_250)))
            .with(["refresh_postponed".into(), Word::Kind(TransientKind::Dns), Word::Nothing], 1_usize)
            .with("clock", Value::Off(-7, Timestamp(0)));
        let report =
            Report { made_at: Timestamp(1_767_225_600_250), sections: vec![vault, Section::new("Empty"), failures] };
        assert_eq!(
            report.to_string(),
            "\
Storm Connect diagnostics, 2026-01-01T00:00:00Z
No secret, name, account, host or folder of anybody is in this text.

Vault
  state                       open
  keyring problem             no_service
  size                        4096 bytes
  keyring                     yes
  system                      not known

Failures
  disk_full                   2, last 1970-01-01T00:01:01Z
  refresh_postponed / dns     1
  clock                       -7 s, seen 1970-01-01T00:00:00Z
"
        );
    }
}
