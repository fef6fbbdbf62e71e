//! The loopback listener under friends and strangers.

use std::net::SocketAddr;
use std::time::Duration;

use storm_auth::HttpProvider;
use storm_domain::RedirectHost;
use storm_domain::port::{ListenError, PortHolder, Provider as _, RedirectError};
use tokio::io::AsyncWriteExt as _;
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::support::attempt::{Attempt, ISSUER, STATE, closes, exchange, expect, request, status};
use crate::support::provider;

#[tokio::test]
async fn the_right_redirect_gives_the_code_and_a_page() {
    let attempt = Attempt::begin().await;
    assert_eq!(attempt.uri.host_str(), Some("127.0.0.1"));
    assert!(attempt.uri.path().strip_prefix("/callback/").unwrap().len() >= 22, "unguessable path");
    let page = attempt.get(&format!("code=a%2Fb&state={STATE}&iss={ISSUER}&scope=x&scope=y")).await;
    assert!(page.contains("You are connected"), "{page}");
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "a/b");
}

#[tokio::test]
async fn two_attempts_have_two_paths_and_only_their_own_answers_count() {
    let attempts = futures(50).await;
    let uris: Vec<Url> = attempts.iter().map(|attempt| attempt.uri.clone()).collect();
    let paths: std::collections::HashSet<&str> = uris.iter().map(Url::path).collect();
    assert_eq!(paths.len(), 50);
    for (number, attempt) in attempts.iter().enumerate() {
        // The neighbour's path on this port, then this one's own; answered in another order than begun.
        let neighbour = &uris[(number + 1) % uris.len()];
        let head = attempt.head("GET", &format!("{}?code=x&state={STATE}", neighbour.path()));
        assert_eq!(status(&attempt.send(format!("{head}\r\n").as_bytes()).await), 404);
    }
    for (number, attempt) in attempts.into_iter().enumerate().rev() {
        attempt.get(&format!("code=c{number}&state={STATE}")).await;
        assert_eq!(attempt.outcome().await.unwrap().code.expose(), format!("c{number}"));
    }
}

async fn futures(count: usize) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    for _ in 0..count {
        attempts.push(Attempt::begin().await);
    }
    attempts
}

#[tokio::test]
async fn strays_are_turned_away_and_the_wait_goes_on() {
    let attempt = Attempt::begin().await;
    let right = format!("{}?code=evil&state={STATE}", attempt.uri.path());
    let host = attempt.address();
    let table: Vec<(&str, String, u16)> = vec![
        ("HEAD", attempt.head("HEAD", &right), 405),
        ("POST", attempt.head("POST", &right) + "Content-Length: 0\r\n", 405),
        ("OPTIONS", attempt.head("OPTIONS", &right), 405),
        ("PUT", attempt.head("PUT", &right) + "Content-Length: 0\r\n", 405),
        ("CONNECT", format!("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n"), 405),
        ("favicon", attempt.head("GET", "/favicon.ico"), 404),
        ("root", attempt.head("GET", "/"), 404),
        ("longer path", attempt.head("GET", &format!("{}/x?code=evil&state={STATE}", attempt.uri.path())), 404),
        ("other host", format!("GET {right} HTTP/1.1\r\nHost: evil.example\r\n"), 421),
        ("name instead of literal", format!("GET {right} HTTP/1.1\r\nHost: localhost:{}\r\n", host.port()), 421),
        ("no host", format!("GET {right} HTTP/1.1\r\n"), 400),
        ("two hosts", format!("GET {right} HTTP/1.1\r\nHost: {host}\r\nHost: {host}\r\n"), 400),
        ("other authority", format!("GET http://evil.example{right} HTTP/1.1\r\nHost: {host}\r\n"), 421),
        ("prefetch", attempt.head("GET", &right) + "Sec-Purpose: prefetch;prerender\r\n", 503),
        ("preview", attempt.head("GET", &right) + "Purpose: preview\r\n", 503),
    ];
    for (name, head, expected) in table {
        assert_eq!(status(&attempt.send(format!("{head}\r\n").as_bytes()).await), expected, "{name}");
    }
    attempt.finishes().await;
}

