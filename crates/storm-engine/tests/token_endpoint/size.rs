//! Answers without end, without haste, without depth, and answers that are hardly HTTP.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use storm_auth::Deadlines;
use storm_domain::{Delivery, TransientKind};
use storm_sandbox::{Outcome, Step};

use crate::scene::Scene;

const MEBIBYTE: usize = 1024 * 1024;

/// The most memory this process ever had, in bytes.
fn peak_memory() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

#[tokio::test]
async fn f072_reading_stops_at_one_mebibyte_whatever_comes() {
    let scene = Scene::set().await;
    scene.ensure_refreshes().await;
    let before = peak_memory();
    let ten_gigabytes = Step { status: Some(200), body_bytes: Some(10_000_000_000), ..Step::default() };
    let endless = Step {
        status: Some(200),
        headers: vec![("Transfer-Encoding".into(), "chunked".into())],
        body_bytes: Some(u64::MAX),
        ..Step::default()
    };
    let too_long_by_one = Step { status: Some(200), body_bytes: Some(MEBIBYTE as u64 + 1), ..Step::default() };
    for step in [ten_gigabytes, endless, too_long_by_one] {
        let kept = scene.ensure_kept(step, Delivery::Ambiguous, TransientKind::TooLarge).await;
        assert!(kept.message.starts_with("The service's answer was too large"), "{}", kept.message);
    }
    let aborted = scene.refreshes().iter().filter(|entry| entry.outcome == Some(Outcome::Aborted)).count();
    assert!(aborted >= 2, "the service could not send what nobody reads");

    let mut bomb = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    for _ in 0..64 {
        bomb.write_all(&vec![b' '; MEBIBYTE]).unwrap();
    }
    let bomb = Step {
        status: Some(200),
        headers: vec![("Content-Encoding".into(), "gzip".into())],
        body_base64: Some(BASE64_STANDARD.encode(bomb.finish().unwrap())),
        ..Step::default()
    };
    scene.refresh_under(bomb).await.unwrap_err();
    let grown = peak_memory() - before;
    assert!(grown < 24 * MEBIBYTE, "{grown} bytes of memory for answers of which one MiB is read");
    scene.ensure_refreshes().await;
}

