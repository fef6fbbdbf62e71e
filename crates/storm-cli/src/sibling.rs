//! The programs that come with this one: found beside it, else on the PATH.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use storm_broker::ExitCode as Exit;

use crate::Stopped;

/// Replaces this process by the sibling.
#[cfg(unix)]
pub(crate) fn become_it(program: &str, arguments: Vec<OsString>) -> Result<(), Stopped> {
    use std::os::unix::process::CommandExt as _;
    let error = command(program).args(arguments).exec();
    Err(not_started(program, &error))
}

/// Runs the sibling and ends as it ends.
#[cfg(not(unix))]
pub(crate) fn become_it(program: &str, arguments: Vec<OsString>) -> Result<(), Stopped> {
    let status = command(program).args(arguments).status().map_err(|error| not_started(program, &error))?;
    std::process::exit(status.code().unwrap_or(1))
}

/// A command that runs the sibling.
pub(crate) fn command(program: &str) -> Command {
    Command::new(beside_this(program).unwrap_or_else(|| PathBuf::from(program)))
}

fn beside_this(program: &str) -> Option<PathBuf> {
    // Resolved first: this program may be started through a link from a folder on the PATH.
    let this = std::env::current_exe().and_then(std::fs::canonicalize).ok()?;
    let sibling = this.parent()?.join(format!("{program}{}", std::env::consts::EXE_SUFFIX));
    sibling.is_file().then_some(sibling)
}

fn not_started(program: &str, error: &std::io::Error) -> Stopped {
    let message = match error.kind() {
        std::io::ErrorKind::NotFound => {
            format!("{program} was found neither beside storm nor on the PATH; install Storm Connect again")
        }
        reason => format!("{program} could not be started: {reason}"),
    };
    Stopped::new(Exit::Other, message)
}
