//! The one place that turns errors into what a person reads: a code, what happened and what to do, and a button.

use storm_connectors::{FieldError, KeyFileError, KeyMaterialError, OpenFileError};
use storm_domain::port::{AuthorizationUrlError, BrowserError, ListenError, PortHolder, RedirectError};
use storm_domain::{
    Action, ErrorCode, Failure, LabelError, ProviderWords, RefreshFailure, RotationRefused, TransientKind, Trouble,
    VaultError,
};

/// A vault error for a person. Also used where there is no engine yet.
#[must_use]
pub fn failure_of_vault(error: VaultError) -> Failure {
    let (code, message, action) = match error {
        VaultError::NotFound => (ErrorCode::NotFound, "It does not exist any more.", None),
        VaultError::Conflict | VaultError::LeaseHeld { .. } | VaultError::LeaseLost => (
            ErrorCode::ChangedMeanwhile,
            "Something else changed it at the same moment. Nothing was lost; try again.",
            Some(Action::Retry),
        ),
        VaultError::DiskFull => (
            ErrorCode::DiskFull,
            "The disk is full, so nothing was changed. Free some space and try again.",
            Some(Action::Retry),
        ),
        VaultError::NotWritable => (
            ErrorCode::VaultNotWritable,
            "The data folder cannot be written, so nothing was changed. Check its permissions and try again.",
            Some(Action::Retry),
        ),
        VaultError::Disk => (
            ErrorCode::VaultNotWritable,
            "The disk reported an error, so nothing was changed. Check the disk before you go on.",
            Some(Action::Retry),
        ),
        VaultError::Damaged => (
            ErrorCode::VaultDamaged,
            "This record of the vault is damaged. The others are not affected; connect this one again.",
            Some(Action::Reconnect),
        ),
        VaultError::DatabaseDamaged => (
            ErrorCode::VaultDamaged,
            "The vault's database is damaged. Copies of the last hours lie in the folder “backups” beside it.",
            None,
        ),
        VaultError::NewerSchema => (
            ErrorCode::VaultNewer,
            "This vault was written by a newer version of Storm Connect. Update this one to open it.",
            None,
        ),
        VaultError::Locked => {
            (ErrorCode::VaultLocked, "The vault is locked. Unlock it to go on.", Some(Action::Unlock))
        }
        _ => (ErrorCode::Internal, "The vault could not do this.", Some(Action::Retry)),
    };
    Failure::new(code, message, action)
}

pub(crate) trait ToFailure {
    /// Words for a person.
    fn to_failure(self) -> Failure;
}

impl ToFailure for VaultError {
    fn to_failure(self) -> Failure {
        failure_of_vault(self)
    }
}

impl ToFailure for FieldError {
    fn to_failure(self) -> Failure {
        Failure {
            field: Some(self.field.clone()),
            ..Failure::new(ErrorCode::FieldNotUsable, self.to_string(), Some(Action::EditField))
        }
    }
}

impl ToFailure for LabelError {
    fn to_failure(self) -> Failure {
        Failure {
            field: Some("labels".to_owned()),
            ..Failure::new(ErrorCode::FieldNotUsable, self.to_string(), Some(Action::EditField))
        }
    }
}

impl ToFailure for KeyFileError {
    fn to_failure(self) -> Failure {
        file_not_usable(self.to_string())
    }
}

impl ToFailure for KeyMaterialError {
    fn to_failure(self) -> Failure {
        match self {
            Self::PasswordNeeded { .. } | Self::WrongPassword => {
                Failure::new(ErrorCode::FilePasswordRefused, self.to_string(), Some(Action::Retry))
            }
            error => file_not_usable(error.to_string()),
        }
    }
}

pub(crate) fn file_not_usable(message: impl Into<String>) -> Failure {
    Failure::new(ErrorCode::FileNotUsable, message, Some(Action::ReplaceCredential))
}

