//! Reasons in a sentence or two: what happened, what to do. Without the service's own words: some desktops read markup here.

use storm_domain::{InterruptedBy, ReconnectReason};

/// The message that says it.
pub(super) fn message(reason: &ReconnectReason) -> &'static str {
    match reason {
        ReconnectReason::GrantRefused { .. } => "need-grant-refused",
        ReconnectReason::InteractionRequired { .. } => "need-interaction-required",
        ReconnectReason::RefreshInterrupted { by: InterruptedBy::Crash, .. } => "need-interrupted-crash",
        ReconnectReason::RefreshInterrupted { by: InterruptedBy::Sleep, .. } => "need-interrupted-sleep",
        ReconnectReason::RefreshInterrupted { by: InterruptedBy::Network, .. } => "need-interrupted-network",
        ReconnectReason::AccessTokenEnded => "need-access-ended",
        ReconnectReason::SignInLeftBehind => "need-left-behind",
        ReconnectReason::RecordDamaged => "need-record-damaged",
        ReconnectReason::KeyRefused { .. } => "need-key-refused",
        _ => "need-other",
    }
}
