//! An entry as a sentence in the past tense, for the search, the command line and files. The window has the same words, and
//! `tests/activity-sentences.json` holds both to them.

use storm_domain::{
    ActivityKind, NetworkChange, ProtectionChange, ReconnectReason, RotationMilestone, TransientKind, Trouble, Verdict,
};

/// What happened.
#[must_use]
pub fn sentence(what: &ActivityKind) -> String {
    match what {
        ActivityKind::Added => "Added".to_owned(),
        ActivityKind::Connected { account: Some(account) } => format!("Connected as {account}"),
        ActivityKind::Connected { account: None } => "Connected".to_owned(),
        ActivityKind::AuthorizationFailed { reason } => format!("Authorizing ended without a sign-in: {reason}"),
        ActivityKind::Refreshed { .. } => "The token was refreshed".to_owned(),
        ActivityKind::RefreshPostponed { trouble, .. } => {
            format!("Refreshing did not work for now. {}", of_trouble(trouble))
        }
        ActivityKind::ReconnectNeeded { reason } => of_reason(reason).to_owned(),
        ActivityKind::RefreshRecovered => "The answer of an interrupted refresh was found and used".to_owned(),
        ActivityKind::Verified { verdict } => of_verdict(verdict),
        ActivityKind::Renamed { from } => format!("Renamed from {from}"),
        ActivityKind::Paused => "Paused".to_owned(),
        ActivityKind::Resumed => "Resumed".to_owned(),
        ActivityKind::LendingSwitched { allowed: true } => "Lending to other tools was switched on".to_owned(),
        ActivityKind::LendingSwitched { allowed: false } => "Lending to other tools was switched off".to_owned(),
        ActivityKind::Lent { consumer } => format!("Access was lent to {consumer}"),
        ActivityKind::Rotated { step } => of_milestone(*step).to_owned(),
        ActivityKind::SecretRotated { step } => of_milestone(*step).replacen("key", "client secret", 1),
        ActivityKind::Revoked => "Revoked at the service".to_owned(),
        ActivityKind::RevokeFailed { reason } => format!("Revoking at the service did not work: {reason}"),
        ActivityKind::RevocationGivenUp { reason } => {
            format!("Revoking at the service was given up after many tries; end it on the service's page. {reason}")
        }
        ActivityKind::RevocationForgotten => "Revoking was left to you; the credential was erased here".to_owned(),
        ActivityKind::Disconnected => "Removed from this computer".to_owned(),
        ActivityKind::Restored => "Brought back".to_owned(),
        ActivityKind::Exported { moved: true, .. } => {
            "Written into a sealed export; its sign-in moved with it".to_owned()
        }
        ActivityKind::Exported { moved: false, .. } => "Written into a sealed export".to_owned(),
        ActivityKind::ExportWithdrawn => "The export was not written, so its sign-in is used here as before".to_owned(),
        ActivityKind::Imported { .. } => "Restored from a sealed export".to_owned(),
        ActivityKind::SwitchedOn => "Its service accepts it here, so it was switched on".to_owned(),
        ActivityKind::TakenBack => "Its sign-in was taken back and is used here again".to_owned(),
        ActivityKind::ProtectionChanged { change } => of_protection(*change).to_owned(),
        ActivityKind::NetworkChanged { change } => of_network(change),
        ActivityKind::OddAnswer { what } => format!("The service sent an odd answer: {what}"),
        ActivityKind::Unreadable => {
            "This entry cannot be read: it was written over, or a newer version of Storm Connect wrote it".to_owned()
        }
        _ => String::new(),
    }
}

fn of_trouble(trouble: &Trouble) -> &'static str {
    match trouble {
        Trouble::Service { kind } => match kind {
            TransientKind::Dns => "Its host name was not found.",
            TransientKind::Connection => "The connection broke off.",
            TransientKind::Tls => "Its certificate was not accepted.",
            TransientKind::Timeout => "It did not answer in time.",
            TransientKind::TooLarge => "Its answer was too large to be a token.",
            TransientKind::Redirected => "It redirected to another address, which is not followed.",
            TransientKind::ServiceBusy => "It is busy.",
            TransientKind::NotAnAnswer => "Something else answered, such as a proxy or a sign-in page of the network.",
            TransientKind::UnusableToken => "Its last answer could not be used.",
            TransientKind::IdTokenRefused => {
                "Its last answer came with an ID token that does not hold, so it was not used."
            }
            TransientKind::ClientKey => "The app registration’s key or certificate cannot be used.",
            _ => "",
        },
        Trouble::Registration { .. } => "The service refuses the app registration. Your tokens are kept.",
        Trouble::Request { .. } => "The service refuses the request.",
        Trouble::Vault => "The vault cannot be written, so nothing is sent.",
        _ => "",
    }
}

