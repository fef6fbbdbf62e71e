//! The entry on macOS (a launch agent) and Windows (the registry's `Run`), kept by `auto-launch`.

use std::io;

use auto_launch::{AutoLaunch, AutoLaunchBuilder, Error};

use super::{Entry, HIDDEN};

impl Entry {
    pub(super) fn is_on(&self) -> bool {
        self.launcher().and_then(|launcher| launcher.is_enabled().map_err(of_launcher)).unwrap_or_else(|error| {
            tracing::warn!(reason = %error.kind(), "whether the program starts at login is not known");
            false
        })
    }

    pub(super) fn switch(&self, on: bool) -> io::Result<()> {
        let launcher = self.launcher()?;
        match (on, launcher.is_enabled().map_err(of_launcher)?) {
            (true, _) => launcher.enable().map_err(of_launcher),
            (false, true) => launcher.disable().map_err(of_launcher),
            (false, false) => Ok(()), // taking away what is not there is an error on Windows
        }
    }

    fn launcher(&self) -> io::Result<AutoLaunch> {
        let mut builder = AutoLaunchBuilder::new();
        builder.set_app_name("Storm Connect").set_app_path(&self.program).set_args(&[HIDDEN]);
        #[cfg(target_os = "macos")]
        builder.set_macos_launch_mode(auto_launch::MacOSLaunchMode::LaunchAgent);
        #[cfg(windows)]
        builder.set_windows_enable_mode(auto_launch::WindowsEnableMode::CurrentUser);
        builder.build().map_err(of_launcher)
    }
}

fn of_launcher(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other),
    }
}
