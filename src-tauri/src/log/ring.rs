//! The newest lines of the log, in memory.
//!
//! INVARIANT: it holds a bounded number of bounded lines, so a part that never stops complaining costs no more than its place.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use storm_domain::Timestamp;
use tokio::sync::Notify;
use tracing::field::{Field, Visit};

use super::view::LogLevel;

/// So many lines are kept.
const MOST_LINES: usize = 2_000;
/// So many characters of one.
const LONGEST: usize = 1_000;

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Counts up from 1.
    pub(super) sequence: u32,
    pub(super) at: Timestamp,
    pub(super) level: LogLevel,
    /// The part of the program it comes from.
    pub(super) part: &'static str,
    /// Its message and fields, without line breaks.
    pub(super) text: String,
}

pub(super) struct Ring {
    lines: Mutex<VecDeque<Line>>,
    grown: Arc<Notify>,
}

impl Ring {
    /// One that tells of every line that it keeps.
    pub(super) fn telling(grown: Arc<Notify>) -> Self {
        Self { lines: Mutex::default(), grown }
    }

    /// Those that are kept, oldest first.
    pub(super) fn lines(&self) -> MutexGuard<'_, VecDeque<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a line, and forgets the oldest where there is no room for both.
    pub(super) fn keep(&self, event: &tracing::Event<'_>) {
        let metadata = event.metadata();
        let mut text = Text::default();
        event.record(&mut text);
        let at = Timestamp(chrono::Utc::now().timestamp_millis());
        let mut lines = self.lines();
        let sequence = lines.back().map_or(1, |last| last.sequence.saturating_add(1));
        if lines.len() == MOST_LINES {
            lines.pop_front();
        }
        lines.push_back(Line {
            sequence,
            at,
            level: (*metadata.level()).into(),
            part: metadata.target(),
            text: text.finish(),
        });
        drop(lines);
        self.grown.notify_one();
    }
}

/// The message, and behind it each field as `name=value`.
#[derive(Default)]
struct Text {
    message: Plain,
    fields: Plain,
}

impl Text {
    fn finish(self) -> String {
        let mut whole = self.message;
        // Never fails: what is too long is cut.
        let _ = whole.write_str(&self.fields.text);
        let mut text = whole.text;
        if whole.is_cut || self.fields.is_cut {
            text.push('…');
        }
        text.trim_start().to_owned()
    }
}

impl Visit for Text {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}

/// Takes so many characters and no more, each control character as a space: a line is one line, and colours nothing.
#[derive(Default)]
struct Plain {
    text: String,
    length: usize,
    is_cut: bool,
}

impl fmt::Write for Plain {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            if self.length == LONGEST {
                self.is_cut = true;
                break;
            }
            self.text.push(if character.is_control() { ' ' } else { character });
            self.length += 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt as _;

    use super::super::Keeping;
    use super::*;

    fn kept(work: impl FnOnce()) -> Vec<Line> {
        let ring = Arc::new(Ring::telling(Arc::default()));
        with_default(tracing_subscriber::registry().with(Keeping(Arc::clone(&ring))), work);
        ring.lines().iter().cloned().collect()
    }

    #[test]
    fn the_message_stands_before_its_fields_wherever_they_were_given() {
        let error = std::io::Error::other("no room");
        let lines =
            kept(|| tracing::warn!(target: "storm_x", %error, code = ?Some(7), name = "a b", ok = true, "it broke"));
        assert_eq!(lines[0].text, "it broke error=no room code=Some(7) name=\"a b\" ok=true");
        assert_eq!((lines[0].sequence, lines[0].level, lines[0].part), (1, LogLevel::Warning, "storm_x"));
    }

    #[test]
    fn a_line_is_one_line_of_bounded_length() {
        let long = "ü".repeat(5_000);
        let lines = kept(|| {
            tracing::info!("two\nlines\u{1b}[31m");
            tracing::info!(long, "much");
            tracing::info!(only = 1);
        });
        assert_eq!(lines[0].text, "two lines [31m");
        assert_eq!(lines[1].text.chars().count(), LONGEST + 1);
        assert!(lines[1].text.starts_with("much long=\"ü") && lines[1].text.ends_with("ü…"), "{}", lines[1].text);
        assert_eq!(lines[2].text, "only=1");
    }

    #[test]
    fn the_newest_are_kept_and_their_numbers_go_on() {
        let lines = kept(|| (0..MOST_LINES + 50).for_each(|number| tracing::info!(number, "line")));
        assert_eq!(lines.len(), MOST_LINES);
        assert_eq!((lines[0].sequence, lines[0].text.as_str()), (51, "line number=50"));
        assert_eq!(lines.last().unwrap().sequence, 2_050);
    }
}
