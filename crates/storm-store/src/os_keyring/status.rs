//! What the status codes of macOS and Windows mean. Plain tables, so that they are tested on every system.

use std::error::Error;

use storm_domain::port::KeyringError;

/// What lies beneath an error of a store.
#[cfg(target_os = "macos")]
pub(super) fn meaning(cause: &(dyn Error + Send + Sync + 'static)) -> KeyringError {
    cause
        .downcast_ref::<security_framework::base::Error>()
        .map_or(KeyringError::Failed, |error| of_keychain(error.code()))
}

/// What lies beneath an error of a store. The store keeps its error type to itself; its text is one of two fixed shapes.
#[cfg(not(target_os = "macos"))]
pub(super) fn meaning(cause: &(dyn Error + Send + Sync + 'static)) -> KeyringError {
    of_credential_manager(&cause.to_string())
}

/// `OSStatus` of the Keychain (SecBase.h).
#[cfg(any(target_os = "macos", test))]
pub(super) fn of_keychain(status: i32) -> KeyringError {
    match status {
        // errSecUserCanceled, errSecAuthFailed: the prompt for the keychain's password was cancelled or answered wrongly.
        -128 | -25293 => KeyringError::PromptDismissed,
        // errSecInteractionNotAllowed: a session without a screen, such as SSH, cannot unlock the keychain.
        -25308 => KeyringError::NoSession,
        // errSecNoAccessForItem, errSecMissingEntitlement, errSecInvalidOwnerEdit: "Deny" was pressed, or the program was
        // replaced by one that is signed otherwise or not at all.
        -25243 | -34018 | -25244 => KeyringError::AccessDenied,
        // errSecNotAvailable, errSecNoSuchKeychain, errSecNoDefaultKeychain
        -25291 | -25294 | -25307 => KeyringError::NoService,
        // errSecDuplicateItem
        -25299 => KeyringError::Ambiguous,
        // errSecDecode
        -26275 => KeyringError::Garbage,
        // errSecItemNotFound
        -25300 => KeyringError::NoEntry,
        _ => KeyringError::Failed,
    }
}

/// The text of an error of the Credential Manager (winerror.h).
#[cfg(any(not(target_os = "macos"), test))]
pub(super) fn of_credential_manager(text: &str) -> KeyringError {
    if text.ends_with("ERROR_NO_SUCH_LOGON_SESSION") {
        return KeyringError::NoSession; // over SSH, or a service without a profile
    }
    match text.strip_prefix("Windows error code ").and_then(|code| code.parse::<u32>().ok()) {
        // ERROR_SERVICE_DISABLED
        Some(1058) => KeyringError::Refused,
        // ERROR_SERVICE_NOT_ACTIVE, RPC_S_SERVER_UNAVAILABLE: the service behind the Credential Manager is stopped.
        Some(1062 | 1722) => KeyringError::NoService,
        // ERROR_ACCESS_DENIED
        Some(5) => KeyringError::AccessDenied,
        // ERROR_CANCELLED
        Some(1223) => KeyringError::PromptDismissed,
        // RPC_X_BAD_STUB_DATA: what the system answers for an entry that is too long.
        Some(1783) => KeyringError::TooLong,
        _ => KeyringError::Failed,
    }
}
