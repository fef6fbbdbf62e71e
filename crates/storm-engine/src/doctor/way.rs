//! From what a probe met to its cause.

use std::time::Duration;

use storm_domain::port::{CertificateFault, Knock, Network, Obstacle};
use storm_domain::{Cause, Timestamp};
use url::Url;

/// Clocks that differ by no more harm nobody: assertions and certificates allow for it.
const CLOCK_TOLERANCE: Duration = Duration::from_secs(5 * 60);

/// The clock of this computer against a service's.
pub(super) fn clock_off(server_time: Timestamp, at: Timestamp) -> Option<Cause> {
    let ahead = at > server_time;
    let apart = if ahead { at.since(server_time) } else { server_time.since(at) };
    let seconds = u32::try_from(apart.as_secs()).unwrap_or(u32::MAX);
    (apart > CLOCK_TOLERANCE).then_some(Cause::ClockOff { seconds, ahead })
}

pub(super) async fn cause_of(
    network: &dyn Network,
    door: &Url,
    proxy: Option<&str>,
    obstacle: &Obstacle,
    others: &[String],
) -> Cause {
    let host = door.host_str().unwrap_or_default().to_owned();
    let proxy = proxy.unwrap_or_default().to_owned();
    match obstacle {
        Obstacle::NoRoute => Cause::NoNetwork,
        Obstacle::NameNotFound => {
            for other in others {
                if network.finds(other).await {
                    return Cause::HostNotFound { host };
                }
            }
            Cause::NoNetwork
        }
        Obstacle::Refused => Cause::HostRefuses { host },
        Obstacle::Silent => Cause::HostSilent { host },
        Obstacle::ProxyNotReached => Cause::ProxyUnreachable { proxy },
        Obstacle::ProxyRefused { status: 407 } => Cause::ProxyWantsSignIn { proxy },
        Obstacle::ProxyRefused { status } => Cause::ProxyRefuses { proxy, status: *status },
        Obstacle::Certificate(fault) => of_certificate(network.knock(door).await, host, fault),
        Obstacle::NoSecureConnection => match network.knock(door).await {
            Some(knock) if is_sign_in_page(&knock, &host) => Cause::NetworkSignIn { host },
            _ => Cause::NoSecureConnection { host },
        },
        _ => Cause::HostRefuses { host },
    }
}

/// A certificate that does not fit may be a sign-in page's; one that is out of its time may only be so by our clock.
fn of_certificate(knock: Option<Knock>, host: String, fault: &CertificateFault) -> Cause {
    if let Some(knock) = &knock {
        if is_sign_in_page(knock, &host) {
            return Cause::NetworkSignIn { host };
        }
        let is_about_time = matches!(fault, CertificateFault::Expired { .. } | CertificateFault::NotYetValid { .. });
        let clock = knock.server_time.and_then(|server_time| clock_off(server_time, knock.at));
        if let Some(cause) = clock.filter(|_| is_about_time) {
            return cause;
        }
    }
    match fault {
        CertificateFault::UnknownAuthority { issuer } => Cause::AuthorityUnknown { host, issuer: issuer.clone() },
        CertificateFault::Expired { ended } => Cause::CertificateExpired { host, ended: *ended },
        CertificateFault::NotYetValid { begins } => Cause::CertificateNotYetValid { host, begins: *begins },
        CertificateFault::WrongHost => Cause::CertificateWrongHost { host },
        _ => Cause::NoSecureConnection { host },
    }
}

/// Whether a network answers in a host's place: it says so (RFC 6585 §6), or sends to somewhere else than the host would.
fn is_sign_in_page(knock: &Knock, host: &str) -> bool {
    if knock.status == 511 {
        return true;
    }
    let Some(location) = knock.location.as_ref().filter(|_| (300..400).contains(&knock.status)) else { return false };
    location.scheme() != "https" || !is_related(location.host_str().unwrap_or_default(), host)
}

/// Whether two hosts may well be of one service: one is the other, lies under it, or they share their last two labels.
fn is_related(one: &str, other: &str) -> bool {
    let site = |host: &str| host.rsplit('.').take(2).map(str::to_lowercase).collect::<Vec<_>>();
    one.eq_ignore_ascii_case(other) || site(one) == site(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_off_by_more_than_five_minutes_in_one_direction_or_the_other() {
        let at = |seconds: i64| Timestamp(seconds * 1000);
        assert_eq!(clock_off(at(0), at(300)), None);
        assert_eq!(clock_off(at(0), at(301)), Some(Cause::ClockOff { seconds: 301, ahead: true }));
        assert_eq!(clock_off(at(7200), at(0)), Some(Cause::ClockOff { seconds: 7200, ahead: false }));
        assert_eq!(clock_off(at(10_000_000_000), at(0)), Some(Cause::ClockOff { seconds: u32::MAX, ahead: false }));
    }

    #[test]
    fn a_network_that_answers_in_the_hosts_place_is_told_from_the_host() {
        for (status, location, expected) in [
            (511, None, true),
            (302, Some("http://portal.hotel.example/login"), true),
            (302, Some("https://wifi.example/login"), true),
            (302, Some("http://login.service.test/"), true),
            (301, Some("https://login.service.test/"), false),
            (301, Some("https://www.service.test/home"), false),
            (200, None, false),
            (404, None, false),
            (200, Some("http://portal.hotel.example/"), false),
        ] {
            let location = location.map(|location| location.parse().unwrap());
            let knock = Knock { status, location, server_time: None, at: Timestamp(0) };
            assert_eq!(is_sign_in_page(&knock, "login.service.test"), expected, "{knock:?}");
        }
    }
}
