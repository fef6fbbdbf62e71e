//! The real window of the real program, led by WebDriver: opened, closed to the tray, quit, killed.
//!
//! Elements are found by their `data-test` names only. Every wait has an end.

mod bare;
mod page;
mod process;

use std::fs::File;
use std::net::TcpListener;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use thirtyfour::Capabilities;
use thirtyfour::prelude::*;
use tokio::process::{Child, Command};

pub use self::bare::{BareWindow, Picture};
pub use self::process::await_no_instance;
use self::process::{child_of, close_window, is_running, tail, window_is_shown};
use crate::patience::{Look, eventually};
use crate::program::built;
use crate::{Home, Outcome, PATIENCE, StepError};

/// The open window.
pub struct Window {
    web: WebDriver,
    program: Pid,
    driver: Child,
}

impl Window {
    /// Starts the program and waits for its page.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(home: &Home) -> Outcome<Self> {
        await_no_instance().await?;
        let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
        let log = File::options().create(true).append(true).open(home.log())?;
        let driver = Command::new("WebKitWebDriver")
            .args(["--host=127.0.0.1", &format!("--port={port}")])
            .env("TAURI_WEBVIEW_AUTOMATION", "true")
            .envs(home.environment())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| StepError::Program { program: "WebKitWebDriver".to_owned(), cause })?;
        let address = format!("http://127.0.0.1:{port}");
        eventually("WebKitWebDriver", PATIENCE, async || {
            Ok(match tokio::net::TcpStream::connect(("127.0.0.1", port)).await {
                Ok(_) => Look::Found(()),
                Err(error) => Look::NotYet(error.to_string()),
            })
        })
        .await?;
        let mut capabilities = Capabilities::new();
        capabilities.set("webkitgtk:browserOptions", json!({ "binary": built("storm-connect")?, "args": [] }))?;
        let web = match tokio::time::timeout(PATIENCE, WebDriver::new(&address, capabilities)).await {
            Ok(opened) => opened?,
            Err(_) => return Err(StepError::InVain { what: "the window".to_owned(), seen: tail(&home.log()) }),
        };
        web.set_script_timeout(PATIENCE).await?;
        let program = child_of(driver.id().unwrap_or_default(), "storm-connect")?;
        Ok(Self { web, program, driver })
    }

    /// Closes the window as its close button does; the program stays in the tray.
    ///
    /// # Errors
    /// When the window stays.
    pub async fn close_to_tray(&self) -> Outcome {
        close_window().await
    }

    /// Waits until the window is on the screen again.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn await_shown(&self) -> Outcome {
        eventually("the window to be shown", PATIENCE, async || {
            Ok(if window_is_shown().await? { Look::Found(()) } else { Look::NotYet("it is hidden".to_owned()) })
        })
        .await
    }

    /// The process id of the program.
    #[must_use]
    pub fn program(&self) -> Pid {
        self.program
    }

    /// Ends the program as a shutdown does, with SIGTERM, and waits until it is gone.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn quit(self) -> Outcome {
        self.end(Signal::TERM).await
    }

    /// Kills the program with SIGKILL, and waits until it is gone.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn kill(self) -> Outcome {
        self.end(Signal::KILL).await
    }

    async fn end(mut self, signal: Signal) -> Outcome {
        kill_process(self.program, signal).map_err(std::io::Error::from)?;
        let program = self.program;
        eventually("the program to end", PATIENCE, async || {
            Ok(if is_running(program) { Look::NotYet("it runs".to_owned()) } else { Look::Found(()) })
        })
        .await?;
        self.driver.kill().await?;
        // Its session is gone with it.
        let _ = self.web.clone().leak();
        Ok(())
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        if is_running(self.program) {
            let _ = kill_process(self.program, Signal::KILL);
        }
        let _ = self.web.clone().leak();
    }
}
