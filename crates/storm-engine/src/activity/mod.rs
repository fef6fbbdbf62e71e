//! The activity log as people look into it: in pages, filtered, and written to a file.
//!
//! INVARIANT: no question reads the whole log at once. What is looked for is looked for in portions, and a page that found
//! little says where to go on. Deliberately absent: the check of the chain, which needs the vault's key.

mod export;
mod sentence;

use storm_domain::{ActivityPortion, Failure, LinkedActivity};

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::view::{ActivityFilter, ActivityPage, ActivityQuery};

pub use sentence::sentence;

/// At most so many entries are in a page.
const PAGE: usize = 200;
/// Read from the vault at once where not every entry is wanted.
const PORTION: u32 = 1_000;
/// Looked through for one page; then the page says where to go on.
const MOST_LOOKED_THROUGH: u32 = 10_000;

impl Engine {
    /// A page of the log, newest first.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn activity_page(&self, query: &ActivityQuery) -> Result<ActivityPage, Failure> {
        let LinkedPage { found, older, newest } = self.linked_activity_page(query).await?;
        Ok(ActivityPage { entries: found.into_iter().map(|linked| linked.entry).collect(), older, newest })
    }

    async fn linked_activity_page(&self, query: &ActivityQuery) -> Result<LinkedPage, Failure> {
        let seeker = Seeker::of(&query.filter);
        let mut found = Vec::new();
        let (mut before, mut newest, mut looked_through) = (query.before, None, 0);
        loop {
            let portion = ActivityPortion {
                integration_id: query.filter.integration_id,
                since: query.filter.since,
                before,
                after: query.after,
                limit: if seeker.takes_all() { PAGE as u32 + 1 } else { PORTION },
            };
            let limit = portion.limit;
            let read = self.vault().linked_activity(&portion).await.map_err(|error| error.to_failure())?;
            let is_last = read.len() < limit as usize;
            looked_through += limit;
            newest = newest.or_else(|| read.first().map(|linked| linked.entry.sequence));
            for linked in read {
                if found.len() == PAGE {
                    return Ok(LinkedPage { found, older: before, newest });
                }
                before = Some(linked.entry.sequence);
                if seeker.takes(&linked) {
                    found.push(linked);
                }
            }
            if is_last {
                return Ok(LinkedPage { found, older: None, newest });
            }
            if looked_through >= MOST_LOOKED_THROUGH {
                return Ok(LinkedPage { found, older: before, newest });
            }
        }
    }
}

/// A page with the links of the chain, where to go on, and the newest that was looked at.
struct LinkedPage {
    found: Vec<LinkedActivity>,
    older: Option<u64>,
    newest: Option<u64>,
}

/// What a filter wants beyond what the vault looks for by itself.
struct Seeker<'a> {
    filter: &'a ActivityFilter,
    words: Vec<String>,
}

impl<'a> Seeker<'a> {
    fn of(filter: &'a ActivityFilter) -> Self {
        Self { filter, words: filter.text.split_whitespace().map(str::to_lowercase).collect() }
    }

    fn takes_all(&self) -> bool {
        self.filter.topic.is_none() && self.words.is_empty()
    }

    /// Every word has to stand in the name or in the sentence.
    fn takes(&self, LinkedActivity { entry, .. }: &LinkedActivity) -> bool {
        if self.filter.topic.is_some_and(|topic| !topic.takes(&entry.what)) {
            return false;
        }
        if self.words.is_empty() {
            return true;
        }
        let text = format!("{}\n{}", entry.integration_name, sentence(&entry.what)).to_lowercase();
        self.words.iter().all(|word| text.contains(word))
    }
}
