//! The one shape in which a failure reaches a person: a code, what happened, what to do.
//!
//! A code exists only because the UI does something with it: its table over the codes is total, so a new code breaks the
//! UI's build until it has a title, a text and a button.

use serde::{Deserialize, Serialize};

/// What kind of failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ErrorCode {
    /// The vault is locked, or its key cannot be reached.
    VaultLocked,
    /// The disk is full.
    DiskFull,
    /// The vault cannot be written or read.
    VaultNotWritable,
    /// The vault or a record in it is damaged.
    VaultDamaged,
    /// The vault was put back from a copy, and nothing is refreshed before the user goes on.
    VaultRestored,
    /// The vault belongs to a newer version.
    VaultNewer,
    /// The passphrase is wrong or too short.
    PassphraseRefused,
    /// The recovery code is mistyped, or another vault's.
    RecoveryCodeRefused,
    /// The keyring did not take or keep the key.
    KeyringRefused,
    /// What was asked for does not exist any more.
    NotFound,
    /// Something else changed it first.
    ChangedMeanwhile,
    /// A pasted key is empty, spans lines, or is plainly something else.
    KeyNotUsable,
    /// A field does not fit its pattern.
    FieldNotUsable,
    /// A file is not a credentials file that fits.
    FileNotUsable,
    /// A file under a password is not opened by the one that was entered.
    FilePasswordRefused,
    /// A file could not be written where the user chose.
    FileNotWritten,
    /// The clipboard is empty or cannot be read.
    ClipboardEmpty,
    /// No browser could be opened.
    BrowserNotOpened,
    /// The loopback port could not be opened.
    PortNotOpened,
    /// The user pressed Deny.
    AuthorizationDenied,
    /// The browser never came back.
    AuthorizationTimedOut,
    /// A code for another device was not entered in time.
    CodeExpired,
    /// A newer attempt replaced this one.
    AuthorizationReplaced,
    /// The redirect was not what was expected.
    AuthorizationRefused,
    /// The service's ID token does not hold, so that it is not certain who signed in.
    IdTokenRefused,
    /// The service refused the grant or credential.
    CredentialRefused,
    /// The app registration is refused.
    RegistrationRefused,
    /// The service refused the request itself.
    RequestRefused,
    /// The service could not be reached or did not answer usefully.
    ServiceUnreachable,
    /// An access token is not to be had before the user reconnects.
    ReconnectNeeded,
    /// The integration is paused.
    Paused,
    /// Lending is not switched on for this integration.
    LendingNotAllowed,
    /// The step does not fit where the rotation stands.
    RotationNotPossible,
    /// The new credential belongs to another account.
    DifferentAccount,
    /// Not possible for this connector or method.
    NotSupported,
    /// A fault of the program itself.
    Internal,
}

/// The one thing to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Try the same again.
    Retry,
    /// Authorize again.
    Reconnect,
    /// Mend the app registration.
    EditRegistration,
    /// Paste or drop another credential.
    ReplaceCredential,
    /// Mend the named field.
    EditField,
    /// Unlock the vault.
    Unlock,
    /// Allow lending.
    AllowLending,
    /// Open the network settings.
    NetworkSettings,
}

/// A failure as the window and the command line get it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// What kind.
    pub code: ErrorCode,
    /// What happened and what to do, in plain sentences. Never holds a secret.
    pub message: String,
    /// The fitting button, if there is one.
    pub action: Option<Action>,
    /// The field it is about, for [`ErrorCode::FieldNotUsable`].
    pub field: Option<String>,
    /// The connector that a pasted key belongs to instead, for [`ErrorCode::KeyNotUsable`].
    pub connector: Option<String>,
}

impl Failure {
    /// A failure without a field or a connector.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>, action: Option<Action>) -> Self {
        Self { code, message: message.into(), action, field: None, connector: None }
    }
}
