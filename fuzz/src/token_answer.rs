//! Token answers: a refresh token that stands in them is never lost, and every lifetime is a sane one.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::Catalogue;
use storm_domain::port::Provider as _;
use storm_domain::{Fields, OAuthService, RawTokenAnswer, Timestamp};
use storm_secret::SecretBytes;

const TEN_YEARS: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);

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
    let status = [200, 201, 400, 401, 403, 429, 500, 503][usize::from(choice % 8)];
    let content_type = [Some("application/json"), Some("application/x-www-form-urlencoded"), Some("text/html"), None]
        [usize::from(choice / 8 % 4)];
    let answer = RawTokenAnswer {
        status,
        content_type: content_type.map(str::to_owned),
        retry_after: None,
        server_time: None,
        received_at: Timestamp(1_795_000_000_000),
        body: SecretBytes::new(body.to_vec()),
        dpop_key: None,
    };
    let reading = PROVIDER.read_token_answer(&SERVICE, &answer);
    assert!(reading.expires_in.is_none_or(|lifetime| lifetime <= TEN_YEARS));
    if let Some(token) = plain_refresh_token(body) {
        // EXPOSE: compared with what stands in the answer.
        let read = reading.refresh_token.as_ref().map(|token| token.expose());
        assert!(read.is_some_and(|read| read.trim() == token.trim()), "a refresh token was lost");
    }
    let _ = PROVIDER.read_device_answer(&SERVICE, &answer);
}

/// The refresh token of an object that names it once, as an independent reader sees it.
fn plain_refresh_token(body: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    if text.matches("refresh").count() != 1 {
        return None;
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
    let token = object.get("refresh_token")?.as_str()?;
    let is_token = token.len() >= 8 && token.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (is_token && object.len() <= 8).then(|| token.to_owned())
}
