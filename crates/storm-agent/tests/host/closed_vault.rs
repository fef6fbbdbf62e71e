//! Every reason for a closed vault: its screen, its words, its way out, and that nothing was changed meanwhile.

use std::sync::Arc;

use storm_agent::Host;
use storm_domain::port::KeyringError;
use storm_domain::{Action, ErrorCode, Event, Failure};
use storm_engine::view::{KeyProblem, VaultView, WayOut};
use storm_secret::{RecoveryCode, SecretBytes};
use tokio::task::JoinSet;

use super::desk::{Desk, PromptingKeyring, is_open};

fn refusal(host: &Host) -> Failure {
    let failure = host.engine().err().expect("the vault is open");
    assert_eq!((failure.code, failure.action), (ErrorCode::VaultLocked, Some(Action::Unlock)));
    failure
}

#[tokio::test]
async fn a_new_vault_is_open_and_says_what_protects_it() {
    let desk = Desk::new();
    let host = desk.host().await;
    assert_eq!(host.view().vault, VaultView::Unlocked { protection: "Fake keyring".to_owned() });
    assert_eq!(host.view().data_folder, desk.data().display().to_string());
    assert!(host.engine().unwrap().integrations().await.unwrap().is_empty());
    desk.events.wait_for(|event| *event == Event::VaultChanged).await;
    host.shut_down().await;
}

#[tokio::test]
async fn starting_waits_for_no_keyring_and_a_dismissed_prompt_can_be_tried_again() {
    let desk = Desk::new();
    let keyring = PromptingKeyring::default();
    let (asked, answer) = (keyring.asked.clone(), keyring.answer.clone());
    let host = Host::start(desk.options_with(keyring));
    asked.acquire().await.unwrap().forget();
    assert_eq!(host.view().vault, VaultView::Opening);
    assert!(refusal(&host).message.contains("is being opened"));
    answer.add_permits(1);
    host.wait_until_opened().await;
    let locked = VaultView::KeyringLocked { backend: "Prompting keyring".to_owned(), prompt_open: false };
    assert_eq!(host.view().vault, locked);
    let (retried, ()) = tokio::join!(host.retry_vault(), async {
        asked.acquire().await.unwrap().forget();
        assert_eq!(host.view().vault, VaultView::Opening);
        answer.add_permits(1);
    });
    assert_eq!(retried.unwrap().vault, locked);
    host.shut_down().await;
}

#[tokio::test]
async fn a_hundred_retries_make_one_prompt() {
    let desk = Desk::new();
    let keyring = PromptingKeyring::default();
    let (asked, answer) = (keyring.asked.clone(), keyring.answer.clone());
    let host = Host::start(desk.options_with(keyring));
    answer.add_permits(1);
    host.wait_until_opened().await;
    let prompts_before = asked.available_permits();
    answer.add_permits(100);
    let mut retries = JoinSet::new();
    for _ in 0..100 {
        let host = Arc::clone(&host);
        retries.spawn(async move { host.retry_vault().await });
    }
    assert_eq!(retries.join_all().await.len(), 100);
    assert_eq!(asked.available_permits() - prompts_before, 1);
    host.shut_down().await;
}

#[tokio::test]
async fn each_keyring_error_has_its_screen_and_its_words() {
    let locked = |prompt_open| move |view: &VaultView| matches!(view, VaultView::KeyringLocked { prompt_open: open, .. } if *open == prompt_open);
    let missing = |view: &VaultView| matches!(view, VaultView::KeyMissing { .. });
    type Fits = Box<dyn Fn(&VaultView) -> bool>;
    let table: [(KeyringError, Fits, &str); 6] = [
        (KeyringError::PromptDismissed, Box::new(locked(false)), "its prompt was dismissed"),
        (KeyringError::TimedOut, Box::new(locked(true)), "Answer its prompt"),
        (KeyringError::NoService, Box::new(missing), "There is no keyring on this system"),
        (KeyringError::Failed, Box::new(missing), "log in anew"),
        (KeyringError::Ambiguous, Box::new(missing), "Remove those that are too many"),
        (KeyringError::Garbage, Box::new(missing), "Bring back the keyring from a backup"),
    ];
    let desk = Desk::with_vault().await;
    for (error, fits, words) in table {
        desk.keyring.fail_always(Some(error));
        let host = desk.host().await;
        assert!(fits(&host.view().vault), "{error:?}: {:?}", host.view());
        assert!(refusal(&host).message.contains(words), "{error:?}: {}", refusal(&host).message);
        desk.keyring.fail_always(None);
        let view = host.retry_vault().await.unwrap();
        assert!(matches!(view.vault, VaultView::Unlocked { .. }), "{error:?}: {view:?}");
        host.shut_down().await;
    }
    assert_eq!(desk.keyring.writes(), 1, "a key was made though there is a vault");
}

#[tokio::test]
async fn a_wiped_keyring_is_a_missing_key_and_never_a_new_one() {
    let desk = Desk::with_vault().await;
    desk.keyring.wipe();
    let host = desk.host().await;
    let VaultView::KeyMissing { failure, .. } = host.view().vault else { panic!("{:?}", host.view()) };
    assert!(failure.message.contains("no new key was made"), "{failure}");
    assert_eq!((desk.keyring.writes(), desk.keyring.users()), (1, Vec::new()));
    host.shut_down().await;
}

