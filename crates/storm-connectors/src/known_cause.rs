//! What a service is known to mean by its refusals: a pattern, and what a person should read instead of the service's words.

use serde::Deserialize;
use storm_domain::{Action, ProviderWords};

/// A refusal that has a reason of its own at this service. All that is given must fit; the first that fits counts.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KnownCause {
    /// Error codes, in any case; empty = any.
    #[serde(default)]
    error: Vec<String>,
    /// Parts of the description, such as `AADSTS50076`, in any case; one of them is enough; empty = any.
    #[serde(default)]
    says: Vec<String>,
    /// Days from the authorization to the refusal, first and last; absent = any.
    days: Option<(f64, f64)>,
    /// What is so, in one sentence.
    pub what: String,
    /// What helps, in one sentence.
    pub cure: String,
    /// The button that fits.
    pub action: Action,
}

impl KnownCause {
    /// Whether these words, so many days after the authorization, mean this.
    fn fits(&self, words: &ProviderWords, days: Option<f64>) -> bool {
        let description = words.description.to_lowercase();
        let fits_code = self.error.is_empty() || self.error.iter().any(|code| code.eq_ignore_ascii_case(&words.code));
        let fits_text = self.says.is_empty() || self.says.iter().any(|part| holds(&description, &part.to_lowercase()));
        let fits_days = self.days.is_none_or(|(first, last)| days.is_some_and(|days| (first..=last).contains(&days)));
        fits_code && fits_text && fits_days
    }

    /// The first that fits.
    pub(crate) fn find<'a>(all: &'a [Self], words: &ProviderWords, days: Option<f64>) -> Option<&'a Self> {
        all.iter().find(|cause| cause.fits(words, days))
    }

    /// Whether it says enough to be told from any refusal, and something to a person.
    pub(crate) fn is_whole(&self) -> bool {
        let is_particular = !self.error.is_empty() || !self.says.is_empty();
        let has_days = self.days.is_none_or(|(first, last)| first <= last);
        is_particular && has_days && !self.what.trim().is_empty() && !self.cure.trim().is_empty()
    }
}

/// Whether `part` stands in `text` as a whole: `AADSTS70008` is not in `AADSTS700082`.
fn holds(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        let ends_in_digit = part.ends_with(|c: char| c.is_ascii_digit());
        let next = text[at + part.len()..].chars().next();
        !(ends_in_digit && next.is_some_and(|next| next.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_not_found_in_a_longer_one() {
        assert!(holds("aadsts70008: expired", "aadsts70008"));
        assert!(!holds("aadsts700082: expired", "aadsts70008"));
        assert!(holds("aadsts700082 and aadsts70008.", "aadsts70008"));
        assert!(holds("token has been expired or revoked.", "expired or revoked"));
    }
}
