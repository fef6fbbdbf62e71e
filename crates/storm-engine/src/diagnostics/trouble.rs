//! What went wrong lately, by code: from the activity log, without a word of a service, a name or an account.

use storm_domain::{ActivityEntry, ActivityKind, ProviderWords, ReconnectReason, RotationMilestone, Trouble, Verdict};

use super::report::Word::{By, Kind, Nothing};
use super::report::{Section, Value, Word};

/// What services answer by their standards (RFC 6749 §4.1.2.1 and §5.2, RFC 6750 §3.1, RFC 8628 §3.5, RFC 9449 §5, OpenID Connect
/// Core §3.1.2.6). Any other code is a word of the service's own.
const STANDARD: [&str; 19] = [
    "access_denied",
    "authorization_pending",
    "consent_required",
    "expired_token",
    "insufficient_scope",
    "interaction_required",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "invalid_token",
    "login_required",
    "server_error",
    "slow_down",
    "temporarily_unavailable",
    "unauthorized_client",
    "unsupported_grant_type",
    "use_dpop_nonce",
];

type Code = [Word; 3];

/// The entries that tell of trouble, by code, what happened last first. `entries` are the newest first.
pub(super) fn section_of(entries: &[ActivityEntry]) -> Section {
    let mut tallies: Vec<(Code, Value)> = Vec::new();
    for entry in entries {
        let Some(code) = code_of(&entry.what) else { continue };
        match tallies.iter_mut().find(|(known, _)| *known == code) {
            Some((_, Value::Tally(count, _))) => *count += 1,
            _ => tallies.push((code, Value::Tally(1, entry.at))),
        }
    }
    let section = Section::new("Trouble in the activity log").with("entries looked at", entries.len());
    tallies.into_iter().fold(section, |section, (code, tally)| section.with(code, tally))
}

/// None = it tells of no trouble.
fn code_of(what: &ActivityKind) -> Option<Code> {
    let own = Word::Own;
    Some(match what {
        ActivityKind::AuthorizationFailed { .. } => [own("authorization_failed"), Nothing, Nothing],
        ActivityKind::RefreshPostponed { trouble, .. } => {
            let [what, how] = of_trouble(trouble);
            [own("refresh_postponed"), what, how]
        }
        ActivityKind::ReconnectNeeded { reason } => {
            let [what, how] = of_reason(reason);
            [own("reconnect_needed"), what, how]
        }
        ActivityKind::Verified { verdict: Verdict::Refused { .. } } => [own("verified"), own("refused"), Nothing],
        ActivityKind::Verified { verdict: Verdict::CouldNotReach { .. } } => {
            [own("verified"), own("could_not_reach"), Nothing]
        }
        ActivityKind::Verified { verdict: Verdict::WorksWithout { .. } } => {
            [own("verified"), own("works_without"), Nothing]
        }
        ActivityKind::Rotated { step: RotationMilestone::WentBack } => [own("rotated"), own("went_back"), Nothing],
        ActivityKind::SecretRotated { step: RotationMilestone::WentBack } => {
            [own("secret_rotated"), own("went_back"), Nothing]
        }
        ActivityKind::RevokeFailed { .. } => [own("revoke_failed"), Nothing, Nothing],
        ActivityKind::RevocationGivenUp { .. } => [own("revocation_given_up"), Nothing, Nothing],
        ActivityKind::ExportWithdrawn => [own("export_withdrawn"), Nothing, Nothing],
        ActivityKind::OddAnswer { .. } => [own("odd_answer"), Nothing, Nothing],
        ActivityKind::Unreadable => [own("unreadable"), Nothing, Nothing],
        _ => return None,
    })
}

fn of_trouble(trouble: &Trouble) -> [Word; 2] {
    match trouble {
        Trouble::Service { kind } => ["service".into(), Kind(*kind)],
        Trouble::Registration { words } => ["registration".into(), standard(words)],
        Trouble::Request { words } => ["request".into(), standard(words)],
        Trouble::Vault => ["vault".into(), Nothing],
        _ => ["other".into(), Nothing],
    }
}

fn of_reason(reason: &ReconnectReason) -> [Word; 2] {
    match reason {
        ReconnectReason::GrantRefused { words } => ["grant_refused".into(), standard(words)],
        ReconnectReason::InteractionRequired { words } => ["interaction_required".into(), standard(words)],
        ReconnectReason::RefreshInterrupted { by, .. } => ["refresh_interrupted".into(), By(*by)],
        ReconnectReason::SignInLeftBehind => ["sign_in_left_behind".into(), Nothing],
        ReconnectReason::AccessTokenEnded => ["access_token_ended".into(), Nothing],
        ReconnectReason::RecordDamaged => ["record_damaged".into(), Nothing],
        ReconnectReason::KeyRefused { words } => ["key_refused".into(), standard(words)],
        _ => ["other".into(), Nothing],
    }
}

fn standard(words: &ProviderWords) -> Word {
    STANDARD.into_iter().find(|code| *code == words.code).unwrap_or("own words").into()
}

#[cfg(test)]
mod tests {
    use storm_domain::{InterruptedBy, Timestamp, TransientKind};

    use super::*;

    fn entry(at: i64, what: ActivityKind) -> ActivityEntry {
        ActivityEntry {
            sequence: 1,
            at: Timestamp(at * 1000),
            integration_id: None,
            integration_name: String::new(),
            what,
        }
    }

    #[test]
    fn trouble_is_counted_by_code_and_a_code_of_the_services_own_is_not_repeated() {
        let words = |code: &str| ProviderWords::cleaned(code, "for ada@practice.example");
        let postponed = |trouble| ActivityKind::RefreshPostponed { trouble, until: Timestamp(0) };
        let entries = [
            entry(50, postponed(Trouble::Service { kind: TransientKind::Timeout })),
            entry(40, ActivityKind::Added),
            entry(30, postponed(Trouble::Service { kind: TransientKind::Timeout })),
            entry(
                20,
                ActivityKind::ReconnectNeeded {
                    reason: ReconnectReason::GrantRefused { words: words("invalid_grant") },
                },
            ),
            entry(19, postponed(Trouble::Registration { words: words("tenant-ada-unknown") })),
            entry(
                18,
                ActivityKind::ReconnectNeeded {
                    reason: ReconnectReason::RefreshInterrupted { at: Timestamp(0), by: InterruptedBy::Sleep },
                },
            ),
        ];
        let said = section_of(&entries).to_string();
        let lines: Vec<_> = said.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
        assert_eq!(
            lines,
            [
                "",
                "Trouble in the activity log",
                "entries looked at 6",
                "refresh_postponed / service / timeout 2, last 1970-01-01T00:00:50Z",
                "reconnect_needed / grant_refused / invalid_grant 1, last 1970-01-01T00:00:20Z",
                "refresh_postponed / registration / own words 1, last 1970-01-01T00:00:19Z",
                "reconnect_needed / refresh_interrupted / sleep 1, last 1970-01-01T00:00:18Z",
            ]
        );
    }
}
