//! Whole conversations over a real socket, between well-behaved sides and others.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::fake_lender::{Served, lent, token};
use storm_broker::{Client, LogRequest, RefusalKind, Request, Response};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

async fn say(stream: &mut UnixStream, frame: &[u8]) {
    stream.write_all(frame).await.unwrap();
}

async fn hear(stream: &mut UnixStream) -> String {
    let length = stream.read_u32().await.unwrap();
    let mut body = vec![0; usize::try_from(length).unwrap()];
    stream.read_exact(&mut body).await.unwrap();
    String::from_utf8(body).unwrap()
}

fn frame(body: &str) -> Vec<u8> {
    [&u32::try_from(body.len()).unwrap().to_be_bytes(), body.as_bytes()].concat()
}

fn refusal(response: Response) -> (RefusalKind, String) {
    match response {
        Response::Refused(refusal) => (refusal.refusal, refusal.message),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_consumer_is_lent_a_token_with_the_lifetime_it_asks_for() {
    let served = Served::start(1);
    let Ok(Response::Token(loan)) = served.ask(token("github")).await else { panic!("nothing was lent") };
    assert_eq!(loan.expires_at, Some(60_000));
    assert_eq!(lent(Ok(Response::Token(loan))), "token of github");
}

#[tokio::test]
async fn one_connection_carries_many_requests() {
    let served = Served::start(1);
    let socket = served.socket.clone();
    tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(&socket).unwrap();
        for name in ["a", "b", "c"] {
            assert_eq!(lent(client.ask(&token(name))), format!("token of {name}"));
        }
        assert!(matches!(client.ask(&Request::Status), Ok(Response::Status(_))));
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn a_slow_service_delays_nobody_else() {
    let served = Served::start(1);
    let slow = served.ask(token("slow"));
    let mut slow = std::pin::pin!(slow);
    tokio::select! {
        biased;
        _ = &mut slow => panic!("the gate is shut"),
        quick = served.ask(token("quick")) => assert_eq!(lent(quick), "token of quick"),
    }
    served.lender.gate.add_permits(1);
    assert_eq!(lent(slow.await), "token of slow");
}

#[tokio::test]
async fn a_frame_of_4_gigabytes_is_refused_and_others_are_served() {
    let served = Served::start(1);
    let mut rude = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut rude, &[0xff; 8]).await;
    assert!(hear(&mut rude).await.contains("not_understood"));
    assert_eq!(lent(served.ask(token("github")).await), "token of github");
}

#[tokio::test]
async fn an_unknown_version_is_answered_with_who_must_be_updated() {
    let served = Served::start(1);
    let mut newer = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut newer, &frame(r#"{"version":7,"body":{"dance":{}}}"#)).await;
    let answer = hear(&mut newer).await;
    assert!(answer.contains("unknown_version") && answer.contains("Update the host"), "{answer}");
    say(&mut newer, &frame(r#"{"version":0,"body":"status"}"#)).await;
    assert!(hear(&mut newer).await.contains("Update the client"));
    say(&mut newer, &frame(r#"{"version":1,"body":"status"}"#)).await;
    assert!(hear(&mut newer).await.contains("host_version"));
}

#[tokio::test]
async fn nonsense_is_answered_and_the_connection_lives_on() {
    let served = Served::start(1);
    let mut confused = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut confused, &frame("\u{0}[[[")).await;
    assert!(hear(&mut confused).await.contains("not_understood"));
    say(&mut confused, &frame(r#"{"version":1,"body":"status"}"#)).await;
    assert!(hear(&mut confused).await.contains("host_version"));
}

#[tokio::test]
async fn a_peer_that_says_nothing_is_let_go() {
    let served = Served::start(1);
    let mut silent = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut silent, &[0, 0]).await;
    let ended = tokio::time::timeout(Duration::from_secs(20), silent.read(&mut [0; 1])).await;
    assert_eq!(ended.expect("the host still waits").unwrap(), 0);
}

#[tokio::test]
async fn the_65th_connection_is_turned_away_and_served_when_there_is_a_place() {
    let served = Served::start(1);
    let mut open = Vec::new();
    for _ in 0..64 {
        let mut stream = UnixStream::connect(&served.socket).await.unwrap();
        say(&mut stream, &frame(r#"{"version":1,"body":"status"}"#)).await;
        hear(&mut stream).await;
        open.push(stream);
    }
    let (kind, _) = refusal(served.ask(token("github")).await.unwrap());
    assert_eq!(kind, RefusalKind::Busy);
    drop(open);
    tokio::time::timeout(Duration::from_secs(20), async {
        while !matches!(served.ask(token("github")).await, Ok(Response::Token(_))) {}
    })
    .await
    .expect("the places were never given back");
}

#[tokio::test]
async fn ten_thousand_connections_leave_the_host_standing() {
    let served = Served::start(1);
    for _ in 0..10_000 {
        UnixStream::connect(&served.socket).await.unwrap();
    }
    tokio::time::timeout(Duration::from_secs(20), async {
        while !matches!(served.ask(token("github")).await, Ok(Response::Token(_))) {}
    })
    .await
    .expect("the host did not recover");
}

#[tokio::test]
async fn a_lending_goes_on_when_nobody_waits_for_it_any_more() {
    let served = Served::start(1);
    let mut impatient = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut impatient, &frame(r#"{"version":1,"body":{"token":{"name":"slow"}}}"#)).await;
    drop(impatient);
    served.lender.gate.add_permits(1);
    tokio::time::timeout(Duration::from_secs(20), async {
        while served.lender.lent.load(Ordering::SeqCst) == 0 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("the lending was cut off");
}

#[tokio::test]
async fn a_fault_in_one_request_is_an_answer_and_the_host_lives() {
    let served = Served::start(1);
    let (kind, _) = refusal(served.ask(token("panics")).await.unwrap());
    assert_eq!(kind, RefusalKind::Other);
    assert_eq!(lent(served.ask(token("github")).await), "token of github");
}

#[tokio::test]
async fn a_status_of_ten_thousand_integrations_is_cut_to_one_frame() {
    let served = Served::start(10_000);
    let Ok(Response::Status(status)) = served.ask(Request::Status).await else { panic!("no status") };
    assert!(!status.integrations.is_empty());
    assert_eq!(status.integrations.len() + status.not_listed, 10_000);
}

#[tokio::test]
async fn a_page_of_the_log_is_cut_to_one_frame_and_goes_on_where_it_was_cut() {
    let served = Served::start(1);
    let (mut sequences, mut before) = (Vec::new(), None);
    loop {
        let asked = LogRequest { before, ..LogRequest::default() };
        let Response::Log(page) = served.ask(Request::Log(asked)).await.unwrap() else { panic!("no page") };
        sequences.extend(page.entries.iter().map(|entry| entry.sequence));
        before = page.older;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(sequences, (1..=200).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn an_answer_that_does_not_fit_is_refused_in_words() {
    let served = Served::start(1);
    let (kind, message) = refusal(served.ask(token("long")).await.unwrap());
    assert_eq!((kind, message.as_str()), (RefusalKind::Other, "The answer does not fit into one message."));
}

#[tokio::test]
async fn an_unknown_name_is_answered_with_a_suggestion() {
    let served = Served::start(3);
    let (kind, message) = refusal(served.ask(token("integration nummer 2")).await.unwrap());
    assert_eq!(kind, RefusalKind::NoSuchIntegration);
    assert_eq!(message, "not there Did you mean “integration number 2”?");
}

#[tokio::test]
async fn after_a_hand_over_the_connection_ends_when_the_socket_is_free() {
    let served = Served::start(1);
    let mut window = UnixStream::connect(&served.socket).await.unwrap();
    say(&mut window, &frame(r#"{"version":1,"body":"hand_over"}"#)).await;
    assert!(hear(&mut window).await.contains("handing_over"));
    assert!(served.lender.asked_for_hand_over.load(Ordering::SeqCst));
    served.task.abort();
    assert_eq!(window.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(storm_broker::host::Broker::bind(&served.socket).is_ok(), "the socket is not free yet");
}
