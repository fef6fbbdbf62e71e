//! The keyring thread, over the mock store of keyring-core.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyring_core::{CredentialStore, Error, mock};

use super::core_store::{access, meaning};
use super::*;

const USER: &str = "mk:vault:key";
const PATIENT: Duration = Duration::from_secs(60);

type Store = Arc<CredentialStore>;

fn keyring(deadline: Duration, connect: impl Fn() -> Result<Store, KeyringError> + Send + Sync + 'static) -> OsKeyring {
    OsKeyring::connected_by(deadline, move |_| connect().map(|store| access(store, "Mock")))
}

fn mock_store() -> Store {
    mock::Store::new().unwrap()
}

/// The next call on our entry of this store fails like this.
fn fail_next(store: &Store, error: Error) {
    let entry = store.build(SERVICE, USER, None).unwrap();
    entry.as_any().downcast_ref::<mock::Cred>().unwrap().set_error(error);
}

fn platform_failure() -> Error {
    Error::PlatformFailure("gone".into())
}

#[tokio::test]
async fn what_was_written_is_read_back_and_nothing_else() {
    let store = mock_store();
    let keyring = keyring(PATIENT, move || Ok(Arc::clone(&store)));
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::NoEntry);
    keyring.write(USER, &SecretBytes::new(*b"line")).await.unwrap();
    // EXPOSE: compared in a test.
    assert_eq!(keyring.read(USER).await.unwrap().expose(), b"line");
    assert_eq!(keyring.read("mk:vault:other").await.unwrap_err(), KeyringError::NoEntry);
    for _ in 0..2 {
        keyring.remove(USER).await.unwrap();
        assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::NoEntry);
    }
}

#[tokio::test]
async fn a_stuck_prompt_is_given_up_and_answered_later() {
    let (unlock, prompt) = mpsc::channel::<()>();
    let prompt = Mutex::new(prompt);
    let keyring = keyring(Duration::from_millis(20), move || {
        prompt.lock().unwrap().recv().unwrap(); // as long as the user lets it wait
        Ok(mock_store())
    });
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::TimedOut);
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::TimedOut, "it waits for the same prompt");
    unlock.send(()).unwrap();
    let patient = OsKeyring { deadline: PATIENT, ..keyring };
    assert_eq!(patient.read(USER).await.unwrap_err(), KeyringError::NoEntry);
}

#[tokio::test]
async fn a_keyring_that_comes_up_late_is_seen() {
    let tries = AtomicUsize::new(0);
    let keyring = keyring(PATIENT, move || match tries.fetch_add(1, Ordering::Relaxed) {
        0 => Err(KeyringError::NoService),
        _ => Ok(mock_store()),
    });
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::NoService);
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::NoEntry);
}

#[tokio::test]
async fn a_connection_that_died_with_its_service_is_made_anew() {
    let (first, second) = (mock_store(), mock_store());
    second.build(SERVICE, USER, None).unwrap().set_secret(b"line").unwrap();
    let stores = Mutex::new(vec![second, Arc::clone(&first)]);
    let keyring = keyring(PATIENT, move || stores.lock().unwrap().pop().ok_or(KeyringError::NoService));
    assert_eq!(keyring.read(USER).await.unwrap_err(), KeyringError::NoEntry);
    fail_next(&first, platform_failure());
    // EXPOSE: compared in a test.
    assert_eq!(keyring.read(USER).await.unwrap().expose(), b"line");
}

#[test]
fn each_error_of_the_keyring_has_its_meaning() {
    let table = [
        (Error::NoEntry, KeyringError::NoEntry),
        (platform_failure(), KeyringError::Failed),
        (Error::BadEncoding(vec![0xff]), KeyringError::Garbage),
        (Error::BadDataFormat(vec![], "no".into()), KeyringError::Garbage),
        (Error::Ambiguous(vec![]), KeyringError::Ambiguous),
        (Error::NoDefaultStore, KeyringError::NoService),
    ];
    for (error, expected) in table {
        let shown = error.to_string();
        assert_eq!(meaning(&error), expected, "{shown}");
    }
}

#[test]
fn f132_each_refusal_of_the_keychain_is_told_apart() {
    let table = [
        (-128, KeyringError::PromptDismissed),   // cancelled
        (-25293, KeyringError::PromptDismissed), // locked, wrong password
        (-25308, KeyringError::NoSession),       // locked, and no screen to ask on
        (-25243, KeyringError::AccessDenied),    // denied
        (-34018, KeyringError::AccessDenied),    // an update that is not signed
        (-25244, KeyringError::AccessDenied),    // an update that is signed by another
        (-25294, KeyringError::NoService),
        (-25300, KeyringError::NoEntry),
        (-1, KeyringError::Failed),
    ];
    for (code, expected) in table {
        assert_eq!(status::of_keychain(code), expected, "{code}");
    }
}

#[test]
fn f133_each_refusal_of_the_credential_manager_is_told_apart() {
    let table = [
        ("Windows ERROR_NO_SUCH_LOGON_SESSION", KeyringError::NoSession), // over SSH
        ("Windows error code 1062", KeyringError::NoService),             // its service is stopped
        ("Windows error code 1722", KeyringError::NoService),
        ("Windows error code 1058", KeyringError::Refused),
        ("Windows error code 5", KeyringError::AccessDenied),
        ("Windows error code 1783", KeyringError::TooLong),
        ("Windows error code 87", KeyringError::Failed),
        ("something else", KeyringError::Failed),
    ];
    for (text, expected) in table {
        assert_eq!(meaning(&Error::PlatformFailure(text.into())), expected, "{text}");
    }
    assert_eq!(meaning(&Error::TooLong("secret".into(), 2_560)), KeyringError::TooLong);
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn each_error_on_the_bus_has_its_meaning() {
    let table = [
        ("org.freedesktop.DBus.Error.ServiceUnknown", KeyringError::NoService),
        ("org.freedesktop.DBus.Error.Spawn.ChildExited", KeyringError::Refused),
        ("org.freedesktop.DBus.Error.AccessDenied", KeyringError::Refused),
        ("org.freedesktop.DBus.Error.NoReply", KeyringError::Vanished),
        ("org.freedesktop.DBus.Error.TimedOut", KeyringError::Unresponsive),
        ("org.freedesktop.Secret.Error.IsLocked", KeyringError::PromptDismissed),
        ("org.freedesktop.Secret.Error.NoSession", KeyringError::Failed),
    ];
    for (name, expected) in table {
        assert_eq!(secret_service::of_name(name), expected, "{name}");
    }
    use ::secret_service::Error as ServiceError;
    assert_eq!(secret_service::meaning(ServiceError::Prompt), KeyringError::PromptDismissed);
    assert_eq!(secret_service::meaning(ServiceError::NoResult), KeyringError::NoCollection);
    assert_eq!(secret_service::meaning(ServiceError::Unavailable), KeyringError::NoBus);
}
