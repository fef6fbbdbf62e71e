//! Every state of a Secret Service that keeps the vault's key from us. What a real keyring shows on demand is tested with one,
//! in the workspace's tests.

use std::process::Stdio;
use std::time::Duration;

use storm_engine::view::{KeyProblem, VaultView, WayOut};
use storm_testkit::{OnPrompt, Script};
use tokio::process::Command;
use tokio::time::timeout;

use super::desk::is_open;
use super::keyring_rig::{Rig, is_unlocked};

#[tokio::test]
async fn f116_without_a_bus_the_cause_is_named_and_the_recovery_code_opens_the_vault() {
    let rig = Rig::with_vault().await;
    let host = rig.host_on("unix:path=/nonexistent/bus").await;
    rig.ensure_recoverable(&host, Some(KeyProblem::NoBus), "no D-Bus session bus").await;
}

#[tokio::test]
async fn f117_a_bus_without_a_keyring_is_named_and_a_keyring_that_is_started_opens_the_vault() {
    let rig = Rig::with_vault().await;
    rig.service.vanish().await;
    let host = rig.host().await;
    rig.ensure_recoverable(&host, Some(KeyProblem::NoService), "nothing answers as org.freedesktop.secrets").await;
    let host = rig.host().await;
    rig.service.appear_on(&rig.bus).await;
    assert!(is_unlocked(&host.retry_vault().await.unwrap()), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn f118_a_keyring_that_hangs_is_told_from_a_prompt_that_waits() {
    let rig = Rig::with_vault().await;
    let host = rig.host_with(Script { hangs: true, ..Script::default() }).await;
    rig.ensure_recoverable(&host, Some(KeyProblem::Unresponsive), "is running, but it does not answer").await;
    let host = rig.host_with(Script::default()).await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn an_entry_that_hides_behind_a_lock_is_not_taken_for_missing() {
    let rig = Rig::with_vault().await;
    let hidden = |on_prompt| Script { is_locked: true, hides_while_locked: true, on_prompt, ..Script::default() };
    let host = rig.host_with(hidden(OnPrompt::Dismiss)).await;
    rig.ensure_recoverable(&host, None, "its prompt was dismissed").await;
    let host = rig.host_with(hidden(OnPrompt::Unlock)).await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn f122_a_keyring_that_ends_when_it_is_written_to_makes_no_vault_until_it_works() {
    let rig = Rig::new().await;
    let host = rig.host_with(Script { ends_on_write: true, ..Script::default() }).await;
    let VaultView::NoKeyring { problem, failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::Vanished);
    assert!(failure.message.contains("ended while it was being asked"), "{failure}");
    assert_eq!(host.view().ways_out, [WayOut::CreatePassphrase, WayOut::Retry]);
    rig.ensure_serving(&host).await;
    assert_eq!(rig.service.entries(), 0);

    rig.service.script(Script::default());
    rig.service.appear_on(&rig.bus).await;
    assert!(is_unlocked(&host.retry_vault().await.unwrap()), "{:?}", host.view());
    assert_eq!(rig.service.entries(), 1);
    timeout(Duration::from_secs(3), host.shut_down()).await.unwrap();
}

#[tokio::test]
async fn a_keyring_that_ends_behind_its_own_prompt_is_noticed_and_asked_again() {
    let rig = Rig::with_vault().await;
    rig.service.script(Script { is_locked: true, on_prompt: OnPrompt::Wait, ..Script::default() });
    let (host, ()) = tokio::join!(rig.host(), async {
        rig.service.wait_for_prompts(1).await;
        rig.service.vanish().await;
    });
    rig.ensure_recoverable(&host, Some(KeyProblem::Vanished), "ended while it was being asked").await;
    rig.service.appear_on(&rig.bus).await;
    let host = rig.host_with(Script::default()).await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}

#[tokio::test]
async fn f127_a_keyring_wiped_between_writing_and_reading_back_is_not_trusted_with_a_new_key() {
    let rig = Rig::new().await;
    let host = rig.host_with(Script { forgets: true, ..Script::default() }).await;
    let VaultView::NoKeyring { problem, failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::Forgetful);
    assert!(failure.message.contains("did not keep the key"), "{failure}");
    assert_eq!(host.view().ways_out, [WayOut::CreatePassphrase, WayOut::Retry]);
    rig.ensure_serving(&host).await;

    rig.service.script(Script::default());
    assert!(is_unlocked(&host.retry_vault().await.unwrap()), "no header names the key that is gone");
    timeout(Duration::from_secs(3), host.shut_down()).await.unwrap();
}

#[tokio::test]
async fn f129_a_keyring_that_is_switched_off_is_named() {
    // As KWallet does: it is installed, is started, and ends at once because its settings say so.
    let rig = Rig::with_vault().await;
    rig.service.vanish().await;
    rig.bus.install_keyring("/bin/false");
    let host = rig.host().await;
    rig.ensure_recoverable(&host, Some(KeyProblem::Refused), "it is switched off").await;

    rig.service.appear_on(&rig.bus).await;
    let host = rig.host_with(Script { refuses_with: Some("AccessDenied"), ..Script::default() }).await;
    rig.ensure_recoverable(&host, Some(KeyProblem::Refused), "Switch it on in the system settings").await;
}

#[tokio::test]
async fn f130_without_a_default_collection_a_key_that_is_there_is_found_and_one_that_is_not_is_explained() {
    let rig = Rig::with_vault().await;
    let lacking = Script { lacks_default: true, ..Script::default() };
    let host = rig.host_with(lacking.clone()).await;
    assert!(is_open(&host), "the entry needs no default collection to be found: {:?}", host.view());
    host.shut_down().await;
    rig.service.wipe();
    let host = rig.host_with(lacking.clone()).await;
    rig.ensure_recoverable(&host, Some(KeyProblem::NoCollection), "has no default keyring").await;

    let new = Rig::new().await;
    let host = new.host_with(lacking).await;
    let VaultView::NoKeyring { problem, failure } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::NoCollection);
    assert!(failure.message.contains("Make one in your system's password program"), "{failure}");
    assert_eq!(new.service.writes(), 0);
    host.shut_down().await;
}

#[tokio::test]
async fn f131_a_bus_that_comes_up_after_the_program_opens_the_vault_by_itself() {
    let mut rig = Rig::with_vault().await;
    rig.service.vanish().await;
    rig.bus.stop();
    let host = rig.host().await;
    let VaultView::KeyMissing { problem, failure, .. } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::NoBus);
    assert!(failure.message.contains("no D-Bus session bus"), "{failure}");
    assert_eq!(host.view().ways_out, [WayOut::Retry, WayOut::RecoveryCode]);
    rig.ensure_serving(&host).await;

    rig.bus.start();
    rig.service.appear_on(&rig.bus).await;
    rig.wait_until_open(&host).await;
    assert_eq!(host.engine().unwrap().integrations().await.unwrap().len(), 1);
    assert_eq!(rig.service.writes(), 1, "a key was made though there is a vault");
    host.shut_down().await;
}

#[tokio::test]
async fn f134_a_program_that_is_told_to_end_while_a_prompt_is_open_ends_within_three_seconds() {
    let rig = Rig::new().await;
    rig.service.script(Script { is_locked: true, on_prompt: OnPrompt::Wait, ..Script::default() });
    let mut agent = Command::new(env!("CARGO_BIN_EXE_storm-agent"))
        .arg("--data-folder")
        .arg(rig.desk.data())
        .arg("--socket")
        .arg(rig.desk.socket())
        .env_clear()
        .env("DBUS_SESSION_BUS_ADDRESS", rig.bus.address())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    timeout(Duration::from_secs(30), rig.service.wait_for_prompts(1)).await.expect("no prompt is shown");
    let id = i32::try_from(agent.id().unwrap()).unwrap();
    let id = rustix::process::Pid::from_raw(id).unwrap();
    rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    let ended = timeout(Duration::from_secs(3), agent.wait()).await.expect("the prompt holds up the end");
    assert!(ended.unwrap().success());
    assert!(!rig.desk.socket().exists());
}

#[tokio::test]
async fn a_doubled_entry_is_told_and_putting_the_key_back_leaves_one() {
    let rig = Rig::with_vault().await;
    rig.service.double().await;
    let host = rig.host().await;
    let VaultView::KeyMissing { problem, .. } = host.view().vault else { panic!("{:?}", host.view()) };
    assert_eq!(problem, KeyProblem::Ambiguous);
    host.unlock_with_recovery_code(super::keyring_rig::code(&rig.recovery_code)).await.unwrap();
    let view = host.put_key_into_keyring().await.unwrap();
    assert!(view.protection.is_some_and(|protection| protection.keyring && !protection.keyring_lost));
    host.shut_down().await;
    assert_eq!(rig.service.entries(), 1);
    let host = rig.host().await;
    assert!(is_open(&host), "{:?}", host.view());
    host.shut_down().await;
}