/// Why a file could not even be read, for a person. The shell opens files, since only it knows what was dropped.
#[must_use]
pub fn failure_of_file(error: OpenFileError) -> Failure {
    file_not_usable(error.to_string())
}

impl ToFailure for RotationRefused {
    fn to_failure(self) -> Failure {
        Failure::new(
            ErrorCode::RotationNotPossible,
            "This step does not fit where the rotation stands now. Look at the page again.",
            None,
        )
    }
}

impl ToFailure for ListenError {
    fn to_failure(self) -> Failure {
        let message = match self {
            Self::PortTaken { port, holder: Some(PortHolder::Program { name, process }) } => format!(
                "Port {port} is used by {name} (process {process}). End it or wait until it is done, then try again: this service sends the browser back to a fixed port, and no other is free."
            ),
            Self::PortTaken { port, holder: Some(PortHolder::Ourselves) } => format!(
                "Port {port} is used by another sign-in that still waits for the browser. Finish or cancel that one, then try again: this service sends the browser back to a fixed port, and no other is free."
            ),
            Self::PortTaken { port, .. } => format!(
                "Port {port} is used by another program. End it or wait until it is done, then try again: this service sends the browser back to a fixed port, and no other is free."
            ),
            Self::Blocked { port } => format!(
                "Port {port} was opened and does not answer, not even on this computer itself: a firewall or security program blocks it. Allow Storm Connect to receive connections on 127.0.0.1, then try again."
            ),
            _ => "This computer does not let Storm Connect wait for the browser on its own address (127.0.0.1). Check the firewall and try again.".to_owned(),
        };
        Failure::new(ErrorCode::PortNotOpened, message, Some(Action::Retry))
    }
}

impl ToFailure for BrowserError {
    fn to_failure(self) -> Failure {
        Failure::new(
            ErrorCode::BrowserNotOpened,
            "No browser could be opened. Copy the link and open it yourself.",
            Some(Action::Retry),
        )
    }
}

impl ToFailure for AuthorizationUrlError {
    fn to_failure(self) -> Failure {
        if let Self::NotPushed(failure) = self {
            return not_pushed(failure);
        }
        Failure::new(
            ErrorCode::FieldNotUsable,
            format!("The sign-in page cannot be opened safely: {self}. Check what you entered."),
            Some(Action::EditField),
        )
    }
}

/// The service wants the request beforehand; it is never opened without.
fn not_pushed(failure: RefreshFailure) -> Failure {
    match failure {
        RefreshFailure::Transient { kind, .. } => passing_trouble(kind, "The browser was not opened"),
        RefreshFailure::RequestRefused(words) => Failure::new(
            ErrorCode::RequestRefused,
            format!(
                "The service did not take the request ({}), so the browser was not opened. Check scopes and redirect URI.",
                quoted(&words)
            ),
            Some(Action::Retry),
        ),
        other => other.to_failure(),
    }
}

impl ToFailure for RedirectError {
    fn to_failure(self) -> Failure {
        match self {
            Self::TimedOut => Failure::new(
                ErrorCode::AuthorizationTimedOut,
                "The browser did not come back in time, and the port was closed. Nothing was changed; try again.",
                Some(Action::Retry),
            ),
            Self::Denied => Failure::new(
                ErrorCode::AuthorizationDenied,
                "Access was denied in the browser. Nothing was changed; try again when you want to approve.",
                Some(Action::Retry),
            ),
            Self::Replaced => Failure::new(
                ErrorCode::AuthorizationReplaced,
                "A newer sign-in for the same took its place. Go on in the newest browser tab; nothing was changed.",
                Some(Action::Retry),
            ),
            Self::Service(words) => Failure::new(
                ErrorCode::AuthorizationRefused,
                format!("The service ended the sign-in ({}). Nothing was changed.", quoted(&words)),
                Some(Action::Retry),
            ),
            _ => Failure::new(
                ErrorCode::AuthorizationRefused,
                "The answer came from another service than the one that was asked, so it was not used. Nothing was changed.",
                Some(Action::Retry),
            ),
        }
    }
}

