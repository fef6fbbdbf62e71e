//! What environment and command line say. The only file of the shell that reads them.
//!
//! | variable | means | otherwise |
//! |---|---|---|
//! | `STORM_CONNECT_DATA` | data folder | `storm-connect` in the platform's data folder |
//! | `STORM_CONNECT_SOCKET` | where other programs ask for access | beside the session's other sockets |
//! | `STORM_CONNECT_LOG` | filter of the log on stderr | `info` |
//! | `STORM_PRACTICE_PORT` | port of the practice service; 0 = any | 4780 |
//! | `STORM_CONNECT_HOUR_MS` | how long an hour is before a notification comes again, for a rehearsal | 3600000 |
//!
//! `--hidden` opens the window out of sight: the entry for a start at login has it.
//!
//! Beside these, what the desktop says of itself (`XDG_SESSION_TYPE`, `XDG_CURRENT_DESKTOP`), for a report; the variables by which other
//! tools are told where their credentials lie (`AWS_SHARED_CREDENTIALS_FILE` and the like): for a search that the user asks for; and
//! those by which Flatpak, Snap and AppImage say that they run the program.

use std::path::PathBuf;
use std::time::Duration;

use storm_import::{Surroundings, WellKnown, well_known};
use thiserror::Error;

use crate::autostart::{Autostart, Entry, HIDDEN, NotOffered};

const PRACTICE_PORT: u16 = 4780;
const HOUR: Duration = Duration::from_secs(60 * 60);
const LOG_FILTER: &str = "info";

/// How the application runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Settings {
    pub(crate) data_folder: PathBuf,
    pub(crate) socket_path: Option<PathBuf>,
    pub(crate) log_filter: String,
    pub(crate) practice_port: u16,
    pub(crate) hour: Duration,
    pub(crate) session: Session,
    /// Where other tools keep credentials; nothing is opened before the user asks for it.
    pub(crate) import_places: Vec<WellKnown>,
    /// Whether the window is to stay out of sight at first.
    pub(crate) hidden: bool,
    /// Where the system's entry for a start at login is.
    pub(crate) autostart: Autostart,
}

/// The desktop around the program, as far as it is one of those that are known: anybody can call theirs anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) kind: &'static str,
    pub(crate) desktop: &'static str,
}

impl Session {
    fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        const DESKTOPS: &str = "GNOME KDE XFCE X-Cinnamon MATE LXQt LXDE Budgie Pantheon Unity COSMIC Deepin DDE Enlightenment \
                                Hyprland sway niri i3 Openbox labwc";
        let kind = variable("XDG_SESSION_TYPE").unwrap_or_default();
        let kind = ["x11", "wayland", "tty"].into_iter().find(|known| *known == kind);
        // A list of names, the most special first (Desktop Entry Specification).
        let names = variable("XDG_CURRENT_DESKTOP").unwrap_or_default();
        let known = |name: &str| DESKTOPS.split_whitespace().find(|known| known.eq_ignore_ascii_case(name));
        let desktop = names.split(':').find_map(known);
        Self {
            kind: kind.unwrap_or("not said"),
            desktop: desktop.unwrap_or(if names.is_empty() { "not said" } else { "another" }),
        }
    }
}

/// The environment cannot be followed.
#[derive(Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub(crate) enum SettingsError {
    /// Neither `STORM_CONNECT_DATA` nor a home folder.
    #[error("there is no home folder for the data; set STORM_CONNECT_DATA to a folder")]
    NoDataFolder,
    /// Neither X11 nor Wayland.
    #[error("there is no display to open a window on; `storm agent` runs without one")]
    NoDisplay,
    /// Not a port.
    #[error("STORM_PRACTICE_PORT is not a number from 0 to 65535")]
    PracticePort,
    /// Not a number of milliseconds.
    #[error("STORM_CONNECT_HOUR_MS is not a number of milliseconds above 0")]
    Hour,
}

impl Settings {
    /// Reads the environment of this process.
    #[expect(clippy::disallowed_methods, reason = "the one place where the shell reads its environment")]
    pub(crate) fn read() -> Result<Self, SettingsError> {
        let hidden = std::env::args_os().skip(1).any(|argument| argument == HIDDEN);
        // Now, while it is certain: after an update the system says that the running program was deleted.
        let program = std::env::current_exe().ok();
        Ok(Self { hidden, ..Self::from_variables(|name| std::env::var(name).ok(), program)? })
    }

