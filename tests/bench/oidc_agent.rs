//! The peer: Debian's oidc-agent, with accounts at the lean service.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};
use storm_tests::program::{Program, run};
use storm_tests::{Outcome, PATIENCE, StepError, ensure};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::UnixStream;

use crate::lean_service::LeanService;

const BETWEEN_TRIES: Duration = Duration::from_millis(1);

/// Its name in the tables.
pub const OIDC_AGENT: &str = "oidc-agent";

/// Whether a rotated refresh token is kept on the disk.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// In the account's encrypted file, as people use it.
    OnDisk,
    /// In its memory only; the next start of the agent has a refresh token that was used up.
    InMemory,
}

/// A running agent. Its helper process ends with it.
pub struct OidcAgent {
    socket: PathBuf,
    program: Program,
}

impl OidcAgent {
    /// Whether it is installed here.
    pub async fn is_here() -> bool {
        run("oidc-agent", &["--version"]).await.is_ok()
    }

    /// Starts one without accounts; `folder` is its own.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start(folder: &Path) -> Outcome<Self> {
        std::fs::create_dir_all(folder)?;
        let socket = folder.join("agent.sock");
        // Into a pipe it would keep its first line to itself until it ends; stdbuf makes way for the agent itself.
        let mut command = tokio::process::Command::new("stdbuf");
        command.args(["-oL", "oidc-agent"]).arg("--console").arg("--no-autoload").arg("--socket-path").arg(&socket);
        let mut program = Program::start(command)?;
        program.line("OIDCD_PID", |line| line.starts_with("OIDCD_PID").then_some(())).await?;
        // It says so a moment before it listens, and nothing tells when that has begun.
        let listening = async {
            while UnixStream::connect(&socket).await.is_err() {
                tokio::time::sleep(BETWEEN_TRIES).await;
            }
        };
        let came = tokio::time::timeout(PATIENCE, listening).await;
        ensure(came.is_ok(), || "oidc-agent does not listen".to_owned())?;
        Ok(Self { socket, program })
    }

    /// Its process; None once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.program.id()
    }

    /// Makes an account of this grant and loads it.
    ///
    /// # Errors
    /// When the agent refuses it.
    pub async fn make_account(&self, service: &LeanService, grant: usize, keeping: Keeping) -> Outcome<String> {
        let account = format!("measured-{grant}");
        let mut arguments = vec![
            account.clone(),
            format!("--iss={}", service.issuer()),
            "--client-id=practice-desktop".to_owned(),
            "--client-secret=".to_owned(),
            format!("--rt={}", LeanService::refresh_token(grant)),
            "--scope=openid offline_access read".to_owned(),
            "--redirect-uri=http://localhost:4242".to_owned(),
            "--pw-cmd=echo measured".to_owned(),
        ];
        if keeping == Keeping::InMemory {
            arguments.push("--no-save".to_owned());
        }
        self.tool("oidc-gen", &arguments).await?;
        Ok(account)
    }

    /// Loads an account that was made and kept before.
    ///
    /// # Errors
    /// When the agent refuses it.
    pub async fn load(&self, account: &str) -> Outcome {
        self.tool("oidc-add", &[account.to_owned(), "--pw-cmd=echo measured".to_owned()]).await
    }

    async fn tool(&self, tool: &str, arguments: &[String]) -> Outcome {
        let socket = format!("OIDC_SOCK={}", self.socket.display());
        let arguments: Vec<&str> =
            [socket.as_str(), tool].into_iter().chain(arguments.iter().map(String::as_str)).collect();
        run("env", &arguments).await.map(drop)
    }

    /// Asks for an access token that lasts so many seconds, over a connection of its own, as its library does.
    ///
    /// # Errors
    /// When the answer holds none.
    pub async fn access_token(&self, account: &str, lasting_seconds: u64) -> Outcome<String> {
        let asked = json!({ "request": "access_token", "account": account, "min_valid_period": lasting_seconds });
        let mut stream = UnixStream::connect(&self.socket).await?;
        stream.write_all(asked.to_string().as_bytes()).await?;
        let mut answer = Vec::new();
        let answer: Value = loop {
            ensure(stream.read_buf(&mut answer).await? > 0, || "oidc-agent hung up".to_owned())?;
            if let Ok(answer) = serde_json::from_slice(&answer) {
                break answer;
            }
        };
        let token = answer["access_token"].as_str().map(str::to_owned);
        token.ok_or_else(|| StepError::Wrong(format!("oidc-agent: {}", answer["error"])))
    }

    /// Ends it.
    ///
    /// # Errors
    /// When it cannot be ended.
    pub async fn stop(self) -> Outcome {
        self.program.kill().await
    }
}
