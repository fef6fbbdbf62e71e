//! The journal: every request the service saw, so that tests await events instead of sleeping.
//!
//! INVARIANT: no raw secret. Query and header values are not kept, only their names; of a refresh token, its SHA-256.
//! Bounded: the oldest entries give way. Requests to the control API itself are not journaled.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many requests are remembered.
const LONGEST_JOURNAL: usize = 10_000;

/// How far a request has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// It has been read in full.
    Arrived,
    /// Its answer stands at a gate, or hangs; any effect asked to come first has happened.
    Held,
    /// It is over; see the outcome.
    Completed,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The whole answer was handed to the connection.
    Answered,
    /// The script cut the connection.
    Reset,
    /// The client left, or the service stopped, before the answer was out.
    Aborted,
}

/// One request.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct JournalEntry {
    /// Counts up from 1, also across a reset.
    pub sequence: u64,
    /// When it arrived, in Unix milliseconds by the service's clock.
    pub at_ms: i64,
    /// The method.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The names in the query, in order.
    pub query_names: Vec<String>,
    /// The names of the headers, in order.
    pub header_names: Vec<String>,
    /// The names in a form body, in order.
    pub form_names: Vec<String>,
    /// The `grant_type` of a token request.
    pub grant_type: Option<String>,
    /// The `client_id` of a token request's body.
    pub client_id: Option<String>,
    /// SHA-256, in hexadecimal, of the refresh token that was sent.
    pub refresh_token_sha256: Option<String>,
    /// Whether a script step shaped the answer.
    pub scripted: bool,
    /// How far it has come.
    pub progress: Progress,
    /// The status that was sent, when one was.
    pub status: Option<u16>,
    /// How it ended, when it has.
    pub outcome: Option<Outcome>,
}

/// Which entries are meant.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JournalQuery {
    /// Only this path.
    pub path: Option<String>,
    /// Only this method.
    pub method: Option<String>,
    /// Only entries with a greater sequence number.
    pub since: u64,
}

impl JournalQuery {
    fn fits(&self, entry: &JournalEntry) -> bool {
        entry.sequence > self.since
            && self.path.as_ref().is_none_or(|path| *path == entry.path)
            && self.method.as_ref().is_none_or(|method| method.eq_ignore_ascii_case(&entry.method))
    }
}

/// The remembered requests, oldest first.
#[derive(Default)]
pub(crate) struct Journal {
    entries: VecDeque<JournalEntry>,
    last_sequence: u64,
}

impl Journal {
    /// Records an arrival and numbers it.
    pub(crate) fn arrive(&mut self, mut entry: JournalEntry) -> u64 {
        self.last_sequence += 1;
        entry.sequence = self.last_sequence;
        if self.entries.len() == LONGEST_JOURNAL {
            self.entries.pop_front();
        }
        self.entries.push_back(entry);
        self.last_sequence
    }

    /// The entry with this number, unless it was forgotten.
    pub(crate) fn entry_mut(&mut self, sequence: u64) -> Option<&mut JournalEntry> {
        let first = self.entries.front()?.sequence;
        self.entries.get_mut(usize::try_from(sequence.checked_sub(first)?).ok()?)
    }

    /// The matching entries that have come at least so far.
    pub(crate) fn matching(&self, query: &JournalQuery, reached: Progress) -> Vec<JournalEntry> {
        self.entries.iter().filter(|entry| entry.progress >= reached && query.fits(entry)).cloned().collect()
    }

    /// The number of the newest request.
    pub(crate) fn last_sequence(&self) -> u64 {
        self.last_sequence
    }

    /// Forgets everything; numbers keep counting.
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{Journal, JournalEntry, JournalQuery, LONGEST_JOURNAL, Progress};

    fn entry(path: &str) -> JournalEntry {
        JournalEntry {
            sequence: 0,
            at_ms: 0,
            method: "GET".to_owned(),
            path: path.to_owned(),
            query_names: Vec::new(),
            header_names: Vec::new(),
            form_names: Vec::new(),
            grant_type: None,
            client_id: None,
            refresh_token_sha256: None,
            scripted: false,
            progress: Progress::Arrived,
            status: None,
            outcome: None,
        }
    }

    #[test]
    fn the_journal_forgets_its_oldest_entries() {
        let mut journal = Journal::default();
        for _ in 0..LONGEST_JOURNAL + 5 {
            journal.arrive(entry("/a"));
        }
        assert_eq!(journal.entries.len(), LONGEST_JOURNAL);
        assert!(journal.entry_mut(5).is_none());
        assert_eq!(journal.entry_mut(6).unwrap().sequence, 6);
    }

    #[test]
    fn a_query_narrows_by_path_number_and_progress() {
        let mut journal = Journal::default();
        journal.arrive(entry("/a"));
        let second = journal.arrive(entry("/b"));
        let third = journal.arrive(entry("/b"));
        journal.entry_mut(third).unwrap().progress = Progress::Completed;
        let query = JournalQuery { path: Some("/b".to_owned()), since: 1, ..JournalQuery::default() };
        let reached = |progress| journal.matching(&query, progress).iter().map(|e| e.sequence).collect::<Vec<_>>();
        assert_eq!(reached(Progress::Arrived), [second, third]);
        assert_eq!(reached(Progress::Completed), [third]);
    }
}
