//! The real gnome-keyring: what is kept in it, and each way in which it can keep the vault's key from us.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use storm_domain::Failure;
use storm_engine::view::{KeyProblem, StorageCheck, StorageOutcome, VaultView, WayOut};
use storm_secret::RecoveryCode;
use storm_store::OsKeyring;
use storm_tests::program::{private_folder, run};
use storm_tests::{Desktop, Headless, Outcome, Practice, StepError, ensure};

const NAME: &str = "Nightly sync";
const SERVICE: &str = "dev.stormconnect.app";

/// A vault with one integration in it, closed again.
async fn filled(data: &Path) -> Outcome<Practice> {
    let practice = Practice::start().await?;
    let key = practice.create_key("kept").await?;
    let headless = Headless::start(data).await?;
    headless.connect_key(&practice, NAME, &key).await?;
    headless.stop().await;
    Ok(practice)
}

async fn ensure_everything_is_there(headless: &Headless) -> Outcome {
    let all = headless.engine()?.integrations().await;
    let names: Vec<_> = all.iter().flatten().map(|one| one.name.as_str()).collect();
    ensure(names == [NAME], || format!("the vault holds {names:?}"))
}

/// Attributes and secrets of everything this program keeps in the keyring.
async fn entries() -> Outcome<String> {
    run("secret-tool", &["search", "--all", "service", SERVICE]).await
}

fn sorted(entries: &str) -> Vec<&str> {
    let mut lines: Vec<_> = entries.lines().collect();
    lines.sort_unstable();
    lines
}

/// What the entries show of themselves, without their secrets.
fn titles(entries: &str) -> String {
    entries.lines().filter(|line| !line.starts_with("secret = ")).collect::<Vec<_>>().join("; ")
}

#[tokio::test]
async fn the_keyring_holds_one_key_and_nothing_else() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let before = entries().await.unwrap_or_default().matches("secret = ").count();
    let _practice = filled(&folder.path().join("data")).await?;
    let entries = entries().await?;
    let secrets: Vec<&str> = entries.lines().filter_map(|line| line.strip_prefix("secret = ")).collect();
    ensure(secrets.len() == before + 1, || format!("{} entries came to {before}", secrets.len()))?;
    ensure(secrets.iter().all(|secret| secret.starts_with("v1.")), || "an entry is not a key of a vault".to_owned())
}

#[tokio::test]
async fn trying_the_keyring_leaves_it_as_it_was() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let _practice = filled(&data).await?;
    let headless = Headless::start(&data).await?;
    let (before, names) = (entries().await?, users().await);
    let tested = answered(headless.host().test_storage().await)?;
    let mut round_trips = tested.checks.iter().filter(|one| one.check == StorageCheck::KeyringRoundTrip);
    let passed = round_trips.next().is_some_and(|one| one.outcome == StorageOutcome::Passed);
    ensure(passed, || format!("{tested:?}"))?;
    // Down to the moments at which its entries were written last. In which order they are told may change.
    let (now, names_now) = (entries().await?, users().await);
    ensure(sorted(&now) == sorted(&before), || format!("it held {} and now {}", titles(&before), titles(&now)))?;
    ensure(names_now == names, || format!("it held keys of {names:?} and now of {names_now:?}"))?;
    headless.stop().await;
    Headless::start(&data).await?.stop().await;
    Ok(())
}

#[tokio::test]
async fn a_locked_keyring_closes_the_vault_and_unlocking_opens_it() -> Outcome {
    let desktop = Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let _practice = filled(&data).await?;
    desktop.lock_keyring().await?;
    let headless = Headless::start_locked(&data, None).await;
    let locked = headless.vault();
    desktop.answer_keyring_prompt().await?;
    ensure(matches!(locked, VaultView::KeyringLocked { .. }), || format!("{locked:?}"))?;
    let opened = headless.host().retry_vault().await;
    ensure(opened.as_ref().is_ok_and(|view| matches!(view.vault, VaultView::Unlocked { .. })), || {
        format!("{opened:?}")
    })?;
    ensure_everything_is_there(&headless).await
}