impl ToFailure for RefreshFailure {
    fn to_failure(self) -> Failure {
        match self {
            Self::GrantRefused(words) | Self::InteractionRequired(words) => Failure::new(
                ErrorCode::CredentialRefused,
                format!("The service no longer accepts this credential ({}).", quoted(&words)),
                Some(Action::Reconnect),
            ),
            Self::RegistrationRefused(words) => Failure::new(
                ErrorCode::RegistrationRefused,
                format!(
                    "The service refused the app registration ({}). The tokens are kept; check the client id and secret.",
                    quoted(&words)
                ),
                Some(Action::EditRegistration),
            ),
            Self::RequestRefused(words) => Failure::new(
                ErrorCode::RequestRefused,
                format!("The service refused the request ({}). The tokens are kept.", quoted(&words)),
                None,
            ),
            Self::Transient { kind, .. } => Failure::new(
                ErrorCode::ServiceUnreachable,
                format!("{} Nothing was lost; it is tried again by itself.", transient_words(kind)),
                Some(Action::Retry),
            ),
            Self::NotPrepared => Failure::new(
                ErrorCode::VaultNotWritable,
                "The vault could not promise to keep a new token, so none was asked for. Free some space or check the data folder.",
                Some(Action::Retry),
            ),
            _ => Failure::new(
                ErrorCode::VaultNotWritable,
                "A new token came, but could not be saved yet. It is kept in memory and saved as soon as the disk allows; do not quit before.",
                Some(Action::Retry),
            ),
        }
    }
}

/// Passing trouble with something that is not tried again by itself; what did not come of it.
pub(crate) fn passing_trouble(kind: TransientKind, undone: &str) -> Failure {
    let message = format!("{} {undone}; try again.", transient_words(kind));
    Failure::new(ErrorCode::ServiceUnreachable, message, Some(Action::Retry))
}

/// One sentence on passing trouble.
pub(crate) fn transient_words(kind: TransientKind) -> &'static str {
    match kind {
        TransientKind::Dns => "The service's address was not found; check the network.",
        TransientKind::Connection => "The connection to the service failed.",
        TransientKind::Tls => "The service's certificate was not accepted, or a proxy stands in between.",
        TransientKind::Timeout => "The service did not answer in time.",
        TransientKind::TooLarge => "The service's answer was too large to be a token.",
        TransientKind::Redirected => {
            "The token endpoint redirected elsewhere, which is not followed with a secret in hand."
        }
        TransientKind::ServiceBusy => "The service is busy or has trouble.",
        TransientKind::IdTokenRefused => {
            "The ID token beside the service's new access token does not hold, so the token is not used."
        }
        TransientKind::NotAnAnswer => {
            "Something else than the service answered, such as a sign-in page of the network."
        }
        TransientKind::ClientKey => "The app registration's private key or certificate cannot be used.",
        _ => "The service's answer held no usable token.",
    }
}

/// The failure of a token that backs off.
pub(crate) fn failure_of_trouble(trouble: &Trouble) -> Failure {
    match trouble {
        Trouble::Service { kind } => Failure::new(
            ErrorCode::ServiceUnreachable,
            format!("{} It is tried again by itself.", transient_words(*kind)),
            Some(Action::Retry),
        ),
        Trouble::Registration { words } => RefreshFailure::RegistrationRefused(words.clone()).to_failure(),
        Trouble::Request { words } => RefreshFailure::RequestRefused(words.clone()).to_failure(),
        _ => RefreshFailure::NotStored.to_failure(),
    }
}

pub(crate) fn reconnect_needed(what_happened: &str) -> Failure {
    Failure::new(
        ErrorCode::ReconnectNeeded,
        format!("{what_happened} Reconnect it; nothing you set up is lost."),
        Some(Action::Reconnect),
    )
}

pub(crate) fn quoted(words: &ProviderWords) -> String {
    if words.description.is_empty() { words.code.clone() } else { format!("{}: {}", words.code, words.description) }
}
