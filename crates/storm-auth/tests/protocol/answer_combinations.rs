//! Generated answers: every combination of shapes keeps the refresh token, and bytes of chance never panic.

use std::time::Duration;

use proptest::prelude::*;
use storm_domain::port::Provider as _;

use crate::support::{answer, example_service, reader};

const ACCESS_TOKENS: &[&str] =
    &[r#""access_token":"at","#, r#""access_token":"","#, r#""access_token":null,"#, r#""access_token":["at"],"#, ""];
const LIFETIMES: &[&str] = &[
    r#""expires_in":3600,"#,
    r#""expires_in":"3600","#,
    r#""expires_in":-1,"#,
    r#""expires_in":1e400,"#,
    r#""expires_in":18446744073709551616,"#,
    r#""expires_in":null,"#,
    r#""expires_in":[],"#,
    r#""expires_in":"soon","#,
    "",
];
const EXTRAS: &[&str] = &[
    "",
    r#""scope":["a"],"#,
    r#""token_type":7,"#,
    r#""error":null,"#,
    r#""created_at":"x","#,
    r#""refresh_token":"old","#,
    r#""user":{"a":[{"b":null}]},"#,
    r#""id_token":false,"#,
];
const WRAPPERS: &[(&str, &str)] = &[
    ("", ""),
    ("\u{feff}", ""),
    ("\n", "\n"),
    (")]}',\n", ""),
    ("", "trailing"),
    (r#"{"data":"#, "}"),
    (r#"{"response":{"result":"#, "}}"),
    ("[", "]"),
    ("cb(", ");"),
];
const STATUSES: &[u16] = &[200, 201, 202, 204, 302, 400, 401, 500, 503];
const CONTENT_TYPES: &[&str] =
    &["application/json", "text/html", "", "application/x-www-form-urlencoded", "\u{1}broken"];
const ENCODINGS: &[fn(&str) -> Vec<u8>] = &[
    |text| text.as_bytes().to_vec(),
    |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
    |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
    |text| [text.as_bytes(), b"\xff\xfe"].concat(),
];

#[test]
fn every_combination_keeps_its_refresh_token_and_a_sane_lifetime() {
    let provider = reader();
    let service = example_service();
    let mut read = 0;
    // All pairs of body shapes; wrappers, statuses, types and encodings walk along with strides that do not divide each other.
    for access_token in ACCESS_TOKENS {
        for lifetime in LIFETIMES {
            for extra in EXTRAS {
                let (before, after) = WRAPPERS[read % WRAPPERS.len()];
                let text = format!(r#"{before}{{{access_token}{lifetime}{extra}"refresh_token":"rt-{read}"}}{after}"#);
                let bytes = ENCODINGS[read % ENCODINGS.len()](&text);
                let status = STATUSES[(read / 2) % STATUSES.len()];
                let content_type = CONTENT_TYPES[read % CONTENT_TYPES.len()];
                let reading = provider.read_token_answer(&service, &answer(status, content_type, bytes));
                let kept = reading.refresh_token.map(|token| token.expose().to_owned());
                assert_eq!(kept, Some(format!("rt-{read}")), "{status} {content_type:?} {text}");
                assert!(reading.expires_in.is_none_or(|seconds| seconds <= Duration::from_secs(315_360_000)), "{text}");
                read += 1;
            }
        }
    }
    assert_eq!(read, 360);
}

proptest! {
    #[test]
    fn bytes_of_chance_never_panic(status in 100u16..600, bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        reader().read_token_answer(&example_service(), &answer(status, "application/json", bytes));
    }

    #[test]
    fn text_of_chance_around_a_token_never_panics(before in "[ {}\\[\\]\":,a-z\\\\'=&]{0,60}", after in "[ {}\\[\\]\":,a-z\\\\'=&]{0,60}") {
        let body = format!(r#"{before}"refresh_token":"rt","access_token":"at"{after}"#);
        reader().read_token_answer(&example_service(), &answer(200, "", body));
    }

    #[test]
    fn any_text_comes_back_as_it_was_sent(token in "\\PC{1,80}") {
        let body = serde_json::json!({ "access_token": "at", "refresh_token": token }).to_string();
        let reading = reader().read_token_answer(&example_service(), &answer(200, "application/json", body));
        let kept = reading.refresh_token.unwrap();
        prop_assert_eq!(kept.expose(), token);
    }
}
