//! Which keyring a system has, and what it is called before anybody has asked it.

use std::time::Duration;

use storm_domain::port::KeyringError;

use super::Connected;

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) use super::secret_service::NAME;

#[cfg(target_os = "macos")]
pub(super) const NAME: &str = "Keychain";

#[cfg(windows)]
pub(super) const NAME: &str = "Credential Manager";

#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn connect(deadline: Duration) -> Result<Connected, KeyringError> {
    super::secret_service::connect(None, deadline)
}

#[cfg(target_os = "macos")]
pub(super) fn connect(_: Duration) -> Result<Connected, KeyringError> {
    let store = apple_native_keyring_store::keychain::Store::new().map_err(|_| KeyringError::NoService)?;
    Ok(super::core_store::access(store, NAME))
}

#[cfg(windows)]
pub(super) fn connect(_: Duration) -> Result<Connected, KeyringError> {
    let store = windows_native_keyring_store::Store::new().map_err(|_| KeyringError::NoService)?;
    Ok(super::core_store::access(store, NAME))
}
