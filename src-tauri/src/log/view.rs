//! The kept lines as the window sees them: in portions, filtered, and as plain text.

use std::collections::VecDeque;
use std::ops::RangeInclusive;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use storm_domain::Timestamp;
use tracing::Level;

use super::ring::Line;

/// At most so many lines are in a portion.
const PORTION: usize = 500;

/// How much a line matters, the most urgent first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// Something does not work.
    Error,
    /// Something is not as it should be, and goes on.
    Warning,
    /// What happens.
    Info,
    /// How it happens.
    Debug,
    /// Each step of it.
    Trace,
}

impl LogLevel {
    /// As it stands in a line of text.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Error => "ERROR",
            Self::Warning => "WARN",
            Self::Info => "INFO",
            Self::Debug => "DEBUG",
            Self::Trace => "TRACE",
        }
    }
}

impl From<Level> for LogLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::ERROR => Self::Error,
            Level::WARN => Self::Warning,
            Level::INFO => Self::Info,
            Level::DEBUG => Self::Debug,
            Level::TRACE => Self::Trace,
        }
    }
}

/// Which lines are shown.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ProgramLogFilter {
    /// Lines that matter so much, or more.
    pub least: LogLevel,
    /// Words that have to stand in a line, in upper or lower case; empty = any.
    pub text: String,
}

/// A question for a portion of the lines.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ProgramLogQuery {
    /// Which.
    pub filter: ProgramLogFilter,
    /// Only those before this number; None = the newest.
    pub before: Option<u32>,
    /// Only those after this number; then the portion begins with the oldest of them.
    pub after: Option<u32>,
}

/// A portion of the lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProgramLogPage {
    /// Oldest first.
    pub lines: Vec<ProgramLogLine>,
    /// Whether there are more that fit: before them, or behind them where `after` was asked for.
    pub more: bool,
    /// The number of the newest line that was looked at, whether it fits or not.
    pub newest: u32,
    /// Whether more is recorded than at the start.
    pub records_more: bool,
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ProgramLogLine {
    /// Counts up.
    pub sequence: u32,
    /// When.
    pub at: Timestamp,
    /// How much it matters.
    pub level: LogLevel,
    /// The part of the program that it comes from.
    pub part: String,
    /// What it says.
    pub text: String,
}

/// Looks for words in lines.
struct Seeker {
    least: LogLevel,
    words: Vec<String>,
}

impl Seeker {
    fn of(filter: &ProgramLogFilter) -> Self {
        Self { least: filter.least, words: filter.text.split_whitespace().map(str::to_lowercase).collect() }
    }