    fn from_variables(
        variable: impl Fn(&str) -> Option<String>,
        program: Option<PathBuf>,
    ) -> Result<Self, SettingsError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if cfg!(target_os = "linux") && set("WAYLAND_DISPLAY").or_else(|| set("DISPLAY")).is_none() {
            return Err(SettingsError::NoDisplay);
        }
        let data_folder = match set("STORM_CONNECT_DATA") {
            Some(folder) => PathBuf::from(folder),
            None => directories::BaseDirs::new()
                .map(|folders| folders.data_dir().join("storm-connect"))
                .ok_or(SettingsError::NoDataFolder)?,
        };
        let practice_port = match set("STORM_PRACTICE_PORT") {
            Some(port) => port.parse().map_err(|_| SettingsError::PracticePort)?,
            None => PRACTICE_PORT,
        };
        let hour = match set("STORM_CONNECT_HOUR_MS").map(|milliseconds| milliseconds.parse::<u32>()) {
            None => HOUR,
            Some(Ok(milliseconds)) if milliseconds > 0 => Duration::from_millis(milliseconds.into()),
            Some(_) => return Err(SettingsError::Hour),
        };
        Ok(Self {
            data_folder,
            socket_path: set("STORM_CONNECT_SOCKET").map(PathBuf::from),
            log_filter: set("STORM_CONNECT_LOG").unwrap_or_else(|| LOG_FILTER.to_owned()),
            practice_port,
            hour,
            session: Session::of(set),
            import_places: import_places(&variable),
            hidden: false,
            autostart: autostart(set, program),
        })
    }
}

/// Where a start at login of this program is entered.
fn autostart(set: impl Fn(&str) -> Option<String>, program: Option<PathBuf>) -> Autostart {
    if set("FLATPAK_ID").is_some() || set("SNAP_NAME").is_some_and(|name| name == "storm-connect") {
        return Autostart::NotOffered(NotOffered::Sandboxed);
    }
    // Both are handed on to whatever is started from inside another AppImage.
    let is_inside = |folder: &String| program.as_ref().is_some_and(|program| program.starts_with(folder));
    let image = set("APPDIR").filter(is_inside).and_then(|_| set("APPIMAGE")).map(PathBuf::from);
    let program = image.or(program).and_then(|program| program.into_os_string().into_string().ok());
    let folders = directories::BaseDirs::new();
    match (folders, program) {
        (Some(folders), Some(program)) => {
            Autostart::Entry(Entry { folder: folders.config_dir().join("autostart"), program })
        }
        _ => Autostart::NotOffered(NotOffered::NoPlace),
    }
}

