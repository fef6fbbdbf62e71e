//! The real practice service as a process of its own, and its control API.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::program::{Program, built};
use crate::{Outcome, StepError};

/// Access tokens that live so long are refreshed when half of it is over: within seconds.
pub const SHORT_LIFETIME: Duration = Duration::from_secs(12);

/// A running `storm-sandbox`.
pub struct Practice {
    base_url: String,
    http: reqwest::Client,
    // Ends with this value.
    _program: Program,
}

/// A request that the service saw.
#[derive(Debug, Clone)]
pub struct Seen(pub Value);

impl Seen {
    /// Counts up from 1.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.0["sequence"].as_u64().unwrap_or_default()
    }

    /// The status that was sent.
    #[must_use]
    pub fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }

    /// Whether it asked for tokens with a refresh token.
    #[must_use]
    pub fn is_refresh(&self) -> bool {
        self.0["grant_type"] == "refresh_token"
    }
}

impl Practice {
    /// Starts one on a free port.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> Outcome<Self> {
        let mut command = Command::new(built("storm-sandbox")?);
        command.args(["--port", "0"]);
        let mut program = Program::start(command)?;
        let base_url = program.line("READY", |line| line.strip_prefix("READY ").map(str::to_owned)).await?;
        let http = reqwest::Client::builder().no_proxy().build()?;
        Ok(Self { base_url, http, _program: program })
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.base_url.rsplit(':').next().and_then(|port| port.parse().ok()).unwrap_or_default()
    }

    async fn control(&self, method: Method, path: &str, body: Option<Value>) -> Outcome<Value> {
        let mut request = self.http.request(method, format!("{}/control/api/{path}", self.base_url));
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let status = response.status();
        let answer = response.text().await?;
        if status.is_success() {
            Ok(serde_json::from_str(&answer)?)
        } else {
            Err(StepError::Wrong(format!("practice: {path} answered {status}: {answer}")))
        }
    }

    /// Changes how it behaves.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn set(&self, settings: Value) -> Outcome {
        self.control(Method::PATCH, "settings", Some(settings)).await.map(drop)
    }

    /// Makes access tokens end so soon that the program refreshes them within seconds.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn shorten_tokens(&self) -> Outcome {
        self.set(json!({ "access_token_lifetime_s": SHORT_LIFETIME.as_secs() })).await
    }

    /// Makes an API key.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn create_key(&self, name: &str) -> Outcome<String> {
        self.create_key_of("ada@practice.example", name).await
    }

    /// Makes an API key of this account.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn create_key_of(&self, account: &str, name: &str) -> Outcome<String> {
        let asked = json!({ "account": account, "name": name });
        text(&self.control(Method::POST, "keys", Some(asked)).await?, "key")
    }

    /// Makes a further secret of an OAuth client, and gives it.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn add_client_secret(&self, client_id: &str) -> Outcome<String> {
        text(&self.control(Method::POST, &format!("clients/{client_id}/secrets"), None).await?, "client_secret")
    }

    /// Deletes a secret of an OAuth client by its id, as its user does on the page of apps.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn delete_client_secret(&self, client_id: &str, secret_id: &str) -> Outcome {
        self.control(Method::DELETE, &format!("clients/{client_id}/secrets/{secret_id}"), None).await.map(drop)
    }

    /// Makes a service account and gives its first key file.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn create_service_account(&self, email: &str) -> Outcome<Value> {
        self.control(Method::POST, "service-accounts", Some(json!({ "email": email }))).await
    }

    /// Makes a further key of a service account and gives its file.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn add_service_account_key(&self, email: &str) -> Outcome<Value> {
        self.control(Method::POST, &format!("service-accounts/{email}/keys"), None).await
    }

    /// Makes a grant without a browser and gives its refresh token.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn create_grant(&self) -> Outcome<String> {
        text(&self.control(Method::POST, "grants", Some(json!({}))).await?, "refresh_token")
    }

    /// Ends all grants, as an administrator or a changed password does.
    ///
    /// # Errors
    /// When it refuses.
    pub async fn revoke_grants(&self) -> Outcome {
        self.control(Method::POST, "grants/revoke", Some(json!({}))).await.map(drop)
    }

    /// All grants, oldest first.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn grants(&self) -> Outcome<Vec<Value>> {
        let mut answer = self.control(Method::GET, "grants", None).await?;
        Ok(answer["grants"].as_array_mut().map(std::mem::take).unwrap_or_default())
    }

    /// Queues a misbehaviour, as the README of storm-sandbox describes.
    ///
    /// # Errors
    /// When the step is not usable.
    pub async fn script(&self, step: Value) -> Outcome {
        self.control(Method::POST, "script", Some(step)).await.map(drop)
    }

    /// Ends all misbehaviour that is queued.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn behave(&self) -> Outcome {
        self.control(Method::DELETE, "script", None).await.map(drop)
    }

    /// Lets answers go that are held at a gate.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn release(&self, gate: &str) -> Outcome {
        self.control(Method::POST, "release", Some(json!({ "name": gate }))).await.map(drop)
    }

    /// An overview: settings, keys, clients, service accounts.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn state(&self) -> Outcome<Value> {
        self.control(Method::GET, "state", None).await
    }

    /// The number of the newest request, to count from.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn now(&self) -> Outcome<u64> {
        Ok(self.state().await?["last_sequence"].as_u64().unwrap_or_default())
    }

    /// Requests to a path after `since`, as far as they have come.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn requests(&self, path: &str, since: u64) -> Outcome<Vec<Seen>> {
        let answer = self.control(Method::GET, &format!("requests?path={path}&since={since}"), None).await?;
        Ok(seen(&answer))
    }

    /// Waits until `count` requests to a path after `since` have come as far as `progress`: `arrived`, `held` or `completed`.
    ///
    /// # Errors
    /// When they do not come in time.
    pub async fn await_requests(&self, path: &str, since: u64, count: usize, progress: &str) -> Outcome<Vec<Seen>> {
        const PATIENCE_MS: u32 = 60_000;
        let query = format!("path={path}&since={since}&count={count}&progress={progress}&timeout_ms={PATIENCE_MS}");
        let answer = self.control(Method::GET, &format!("requests/wait?{query}"), None).await?;
        Ok(seen(&answer))
    }

    /// Waits for the next refresh after `since` and gives its status.
    ///
    /// # Errors
    /// When none comes in time.
    pub async fn await_refresh(&self, since: u64) -> Outcome<u64> {
        let mut since = since;
        loop {
            for request in self.await_requests("/oauth/token", since, 1, "completed").await? {
                if request.is_refresh() {
                    return Ok(request.status());
                }
                since = since.max(request.sequence());
            }
        }
    }

    /// Asks the service who a bearer of `token` is; None = it refuses it.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn whoami(&self, token: &str) -> Outcome<Option<Value>> {
        let response = self.http.get(format!("{}/api/whoami", self.base_url)).bearer_auth(token).send().await?;
        if response.status().is_success() { Ok(Some(response.json().await?)) } else { Ok(None) }
    }
}

fn seen(answer: &Value) -> Vec<Seen> {
    answer["requests"].as_array().into_iter().flatten().cloned().map(Seen).collect()
}

fn text(value: &Value, name: &str) -> Outcome<String> {
    let missing = || StepError::Wrong(format!("practice: the answer has no {name}"));
    value[name].as_str().map(str::to_owned).ok_or_else(missing)
}
