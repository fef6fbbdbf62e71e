//! The program and its vault.

use storm_domain::Failure;
use storm_engine::view::{HostView, PassphraseRequest, StorageTestView};
use tauri::State;

use crate::shell::{Shell, guarded};

/// The program and where its vault stands.
#[tauri::command]
#[specta::specta]
pub async fn host(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(async { Ok(shell.host.view()) }).await
}

/// Asks the keyring again.
#[tauri::command]
#[specta::specta]
pub async fn retry_vault(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.retry_vault()).await
}

/// Makes a vault protected by a passphrase, where there is no keyring.
#[tauri::command]
#[specta::specta]
pub async fn create_passphrase_vault(shell: State<'_, Shell>, request: PassphraseRequest) -> Result<HostView, Failure> {
    guarded(shell.host.create_passphrase_vault(request.passphrase)).await
}

/// Opens a vault protected by a passphrase.
#[tauri::command]
#[specta::specta]
pub async fn unlock_with_passphrase(shell: State<'_, Shell>, request: PassphraseRequest) -> Result<HostView, Failure> {
    guarded(shell.host.unlock_with_passphrase(request.passphrase)).await
}

/// Starts the practice service, if it does not run, and gives its base URL.
#[tauri::command]
#[specta::specta]
pub async fn start_practice(shell: State<'_, Shell>) -> Result<String, Failure> {
    guarded(shell.practice.start()).await
}

/// Tries whether secrets can be kept.
#[tauri::command]
#[specta::specta]
pub async fn test_storage(shell: State<'_, Shell>) -> Result<StorageTestView, Failure> {
    guarded(shell.host.test_storage()).await
}
