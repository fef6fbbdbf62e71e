//! The port on computers whose loopback is not the usual one. Each is a network namespace of Linux in which this program runs
//! once more; where the system lets nobody make one, the test is skipped, and says so.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::process::Command;
use std::time::Duration;

use storm_domain::port::{ListenError, Provider as _};

use crate::support::attempt::{Attempt, request};
use crate::support::provider;

/// Runs the test `inside` where `prepare`, commands of a shell, has changed the network.
fn on_a_computer_where(prepare: &str, inside: &str) {
    let may = Command::new("unshare").args(["--map-root-user", "--net", "ip", "link"]).output();
    if !may.is_ok_and(|output| output.status.success()) {
        // Past the harness, which would capture eprintln: a skipped test must be loud.
        let told = format!("SKIPPED {inside}: no network namespace can be made\n");
        std::io::stderr().write_all(told.as_bytes()).unwrap();
        return;
    }
    let shell =
        format!("set -e; {prepare}; exec \"$0\" --exact --ignored --nocapture loopback_network::inside::{inside}");
    let program = std::env::current_exe().unwrap();
    let output =
        Command::new("unshare").args(["--map-root-user", "--net", "sh", "-c", &shell]).arg(program).output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).join("\n");
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

#[test]
fn f019_a_computer_without_ipv4_is_listened_on_by_ipv6() {
    on_a_computer_where("ip link set lo up; ip addr del 127.0.0.1/8 dev lo", "answers_by_ipv6");
}

#[test]
fn f019_a_computer_without_ipv6_is_listened_on_by_ipv4() {
    on_a_computer_where("ip link set lo up; ip addr del ::1/128 dev lo", "answers_by_ipv4");
}

#[test]
fn f025_a_firewall_that_drops_what_comes_is_said_before_the_browser_opens() {
    on_a_computer_where(
        "ip link set lo up; echo 0 > /proc/sys/net/ipv4/conf/lo/disable_policy; \
         ip xfrm policy add dir in src 127.0.0.0/8 dst 127.0.0.0/8 proto tcp action block",
        "is_blocked",
    );
}

#[test]
fn f025_a_loopback_that_is_switched_off_is_said_before_the_browser_opens() {
    on_a_computer_where("ip link set lo down", "is_blocked");
}

/// What runs in there.
mod inside {
    use super::*;
    use storm_domain::RedirectHost;

    #[tokio::test]
    #[ignore = "is started by the tests above"]
    async fn answers_by_ipv6() {
        let attempt = Attempt::begin().await;
        assert_eq!(attempt.uri.host_str(), Some("[::1]"));
        attempt.finishes().await;
        let mut by_name = request();
        by_name.service.redirect_host = RedirectHost::Localhost;
        provider().listen(&by_name).await.unwrap();
    }

    #[tokio::test]
    #[ignore = "is started by the tests above"]
    async fn answers_by_ipv4() {
        let attempt = Attempt::begin().await;
        assert_eq!(attempt.uri.host_str(), Some("127.0.0.1"));
        attempt.finishes().await;
        let mut by_name = request();
        by_name.service.redirect_host = RedirectHost::Localhost;
        provider().listen(&by_name).await.unwrap();
    }

    #[tokio::test]
    #[ignore = "is started by the tests above"]
    async fn is_blocked() {
        let (provider, request) = (provider(), request());
        let listened = tokio::time::timeout(Duration::from_secs(10), provider.listen(&request)).await;
        let Err(refused) = listened.unwrap() else { panic!("it was taken for reachable") };
        assert!(matches!(refused, ListenError::Blocked { .. }), "{refused:?}");
    }
}
