//! Failures that do not come from a service's words.

use storm_domain::{ProviderWords, RefreshFailure, SendFailure};

/// A request that brought no whole answer.
pub(crate) fn unanswered(failure: SendFailure) -> RefreshFailure {
    failure.into()
}

/// A request that is refused before it is sent, or an answer that must not be used, in words of ours.
pub(crate) fn refused(code: &str, description: &str) -> RefreshFailure {
    RefreshFailure::RequestRefused(ProviderWords::cleaned(code, description))
}
