//! What an answer without a usable token means.

use storm_domain::port::Provider as _;
use storm_domain::{Delivery, RefreshFailure, TransientKind};

use crate::support::{answer, example_service, reader};

fn judge(status: u16, body: &str) -> RefreshFailure {
    let mut service = example_service();
    service.grant_refused_codes = vec!["bad_refresh_token".to_owned(), "190".to_owned(), "token_revoked".to_owned()];
    let content_type = if body.starts_with('<') { "text/html" } else { "application/json" };
    reader().read_token_answer(&service, &answer(status, content_type, body)).access.unwrap_err()
}

/// What it means, in one word.
fn meaning(failure: &RefreshFailure) -> &'static str {
    match failure {
        RefreshFailure::GrantRefused(_) => "grant",
        RefreshFailure::InteractionRequired(_) => "interaction",
        RefreshFailure::RegistrationRefused(_) => "registration",
        RefreshFailure::RequestRefused(_) => "request",
        RefreshFailure::Transient { kind: TransientKind::ServiceBusy, .. } => "busy",
        RefreshFailure::Transient { kind: TransientKind::NotAnAnswer, .. } => "no answer",
        RefreshFailure::Transient { kind: TransientKind::Redirected, .. } => "redirected",
        RefreshFailure::Transient { kind: TransientKind::UnusableToken, .. } => "unusable",
        other => panic!("{other:?}"),
    }
}

