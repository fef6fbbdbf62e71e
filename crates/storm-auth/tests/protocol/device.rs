//! Device authorization (RFC 8628): what is asked, which answers are taken, and what the polls' answers mean.

use storm_domain::port::{Provider as _, TokenGrant, TokenRequest};
use storm_domain::{DeviceAuthorization, DevicePoll, OAuthService, PollPace, RefreshFailure, TransientKind};
use storm_secret::DeviceCode;

use crate::support::{
    RawServer, Reply, answer, confidential_client, example_service, impatient_provider, json, json_answer, provider,
    public_client, reader, service,
};

const GOOD: &str = r#"{"device_code":"dc-secret","user_code":"WDJB-MJHT","verification_uri":"https://service.example/Device",
    "verification_uri_complete":"https://service.example/Device?user_code=WDJB-MJHT","expires_in":1800,"interval":7}"#;

fn with_device(server: &RawServer) -> OAuthService {
    OAuthService { device_authorization_url: Some(server.url("/device")), ..service(&server.base) }
}

async fn begun(reply: Reply) -> Result<DeviceAuthorization, RefreshFailure> {
    let server = RawServer::always(reply).await;
    let scopes = ["read".to_owned(), "offline_access".to_owned()];
    impatient_provider().begin_device_authorization(&with_device(&server), &public_client(), &scopes).await
}

async fn answered(body: &str) -> Result<DeviceAuthorization, RefreshFailure> {
    begun(json("200 OK", body)).await
}

/// A good answer with one member put in place of another.
fn changed(member: &str, value: &str) -> String {
    let mut body: serde_json::Value = serde_json::from_str(GOOD).unwrap();
    body[member] = serde_json::from_str(value).unwrap();
    body.to_string()
}

#[tokio::test]
async fn o53_the_request_is_a_form_with_client_and_scopes() {
    let server = RawServer::always(json("200 OK", GOOD)).await;
    let scopes = ["read".to_owned(), "offline_access".to_owned()];
    let begun = provider().begin_device_authorization(&with_device(&server), &public_client(), &scopes).await.unwrap();
    let request = server.requests().remove(0);
    assert!(request.starts_with("POST /device HTTP/1.1\r\n"), "{request}");
    assert!(request.ends_with("\r\n\r\nscope=read+offline_access&client_id=desktop"), "{request}");
    assert_eq!(begun.user_code, "WDJB-MJHT");
    assert_eq!(begun.verification_uri.text, "https://service.example/Device");
    assert_eq!(begun.verification_uri_complete.unwrap().text, "https://service.example/Device?user_code=WDJB-MJHT");
    assert_eq!((begun.lifetime.as_secs(), begun.interval.as_secs()), (1800, 7));
    assert_eq!(format!("{:?}", begun.device_code), "DeviceCode(redacted)");

    provider().begin_device_authorization(&with_device(&server), &confidential_client(), &[]).await.unwrap();
    let request = server.requests().remove(1);
    assert!(request.ends_with("\r\n\r\nclient_id=app%3A1&client_secret=s%26cret+%2B"), "{request}");
}

#[tokio::test]
async fn o53_the_poll_presents_the_device_code() {
    let server = RawServer::always(json("200 OK", "{}")).await;
    let device_code = DeviceCode::new("dc-secret");
    let (service, client) = (service(&server.base), public_client());
    let request = TokenRequest {
        service: &service,
        client: &client,
        grant: TokenGrant::DeviceCode(&device_code),
        dpop_key: None,
    };
    provider().send_token_request(request).await.unwrap();
    let sent =
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&device_code=dc-secret&client_id=desktop";
    assert!(server.requests()[0].ends_with(sent), "{}", server.requests()[0]);
}

#[tokio::test]
async fn o53_odd_answers_are_taken() {
    let seconds = |body: String| async move {
        let begun = answered(&body).await.unwrap();
        (begun.lifetime.as_secs(), begun.interval.as_secs())
    };
    let usual = PollPace::DEFAULT_INTERVAL.as_secs();
    for (member, value, expected) in [
        ("interval", "null", (1800, usual)),
        ("interval", "0", (1800, usual)),
        ("interval", "-3", (1800, usual)),
        ("interval", "\"soon\"", (1800, usual)),
        ("interval", "\"9\"", (1800, 9)),
        ("interval", "0.2", (1800, 1)),
        ("interval", "1e300", (1800, 3600)),
        ("expires_in", "\"600\"", (600, 7)),
        ("expires_in", "null", (600, 7)),
        ("expires_in", "1e300", (3600, 7)),
        ("expires_in", "-5", (0, 7)),
    ] {
        assert_eq!(seconds(changed(member, value)).await, expected, "{member}: {value}");
    }
    let google = GOOD.replace("\"verification_uri\"", "\"verification_url\"");
    assert_eq!(answered(&google).await.unwrap().verification_uri.text, "https://service.example/Device");
    assert!(answered(&format!("\u{feff}\n{GOOD}")).await.is_ok());
    let form = "device_code=dc&user_code=WDJB-MJHT&verification_uri=https%3A%2F%2Fservice.example%2Fd&expires_in=899";
    assert_eq!(answered(form).await.unwrap().lifetime.as_secs(), 899);
}

