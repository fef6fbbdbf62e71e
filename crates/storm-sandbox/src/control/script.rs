//! The script: what the next requests to a path will meet instead of, or after, the real answer.
//!
//! A [`Step`] is checked when it is queued, never when it strikes, so a test learns of its mistake at once. Whether the
//! real effect happens, and whether it happens before the wait or after it, is decided here in one place.

use std::collections::VecDeque;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::body::Bytes;
use hyper::header::{HeaderName, HeaderValue};
use hyper::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::SandboxError;

/// One queued misbehaviour. Field names are those of the control API.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Step {
    /// Only requests with this method; any when absent.
    pub method: Option<String>,
    /// The exact path, without a query.
    pub path: String,
    /// How many requests it strikes; 1 when absent.
    pub times: Option<u32>,
    /// The status to send, 200 to 599.
    pub status: Option<u16>,
    /// Headers to send; they replace real ones of the same name. Pairs, so a name may come twice.
    pub headers: Vec<(String, String)>,
    /// The body to send. After `apply_first`, `{{name}}` stands for the field of that name in the real answer.
    pub body: Option<String>,
    /// The body to send, in base64, for bytes that are not text.
    pub body_base64: Option<String>,
    /// A body of so many filler bytes, streamed.
    pub body_bytes: Option<u64>,
    /// Exactly these bytes on the wire, in base64, in place of an HTTP answer; then the connection is closed.
    pub raw_base64: Option<String>,
    /// Waits so long before answering.
    pub delay_ms: u64,
    /// Cuts the connection with a TCP reset after so many bytes of the answer; 0 is before any.
    pub reset_after_bytes: Option<u64>,
    /// Sends the body in pieces of this size.
    pub chunk_bytes: Option<u32>,
    /// Waits so long before each piece.
    pub chunk_delay_ms: u64,
    /// Never answers; the request ends when the client leaves.
    pub hang: bool,
    /// Lets the real effect happen first, and only then spoils the answer.
    pub apply_first: bool,
    /// Holds the answer at the gate of this name until it is released.
    pub hold: Option<String>,
}

/// What a scripted body is made of.
#[derive(Clone, Debug)]
pub(crate) enum ScriptedBody {
    /// Text whose placeholders are filled from the real answer.
    Template(String),
    /// These bytes.
    Bytes(Bytes),
    /// So many filler bytes.
    Filler(u64),
}

/// A checked step.
#[derive(Clone, Debug)]
pub(crate) struct CheckedStep {
    pub(crate) status: Option<StatusCode>,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    pub(crate) body: Option<ScriptedBody>,
    pub(crate) raw: Option<Bytes>,
    pub(crate) delay_ms: u64,
    pub(crate) reset_after_bytes: Option<u64>,
    pub(crate) chunk_bytes: Option<usize>,
    pub(crate) chunk_delay_ms: u64,
    pub(crate) hang: bool,
    pub(crate) apply_first: bool,
    pub(crate) hold: Option<String>,
}

impl CheckedStep {
    /// Whether the real effect happens after the wait: the step only slows the real answer, and replaces nothing.
    pub(crate) fn applies_late(&self) -> bool {
        let replaces = self.status.is_some() || self.body.is_some() || self.raw.is_some();
        !self.apply_first && !replaces && !self.hang && self.reset_after_bytes.is_none()
    }
}

struct Queued {
    method: Option<Method>,
    path: String,
    left: u32,
    step: CheckedStep,
}

/// The queued steps, in order.
#[derive(Default)]
pub(crate) struct Script {
    queued: VecDeque<Queued>,
}

/// More steps than any rehearsal queues.
const LONGEST_SCRIPT: usize = 10_000;

impl Script {
    /// Checks and queues a step.
    pub(crate) fn queue(&mut self, step: Step) -> Result<(), SandboxError> {
        let unusable = |what| Err(SandboxError::Unusable(what));
        if self.queued.len() >= LONGEST_SCRIPT {
            return unusable("the script is too long");
        }
        if !step.path.starts_with('/') || step.path.contains('?') || step.path.starts_with("/control/api") {
            return unusable("path must be a path of the service, without a query and outside /control/api");
        }
        let left = step.times.unwrap_or(1);
        if left == 0 {
            return unusable("times must be at least 1");
        }
        let method = match step.method.as_deref().map(|m| Method::from_bytes(m.to_uppercase().as_bytes())) {
            None => None,
            Some(Ok(method)) => Some(method),
            Some(Err(_)) => return unusable("method is not an HTTP method"),
        };
        self.queued.push_back(Queued { method, path: step.path.clone(), left, step: checked(step)? });
        Ok(())
    }

    /// Takes the step that strikes this request, if one does.
    pub(crate) fn take(&mut self, method: &Method, path: &str) -> Option<CheckedStep> {
        let strikes = |queued: &Queued| queued.path == path && queued.method.as_ref().is_none_or(|m| m == method);
        let index = self.queued.iter().position(strikes)?;
        let queued = &mut self.queued[index];
        queued.left -= 1;
        if queued.left > 0 {
            return Some(queued.step.clone());
        }
        self.queued.remove(index).map(|queued| queued.step)
    }