#[test]
fn o42_an_answer_is_judged_by_its_words_first_and_its_status_last() {
    let table = [
        (400, r#"{"error":"invalid_grant","error_description":"expired"}"#, "grant"),
        (401, r#"{"error":"invalid_grant"}"#, "grant"),
        (200, r#"{"error":"invalid_grant"}"#, "grant"),
        (500, r#"{"error":"invalid_grant"}"#, "grant"),
        (400, r#"{"error":"INVALID_GRANT"}"#, "grant"),
        (200, r#"{"error":"bad_refresh_token"}"#, "grant"),
        (200, "error=bad_refresh_token&error_description=The+refresh+token+is+wrong", "grant"),
        (200, r#"{"ok":false,"error":"token_revoked"}"#, "grant"),
        (400, r#"{"error":{"message":"expired","type":"OAuthException","code":190}}"#, "grant"),
        (400, r#"{"status":"BAD_REFRESH_TOKEN","message":"missing or unknown"}"#, "grant"),
        (400, r#"{"errors":[{"code":"invalid_grant","message":"no"}]}"#, "grant"),
        (400, r#"{"errors":["invalid_grant"]}"#, "grant"),
        (400, r#"{"data":{"error":"invalid_grant"}}"#, "grant"),
        (400, r#"[{"error":"invalid_grant"}]"#, "grant"),
        (400, "\u{feff}{\"error\":\"invalid_grant\"} ", "grant"),
        (400, r#"{"error":"invalid_grant","error_description":"AADSTS700082: expired by inactivity"}"#, "grant"),
        (
            400,
            r#"{"error":"invalid_grant","error_description":"AADSTS50076: use multi-factor authentication"}"#,
            "interaction",
        ),
        (400, r#"{"error":"invalid_grant","suberror":"consent_required"}"#, "interaction"),
        (400, r#"{"error":"interaction_required","error_description":"AADSTS50076"}"#, "interaction"),
        (400, r#"{"error":"consent_required"}"#, "interaction"),
        (400, r#"{"error":"login_required"}"#, "interaction"),
        (401, r#"{"error":"invalid_client"}"#, "registration"),
        (400, r#"{"error":"unauthorized_client"}"#, "registration"),
        (200, r#"{"error":"incorrect_client_credentials"}"#, "registration"),
        (200, r#"{"ok":false,"error":"bad_client_secret"}"#, "registration"),
        (400, r#"{"error":"invalid_scope"}"#, "request"),
        (400, r#"{"error":"unsupported_grant_type"}"#, "request"),
        (400, r#"{"error":"invalid_request"}"#, "request"),
        (200, r#"{"ok":false,"error":"missing_argument"}"#, "request"),
        (400, r#"{"error":"made_up_here"}"#, "request"),
        (400, r#"{"error":"server_error"}"#, "busy"),
        (400, r#"{"error":"temporarily_unavailable"}"#, "busy"),
        (400, r#"{"error":"slow_down"}"#, "busy"),
        (200, r#"{"ok":false,"error":"ratelimited"}"#, "busy"),
        (500, r#"{"error":"made_up_here"}"#, "busy"),
        (429, r#"{"error":"made_up_here"}"#, "busy"),
        (408, "", "busy"),
        (425, "", "busy"),
        (429, "", "busy"),
        (500, "<html>Internal Server Error</html>", "busy"),
        (502, "<html>Bad Gateway</html>", "busy"),
        (503, "", "busy"),
        (504, "upstream timed out", "busy"),
        (520, "", "busy"),
        (403, "<html>Request blocked</html>", "no answer"),
        (404, "Not Found", "no answer"),
        (400, "<html>Bad Request</html>", "no answer"),
        (401, "", "no answer"),
        (407, "<html>Proxy authentication required</html>", "no answer"),
        (403, r#"{"message":"Forbidden","code":403}"#, "no answer"),
        (401, r#"{"status":401}"#, "no answer"),
        (200, "<!doctype html><title>Hotel Wi-Fi</title>", "no answer"),
        (200, "{}", "unusable"),
        (200, r#"{"status":"ok"}"#, "unusable"),
        (200, "[]", "unusable"),
        (200, "null", "unusable"),
        (200, "OK", "no answer"),
        (200, "", "no answer"),
        (302, "", "redirected"),
        (307, "<a href='https://login.example'>here</a>", "redirected"),
        (200, r#"{"access_token":""}"#, "unusable"),
    ];
    for (status, body, expected) in table {
        assert_eq!(meaning(&judge(status, body)), expected, "{status} {body}");
    }
}

#[test]
fn o43_no_status_alone_ends_a_grant() {
    for status in 200..600 {
        for body in ["", "{}", "<html></html>", "nope", r#"{"message":"Unauthorized"}"#] {
            let failure = judge(status, body);
            assert!(matches!(failure, RefreshFailure::Transient { .. }), "{status} {body}: {failure:?}");
        }
    }
}

#[test]
fn a_success_without_a_whole_body_may_have_lost_it_on_the_way() {
    let delivery = |body| match judge(200, body) {
        RefreshFailure::Transient { delivery, .. } => delivery,
        other => panic!("{other:?}"),
    };
    for lost in ["", " ", "OK", r#"{"access_tok"#, r#"{"refresh_token":"cut off he"#] {
        assert_eq!(delivery(lost), Delivery::Ambiguous, "{lost}");
    }
    for whole in ["{}", "[]", "null", "<html>Sign in to the network</html>", r#"{"status":"ok"}"#] {
        assert_eq!(delivery(whole), Delivery::Answered, "{whole}");
    }
}

#[test]
fn the_services_words_are_cleaned() {
    let body = serde_json::json!({
        "error": "invalid_grant", "error_description": format!("\u{1b}[31m\u{202e}{}", "x".repeat(1_000_000))
    });
    let RefreshFailure::GrantRefused(words) = judge(400, &body.to_string()) else { panic!() };
    assert_eq!(words.code, "invalid_grant");
    assert_eq!(words.description.chars().count(), 200);
    assert!(words.description.starts_with("[31mx"));
}

#[test]
fn a_failure_status_beats_a_token_but_the_refresh_token_is_kept() {
    let body = r#"{"error":"invalid_client","access_token":"at","refresh_token":"rt"}"#;
    let reading = reader().read_token_answer(&example_service(), &answer(400, "application/json", body));
    assert_eq!(meaning(&reading.access.unwrap_err()), "registration");
    assert_eq!(reading.refresh_token.unwrap().expose(), "rt");
}

#[test]
fn the_services_wish_for_a_pause_is_handed_on() {
    let mut busy = answer(503, "", "");
    busy.retry_after = Some(std::time::Duration::from_secs(120));
    let failure = reader().read_token_answer(&example_service(), &busy).access.unwrap_err();
    assert!(matches!(failure, RefreshFailure::Transient { retry_after: Some(pause), .. } if pause.as_secs() == 120));
}
