//! What differs between the systems: which store, what it is called, and what "no access" means there.

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use secret_service_store::{NAME, connect, meaning_of_no_access, name};

#[cfg(target_os = "macos")]
pub(super) use keychain::{NAME, connect, meaning_of_no_access, name};

#[cfg(windows)]
pub(super) use credential_manager::{NAME, connect, meaning_of_no_access, name};

#[cfg(all(unix, not(target_os = "macos")))]
mod secret_service_store {
    use std::error::Error;

    use secret_service::Error as ServiceError;
    use storm_domain::port::KeyringError;
    use zbus::blocking::{Connection, fdo::DBusProxy};
    use zbus_secret_service_keyring_store::Store;

    pub(crate) const NAME: &str = "Secret Service";

    /// No bus, or nobody on it who keeps secrets.
    pub(crate) fn connect() -> Result<super::super::Store, KeyringError> {
        match Store::new() {
            Ok(store) => Ok(store),
            Err(_) => Err(KeyringError::NoService),
        }
    }

    /// The program behind the Secret Service, by the name its users know; "Secret Service" when it is none of the known ones.
    pub(crate) fn name() -> String {
        let known = match owner().unwrap_or_default() {
            owner if owner.starts_with("gnome-keyring") => "GNOME Keyring",
            owner if owner.starts_with("kwalletd") || owner.starts_with("ksecretd") => "KWallet",
            owner if owner.starts_with("keepassxc") => "KeePassXC",
            _ => NAME,
        };
        known.to_owned()
    }

    fn owner() -> Option<String> {
        let bus = Connection::session().ok()?;
        let service = "org.freedesktop.secrets".try_into().ok()?;
        let process = DBusProxy::new(&bus).ok()?.get_connection_unix_process_id(service).ok()?;
        std::fs::read_to_string(format!("/proc/{process}/comm")).ok()
    }

    pub(crate) fn meaning_of_no_access(cause: &(dyn Error + Send + Sync + 'static)) -> KeyringError {
        match cause.downcast_ref::<ServiceError>() {
            Some(ServiceError::Prompt | ServiceError::Locked) => KeyringError::PromptDismissed,
            Some(ServiceError::NoResult) => KeyringError::NoService, // there is no collection to write to
            _ => KeyringError::Failed,
        }
    }
}

#[cfg(target_os = "macos")]
mod keychain {
    use std::error::Error;

    use apple_native_keyring_store::keychain::Store;
    use storm_domain::port::KeyringError;

    pub(crate) const NAME: &str = "Keychain";

    pub(crate) fn connect() -> Result<super::super::Store, KeyringError> {
        match Store::new() {
            Ok(store) => Ok(store),
            Err(_) => Err(KeyringError::NoService),
        }
    }

    pub(crate) fn name() -> String {
        NAME.to_owned()
    }

    /// Denied, cancelled, or not allowed to ask.
    pub(crate) fn meaning_of_no_access(_: &(dyn Error + Send + Sync + 'static)) -> KeyringError {
        KeyringError::PromptDismissed
    }
}

#[cfg(windows)]
mod credential_manager {
    use std::error::Error;

    use storm_domain::port::KeyringError;
    use windows_native_keyring_store::Store;

    pub(crate) const NAME: &str = "Credential Manager";

    pub(crate) fn connect() -> Result<super::super::Store, KeyringError> {
        match Store::new() {
            Ok(store) => Ok(store),
            Err(_) => Err(KeyringError::NoService),
        }
    }

    pub(crate) fn name() -> String {
        NAME.to_owned()
    }

    /// A session without a logon, as over SSH.
    pub(crate) fn meaning_of_no_access(_: &(dyn Error + Send + Sync + 'static)) -> KeyringError {
        KeyringError::NoService
    }
}
