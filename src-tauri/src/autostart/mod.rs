//! Whether the program is started when its user logs in.
//!
//! INVARIANT: the system's own entry is the truth, whoever changed it last; nothing of it is kept here, and it is read each time.
//! Deliberately absent: sandboxes. From inside of one no entry can be written that the desktop would follow, so nothing is offered
//! there, and the settings say why.

#[cfg(any(target_os = "linux", test))]
mod desktop_entry;
#[cfg(not(target_os = "linux"))]
mod native;

use std::io;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use storm_domain::{Action, ErrorCode, Failure};

/// What a start at login is told by, and keeps its window out of sight.
pub(crate) const HIDDEN: &str = "--hidden";

/// Whether the program is started at login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "autostart", rename_all = "snake_case")]
pub enum AutostartView {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It cannot be, for this reason.
    NotOffered {
        /// Why.
        why: NotOffered,
    },
}

/// Why a start at login cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum NotOffered {
    /// The program runs in a sandbox, such as Flatpak.
    Sandboxed,
    /// Where the system keeps such entries, or where the program itself lies, is not known.
    NoPlace,
}

/// Where the system's entry for this program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Autostart {
    Entry(Entry),
    NotOffered(NotOffered),
}

/// The entry of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// In which folder such entries lie; used on Linux only.
    pub(crate) folder: PathBuf,
    /// What is started, in a form that text can hold.
    pub(crate) program: String,
}

impl Autostart {
    /// Whether the program is started at login now.
    pub(crate) fn view(&self) -> AutostartView {
        match self {
            Self::NotOffered(why) => AutostartView::NotOffered { why: *why },
            Self::Entry(entry) if entry.is_on() => AutostartView::On,
            Self::Entry(_) => AutostartView::Off,
        }
    }

    /// Has it started at login from now on, or not any more.
    pub(crate) fn switch(&self, on: bool) -> Result<AutostartView, Failure> {
        if let Self::Entry(entry) = self {
            entry.switch(on).map_err(|error| not_switched(entry, on, &error))?;
        }
        Ok(self.view())
    }
}

#[cfg(target_os = "linux")]
impl Entry {
    fn is_on(&self) -> bool {
        desktop_entry::is_on(self)
    }

    fn switch(&self, on: bool) -> io::Result<()> {
        if on { desktop_entry::write(self) } else { desktop_entry::remove(self) }
    }
}

/// What happened and what to do. The folder is named: it is the user's own, and what is to be mended.
fn not_switched(entry: &Entry, on: bool, error: &io::Error) -> Failure {
    tracing::warn!(reason = %error.kind(), "the entry for a start at login was not changed");
    let left = if on { "is not started at login" } else { "is still started at login" };
    let folder = entry.folder.display();
    let (code, message) = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            (ErrorCode::DiskFull, format!("The disk is full, so Storm Connect {left}. Free some space and try again."))
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
            ErrorCode::FileNotWritten,
            format!(
                "The folder {folder} cannot be written, so Storm Connect {left}. Check its permissions, or use your \
                 desktop's own settings for startup programs."
            ),
        ),
        _ => (
            ErrorCode::FileNotWritten,
            format!(
                "The entry in {folder} could not be changed, so Storm Connect {left}. Use your desktop's own settings \
                 for startup programs."
            ),
        ),
    };
    Failure::new(code, message, Some(Action::Retry))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn autostart(folder: PathBuf) -> Autostart {
        Autostart::Entry(Entry { folder, program: "/opt/Storm Connect/storm-connect".to_owned() })
    }

    #[test]
    fn it_is_off_until_it_is_switched_on_and_off_again_without_a_trace() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("config/autostart");
        let autostart = autostart(folder.clone());
        assert_eq!(autostart.view(), AutostartView::Off);
        assert_eq!(autostart.switch(false), Ok(AutostartView::Off), "there is nothing to take away");
        assert_eq!(autostart.switch(true), Ok(AutostartView::On));
        assert_eq!(autostart.switch(true), Ok(AutostartView::On));
        assert_eq!(folder.read_dir().unwrap().count(), 1);
        assert_eq!(autostart.switch(false), Ok(AutostartView::Off));
        assert_eq!(folder.read_dir().unwrap().count(), 0);
    }

    #[test]
    fn a_folder_that_may_not_be_written_is_told_with_what_is_left_and_what_to_do() {
        let home = tempfile::tempdir().unwrap();
        // A file where the folder would be: refused to root as well, under whom permissions mean nothing.
        std::fs::write(home.path().join("config"), "").unwrap();
        let refused = autostart(home.path().join("config/autostart")).switch(true).unwrap_err();
        assert_eq!(refused.code, ErrorCode::FileNotWritten);
        assert!(refused.message.contains("is not started at login"), "{refused}");

        let entry = Entry { folder: "/srv/ada/.config/autostart".into(), program: String::new() };
        let read_only = not_switched(&entry, false, &io::Error::from(io::ErrorKind::ReadOnlyFilesystem));
        assert!(read_only.message.contains("/srv/ada/.config/autostart cannot be written"), "{read_only}");
        assert!(read_only.message.contains("is still started at login"), "{read_only}");
        let full = not_switched(&entry, true, &io::Error::from(io::ErrorKind::StorageFull));
        assert_eq!(full.code, ErrorCode::DiskFull);
    }

    #[test]
    fn the_entry_is_its_users_alone_to_change() {
        let home = tempfile::tempdir().unwrap();
        autostart(home.path().to_owned()).switch(true).unwrap();
        let entry = home.path().read_dir().unwrap().next().unwrap().unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o022, 0);
    }

    #[test]
    fn in_a_sandbox_nothing_is_written_and_the_reason_is_said() {
        let sandboxed = Autostart::NotOffered(NotOffered::Sandboxed);
        let view = AutostartView::NotOffered { why: NotOffered::Sandboxed };
        assert_eq!((sandboxed.view(), sandboxed.switch(true)), (view, Ok(view)));
    }
}
