//! IAM and STS of AWS, as moto plays them: somebody else's server, which checks signatures and knows which keys live.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;

use crate::program::{Program, desktop_script, python};
use crate::{Outcome, StepError};

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

    /// Ids of the keys that a user has, deactivated ones too.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn keys(&self, user: &str) -> Outcome<Vec<String>> {
        Ok(self.keys_with_status(user).await?.into_iter().map(|(id, _)| id).collect())
    }

    /// The same, each with whether it is `Active` or `Inactive`.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn keys_with_status(&self, user: &str) -> Outcome<Vec<(String, String)>> {
        let keys = self.administer(reqwest::Method::GET, &format!("keys/{user}")).await?;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Ok(keys.as_array().into_iter().flatten().map(|key| (text(&key["id"]), text(&key["status"]))).collect())
    }

    /// Takes an action, such as `iam:CreateAccessKey`, from a user.
    ///
    /// # Errors
    /// When there is no such user.
    pub async fn forbid(&self, user: &str, action: &str) -> Outcome {
        self.administer(reqwest::Method::POST, &format!("users/{user}/without/{action}")).await.map(drop)
    }

    /// Makes a role that a user may assume with this external id, and gives its ARN.
    ///
    /// # Errors
    /// When there is one of that name.
    pub async fn make_role(&self, role: &str, user: &str, external_id: &str) -> Outcome<String> {
        let path = format!("roles/{role}/{user}/{external_id}");
        let answer = self.administer(reqwest::Method::POST, &path).await?;
        Ok(answer["arn"].as_str().unwrap_or_default().to_owned())
    }

    /// Who AWS's own library says it is, in a profile of a settings file: what a tool of somebody else makes of it.
    ///
    /// # Errors
    /// When it is let in by nobody; holds the library's words.
    pub async fn caller_by_profile(&self, settings: &Path, profile: &str, socket: &Path) -> Outcome<String> {
        const CALLER: &str = "import sys, botocore.session as b; s = b.Session(profile=sys.argv[1]); \
            c = s.create_client('sts', 'eu-central-1', endpoint_url=sys.argv[2]); \
            print(c.get_caller_identity()['Arn'], s.get_credentials().method)";
        let mut command = Command::new(python()?);
        command.args(["-c", CALLER, profile, &self.url]).env_clear();
        command.env("AWS_CONFIG_FILE", settings).env("AWS_SHARED_CREDENTIALS_FILE", settings.with_extension("none"));
        command.env("AWS_EC2_METADATA_DISABLED", "true").env("STORM_CONNECT_SOCKET", socket);
        let output = command.output().await?;
        if !output.status.success() {
            return Err(StepError::Wrong(String::from_utf8_lossy(&output.stderr).into_owned()));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    async fn administer(&self, method: reqwest::Method, path: &str) -> Outcome<Value> {
        let request = reqwest::Client::new().request(method, format!("{}/test/{path}", self.url));
        Ok(request.send().await?.error_for_status()?.json().await?)
    }
}
