//! The real gnome-keyring: what is kept in it, and each way in which it can keep the vault's key from us.

use std::path::Path;

use storm_engine::view::VaultView;
use storm_tests::program::{private_folder, run};
use storm_tests::{Desktop, Headless, Outcome, Practice, ensure};

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

#[tokio::test]
async fn a_wiped_keyring_never_gets_a_new_key_for_an_old_vault() -> Outcome {
    Desktop::of_session()?;
    let folder = private_folder()?;
    let data = folder.path().join("data");
    let _practice = filled(&data).await?;
    run("secret-tool", &["clear", "service", SERVICE]).await?;
    for _ in 0..2 {
        let headless = Headless::start_locked(&data, None).await;
        let vault = headless.vault();
        ensure(matches!(vault, VaultView::KeyMissing { .. }), || format!("{vault:?}"))?;
        headless.stop().await;
    }
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
    ensure(matches!(vault, VaultView::NoKeyring), || format!("{vault:?}"))
}
