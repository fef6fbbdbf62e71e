//! Text on the clipboard, as if it had been copied in another program.

use tokio::process::Command;

use crate::Outcome;
use crate::program::{Program, desktop_script};

/// Holds a text on the clipboard until it is dropped.
pub struct Copied {
    _program: Program,
}

impl Copied {
    /// Copies a text. It goes through the environment: arguments can be read by everybody.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn copy(text: &str) -> Outcome<Self> {
        let mut command = Command::new("/usr/bin/python3");
        command.arg(desktop_script("clipboard.py")).env("TEXT", text);
        let mut program = Program::start(command)?;
        program.line("READY", |line| (line == "READY").then_some(())).await?;
        Ok(Self { _program: program })
    }

    /// What is on the clipboard now; None = nothing, or no text.
    ///
    /// # Errors
    /// When there is no clipboard.
    pub async fn now() -> Outcome<Option<String>> {
        let mut command = Command::new("/usr/bin/python3");
        command.arg(desktop_script("clipboard.py")).env_remove("TEXT");
        let mut program = Program::start(command)?;
        program.line("what is on the clipboard", |line| serde_json::from_str(line).ok()).await
    }
}