#[tokio::test]
async fn the_key_of_another_vault_and_garbage_are_told_apart() {
    let (desk, other) = (Desk::with_vault().await, Desk::with_vault().await);
    let [user, other_user] = [&desk, &other].map(|desk| desk.keyring.users().remove(0));
    let foreign = storm_domain::port::Keyring::read(other.keyring.as_ref(), &other_user).await.unwrap();
    for (entry, words) in
        [(foreign, "belongs to another vault"), (SecretBytes::new(*b"junk"), "overwrote this vault's key")]
    {
        desk.keyring.put(&user, entry);
        let host = desk.host().await;
        let VaultView::KeyMissing { failure, .. } = host.view().vault else { panic!("{:?}", host.view()) };
        assert!(failure.message.contains(words), "{failure}");
        host.shut_down().await;
    }
}

#[tokio::test]
async fn a_keyring_that_forgets_asks_for_a_passphrase_like_none_at_all() {
    let desk = Desk::new();
    desk.keyring.forget_what_is_written();
    let host = desk.host().await;
    let VaultView::NoKeyring { problem, .. } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::Forgetful);
    assert!(refusal(&host).message.contains("did not keep the key"));
    host.shut_down().await;
}

#[tokio::test]
async fn a_second_host_on_the_same_data_is_told_that_the_vault_is_held() {
    let desk = Desk::with_vault().await;
    let first = desk.host().await;
    let mut options = desk.options();
    options.socket_path = Some(desk.socket().with_file_name("second.sock"));
    let second = Host::start(options);
    second.wait_until_opened().await;
    let VaultView::Failed { failure } = second.view().vault else { panic!("{:?}", second.view()) };
    assert!(failure.message.contains("Another Storm Connect"), "{failure}");
    first.shut_down().await;
    assert!(matches!(second.retry_vault().await.unwrap().vault, VaultView::Unlocked { .. }));
    second.shut_down().await;
}

#[tokio::test]
async fn a_damaged_database_is_said_and_left_as_it_is() {
    let desk = Desk::with_vault().await;
    let database = desk.data().join("vault.db");
    std::fs::write(&database, "not a database, and longer than any header of one would be".repeat(99)).unwrap();
    let before = std::fs::read(&database).unwrap();
    let host = desk.host().await;
    let VaultView::Failed { failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(failure.code, ErrorCode::VaultDamaged);
    assert!(failure.message.contains("last good copy"), "{failure}");
    host.shut_down().await;
    assert_eq!(std::fs::read(&database).unwrap(), before);
}

#[tokio::test]
async fn a_data_folder_that_cannot_be_made_is_said() {
    let desk = Desk::new();
    std::fs::write(desk.data(), "a file where the folder should be").unwrap();
    let host = desk.host().await;
    assert!(matches!(host.view().vault, VaultView::Failed { .. }), "{:?}", host.view());
    assert!(!is_open(&host));
    host.shut_down().await;
}

/// Copies a vault that is closed, as somebody does who changes computers.
fn copy_data(from: &Desk, to: &Desk) {
    let copied = std::process::Command::new("cp").arg("-r").arg(from.data()).arg(to.data()).status().unwrap();
    assert!(copied.success());
}

#[tokio::test]
async fn f105_a_database_from_another_computer_lacks_its_key_gets_no_new_one_and_opens_with_the_recovery_code() {
    let home = Desk::with_vault().await;
    let host = home.host().await;
    let code = host.reveal_new_recovery_code().await.unwrap();
    host.confirm_recovery_code(RecoveryCode::new(&code)).await.unwrap();
    host.shut_down().await;
    // Another computer, whose keyring is empty, or has the key of a vault of its own.
    for away in [Desk::new(), Desk::with_vault().await] {
        if away.data().exists() {
            std::fs::remove_dir_all(away.data()).unwrap();
        }
        copy_data(&home, &away);
        let (keys, writes) = (away.keyring.users(), away.keyring.writes());
        let database = std::fs::read(away.data().join("vault.db")).unwrap();
        let host = away.host().await;
        for _ in 0..2 {
            let view = host.retry_vault().await.unwrap();
            let VaultView::KeyMissing { problem, failure, .. } = view.vault else { panic!("{view:?}") };
            assert_eq!((problem, failure.code), (KeyProblem::NoEntry, ErrorCode::VaultLocked));
            assert!(failure.message.contains("no new key was made"), "{failure}");
            assert_eq!(view.ways_out, [WayOut::Retry, WayOut::RecoveryCode]);
            assert_eq!(refusal(&host).message, failure.message);
        }
        assert_eq!((away.keyring.users(), away.keyring.writes()), (keys, writes), "a new key was made");
        assert_eq!(std::fs::read(away.data().join("vault.db")).unwrap(), database, "the vault was changed");

        host.unlock_with_recovery_code(RecoveryCode::new(&code)).await.unwrap();
        assert!(host.view().protection.unwrap().keyring_lost);
        host.put_key_into_keyring().await.unwrap();
        host.shut_down().await;
        let host = away.host().await;
        assert!(is_open(&host), "{:?}", host.view());
        host.shut_down().await;
    }
    let host = home.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}