#[tokio::test]
async fn a_prompt_that_is_answered_opens_the_vault_at_once() -> Outcome {
    let desktop = Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let _practice = filled(&data).await?;
    desktop.lock_keyring().await?;
    let (headless, answered) =
        futures_util::future::join(Headless::start_locked(&data, None), desktop.answer_keyring_prompt()).await;
    answered?;
    let vault = headless.vault();
    ensure(matches!(vault, VaultView::Unlocked { .. }), || format!("{vault:?}"))?;
    ensure_everything_is_there(&headless).await
}

/// A vault with one integration and a recovery code, closed again.
async fn recoverable(data: &Path) -> Outcome<(Practice, RecoveryCode)> {
    let practice = filled(data).await?;
    let headless = Headless::start(data).await?;
    let code = answered(headless.host().reveal_new_recovery_code().await)?;
    answered(headless.host().confirm_recovery_code(RecoveryCode::new(code.as_str())).await)?;
    headless.stop().await;
    Ok((practice, RecoveryCode::new(code)))
}

fn answered<T>(answer: Result<T, Failure>) -> Outcome<T> {
    answer.map_err(|failure| StepError::Wrong(failure.message))
}

/// The names under which this program keeps keys. secret-tool prints them where errors go.
async fn users() -> BTreeSet<String> {
    let script = format!("secret-tool search --all service {SERVICE} 2>&1");
    // It fails when there are none.
    let entries = run("sh", &["-c", &script]).await.unwrap_or_default();
    entries.lines().filter_map(|line| line.strip_prefix("attribute.username = ")).map(str::to_owned).collect()
}

/// The name of the one key that came since then.
async fn user_since(before: &BTreeSet<String>) -> Outcome<String> {
    let mut all = users().await;
    all.retain(|user| !before.contains(user));
    ensure(all.len() == 1, || format!("these came: {all:?}"))?;
    all.pop_first().ok_or_else(|| StepError::Wrong("no key came".to_owned()))
}

/// What holds in every state in which the keyring does not give the key: its cause named, no new key, ways out; and the recovery
/// code opens the vault with everything in it.
async fn ensure_recoverable(headless: Headless, words: &str, code: RecoveryCode, entries_before: usize) -> Outcome {
    let said = headless.host().engine().err().map(|failure| failure.message).unwrap_or_default();
    ensure(said.contains(words), || format!("said {said:?} instead of {words:?}"))?;
    let ways = headless.host().view().ways_out;
    ensure(ways == [WayOut::Retry, WayOut::RecoveryCode], || format!("offered {ways:?}"))?;
    ensure(count(&entries().await.unwrap_or_default()) == entries_before, || "a new key was made".to_owned())?;
    answered(headless.host().unlock_with_recovery_code(code).await)?;
    ensure_everything_is_there(&headless).await?;
    tokio::time::timeout(Duration::from_secs(3), headless.stop())
        .await
        .map_err(|_| StepError::Wrong("the end waits for the keyring".to_owned()))
}

fn count(entries: &str) -> usize {
    entries.matches("secret = ").count()
}

#[tokio::test]
async fn f119_a_dismissed_prompt_is_told_and_the_next_try_asks_again() -> Outcome {
    let desktop = Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let (_practice, code) = recoverable(&data).await?;
    let before = count(&entries().await?);
    desktop.lock_keyring().await?;
    let (headless, dismissed) =
        futures_util::future::join(Headless::start_locked(&data, None), desktop.dismiss_keyring_prompt()).await;
    dismissed?;
    let vault = headless.vault();
    ensure(matches!(vault, VaultView::KeyringLocked { prompt_open: false, .. }), || format!("{vault:?}"))?;
    let (retried, answer) =
        futures_util::future::join(headless.host().retry_vault(), desktop.answer_keyring_prompt()).await;
    answer?;
    let retried = answered(retried)?;
    ensure(matches!(retried.vault, VaultView::Unlocked { .. }), || format!("{retried:?}"))?;
    headless.stop().await;

    desktop.lock_keyring().await?;
    let (headless, dismissed) =
        futures_util::future::join(Headless::start_locked(&data, None), desktop.dismiss_keyring_prompt()).await;
    dismissed?;
    desktop.unlock_keyring().await?; // so that its entries can be counted
    ensure_recoverable(headless, "its prompt was dismissed", code, before).await
}

