//! One user's whole story on the private desktop: the program, the practice service, the browser, and what is seen of them.
//!
//! Its steps are in `step/`. The window tests and the guided tour walk the same ones; only the tour keeps pictures.

use std::path::PathBuf;

use serde::Deserialize;
use tokio::process::Command;

use crate::patience::{Look, eventually};
use crate::program::built;
use crate::{
    Browser, Desktop, Home, Manner, Notifications, Outcome, PATIENCE, Practice, ScreenReader, StepError, Window,
};

/// Pictures of a tour, numbered in their order.
#[derive(Debug, Default)]
pub struct Album {
    folder: Option<PathBuf>,
    taken: u32,
}

impl Album {
    /// An album in a folder, which is emptied first.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn in_folder(folder: PathBuf) -> Outcome<Self> {
        if folder.exists() {
            std::fs::remove_dir_all(&folder)?;
        }
        std::fs::create_dir_all(&folder)?;
        Ok(Self { folder: Some(folder), taken: 0 })
    }

    /// That of the test which runs: in the folder that `STORM_TEST_PICTURES` names, or none.
    fn of_test() -> Outcome<Self> {
        let test = std::thread::current().name().unwrap_or("unnamed").replace("::", "-");
        match std::env::var_os("STORM_TEST_PICTURES") {
            Some(folder) => Self::in_folder(PathBuf::from(folder).join(test)),
            None => Ok(Self::default()),
        }
    }

    /// How many pictures are in it.
    #[must_use]
    pub fn taken(&self) -> u32 {
        self.taken
    }

    /// Where the next picture goes; None = nobody keeps pictures.
    fn next(&mut self, name: &str) -> Option<PathBuf> {
        let folder = self.folder.as_ref()?;
        self.taken += 1;
        Some(folder.join(format!("{:02}-{name}.png", self.taken)))
    }
}

/// A row of the Integrations list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Row {
    /// The integration's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status.
    pub status: String,
}

/// The whole story.
pub struct Journey {
    /// The private desktop.
    pub desktop: Desktop,
    /// The practice service; it stays while the program comes and goes.
    pub practice: Practice,
    /// The user in the browser.
    pub browser: Browser,
    /// What the desktop was asked to show.
    pub notifications: Notifications,
    /// The program's folders.
    pub home: Home,
    album: Album,
    window: Option<Window>,
}

impl Journey {
    /// Starts the practice service and the program, and waits until the vault is open. Pictures are kept only in the folder that
    /// `STORM_TEST_PICTURES` names, a folder in it for each test.
    ///
    /// # Errors
    /// Outside the private desktop, and when something does not start.
    pub async fn begin() -> Outcome<Self> {
        Self::begin_with(Album::of_test()?).await
    }

    /// As [`Self::begin`], for a screen reader.
    ///
    /// # Errors
    /// As [`Self::begin`], and when the desktop has no assistive technology.
    pub async fn begin_with_screen_reader() -> Outcome<Self> {
        ScreenReader::switch_on().await?;
        let mut journey = Self::prepare(Album::of_test()?).await?;
        journey.home.show_to_screen_readers();
        journey.open().await?;
        Ok(journey)
    }

    /// As [`Self::begin`], keeping pictures.
    ///
    /// # Errors
    /// As [`Self::begin`].
    pub async fn begin_with(album: Album) -> Outcome<Self> {
        let mut journey = Self::prepare(album).await?;
        journey.open().await?;
        Ok(journey)
    }

    /// Everything but the program itself.
    async fn prepare(album: Album) -> Outcome<Self> {
        let desktop = Desktop::of_session()?;
        let practice = Practice::start().await?;
        let browser = Browser::of(&desktop);
        browser.behave(Manner::Approve)?;
        browser.sign_in_as(None)?;
        if let Some(folder) = &album.folder {
            browser.keep_pictures(folder)?;
        }
        let home = Home::make(practice.port())?;
        let notifications = Notifications::of(&desktop);
        Ok(Self { desktop, practice, browser, notifications, home, album, window: None })
    }

    /// Opens the program and waits until the vault is open.
    ///
    /// # Errors
    /// When it is open already, or does not open.
    pub async fn open(&mut self) -> Outcome {
        if self.window.is_some() {
            return Err(StepError::Wrong("the window is open already".to_owned()));
        }
        let window = self.window.insert(Window::open(&self.home).await?);
        window.find_css("[data-test=vault-line][data-vault=unlocked]").await.map(drop)
    }

    /// The window.
    ///
    /// # Errors
    /// When the program does not run.
    pub fn window(&self) -> Outcome<&Window> {
        self.window.as_ref().ok_or_else(|| StepError::Wrong("the program does not run".to_owned()))
    }

    /// Takes the window away, to end it.
    ///
    /// # Errors
    /// When the program does not run.
    pub fn take_window(&mut self) -> Outcome<Window> {
        self.window.take().ok_or_else(|| StepError::Wrong("the program does not run".to_owned()))
    }

    /// Ends the program as a shutdown does and opens it again.
    ///
    /// # Errors
    /// When it does not end, or does not open.
    pub async fn restart(&mut self) -> Outcome {
        self.take_window()?.quit().await?;
        self.open().await
    }

