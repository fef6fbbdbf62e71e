//! What outlives one run of the program: its data folder, its log, its place to listen.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::time::Duration;

use crate::Outcome;
use crate::program::private_folder;

/// Where one user's program keeps everything, over several starts.
pub struct Home {
    folder: tempfile::TempDir,
    practice_port: u16,
    theme: &'static str,
    /// In front of all other folders of programs.
    launchers: Option<PathBuf>,
    /// See [`Home::shorten_hours`].
    hour: Option<Duration>,
    /// See [`Home::own_folder`].
    own: Option<PathBuf>,
    /// See [`Home::show_to_screen_readers`].
    is_read: bool,
}

/// Everything that is asked to open a page.
const LAUNCHERS: [&str; 6] = ["xdg-open", "gio", "gnome-open", "kde-open6", "kde-open5", "kde-open"];

impl Home {
    /// A fresh one, whose program uses the practice service on this port.
    ///
    /// # Errors
    /// When there is no room.
    pub fn make(practice_port: u16) -> Outcome<Self> {
        Ok(Self {
            folder: private_folder()?,
            practice_port,
            theme: "Adwaita",
            launchers: None,
            hour: None,
            own: None,
            is_read: false,
        })
    }

    /// From its next start on the program finds a dark desktop.
    pub fn prefer_dark(&mut self) {
        self.theme = "Adwaita:dark";
    }

    /// From its next start on notifications come again as if an hour were so short.
    pub fn shorten_hours(&mut self, hour: Duration) {
        self.hour = Some(hour);
    }

    /// From its next start on the program gives its page to assistive technology, which the private desktop spares all others.
    pub fn show_to_screen_readers(&mut self) {
        self.is_read = true;
    }

    /// From its next start on the program finds a home folder of its own, with nothing in it but what the test puts there.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn own_folder(&mut self) -> Outcome<PathBuf> {
        let folder = self.file("own");
        std::fs::create_dir_all(&folder)?;
        self.own = Some(folder.clone());
        Ok(folder)
    }

    /// From its next start on the program finds a desktop whose launchers say, as `xdg-open` does with status 3, that no
    /// browser is installed.
    ///
    /// # Errors
    /// When the launchers cannot be written.
    pub fn without_browser(&mut self) -> Outcome {
        let folder = self.file("launchers");
        std::fs::create_dir_all(&folder)?;
        for name in LAUNCHERS {
            let launcher = folder.join(name);
            std::fs::write(&launcher, "#!/bin/sh\nexit 3\n")?;
            std::fs::set_permissions(&launcher, std::fs::Permissions::from_mode(0o755))?;
        }
        self.launchers = Some(folder);
        Ok(())
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

    /// Makes the next command of the window panic, as a fault of the program would.
    ///
    /// # Errors
    /// When the file that says so cannot be written.
    pub fn panic_at_next_command(&self) -> Outcome {
        Ok(std::fs::write(self.panic_wanted(), "")?)
    }

    /// Whether [`Self::panic_at_next_command`] still waits for one.
    #[must_use]
    pub fn awaits_panic(&self) -> bool {
        self.panic_wanted().exists()
    }

    fn panic_wanted(&self) -> PathBuf {
        self.file("panic-wanted")
    }

    /// What the program finds in its environment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the folders of programs are the desktop's, with one in front")]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut environment = vec![
            ("STORM_CONNECT_DATA", self.data().to_string_lossy().into_owned()),
            ("STORM_CONNECT_SOCKET", self.socket().to_string_lossy().into_owned()),
            ("STORM_CONNECT_LOG", "debug".to_owned()),
            ("STORM_PRACTICE_PORT", self.practice_port.to_string()),
            ("GTK_THEME", self.theme.to_owned()),
            ("STORM_TEST_PANIC", self.panic_wanted().to_string_lossy().into_owned()),
        ];
        if let Some(hour) = self.hour {
            environment.push(("STORM_CONNECT_HOUR_MS", hour.as_millis().to_string()));
        }
        if self.is_read {
            environment.push(("NO_AT_BRIDGE", "0".to_owned()));
        }
        if let Some(own) = &self.own {
            environment.push(("HOME", own.to_string_lossy().into_owned()));
            environment.push(("XDG_CONFIG_HOME", own.join(".config").to_string_lossy().into_owned()));
        }
        if let Some(launchers) = &self.launchers {
            let others = std::env::var("PATH").unwrap_or_default();
            environment.push(("PATH", format!("{}:{others}", launchers.display())));
        }
        environment
    }
}
