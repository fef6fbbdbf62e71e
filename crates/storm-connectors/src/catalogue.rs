//! The embedded catalogue and how it is searched.
//!
//! Parsed and checked once, at first use; a test holds that every embedded entry passes, so the error arm is for a damaged
//! build only. Deliberately absent: entries from disk or network.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::LazyLock;

use crate::connector::{Connector, EntryError};
use crate::foreign_key::{self, ForeignKey};

/// Every entry, in the order of an empty search.
const ENTRIES: &[&str] = &[
    include_str!("../catalogue/practice.toml"),
    include_str!("../catalogue/app-store-connect.toml"),
    include_str!("../catalogue/entra-app.toml"),
    include_str!("../catalogue/github.toml"),
    include_str!("../catalogue/github-app.toml"),
    include_str!("../catalogue/gitlab.toml"),
    include_str!("../catalogue/google.toml"),
    include_str!("../catalogue/google-service-account.toml"),
    include_str!("../catalogue/kubernetes.toml"),
    include_str!("../catalogue/microsoft.toml"),
    include_str!("../catalogue/notion.toml"),
    include_str!("../catalogue/okta.toml"),
    include_str!("../catalogue/openai.toml"),
    include_str!("../catalogue/salesforce.toml"),
    include_str!("../catalogue/slack.toml"),
    include_str!("../catalogue/snowflake.toml"),
    include_str!("../catalogue/stripe.toml"),
    include_str!("../catalogue/aws.toml"),
    include_str!("../catalogue/generic-api-key.toml"),
    include_str!("../catalogue/generic-oauth.toml"),
    include_str!("../catalogue/generic-key-file.toml"),
];

static EMBEDDED: LazyLock<Result<Catalogue, EntryError>> = LazyLock::new(Catalogue::parse);

/// All connectors.
#[derive(Debug, Clone)]
pub struct Catalogue {
    connectors: Vec<Connector>,
    foreign_keys: Vec<ForeignKey>,
}

impl Catalogue {
    /// The catalogue that is built in.
    ///
    /// # Errors
    /// When an entry is damaged, which the tests of this crate exclude.
    pub fn embedded() -> Result<&'static Self, &'static EntryError> {
        EMBEDDED.as_ref()
    }

    fn parse() -> Result<Self, EntryError> {
        let connectors = ENTRIES.iter().map(|text| Connector::from_toml(text)).collect::<Result<Vec<_>, _>>()?;
        let mut ids = BTreeSet::new();
        if let Some(twice) = connectors.iter().find(|connector| !ids.insert(connector.id.as_str())) {
            return Err(EntryError::Twice { id: twice.id.clone() });
        }
        Ok(Self { connectors, foreign_keys: foreign_key::parse()? })
    }

    /// All connectors.
    #[must_use]
    pub fn connectors(&self) -> &[Connector] {
        &self.connectors
    }

    /// The connector with this id.
    #[must_use]
    pub fn connector(&self, id: &str) -> Option<&Connector> {
        self.connectors.iter().find(|connector| connector.id == id)
    }

    /// The connectors that every word of `text` fits, best first: beginning of the name, beginning of a word of it, other
    /// words for it, category, description. An empty text finds all.
    #[must_use]
    pub fn search(&self, text: &str) -> Vec<&Connector> {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut found: Vec<(Fit, &Connector)> =
            self.connectors.iter().filter_map(|connector| Some((fit(connector, &words)?, connector))).collect();
        found.sort_by_key(|(fit, _)| Reverse(*fit)); // stable: equals stay in the order of the catalogue
        found.into_iter().map(|(_, connector)| connector).collect()
    }

    /// Keys of services that have no entry here, but are known by sight.
    pub(crate) fn foreign_keys(&self) -> &[ForeignKey] {
        &self.foreign_keys
    }
}

/// How well a connector fits; later is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    Description,
    Category,
    OtherWord,
    WordOfName,
    BeginningOfName,
}

/// The worst fit among the words: all of them must fit.
fn fit(connector: &Connector, words: &[&str]) -> Option<Fit> {
    words
        .iter()
        .map(|word| fit_of_word(connector, word))
        .try_fold(Fit::BeginningOfName, |worst, fit| Some(worst.min(fit?)))
}

fn fit_of_word(connector: &Connector, word: &str) -> Option<Fit> {
    let begins_a_word = |text: &str| text.to_lowercase().split_whitespace().any(|part| part.starts_with(word));
    if connector.name.to_lowercase().starts_with(word) {
        Some(Fit::BeginningOfName)
    } else if begins_a_word(&connector.name) {
        Some(Fit::WordOfName)
    } else if connector.id.contains(word) || connector.words.iter().any(|other| begins_a_word(other)) {
        Some(Fit::OtherWord)
    } else if begins_a_word(connector.category.title()) {
        Some(Fit::Category)
    } else if begins_a_word(&connector.description) {
        Some(Fit::Description)
    } else {
        None
    }
}