#[tokio::test]
async fn f120_a_prompt_that_nobody_answers_is_told_and_holds_nothing_up() -> Outcome {
    let desktop = Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let (_practice, code) = recoverable(&data).await?;
    let before = count(&entries().await?);
    desktop.lock_keyring().await?;
    // Ten minutes make no other state than a deadline that has passed.
    let keyring = Arc::new(OsKeyring::with_deadline(Duration::from_secs(6)));
    let headless = Headless::start_locked(&data, Some(keyring)).await;
    let vault = headless.vault();
    ensure(matches!(vault, VaultView::KeyringLocked { prompt_open: true, .. }), || format!("{vault:?}"))?;
    // The prompt is still there, and what is typed into it now opens the vault at the next try.
    desktop.answer_keyring_prompt().await?;
    ensure_recoverable(headless, "waits for its password", code, before).await
}

#[tokio::test]
async fn f124_a_key_of_another_vault_is_told() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let at_first = users().await;
    filled(&other).await?;
    let its_user = user_since(&at_first).await?;
    let foreign = run("secret-tool", &["lookup", "service", SERVICE, "username", &its_user]).await?;
    let of_the_other = users().await;
    let (_practice, code) = recoverable(&data).await?;
    let user = user_since(&of_the_other).await?;
    keep(&["service", SERVICE, "username", &user], foreign.trim()).await?;
    let before = count(&entries().await?);
    let headless = Headless::start_locked(&data, None).await;
    let vault = headless.vault();
    let is_told = matches!(vault, VaultView::KeyMissing { problem: KeyProblem::WrongKey, .. });
    ensure(is_told, || format!("{vault:?}"))?;
    ensure_recoverable(headless, "belongs to another vault", code, before).await
}

#[tokio::test]
async fn f125_two_entries_for_one_key_are_told_and_putting_the_key_back_leaves_one() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let at_first = users().await;
    let (_practice, code) = recoverable(&data).await?;
    // EXPOSE: it is typed in twice.
    let again = RecoveryCode::new(code.expose());
    let user = user_since(&at_first).await?;
    keep(&["service", SERVICE, "username", &user, "merged", "yes"], "v1.left-over").await?;
    let before = count(&entries().await?);
    let headless = Headless::start_locked(&data, None).await;
    let vault = headless.vault();
    let is_told = matches!(vault, VaultView::KeyMissing { problem: KeyProblem::Ambiguous, .. });
    ensure(is_told, || format!("{vault:?}"))?;
    ensure_recoverable(headless, "holds several keys for this vault", again, before).await?;

    let headless = Headless::start_locked(&data, None).await;
    answered(headless.host().unlock_with_recovery_code(code).await)?;
    answered(headless.host().put_key_into_keyring().await)?;
    headless.stop().await;
    ensure(count(&entries().await?) == before - 1, || "the entry that was too many is still there".to_owned())?;
    Headless::start(&data).await?.stop().await;
    Ok(())
}

/// Stores a secret as another program would.
async fn keep(attributes: &[&str], secret: &str) -> Outcome {
    let script = format!("printf %s '{secret}' | secret-tool store --label=test {}", attributes.join(" "));
    run("sh", &["-c", &script]).await.map(drop)
}

#[tokio::test]
async fn f123_a_wiped_keyring_is_told_and_never_gets_a_new_key_for_an_old_vault() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let (_practice, code) = recoverable(&data).await?;
    run("secret-tool", &["clear", "service", SERVICE]).await?;
    for _ in 0..2 {
        let headless = Headless::start_locked(&data, None).await;
        let vault = headless.vault();
        let is_told = matches!(vault, VaultView::KeyMissing { problem: KeyProblem::NoEntry, .. });
        ensure(is_told, || format!("{vault:?}"))?;
        headless.stop().await;
    }
    let headless = Headless::start_locked(&data, None).await;
    ensure_recoverable(headless, "does not hold the key of this vault any more", code, 0).await?;
    let left = entries().await.unwrap_or_default();
    ensure(!left.contains("secret = "), || "a new key was made for a vault with records".to_owned())
}

#[tokio::test]
async fn without_a_keyring_the_vault_is_locked_by_a_passphrase() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let keyring = storm_testkit::FakeKeyring::default();
    keyring.fail_always(Some(storm_domain::port::KeyringError::NoService));
    let headless = Headless::start_locked(&folder.path().join("data"), Some(std::sync::Arc::new(keyring))).await;
    let vault = headless.vault();
    ensure(matches!(vault, VaultView::NoKeyring { .. }), || format!("{vault:?}"))
}
