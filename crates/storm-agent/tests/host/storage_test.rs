//! Whether secrets can be kept, as the window asks for it: each check with its outcome, and an end in time.

use std::sync::Arc;

use storm_agent::Host;
use storm_domain::port::KeyringError;
use storm_domain::{ErrorCode, Failure};
use storm_engine::view::{KeyProblem, StorageCheck, StorageOutcome, StorageTestView};
use storm_secret::Passphrase;

use super::desk::Desk;

const PASSPHRASE: &str = "correct horse battery";

fn outcome(tested: &StorageTestView, check: StorageCheck) -> &StorageOutcome {
    &tested.checks.iter().find(|one| one.check == check).unwrap().outcome
}

fn failure(tested: &StorageTestView, check: StorageCheck) -> (Option<KeyProblem>, &Failure) {
    match outcome(tested, check) {
        StorageOutcome::Failed { problem, failure } => (*problem, failure),
        other => panic!("{check:?}: {other:?}"),
    }
}

fn kinds(tested: &StorageTestView) -> Vec<StorageCheck> {
    tested.checks.iter().map(|one| one.check).collect()
}

/// Room is what this machine has of it.
fn ensure_the_rest_passed(tested: &StorageTestView) {
    for check in [StorageCheck::VaultRoundTrip, StorageCheck::Folder] {
        assert_eq!(*outcome(tested, check), StorageOutcome::Passed, "{check:?}");
    }
}

async fn activity(host: &Host) -> usize {
    host.engine().unwrap().activity(None, 50).await.unwrap().len()
}

#[tokio::test]
async fn a_sound_vault_passes_every_check_and_keeps_no_trace_of_it() {
    let desk = Desk::new();
    let host = desk.host().await;
    let (users, log) = (desk.keyring.users(), activity(&host).await);
    let tested = host.test_storage().await.unwrap();
    use StorageCheck::{Folder, Keyring, KeyringRoundTrip, Space, VaultRoundTrip};
    assert_eq!(kinds(&tested), [Keyring, KeyringRoundTrip, VaultRoundTrip, Folder, Space]);
    for check in [Keyring, KeyringRoundTrip] {
        assert_eq!(*outcome(&tested, check), StorageOutcome::Passed, "{check:?}");
    }
    ensure_the_rest_passed(&tested);
    assert_eq!((desk.keyring.users(), activity(&host).await), (users, log));

    // Several windows' worth at once do not disturb each other.
    let many = (0..8).map(|_| {
        let host = Arc::clone(&host);
        tokio::spawn(async move { host.test_storage().await.unwrap() })
    });
    for tested in many.collect::<Vec<_>>() {
        let tested = tested.await.unwrap();
        assert_eq!(*outcome(&tested, KeyringRoundTrip), StorageOutcome::Passed);
        ensure_the_rest_passed(&tested);
    }
    host.shut_down().await;
}

#[tokio::test]
async fn a_keyring_that_was_locked_meanwhile_is_told_and_its_round_trip_is_not_tried() {
    let desk = Desk::new();
    let host = desk.host().await;
    let writes = desk.keyring.writes();
    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let tested = host.test_storage().await.unwrap();
    let (problem, told) = failure(&tested, StorageCheck::Keyring);
    assert_eq!((problem, told.code), (Some(KeyProblem::PromptDismissed), ErrorCode::KeyringRefused));
    assert!(told.message.contains("unlock it when it asks"), "{told}");
    assert!(told.message.ends_with("the next start may not open the vault."), "{told}");
    assert_eq!(*outcome(&tested, StorageCheck::KeyringRoundTrip), StorageOutcome::NotTried);
    ensure_the_rest_passed(&tested);
    assert_eq!(desk.keyring.writes(), writes);

    host.set_passphrase(Passphrase::new(PASSPHRASE)).await.unwrap();
    desk.keyring.fail_next(KeyringError::PromptDismissed);
    let tested = host.test_storage().await.unwrap();
    assert!(failure(&tested, StorageCheck::Keyring).1.message.ends_with("Your passphrase opens the vault meanwhile."));
    assert_eq!(*outcome(&tested, StorageCheck::Passphrase), StorageOutcome::Passed);
    host.shut_down().await;
}

