//! IAM and STS of AWS, as moto plays them: somebody else's server, which checks signatures and knows which keys live.

use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;

use crate::Outcome;
use crate::program::{Program, desktop_script, python};

/// A running moto.
pub struct Moto {
    url: String,
    _program: Program,
}

/// Both parts of a key.
#[derive(Debug, Deserialize)]
pub struct AwsKey {
    /// Its public id.
    pub id: String,
    /// The secret.
    pub secret: String,
}

impl Moto {
    /// Starts one.
    ///
    /// # Errors
    /// When `scripts/ensure.sh test` has not installed it.
    pub async fn start() -> Outcome<Self> {
        let mut command = Command::new(python()?);
        command.arg(desktop_script("aws.py")).stderr(std::process::Stdio::null());
        let mut program = Program::start(command)?;
        let url = program.line("READY", |line| line.strip_prefix("READY ").map(str::to_owned)).await?;
        Ok(Self { url, _program: program })
    }

    /// Its address, for the field “Endpoint”.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Makes a key for a user, and the user too if there is none.
    ///
    /// # Errors
    /// When the user has two keys already.
    pub async fn make_key(&self, user: &str) -> Outcome<AwsKey> {
        let answer = self.administer(reqwest::Method::POST, &format!("keys/{user}")).await?;
        Ok(serde_json::from_value(answer)?)
    }

    /// Deletes a key.
    ///
    /// # Errors
    /// When the user has no such key.
    pub async fn delete_key(&self, user: &str, id: &str) -> Outcome {
        self.administer(reqwest::Method::DELETE, &format!("keys/{user}/{id}")).await.map(drop)
    }

    async fn administer(&self, method: reqwest::Method, path: &str) -> Outcome<Value> {
        let request = reqwest::Client::new().request(method, format!("{}/test/{path}", self.url));
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}