/// None where there is no home folder.
fn import_places(variable: &dyn Fn(&str) -> Option<String>) -> Vec<WellKnown> {
    let Some(folders) = directories::BaseDirs::new() else { return Vec::new() };
    let home = folders.home_dir().to_owned();
    // Command lines keep to `~/.config` on macOS, too.
    let config = if cfg!(target_os = "macos") { home.join(".config") } else { folders.config_dir().to_owned() };
    let downloads = directories::UserDirs::new().and_then(|folders| folders.download_dir().map(ToOwned::to_owned));
    let downloads = downloads.or_else(|| Some(home.join("Downloads")));
    well_known(&Surroundings { home, config, downloads, variable })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn settings(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        Settings::from_variables(variable, Some("/tmp/.mount_1/storm-connect".into()))
    }

    fn program(autostart: Autostart) -> Option<String> {
        match autostart {
            Autostart::Entry(entry) if entry.folder.ends_with("autostart") => Some(entry.program),
            _ => None,
        }
    }

    #[test]
    fn every_variable_is_followed() {
        let mut settings = settings(&[
            ("WAYLAND_DISPLAY", "wayland-0"),
            ("STORM_CONNECT_DATA", "/data"),
            ("STORM_CONNECT_SOCKET", "/run/host.sock"),
            ("STORM_CONNECT_LOG", "debug"),
            ("STORM_PRACTICE_PORT", "0"),
            ("STORM_CONNECT_HOUR_MS", "1500"),
            ("XDG_SESSION_TYPE", "wayland"),
            ("XDG_CURRENT_DESKTOP", "ubuntu:GNOME"),
            ("NETRC", "/elsewhere/netrc"),
        ])
        .unwrap();
        let places = std::mem::take(&mut settings.import_places);
        assert!(places.iter().any(|place| place.path == Path::new("/elsewhere/netrc")), "{places:?}");
        assert_eq!(
            settings,
            Settings {
                data_folder: "/data".into(),
                socket_path: Some("/run/host.sock".into()),
                log_filter: "debug".to_owned(),
                practice_port: 0,
                hour: Duration::from_millis(1_500),
                session: Session { kind: "wayland", desktop: "GNOME" },
                import_places: Vec::new(),
                hidden: false,
                autostart: settings.autostart.clone(),
            }
        );
        assert_eq!(program(settings.autostart).as_deref(), Some("/tmp/.mount_1/storm-connect"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_starts_at_login_is_the_image_that_the_program_runs_from_and_nothing_in_a_sandbox() {
        let of = |variables: &[(&str, &str)]| {
            let common = [("DISPLAY", ":0"), ("STORM_CONNECT_DATA", "/data")];
            settings(&[common.as_slice(), variables].concat()).unwrap().autostart
        };
        let image = ("APPIMAGE", "/srv/ada/Storm.AppImage");
        let ours = of(&[image, ("APPDIR", "/tmp/.mount_1")]);
        assert_eq!(program(ours).as_deref(), Some("/srv/ada/Storm.AppImage"));
        let of_another = of(&[image, ("APPDIR", "/tmp/.mount_2")]);
        assert_eq!(program(of_another).as_deref(), Some("/tmp/.mount_1/storm-connect"));
        for sandbox in [("FLATPAK_ID", "dev.stormconnect.app"), ("SNAP_NAME", "storm-connect")] {
            assert_eq!(of(&[sandbox]), Autostart::NotOffered(NotOffered::Sandboxed));
        }
        assert!(program(of(&[("SNAP_NAME", "code")])).is_some(), "started from a terminal inside another one");
    }

    #[test]
    fn of_the_desktop_only_what_is_known_is_kept() {
        let session = |kind: &str, desktop: &str| {
            let said = [("XDG_SESSION_TYPE", kind), ("XDG_CURRENT_DESKTOP", desktop)];
            let Session { kind, desktop } =
                Session::of(|name| said.iter().find(|(known, _)| *known == name).map(|(_, said)| (*said).to_owned()));
            (kind, desktop)
        };
        assert_eq!(session("x11", "xfce"), ("x11", "XFCE"));
        assert_eq!(session("ada", "AdaWM:Ada"), ("not said", "another"));
        assert_eq!(session("", ""), ("not said", "not said"));
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let settings =
            settings(&[("DISPLAY", ":0"), ("STORM_CONNECT_DATA", "/data"), ("STORM_PRACTICE_PORT", "")]).unwrap();
        assert_eq!(settings.practice_port, 4780);
        assert_eq!(settings.log_filter, "info");
        assert_eq!(settings.socket_path, None);
        assert_eq!(settings.hour, HOUR);
    }

    #[test]
    fn a_port_that_is_none_is_refused_rather_than_replaced() {
        let refused = settings(&[("DISPLAY", ":0"), ("STORM_CONNECT_DATA", "/data"), ("STORM_PRACTICE_PORT", "65536")]);
        assert_eq!(refused, Err(SettingsError::PracticePort));
        let refused = settings(&[("DISPLAY", ":0"), ("STORM_CONNECT_DATA", "/data"), ("STORM_CONNECT_HOUR_MS", "0")]);
        assert_eq!(refused, Err(SettingsError::Hour));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn without_a_display_it_says_what_runs_without_one() {
        let refused = settings(&[("STORM_CONNECT_DATA", "/data")]).unwrap_err();
        assert_eq!(refused, SettingsError::NoDisplay);
        assert!(refused.to_string().contains("storm agent"));
    }
}
