//! Seven services that take an assertion instead of a password, reached under their real names through a proxy of this computer.
//! Somebody else's libraries check what was signed: PyJWT, and google-auth for Google.

use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;
use tokio::process::Command;

use crate::program::{Program, desktop_script, private_folder, python};
use crate::{Outcome, StepError};

/// Running services, and the keys that they know.
pub struct AssertionServices {
    url: String,
    folder: tempfile::TempDir,
    _program: Program,
}

/// Whose key a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyOf {
    /// The service knows it.
    Known,
    /// Nobody told the service of it.
    Stranger,
}

/// An assertion that a service believed.
#[derive(Debug, Deserialize)]
pub struct Believed {
    /// Which service.
    pub service: String,
    /// Its header (RFC 7515 §4).
    pub header: Value,
    /// Its claims (RFC 7519 §4).
    pub claims: Value,
}

impl AssertionServices {
    /// Starts them, and makes their keys.
    ///
    /// # Errors
    /// When `scripts/ensure.sh test` has not installed the libraries.
    pub async fn start() -> Outcome<Self> {
        let folder = private_folder()?;
        let mut command = Command::new(python()?);
        command.arg(desktop_script("assertions.py")).arg(folder.path());
        let mut program = Program::start(command)?;
        let url = program.line("READY", |line| line.strip_prefix("READY ").map(str::to_owned)).await?;
        Ok(Self { url, folder, _program: program })
    }

    /// The proxy.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The authority that has signed their certificates, in PEM.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn authority(&self) -> Outcome<Vec<u8>> {
        Ok(std::fs::read(self.folder.path().join("authority.pem"))?)
    }

    /// A key file as the service lets it be downloaded.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn file(&self, key_of: KeyOf, name: &str) -> Outcome<Vec<u8>> {
        let folder = match key_of {
            KeyOf::Known => "known",
            KeyOf::Stranger => "stranger",
        };
        let path: PathBuf = [self.folder.path(), Path::new(folder), Path::new(name)].iter().collect();
        std::fs::read(&path).map_err(|error| StepError::Wrong(format!("{}: {error}", path.display())))
    }

    /// Every assertion that was believed so far.
    ///
    /// # Errors
    /// When they do not answer.
    pub async fn believed(&self) -> Outcome<Vec<Believed>> {
        let client = reqwest::Client::builder().no_proxy().build()?;
        let seen = client.get(format!("{}/test/seen", self.url)).send().await?;
        Ok(seen.error_for_status()?.json().await?)
    }
}