    fn takes(&self, line: &Line) -> bool {
        if line.level > self.least {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let text = format!("{} {} {}", line.level.word(), line.part, line.text).to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }
}

pub(super) fn page_of(kept: &VecDeque<Line>, query: &ProgramLogQuery, records_more: bool) -> ProgramLogPage {
    let seeker = Seeker::of(&query.filter);
    let newest = kept.back().map_or(0, |line| line.sequence);
    let fitting = || kept.iter().filter(|line| seeker.takes(line));
    let mut found: Vec<&Line> = match query.after {
        Some(after) => fitting().filter(|line| line.sequence > after).take(PORTION + 1).collect(),
        None => {
            let is_before = |line: &&Line| query.before.is_none_or(|before| line.sequence < before);
            fitting().rev().filter(is_before).take(PORTION + 1).collect()
        }
    };
    let more = found.len() > PORTION;
    found.truncate(PORTION);
    if query.after.is_none() {
        found.reverse();
    }
    let newest = match found.last() {
        Some(last) if more && query.after.is_some() => last.sequence,
        _ => newest,
    };
    let line = |line: &Line| ProgramLogLine {
        sequence: line.sequence,
        at: line.at,
        level: line.level,
        part: line.part.to_owned(),
        text: line.text.clone(),
    };
    ProgramLogPage { lines: found.into_iter().map(line).collect(), more, newest, records_more }
}

pub(super) fn text_of(kept: &VecDeque<Line>, filter: &ProgramLogFilter, range: RangeInclusive<u32>) -> (String, u32) {
    let seeker = Seeker::of(filter);
    let fitting = kept.iter().filter(|line| range.contains(&line.sequence) && seeker.takes(line));
    fitting.fold((String::new(), 0), |(text, count), line| (text + &plain(line), count + 1))
}

fn plain(Line { at, level, part, text, .. }: &Line) -> String {
    let at = DateTime::<Utc>::from_timestamp_millis(at.0).unwrap_or_default();
    format!("{} {:5} {part}: {text}\n", at.to_rfc3339_opts(SecondsFormat::Millis, true), level.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(sequence: u32, level: LogLevel, text: &str) -> Line {
        Line { sequence, at: Timestamp(1_767_225_600_250), level, part: "storm_engine", text: text.to_owned() }
    }

    fn filter(least: LogLevel, text: &str) -> ProgramLogFilter {
        ProgramLogFilter { least, text: text.to_owned() }
    }

    fn asked(filter: ProgramLogFilter, before: Option<u32>, after: Option<u32>) -> ProgramLogQuery {
        ProgramLogQuery { filter, before, after }
    }

    fn sequences(page: &ProgramLogPage) -> Vec<u32> {
        page.lines.iter().map(|line| line.sequence).collect()
    }

    #[test]
    fn portions_hold_every_line_once_from_the_newest_back() {
        let kept: VecDeque<Line> = (51..=1_250).map(|number| line(number, LogLevel::Info, "x")).collect();
        let (mut all, mut before, mut portions) = (Vec::new(), None, 0);
        loop {
            let page = page_of(&kept, &asked(filter(LogLevel::Trace, ""), before, None), false);
            before = page.lines.first().map(|line| line.sequence);
            all.splice(0..0, sequences(&page));
            portions += 1;
            assert_eq!(page.newest, 1_250);
            if !page.more {
                break;
            }
        }
        assert_eq!((all, portions), ((51..=1_250).collect(), 3));
    }

    #[test]
    fn what_came_since_is_given_from_the_oldest_on_and_says_where_to_go_on() {
        let kept: VecDeque<Line> = (1..=1_200).map(|number| line(number, LogLevel::Info, "x")).collect();
        let ask = |after| page_of(&kept, &asked(filter(LogLevel::Info, ""), None, Some(after)), true);
        let first = ask(100);
        assert_eq!((first.lines.len(), first.more, first.newest, first.records_more), (500, true, 600, true));
        let last = ask(1_100);
        assert_eq!((last.lines.len(), last.more, last.newest), (100, false, 1_200));
        assert!(ask(1_200).lines.is_empty());
    }

    #[test]
    fn a_line_fits_when_it_matters_enough_and_has_all_words() {
        let kept: VecDeque<Line> = [
            line(1, LogLevel::Error, "the Vault is gone"),
            line(2, LogLevel::Warning, "no tray"),
            line(3, LogLevel::Debug, "a new token was stored"),
        ]
        .into();
        let found = |least, text: &str| sequences(&page_of(&kept, &asked(filter(least, text), None, None), false));
        assert_eq!(found(LogLevel::Trace, ""), [1, 2, 3]);
        assert_eq!(found(LogLevel::Warning, ""), [1, 2]);
        assert_eq!(found(LogLevel::Trace, "vault GONE"), [1]);
        assert_eq!(found(LogLevel::Trace, "storm_engine warn"), [2]);
        assert_eq!(found(LogLevel::Info, "token"), [] as [u32; 0]);
        // What was looked at counts, so that nobody looks at it again.
        assert_eq!(page_of(&kept, &asked(filter(LogLevel::Error, ""), None, None), false).newest, 3);
    }

    #[test]
    fn lines_are_copied_as_they_are_shown() {
        let kept: VecDeque<Line> =
            [line(1, LogLevel::Info, "one"), line(2, LogLevel::Error, "two"), line(3, LogLevel::Error, "three")].into();
        let (text, count) = text_of(&kept, &filter(LogLevel::Error, ""), 1..=2);
        assert_eq!((text.as_str(), count), ("2026-01-01T00:00:00.250Z ERROR storm_engine: two\n", 1));
    }
}
