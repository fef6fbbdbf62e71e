//! One connection: frame in, answer out, until it ends, falls silent or breaks the rules.
//!
//! INVARIANT: whatever a peer sends, the host holds one frame of it at most and waits no longer than a deadline.
//! A lending that was begun is finished even when nobody waits for it any more: a refresh must never be cut off half-way.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use storm_domain::{ErrorCode, Failure};
use storm_secret::SecretBytes;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::{Consumer, Lender};
use crate::frame::{FrameError, HEADER_BYTES, length_in};
use crate::{LogPage, MessageError, Refusal, RefusalKind, Request, Response, Status, VERSION};

/// Whoever connects has something to say.
const FIRST_REQUEST_DEADLINE: Duration = Duration::from_secs(2);

/// An open connection may be kept for the next request so long.
const NEXT_REQUEST_DEADLINE: Duration = Duration::from_secs(30);

/// A refresh may take its 60 s, and the wait for the keyring comes before it.
const REQUEST_DEADLINE: Duration = Duration::from_secs(80);

/// A peer that does not read its answer.
const ANSWER_DEADLINE: Duration = Duration::from_secs(5);

/// Answers requests until the peer leaves or is asked to.
pub(super) async fn serve<L: Lender>(mut stream: UnixStream, consumer: &Consumer, lender: Arc<L>) {
    let mut deadline = FIRST_REQUEST_DEADLINE;
    loop {
        let (response, goes_on) = match timeout(deadline, read_frame(&mut stream)).await {
            Ok(Ok(body)) => answer(&body, consumer, &lender).await,
            Ok(Err(FrameError::TooLong)) => {
                (refused(RefusalKind::NotUnderstood, "The request is longer than any the host reads."), false)
            }
            Ok(Err(FrameError::Connection(_))) | Err(_) => return,
        };
        let handed_over = matches!(response, Response::HandingOver);
        if write(&mut stream, response).await.is_err() || !goes_on {
            return;
        }
        if handed_over {
            // The end of this connection tells the peer that the vault is closed: it is ended with the broker, not before.
            std::future::pending::<()>().await;
        }
        deadline = NEXT_REQUEST_DEADLINE;
    }
}

/// Tells a peer that there is no place for it, without waiting for anything.
pub(super) fn turn_away(stream: &UnixStream) {
    tracing::warn!("a connection was turned away because too many are open");
    let busy = refused(RefusalKind::Busy, "Too many programs ask at the same time. Try again.");
    if let Ok(frame) = busy.encode() {
        // EXPOSE: a refusal holds no secret; its frame only shares the type.
        let written = stream.try_write(frame.expose());
        tracing::debug!(told = written.is_ok(), "turned away");
    }
}

async fn answer<L: Lender>(body: &SecretBytes, consumer: &Consumer, lender: &Arc<L>) -> (Response, bool) {
    let request = match Request::decode(body) {
        Ok(request) => request,
        Err(MessageError::UnknownVersion(version)) => {
            let older = if version < VERSION { "client" } else { "host" };
            let message = format!(
                "The host speaks version {VERSION} of the protocol, the client version {version}. Update the {older}."
            );
            return (refused(RefusalKind::UnknownVersion, message), true);
        }
        Err(MessageError::NotUnderstood) => {
            return (refused(RefusalKind::NotUnderstood, "The host did not understand the request."), true);
        }
    };
    let response = match request {
        Request::Status => Response::Status(lender.status().await),
        Request::Token { name, min_lifetime_seconds } => {
            let (asked, to, lending) = (name.clone(), consumer.clone(), Arc::clone(lender));
            let min_lifetime = min_lifetime_seconds.map(Duration::from_secs);
            let lend = async move { lending.lend(&asked, &to, min_lifetime).await.map(Response::Token) };
            lent(&name, consumer, lender, lend).await
        }
        Request::AccessKey { name, min_lifetime_seconds } => {
            let (asked, to, lending) = (name.clone(), consumer.clone(), Arc::clone(lender));
            let min_lifetime = min_lifetime_seconds.map(Duration::from_secs);
            let lend = async move { lending.lend_access_key(&asked, &to, min_lifetime).await.map(Response::AccessKey) };
            lent(&name, consumer, lender, lend).await
        }
        Request::Log(asked) => {
            let name = asked.name.clone().unwrap_or_default();
            told(&name, lender, lender.log(asked)).await.map_or_else(|refused| refused, Response::Log)
        }
        Request::VerifyLog => {
            told("", lender, lender.verify_log()).await.map_or_else(|refused| refused, Response::LogVerdict)
        }
        Request::Diagnostics => {
            told("", lender, lender.diagnostics()).await.map_or_else(|refused| refused, Response::Diagnostics)
        }
        Request::HandOver if lender.hand_over() => Response::HandingOver,
        Request::HandOver => refused(RefusalKind::Denied, "Storm Connect is open and keeps its vault."),
    };
    (response, true)
}

