//! The port itself: where it is opened, who else may have it, when it closes.

use std::net::SocketAddr;
use std::time::Duration;

use storm_domain::RedirectHost;
use storm_domain::port::{ListenError, ListenRequest, PortHolder, Provider as _, RedirectError};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};

use crate::support::attempt::{Attempt, STATE, closes, exchange, expect, request, status};
use crate::support::{holds, provider};

fn fixed(ports: &[u16]) -> ListenRequest {
    let mut fixed = request();
    fixed.service.redirect_path = Some("oauth/callback".to_owned());
    fixed.service.redirect_ports = ports.to_vec();
    fixed
}

async fn refusal(request: &ListenRequest) -> ListenError {
    match provider().listen(request).await {
        Ok(pending) => panic!("{} was opened", pending.redirect_uri()),
        Err(refused) => refused,
    }
}

#[tokio::test]
async fn f002_a_dropped_wait_closes_the_port_at_once() {
    let pending = provider().listen(&request()).await.unwrap();
    let address = pending.redirect_uri().socket_addrs(|| None).unwrap()[0];
    drop(pending);
    assert!(TcpStream::connect(address).await.is_err());

    let attempt = Attempt::begin().await;
    let address = attempt.address();
    attempt.waiting.abort();
    assert!(attempt.waiting.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn f009_a_code_after_the_deadline_gets_a_page_that_says_so() {
    let mut short = request();
    short.timeout = Duration::from_millis(50);
    let mut attempt = Attempt::of(short).await;
    assert_eq!((&mut attempt.waiting).await.unwrap().unwrap_err(), RedirectError::TimedOut);
    let late = attempt.get(&format!("code=c1&state={STATE}")).await;
    assert!(status(&late) == 410 && late.contains("no longer active"), "{late}");
    closes(attempt.address()).await;
}

#[tokio::test]
async fn o17_the_port_closes_after_the_answer_and_a_hundred_abandoned_waits_leave_none_open() {
    let attempt = Attempt::begin().await;
    let address = attempt.address();
    attempt.finishes().await;
    closes(address).await;

    let mut short = request();
    short.timeout = Duration::from_millis(200);
    let mut abandoned = Vec::new();
    for _ in 0..100 {
        abandoned.push(Attempt::of(short.clone()).await);
    }
    for attempt in abandoned {
        let address = attempt.address();
        assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::TimedOut);
        closes(address).await;
    }
}

#[tokio::test]
async fn o13_only_loopback_addresses_are_listened_on() {
    let pending = provider().listen(&request()).await.unwrap();
    let port = pending.redirect_uri().port().unwrap();
    // The address this computer has for others; nothing is sent to find it.
    let outward = UdpSocket::bind("0.0.0.0:0").await.unwrap();
    let lan = match outward.connect("192.0.2.1:9").await {
        Ok(()) => Some(outward.local_addr().unwrap().ip()),
        Err(_) => None,
    };
    for other in lan.into_iter().chain(["127.0.0.2".parse().unwrap()]) {
        assert!(TcpStream::connect((other, port)).await.is_err(), "{other} is answered");
        // The port is free there, so nothing is bound to all addresses.
        assert!(TcpListener::bind((other, port)).await.is_ok(), "{other} is taken");
    }
    assert!(TcpListener::bind(("0.0.0.0", port)).await.is_err(), "the loopback part is taken");
}

#[tokio::test]
async fn o14_localhost_is_written_only_where_the_service_wants_it_and_answered_on_both_families() {
    assert_eq!(provider().listen(&request()).await.unwrap().redirect_uri().host_str(), Some("127.0.0.1"));
    let mut by_name = request();
    by_name.service.redirect_host = RedirectHost::Localhost;
    let pending = provider().listen(&by_name).await.unwrap();
    let uri = pending.redirect_uri();
    assert_eq!(uri.host_str(), Some("localhost"));
    let port = uri.port().unwrap();
    let has_ipv6 = TcpListener::bind("[::1]:0").await.is_ok();
    let waiting = tokio::spawn(expect(pending).outcome);
    let head = format!("GET {}?code=c1&state=wrong HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n", uri.path());
    assert_eq!(status(&exchange(SocketAddr::from(([127, 0, 0, 1], port)), head.as_bytes()).await), 400);
    if has_ipv6 {
        let answer = exchange(format!("[::1]:{port}").parse().unwrap(), head.as_bytes()).await;
        assert_eq!(status(&answer), 400);
    }
    waiting.abort();
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn o15_nobody_else_can_have_the_same_port_however_it_asks() {
    let pending = provider().listen(&request()).await.unwrap();
    let port = pending.redirect_uri().port().unwrap();
    for address in ["127.0.0.1", "0.0.0.0"] {
        for (reuse_address, reuse_port) in [(false, false), (true, false), (false, true), (true, true)] {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_reuseaddr(reuse_address).unwrap();
            socket.set_reuseport(reuse_port).unwrap();
            let taken = socket.bind((address.parse::<std::net::IpAddr>().unwrap(), port).into());
            assert!(
                taken.is_err() || socket.listen(1).is_err(),
                "{address} with {reuse_address} and {reuse_port} got the port too"
            );
        }
    }
}

#[tokio::test]
async fn a_taken_port_is_named_and_the_next_one_is_tried() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let also_taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (first, second) = (taken.local_addr().unwrap().port(), also_taken.local_addr().unwrap().port());
    let fixed = fixed(&[first, second]);
    let expected = ListenError::PortTaken { port: second, holder: Some(PortHolder::Ourselves) };
    assert_eq!(refusal(&fixed).await, expected);
    drop(also_taken);
    let pending = provider().listen(&fixed).await.unwrap();
    assert_eq!(pending.redirect_uri().as_str(), format!("http://127.0.0.1:{second}/oauth/callback"));
}

/// Another program has the port before us, on this address or on all of them.
async fn a_stranger_has_the_port() {
    for address in ["127.0.0.1", "0.0.0.0"] {
        let (mut stranger, port) = other_program::listening_on(address).await;
        let ListenError::PortTaken { port: named, holder } = refusal(&fixed(&[port])).await else {
            panic!("{address}")
        };
        assert_eq!(named, port);
        let own_name = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let expected =
            PortHolder::Program { name: own_name.chars().take(64).collect(), process: stranger.id().unwrap() };
        assert_eq!(holder, Some(expected), "{address}");
        stranger.kill().await.unwrap();
        provider().listen(&fixed(&[port])).await.unwrap();
    }
}

holds! { a_stranger_has_the_port:
    fn f018_the_program_that_holds_a_fixed_port_is_named;
    fn o26_a_port_that_another_program_has_is_never_used;
}

#[tokio::test]
async fn a_fixed_port_is_free_again_for_the_next_attempt() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let fixed = fixed(&[free.local_addr().unwrap().port()]);
    drop(free);
    for _ in 0..3 {
        let attempt = Attempt::of(fixed.clone()).await;
        attempt.finishes().await;
    }
    // A replaced wait lets go of it as well, and at once.
    let mut replaced = Attempt::of(fixed.clone()).await;
    replaced.desk.replace();
    assert_eq!((&mut replaced.waiting).await.unwrap().unwrap_err(), RedirectError::Replaced);
    Attempt::of(fixed).await.finishes().await;
}

/// This program once more, as another process.
mod other_program {
    use std::io::{Read as _, Write as _};
    use std::process::Stdio;

    use tokio::io::{AsyncBufReadExt as _, BufReader};
    use tokio::process::{Child, Command};

    const ADDRESS: &str = "STORM_TEST_LISTEN_ON";

    pub async fn listening_on(address: &str) -> (Child, u16) {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "--ignored", "--nocapture", "loopback_port::other_program::listens"]);
        command.env(ADDRESS, address).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        loop {
            let line = lines.next_line().await.unwrap().unwrap();
            if let Some((_, port)) = line.split_once("PORT ") {
                return (child, port.parse().unwrap());
            }
        }
    }

    #[test]
    #[ignore = "is started by the tests above"]
    #[expect(clippy::disallowed_methods, reason = "how the tests tell their other process")]
    fn listens() {
        let Ok(address) = std::env::var(ADDRESS) else { return };
        let listener = std::net::TcpListener::bind((address, 0)).unwrap();
        writeln!(std::io::stdout(), "PORT {}", listener.local_addr().unwrap().port()).unwrap();
        // Until the one who started it is gone.
        let _ = std::io::stdin().read(&mut [0]);
    }
}
