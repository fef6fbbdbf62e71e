//! A cause in words: what is so, what helps, and the button. Titles, and times as a person reads them, are the window's.

use storm_domain::{Action, Cause, Method, ProviderWords};

use super::case::Case;
use crate::view::FindingView;

pub(super) fn worded(cause: Cause, case: &Case) -> FindingView {
    let (what, cure, action) = sentences(&cause, case);
    FindingView { cause, what, cure, action }
}

/// A sentence without the braces of the source.
fn text(sentence: impl Into<String>) -> String {
    sentence.into()
}

fn sentences(cause: &Cause, case: &Case) -> (String, String, Option<Action>) {
    let service = &case.service;
    let kept = "Nothing was lost, and it is tried again by itself.";
    let (what, cure, action) = match cause {
        Cause::VaultNotWritable => (
            text("The vault could not promise to keep a new token, so none was asked for."),
            text("Free some space or make the data folder writable, then try again."),
            Action::Retry,
        ),
        Cause::NoNetwork => (
            text("No service can be found: this computer is not connected, or its name lookup does not work."),
            format!("Check the connection. {kept}"),
            Action::Retry,
        ),
        Cause::HostNotFound { host } => (
            format!("The name {host} is not found, while others are."),
            format!("Check the address, or wait if the service is moving. {kept}"),
            Action::Retry,
        ),
        Cause::HostRefuses { host } => (
            format!("{host} is found, and does not take the connection."),
            format!("The service, or what listens at its address, may be down. {kept}"),
            Action::Retry,
        ),
        Cause::HostSilent { host } => (
            format!("{host} does not answer at all. A firewall may swallow what is sent to it."),
            format!("Check whether your network lets it through, or whether it wants a proxy. {kept}"),
            Action::NetworkSettings,
        ),
        Cause::NetworkSignIn { host } => (
            format!(
                "Something else answers in the place of {host}: a network that wants you to sign in, or a proxy’s page."
            ),
            format!("Open any page in the browser and sign in to the network there. {kept}"),
            Action::Retry,
        ),
        Cause::ProxyUnreachable { proxy } => (
            format!("The proxy {proxy} cannot be reached, and everything is to go through it."),
            text("Check the proxy’s address, or choose to go without one."),
            Action::NetworkSettings,
        ),
        Cause::ProxyWantsSignIn { proxy } => (
            format!("The proxy {proxy} wants a user name and password (407), or does not take the ones it was given."),
            text("Enter them in the network settings."),
            Action::NetworkSettings,
        ),
        Cause::ProxyRefuses { proxy, status } => (
            format!("The proxy {proxy} does not let {} through ({status}).", case.host()),
            text("Ask whoever runs the proxy to allow it, or choose another one."),
            Action::NetworkSettings,
        ),
        Cause::AuthorityUnknown { host, issuer } => {
            let by = issuer.as_ref().map_or_else(String::new, |issuer| format!(": “{issuer}”"));
            (
                format!("Nobody this computer trusts vouches for the certificate of {host}{by}."),
                text(
                    "If your network looks into secure connections, add its authority’s certificate. Otherwise somebody may be listening; do not go on.",
                ),
                Action::NetworkSettings,
            )
        }
        Cause::CertificateExpired { host, .. } => (
            format!("The certificate of {host} has ended."),
            format!("Only the service can replace it. {kept}"),
            Action::Retry,
        ),
        Cause::CertificateNotYetValid { host, .. } => (
            format!("The certificate of {host} is not valid yet."),
            format!("Check this computer’s date; if it is right, only the service can help. {kept}"),
            Action::Retry,
        ),
        Cause::CertificateWrongHost { host } => (
            format!("Whoever answers for {host} shows the certificate of another host."),
            format!("Check the address, and whether a network or proxy stands in between. {kept}"),
            Action::NetworkSettings,
        ),
        Cause::NoSecureConnection { host } => (
            format!("No secure connection to {host} comes about, or its certificate is not good."),
            format!("Check the address, and whether a firewall or proxy stands in between. {kept}"),
            Action::NetworkSettings,
        ),
        Cause::ClockOff { seconds, ahead } => (
            format!(
                "This computer’s clock is {} {}, compared with {service}’s.",
                apart(*seconds),
                if *ahead { "fast" } else { "slow" }
            ),
            text("Set date and time, best by letting the system do it, then try again."),
            Action::Retry,
        ),
        Cause::RefreshedMeanwhile => (
            text("Another refresh has brought a newer token meanwhile."),
            text("There is nothing to sign in for; try again with that one."),
            Action::Retry,
        ),
        Cause::RefreshRetried { .. } => (
            format!(
                "A refresh was broken off before {service}’s answer came. It is tried again with the same token, which many services take for a while."
            ),
            text("Wait for it, or try now."),
            Action::Retry,
        ),
        Cause::KnownOfService { words } => return known(case, words),
        Cause::RedirectNotRegistered { .. } => (
            format!("{service} does not know the address the browser is sent back to."),
            text("Register the redirect URI shown in the setup at the app registration, exactly as it stands there."),
            Action::EditRegistration,
        ),
        Cause::RegistrationRefused { .. } => (
            format!(
                "{service} does not take the app registration: its client ID or client secret is wrong, has ended, or may not be used this way. Your tokens are kept."
            ),
            text("Compare both with the service and save them again."),
            Action::EditRegistration,
        ),
        Cause::GrantRefused { .. } => (
            format!(
                "{service} no longer accepts the sign-in, for example because a password changed or the access was removed there."
            ),
            again(case),
            Action::Reconnect,
        ),
        Cause::InteractionRequired { .. } => {
            (format!("{service} asks for a new consent or a further check."), again(case), Action::Reconnect)
        }
        Cause::RefreshInterrupted { .. } => (
            format!("A refresh was broken off, and {service} no longer takes the token from before."),
            again(case),
            Action::Reconnect,
        ),
        Cause::AccessTokenEnded => (
            text("The access has ended, and this service gives no token to renew it with."),
            again(case),
            Action::Reconnect,
        ),
        Cause::RecordDamaged => (
            format!("Its record in the vault is damaged. {service} was not asked."),
            again(case),
            if case.method == Method::OAuth { Action::Reconnect } else { Action::ReplaceCredential },
        ),
        Cause::KeyRefused { .. } => {
            let noun = if case.method == Method::ServiceAccount { "key file" } else { "key" };
            (
                format!("{service} does not accept the {noun}: it was revoked, replaced or has ended there."),
                format!("Make a new {noun} at {service} and replace it here. Nothing you set up is lost."),
                Action::ReplaceCredential,
            )
        }
        Cause::RequestRefused { .. } => (
            format!("{service} does not take the request itself. Your tokens are kept."),
            text("Check the scopes and fields of the setup."),
            Action::Retry,
        ),
        Cause::ServiceBusy { host } => (
            format!("{host} is reached, and says that it is busy or in trouble itself."),
            format!("Wait for it. {kept}"),
            Action::Retry,
        ),
        Cause::AnswerNotUsable { host } => (
            format!("{host} is reached, and its answer cannot be used."),
            format!("If it stays so, the service is in trouble. {kept}"),
            Action::Retry,
        ),
        Cause::PassedBy { host } => {
            (format!("{host} can be reached now; what stood in the way is gone."), text("Try again."), Action::Retry)
        }
        // The domain may learn of more; a new cause belongs above.
        _ => (text("The cause is not known."), text("Try again."), Action::Retry),
    };
    (what, cure, Some(action))
}

