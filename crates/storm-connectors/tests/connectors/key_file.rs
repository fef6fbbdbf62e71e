//! Reading key files. The names in front are the cases of the fault matrix.

use proptest::prelude::*;
use serde_json::json;
use storm_connectors::{KeyFileError, UrlRefused, read_key_file};
use storm_domain::Fields;

use crate::connector;
use crate::key_material::{ec_p256, google_file, google_file_with, pem, rsa_1024, rsa_2048};

fn refusal(text: &str) -> KeyFileError {
    read_key_file(text.as_bytes(), "key.json").unwrap_err()
}

fn is_unsupported(error: &KeyFileError, word: &str) -> bool {
    matches!(error, KeyFileError::Unsupported { what, .. } if what.contains(word))
}

fn is_something_else(error: &KeyFileError, word: &str) -> bool {
    matches!(error, KeyFileError::SomethingElse { what } if what.contains(word))
}

#[test]
fn a_google_key_file_is_read() {
    let file = read_key_file(google_file().to_string().as_bytes(), "/downloads/practice-0123.json").unwrap();
    let account = file.key.account.as_ref().unwrap();
    assert_eq!(account.client_email, "etl@practice-project.iam.gserviceaccount.com");
    assert_eq!(file.key.key_id.as_deref(), Some("0123456789abcdef"));
    assert_eq!(account.project_id.as_deref(), Some("practice-project"));
    assert_eq!(file.file_name, "practice-0123.json");
    assert_eq!(file.key.private_key.expose(), pem("PRIVATE KEY", rsa_2048()));
    assert!(connector("google-service-account").check_key_file(&Fields::new(), &file.key).is_ok());
    let elsewhere = connector("practice").check_key_file(&Fields::new(), &file.key).unwrap_err();
    assert_eq!(elsewhere, KeyFileError::OtherTokenHost { host: "oauth2.googleapis.com".to_owned() });
}

#[test]
fn a_practice_key_file_is_read_on_any_name_of_this_computer() {
    for origin in ["http://127.0.0.1:4780", "http://[::1]:5000", "http://localhost:4780", "https://127.0.0.1:4780"] {
        let text = google_file_with("token_uri", json!(format!("{origin}/oauth/token")));
        let file = read_key_file(text.as_bytes(), "key.json").unwrap();
        assert!(connector("practice").check_key_file(&Fields::new(), &file.key).is_ok(), "{origin}");
    }
}

#[test]
fn a_byte_order_mark_and_white_space_around_are_no_reason_to_refuse() {
    let text = format!("\u{feff}\r\n {}\n", google_file());
    assert!(read_key_file(text.as_bytes(), "key.json").is_ok());
}

#[test]
fn f135_f136_nothing_or_next_to_nothing() {
    assert_eq!(refusal(""), KeyFileError::Empty);
    assert_eq!(refusal(" \n"), KeyFileError::Empty);
    assert_eq!(refusal("{"), KeyFileError::Truncated);
    assert!(is_something_else(&refusal("x"), "a text file"));
    assert!(is_something_else(&read_key_file(&[0xff], "key.json").unwrap_err(), "binary"));
}

#[test]
fn f153_f154_depth_and_size_are_bounded() {
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(is_something_else(&refusal(&deep), "JSON data"));
    let deep_objects = format!("{{\"type\":\"service_account\",\"a\":{}", "{\"a\":".repeat(12_000));
    assert_eq!(refusal(&deep_objects), KeyFileError::Truncated);
    assert_eq!(refusal(&format!("{{\"a\":{}", "[".repeat(1_000_000))), KeyFileError::TooLarge);
    assert_eq!(refusal(&google_file_with("x", json!("y".repeat(100_000)))), KeyFileError::TooLarge);
}

#[test]
fn f155_a_repeated_name_is_refused() {
    for name in ["private_key", "token_uri", "type"] {
        let text = google_file().to_string().replacen('{', &format!("{{\"{name}\":\"service_account\","), 1);
        assert_eq!(refusal(&text), KeyFileError::Repeated { name: name.to_owned() });
    }
    // Spelled with an escape, it is still the same name.
    let escaped = google_file().to_string().replacen('{', "{\"private\\u005fkey\":\"x\",", 1);
    assert_eq!(refusal(&escaped), KeyFileError::Repeated { name: "private_key".to_owned() });
}

#[test]
fn f156_wrong_types_and_missing_members_are_named() {
    for name in ["private_key", "client_email", "token_uri", "private_key_id"] {
        for wrong in [json!(5), json!(null), json!(true), json!(["x"]), json!({"a": "b"}), json!(1.5)] {
            assert_eq!(refusal(&google_file_with(name, wrong)), KeyFileError::NotText { name });
        }
        let mut without = google_file();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(refusal(&without.to_string()), KeyFileError::Missing { name });
    }
    for (name, value) in [
        ("client_email", "etl"),
        ("client_email", "a@b@c.example"),
        ("client_email", "etl@x.example\n"),
        ("private_key_id", ""),
        ("client_email", "é@x.example"),
    ] {
        assert_eq!(refusal(&google_file_with(name, json!(value))), KeyFileError::NotUsable { name }, "{value}");
    }
}