    /// As [`Self::restart`], on a desktop that is dark from now on.
    ///
    /// # Errors
    /// As [`Self::restart`].
    pub async fn restart_in_the_dark(&mut self) -> Outcome {
        self.home.prefer_dark();
        self.restart().await
    }

    /// Says what happened, to whoever reads along.
    pub fn say(&self, what: &str) {
        println!("   {what}");
    }

    /// A picture of the page, for the album.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn picture(&mut self, name: &str) -> Outcome {
        match self.album.next(name) {
            Some(path) => self.window()?.screenshot(&path).await,
            None => Ok(()),
        }
    }

    /// A picture of the whole screen, for the album.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub async fn picture_of_desktop(&mut self, name: &str) -> Outcome {
        match self.album.next(name) {
            Some(path) => self.desktop.screenshot(&path).await,
            None => Ok(()),
        }
    }

    /// How many pictures were taken.
    #[must_use]
    pub fn pictures(&self) -> u32 {
        self.album.taken()
    }

    /// The rows of the Integrations list, from top to bottom.
    ///
    /// # Errors
    /// When the page cannot be asked.
    pub async fn rows(&self) -> Outcome<Vec<Row>> {
        const ROWS: &str = "return [...document.querySelectorAll('[data-test=integration]')].map((row) => ({ id: row.dataset.id, \
                            status: row.dataset.status, name: row.querySelector('[data-test=integration-open]').textContent.trim() }))";
        Ok(serde_json::from_value(self.window()?.execute(ROWS).await?)?)
    }

    /// Waits until the list shows these and no others, from top to bottom.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_names(&self, names: &[&str]) -> Outcome {
        self.await_rows(&format!("the list to show {names:?}"), |rows| rows.iter().map(|row| &row.name).eq(names)).await
    }

    /// Waits until so many integrations are connected, and nothing else is in the list.
    ///
    /// # Errors
    /// When they are not in time.
    pub async fn await_connected(&self, count: usize) -> Outcome {
        let all = |rows: &[Row]| rows.len() == count && rows.iter().all(|row| row.status == "connected");
        self.await_rows(&format!("{count} to be connected"), all).await
    }

    async fn await_rows(&self, what: &str, are: impl Fn(&[Row]) -> bool) -> Outcome {
        eventually(what, PATIENCE, async || {
            let rows = self.rows().await?;
            Ok(if are(&rows) { Look::Found(()) } else { Look::NotYet(format!("{rows:?}")) })
        })
        .await
    }

    /// Waits until the list shows an integration with this status.
    ///
    /// # Errors
    /// When it does not in time.
    pub async fn await_status(&self, name: &str, status: &str) -> Outcome<Row> {
        eventually(&format!("“{name}” to be {status}"), PATIENCE, async || {
            let rows = self.rows().await?;
            Ok(match rows.iter().find(|row| row.name == name && row.status == status) {
                Some(row) => Look::Found(row.clone()),
                None => Look::NotYet(format!("{rows:?}")),
            })
        })
        .await
    }

    /// Goes to the list.
    ///
    /// # Errors
    /// When the window does not follow.
    pub async fn show_list(&self) -> Outcome {
        self.window()?.click("nav-integrations").await?;
        self.window()?.find("view-integrations").await.map(drop)
    }

    /// Opens an integration's page from the list.
    ///
    /// # Errors
    /// When there is none of this name.
    pub async fn show_page(&self, name: &str) -> Outcome<Row> {
        self.show_list().await?;
        let row = eventually(&format!("“{name}” in the list"), PATIENCE, async || {
            let rows = self.rows().await?;
            Ok(match rows.iter().find(|row| row.name == name) {
                Some(row) => Look::Found(row.clone()),
                None => Look::NotYet(format!("{rows:?}")),
            })
        })
        .await?;
        let window = self.window()?;
        window
            .click_css(&format!("[data-test=integration][data-id=\"{}\"] [data-test=integration-open]", row.id))
            .await?;
        window.await_text("page-name", name).await?;
        Ok(row)
    }

    /// Allows lending an integration's access, and gives what `storm` is lent of it.
    ///
    /// # Errors
    /// When it is not lent in time.
    pub async fn lend(&self, name: &str) -> Outcome<String> {
        self.show_page(name).await?;
        let window = self.window()?;
        window.click("tab-credentials").await?;
        window.click("lending-switch").await?;
        let storm = built("storm")?;
        eventually("the token to be lent", PATIENCE, async || {
            let mut storm = Command::new(&storm);
            storm.args(["token", "--raw", name]).env("STORM_CONNECT_SOCKET", self.home.socket());
            let output = storm.output().await?;
            Ok(match String::from_utf8(output.stdout) {
                Ok(token) if output.status.success() => Look::Found(token),
                _ => Look::NotYet(String::from_utf8_lossy(&output.stderr).into_owned()),
            })
        })
        .await
    }

    /// Opens the setup dialog at the practice service's ways to sign in.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn choose_practice(&self) -> Outcome {
        let window = self.window()?;
        self.show_list().await?;
        // The first run offers the practice service itself.
        if window.shows("first-run").await? {
            return window.click("practice").await;
        }
        window.click("add").await?;
        window.fill("connector-search", "practice").await?;
        window.click_css("[data-test=connector][data-id=practice]").await
    }
}
