//! The real window of the real program, led by WebDriver, with a data folder of its own.
//!
//! Elements are found by their `data-test` names only. Every wait has an end.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use thirtyfour::prelude::*;
use thirtyfour::{Capabilities, Key};
use tokio::process::{Child, Command};

use crate::patience::{Look, eventually};
use crate::program::{built, private_folder, run};
use crate::{Outcome, PATIENCE, StepError};

/// Where one user's program keeps everything, over several starts.
pub struct Home {
    folder: tempfile::TempDir,
    practice_port: u16,
    theme: &'static str,
}

impl Home {
    /// A fresh one, whose program uses the practice service on this port.
    ///
    /// # Errors
    /// When there is no room.
    pub fn make(practice_port: u16) -> Outcome<Self> {
        Ok(Self { folder: private_folder()?, practice_port, theme: "Adwaita" })
    }

    /// From its next start on the program finds a dark desktop.
    pub fn prefer_dark(&mut self) {
        self.theme = "Adwaita:dark";
    }

    /// The data folder.
    #[must_use]
    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// What the program wrote to standard output and error.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder.path().join("storm-connect.log")
    }

    /// Where the program listens for other programs.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join("host.sock")
    }

    /// A file to write for a test.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// What the program finds in its environment.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, String); 5] {
        [
            ("STORM_CONNECT_DATA", self.data().to_string_lossy().into_owned()),
            ("STORM_CONNECT_SOCKET", self.socket().to_string_lossy().into_owned()),
            ("STORM_CONNECT_LOG", "debug".to_owned()),
            ("STORM_PRACTICE_PORT", self.practice_port.to_string()),
            ("GTK_THEME", self.theme.to_owned()),
        ]
    }
}

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
        let program = child_of(driver.id().unwrap_or_default())?;
        Ok(Self { web, program, driver })
    }

    /// All shown elements that fit a CSS selector. WebDriver's own notion of "displayed" misses text that is cut off.
    async fn shown(&self, css: &str) -> Outcome<Vec<WebElement>> {
        const SHOWN: &str = "return [...document.querySelectorAll(arguments[0])].filter((element) => \
                             element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0)";
        match self.web.execute(SHOWN, vec![json!(css)]).await.and_then(|found| found.elements()) {
            // One of them was replaced before it could be handed over.
            Err(error) if matches!(*error, thirtyfour::error::WebDriverErrorInner::StaleElementReference(_)) => {
                Ok(Vec::new())
            }
            found => Ok(found?),
        }
    }

    /// The element with this name, once it is shown.
    ///
    /// # Errors
    /// When it does not appear in time.
    pub async fn find(&self, test: &str) -> Outcome<WebElement> {
        self.find_css(&selector(test)).await
    }

    /// The first shown element that fits a CSS selector.
    ///
    /// # Errors
    /// When none appears in time.
    pub async fn find_css(&self, css: &str) -> Outcome<WebElement> {
        let found = eventually(css, PATIENCE, async || {
            let mut shown = self.shown(css).await?;
            Ok(if shown.is_empty() {
                Look::NotYet("none that is shown".to_owned())
            } else {
                Look::Found(shown.swap_remove(0))
            })
        });
        match found.await {
            Err(StepError::InVain { what, seen }) => Err(StepError::InVain {
                what,
                seen: format!("{seen}, on a page that says: {}", self.visible_text().await),
            }),
            outcome => outcome,
        }
    }

    /// Clicks, as soon as the element is shown and can be clicked.
    ///
    /// # Errors
    /// When it cannot in time.
    pub async fn click(&self, test: &str) -> Outcome {
        self.click_css(&selector(test)).await
    }

    /// Clicks what fits a CSS selector.
    ///
    /// # Errors
    /// When it cannot in time.
    pub async fn click_css(&self, css: &str) -> Outcome {
        let what = format!("{css} to be clickable");
        let clicked = eventually(&what, PATIENCE, async || {
            for element in self.shown(css).await? {
                if element.is_enabled().await.unwrap_or(false) {
                    // Something may still move over it.
                    return Ok(match element.click().await {
                        Ok(()) => Look::Found(()),
                        Err(error) => Look::NotYet(error.to_string()),
                    });
                }
            }
            Ok(Look::NotYet("none that is enabled".to_owned()))
        });
        match clicked.await {
            Err(StepError::InVain { what, seen }) => Err(StepError::InVain {
                what,
                seen: format!("{seen}, on a page that says: {}", self.visible_text().await),
            }),
            outcome => outcome,
        }
    }

    /// Replaces what stands in a text field, as a person who types.
    ///
    /// # Errors
    /// When the field does not appear.
    pub async fn fill(&self, test: &str, text: &str) -> Outcome {
        let field = self.find(test).await?;
        field.click().await?;
        field.send_keys(Key::Control + "a").await?;
        field.send_keys(Key::Delete).await?;
        Ok(field.send_keys(text).await?)
    }

    /// The text an element shows.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn text(&self, test: &str) -> Outcome<String> {
        Ok(text_of(&self.find(test).await?).await)
    }

    /// Waits until an element shows a text that contains `part`, and gives the whole.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_text(&self, test: &str, part: &str) -> Outcome<String> {
        self.await_text_for(test, part, PATIENCE).await
    }

    /// As [`Self::await_text`], with its own patience.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_text_for(&self, test: &str, part: &str, patience: Duration) -> Outcome<String> {
        let css = selector(test);
        let what = format!("{css} to say “{part}”");
        let found = eventually(&what, patience, async || {
            let mut texts = Vec::new();
            for element in self.shown(&css).await? {
                let text = text_of(&element).await;
                if text.contains(part) {
                    return Ok(Look::Found(text));
                }
                texts.push(text);
            }
            Ok(Look::NotYet(format!("{texts:?}")))
        });
        match found.await {
            Err(StepError::InVain { what, seen }) => Err(StepError::InVain {
                what,
                seen: format!("{seen}, on a page that says: {}", self.visible_text().await),
            }),
            outcome => outcome,
        }
    }

    /// Waits until no element of this name is shown.
    ///
    /// # Errors
    /// When it stays.
    pub async fn await_gone(&self, test: &str) -> Outcome {
        let css = selector(test);
        eventually(&format!("{css} to go"), PATIENCE, async || {
            Ok(match self.shown(&css).await?.first() {
                Some(element) => Look::NotYet(text_of(element).await),
                None => Look::Found(()),
            })
        })
        .await
    }

    /// Whether an element is shown now.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn shows(&self, test: &str) -> Outcome<bool> {
        Ok(!self.shown(&selector(test)).await?.is_empty())
    }

    /// How many elements of this name there are.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn count(&self, test: &str) -> Outcome<usize> {
        Ok(self.shown(&selector(test)).await?.len())
    }

    /// Runs a script in the page. For looking only: what a person does is done by clicks and keys.
    ///
    /// # Errors
    /// When it throws.
    pub async fn execute(&self, script: &str) -> Outcome<Value> {
        Ok(self.web.execute(script, Vec::new()).await?.json().clone())
    }

    /// All text on the page, shortened.
    pub async fn visible_text(&self) -> String {
        let text = self.execute("return document.body.innerText").await;
        let text = text.ok().and_then(|text| text.as_str().map(str::to_owned)).unwrap_or_default();
        text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(600).collect()
    }

    /// Waits until the page has been painted and nothing moves any more. Never ends while the window is hidden.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn await_painted(&self) -> Outcome {
        const PAINTED: &str = "const done = arguments[0]; \
            const finite = document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity); \
            Promise.allSettled(finite.map((one) => one.finished)) \
                .then(() => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
        self.web.execute_async(PAINTED, Vec::new()).await?;
        Ok(())
    }

    /// A picture of the page.
    ///
    /// # Errors
    /// When it cannot be taken or written.
    pub async fn screenshot(&self, path: &Path) -> Outcome {
        self.await_painted().await?;
        Ok(self.web.screenshot(path).await?)
    }

    /// The middle of an element on the screen.
    ///
    /// # Errors
    /// When the element or the window cannot be found.
    pub async fn position(&self, test: &str) -> Outcome<(i32, i32)> {
        let rect = self.find(test).await?.rect().await?;
        let search = run("xdotool", &["search", "--onlyvisible", "--name", "^Storm Connect$"]).await?;
        let id = search.lines().last().unwrap_or_default().to_owned();
        let geometry = run("xdotool", &["getwindowgeometry", "--shell", &id]).await?;
        let number = |name: &str| {
            geometry.lines().find_map(|line| line.strip_prefix(name)?.parse::<i32>().ok()).unwrap_or_default()
        };
        #[expect(clippy::cast_possible_truncation, reason = "positions on a screen fit")]
        let middle = ((rect.x + rect.width / 2.0) as i32, (rect.y + rect.height / 2.0) as i32);
        Ok((number("X=") + middle.0, number("Y=") + middle.1))
    }

    /// Closes the window as its close button does; the program stays in the tray.
    ///
    /// # Errors
    /// When the window stays.
    pub async fn close_to_tray(&self) -> Outcome {
        run("wmctrl", &["-c", "Storm Connect"]).await?;
        eventually("the window to close", PATIENCE, async || {
            Ok(if window_is_shown().await? { Look::NotYet("it is shown".to_owned()) } else { Look::Found(()) })
        })
        .await
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

/// The text an element shows. One that was just replaced has none; the next look finds its successor.
async fn text_of(element: &WebElement) -> String {
    element.prop("innerText").await.ok().flatten().unwrap_or_default()
}

fn selector(test: &str) -> String {
    format!("[data-test=\"{test}\"]")
}

/// Waits until the bus has forgotten the instance before: one that just ended would still be sent the new start.
async fn await_no_instance() -> Outcome {
    const NAME: &str = "dev.stormconnect.app.SingleInstance";
    const BUS: [&str; 4] = ["-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus"];
    let ask = ["-m", "org.freedesktop.DBus.NameHasOwner", NAME];
    let arguments: Vec<&str> = ["call", "--session"].into_iter().chain(BUS).chain(ask).collect();
    eventually("the instance before to be gone", PATIENCE, async || {
        let said = run("gdbus", &arguments).await?;
        Ok(if said.contains("false") { Look::Found(()) } else { Look::NotYet(said) })
    })
    .await
}

/// Whether the window manager shows the program's window.
async fn window_is_shown() -> Outcome<bool> {
    let found = run("xdotool", &["search", "--onlyvisible", "--name", "^Storm Connect$"]).await;
    // xdotool fails when it finds nothing.
    Ok(found.is_ok_and(|ids| !ids.trim().is_empty()))
}

/// A process of which a thread runs; one that ended and was not waited for does not.
fn is_running(process: Pid) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero())).into_iter().flatten().flatten();
    threads.into_iter().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    })
}

/// The program that WebKitWebDriver started.
fn child_of(driver: u32) -> Outcome<Pid> {
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)?.parse::<u32>().ok());
        let ours = stat.contains("(storm-connect)");
        if let (true, true, Some(process)) = (parent == Some(driver), ours, Pid::from_raw(id)) {
            return Ok(process);
        }
    }
    Err(StepError::Wrong("WebKitWebDriver has no program".to_owned()))
}

/// The end of a log, for an error.
fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