#[test]
fn f158_a_truncated_file_is_told_from_a_damaged_one() {
    let whole = google_file().to_string();
    for cut in [1, 20, whole.len() / 2, whole.len() - 1] {
        assert_eq!(refusal(&whole[..cut]), KeyFileError::Truncated, "cut at {cut}");
    }
    assert_eq!(refusal(&format!("{whole} and more")), KeyFileError::NotJson);
    assert_eq!(refusal("{'type': 'service_account'}"), KeyFileError::NotJson);
    let half_key = pem("PRIVATE KEY", rsa_2048());
    let half_key = &half_key[..half_key.len() / 2];
    assert_eq!(refusal(&google_file_with("private_key", json!(half_key))), KeyFileError::Truncated);
}

#[test]
fn f159_other_kinds_of_credentials_are_refused_by_name() {
    let external = json!({"type": "external_account", "credential_source": {"executable": {"command": "/bin/sh"}}});
    assert!(is_unsupported(&refusal(&external.to_string()), "workload identity"));
    let user = json!({"type": "authorized_user", "refresh_token": "1//x", "client_id": "x", "client_secret": "y"});
    assert!(is_unsupported(&refusal(&user.to_string()), "personal sign-in"));
    let client = json!({"installed": {"client_id": "x", "client_secret": "y"}});
    assert!(is_unsupported(&refusal(&client.to_string()), "OAuth client"));
}

#[test]
fn f160_a_token_endpoint_elsewhere_is_refused() {
    let token_uri = |uri: &str| refusal(&google_file_with("token_uri", json!(uri)));
    for (uri, refused) in [
        ("http://169.254.169.254/token", UrlRefused::NotHttps),
        ("http://oauth2.googleapis.com/token", UrlRefused::NotHttps),
        ("file:///etc/passwd", UrlRefused::NotHttps),
        ("https://oauth2.googleapis.com@evil.example/token", UrlRefused::UserInfo),
        ("https://oauth2.googleapis.com/token#x", UrlRefused::Fragment),
        ("token", UrlRefused::NotAUrl),
    ] {
        assert_eq!(token_uri(uri), KeyFileError::TokenUri(refused), "{uri}");
    }
    for (uri, host) in [
        ("https://evil.example/token", "evil.example"),
        ("https://oauth2.googleapis.com.evil.example/token", "oauth2.googleapis.com.evil.example"),
        ("https://169.254.169.254/token", "169.254.169.254"),
        // The second "a" is Cyrillic: it shows as what it is.
        ("https://oauth2.googleаpis.com/token", "oauth2.xn--googlepis-5yh.com"),
    ] {
        assert_eq!(token_uri(uri), KeyFileError::OtherTokenHost { host: host.to_owned() }, "{uri}");
    }
}

#[test]
fn f162_a_file_of_another_trade_is_named() {
    let package = json!({"name": "x", "version": "1.0.0", "dependencies": {}}).to_string();
    assert_eq!(
        refusal(&package).to_string(),
        "This is not a credentials file; it looks like a package.json of a JavaScript project. Choose the JSON key file of a service account."
    );
    for (text, word) in [
        ("<!DOCTYPE html><html>", "web page"),
        ("<?xml version=\"1.0\"?><!DOCTYPE plist PUBLIC", "link to a web page"),
        ("[InternetShortcut]\nURL=https://x.example", "link to a web page"),
        ("<?xml version=\"1.0\"?><a/>", "XML"),
        ("[1, 2]", "list in JSON"),
        ("API_KEY=abc", "list of settings"),
        ("{}", "JSON data"),
        ("Dear Ada,", "text file"),
    ] {
        assert!(is_something_else(&refusal(text), word), "{text}: {}", refusal(text));
    }
    for (bytes, word) in [
        (&b"PK\x03\x04\xff\xfe"[..], "ZIP"),
        (b"\x4c\x00\x00\x00\x01\xff", "shortcut"),
        (b"bplist00\xff", "macOS"),
        (b"\xff\xfe{\x00", "UTF-16"),
        (b"\x89PNG\r\n", "picture"),
    ] {
        let error = read_key_file(bytes, "x").unwrap_err();
        assert!(is_something_else(&error, word), "{error}");
    }
    assert!(is_unsupported(&refusal("Access key ID,Secret access key\nAKIA,x"), "AWS"));
    assert!(is_unsupported(&refusal("apiVersion: v1\nclusters:\n- x"), "kubeconfig"));
    assert!(is_unsupported(&read_key_file(b"\x30\x82\x01\xff", "x.p12").unwrap_err(), "PKCS#12"));
}