    /// Forgets all steps.
    pub(crate) fn clear(&mut self) {
        self.queued.clear();
    }

    /// How many requests are still to be struck.
    pub(crate) fn len(&self) -> u64 {
        self.queued.iter().map(|queued| u64::from(queued.left)).sum()
    }
}

fn checked(step: Step) -> Result<CheckedStep, SandboxError> {
    let unusable = |what| Err(SandboxError::Unusable(what));
    let status = match step.status {
        Some(code) if !(200..600).contains(&code) => return unusable("status must be between 200 and 599"),
        Some(code) => StatusCode::from_u16(code).ok(),
        None => None,
    };
    let mut headers = Vec::with_capacity(step.headers.len());
    for (name, value) in &step.headers {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes())) {
            (Ok(name), Ok(value)) => headers.push((name, value)),
            _ => return unusable("a header name or value cannot be sent over HTTP"),
        }
    }
    let body = match (step.body, step.body_base64, step.body_bytes) {
        (None, None, None) => None,
        (Some(text), None, None) => Some(ScriptedBody::Template(text)),
        (None, Some(encoded), None) => Some(ScriptedBody::Bytes(decoded(&encoded)?)),
        (None, None, Some(length)) => Some(ScriptedBody::Filler(length)),
        _ => return unusable("only one of body, body_base64 and body_bytes can be sent"),
    };
    let raw = step.raw_base64.as_deref().map(decoded).transpose()?;
    if raw.is_some() && (status.is_some() || body.is_some() || !headers.is_empty() || step.reset_after_bytes.is_some())
    {
        return unusable("raw_base64 is the whole answer; nothing else of one can be given with it");
    }
    if step.chunk_bytes == Some(0) {
        return unusable("chunk_bytes must be at least 1");
    }
    Ok(CheckedStep {
        status,
        headers,
        body,
        raw,
        delay_ms: step.delay_ms,
        reset_after_bytes: step.reset_after_bytes,
        chunk_bytes: step.chunk_bytes.and_then(|size| usize::try_from(size).ok()),
        chunk_delay_ms: step.chunk_delay_ms,
        hang: step.hang,
        apply_first: step.apply_first,
        hold: step.hold,
    })
}

fn decoded(base64: &str) -> Result<Bytes, SandboxError> {
    STANDARD.decode(base64).map(Bytes::from).map_err(|_| SandboxError::Unusable("bytes must be given in base64"))
}

#[cfg(test)]
mod tests {
    use super::{Script, Step};
    use hyper::Method;

    fn step(path: &str) -> Step {
        Step { path: path.to_owned(), status: Some(503), ..Step::default() }
    }

    #[test]
    fn steps_strike_in_order_and_as_often_as_asked() {
        let mut script = Script::default();
        script.queue(Step { times: Some(2), ..step("/a") }).unwrap();
        script.queue(Step { status: Some(500), ..step("/a") }).unwrap();
        let statuses: Vec<_> = (0..4).map(|_| script.take(&Method::GET, "/a").and_then(|s| s.status)).collect();
        let numbers: Vec<_> = statuses.iter().map(|s| s.map(|s| s.as_u16())).collect();
        assert_eq!(numbers, [Some(503), Some(503), Some(500), None]);
    }

    #[test]
    fn a_step_with_a_method_leaves_other_methods_alone() {
        let mut script = Script::default();
        script.queue(Step { method: Some("post".to_owned()), ..step("/a") }).unwrap();
        assert!(script.take(&Method::GET, "/a").is_none());
        assert!(script.take(&Method::POST, "/b").is_none());
        assert!(script.take(&Method::POST, "/a").is_some());
    }

    #[test]
    fn mistakes_are_told_when_the_step_is_queued() {
        let mut script = Script::default();
        for wrong in [
            Step { status: Some(100), ..step("/a") },
            Step { times: Some(0), ..step("/a") },
            Step { headers: vec![("a b".to_owned(), String::new())], ..step("/a") },
            Step { headers: vec![("a".to_owned(), "x\ny".to_owned())], ..step("/a") },
            Step { body: Some(String::new()), body_bytes: Some(1), ..step("/a") },
            Step { chunk_bytes: Some(0), ..step("/a") },
            Step { raw_base64: Some("****".to_owned()), status: None, ..step("/a") },
            Step { raw_base64: Some(String::new()), ..step("/a") },
            step("no-slash"),
            step("/control/api/state"),
        ] {
            assert!(script.queue(wrong).is_err());
        }
    }

    #[test]
    fn a_step_that_only_slows_applies_the_real_effect_after_the_wait() {
        let mut script = Script::default();
        script.queue(Step { path: "/a".to_owned(), hold: Some("gate".to_owned()), ..Step::default() }).unwrap();
        script.queue(step("/a")).unwrap();
        assert!(script.take(&Method::GET, "/a").unwrap().applies_late());
        assert!(!script.take(&Method::GET, "/a").unwrap().applies_late());
    }
}
