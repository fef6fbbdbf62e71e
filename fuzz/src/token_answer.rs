//! Token answers: a refresh token that stands in them is never lost, and every lifetime is a sane one.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::Catalogue;
use storm_domain::port::Provider as _;
use storm_domain::{Fields, OAuthService};

use crate::answer::answer;
use crate::limit;

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
const STATUSES: [u16; 8] = [200, 201, 400, 401, 403, 429, 500, 503];
const CONTENT_TYPES: [Option<&str>; 4] =
    [Some("application/json"), Some("application/x-www-form-urlencoded"), Some("text/html"), None];
/// What a log filter puts in the place of a token.
const FILTERED: [&str; 3] = ["filtered", "redacted", "undefined"];

static PROVIDER: LazyLock<HttpProvider> =
    LazyLock::new(|| HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).expect("a provider"));
static SERVICE: LazyLock<OAuthService> = LazyLock::new(|| {
    let catalogue = Catalogue::embedded().expect("the catalogue is whole");
    let practice = catalogue.connector("practice").expect("it is there");
    practice.oauth_service(&Fields::new()).expect("its addresses are known")
});

/// The first byte chooses status and content type.
pub fn read(data: &[u8]) {
    let Some((choice, body)) = data.split_first() else { return };
    let status = STATUSES[usize::from(choice % 8)];
    let content_type = CONTENT_TYPES[usize::from(choice / 8 % 4)];
    let token = plain_refresh_token(body);
    refresh_token_of(status, content_type, body, token.as_deref());
    if let Some(token) = &token {
        for sent in odd_spellings(body) {
            refresh_token_of(status, content_type, &sent, Some(token));
        }
    }
}

fn refresh_token_of(status: u16, content_type: Option<&str>, body: &[u8], expected: Option<&str>) {
    let answer = answer(status, content_type, body);
    let reading = limit::within(|| PROVIDER.read_token_answer(&SERVICE, &answer));
    assert!(reading.expires_in.is_none_or(|lifetime| lifetime <= TEN_YEARS));
    if let Some(expected) = expected {
        // EXPOSE: compared with what stands in the answer.
        let read = reading.refresh_token.as_ref().map(|token| token.expose());
        assert_eq!(read, Some(expected), "a refresh token was lost");
    }
    let _ = limit::within(|| PROVIDER.read_device_answer(&SERVICE, &answer));
}

/// The refresh token of an object that names it once, as an independent reader sees it.
fn plain_refresh_token(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    if text.to_ascii_lowercase().matches("refresh").count() != 1 || text.contains('\\') {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let token = object.get("refresh_token")?.as_str()?;
    let is_token = token.len() >= 8 && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_token && !FILTERED.iter().any(|word| token.eq_ignore_ascii_case(word))).then(|| token.to_owned())
}

/// The same answer as services send it too: with a byte order mark, in UTF-16, and as one text of JSON.
fn odd_spellings(body: &[u8]) -> [Vec<u8>; 3] {
    let text = String::from_utf8_lossy(body);
    let marked = ["\u{feff}", &text].concat().into_bytes();
    let wide = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let quoted = serde_json::Value::from(text.as_ref()).to_string().into_bytes();
    [marked, wide, quoted]
}
