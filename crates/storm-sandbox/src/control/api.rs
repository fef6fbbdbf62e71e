//! The control API: JSON over the same port, under `/control/api`.
//!
//! Its requests are neither journaled nor scripted, so a test can always reach it. The README lists the routes.

use std::sync::Arc;
use std::time::Duration;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::handle::Control;
use super::journal::{JournalQuery, Progress};
use super::request::GrantFilter;
use crate::SandboxError;
use crate::server::{Parameters, Reply, Request, Service};

/// The longest a long poll lasts.
const LONGEST_WAIT_MS: u64 = 120_000;
/// How long a long poll lasts when nothing was said.
const DEFAULT_WAIT_MS: u64 = 10_000;

/// Whether a path belongs to the control API.
pub(crate) fn is_control_path(path: &str) -> bool {
    path.strip_prefix("/control/api").is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[derive(Deserialize)]
struct NewServiceAccount {
    email: String,
}

#[derive(Deserialize)]
struct Release {
    name: String,
}

/// Answers a control request.
pub(crate) async fn answer(service: &Arc<Service>, request: &Request) -> Reply {
    dispatch(service, request).await.unwrap_or_else(Reply::from)
}

async fn dispatch(service: &Arc<Service>, request: &Request) -> Result<Reply, SandboxError> {
    let control = Control::new(Arc::clone(service));
    let segments = request.segments();
    let parts: Vec<&str> = segments.iter().skip(2).map(String::as_str).collect();
    let created = |value| Ok(Reply::json_with(StatusCode::CREATED, &value));
    match (request.method.as_str(), parts.as_slice()) {
        ("GET", ["state"]) => Ok(Reply::json(&control.state())),
        ("POST", ["reset"]) => control.reset().await.map(|()| done()),
        ("GET", ["settings"]) => Ok(Reply::json(&control.state().settings)),
        ("PATCH", ["settings"]) => Ok(Reply::json(&control.patch_settings(request.json()?)?)),

        ("POST", ["keys"]) => {
            let key = control.create_key(request.json()?).await?;
            Ok(Reply::json_with(StatusCode::CREATED, &key))
        }
        ("POST", ["keys", id, "revoke"]) => control.revoke_key(id).await.map(|()| done()),

        ("POST", ["service-accounts"]) => {
            let asked: NewServiceAccount = request.json()?;
            created(control.create_service_account(&asked.email).await?)
        }
        ("POST", ["service-accounts", "keys", id, "disable"]) => {
            control.set_service_account_key_disabled(id, true).await.map(|()| done())
        }
        ("POST", ["service-accounts", "keys", id, "enable"]) => {
            control.set_service_account_key_disabled(id, false).await.map(|()| done())
        }
        ("POST", ["service-accounts", email, "keys"]) => created(control.add_service_account_key(email).await?),

        ("POST", ["clients"]) => {
            let client = control.create_client(request.json()?).await?;
            Ok(Reply::json_with(StatusCode::CREATED, &client))
        }
        ("POST", ["clients", id, "secrets"]) => {
            let secret = control.add_client_secret(id).await?;
            Ok(Reply::json_with(StatusCode::CREATED, &secret))
        }
        ("DELETE", ["clients", id, "secrets", secret]) => {
            control.delete_client_secret(id, secret).await.map(|()| done())
        }

        ("GET", ["grants"]) => Ok(Reply::json(&json!({ "grants": control.grants() }))),
        ("POST", ["grants"]) => created(control.create_grant(request.json()?).await?),
        ("POST", ["grants", "revoke"]) => {
            let filter: GrantFilter = request.json()?;
            Ok(Reply::json(&json!({ "revoked": control.revoke_grants(&filter).await? })))
        }

        ("POST", ["script"]) => control.script(request.json()?).map(|()| done()),
        ("DELETE", ["script"]) => {
            control.clear_script();
            Ok(done())
        }
        ("POST", ["release"]) => {
            let asked: Release = request.json()?;
            Ok(Reply::json(&json!({ "released": control.release(&asked.name) })))
        }

        ("GET", ["requests"]) => {
            Ok(Reply::json(&json!({ "requests": control.requests(&journal_query(&request.query())?) })))
        }
        ("GET", ["requests", "wait"]) => wait(&control, &request.query()).await,
        ("DELETE", ["requests"]) => {
            control.clear_requests();
            Ok(done())
        }
        _ => Err(SandboxError::Unknown("control route")),
    }
}

fn done() -> Reply {
    Reply::json(&json!({ "ok": true }))
}

/// Answers 200 with the requests, or 408 with those that came in time.
async fn wait(control: &Control, query: &Parameters) -> Result<Reply, SandboxError> {
    let wanted = journal_query(query)?;
    let count = usize::try_from(number(query, "count")?.unwrap_or(1)).unwrap_or(usize::MAX);
    let patience_ms = number(query, "timeout_ms")?.unwrap_or(DEFAULT_WAIT_MS).min(LONGEST_WAIT_MS);
    let reached = match query.value("progress") {
        None | Some("completed") => Progress::Completed,
        Some("held") => Progress::Held,
        Some("arrived") => Progress::Arrived,
        Some(_) => return Err(SandboxError::Unusable("progress may be arrived, held or completed.")),
    };
    Ok(match control.wait_for_requests(&wanted, reached, count, Duration::from_millis(patience_ms)).await {
        Some(requests) => Reply::json(&json!({ "satisfied": true, "requests": requests })),
        None => {
            let body = json!({ "satisfied": false, "requests": control.requests(&wanted) });
            Reply::json_with(StatusCode::REQUEST_TIMEOUT, &body)
        }
    })
}

fn journal_query(query: &Parameters) -> Result<JournalQuery, SandboxError> {
    Ok(JournalQuery {
        path: query.value("path").map(str::to_owned),
        method: query.value("method").map(str::to_owned),
        since: number(query, "since")?.unwrap_or(0),
    })
}

fn number(query: &Parameters, name: &str) -> Result<Option<u64>, SandboxError> {
    match query.value(name).map(str::parse) {
        None => Ok(None),
        Some(Ok(number)) => Ok(Some(number)),
        Some(Err(_)) => Err(SandboxError::Unusable("A number in the query is not a number.")),
    }
}