#[test]
fn f163_f164_f165_f169_f170_pem_files_are_told_apart() {
    let key = pem("PRIVATE KEY", rsa_2048());
    assert_eq!(refusal(&format!("{key}{key}")), KeyFileError::SeveralKeys);
    for (text, word) in [
        (key.clone(), "without the account"),
        (pem("RSA PRIVATE KEY", b"x"), "without the account"),
        (pem("PUBLIC KEY", b"x"), "public key"),
        (pem("RSA PUBLIC KEY", b"x"), "public key"),
        ("ssh-ed25519 AAAA ada@example.com".to_owned(), "public key"),
        (pem("CERTIFICATE", b"x"), "certificate without its private key"),
        (pem("ENCRYPTED PRIVATE KEY", b"x"), "passphrase"),
        (
            pem("RSA PRIVATE KEY", b"x").replacen('\n', "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n", 1),
            "passphrase",
        ),
        (pem("OPENSSH PRIVATE KEY", b"x"), "SSH"),
    ] {
        assert!(is_unsupported(&refusal(&text), word), "{word}: {}", refusal(&text));
        if !text.starts_with("ssh-") && text != key {
            let inside = refusal(&google_file_with("private_key", json!(text)));
            assert!(is_unsupported(&inside, word), "inside the JSON, {word}: {inside}");
        }
    }
    let two_inside = refusal(&google_file_with("private_key", json!(format!("{key}{key}"))));
    assert_eq!(two_inside, KeyFileError::SeveralKeys);
}

#[test]
fn f167_f171_f178_a_private_key_that_cannot_sign_is_refused() {
    let private_key = |der: &[u8]| refusal(&google_file_with("private_key", json!(pem("PRIVATE KEY", der))));
    assert_eq!(private_key(&rsa_1024()), KeyFileError::KeyTooShort);
    assert_eq!(private_key(&ec_p256()), KeyFileError::KeyNotRsa);
    assert_eq!(private_key(&rsa_2048()[..600]), KeyFileError::KeyDamaged);
    assert_eq!(private_key(&[0x30, 0x80, 0, 0]), KeyFileError::KeyDamaged);
    assert_eq!(private_key(b""), KeyFileError::KeyDamaged);
    let exponent = rsa_2048().windows(5).position(|window| window == [2, 3, 1, 0, 1]).unwrap();
    let changed = |at: usize, value: u8| {
        let mut der = rsa_2048().to_vec();
        der[at] = value;
        private_key(&der)
    };
    let modulus_middle = exponent - 128;
    assert_eq!(changed(modulus_middle, rsa_2048()[modulus_middle] ^ 1), KeyFileError::KeyDamaged, "p*q is not n");
    assert_eq!(changed(exponent - 1, rsa_2048()[exponent - 1] ^ 1), KeyFileError::KeyDamaged, "n is even");
    assert_eq!(changed(exponent + 4, 0), KeyFileError::KeyDamaged, "e is even");
    for text in ["not a key", "-----BEGIN PRIVATE KEY-----\n!!!!\n-----END PRIVATE KEY-----\n", ""] {
        let error = refusal(&google_file_with("private_key", json!(text)));
        assert!(matches!(error, KeyFileError::KeyDamaged), "{text}: {error}");
    }
}

#[test]
fn nothing_of_a_key_file_is_shown_but_its_account() {
    let file = read_key_file(google_file().to_string().as_bytes(), "key\u{202e}.json\n").unwrap();
    assert_eq!(file.file_name, "key.json");
    let secret = &file.key.private_key.expose()[60..120].to_owned();
    assert!(!format!("{file:?}").contains(secret.as_str()));
}

proptest! {
    #[test]
    fn any_bytes_give_a_key_file_or_a_reason(bytes in prop::collection::vec(any::<u8>(), 0..2000), name in ".{0,40}") {
        if let Err(error) = read_key_file(&bytes, &name) {
            prop_assert!(error.to_string().ends_with(['.', '?']));
        }
    }

    #[test]
    fn a_key_file_with_a_byte_changed_never_panics_and_never_shows_the_key(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut bytes = google_file().to_string().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Err(error) = read_key_file(&bytes, "key.json") {
            let body: String = pem("PRIVATE KEY", rsa_2048()).lines().nth(5).unwrap().chars().take(20).collect();
            prop_assert!(!error.to_string().contains(&body));
        }
    }

    #[test]
    fn json_of_any_shape_never_panics(text in "\\{(\"(type|private_key|token_uri)\":(\"service_account\"|5|\\[|\\{|null|\"\\\\u00e9\"),?){0,6}\\}?") {
        prop_assert!(read_key_file(text.as_bytes(), "key.json").is_err());
    }
}
