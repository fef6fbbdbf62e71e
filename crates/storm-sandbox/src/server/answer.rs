//! One request, from arrival to answer: guard, journal, script, effect, durability.
//!
//! The order is the contract. The journal knows of a request before anything happens to it; an effect is durable before
//! its answer leaves, or before that answer is spoiled; a spoiled answer has either had its effect or has not, as the
//! step says, never half.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Response, StatusCode};
use serde_json::Value;

use super::body::{AnswerBody, Content, Pace};
use super::completion::Completion;
use super::guard::Guard;
use super::reply::Reply;
use super::request::{Request, read_body};
use super::route::route;
use super::wire::Knife;
use super::{Service, clock_date};
use crate::control::{self, CheckedStep, JournalEntry, Outcome, Progress, ScriptedBody};
use crate::secret::Fingerprint;

/// The size of a slow piece when only a delay was given.
const DEFAULT_PIECE_BYTES: usize = 1;

/// An answer and how to send it.
struct Planned {
    status: StatusCode,
    headers: Vec<(HeaderName, HeaderValue)>,
    content: Content,
    pace: Option<Pace>,
    cut_after: Option<u64>,
    instead: Option<Bytes>,
}

impl From<Reply> for Planned {
    fn from(reply: Reply) -> Self {
        let content = Content::Bytes(reply.body);
        Self { status: reply.status, headers: reply.headers, content, pace: None, cut_after: None, instead: None }
    }
}

/// Answers one request.
pub(crate) async fn answer(
    service: Arc<Service>,
    guard: Guard,
    knife: Knife,
    incoming: hyper::Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    let (parts, incoming_body) = incoming.into_parts();
    let (body, refusal) = match guard.check(&parts.method, &parts.headers) {
        Ok(()) => match read_body(incoming_body).await {
            Ok(body) => (body, None),
            Err(refusal) => (Bytes::new(), Some(refusal)),
        },
        Err(refusal) => (Bytes::new(), Some(refusal)),
    };
    let request = Request { method: parts.method, uri: parts.uri, headers: parts.headers, body };

    if control::is_control_path(request.path()) {
        let reply = match refusal {
            Some(refusal) => refusal,
            None => control::answer(&service, &request).await,
        };
        return Ok(send(&service, reply.into(), None, &knife, &request.method));
    }

    let (sequence, step) = {
        let mut world = service.world();
        let step = if refusal.is_none() { world.script.take(&request.method, request.path()) } else { None };
        let entry = journal_entry(&request, world.now_ms(), step.is_some());
        (world.journal.arrive(entry), step)
    };
    service.progressed();
    let completion = Completion::new(Arc::clone(&service), sequence);

    let planned = match (refusal, step) {
        (Some(refusal), _) => refusal.into(),
        (None, None) => perform(&service, &request).await.into(),
        (None, Some(step)) => follow_script(&service, &request, step, &completion).await,
    };
    Ok(send(&service, planned, Some(completion), &knife, &request.method))
}

/// The real effect, durable.
async fn perform(service: &Arc<Service>, request: &Request) -> Reply {
    let reply = route(service, request).await;
    match service.persist().await {
        Ok(()) => reply,
        Err(error) => error.into(),
    }
}

async fn follow_script(
    service: &Arc<Service>,
    request: &Request,
    step: CheckedStep,
    completion: &Completion,
) -> Planned {
    let mut real = None;
    if step.apply_first {
        real = Some(perform(service, request).await);
    }
    if let Some(gate) = &step.hold {
        wait_at_gate(service, gate, completion).await;
    }
    if step.delay_ms > 0 {
        tokio::time::sleep(Duration::from_millis(step.delay_ms)).await;
    }
    if step.hang {
        completion.held();
        std::future::pending::<()>().await;
    }
    if step.applies_late() {
        real = Some(perform(service, request).await);
    }
    compose(step, real)
}

async fn wait_at_gate(service: &Service, gate: &str, completion: &Completion) {
    {
        let mut world = service.world();
        if !world.gates.is_closed(gate) {
            return;
        }
        world.gates.begin_waiting(gate);
    }
    completion.held();
    loop {
        let mut released = pin!(service.next_progress());
        released.as_mut().enable();
        if !service.world().gates.is_closed(gate) {
            return;
        }
        released.await;
    }
}

