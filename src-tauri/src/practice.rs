//! The practice service, in this process: for rehearsing without an account anywhere.
//!
//! It starts when it is first asked for, and from then on with the program, so that its tokens keep working. One that
//! another process already runs on the same port is used instead.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use storm_domain::{Action, ErrorCode, Failure};
use storm_sandbox::{Options, Sandbox, SandboxError, Settings};
use tokio::net::TcpStream;
use tokio::sync::Mutex;

/// The connector whose service this is.
const CONNECTOR: &str = "practice";
/// Loopback answers at once, or not at all.
const PROBE_DEADLINE: Duration = Duration::from_secs(2);
const LARGEST_METADATA: usize = 64 * 1024;

/// Starts the service at most once.
pub(crate) struct Practice {
    port: u16,
    state_file: PathBuf,
    running: Mutex<Option<Sandbox>>,
}

impl Practice {
    pub(crate) fn new(port: u16, state_file: PathBuf) -> Self {
        Self { port, state_file, running: Mutex::default() }
    }

    /// Starts it, if it does not run, and gives its base URL.
    pub(crate) async fn start(&self) -> Result<String, Failure> {
        let mut running = self.running.lock().await;
        if let Some(sandbox) = running.as_ref() {
            return Ok(sandbox.base_url().to_owned());
        }
        let options =
            Options { port: self.port, state_file: Some(self.state_file.clone()), settings: Settings::default() };
        match Sandbox::start(options).await {
            Ok(sandbox) => Ok(running.insert(sandbox).base_url().to_owned()),
            Err(SandboxError::Listen { .. }) if runs_elsewhere(self.port).await => Ok(base_url(self.port)),
            Err(error) => {
                tracing::warn!(%error, "the practice service could not be started");
                Err(failure(&error, self.port))
            }
        }
    }

    /// Starts it when it is one of the connectors that are in use.
    pub(crate) async fn serve(&self, connector_ids: &BTreeSet<String>) {
        if connector_ids.contains(CONNECTOR) {
            // A failure is logged where it happens; the integrations then say that they cannot reach it.
            let _ = self.start().await;
        }
    }

    /// Starts it when it was used before, so that it answers before the first integration asks it for a token.
    pub(crate) async fn resume(&self) {
        if self.state_file.exists() {
            // As above.
            let _ = self.start().await;
        }
    }

    /// Stops it, if this process runs it.
    pub(crate) async fn stop(&self) {
        if let Some(sandbox) = self.running.lock().await.take() {
            sandbox.shutdown().await;
        }
    }
}

fn base_url(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

fn failure(error: &SandboxError, port: u16) -> Failure {
    let message = match error {
        SandboxError::Listen { .. } => {
            format!(
                "The practice service needs port {port}, which another program uses. Close that program and try again."
            )
        }
        SandboxError::ParseState { .. } => {
            "The practice service's file is damaged. Remove practice.json from the data folder to start afresh."
                .to_owned()
        }
        _ => "The practice service could not be started. Check that the data folder can be written and try again."
            .to_owned(),
    };
    Failure::new(ErrorCode::ServiceUnreachable, message, Some(Action::Retry))
}

/// Whether a practice service answers on the port: its metadata (RFC 8414) must name exactly this address as the issuer.
async fn runs_elsewhere(port: u16) -> bool {
    let metadata = tokio::time::timeout(PROBE_DEADLINE, metadata(port)).await;
    matches!(metadata, Ok(Some(metadata)) if metadata["issuer"] == base_url(port))
}

async fn metadata(port: u16) -> Option<serde_json::Value> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.ok()?;
    let request = hyper::Request::get("/.well-known/oauth-authorization-server")
        .header(hyper::header::HOST, format!("127.0.0.1:{port}"))
        .body(Empty::<Bytes>::new())
        .ok()?;
    let answer = async {
        let response = sender.send_request(request).await.ok()?;
        let body = Limited::new(response.into_body(), LARGEST_METADATA).collect().await.ok()?;
        serde_json::from_slice(&body.to_bytes()).ok()
    };
    tokio::select! {
        biased;
        answer = answer => answer,
        _ = connection => None,
    }
}

#[cfg(test)]
mod tests {
    use storm_sandbox::NewKey;

    use super::*;

    fn practice(port: u16, folder: &tempfile::TempDir) -> Practice {
        Practice::new(port, folder.path().join("practice.json"))
    }

    #[tokio::test]
    async fn asking_twice_starts_one_service() {
        let folder = tempfile::tempdir().unwrap();
        let practice = practice(0, &folder);
        let first = practice.start().await.unwrap();
        assert_eq!(practice.start().await.unwrap(), first);
        practice.stop().await;
    }

    #[tokio::test]
    async fn it_comes_back_with_the_program_only_when_it_was_used() {
        let folder = tempfile::tempdir().unwrap();
        let unused = practice(0, &folder);
        unused.resume().await;
        assert!(unused.running.lock().await.is_none());

        let used = practice(0, &folder);
        used.start().await.unwrap();
        used.running.lock().await.as_ref().unwrap().control().create_key(NewKey::default()).await.unwrap();
        used.stop().await;
        let again = practice(0, &folder);
        again.resume().await;
        assert!(again.running.lock().await.is_some());
    }

    #[tokio::test]
    async fn a_service_that_another_process_runs_is_used() {
        let folder = tempfile::tempdir().unwrap();
        let other = Sandbox::start(Options::default()).await.unwrap();
        let practice = practice(other.address().port(), &folder);
        assert_eq!(practice.start().await.unwrap(), other.base_url());
        assert!(practice.running.lock().await.is_none());
        other.shutdown().await;
    }

    #[tokio::test]
    async fn a_stranger_on_the_port_is_not_taken_for_the_service() {
        let folder = tempfile::tempdir().unwrap();
        let stranger = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = stranger.local_addr().unwrap().port();
        let closes = tokio::spawn(async move { while stranger.accept().await.is_ok() {} });
        let failure = practice(port, &folder).start().await.unwrap_err();
        assert_eq!(failure.code, ErrorCode::ServiceUnreachable);
        assert!(failure.message.contains(&port.to_string()));
        closes.abort();
    }
}