#[tokio::test]
async fn wrong_parameters_are_turned_away_and_the_wait_goes_on() {
    let attempt = Attempt::begin().await;
    for query in [
        String::new(),
        "code=evil".to_owned(),
        "code=evil&state=".to_owned(),
        "code=evil&state=wrong".to_owned(),
        format!("code=evil&state={STATE}x"),
        "error=access_denied".to_owned(),
        "error=access_denied&state=wrong".to_owned(),
        "code=evil&state=wrong&iss=https://evil.example".to_owned(),
        format!("code=evil&code=c1&state={STATE}"),
        format!("code=evil&state={STATE}&state={STATE}"),
        format!("code=evil&state=wrong&state={STATE}"),
        format!("error=access_denied&error=x&state={STATE}"),
        format!("state={STATE}"),
        format!("code=&state={STATE}"),
        format!("error=&state={STATE}"),
    ] {
        let page = attempt.get(&query).await;
        assert_eq!(status(&page), 400, "{query}");
        assert!(!page.contains("evil") && !page.contains(STATE), "{page}");
    }
    attempt.finishes().await;
}

#[tokio::test]
async fn broken_and_huge_requests_are_turned_away_and_the_wait_goes_on() {
    let attempt = Attempt::begin().await;
    let path = attempt.uri.path().to_owned();
    let many = "X-H: v\r\n".repeat(10_000);
    for (name, bytes) in [
        ("1 MiB line", format!("GET {path}?x={} HTTP/1.1\r\n\r\n", "a".repeat(1_048_576)).into_bytes()),
        (
            "10 KiB line",
            format!("{}\r\n", attempt.head("GET", &format!("{path}?state={STATE}&code={}", "a".repeat(10_240))))
                .into_bytes(),
        ),
        ("10,000 headers", format!("{}{many}\r\n", attempt.head("GET", &path)).into_bytes()),
        ("1 MiB header", format!("{}X: {}\r\n\r\n", attempt.head("GET", &path), "a".repeat(1_048_576)).into_bytes()),
        ("NUL bytes", vec![0; 1000]),
        ("HTTP/0.9", format!("GET {path}?code=evil&state={STATE}\r\n\r\n").into_bytes()),
        ("HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec()),
        ("TLS hello", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".repeat(20)),
        ("NUL in header", format!("{}X: a\0b\r\n\r\n", attempt.head("GET", &path)).into_bytes()),
    ] {
        let answer = attempt.send(&bytes).await;
        assert!(answer.is_empty() || (400..600).contains(&status(&answer)), "{name}: {answer}");
    }
    attempt.finishes().await;
}

#[tokio::test]
async fn idle_and_slow_connections_do_not_hold_up_the_redirect() {
    let attempt = Attempt::begin().await;
    let mut held = Vec::new();
    for number in 0..500 {
        let mut stream = TcpStream::connect(attempt.address()).await.unwrap();
        if number % 2 == 0 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nX-Slow: ").await;
        }
        held.push(stream);
    }
    let finished = tokio::time::timeout(Duration::from_secs(1), attempt.finishes()).await;
    assert!(finished.is_ok(), "answered within a second");
}

#[tokio::test]
async fn denial_and_errors_end_the_wait_with_their_own_page() {
    let attempt = Attempt::begin().await;
    let page = attempt.get(&format!("error=access_denied&state={STATE}&iss={ISSUER}")).await;
    assert!(page.contains("Nothing was connected"), "{page}");
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::Denied);

    let attempt = Attempt::begin().await;
    let script = "%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE%1B[31m";
    let page = attempt.get(&format!("error=server_error&error_description={script}&state={STATE}&code=c")).await;
    assert_eq!(status(&page), 200);
    assert!(!page.contains("script") && !page.contains("server_error"), "{page}");
    let RedirectError::Service(words) = attempt.outcome().await.unwrap_err() else { panic!() };
    assert_eq!(words.code, "server_error");
    assert_eq!(words.description, "<script>alert(1)</script>[31m");
}

#[tokio::test]
async fn another_issuer_ends_the_wait_even_with_the_right_state() {
    for issuer in ["https://evil.example", "https://service.example/", "HTTPS://service.example", ""] {
        let attempt = Attempt::begin().await;
        attempt.get(&format!("code=c1&state={STATE}&iss={issuer}")).await;
        assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer, "{issuer}");
    }
}

#[tokio::test]
async fn a_missing_issuer_is_refused_only_where_it_was_promised() {
    let mut promised = request();
    promised.service.issuer_in_redirect = true;
    let attempt = Attempt::of(promised).await;
    attempt.get(&format!("code=c1&state={STATE}")).await;
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer);
    Attempt::begin().await.finishes().await;
}

#[tokio::test]
async fn a_second_delivery_gets_the_same_page_and_no_second_code() {
    let attempt = Attempt::begin().await;
    let query = format!("code=c1&state={STATE}");
    let first = attempt.get(&query).await;
    let second = attempt.get(&query).await;
    let body = |page: &str| page.split_once("\r\n\r\n").unwrap().1.to_owned();
    assert_eq!(body(&first), body(&second));
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "c1");
}