/// Lays the step over the real answer, where there is one.
fn compose(step: CheckedStep, real: Option<Reply>) -> Planned {
    let content = match (step.body, &real) {
        (Some(ScriptedBody::Template(template)), real) => {
            Content::Bytes(fill(template, real.as_ref().map(|reply| reply.body.as_ref())).into())
        }
        (Some(ScriptedBody::Bytes(bytes)), _) => Content::Bytes(bytes),
        (Some(ScriptedBody::Filler(length)), _) => Content::Filler(length),
        (None, Some(reply)) => Content::Bytes(reply.body.clone()),
        (None, None) => Content::Bytes(Bytes::new()),
    };
    let (status, mut headers) = match real {
        Some(reply) => (reply.status, reply.headers),
        None => {
            let default_status =
                if step.reset_after_bytes.is_some() { StatusCode::BAD_GATEWAY } else { StatusCode::OK };
            (default_status, vec![(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))])
        }
    };
    headers.retain(|(name, _)| !step.headers.iter().any(|(scripted, _)| scripted == name));
    headers.extend(step.headers);
    if step.reset_after_bytes.is_some() && !headers.iter().any(|(name, _)| *name == header::CONNECTION) {
        headers.push((header::CONNECTION, HeaderValue::from_static("close")));
    }
    let pace = (step.chunk_delay_ms > 0 || step.chunk_bytes.is_some()).then(|| Pace {
        piece_bytes: step.chunk_bytes.unwrap_or(DEFAULT_PIECE_BYTES),
        delay: Duration::from_millis(step.chunk_delay_ms),
    });
    Planned {
        status: step.status.unwrap_or(status),
        headers,
        content,
        pace,
        cut_after: step.reset_after_bytes,
        instead: step.raw,
    }
}

/// Fills `{{name}}` from the fields of the real JSON answer.
fn fill(template: String, real: Option<&[u8]>) -> String {
    let Some(Ok(Value::Object(fields))) = real.map(serde_json::from_slice) else { return template };
    fields.iter().fold(template, |filled, (name, value)| {
        let placeholder = format!("{{{{{name}}}}}");
        match value {
            Value::String(text) => filled.replace(&placeholder, text),
            other => filled.replace(&placeholder, &other.to_string()),
        }
    })
}

fn send(
    service: &Service,
    planned: Planned,
    completion: Option<Completion>,
    knife: &Knife,
    method: &Method,
) -> Response<AnswerBody> {
    let has_no_body = *method == Method::HEAD || planned.instead.is_some();
    let empty = has_no_body || matches!(&planned.content, Content::Bytes(bytes) if bytes.is_empty());
    let outcome = if planned.cut_after.is_some() { Outcome::Reset } else { Outcome::Answered };
    let completion = completion.map(|mut completion| {
        completion.answering(planned.status.as_u16(), outcome, empty);
        completion
    });
    let mut body = AnswerBody::new(planned.content, completion).paced(planned.pace);
    let mut headers = HeaderMap::with_capacity(planned.headers.len() + 2);
    for (name, value) in planned.headers {
        headers.append(name, value);
    }
    if headers.contains_key(header::CONTENT_LENGTH) || headers.contains_key(header::TRANSFER_ENCODING) {
        body = body.without_length();
    }
    if !headers.contains_key(header::DATE) {
        headers.insert(header::DATE, clock_date(service));
    }
    if let Some(bytes) = planned.cut_after {
        knife.cut_after(bytes);
    }
    if let Some(bytes) = planned.instead {
        knife.send_instead(bytes);
    }
    let mut response = Response::new(body);
    *response.status_mut() = planned.status;
    *response.headers_mut() = headers;
    response
}

fn journal_entry(request: &Request, at_ms: i64, scripted: bool) -> JournalEntry {
    let form = request.form();
    JournalEntry {
        sequence: 0,
        at_ms,
        method: request.method.as_str().to_owned(),
        path: request.path().to_owned(),
        query_names: request.uri.query().map(|_| request.query().names()).unwrap_or_default(),
        header_names: request.headers.keys().map(|name| name.as_str().to_owned()).collect(),
        form_names: form.names(),
        grant_type: form.value("grant_type").map(str::to_owned),
        client_id: form.value("client_id").map(str::to_owned),
        refresh_token_sha256: form.value("refresh_token").map(|token| Fingerprint::of(token).to_string()),
        scripted,
        progress: Progress::Arrived,
        status: None,
        outcome: None,
    }
}

#[cfg(test)]
mod tests {
    use super::fill;

    #[test]
    fn placeholders_are_filled_from_the_real_answer() {
        let real = br#"{"access_token":"pat_1","expires_in":3600}"#;
        let template = r#"{"t":"{{access_token}}","e":"{{expires_in}}","x":"{{other}}"}"#.to_owned();
        assert_eq!(fill(template, Some(real)), r#"{"t":"pat_1","e":"3600","x":"{{other}}"}"#);
        assert_eq!(fill("{{access_token}}".to_owned(), None), "{{access_token}}");
    }
}
