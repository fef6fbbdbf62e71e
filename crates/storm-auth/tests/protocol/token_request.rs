//! Sending: what goes out, and what a failure says about it.

use std::time::Duration;

use storm_domain::port::{Provider as _, TokenGrant, TokenRequest};
use storm_domain::{BodyFormat, ClientAuth, Delivery, OAuthService, RefreshFailure, SendFailure, TransientKind};
use storm_secret::{AuthorizationCode, CodeVerifier, RefreshToken};
use tokio::net::TcpListener;
use url::Url;

use crate::support::{
    RawServer, Reply, confidential_client, impatient_provider, json, provider, public_client, service,
};

const OK: &str = r#"{"access_token":"at","token_type":"Bearer","refresh_token":"r2","expires_in":3600}"#;

async fn refresh(service: &OAuthService) -> Result<storm_domain::RawTokenAnswer, SendFailure> {
    let refresh_token = RefreshToken::new("r1");
    let request = TokenRequest {
        service,
        client: &public_client(),
        grant: TokenGrant::RefreshToken(&refresh_token),
        dpop_key: None,
    };
    impatient_provider().send_token_request(request).await
}

async fn failure(reply: Reply) -> (Delivery, TransientKind) {
    let server = RawServer::always(reply).await;
    let failure = refresh(&service(&server.base)).await.unwrap_err();
    assert_eq!(server.requests().len(), 1, "a token request is sent once");
    (failure.delivery, failure.kind)
}

fn head(length: &str) -> String {
    format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n")
}

#[tokio::test]
async fn a_refresh_is_a_form_with_the_client_in_the_body() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let answer = refresh(&service(&server.base)).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body.expose(), OK.as_bytes());
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /token HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("accept: application/json\r\n"));
    assert!(request.contains("content-type: application/x-www-form-urlencoded\r\n"));
    assert!(request.contains("user-agent: storm-connect/"));
    assert!(!request.contains("accept-encoding"), "nothing is asked for compressed");
    assert!(request.ends_with("\r\n\r\ngrant_type=refresh_token&refresh_token=r1&client_id=desktop"));
}

#[tokio::test]
async fn a_code_is_exchanged_with_its_verifier_and_basic_authentication_that_is_form_encoded_first() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let mut service = service(&server.base);
    service.token_client_auth = ClientAuth::Basic;
    service.token_params = vec![("audience".to_owned(), "a b".to_owned())];
    service.token_headers = vec![("Notion-Version".to_owned(), "2022-06-28".to_owned())];
    let grant = TokenGrant::AuthorizationCode {
        code: AuthorizationCode::new("c/1"),
        code_verifier: CodeVerifier::new("v"),
        redirect_uri: Url::parse("http://127.0.0.1:1/cb").unwrap(),
    };
    let client = confidential_client();
    provider()
        .send_token_request(TokenRequest { service: &service, client: &client, grant, dpop_key: None })
        .await
        .unwrap();
    let request = server.requests().remove(0);
    // "app%3A1:s%26cret+%2B", RFC 6749 §2.3.1
    assert!(request.contains("authorization: Basic YXBwJTNBMTpzJTI2Y3JldCslMkI=\r\n"), "{request}");
    assert!(request.contains("notion-version: 2022-06-28\r\n"));
    assert!(request.ends_with(
        "\r\n\r\ngrant_type=authorization_code&code=c%2F1&redirect_uri=http%3A%2F%2F127.0.0.1%3A1%2Fcb&code_verifier=v&audience=a+b"
    ));
}

#[tokio::test]
async fn client_authentication_is_chosen_for_each_grant_and_a_body_may_be_json() {
    let server = RawServer::always(json("200 OK", OK)).await;
    let mut service = service(&server.base);
    service.token_client_auth = ClientAuth::Basic;
    service.refresh_client_auth = ClientAuth::Body;
    service.refresh_url = server.url("/refresh");
    service.body_format = BodyFormat::Json;
    let refresh_token = RefreshToken::new("r\"1");
    let client = confidential_client();
    let grant = TokenGrant::RefreshToken(&refresh_token);
    provider()
        .send_token_request(TokenRequest { service: &service, client: &client, grant, dpop_key: None })
        .await
        .unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /refresh "));
    assert!(!request.contains("authorization:"));
    assert!(request.ends_with(
        r#"{"grant_type":"refresh_token","refresh_token":"r\"1","client_id":"app:1","client_secret":"s&cret +"}"#
    ));
}

#[tokio::test]
async fn o31_no_redirect_is_followed_and_the_second_host_is_never_asked() {
    for status in ["301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"] {
        let other = RawServer::always(json("200 OK", OK)).await;
        let location = other.url("/token");
        let redirect = format!("HTTP/1.1 {status}\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
        let server = RawServer::always(Reply::Bytes(redirect.into_bytes())).await;
        let service = service(&server.base);
        let answer = refresh(&service).await.unwrap();
        let access = provider().read_token_answer(&service, &answer).access;
        assert!(
            matches!(&access, Err(RefreshFailure::Transient { kind: TransientKind::Redirected, .. })),
            "{status}: {access:?}"
        );
        assert!(other.requests().is_empty(), "{status}");
        assert_eq!(server.requests().len(), 1, "nor is the first host asked again: {status}");
    }
}

#[tokio::test]
async fn a_refused_connection_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let failure = refresh(&service(&base)).await.unwrap_err();
    assert_eq!((failure.delivery, failure.kind), (Delivery::NotSent, TransientKind::Connection));
}

#[tokio::test]
async fn an_unknown_host_was_not_sent() {
    let failure = refresh(&service(&Url::parse("https://no-such-host.invalid/").unwrap())).await.unwrap_err();
    assert_eq!(failure.delivery, Delivery::NotSent);
    assert!(matches!(failure.kind, TransientKind::Dns | TransientKind::Timeout), "{failure:?}");
}