/// What the catalogue says of it.
fn known(case: &Case, words: &ProviderWords) -> (String, String, Option<Action>) {
    case.known_cause(words).map_or_else(
        || (String::new(), String::new(), None),
        |known| (known.what.clone(), known.cure.clone(), Some(known.action)),
    )
}

fn again(case: &Case) -> String {
    let account = case.integration.as_ref().and_then(|row| row.account.as_ref());
    let how = match case.method {
        Method::OAuth => {
            account.map_or_else(|| "sign in again".to_owned(), |account| format!("sign in again as {}", account.label))
        }
        Method::ApiKey => "paste its key once more".to_owned(),
        Method::ServiceAccount => "choose its key file once more".to_owned(),
    };
    format!("Nothing you set up is lost; {how}.")
}

/// A span of time in one unit, rounded down.
fn apart(seconds: u32) -> String {
    let (count, unit) = match seconds {
        0..3_600 => (seconds / 60, "minute"),
        3_600..86_400 => (seconds / 3_600, "hour"),
        86_400..31_536_000 => (seconds / 86_400, "day"),
        _ => (seconds / 31_536_000, "year"),
    };
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::apart;

    #[test]
    fn a_span_is_said_in_its_largest_unit() {
        for (seconds, said) in
            [(360, "6 minutes"), (3_600, "1 hour"), (7_300, "2 hours"), (90_000, "1 day"), (63_072_000, "2 years")]
        {
            assert_eq!(apart(seconds), said);
        }
    }
}
