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

    pub(super) fn of(failure: &Failure, name: &str) -> Self {
        let kind = kind_of(failure.code);
        let message = match failure.code {
            ErrorCode::LendingNotAllowed => format!(
                "“{name}” is not lent to other programs. To allow it, open it in Storm Connect and switch on lending under \
                 Tools."
            ),
            _ => failure.message.clone(),
        };
        Self::new(kind, message)
    }

    /// There is no such integration, but perhaps one whose name is close.
    pub(super) fn no_such_integration(name: &str, status: &Status) -> Self {
        let mut message = format!("There is no integration called “{name}”.");
        if let Some(close) = closest(name, status) {
            message.push_str(&format!(" Did you mean “{close}”?"));
        } else if status.integrations.is_empty() {
            message.push_str(" None is set up yet; add one in Storm Connect.");
        } else {
            message.push_str(" Run storm status to see them all.");
        }
        Self::new(RefusalKind::NoSuchIntegration, message)
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
        .filter(|(likeness, _)| *likeness >= ALIKE)
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
            let refusal = Refusal::of(&Failure::new(code, "words", None), "github");
            assert_eq!(ExitCode::from(refusal.refusal), exit, "{code:?}");
        }
    }

    #[test]
    fn a_refused_lending_says_how_to_allow_it() {
        let refusal = Refusal::of(&Failure::new(ErrorCode::LendingNotAllowed, "no", None), "github");
        assert!(refusal.message.contains("“github”") && refusal.message.contains("switch on lending under Tools"));
    }

    #[test]
    fn a_slip_of_the_finger_is_answered_with_the_closest_name() {
        let names = status(&["GitHub work", "GitLab", "Salesforce"]);
        let said = |name| Refusal::no_such_integration(name, &names).message;
        assert!(said("github-work").ends_with("Did you mean “GitHub work”?"), "{}", said("github-work"));
        assert!(said("salesfroce").ends_with("Did you mean “Salesforce”?"));
        assert!(said("xyzzy").ends_with("Run storm status to see them all."));
        assert!(Refusal::no_such_integration("a", &status(&[])).message.contains("None is set up yet"));
    }
}