#[tokio::test]
async fn o32_plain_http_to_another_computer_is_not_sent() {
    let failure = refresh(&service(&Url::parse("http://192.0.2.1/").unwrap())).await.unwrap_err();
    assert_eq!((failure.delivery, failure.kind), (Delivery::NotSent, TransientKind::Tls));
}

#[tokio::test]
async fn o32_a_server_that_does_not_speak_tls_was_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = Url::parse(&format!("https://{}/", listener.local_addr().unwrap())).unwrap();
    let server = tokio::spawn(async move {
        use tokio::io::AsyncWriteExt as _;
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
    });
    let failure = refresh(&service(&base)).await.unwrap_err();
    server.await.unwrap();
    assert_eq!((failure.delivery, failure.kind), (Delivery::NotSent, TransientKind::Tls));
}

#[tokio::test]
async fn o32_an_untrusted_certificate_was_not_sent() {
    let (base, contacted) = crate::support::untrusted_tls_server().await;
    let failure = refresh(&service(&base)).await.unwrap_err();
    assert_eq!((failure.delivery, failure.kind), (Delivery::NotSent, TransientKind::Tls));
    assert!(contacted.await.unwrap().is_err(), "the handshake was refused");
}

#[tokio::test]
async fn o33_silence_is_ambiguous_after_the_deadline() {
    assert_eq!(failure(Reply::Silence).await, (Delivery::Ambiguous, TransientKind::Timeout));
}

#[tokio::test]
async fn a_reset_before_the_answer_is_ambiguous() {
    assert_eq!(failure(Reply::Reset(Vec::new())).await, (Delivery::Ambiguous, TransientKind::Connection));
}

#[tokio::test]
async fn a_reset_in_the_middle_of_the_body_is_ambiguous() {
    let half = head("Content-Length: 90\r\n") + r#"{"access_token":"at","#;
    assert_eq!(failure(Reply::Reset(half.into_bytes())).await, (Delivery::Ambiguous, TransientKind::Connection));
}

#[tokio::test]
async fn o34_a_body_shorter_than_announced_is_ambiguous() {
    let half = head("Content-Length: 90\r\n") + OK;
    assert_eq!(failure(Reply::Bytes(half.into_bytes())).await, (Delivery::Ambiguous, TransientKind::Connection));
}

#[tokio::test]
async fn o33_a_trickle_is_ambiguous_after_the_deadline() {
    let head = head("Content-Length: 1000\r\n");
    let reply = Reply::Endless { head, piece: b" ".to_vec(), pause: Duration::from_millis(20) };
    assert_eq!(failure(reply).await, (Delivery::Ambiguous, TransientKind::Timeout));
}

#[tokio::test]
async fn o34_an_endless_answer_is_cut_at_one_mebibyte() {
    for length in ["", "Transfer-Encoding: chunked\r\n"] {
        let piece =
            if length.is_empty() { vec![b' '; 65536] } else { [b"10000\r\n", &[b' '; 65536][..], b"\r\n"].concat() };
        let reply = Reply::Endless { head: head(length), piece, pause: Duration::ZERO };
        let server = RawServer::always(reply).await;
        let failure = refresh(&service(&server.base)).await.unwrap_err();
        assert_eq!((failure.delivery, failure.kind), (Delivery::Ambiguous, TransientKind::TooLarge));
        // What lies in the system's socket buffers counts as written.
        assert!(server.written() < 16 * 1024 * 1024, "{} bytes", server.written());
    }
}

#[tokio::test]
async fn o34_ten_announced_gigabytes_are_not_read() {
    let head = head("Content-Length: 10000000000\r\n");
    let reply = Reply::Endless { head, piece: vec![b' '; 65536], pause: Duration::ZERO };
    assert_eq!(failure(reply).await, (Delivery::Ambiguous, TransientKind::TooLarge));
}

#[tokio::test]
async fn o35_a_token_of_many_kilobytes_comes_through_whole() {
    let token = "x".repeat(200_000);
    let body = format!(r#"{{"access_token":"{token}","token_type":"Bearer"}}"#);
    let server = RawServer::always(json("200 OK", &body)).await;
    let service = service(&server.base);
    let answer = refresh(&service).await.unwrap();
    assert_eq!(provider().read_token_answer(&service, &answer).access.unwrap().expose(), token);
}

#[tokio::test]
async fn o45_retry_after_and_date_are_read_from_the_head() {
    let busy = "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 120\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 0\r\n\r\n";
    let server = RawServer::always(Reply::Bytes(busy.as_bytes().to_vec())).await;
    let answer = refresh(&service(&server.base)).await.unwrap();
    assert_eq!(answer.retry_after, Some(Duration::from_secs(120)));
    assert_eq!(answer.server_time.map(|time| time.0), Some(784_111_777_000));
}

#[tokio::test]
async fn no_failure_shows_a_secret_or_an_address() {
    let server = RawServer::always(Reply::Reset(b"HTTP/1.1 200 OK\r\n".to_vec())).await;
    let mut service = service(&server.base);
    service.refresh_url = server.url("/token?key=PLANTED-1");
    let refresh_token = RefreshToken::new("PLANTED-2");
    let request = TokenRequest {
        service: &service,
        client: &confidential_client(),
        grant: TokenGrant::RefreshToken(&refresh_token),
        dpop_key: None,
    };
    assert!(!format!("{request:?}").contains("PLANTED-2"));
    let failure = provider().send_token_request(request).await.unwrap_err();
    let shown = format!("{failure:?}");
    assert!(!shown.contains("PLANTED") && !shown.contains("127.0.0.1"), "{shown}");
}