#[tokio::test]
async fn f073_one_byte_a_second_is_given_up_at_the_deadline() {
    assert_eq!(Deadlines::default().token, Duration::from_secs(60));
    let scene = Scene::set().await;
    let trickle =
        Step { apply_first: false, status: Some(200), body_bytes: Some(400), chunk_delay_ms: 1000, ..Step::default() };
    let kept = scene.ensure_kept(trickle, Delivery::Ambiguous, TransientKind::Timeout).await;
    assert!(kept.message.starts_with("The service did not answer in time."), "{}", kept.message);
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn f074_depth_and_names_without_number_overflow_nothing() {
    let scene = Scene::set().await;
    let deep = "[".repeat(100_000) + &"]".repeat(100_000);
    let deeper = r#"{"a":"#.repeat(100_000) + "1" + &"}".repeat(100_000);
    let names = (0..70_000).fold(String::new(), |mut names, number| {
        write!(names, r#""n{number}":1,"#).unwrap();
        names
    });
    let tokens = r#""access_token":"{{access_token}}","token_type":"Bearer","refresh_token":"{{refresh_token}}""#;
    for body in [
        format!(r#"{{"x":{deep},{tokens}}}"#),
        format!(r#"{{"scope":{deep},{tokens}}}"#),
        format!(r#"{{"data":{deeper},{tokens}}}"#),
        format!("{{{names}{tokens}}}"),
    ] {
        let before = scene.stored().await;
        scene.refresh_answered(&body).await.unwrap();
        assert_ne!(scene.stored().await.refresh_token, before.refresh_token);
        scene.ensure_refreshes().await;
    }
    let a_million = format!("{{{}{tokens}}}", r#""name":1,"#.repeat(1_000_000));
    let step = Step { status: Some(200), body: Some(a_million), ..Step::default() };
    scene.ensure_kept(step, Delivery::Ambiguous, TransientKind::TooLarge).await;
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn what_is_hardly_http_keeps_the_grant_or_brings_the_next() {
    let scene = Scene::set().await;
    let answer = |head: &str, body: &str| format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}").into_bytes();
    let tokens = r#"{"access_token":"access","token_type":"Bearer","refresh_token":"rt-00"}"#;
    let chunked = "Transfer-Encoding: chunked\r\n";
    for (number, (name, bytes)) in [
        ("no length, until the end", answer("", tokens)),
        ("an interim answer first", [b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n", &answer("", tokens)[..]].concat()),
        (
            "chunks with extensions",
            answer(chunked, &format!("{:x};a=b\r\n{tokens}\r\n0\r\nT: u\r\n\r\n", tokens.len())),
        ),
        ("no reason", format!("HTTP/1.1 200\r\n\r\n{tokens}").into_bytes()),
        ("HTTP/1.0", format!("HTTP/1.0 200 OK\r\n\r\n{tokens}").into_bytes()),
        ("lines without a carriage return", format!("HTTP/1.1 200 OK\nA: b\n\n{tokens}").into_bytes()),
    ]
    .into_iter()
    .enumerate()
    {
        let before = scene.stored().await;
        let raw_base64 = Some(
            BASE64_STANDARD.encode(String::from_utf8(bytes).unwrap().replace("rt-00", &format!("rt-{number:02}"))),
        );
        scene
            .refresh_under(Step { raw_base64, ..Step::default() })
            .await
            .unwrap_or_else(|failure| panic!("{name}: {failure:?}"));
        assert_eq!(scene.stored().await.refresh_token, format!("rt-{number:02}"), "{name}");
        assert!(scene.stored().await.number > before.number);
    }
    for (name, bytes) in [
        ("nothing", Vec::new()),
        ("no HTTP", b"SSH-2.0-OpenSSH_9.6\r\n".to_vec()),
        ("half a head", b"HTTP/1.1 200 OK\r\nContent-Ty".to_vec()),
        ("a status of four digits", b"HTTP/1.1 2000 OK\r\n\r\n{}".to_vec()),
        ("two lengths", answer("Content-Length: 2\r\nContent-Length: 3\r\n", "{}")),
        ("a negative length", answer("Content-Length: -1\r\n", "{}")),
        ("a shorter body than announced", answer("Content-Length: 900\r\n", tokens)),
        ("a chunk without its end", answer(chunked, &format!("{:x}\r\n{tokens}", tokens.len()))),
        ("a chunk of no size", answer(chunked, &format!("zz\r\n{tokens}\r\n0\r\n\r\n"))),
        ("ten thousand headers", answer(&"A: b\r\n".repeat(10_000), "{}")),
        ("a header of two megabytes", answer(&format!("A: {}\r\n", "b".repeat(2_000_000)), "{}")),
        ("NUL in a header", answer("A: b\0c\r\n", "{}")),
    ] {
        let raw_base64 = Some(BASE64_STANDARD.encode(bytes));
        scene.rig.next_token_answer(Step { raw_base64, ..Step::default() });
        let kinds = [TransientKind::Connection];
        let kept = scene.ensure_refresh_fails(Delivery::Ambiguous, &kinds).await;
        assert!(kept.message.starts_with("The connection to the service failed."), "{name}: {}", kept.message);
    }
}

#[test]
fn o33_an_answer_that_never_ends_is_given_up_at_the_deadline() {
    f073_one_byte_a_second_is_given_up_at_the_deadline();
}

#[test]
fn o34_no_more_than_a_mebibyte_of_an_answer_is_read_or_unpacked() {
    f072_reading_stops_at_one_mebibyte_whatever_comes();
}
