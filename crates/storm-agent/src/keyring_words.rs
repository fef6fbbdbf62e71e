//! What each trouble with a keyring is called, and what to do about it.

use storm_domain::port::KeyringError;

/// What is said of a vault whose key is somewhere else than it should be.
pub(crate) const KEY_IS_SAFE: &str = "Nothing was deleted, and no new key was made.";

/// What happened, what to do, and a last word; `backend` is the keyring's name.
pub(crate) fn words_of_keyring(error: KeyringError, backend: &str, last: &str) -> String {
    let (happened, to_do) = match error {
        KeyringError::NoEntry => (
            format!("{backend} does not hold the key of this vault any more."),
            "Bring back the keyring it was made with, then try again.".to_owned(),
        ),
        KeyringError::PromptDismissed => (
            format!("{backend} is locked, and its prompt was dismissed."),
            "Try again, and unlock it when it asks.".to_owned(),
        ),
        KeyringError::TimedOut => (
            format!("{backend} is locked and waits for its password."),
            "Answer its prompt, then try again.".to_owned(),
        ),
        KeyringError::NoBus => (
            "This session has no D-Bus session bus, over which the keyring is reached.".to_owned(),
            "Start Storm Connect from your desktop session, or with dbus-run-session, then try again.".to_owned(),
        ),
        KeyringError::NoService => (
            "There is no keyring on this system: nothing answers as org.freedesktop.secrets, Keychain or Credential \
             Manager."
                .to_owned(),
            "Start the keyring (GNOME Keyring, KWallet or KeePassXC), then try again.".to_owned(),
        ),
        KeyringError::NoCollection => (
            format!("{backend} has no default keyring."),
            "Make one in your system's password program, then try again.".to_owned(),
        ),
        KeyringError::Refused => (
            format!("{backend} is installed, but it is switched off or ends as soon as it is started."),
            "Switch it on in the system settings, then try again.".to_owned(),
        ),
        KeyringError::Unresponsive => (
            format!("{backend} is running, but it does not answer."),
            "End it or log in anew, then try again.".to_owned(),
        ),
        KeyringError::Vanished => {
            (format!("{backend} ended while it was being asked."), "Start it, then try again.".to_owned())
        }
        KeyringError::AccessDenied => (
            format!("{backend} does not let this program have its entry."),
            "Allow it when it asks; after an update that is not signed, install the signed one. Then try again."
                .to_owned(),
        ),
        KeyringError::NoSession => (
            format!("{backend} cannot be opened in this session, such as one over SSH."),
            "Log in at the screen, then try again.".to_owned(),
        ),
        KeyringError::TooLong => {
            (format!("{backend} says that the key is too long for it."), "Try another keyring.".to_owned())
        }
        KeyringError::Ambiguous => (
            format!("{backend} holds several keys for this vault."),
            "Remove those that are too many, then try again.".to_owned(),
        ),
        KeyringError::Garbage => (
            format!("Something else overwrote this vault's key in {backend}."),
            "Bring back the keyring from a backup, then try again.".to_owned(),
        ),
        _ => (format!("{backend} reported an error."), "Try again; if that does not help, log in anew.".to_owned()),
    };
    format!("{happened} {to_do} {last}")
}
