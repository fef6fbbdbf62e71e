//! The loopback listener under friends and strangers.

use std::time::Duration;

use storm_domain::port::RedirectError;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use url::Url;

use crate::support::attempt::{Attempt, ISSUER, STATE, closes, request, status};
use crate::support::holds;

#[tokio::test]
async fn the_right_redirect_gives_the_code_and_a_page() {
    let attempt = Attempt::begin().await;
    assert_eq!(attempt.uri.host_str(), Some("127.0.0.1"));
    assert!(attempt.uri.path().strip_prefix("/callback/").unwrap().len() >= 22, "unguessable path");
    let page = attempt.get(&format!("code=a%2Fb&state={STATE}&iss={ISSUER}&scope=x&scope=y")).await;
    assert!(page.contains("You are connected"), "{page}");
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "a/b");
}

holds! { only_own_answers_count:
    fn o06_attempts_have_paths_of_their_own_and_take_no_other;
    fn o27_fifty_waits_answered_out_of_order_each_get_their_own_code;
}

async fn only_own_answers_count() {
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

holds! { strays_are_turned_away:
    fn f010_other_methods_are_refused_and_the_wait_goes_on;
    fn f012_another_host_is_refused_and_the_wait_goes_on;
    fn o18_only_a_get_of_the_published_address_is_taken;
    fn o19_an_icon_and_a_prefetch_are_not_the_redirect;
}

async fn strays_are_turned_away() {
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

/// None of these queries gets more than a constant page with status 400, and the wait goes on.
async fn are_turned_away(queries: &[&str]) {
    let attempt = Attempt::begin().await;
    for query in queries {
        let page = attempt.get(&query.replace("RIGHT", STATE)).await;
        assert_eq!(status(&page), 400, "{query}");
        assert!(!page.contains("evil") && !page.contains(STATE), "{page}");
    }
    attempt.finishes().await;
}

async fn errors_without_the_right_state() {
    are_turned_away(&[
        "error=access_denied",
        "error=access_denied&state=",
        "error=access_denied&state=wrong",
        "error=access_denied&state=RIGHTx",
        "error=server_error&error_description=evil&state=wrong",
        "error=access_denied&state=wrong&iss=https://evil.example",
        "code=evil&error=access_denied&state=wrong",
    ])
    .await;
}

holds! { errors_without_the_right_state:
    fn f004_an_error_with_a_wrong_or_missing_state_changes_nothing;
    fn o21_the_state_is_looked_at_before_an_error_or_a_code;
}

#[tokio::test]
async fn f006_a_code_with_a_wrong_state_changes_nothing() {
    are_turned_away(&[
        "",
        "code=evil",
        "code=evil&state=",
        "code=evil&state=wrong",
        "code=evil&state=RIGHTx",
        "code=evil&state=wrong&iss=https://evil.example",
        "state=RIGHT",
        "code=&state=RIGHT",
        "error=&state=RIGHT",
    ])
    .await;
}

async fn parameters_that_stand_twice() {
    are_turned_away(&[
        "code=evil&code=c1&state=RIGHT",
        "code=evil&state=RIGHT&state=RIGHT",
        "code=evil&state=wrong&state=RIGHT",
        "code=evil&state=RIGHT&state=wrong",
        "error=access_denied&error=x&state=RIGHT",
        "code=evil&state=RIGHT&iss=https://service.example&iss=https://evil.example",
        "c%6fde=evil&code=c1&state=RIGHT",
    ])
    .await;
}

holds! { parameters_that_stand_twice:
    fn f007_a_code_or_a_state_that_stands_twice_changes_nothing;
    fn o22_parameters_that_stand_twice_are_refused;
}

#[tokio::test]
async fn f013_broken_and_huge_requests_are_turned_away_and_the_wait_goes_on() {
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
        ("bare LF", attempt.head("GET", &format!("{path}?code=evil&state={STATE}x")).replace('\r', "").into_bytes()),
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
async fn f014_idle_and_slow_connections_do_not_hold_up_the_redirect() {
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
async fn a_denial_ends_the_wait_with_its_own_page() {
    let attempt = Attempt::begin().await;
    let page = attempt.get(&format!("error=access_denied&state={STATE}&iss={ISSUER}")).await;
    assert!(page.contains("Nothing was connected"), "{page}");
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::Denied);
}

/// Nothing of a description reaches a page, and what reaches the window is short and clean.
async fn hostile_descriptions() {
    let script = "%3Cscript%3Ealert(1)%3C/script%3E%E2%80%AE%1B[31m";
    let attempt = Attempt::begin().await;
    let page = attempt.get(&format!("error=server_error&error_description={script}&state={STATE}&code=c")).await;
    assert_eq!(status(&page), 200);
    assert!(!page.contains("script") && !page.contains("server_error"), "{page}");
    let RedirectError::Service(words) = attempt.outcome().await.unwrap_err() else { panic!() };
    assert_eq!(words.code, "server_error");
    assert_eq!(words.description, "<script>alert(1)</script>[31m", "as text, without what steers a terminal or a line");

    let attempt = Attempt::begin().await;
    let endless = attempt.get(&format!("error=x&error_description={}&state={STATE}", "a".repeat(1_048_576))).await;
    assert!(endless.is_empty() || (400..500).contains(&status(&endless)), "{endless}");
    let long = attempt.get(&format!("error=x&error_description={}&state={STATE}", "a".repeat(7_000))).await;
    assert_eq!(body(&long), body(&page), "one page for every error");
    let RedirectError::Service(words) = attempt.outcome().await.unwrap_err() else { panic!() };
    assert_eq!(words.description.chars().count(), 200);
}

holds! { hostile_descriptions:
    fn f015_a_hostile_description_reaches_no_page_and_the_window_only_clean_and_short;
}

fn body(page: &str) -> &str {
    page.split_once("\r\n\r\n").unwrap().1
}

holds! { another_issuer:
    fn f016_another_issuer_ends_the_wait_even_with_the_right_state;
    fn o07_issuers_are_compared_character_by_character;
}

async fn another_issuer() {
    for issuer in ["https://evil.example", "https://service.example/", "HTTPS://service.example", ""] {
        let attempt = Attempt::begin().await;
        attempt.get(&format!("code=c1&state={STATE}&iss={issuer}")).await;
        assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer, "{issuer}");
    }
}

#[tokio::test]
async fn f016_a_missing_issuer_is_refused_only_where_it_was_promised() {
    let mut promised = request();
    promised.service.issuer_in_redirect = true;
    let attempt = Attempt::of(promised).await;
    attempt.get(&format!("code=c1&state={STATE}")).await;
    assert_eq!(attempt.outcome().await.unwrap_err(), RedirectError::WrongIssuer);
    Attempt::begin().await.finishes().await;
}

#[tokio::test]
async fn f008_a_second_delivery_gets_the_same_page_and_no_second_code() {
    let attempt = Attempt::begin().await;
    let query = format!("code=c1&state={STATE}");
    let first = attempt.get(&query).await;
    let second = attempt.get(&query).await;
    assert_eq!(body(&first), body(&second));
    assert_eq!(attempt.outcome().await.unwrap().code.expose(), "c1");
}

holds! { pages_are_constant:
    fn o23_pages_are_constant_and_carry_the_strict_headers;
    fn o24_pages_load_nothing_and_send_no_referrer;
}

async fn pages_are_constant() {
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
async fn o25_a_program_that_comes_first_and_guesses_gains_nothing() {
    let attempt = Attempt::begin().await;
    for guess in 0..1_000 {
        let page = attempt.get(&format!("code=evil&state=guess-{guess}")).await;
        assert_eq!(status(&page), 400, "{page}");
    }
    attempt.finishes().await;
}

#[tokio::test]
async fn a_replaced_wait_tells_the_tab_that_still_comes_to_it_and_closes_then() {
    let mut attempt = Attempt::begin().await;
    let address = attempt.address();
    attempt.desk.replace();
    assert_eq!((&mut attempt.waiting).await.unwrap().unwrap_err(), RedirectError::Replaced);
    assert_eq!(status(&attempt.get("code=evil&state=wrong").await), 400);
    let page = attempt.get(&format!("code=c1&state={STATE}")).await;
    assert!(status(&page) == 410 && page.contains("replaced"), "{page}");
    closes(address).await;
}
