//! Answers that are not as RFC 6749 §5.1 says, one row each. Every one holds the refresh token `rt`.

use std::io::Write as _;
use std::time::Duration;

use storm_domain::port::Provider as _;
use storm_domain::{AnswerOddity, RefreshFailure, TransientKind, is_bearer_type};

use crate::support::{answer, example_service, json_answer, reader};

/// Name, body, access token, lifetime in seconds.
type Row = (&'static str, &'static str, Option<&'static str>, Option<u64>);

const TEN_YEARS: u64 = 10 * 365 * 24 * 60 * 60;

const ROWS: &[Row] = &[
    (
        "as the RFC says",
        r#"{"access_token":"at","token_type":"Bearer","expires_in":3600,"refresh_token":"rt"}"#,
        Some("at"),
        Some(3600),
    ),
    ("lifetime as text", r#"{"access_token":"at","expires_in":"3600","refresh_token":"rt"}"#, Some("at"), Some(3600)),
    (
        "lifetime as padded text",
        r#"{"access_token":"at","expires_in":" 3600 ","refresh_token":"rt"}"#,
        Some("at"),
        Some(3600),
    ),
    (
        "lifetime with a fraction",
        r#"{"access_token":"at","expires_in":3600.9,"refresh_token":"rt"}"#,
        Some("at"),
        Some(3600),
    ),
    (
        "lifetime as text with a fraction",
        r#"{"access_token":"at","expires_in":"3600.0","refresh_token":"rt"}"#,
        Some("at"),
        Some(3600),
    ),
    ("negative lifetime", r#"{"access_token":"at","expires_in":-1,"refresh_token":"rt"}"#, Some("at"), Some(0)),
    ("no lifetime left", r#"{"access_token":"at","expires_in":0,"refresh_token":"rt"}"#, Some("at"), Some(0)),
    ("null lifetime", r#"{"access_token":"at","expires_in":null,"refresh_token":"rt"}"#, Some("at"), None),
    ("lifetime not said", r#"{"access_token":"at","refresh_token":"rt"}"#, Some("at"), None),
    ("lifetime as bool", r#"{"access_token":"at","expires_in":true,"refresh_token":"rt"}"#, Some("at"), None),
    ("lifetime as object", r#"{"access_token":"at","expires_in":{"s":1},"refresh_token":"rt"}"#, Some("at"), None),
    ("lifetime as words", r#"{"access_token":"at","expires_in":"one hour","refresh_token":"rt"}"#, Some("at"), None),
    (
        "greatest lifetime",
        r#"{"access_token":"at","expires_in":18446744073709551615,"refresh_token":"rt"}"#,
        Some("at"),
        Some(TEN_YEARS),
    ),
    (
        "lifetime in exponents",
        r#"{"access_token":"at","expires_in":1e30,"refresh_token":"rt"}"#,
        Some("at"),
        Some(TEN_YEARS),
    ),
    (
        "lifetime past all numbers",
        r#"{"access_token":"at","expires_in":1e999,"refresh_token":"rt"}"#,
        Some("at"),
        Some(TEN_YEARS),
    ),
    (
        "lifetime below all numbers",
        r#"{"access_token":"at","expires_in":-1e999,"refresh_token":"rt"}"#,
        Some("at"),
        Some(0),
    ),
    ("lifetime not a number", r#"{"access_token":"at","expires_in":NaN,"refresh_token":"rt"}"#, Some("at"), None),
    ("absolute expiry", r#"{"access_token":"at","expires_at":1700000000,"refresh_token":"rt"}"#, Some("at"), None),
    ("type in capitals", r#"{"access_token":"at","token_type":"BEARER","refresh_token":"rt"}"#, Some("at"), None),
    ("null type", r#"{"access_token":"at","token_type":null,"refresh_token":"rt"}"#, Some("at"), None),
    ("another type", r#"{"access_token":"at","token_type":"DPoP","refresh_token":"rt"}"#, Some("at"), None),
    ("type as number", r#"{"access_token":"at","token_type":1,"refresh_token":"rt"}"#, Some("at"), None),
    ("empty access token", r#"{"access_token":"","refresh_token":"rt"}"#, None, None),
    ("null access token", r#"{"access_token":null,"refresh_token":"rt"}"#, None, None),
    ("access token as object", r#"{"access_token":{"v":1},"refresh_token":"rt"}"#, None, None),
    ("access token missing", r#"{"refresh_token":"rt","expires_in":3600}"#, None, Some(3600)),
    ("access token with a newline", r#"{"access_token":"a\nt","refresh_token":"rt"}"#, None, None),
    ("access token with NUL", r#"{"access_token":"a\u0000t","refresh_token":"rt"}"#, None, None),
    ("access token with a space", r#"{"access_token":"a t","refresh_token":"rt"}"#, None, None),
    ("access token outside ASCII", r#"{"access_token":"ät","refresh_token":"rt"}"#, None, None),
    ("access token as number", r#"{"access_token":12345,"refresh_token":"rt"}"#, Some("12345"), None),
    (
        "duplicate refresh token",
        r#"{"access_token":"at","refresh_token":"old","refresh_token":"rt"}"#,
        Some("at"),
        None,
    ),
    (
        "duplicate, the last empty",
        r#"{"access_token":"at","refresh_token":"rt","refresh_token":null}"#,
        Some("at"),
        None,
    ),
    ("duplicate access token", r#"{"access_token":"old","access_token":"at","refresh_token":"rt"}"#, Some("at"), None),
    ("camel case", r#"{"accessToken":"at","expiresIn":3600,"refreshToken":"rt"}"#, Some("at"), Some(3600)),
    ("byte order mark", "\u{feff}{\"access_token\":\"at\",\"refresh_token\":\"rt\"}", Some("at"), None),
    ("line before", "\n\n  {\"access_token\":\"at\",\"refresh_token\":\"rt\"}", Some("at"), None),
    ("guard before", ")]}',\n{\"access_token\":\"at\",\"refresh_token\":\"rt\"}", Some("at"), None),
    ("loop before", "while(1);{\"access_token\":\"at\",\"refresh_token\":\"rt\"}", Some("at"), None),
    ("callback around", "callback({\"access_token\":\"at\",\"refresh_token\":\"rt\"});", Some("at"), None),
    ("bytes after", "{\"access_token\":\"at\",\"refresh_token\":\"rt\"}\u{0}\u{0}garbage", Some("at"), None),
    ("page after", "{\"access_token\":\"at\",\"refresh_token\":\"rt\"}<!-- served by web3 -->", Some("at"), None),
    ("second object after", "{\"access_token\":\"at\",\"refresh_token\":\"rt\"}{}", Some("at"), None),
    ("list around", r#"[{"access_token":"at","refresh_token":"rt"}]"#, Some("at"), None),
    ("JSON as a JSON text", r#""{\"access_token\":\"at\",\"refresh_token\":\"rt\"}""#, Some("at"), None),
    ("trailing comma", r#"{"access_token":"at","refresh_token":"rt",}"#, Some("at"), None),
    ("single quotes", "{'access_token':'at','expires_in':3600,'refresh_token':'rt'}", Some("at"), Some(3600)),
    ("names without quotes", r#"{access_token:"at",refresh_token:"rt"}"#, Some("at"), None),
    ("end missing", r#"{"access_token":"at","refresh_token":"rt""#, Some("at"), None),
    ("raw newline in a text", "{\"access_token\":\"at\",\"note\":\"a\nb\",\"refresh_token\":\"rt\"}", Some("at"), None),
    ("comment inside", "{\"access_token\":\"at\", // fresh\n\"refresh_token\":\"rt\"}", Some("at"), None),
    ("half of a pair", r#"{"access_token":"at","note":"\ud800","refresh_token":"rt"}"#, Some("at"), None),
    ("escaped letters", r#"{"access_token":"\u0061t","refresh_token":"r\u0074"}"#, Some("at"), None),
    ("escaped name", r#"{"access_token":"at","refresh\u005ftoken":"rt"}"#, Some("at"), None),
    ("in data", r#"{"data":{"access_token":"at","refresh_token":"rt","expires_in":60}}"#, Some("at"), Some(60)),
    ("in result", r#"{"result":{"access_token":"at","refresh_token":"rt"}}"#, Some("at"), None),
    ("in response.data", r#"{"response":{"data":{"access_token":"at","refresh_token":"rt"}}}"#, Some("at"), None),
    ("in an unknown name", r#"{"payload":{"access_token":"at","refresh_token":"rt"}}"#, Some("at"), None),
    ("as a list of one", r#"{"access_token":"at","refresh_token":["rt"]}"#, Some("at"), None),
    ("as an object", r#"{"access_token":"at","refresh_token":{"value":"rt","expires_in":9}}"#, Some("at"), None),
    ("as a form with a brace", "scope=%7B{&access_token=at&refresh_token=rt", Some("at"), None),
    ("in a page", r#"<html><pre>{"access_token":"at","refresh_token":"rt"}</pre></html>"#, Some("at"), None),
    (
        "escaped in a page",
        "<p>{&quot;access_token&quot;:&quot;at&quot;,&quot;refresh_token&quot;:&quot;rt&quot;}</p>",
        Some("at"),
        None,
    ),
    ("as XML", "<a><access_token>at</access_token><refresh_token>rt</refresh_token></a>", Some("at"), None),
    ("in token", r#"{"ok":true,"token":{"access_token":"at","refresh_token":"rt"}}"#, Some("at"), None),
    ("apart", r#"{"access_token":"at","data":{"refresh_token":"rt"}}"#, Some("at"), None),
    ("deeper than anyone looks", r#"{"a":{"b":{"c":{"d":{"refresh_token":"rt"}}}}}"#, None, None),
    ("in a text inside", r#"{"access_token":"at","body":"{\"refresh_token\":\"rt\"}"}"#, Some("at"), None),
    ("as a form", "access_token=at&expires_in=3600&refresh_token=rt", Some("at"), Some(3600)),
    ("as a form with a newline", "access_token=at&refresh_token=rt&scope=a+b\r\n", Some("at"), None),
    ("empty error beside", r#"{"error":"","access_token":"at","refresh_token":"rt"}"#, Some("at"), None),
    ("null error beside", r#"{"error":null,"access_token":"at","refresh_token":"rt"}"#, Some("at"), None),
    ("error muttered beside", r#"{"error":"none","access_token":"at","refresh_token":"rt"}"#, Some("at"), None),
    ("refresh token as number", r#"{"access_token":"at","refresh_token":"rt","id":1}"#, Some("at"), None),
    (
        "deep unknown value before",
        r#"{"x":[[[[[[{"y":[1,{"z":null}]}]]]]]],"access_token":"at","refresh_token":"rt"}"#,
        Some("at"),
        None,
    ),
];

#[test]
fn every_odd_answer_keeps_its_refresh_token() {
    let provider = reader();
    for (name, body, access_token, seconds) in ROWS {
        let reading = provider.read_token_answer(&example_service(), &json_answer(body));
        assert_eq!(reading.refresh_token.as_ref().map(|token| token.expose()), Some("rt"), "{name}");
        assert_eq!(
            reading.access.as_ref().ok().map(|token| token.expose()),
            *access_token,
            "{name}: {:?}",
            reading.access
        );
        assert_eq!(reading.expires_in, seconds.map(Duration::from_secs), "{name}");
    }
    assert!(ROWS.len() >= 60);
}

#[test]
fn any_success_status_and_any_content_type_is_read() {
    let body = r#"{"access_token":"at","token_type":"Bearer","refresh_token":"rt"}"#;
    for (status, content_type, expected) in [
        (200, "application/json", &[][..]),
        (200, "application/json; charset=utf-8", &[][..]),
        (200, "application/vnd.service+json", &[][..]),
        (200, "text/html", &[AnswerOddity::Encoding][..]),
        (200, "", &[AnswerOddity::Encoding][..]),
        (201, "application/json", &[AnswerOddity::Status][..]),
        (202, "text/plain", &[AnswerOddity::Status, AnswerOddity::Encoding][..]),
    ] {
        let reading = reader().read_token_answer(&example_service(), &answer(status, content_type, body));
        assert_eq!(reading.access.unwrap().expose(), "at");
        assert_eq!(reading.refresh_token.unwrap().expose(), "rt");
        assert_eq!(reading.oddities, expected, "{status} {content_type}");
    }
}

#[test]
fn other_encodings_are_read() {
    let body = r#"{"access_token":"at","note":"é","refresh_token":"rt"}"#;
    let little: Vec<u8> = body.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = body.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin: Vec<u8> = body.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let wide = |to_bytes: fn(u32) -> [u8; 4]| body.chars().flat_map(|c| to_bytes(u32::from(c))).collect::<Vec<u8>>();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(body.as_bytes()).unwrap();
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    zlib.write_all(body.as_bytes()).unwrap();
    for (name, bytes) in [
        ("gzip", gzip.finish().unwrap()),
        ("zlib", zlib.finish().unwrap()),
        ("UTF-32 LE", wide(u32::to_le_bytes)),
        ("UTF-32 BE", wide(u32::to_be_bytes)),
        ("UTF-32 LE with mark", [&[0xff, 0xfe, 0, 0], &wide(u32::to_le_bytes)[..]].concat()),
        ("UTF-32 BE with mark", [&[0, 0, 0xfe, 0xff], &wide(u32::to_be_bytes)[..]].concat()),
        ("UTF-16 LE with mark", [&[0xff, 0xfe], &little[..]].concat()),
        ("UTF-16 BE with mark", [&[0xfe, 0xff], &big[..]].concat()),
        ("UTF-16 LE", little),
        ("UTF-16 BE", big),
        ("Latin-1", latin),
        ("UTF-8 with mark", [b"\xef\xbb\xbf", body.as_bytes()].concat()),
        ("UTF-8 with mark and broken byte", [b"\xef\xbb\xbf\xff", body.as_bytes()].concat()),
    ] {
        let reading = reader().read_token_answer(&example_service(), &answer(200, "application/json", bytes));
        assert_eq!(reading.refresh_token.unwrap().expose(), "rt", "{name}");
        assert_eq!(reading.access.unwrap().expose(), "at", "{name}");
        assert!(reading.oddities.contains(&AnswerOddity::Encoding), "{name}");
    }
}

#[test]
fn oddities_are_named_and_hold_no_value() {
    let table: &[(&str, AnswerOddity)] = &[
        (r#"{"access_token":"at","expires_in":"60","token_type":"Bearer"}"#, AnswerOddity::ExpiresIn),
        (r#"{"access_token":"at"}"#, AnswerOddity::MissingTokenType),
        (r#"{"access_token":"at","token_type":"mac"}"#, AnswerOddity::UnknownTokenType),
        (r#"access_token=at&token_type=bearer"#, AnswerOddity::FormEncoded),
        (r#"{"access_token":"at"}x"#, AnswerOddity::TrailingBytes),
        (r#"{"data":{"access_token":"at"}}"#, AnswerOddity::Nested),
        (r#"{"access_token":"at","access_token":"at"}"#, AnswerOddity::DuplicateName),
        (r#"{"access_token":"at","refresh_token":""}"#, AnswerOddity::EmptyRefreshToken),
        (r#"{"access_token":"at","refresh_token":null}"#, AnswerOddity::EmptyRefreshToken),
        (r#"{"access_token":""}"#, AnswerOddity::UnusableAccessToken),
        (r#"{"error":"invalid_grant"}"#, AnswerOddity::ErrorWithSuccessStatus),
    ];
    for (body, oddity) in table {
        let reading = reader().read_token_answer(&example_service(), &json_answer(body));
        assert!(reading.oddities.contains(oddity), "{body}: {:?}", reading.oddities);
        assert!(reading.refresh_token.is_none(), "{body}");
    }
}

#[test]
fn an_odd_refresh_token_and_an_odd_place_are_named_too() {
    for (body, oddity) in [
        (r#"{"access_token":"at","refresh_token":7}"#, AnswerOddity::RefreshTokenType),
        (r#"<p>{"access_token":"at","refresh_token":"rt"}</p>"#, AnswerOddity::Page),
        (r#"{"payload":{"access_token":"at","refresh_token":"rt"}}"#, AnswerOddity::Nested),
    ] {
        let reading = reader().read_token_answer(&example_service(), &json_answer(body));
        assert!(reading.oddities.contains(&oddity), "{body}: {:?}", reading.oddities);
        assert!(reading.refresh_token.is_some(), "{body}");
    }
}

#[test]
fn scopes_are_read_with_spaces_with_commas_and_as_a_list() {
    for scope in [r#""a b""#, r#""a,b""#, r#""a, b""#, r#"["a","b"]"#] {
        let body = format!(r#"{{"access_token":"at","scope":{scope}}}"#);
        let reading = reader().read_token_answer(&example_service(), &json_answer(&body));
        assert_eq!(reading.scopes, Some(vec!["a".to_owned(), "b".to_owned()]), "{scope}");
    }
    for scope in [r#""""#, "null", "7", "[]"] {
        let body = format!(r#"{{"access_token":"at","scope":{scope}}}"#);
        assert_eq!(reader().read_token_answer(&example_service(), &json_answer(&body)).scopes, None, "{scope}");
    }
}

#[test]
fn where_the_connector_says_the_tokens_are_wins_over_the_top() {
    let mut service = example_service();
    service.answer_path = Some("authed_user".to_owned());
    let body = r#"{"ok":true,"access_token":"bot","refresh_token":"bot-rt","token_type":"bot",
        "authed_user":{"access_token":"user","token_type":"user","scope":"a,b"}}"#;
    let reading = reader().read_token_answer(&service, &json_answer(body));
    assert_eq!(reading.access.unwrap().expose(), "user");
    assert!(reading.refresh_token.is_none(), "the bot's refresh token belongs to another account");
    assert!(!reading.oddities.contains(&AnswerOddity::UnknownTokenType), "Slack's types are Bearer");
    assert_eq!(reading.scopes.unwrap().len(), 2);

    let reading = reader().read_token_answer(&service, &json_answer(r#"{"access_token":"at","refresh_token":"rt"}"#));
    assert_eq!(reading.refresh_token.unwrap().expose(), "rt", "not there: then the top");

    service.answer_path = Some("outer/inner".to_owned());
    let body = r#"{"outer":{"inner":{"access_token":"at","refresh_token":"rt"}}}"#;
    assert_eq!(reader().read_token_answer(&service, &json_answer(body)).refresh_token.unwrap().expose(), "rt");
}

#[test]
fn what_repeats_the_request_is_no_answer() {
    for (status, body) in [
        (500, r#"<html><pre>{"access_token":"at","refresh_token":"old"}</pre></html>"#),
        (200, r#"<html><pre>POST {"refresh_token":"old"}</pre></html>"#),
        (500, r#"{"request":{"refresh_token":"[FILTERED]","access_token":"at"}}"#),
        (500, r#"{"params":{"refresh_token":"old"}}"#),
        (502, "POST /token refresh_token=old client_id=a"),
        (200, r#"{"access_token":"at","refresh_token":"********"}"#),
        (400, "refresh_token=%5BREDACTED%5D&grant_type=refresh_token"),
    ] {
        let reading = reader().read_token_answer(&example_service(), &answer(status, "", body));
        assert!(reading.refresh_token.is_none(), "{status} {body}");
    }
}

#[test]
fn a_page_without_tokens_is_no_answer_of_the_service() {
    let reading = reader().read_token_answer(&example_service(), &answer(200, "text/html", "<h1>Hotel Wi-Fi</h1>"));
    let access = reading.access.unwrap_err();
    assert!(matches!(access, RefreshFailure::Transient { kind: TransientKind::NotAnAnswer, .. }), "{access:?}");
}

#[test]
fn a_clock_that_differs_is_named() {
    for (seconds, is_odd) in [(0, false), (240, false), (-240, false), (3600, true), (-3600, true)] {
        let mut raw = json_answer(r#"{"access_token":"at","token_type":"Bearer","expires_in":60}"#);
        raw.server_time = Some(storm_domain::Timestamp(raw.received_at.0 + seconds * 1000));
        let reading = reader().read_token_answer(&example_service(), &raw);
        assert_eq!(reading.oddities.contains(&AnswerOddity::Clock), is_odd, "{seconds}");
        assert_eq!(reading.expires_in, Some(Duration::from_secs(60)), "by our own clock");
    }
}

#[test]
fn absurd_shapes_are_read_in_time_and_without_overflow() {
    let deep = 100_000;
    let bodies = [
        ("deep objects", r#"{"a":"#.repeat(deep) + r#""refresh_token":"rt""#),
        ("deep lists", format!(r#"{{"refresh_token":"rt","x":{}{}}}"#, "[".repeat(deep), "]".repeat(deep))),
        ("deep scope", format!(r#"{{"refresh_token":"rt","scope":{}{}}}"#, "[".repeat(deep), "]".repeat(deep))),
        ("deep data", format!(r#"{}{{"refresh_token":"rt"}}{}"#, r#"{"data":"#.repeat(deep), "}".repeat(deep))),
        ("many names", format!(r#"{{{}"refresh_token":"rt"}}"#, r#""name":1,"#.repeat(110_000))),
        (
            "many duplicates",
            format!(r#"{{{}"refresh_token":"rt"}}"#, r#""error":1,"#.repeat(0) + &r#""scope":1,"#.repeat(90_000)),
        ),
        ("many wrappers", format!(r#"{{{}"refresh_token":"rt"}}"#, r#""data":{},"#.repeat(90_000))),
        ("many open braces", "{".repeat(1_000_000) + r#""refresh_token":"rt""#),
        ("many broken names", r#""refresh_token":"#.repeat(60_000) + r#""refresh_token":"rt""#),
        ("many backslashes", "\\".repeat(1_000_000) + r#""refresh_token":"rt""#),
    ];
    // Two MiB is what the system gives a thread of the runtime.
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let reader = thread.spawn(move || {
        for (name, body) in bodies {
            let body = json_answer(&body);
            let provider = reader();
            #[expect(clippy::disallowed_methods, reason = "the time a computation takes is what is tested")]
            let start = std::time::Instant::now();
            let reading = provider.read_token_answer(&example_service(), &body);
            let taken = start.elapsed();
            assert_eq!(reading.refresh_token.unwrap().expose(), "rt", "{name}");
            // 100 ms is the promise of an optimised build; what is not linear takes minutes in either.
            let allowed = if cfg!(debug_assertions) { Duration::from_secs(10) } else { Duration::from_millis(100) };
            assert!(taken < allowed, "{name} took {taken:?}");
        }
    });
    reader.unwrap().join().unwrap();
}

#[test]
fn o37_a_type_is_compared_without_case_and_another_costs_nothing_but_its_use_as_bearer() {
    for (token_type, is_bearer) in [("BEARER", true), ("bearer", true), ("DPoP", false), ("mac", false), ("N_A", false)]
    {
        let body = format!(r#"{{"access_token":"at","token_type":"{token_type}","refresh_token":"rt"}}"#);
        let reading = reader().read_token_answer(&example_service(), &json_answer(&body));
        assert_eq!(reading.oddities.contains(&AnswerOddity::UnknownTokenType), !is_bearer, "{token_type}");
        assert_eq!(is_bearer_type(reading.token_type.as_deref().unwrap()), is_bearer, "{token_type}");
        assert_eq!(reading.refresh_token.unwrap().expose(), "rt");
        assert_eq!(reading.access.unwrap().expose(), "at", "it is kept");
    }
}

#[test]
fn o39_no_lifetime_whatever_is_below_nothing_or_past_ten_years() {
    for (lifetime, seconds) in [
        ("-1", Some(0)),
        ("0", Some(0)),
        ("1e30", Some(TEN_YEARS)),
        ("18446744073709551615", Some(TEN_YEARS)),
        ("1e999", Some(TEN_YEARS)),
        ("NaN", None),
    ] {
        for written in [lifetime.to_owned(), format!("\"{lifetime}\"")] {
            let body = format!(r#"{{"access_token":"at","expires_in":{written},"refresh_token":"rt"}}"#);
            let reading = reader().read_token_answer(&example_service(), &json_answer(&body));
            assert_eq!(reading.expires_in, seconds.map(Duration::from_secs), "{written}");
            assert_eq!(reading.refresh_token.unwrap().expose(), "rt", "{written}");
        }
    }
}

#[test]
fn the_lifetime_of_a_refresh_token_is_read_under_each_of_its_names() {
    for (said, seconds) in [
        (r#""refresh_token_expires_in":604799"#, Some(604_799)),
        (r#""refresh_expires_in":1800"#, Some(1_800)),
        (r#""refreshTokenExpiresIn":"60""#, Some(60)),
        (r#""refresh_expires_in":0"#, None),
        (r#""refresh_expires_in":null"#, None),
        (r#""expires_in":3600"#, None),
    ] {
        let body = format!(r#"{{"access_token":"at","token_type":"Bearer","refresh_token":"rt",{said}}}"#);
        let reading = reader().read_token_answer(&example_service(), &json_answer(&body));
        assert_eq!(reading.refresh_expires_in, seconds.map(Duration::from_secs), "{said}");
        assert_eq!(reading.oddities, [], "{said}");
    }
}
