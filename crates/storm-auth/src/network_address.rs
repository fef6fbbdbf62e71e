//! Which addresses lie inside a network: this computer, the local network, a cloud's metadata service.
//!
//! A document of the internet must not send us there (server-side request forgery), and a name must not lead us there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Where clouds answer with credentials of the machine; some of them outside the link-local range.
const METADATA_SERVICES: [IpAddr; 4] = [
    IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254)),
    IpAddr::V4(Ipv4Addr::new(100, 100, 100, 200)),
    IpAddr::V4(Ipv4Addr::new(168, 63, 129, 16)),
    IpAddr::V6(Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254)),
];

/// Whether no service that somebody typed the name of answers there: link-local addresses, metadata services, and those that
/// belong to no single host.
pub(crate) fn is_never_a_service(address: IpAddr) -> bool {
    let address = unwrapped(address);
    let is_special = match address {
        IpAddr::V4(v4) => v4.is_link_local() || v4.octets()[0] == 0 || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified(),
    };
    is_special || address.is_multicast() || METADATA_SERVICES.contains(&address)
}

/// Whether it is an address of the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    let address = unwrapped(address);
    let is_inside = match address {
        IpAddr::V4(v4) => {
            let [first, second, third, _] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_documentation()
                || first >= 240
                || (first == 100 && (64..128).contains(&second)) // carrier-grade NAT, RFC 6598
                || (first == 192 && second == 0 && third == 0) // RFC 6890
                || (first == 198 && (18..20).contains(&second)) // benchmarks, RFC 2544
        }
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.segments()[..2] == [0x2001, 0xdb8],
    };
    !is_inside && !is_never_a_service(address)
}

/// The IPv4 address inside an IPv6 one that only carries it: mapped, NAT64 (RFC 6052) or 6to4 (RFC 3056).
fn unwrapped(address: IpAddr) -> IpAddr {
    let IpAddr::V6(v6) = address else { return address };
    let halves = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        IpAddr::V4(Ipv4Addr::new(a, b, c, d))
    };
    match v6.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => halves(high, low),
        [0x2002, high, low, ..] => halves(high, low),
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(texts: &[&str], holds: fn(IpAddr) -> bool) {
        for text in texts {
            assert!(holds(text.parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn what_lies_inside_a_network_is_not_public() {
        all(
            &[
                "127.0.0.1",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "0.0.0.0",
                "168.63.129.16",
                "255.255.255.255",
                "224.0.0.1",
                "192.0.0.8",
                "198.18.0.1",
                "240.0.0.1",
                "::1",
                "::",
                "fe80::1",
                "fd00:ec2::254",
                "fc00::1",
                "ff02::1",
                "::ffff:127.0.0.1",
                "::ffff:10.0.0.1",
                "64:ff9b::a9fe:a9fe",
                "2002:7f00:1::",
                "2001:db8::1",
            ],
            |address| !is_public(address),
        );
        all(
            &["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "64:ff9b::101:101"],
            is_public,
        );
    }

    #[test]
    fn a_companys_own_network_may_hold_a_service_and_a_metadata_address_never() {
        all(&["10.1.2.3", "192.168.1.1", "127.0.0.1", "::1", "fc00::1"], |address| !is_never_a_service(address));
        all(
            &[
                "169.254.169.254",
                "169.254.0.1",
                "fe80::1",
                "fd00:ec2::254",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "::ffff:169.254.169.254",
            ],
            is_never_a_service,
        );
    }
}
