//! From a failure of the host to a refusal on the wire, and from there to an exit code: the one table.

use storm_domain::{ErrorCode, Failure};

use crate::{Refusal, RefusalKind, Status};

/// How alike two names must be to be taken for a slip of the finger (Jaro-Winkler, 0 to 1).
const ALIKE: f64 = 0.8;

/// Longest name that is compared; nobody types a longer one.
const LONGEST_NAME: usize = 200;

impl Refusal {
    pub(super) fn new(refusal: RefusalKind, message: impl Into<String>) -> Self {
        Self { refusal, message: message.into() }
    }

    pub(super) fn of(failure: Failure) -> Self {
        Self::new(kind_of(failure.code), failure.message)
    }

    /// The same for a name that was not found, with what may have been meant.
    pub(super) fn not_found(failure: Failure, name: &str, status: &Status) -> Self {
        let mut refusal = Self::of(failure);
        if let Some(close) = closest(name, status) {
            refusal.message.push_str(&format!(" Did you mean “{close}”?"));
        } else if status.integrations.is_empty() {
            refusal.message.push_str(" None is set up yet; add one in Storm Connect.");
        } else {
            refusal.message.push_str(" Run storm status to see what there is.");
        }
        refusal
    }
}

fn kind_of(code: ErrorCode) -> RefusalKind {
    match code {
        ErrorCode::NotFound => RefusalKind::NoSuchIntegration,
        ErrorCode::ReconnectNeeded | ErrorCode::CredentialRefused => RefusalKind::ReconnectNeeded,
        ErrorCode::VaultLocked | ErrorCode::PassphraseRefused => RefusalKind::Locked,
        ErrorCode::LendingNotAllowed | ErrorCode::Paused => RefusalKind::Denied,
        ErrorCode::ServiceUnreachable => RefusalKind::Unreachable,
        _ => RefusalKind::Other,
    }
}

fn closest<'a>(name: &str, status: &'a Status) -> Option<&'a str> {
    let name = folded(name);
    status
        .integrations
        .iter()
        .map(|integration| (strsim::jaro_winkler(&name, &folded(&integration.name)), integration.name.as_str()))
        .filter(|(likeness, _)| *likeness >= ALIKE && *likeness < 1.0) // the very name stands in the failure already
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

fn folded(name: &str) -> String {
    name.chars().take(LONGEST_NAME).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ExitCode, IntegrationStatus, VaultState};

    fn status(names: &[&str]) -> Status {
        let integrations = names.iter().map(|name| IntegrationStatus {
            name: (*name).to_owned(),
            connector: "Any".to_owned(),
            status: "connected".to_owned(),
            lending_allowed: true,
        });
        Status {
            host_version: "0".to_owned(),
            vault: VaultState::Unlocked,
            message: String::new(),
            integrations: integrations.collect(),
            not_listed: 0,
        }
    }

    #[test]
    fn each_failure_a_script_can_act_on_has_its_exit_code() {
        let table = [
            (ErrorCode::NotFound, ExitCode::NoSuchIntegration),
            (ErrorCode::ReconnectNeeded, ExitCode::ReconnectNeeded),
            (ErrorCode::CredentialRefused, ExitCode::ReconnectNeeded),
            (ErrorCode::VaultLocked, ExitCode::Locked),
            (ErrorCode::LendingNotAllowed, ExitCode::Denied),
            (ErrorCode::Paused, ExitCode::Denied),
            (ErrorCode::ServiceUnreachable, ExitCode::Unreachable),
            (ErrorCode::Internal, ExitCode::Other),
            (ErrorCode::DiskFull, ExitCode::Other),
        ];
        for (code, exit) in table {
            let refusal = Refusal::of(Failure::new(code, "words", None));
            assert_eq!((ExitCode::from(refusal.refusal), refusal.message.as_str()), (exit, "words"), "{code:?}");
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_answered_with_the_closest_name() {
        let said = |name, names: &[&str]| {
            Refusal::not_found(Failure::new(ErrorCode::NotFound, "Not found.", None), name, &status(names)).message
        };
        let names = ["GitHub work", "GitLab", "Salesforce"];
        assert_eq!(said("github-work", &names), "Not found. Did you mean “GitHub work”?");
        assert_eq!(said("salesfroce", &names), "Not found. Did you mean “Salesforce”?");
        assert_eq!(said("xyzzy", &names), "Not found. Run storm status to see what there is.");
        assert_eq!(said("gitlab", &["GitLab", "GitLab"]), "Not found. Run storm status to see what there is.");
        assert_eq!(said("a", &[]), "Not found. None is set up yet; add one in Storm Connect.");
    }
}
