//! Keys that sign: AWS Signature Version 4, and the verdicts on STS's answers.

use storm_domain::port::Provider as _;
use storm_domain::{
    Account, AnswerFormat, ApiKeyCredential, Credential, HttpMethod, IdentityPaths, KeyPlacement, Verdict,
    VerifyRequest,
};
use storm_secret::ApiKey;
use url::Url;

use crate::support::{RawServer, Reply, provider};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const WHO: &str = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult>\
    <Arn>arn:aws:iam::123456789012:user/Alice</Arn><UserId>AIDA1</UserId><Account>123456789012</Account>\
    </GetCallerIdentityResult></GetCallerIdentityResponse>";
const EXPIRED: &str = "<ErrorResponse><Error><Type>Sender</Type><Code>SignatureDoesNotMatch</Code>\
    <Message>Signature expired: 20231114T221320Z is now earlier than 20231114T225820Z</Message></Error></ErrorResponse>";

fn request(url: Url) -> VerifyRequest {
    VerifyRequest {
        method: HttpMethod::Post,
        url,
        placement: KeyPlacement::AwsSigV4 { service: "sts".to_owned(), region: "eu-central-1".to_owned() },
        headers: vec![("Content-Type".to_owned(), "application/x-www-form-urlencoded".to_owned())],
        body: Some("Action=GetCallerIdentity&Version=2011-06-15".to_owned()),
        answer: AnswerFormat::Xml,
        ok_pointer: None,
        error_pointer: Some("/Error/Code".to_owned()),
        limited_codes: vec!["AccessDenied".to_owned()],
        refused_codes: vec!["InvalidClientTokenId".to_owned(), "SignatureDoesNotMatch".to_owned()],
        limited_means: None,
        identity: IdentityPaths {
            id: Some("/GetCallerIdentityResult/UserId".to_owned()),
            label: Some("/GetCallerIdentityResult/Arn".to_owned()),
        },
        is_userinfo: false,
    }
}

fn key(id: Option<&str>) -> Credential {
    Credential::ApiKey(ApiKeyCredential { id: id.map(str::to_owned), key: ApiKey::new(SECRET) })
}

fn answer(status: &str, date: &str, body: &str) -> Reply {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{date}Content-Type: text/xml\r\nContent-Length: {length}\r\n");
    Reply::Bytes(format!("{head}Connection: close\r\n\r\n{body}").into_bytes())
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find(|line| line.to_ascii_lowercase().starts_with(&format!("{name}: ")));
    line.unwrap_or_else(|| panic!("no {name} in {request}")).split_once(": ").unwrap().1
}

#[tokio::test]
async fn a_key_signs_the_request_and_never_travels_itself() {
    let server = RawServer::always(answer("200 OK", "", WHO)).await;
    let verdict = provider().verify(&request(server.url("/")), &key(Some("AKIA1")), None).await;
    let account = Account { id: "AIDA1".to_owned(), label: "arn:aws:iam::123456789012:user/Alice".to_owned() };
    assert_eq!(verdict, Verdict::Works { account: Some(account) });
    let sent = &server.requests()[0];
    let signature = header(sent, "authorization");
    let date = header(sent, "x-amz-date");
    let expected = format!(
        "AWS4-HMAC-SHA256 Credential=AKIA1/{}/eu-central-1/sts/aws4_request, \
        SignedHeaders=content-type;host;x-amz-date, Signature=",
        &date[..8]
    );
    assert!(signature.starts_with(&expected), "{signature}");
    assert!(!sent.contains(SECRET));

    let nameless = provider().verify(&request(server.url("/")), &key(None), None).await;
    assert!(matches!(nameless, Verdict::Refused { .. }), "a key without its id cannot sign: {nameless:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_users_clock_is_corrected_once_by_the_services_date() {
    const AN_HOUR_LATER: &str = "Date: Tue, 14 Nov 2023 23:13:20 GMT\r\n";
    let server = RawServer::start(|number| match number {
        0 => answer("403 Forbidden", AN_HOUR_LATER, EXPIRED),
        _ => answer("200 OK", AN_HOUR_LATER, WHO),
    })
    .await;
    let verdict = provider().verify(&request(server.url("/")), &key(Some("AKIA1")), None).await;
    assert!(matches!(verdict, Verdict::Works { .. }), "{verdict:?}");
    assert_eq!(header(&server.requests()[1], "x-amz-date"), "20231114T231320Z");

    let server = RawServer::always(answer("403 Forbidden", AN_HOUR_LATER, EXPIRED)).await;
    let verdict = provider().verify(&request(server.url("/")), &key(Some("AKIA1")), None).await;
    assert!(matches!(verdict, Verdict::Refused { .. }), "{verdict:?}");
    assert_eq!(server.requests().len(), 2, "never a third time");
}

#[tokio::test]
async fn only_what_refuses_the_key_is_a_refusal() {
    let error = |code: &str| format!("<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>");
    let verdict = async |status: &str, body: &str| {
        let server = RawServer::always(answer(status, "", body)).await;
        provider().verify(&request(server.url("/")), &key(Some("AKIA1")), None).await
    };
    for code in ["InvalidClientTokenId", "SignatureDoesNotMatch"] {
        let verdict = verdict("403 Forbidden", &error(code)).await;
        assert_eq!(verdict, Verdict::Refused { reason: format!("The service refused it: {code}") });
    }
    let denied = verdict("403 Forbidden", &error("AccessDenied")).await;
    assert!(matches!(denied, Verdict::WorksWithout { .. }), "{denied:?}");
    for (status, body) in [
        ("400 Bad Request", error("Throttling")),
        ("400 Bad Request", error("RequestExpired")),
        ("403 Forbidden", error("RequestTimeTooSkewed")),
        ("503 Service Unavailable", error("ServiceUnavailable")),
        ("403 Forbidden", "<html><body>Blocked</body></html>".to_owned()),
        ("200 OK", "<!DOCTYPE html><html>Log in</html>".to_owned()),
        ("200 OK", "<html><body>Log in</body></html>".to_owned()),
        ("200 OK", "{}".to_owned()),
    ] {
        let verdict = verdict(status, &body).await;
        assert!(matches!(verdict, Verdict::CouldNotReach { .. }), "{status} {body}: {verdict:?}");
    }
}

#[tokio::test]
async fn the_id_of_a_key_is_the_user_of_http_basic() {
    let server = RawServer::always(answer("200 OK", "", WHO)).await;
    let request = VerifyRequest { placement: KeyPlacement::BasicKeyId, ..request(server.url("/")) };
    let credential = ApiKeyCredential { id: Some("ada".to_owned()), key: ApiKey::new("token") };
    let verdict = provider().verify(&request, &Credential::ApiKey(credential), None).await;
    assert!(matches!(verdict, Verdict::Works { .. }));
    assert_eq!(header(&server.requests()[0], "authorization"), "Basic YWRhOnRva2Vu");
}
