//! How the vault's key is kept.

use storm_domain::Failure;
use storm_engine::view::{HostView, PassphraseRequest, RecoveryCodeRequest};
use tauri::State;

use crate::shell::{Shell, guarded};

/// Opens a vault with its recovery code.
#[tauri::command]
#[specta::specta]
pub async fn unlock_with_recovery_code(
    shell: State<'_, Shell>,
    request: RecoveryCodeRequest,
) -> Result<HostView, Failure> {
    guarded(shell.host.unlock_with_recovery_code(request.code)).await
}

/// Makes a recovery code and shows it, this once, on the user's gesture.
#[tauri::command]
#[specta::specta]
pub async fn reveal_new_recovery_code(shell: State<'_, Shell>) -> Result<String, Failure> {
    guarded(shell.host.reveal_new_recovery_code()).await
}

/// Switches on the code that was shown, when it is typed back.
#[tauri::command]
#[specta::specta]
pub async fn confirm_recovery_code(shell: State<'_, Shell>, request: RecoveryCodeRequest) -> Result<HostView, Failure> {
    guarded(shell.host.confirm_recovery_code(request.code)).await
}

/// Forgets a code that was shown and is not wanted.
#[tauri::command]
#[specta::specta]
pub async fn discard_recovery_code(shell: State<'_, Shell>) -> Result<(), Failure> {
    guarded(async {
        shell.host.discard_recovery_code();
        Ok(())
    })
    .await
}

/// No recovery code opens the vault any more.
#[tauri::command]
#[specta::specta]
pub async fn remove_recovery_code(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.remove_recovery_code()).await
}

/// Lets a passphrase open the vault too, instead of the one before.
#[tauri::command]
#[specta::specta]
pub async fn set_passphrase(shell: State<'_, Shell>, request: PassphraseRequest) -> Result<HostView, Failure> {
    guarded(shell.host.set_passphrase(request.passphrase)).await
}

/// No passphrase opens the vault any more.
#[tauri::command]
#[specta::specta]
pub async fn remove_passphrase(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.remove_passphrase()).await
}

/// Puts the key into the keyring, or back into it.
#[tauri::command]
#[specta::specta]
pub async fn put_key_into_keyring(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.put_key_into_keyring()).await
}

/// Makes another master key and takes the old one away; the passphrase, where there is one, opens the new one too.
#[tauri::command]
#[specta::specta]
pub async fn rotate_master_key(
    shell: State<'_, Shell>,
    request: Option<PassphraseRequest>,
) -> Result<HostView, Failure> {
    guarded(shell.host.rotate_master_key(request.map(|request| request.passphrase.into()))).await
}

/// Takes the key out of the keyring; the passphrase opens the vault from then on.
#[tauri::command]
#[specta::specta]
pub async fn take_key_from_keyring(shell: State<'_, Shell>) -> Result<HostView, Failure> {
    guarded(shell.host.take_key_from_keyring()).await
}