#[tokio::test]
async fn pages_are_constant_and_carry_the_strict_headers() {
    let attempt = Attempt::begin().await;
    let stray = attempt.get("code=c1&state=wrong").await;
    let page = attempt.get(&format!("code=c1&state={STATE}")).await;
    for answer in [&stray, &page] {
        let head = answer.split_once("\r\n\r\n").unwrap().0.to_ascii_lowercase();
        for header in [
            "content-security-policy: default-src 'none'; style-src 'sha256-",
            "x-content-type-options: nosniff",
            "referrer-policy: no-referrer",
            "cache-control: no-store",
            "connection: close",
            "charset=utf-8",
        ] {
            assert!(head.contains(header), "{header} in {head}");
        }
    }
    assert!(page.contains("Content-Type: text/html") || page.contains("content-type: text/html"));
    for absent in ["<script", "<img", "<link", "<a ", "http://", "https://", "src=", "url("] {
        assert!(!page.contains(absent), "{absent}");
    }
    // The policy's digest is the style's.
    let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
    let digest = {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::prelude::BASE64_STANDARD.encode(sha2::Sha256::digest(style.as_bytes()))
    };
    assert!(page.contains(&format!("'sha256-{digest}'")));
    assert!(style.contains("color-scheme: light dark"));
}

#[tokio::test]
async fn the_port_closes_after_the_answer_after_a_drop_and_after_the_deadline() {
    // After the answer, soon.
    let attempt = Attempt::begin().await;
    let address = attempt.address();
    attempt.finishes().await;
    closes(address).await;

    // After a drop, at once.
    let pending = provider().listen(&request()).await.unwrap();
    let address = pending.redirect_uri().socket_addrs(|| None).unwrap()[0];
    drop(pending);
    assert!(TcpStream::connect(address).await.is_err());

    // After a cancelled wait.
    let attempt = Attempt::begin().await;
    let address = attempt.address();
    attempt.waiting.abort();
    assert!(attempt.waiting.await.unwrap_err().is_cancelled());
    assert!(TcpStream::connect(address).await.is_err());

    // After the deadline, with a page for who comes a moment late.
    let mut short = request();
    short.timeout = Duration::from_millis(50);
    let mut attempt = Attempt::of(short).await;
    assert_eq!((&mut attempt.waiting).await.unwrap().unwrap_err(), RedirectError::TimedOut);
    let late = attempt.get(&format!("code=c1&state={STATE}")).await;
    assert!(status(&late) == 410 && late.contains("no longer active"), "{late}");
    closes(attempt.address()).await;
}

#[tokio::test]
async fn only_loopback_addresses_are_listened_on() {
    let pending = provider().listen(&request()).await.unwrap();
    let port = pending.redirect_uri().port().unwrap();
    for other in ["127.0.0.2", "0.0.0.0"] {
        // The port is free on every other address, so nothing is bound to all of them.
        if other == "127.0.0.2" {
            assert!(TcpStream::connect((other, port)).await.is_err());
            assert!(TcpListener::bind((other, port)).await.is_ok());
        } else {
            assert!(TcpListener::bind((other, port)).await.is_err(), "the loopback part is taken");
        }
    }
    assert!(TcpListener::bind(("127.0.0.1", port)).await.is_err(), "nobody else can share it");
}

#[tokio::test]
async fn localhost_is_answered_on_both_families() {
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
async fn a_taken_port_is_named_and_the_next_one_is_tried() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let also_taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (first, second) = (taken.local_addr().unwrap().port(), also_taken.local_addr().unwrap().port());
    let mut fixed = request();
    fixed.service.redirect_path = Some("oauth/callback".to_owned());
    fixed.service.redirect_ports = vec![first, second];
    let provider: HttpProvider = provider();
    let Err(refused) = provider.listen(&fixed).await else { panic!("the port was free") };
    assert_eq!(refused, ListenError::PortTaken { port: second, holder: Some(PortHolder::Ourselves) });
    drop(also_taken);
    let pending = provider.listen(&fixed).await.unwrap();
    assert_eq!(pending.redirect_uri().as_str(), format!("http://127.0.0.1:{second}/oauth/callback"));
}

#[tokio::test]
async fn a_fixed_port_is_free_again_for_the_next_attempt() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut fixed = request();
    fixed.service.redirect_ports = vec![free.local_addr().unwrap().port()];
    drop(free);
    for _ in 0..3 {
        let attempt = Attempt::of(fixed.clone()).await;
        let address = attempt.address();
        attempt.finishes().await;
        closes(address).await;
    }
}
