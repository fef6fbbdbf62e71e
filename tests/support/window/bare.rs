//! The program without WebDriver, which ends its session when the page's process does: seen as the screen shows it, led by the mouse.

use std::fs::File;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{ConnectionExt as _, ImageFormat};

use super::process::{Area, await_no_instance, child_of, close_window, page_on_screen, unreadable, window_is_shown};
use crate::patience::{Look, eventually};
use crate::program::{built, run};
use crate::{Home, Outcome, PATIENCE, StepError};

/// What draws the page.
const DRAWS: &str = "WebKitWebProcess";

/// The open window.
pub struct BareWindow {
    program: Child,
}

/// What a page looks like.
#[derive(PartialEq, Eq)]
pub struct Picture(Vec<u8>);

impl Picture {
    /// What the page shows now.
    ///
    /// # Errors
    /// When there is no window, or the screen cannot be read.
    pub async fn of_page() -> Outcome<Self> {
        let Area { x, y, width, height } = page_on_screen().await?;
        let (connection, number) = x11rb::connect(None).map_err(unreadable)?;
        let root = connection.setup().roots[number].root;
        let image = connection.get_image(ImageFormat::Z_PIXMAP, root, x, y, width, height, !0);
        Ok(Self(image.map_err(unreadable)?.reply().map_err(unreadable)?.data))
    }

    /// Whether it is the same view: times and a spinner may have changed, nothing larger.
    #[must_use]
    pub fn is_like(&self, other: &Self) -> bool {
        /// Of a thousand pixels.
        const FEW: usize = 1;
        self.0.len() == other.0.len() && self.differing(other) * 1_000 <= self.0.len() / 4 * FEW
    }

    /// How many pixels differ to the eye.
    fn differing(&self, other: &Self) -> usize {
        const TO_THE_EYE: u8 = 24;
        let pixels = self.0.chunks_exact(4).zip(other.0.chunks_exact(4));
        pixels.filter(|(one, other)| (0..3).any(|colour| one[colour].abs_diff(other[colour]) > TO_THE_EYE)).count()
    }
}

impl BareWindow {
    /// Starts the program and waits until its window is there.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(home: &Home) -> Outcome<Self> {
        let window = Self::start(home, Command::new(built("storm-connect")?)).await?;
        window.await_shown().await?;
        Ok(window)
    }

    /// Starts the program by a command line, as a desktop does at login. Its window may stay out of sight.
    ///
    /// # Errors
    /// When it cannot be started.
    pub async fn start_by(home: &Home, command_line: &str) -> Outcome<Self> {
        let mut shell = Command::new("sh");
        // In the place of the shell, so that it is ended with this.
        shell.args(["-c", &format!("exec {command_line}")]);
        Self::start(home, shell).await
    }

    async fn start(home: &Home, mut command: Command) -> Outcome<Self> {
        await_no_instance().await?;
        let log = File::options().create(true).append(true).open(home.log())?;
        let program = command
            .envs(home.environment())
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(|cause| StepError::Program { program: "storm-connect".to_owned(), cause })?;
        Ok(Self { program })
    }

    /// Whether the window is on the screen now.
    ///
    /// # Errors
    /// When the screen cannot be asked.
    pub async fn is_shown(&self) -> Outcome<bool> {
        window_is_shown().await
    }

    /// Waits until the program has ended by itself.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_end(mut self) -> Outcome {
        match tokio::time::timeout(PATIENCE, self.program.wait()).await {
            Ok(ended) => ended?,
            Err(_) => {
                return Err(StepError::InVain {
                    what: "the end of the program".to_owned(),
                    seen: "it runs".to_owned(),
                });
            }
        };
        Ok(())
    }

    /// Whether the program has a library of that name in memory.
    ///
    /// # Errors
    /// When the program has ended.
    pub fn has_loaded(&self, library: &str) -> Outcome<bool> {
        let maps = std::fs::read_to_string(format!("/proc/{}/maps", self.id()?))?;
        Ok(maps.lines().any(|line| line.rsplit('/').next().is_some_and(|name| name.starts_with(library))))
    }

    fn id(&self) -> Outcome<u32> {
        self.program.id().ok_or_else(|| StepError::Wrong("the program has ended".to_owned()))
    }

    /// Waits until the window is on the screen.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn await_shown(&self) -> Outcome {
        eventually("the window to be shown", PATIENCE, async || {
            Ok(if window_is_shown().await? { Look::Found(()) } else { Look::NotYet("it is hidden".to_owned()) })
        })
        .await
    }

    /// Closes the window as its close button does; the program stays in the tray.
    ///
    /// # Errors
    /// When the window stays.
    pub async fn close_to_tray(&self) -> Outcome {
        close_window().await
    }

    /// Waits until the screen shows this view.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_like(&self, what: &str, wanted: &Picture) -> Outcome {
        eventually(what, PATIENCE, async || {
            let seen = Picture::of_page().await?;
            Ok(if seen.is_like(wanted) {
                Look::Found(())
            } else {
                Look::NotYet(format!("{} pixels differ", seen.differing(wanted)))
            })
        })
        .await
    }

    /// Waits until the screen shows something else than this view.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_unlike(&self, what: &str, unwanted: &Picture) -> Outcome {
        eventually(what, PATIENCE, async || {
            let is_like = Picture::of_page().await?.is_like(unwanted);
            Ok(if is_like { Look::NotYet("it looks as before".to_owned()) } else { Look::Found(()) })
        })
        .await
    }

    /// Clicks on a place of the page, as [`super::Window::place`] gives it.
    ///
    /// # Errors
    /// When there is no window.
    pub async fn click(&self, place: (i32, i32)) -> Outcome {
        let page = page_on_screen().await?;
        let (x, y) = ((i32::from(page.x) + place.0).to_string(), (i32::from(page.y) + place.1).to_string());
        run("xdotool", &["mousemove", "--sync", &x, &y, "click", "1"]).await?;
        // Out of the way, so that nothing looks hovered.
        run("xdotool", &["mousemove", "--sync", "0", "0"]).await.map(drop)
    }

    /// Kills the process that draws the page, as the system does when memory runs out, and waits until another one draws it.
    ///
    /// # Errors
    /// When there is none, or no other comes.
    pub async fn kill_page(&self) -> Outcome {
        let program = self.id()?;
        let page = child_of(program, DRAWS)?;
        kill_process(page, Signal::KILL).map_err(std::io::Error::from)?;
        self.await_page_other_than(page).await
    }

    async fn await_page_other_than(&self, killed: Pid) -> Outcome {
        let program = self.id()?;
        eventually("another process to draw the page", PATIENCE, async || {
            Ok(match child_of(program, DRAWS) {
                Ok(other) if other != killed => Look::Found(()),
                Ok(_) => Look::NotYet("the killed one is still there".to_owned()),
                Err(error) => Look::NotYet(error.to_string()),
            })
        })
        .await
    }
}
