//! A lender that answers by name, and a broker of it on a real socket.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use storm_broker::host::{Broker, Consumer, Lender};
use storm_broker::{
    AccessKeyLoan, Client, ClientError, IntegrationStatus, LentSecret, Loan, LogEntry, LogPage, LogRequest, LogVerdict,
    Request, Response, Status, VaultState,
};
use storm_domain::{ErrorCode, Failure};
use storm_secret::{AccessToken, ApiKey};
use tempfile::TempDir;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

pub struct FakeLender {
    pub integrations: usize,
    pub lent: AtomicUsize,
    pub asked_for_hand_over: AtomicBool,
    /// Lending “slow” waits for a permit.
    pub gate: Semaphore,
}

impl Lender for FakeLender {
    async fn status(&self) -> Status {
        let integration = |number| IntegrationStatus {
            name: format!("integration number {number}"),
            connector: "Practice".into(),
            status: "connected".into(),
            lending_allowed: true,
        };
        Status {
            host_version: "0.0.0".into(),
            vault: VaultState::Unlocked,
            message: "The vault is open.".into(),
            integrations: (0..self.integrations).map(integration).collect(),
            not_listed: 0,
        }
    }

    async fn lend(&self, name: &str, consumer: &Consumer, min_lifetime: Option<Duration>) -> Result<Loan, Failure> {
        assert!(!consumer.name().is_empty());
        match name {
            "slow" => self.gate.acquire().await.unwrap().forget(),
            "panics" => panic!("the engine has a fault"),
            "integration nummer 2" => return Err(Failure::new(ErrorCode::NotFound, "not there", None)),
            "long" => {
                let secret = LentSecret::AccessToken(AccessToken::new("x".repeat(70_000)));
                return Ok(Loan { secret, expires_at: None });
            }
            _ => {}
        }
        self.lent.fetch_add(1, Ordering::SeqCst);
        let secret = LentSecret::AccessToken(AccessToken::new(format!("token of {name}")));
        Ok(Loan { secret, expires_at: min_lifetime.map(|lifetime| i64::try_from(lifetime.as_millis()).unwrap()) })
    }

    async fn lend_access_key(
        &self,
        name: &str,
        _consumer: &Consumer,
        min_lifetime: Option<Duration>,
    ) -> Result<AccessKeyLoan, Failure> {
        self.lent.fetch_add(1, Ordering::SeqCst);
        Ok(AccessKeyLoan {
            id: format!("id of {name}"),
            secret: ApiKey::new("secret"),
            session_token: min_lifetime.map(|_| AccessToken::new("x".repeat(30_000))),
            expires_at: None,
        })
    }

    async fn log(&self, asked: LogRequest) -> Result<LogPage, Failure> {
        let entry =
            |number: u64| LogEntry { sequence: number, at: 0, integration: asked.text.clone(), text: "x".repeat(600) };
        let newest = asked.before.unwrap_or(201);
        let entries: Vec<_> = (1..newest).rev().map(entry).collect();
        Ok(LogPage { entries, older: None })
    }

    async fn verify_log(&self) -> Result<LogVerdict, Failure> {
        Ok(LogVerdict::Intact { entries: 200 })
    }

    async fn diagnostics(&self) -> Result<String, Failure> {
        Ok("Program\n".to_owned())
    }

    fn hand_over(&self) -> bool {
        self.asked_for_hand_over.store(true, Ordering::SeqCst);
        true
    }
}

/// A broker that serves until it is dropped.
pub struct Served {
    pub lender: Arc<FakeLender>,
    pub socket: PathBuf,
    pub task: JoinHandle<()>,
    _folder: TempDir,
}

impl Served {
    pub fn start(integrations: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let socket = private_folder(folder.path()).join("host.sock");
        let lender = Arc::new(FakeLender {
            integrations,
            lent: AtomicUsize::new(0),
            asked_for_hand_over: AtomicBool::new(false),
            gate: Semaphore::new(0),
        });
        let task = tokio::spawn(Broker::bind(&socket).unwrap().serve(Arc::clone(&lender)));
        Self { lender, socket, task, _folder: folder }
    }

    pub async fn ask(&self, request: Request) -> Result<Response, ClientError> {
        let socket = self.socket.clone();
        tokio::task::spawn_blocking(move || Client::connect(&socket)?.ask(&request)).await.unwrap()
    }
}

pub fn private_folder(below: &Path) -> PathBuf {
    let folder = below.join("private");
    std::fs::DirBuilder::new().mode(0o700).create(&folder).unwrap();
    folder
}

pub fn token(name: &str) -> Request {
    Request::Token { name: name.into(), min_lifetime_seconds: Some(60) }
}

pub fn lent(response: Result<Response, ClientError>) -> String {
    match response {
        // EXPOSE: a test looks at its own planted secret.
        Ok(Response::Token(loan)) => loan.secret.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}
