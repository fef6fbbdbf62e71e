//! Answers with tokens in them that are not as RFC 6749 §5.1 says.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use storm_domain::ErrorCode;
use storm_engine::view::StatusView;
use storm_sandbox::Step;

use crate::scene::Scene;

const PLAIN: &str = r#"{"access_token":"{{access_token}}","token_type":"Bearer","expires_in":3600,"refresh_token":"{{refresh_token}}"}"#;

/// After an answer with this type the access token is lent, and nothing was lost.
async fn oddities_of_type(member: &str) -> String {
    let scene = Scene::set().await;
    let body = format!(r#"{{"access_token":"{{{{access_token}}}}"{member},"refresh_token":"{{{{refresh_token}}}}"}}"#);
    scene.refresh_answered(&body).await.unwrap();
    assert_eq!(scene.lent().await.ok(), scene.stored().await.access_token);
    scene.ensure_refreshes().await;
    scene.oddities().await
}

#[tokio::test]
async fn f061_a_missing_token_type_is_taken_for_bearer_and_noted() {
    assert!(oddities_of_type("").await.contains("token_type was missing"));
}

#[tokio::test]
async fn f062_a_token_type_in_capitals_is_bearer_and_another_type_is_not_lent() {
    assert!(!oddities_of_type(r#","token_type":"BEARER""#).await.contains("token_type"));
    let scene = Scene::set().await;
    let before = scene.stored().await;
    for token_type in ["DPoP", "mac", "N_A"] {
        scene.refresh_answered(&PLAIN.replace("Bearer", token_type)).await.unwrap();
        assert_eq!(scene.lent().await.unwrap_err().code, ErrorCode::NotSupported, "{token_type}");
        assert_ne!(scene.stored().await.refresh_token, before.refresh_token);
        scene.ensure_refreshes().await;
    }
}

#[tokio::test]
async fn f065_tokens_with_another_success_status_are_accepted() {
    let scene = Scene::set().await;
    for status in [201, 202] {
        let before = scene.stored().await;
        let step = Step { apply_first: true, status: Some(status), body: Some(PLAIN.into()), ..Step::default() };
        scene.refresh_under(step).await.unwrap();
        assert_ne!(scene.stored().await.refresh_token, before.refresh_token);
        assert_eq!(scene.lent().await.ok(), scene.stored().await.access_token);
    }
    assert!(scene.oddities().await.contains("unexpected status"));
    scene.ensure_refreshes().await;
}

#[tokio::test]
async fn f067_no_encoding_and_no_bytes_around_cost_the_refresh_token() {
    let scene = Scene::set().await;
    let text = r#"{"access_token":"at","refresh_token":"old","note":"é","refresh_token":"rt"}"#;
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    for (name, bytes) in [
        ("byte order mark", [b"\xef\xbb\xbf", text.as_bytes()].concat()),
        ("trailing bytes", [text.as_bytes(), b"\0\0<!-- web7 -->\xff"].concat()),
        ("leading line", [b"\r\n\r\n", text.as_bytes()].concat()),
        ("UTF-16 with mark", [b"\xff\xfe", &little[..]].concat()),
        ("UTF-16 without mark", big),
        ("Latin-1", latin),
    ] {
        let unique = format!("rt-{}", name.replace(' ', "-"));
        // The token is renamed in whatever encoding it is in, so that each answer brings another.
        let plain: Vec<u8> = "\"rt\"".into();
        let (from, to): (Vec<u8>, Vec<u8>) = match bytes.windows(4).position(|window| window == plain) {
            Some(_) => (plain, format!("\"{unique}\"").into_bytes()),
            None if name.contains("without") => wide(&unique, u16::to_be_bytes),
            None => wide(&unique, u16::to_le_bytes),
        };
        let at = bytes.windows(from.len()).rposition(|window| window == from).unwrap();
        let answer = [&bytes[..at], &to, &bytes[at + from.len()..]].concat();
        let step = Step { status: Some(200), body_base64: Some(BASE64_STANDARD.encode(answer)), ..Step::default() };
        scene.refresh_under(step).await.unwrap();
        assert_eq!(scene.stored().await.refresh_token, unique, "{name}");
        assert_eq!(scene.stored().await.access_token.as_deref(), Some("at"), "{name}");
    }
    let oddities = scene.oddities().await;
    for named in ["not plain JSON in UTF-8", "before or after the JSON", "a name stood twice"] {
        assert!(oddities.contains(named), "{named}: {oddities}");
    }
}

/// The text `"rt"`, and `"…"` around `token`, in UTF-16.
fn wide(token: &str, unit: fn(u16) -> [u8; 2]) -> (Vec<u8>, Vec<u8>) {
    let encoded = |text: &str| text.encode_utf16().flat_map(unit).collect();
    (encoded("\"rt\""), encoded(&format!("\"{token}\"")))
}

#[tokio::test]
async fn f068_an_empty_or_null_refresh_token_leaves_the_old_one() {
    for value in [r#""""#, "null"] {
        let scene = Scene::set().await;
        scene.rig.sandbox.control().change_settings(|settings| settings.refresh_rotation = false);
        let before = scene.stored().await;
        let body =
            format!(r#"{{"access_token":"{{{{access_token}}}}","token_type":"Bearer","refresh_token":{value}}}"#);
        scene.refresh_answered(&body).await.unwrap();
        let after = scene.stored().await;
        assert_eq!(after.refresh_token, before.refresh_token);
        assert_ne!(after.access_token, before.access_token);
        assert!(scene.oddities().await.contains("refresh_token was empty"));
        scene.ensure_refreshes().await;
    }
}

#[tokio::test]
async fn f069_the_same_refresh_token_again_is_fine() {
    let scene = Scene::set().await;
    scene.rig.sandbox.control().change_settings(|settings| settings.refresh_rotation = false);
    let before = scene.stored().await;
    let body = PLAIN.replace("{{refresh_token}}", &before.refresh_token);
    scene.refresh_answered(&body).await.unwrap();
    assert_eq!(scene.stored().await.refresh_token, before.refresh_token);
    assert_eq!(scene.oddities().await, "");
    scene.ensure_refreshes().await;
}

/// An answer whose access token cannot be used: an error, the new refresh token is kept, the last good access token is still
/// lent, and the next refresh works.
async fn ensure_refresh_token_kept_beside(access_token: &str) {
    let scene = Scene::set().await;
    let before = scene.stored().await;
    let body =
        format!(r#"{{"access_token":"{access_token}","token_type":"Bearer","refresh_token":"{{{{refresh_token}}}}"}}"#);
    let failure = scene.refresh_answered(&body).await.unwrap_err();
    assert_eq!(failure.code, ErrorCode::ServiceUnreachable, "{failure:?}");
    assert!(failure.message.starts_with("The service's answer held no usable token."), "{failure:?}");
    let after = scene.stored().await;
    assert_ne!(after.refresh_token, before.refresh_token);
    assert_eq!((after.access_token, after.expires_at), (before.access_token.clone(), before.expires_at));
    assert_eq!(scene.lent().await.ok(), before.access_token);
    assert!(scene.oddities().await.contains("access_token cannot stand in a header"));
    assert!(matches!(scene.status().await, StatusView::Retrying { .. }));
    scene.ensure_mends_by_itself().await;
}

#[tokio::test]
async fn f070_an_empty_access_token_is_an_error_and_the_new_refresh_token_is_kept() {
    ensure_refresh_token_kept_beside("").await;
}

#[tokio::test]
async fn f075_an_access_token_that_no_header_can_carry_is_not_used_and_the_refresh_token_is_kept() {
    for access_token in [r"a\nt", r"a\r\nX-Admin: yes", r"a\u0000t", "a t", r"a\u007ft", "ät"] {
        ensure_refresh_token_kept_beside(access_token).await;
    }
}

#[test]
fn o37_a_type_is_compared_without_case_and_another_is_kept_but_not_lent() {
    f062_a_token_type_in_capitals_is_bearer_and_another_type_is_not_lent();
}

#[test]
fn o40_only_a_refresh_token_replaces_a_refresh_token() {
    f068_an_empty_or_null_refresh_token_leaves_the_old_one();
    f069_the_same_refresh_token_again_is_fine();
}
