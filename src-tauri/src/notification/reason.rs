//! Reasons in a sentence or two: what happened, what to do. Without the service's own words: some desktops read markup here.

use storm_domain::{InterruptedBy, ReconnectReason};

pub(super) fn sentence(reason: &ReconnectReason) -> &'static str {
    match reason {
        ReconnectReason::GrantRefused { .. } => {
            "The service ended this connection. Sign in again; everything you set up is kept."
        }
        ReconnectReason::InteractionRequired { .. } => {
            "The service wants you to sign in again, for new terms or an extra check."
        }
        ReconnectReason::RefreshInterrupted { by, .. } => match by {
            InterruptedBy::Crash => "A refresh was cut off when the program ended. Sign in again to go on.",
            InterruptedBy::Sleep => "A refresh was cut off when the computer went to sleep. Sign in again to go on.",
            InterruptedBy::Network => "A refresh was cut off by the network. Sign in again to go on.",
        },
        ReconnectReason::AccessTokenEnded => {
            "The access ended, and the service gave no way to renew it. Sign in again."
        }
        ReconnectReason::SignInLeftBehind => "It was restored without its sign-in. Sign in once to use it here.",
        ReconnectReason::RecordDamaged => {
            "Its record in the vault is damaged. Connect it again; nothing else is affected."
        }
        ReconnectReason::KeyRefused { .. } => "The service refuses its key. Replace the key to go on.",
        _ => "The service does not let it in any more. Open Storm Connect to see why.",
    }
}
