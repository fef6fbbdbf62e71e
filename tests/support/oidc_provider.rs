//! A strict authorization server of somebody else's making: npm oidc-provider, which ends a grant whose rotated refresh
//! token is used twice.

use std::time::Duration;

use serde_json::Value;
use tokio::process::Command;

use crate::Outcome;
use crate::program::{Program, desktop_script};

/// How it is set up, see the script.
#[derive(Default)]
pub struct OidcSettings {
    /// Private keys in PEM by the name of their client.
    pub client_keys: Value,
    /// Keys and certificates for https with client certificates; null = plain http.
    pub tls: Value,
    /// Whether every proof of possession needs a nonce.
    pub dpop_nonce: bool,
    /// How long codes for another device live; None = ten minutes.
    pub device_code_lifetime: Option<Duration>,
    /// Whether it takes pushed authorization requests only.
    pub requires_pushed_requests: bool,
}

/// A running oidc-provider.
pub struct OidcProvider {
    issuer: String,
    program: Program,
}

impl OidcProvider {
    /// Its public client, which needs PKCE and may use any loopback port.
    pub const CLIENT_ID: &str = "storm-test";

    /// A confidential client beside it, which authenticates by HTTP Basic, and its secret.
    pub const CONFIDENTIAL: (&str, &str) = ("storm-confidential", "a-secret-of-the-app-registration");

    /// Starts one whose access tokens live so long.
    ///
    /// # Errors
    /// When node or the package is missing.
    pub async fn start(access_token_lifetime: Duration) -> Outcome<Self> {
        Self::start_with(access_token_lifetime, &OidcSettings::default()).await
    }

    /// Starts one whose codes for another device live so long.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn with_device_codes_of(lifetime: Duration) -> Outcome<Self> {
        let settings = OidcSettings { device_code_lifetime: Some(lifetime), ..OidcSettings::default() };
        Self::start_with(Duration::from_secs(3600), &settings).await
    }

    /// Starts one that takes pushed authorization requests only (RFC 9126 §5).
    ///
    /// # Errors
    /// As [`Self::start`].
    pub async fn that_requires_pushed_requests() -> Outcome<Self> {
        let settings = OidcSettings { requires_pushed_requests: true, ..OidcSettings::default() };
        Self::start_with(Duration::from_secs(3600), &settings).await
    }

    /// Starts one with clients and features of its own.
    ///
    /// # Errors
    /// When node or the package is missing.
    pub async fn start_with(access_token_lifetime: Duration, settings: &OidcSettings) -> Outcome<Self> {
        let mut command = Command::new("node");
        for (name, value) in [("CLIENT_KEYS", &settings.client_keys), ("TLS", &settings.tls)] {
            if !value.is_null() {
                command.env(name, value.to_string());
            }
        }
        if let Some(lifetime) = settings.device_code_lifetime {
            command.env("DEVICE_CODE_LIFETIME", lifetime.as_secs().to_string());
        }
        if settings.requires_pushed_requests {
            command.env("REQUIRE_PUSHED", "1");
        }
        if settings.dpop_nonce {
            command.env("DPOP_NONCE", "1");
        }
        command
            .arg(desktop_script("oidc_provider.mjs"))
            .env("ACCESS_TOKEN_LIFETIME", access_token_lifetime.as_secs().to_string())
            .stderr(std::process::Stdio::null());
        let mut program = Program::start(command)?;
        let issuer = program.line("READY", |line| line.strip_prefix("READY ").map(str::to_owned)).await?;
        Ok(Self { issuer, program })
    }

    /// Its issuer.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Gives its answers other manners from now on; see tests/desktop/oidc_manners.mjs. An empty object is a good one.
    ///
    /// # Errors
    /// When it cannot be told.
    pub async fn behave(&self, manner: &Value) -> Outcome {
        let url = format!("{}/manner", self.issuer);
        reqwest::Client::new().put(url).json(manner).send().await?.error_for_status()?;
        Ok(())
    }

    /// The next thing it tells: a `granted`, a `refused` or an `ended`.
    ///
    /// # Errors
    /// When it tells nothing for long.
    pub async fn event(&mut self) -> Outcome<Value> {
        self.program.line("an event of the provider", |line| serde_json::from_str(line).ok()).await
    }
}