/// What reads and changes nothing, so that it may be cut off.
async fn told<L: Lender, T>(
    name: &str,
    lender: &Arc<L>,
    asked: impl Future<Output = Result<T, Failure>> + Send,
) -> Result<T, Response> {
    match timeout(REQUEST_DEADLINE, asked).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(failure)) => Err(Response::Refused(refusal_of(failure, name, lender).await)),
        Err(_) => Err(refused(RefusalKind::Other, "The host could not finish the request in time. Try again.")),
    }
}

async fn refusal_of<L: Lender>(failure: Failure, name: &str, lender: &Arc<L>) -> Refusal {
    match failure.code {
        ErrorCode::NotFound => Refusal::not_found(failure, name, &lender.status().await),
        _ => Refusal::of(failure),
    }
}

async fn lent<L: Lender>(
    name: &str,
    consumer: &Consumer,
    lender: &Arc<L>,
    lend: impl Future<Output = Result<Response, Failure>> + Send + 'static,
) -> Response {
    // Not awaited in place but spawned: neither a peer that leaves nor the deadline may cut a refresh off.
    let lent = match timeout(REQUEST_DEADLINE, tokio::spawn(lend)).await {
        Ok(Ok(lent)) => lent,
        Ok(Err(_)) => return refused(RefusalKind::Other, "The host could not finish the request. Try again."),
        Err(_) => {
            return refused(RefusalKind::Unreachable, "The service did not answer in time. Try again in a moment.");
        }
    };
    match lent {
        Ok(loan) => {
            tracing::info!(%consumer, "a credential was lent");
            loan
        }
        Err(failure) => {
            tracing::info!(%consumer, code = ?failure.code, "a credential was not lent");
            Response::Refused(refusal_of(failure, name, lender).await)
        }
    }
}

fn refused(refusal: RefusalKind, message: impl Into<String>) -> Response {
    Response::Refused(Refusal::new(refusal, message))
}

async fn read_frame(stream: &mut UnixStream) -> Result<SecretBytes, FrameError> {
    let mut header = [0; HEADER_BYTES];
    stream.read_exact(&mut header).await?;
    let mut body = vec![0; length_in(header)?];
    stream.read_exact(&mut body).await?;
    Ok(SecretBytes::new(body))
}

async fn write(stream: &mut UnixStream, response: Response) -> Result<(), FrameError> {
    let frame = encode(response)?;
    // EXPOSE: this is the answer to the consumer that asked.
    match timeout(ANSWER_DEADLINE, stream.write_all(frame.expose())).await {
        Ok(written) => Ok(written?),
        Err(_) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
    }
}

/// A status and a page of the log are cut until they fit; anything else that does not fit is refused.
fn encode(mut response: Response) -> Result<SecretBytes, FrameError> {
    loop {
        match (response.encode(), &mut response) {
            (Err(FrameError::TooLong), Response::Status(status)) if !status.integrations.is_empty() => halve(status),
            (Err(FrameError::TooLong), Response::Log(page)) if page.entries.len() > 1 => halve_page(page),
            (Err(FrameError::TooLong), _) => {
                return refused(RefusalKind::Other, "The answer does not fit into one message.").encode();
            }
            (encoded, _) => return encoded,
        }
    }
}

fn halve(status: &mut Status) {
    let kept = status.integrations.len() / 2;
    status.not_listed += status.integrations.len() - kept;
    status.integrations.truncate(kept);
}

/// What is cut off is asked for next.
fn halve_page(page: &mut LogPage) {
    page.entries.truncate(page.entries.len() / 2);
    page.older = page.entries.last().map(|entry| entry.sequence);
}