#[tokio::test]
async fn o53_an_address_that_must_not_be_opened_is_not_shown() {
    for address in [
        "javascript:alert(1)",
        "http://service.example/device",
        "file:///etc/passwd",
        "data:text/html,hello",
        "https://user:secret@service.example/device",
        "https://",
        "//service.example/device",
        "https://service.example/\u{202e}ecived",
        "https://sеrvice.example/device", // a Cyrillic letter
        " https://service.example/device",
        "https://service.example/de\tvice",
        "--help",
        "",
    ] {
        let refused =
            answered(&changed("verification_uri", &serde_json::to_string(address).unwrap())).await.unwrap_err();
        let is_refused = match &refused {
            RefreshFailure::RequestRefused(words) => words.code == "verification_uri_not_usable",
            RefreshFailure::Transient { kind, .. } => *kind == TransientKind::NotAnAnswer && address.is_empty(),
            _ => false,
        };
        assert!(is_refused, "{address}: {refused:?}");
    }
    for address in ["https://service.example:8443/a?b=c", "http://127.0.0.1:4780/device", "http://localhost/device"] {
        let begun = answered(&changed("verification_uri", &format!("\"{address}\""))).await.unwrap();
        assert_eq!(begun.verification_uri.text, address, "verbatim");
    }
}

#[tokio::test]
async fn o53_a_complete_address_that_leads_elsewhere_is_left_out() {
    for address in ["javascript:alert(1)", "https://evil.example/device?user_code=WDJB-MJHT", "http://service.example/"]
    {
        let begun = answered(&changed("verification_uri_complete", &format!("\"{address}\""))).await.unwrap();
        assert_eq!(begun.verification_uri_complete, None, "{address}");
    }
}

#[tokio::test]
async fn o53_a_code_that_nobody_could_type_is_refused() {
    for code in ["\u{202e}TJHM", "A\u{1b}[31mB", &"X".repeat(65)] {
        let refused = answered(&changed("user_code", &serde_json::to_string(code).unwrap())).await.unwrap_err();
        assert!(matches!(&refused, RefreshFailure::RequestRefused(words) if words.code == "user_code_not_usable"));
    }
}

#[tokio::test]
async fn o53_refusals_and_what_is_no_answer_are_told_apart() {
    let disabled = r#"{"error":"device_flow_disabled","error_description":"Switch it on"}"#;
    let refused = answered(disabled).await.unwrap_err();
    assert!(matches!(&refused, RefreshFailure::RequestRefused(words) if words.description == "Switch it on"));
    let refused = begun(json("401 Unauthorized", r#"{"error":"invalid_client"}"#)).await.unwrap_err();
    assert!(matches!(refused, RefreshFailure::RegistrationRefused(_)));
    for body in
        ["{}", "[]", "<html>sign in to the network</html>", "", r#"{"device_code":"dc"}"#, r#"{"device_code":1e9}"#]
    {
        let failure = answered(body).await.unwrap_err();
        assert!(matches!(failure, RefreshFailure::Transient { .. }), "{body}: {failure:?}");
    }
    let failure = begun(Reply::Silence).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::Timeout, .. }));
    let moved = "HTTP/1.1 307 Temporary Redirect\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n";
    let failure = begun(Reply::Bytes(moved.as_bytes().to_vec())).await.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { kind: TransientKind::Redirected, .. }));
    let offers_none =
        provider().begin_device_authorization(&example_service(), &public_client(), &[]).await.unwrap_err();
    assert!(matches!(&offers_none, RefreshFailure::RequestRefused(words) if words.code == "device_flow_not_offered"));
}

#[test]
fn o53_polls_are_read_by_their_code_whatever_the_status() {
    let read = |status, body: &str| {
        let answer = answer(status, "application/json", body);
        match reader().read_device_answer(&example_service(), &answer) {
            DevicePoll::Pending => "pending",
            DevicePoll::SlowDown => "slow down",
            DevicePoll::Denied => "denied",
            DevicePoll::Expired => "expired",
            DevicePoll::Decided(reading) => match reading.access {
                Ok(_) => "approved",
                Err(RefreshFailure::GrantRefused(_)) => "refused",
                Err(RefreshFailure::Transient { .. }) => "passing",
                Err(_) => "other",
            },
        }
    };
    for (status, body, expected) in [
        (400, r#"{"error":"authorization_pending"}"#, "pending"),
        (428, r#"{"error":"authorization_pending"}"#, "pending"),
        (200, r#"{"error":"authorization_pending"}"#, "pending"),
        (400, r#"{"error":"slow_down","interval":10}"#, "slow down"),
        (403, r#"{"error":"slow_down"}"#, "slow down"),
        (429, r#"{"error":"slow_down"}"#, "slow down"),
        (400, r#"{"error":"access_denied"}"#, "denied"),
        (400, r#"{"error":"authorization_declined"}"#, "denied"),
        (400, r#"{"error":"expired_token"}"#, "expired"),
        (400, r#"{"error":"invalid_grant"}"#, "refused"),
        (503, "<html>busy</html>", "passing"),
        (200, r#"{"access_token":"at","token_type":"Bearer"}"#, "approved"),
        (200, r#"{"access_token":"at","error":"authorization_pending"}"#, "approved"),
        (201, "access_token=at&token_type=bearer", "approved"),
    ] {
        assert_eq!(read(status, body), expected, "{status} {body}");
    }
    assert!(matches!(
        reader().read_device_answer(&example_service(), &json_answer(r#"{"refresh_token":"r1"}"#)),
        DevicePoll::Decided(_)
    ));
}