#[tokio::test]
async fn a_keyring_that_forgets_is_told_before_the_day_it_is_needed() {
    let desk = Desk::new();
    let host = desk.host().await;
    desk.keyring.forget_what_is_written();
    let tested = host.test_storage().await.unwrap();
    let (problem, told) = failure(&tested, StorageCheck::KeyringRoundTrip);
    assert_eq!(problem, Some(KeyProblem::Forgetful));
    assert!(told.message.contains("did not keep what it was given"), "{told}");
    assert!(super::desk::is_open(&host), "a test closes nothing");
    host.shut_down().await;
}

#[tokio::test]
async fn a_vault_under_a_passphrase_is_tried_without_a_keyring() {
    let desk = Desk::new();
    desk.keyring.fail_always(Some(KeyringError::NoService));
    let host = desk.host().await;
    assert_eq!(host.test_storage().await.unwrap_err().code, ErrorCode::VaultLocked, "there is no vault yet");
    host.create_passphrase_vault(Passphrase::new(PASSPHRASE)).await.unwrap();
    let tested = host.test_storage().await.unwrap();
    use StorageCheck::{Folder, Passphrase as Under, Space, VaultRoundTrip};
    assert_eq!(kinds(&tested), [Under, VaultRoundTrip, Folder, Space]);
    assert_eq!(*outcome(&tested, Under), StorageOutcome::Passed);
    ensure_the_rest_passed(&tested);
    host.shut_down().await;
}

#[cfg(target_os = "linux")]
mod with_a_secret_service {
    use std::time::Duration;

    use storm_store::OsKeyring;
    use storm_testkit::{OnPrompt, Script};
    use tokio::time::{Instant, timeout};

    use super::super::desk::is_open;
    use super::super::keyring_rig::Rig;
    use super::*;

    /// Longer than anything is waited for; shorter than a prompt's own deadline.
    const LONG: Duration = Duration::from_secs(25);

    #[tokio::test]
    async fn a_round_trip_leaves_the_one_entry_there_was() {
        let rig = Rig::new().await;
        let host = rig.host().await;
        let tested = host.test_storage().await.unwrap();
        assert_eq!(*outcome(&tested, StorageCheck::KeyringRoundTrip), StorageOutcome::Passed);
        assert_eq!((rig.service.entries(), rig.service.writes()), (1, 2));
        host.shut_down().await;
    }

    #[tokio::test]
    async fn a_prompt_that_nobody_answers_ends_the_test_in_time_and_leaves_nothing_when_it_is_answered_later() {
        let rig = Rig::new().await;
        let keyring = OsKeyring::on_bus(rig.bus.address(), Duration::from_secs(30));
        let host = Host::start(rig.desk.options_with(keyring));
        host.wait_until_opened().await;
        assert!(is_open(&host), "{:?}", host.view());
        rig.service.script(Script { is_locked: true, on_prompt: OnPrompt::Wait, ..Script::default() });
        let begun = Instant::now();
        let tested = timeout(LONG, host.test_storage()).await.expect("the test waits for the prompt").unwrap();
        assert_eq!(failure(&tested, StorageCheck::Keyring).0, Some(KeyProblem::PromptOpen));
        assert_eq!(*outcome(&tested, StorageCheck::KeyringRoundTrip), StorageOutcome::NotTried);
        ensure_the_rest_passed(&tested);
        assert!(begun.elapsed() < LONG);
        assert_eq!(rig.service.writes(), 1, "nothing may be written behind a prompt");
        timeout(Duration::from_secs(3), host.shut_down()).await.expect("the end waits for the keyring");
        assert_eq!(rig.service.entries(), 1);
    }
}