fn of_reason(reason: &ReconnectReason) -> &'static str {
    match reason {
        ReconnectReason::GrantRefused { .. } => "The service ended the connection; it needs to be reconnected",
        ReconnectReason::InteractionRequired { .. } => "The service wants a new sign-in",
        ReconnectReason::RefreshInterrupted { .. } => "A refresh was interrupted; it needs to be reconnected",
        ReconnectReason::AccessTokenEnded => "The access ended; it needs to be reconnected",
        ReconnectReason::KeyRefused { .. } => "The service refused the key; it needs to be replaced",
        ReconnectReason::SignInLeftBehind => "It was restored without its sign-in; it needs one sign-in here",
        ReconnectReason::RecordDamaged => "Its record in the vault is damaged; it needs to be connected again",
        _ => "It needs its user",
    }
}

fn of_verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Works { account: Some(account) } => format!("Verified: works as {}", account.label),
        Verdict::Works { account: None } => "Verified: works".to_owned(),
        Verdict::WorksWithout { missing, .. } if missing.ends_with(['.', '!', '?']) => {
            format!("Verified: works. {missing}")
        }
        Verdict::WorksWithout { missing, .. } => {
            format!("Verified: works. The service does not allow: {missing}.")
        }
        Verdict::Refused { reason } => format!("Verified: refused. {reason}"),
        Verdict::CouldNotReach { reason } => format!("Verified: could not be reached. {reason}"),
    }
}

fn of_milestone(step: RotationMilestone) -> &'static str {
    match step {
        RotationMilestone::Minted => "The service made a new key, which was saved beside the old one",
        RotationMilestone::Staged => "A new key was saved beside the old one",
        RotationMilestone::Verified => "The new key works",
        RotationMilestone::Switched => "Switched to the new key",
        RotationMilestone::WentBack => "The service refused the new key, so the old one is in use again",
        RotationMilestone::Deactivated => "The old key was switched off, and can be switched on again",
        RotationMilestone::Revoked => "The old key was turned off",
        RotationMilestone::ProvedDead => "The service refuses the old key",
        RotationMilestone::Undone => "The rotation was undone",
        RotationMilestone::Rehearsed => "A rotation was rehearsed: the new key was tried and deleted again",
        RotationMilestone::Untold => {
            "A rotation could not be rehearsed: the service does not tell whether a new key works before it is used, so it was deleted unused"
        }
    }
}

fn of_protection(change: ProtectionChange) -> &'static str {
    match change {
        ProtectionChange::RecoveryCodeShown => "A new recovery code was shown",
        ProtectionChange::RecoveryCodeSet => "A recovery code opens the vault from now on",
        ProtectionChange::RecoveryCodeRemoved => "The recovery code was removed",
        ProtectionChange::RecoveryCodeUsed => "The vault was opened with the recovery code",
        ProtectionChange::PassphraseSet => "A passphrase opens the vault from now on",
        ProtectionChange::PassphraseRemoved => "The passphrase was removed",
        ProtectionChange::PutIntoKeyring => "The vault’s key was put into the keyring",
        ProtectionChange::TakenFromKeyring => "The vault’s key was taken out of the keyring",
        ProtectionChange::MasterKeyChanged => "The master key was changed",
    }
}

fn of_network(change: &NetworkChange) -> String {
    match change {
        NetworkChange::Proxy { proxy: Some(proxy) } => format!("The proxy {proxy} is asked from now on"),
        NetworkChange::Proxy { proxy: None } => "No proxy of your own is asked any more".to_owned(),
        NetworkChange::AuthoritiesTrusted { subjects } => {
            format!("The certificate authority {} is trusted", subjects.join(", "))
        }
        NetworkChange::AuthoritiesRemoved => "Only the system’s certificate authorities are trusted".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Said {
        what: ActivityKind,
        text: String,
    }

    fn kind_of(what: &ActivityKind) -> String {
        serde_json::to_value(what).unwrap()["kind"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_words_are_those_of_the_window() {
        let said: Vec<Said> = serde_json::from_str(include_str!("../../tests/activity-sentences.json")).unwrap();
        for Said { what, text } in &said {
            assert_eq!(sentence(what), *text, "{what:?}");
        }
        let kinds: std::collections::BTreeSet<_> = said.iter().map(|said| kind_of(&said.what)).collect();
        assert_eq!(kinds.len(), 30, "a kind without an example: {kinds:?}");
    }
}
