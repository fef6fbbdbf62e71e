//! Asking a service when a key ends.
//!
//! INVARIANT: only a success of the service itself tells anything; whatever else comes leaves what was known as it is.

use std::time::Duration;

use serde_json::Value;
use storm_domain::{AnswerFormat, ApiKeyCredential, HttpMethod, KeyEndPlace, KeyEndRequest, Timestamp};

use crate::answer::{Document, is_page};
use crate::http::{Answer, Http, LARGEST_ANSWER};
use crate::moment::end_of_key;
use crate::placement::Presented;
use crate::request::prepare;

/// A key that was taken just now has not ended. GitHub was seen to send the time of the request as the end of fine-grained tokens
/// (google/go-github issue 3708).
const LEAST_AHEAD: Duration = Duration::from_secs(5 * 60);

pub(crate) async fn key_end(http: &Http, request: &KeyEndRequest, key: &ApiKeyCredential) -> Option<Timestamp> {
    let KeyEndRequest { url, placement, headers, place } = request;
    let prepared = prepare(http, HttpMethod::Get, url, placement, headers, None, Presented::key(key))?;
    let answer = http.send_for_answer(prepared, http.deadlines.other, LARGEST_ANSWER).await.ok()?;
    let now = answer.raw.server_time.unwrap_or(answer.raw.received_at);
    read(place, &answer).filter(|end| *end > now.after(LEAST_AHEAD))
}

fn read(place: &KeyEndPlace, Answer { raw, headers }: &Answer) -> Option<Timestamp> {
    if !(200..=299).contains(&raw.status) || is_page(raw) {
        return None;
    }
    match place {
        KeyEndPlace::Header(name) => end_of_key(&Value::from(headers.get(name)?.to_str().ok()?)),
        KeyEndPlace::Body(pointer) => end_of_key(&*Document::read(AnswerFormat::Json, raw)?.at(pointer)?),
    }
}
