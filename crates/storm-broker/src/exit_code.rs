//! What the `storm` command ends with, so that a script can tell what to do without reading words.

use crate::RefusalKind;

/// Exit codes of `storm`. They are part of its interface: never renumbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// Done.
    Ok = 0,
    /// Something else went wrong.
    Other = 1,
    /// The command line was not understood.
    Usage = 2,
    /// There is no such integration.
    NoSuchIntegration = 3,
    /// The integration waits for its user.
    ReconnectNeeded = 4,
    /// The vault is locked.
    Locked = 5,
    /// No host runs, and none could be started.
    NoHost = 6,
    /// The user's settings do not allow it.
    Denied = 7,
    /// The service could not be reached.
    Unreachable = 8,
}

impl From<RefusalKind> for ExitCode {
    fn from(refusal: RefusalKind) -> Self {
        match refusal {
            RefusalKind::NoSuchIntegration => Self::NoSuchIntegration,
            RefusalKind::ReconnectNeeded => Self::ReconnectNeeded,
            RefusalKind::Locked => Self::Locked,
            RefusalKind::Denied => Self::Denied,
            RefusalKind::Unreachable => Self::Unreachable,
            RefusalKind::Busy | RefusalKind::UnknownVersion | RefusalKind::NotUnderstood | RefusalKind::Other => {
                Self::Other
            }
        }
    }
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}
