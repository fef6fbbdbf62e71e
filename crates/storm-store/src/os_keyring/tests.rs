//! The keyring thread, over the mock store of keyring-core.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyring_core::mock;

use super::*;

const USER: &str = "mk:vault:key";
const PATIENT: Duration = Duration::from_secs(60);

fn keyring(deadline: Duration, connect: impl Fn() -> Result<Store, KeyringError> + Send + Sync + 'static) -> OsKeyring {
    OsKeyring { deadline, connect: Arc::new(connect), calls: Mutex::new(None), backend: Arc::default() }
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
        (Error::TooLong("secret".into(), 2_560), KeyringError::Failed),
    ];
    for (error, expected) in table {
        let shown = error.to_string();
        assert_eq!(meaning(&error), expected, "{shown}");
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn no_access_is_a_dismissed_prompt_or_a_missing_collection() {
    use secret_service::Error as ServiceError;
    for (cause, expected) in [
        (ServiceError::Prompt, KeyringError::PromptDismissed),
        (ServiceError::Locked, KeyringError::PromptDismissed),
        (ServiceError::NoResult, KeyringError::NoService),
    ] {
        assert_eq!(meaning(&Error::NoStorageAccess(Box::new(cause))), expected);
    }
}
