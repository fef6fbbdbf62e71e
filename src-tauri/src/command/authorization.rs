//! Authorizing in the browser or on another device.

use storm_domain::{AttemptId, Failure};
use storm_engine::view::{
    AccountAnswer, AuthorizationProgress, AuthorizationView, BeginAuthorizationRequest, PasteRedirectRequest,
    RegisterClientRequest, RegistrationView, SaveRegistrationRequest,
};
use tauri::State;

use crate::shell::{Shell, guarded};

/// App registrations of a connector.
#[tauri::command]
#[specta::specta]
pub async fn registrations(shell: State<'_, Shell>, connector_id: String) -> Result<Vec<RegistrationView>, Failure> {
    shell.ask(|engine| async move { engine.registrations(&connector_id).await }).await
}

/// Saves an app registration.
#[tauri::command]
#[specta::specta]
pub async fn save_registration(
    shell: State<'_, Shell>,
    request: SaveRegistrationRequest,
) -> Result<RegistrationView, Failure> {
    shell.ask(|engine| async move { engine.save_registration(request).await }).await
}

/// Has this program registered at the service itself.
#[tauri::command]
#[specta::specta]
pub async fn register_client(
    shell: State<'_, Shell>,
    request: RegisterClientRequest,
) -> Result<RegistrationView, Failure> {
    shell.ask(|engine| async move { engine.register_client(request).await }).await
}

/// Opens the browser and waits for its redirect.
#[tauri::command]
#[specta::specta]
pub async fn begin_authorization(
    shell: State<'_, Shell>,
    request: BeginAuthorizationRequest,
) -> Result<AuthorizationView, Failure> {
    shell.ask(|engine| async move { engine.begin_authorization(request).await }).await
}

/// Gets a code that the user types on another device, and waits until they did.
#[tauri::command]
#[specta::specta]
pub async fn begin_device_authorization(
    shell: State<'_, Shell>,
    request: BeginAuthorizationRequest,
) -> Result<AuthorizationView, Failure> {
    shell.ask(|engine| async move { engine.begin_device_authorization(request).await }).await
}

/// Where an authorization stands.
#[tauri::command]
#[specta::specta]
pub async fn authorization(shell: State<'_, Shell>, id: AttemptId) -> Result<AuthorizationView, Failure> {
    shell.ask(|engine| async move { engine.authorization(id) }).await
}

/// Opens the same page again.
#[tauri::command]
#[specta::specta]
pub async fn reopen_browser(shell: State<'_, Shell>, id: AttemptId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.reopen_browser(id).await }).await
}

/// Puts the link on the clipboard.
#[tauri::command]
#[specta::specta]
pub async fn copy_authorization_link(shell: State<'_, Shell>, id: AttemptId) -> Result<(), Failure> {
    let link = shell.ask(|engine| async move { engine.authorization_link(id) }).await?;
    guarded(shell.clipboard.put_link(link)).await
}

/// Goes on with the address that the browser ended on.
#[tauri::command]
#[specta::specta]
pub async fn paste_redirect(shell: State<'_, Shell>, request: PasteRedirectRequest) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.paste_redirect(request.id, &request.address.into()) }).await
}

/// Stops waiting and closes the port.
#[tauri::command]
#[specta::specta]
pub async fn cancel_authorization(shell: State<'_, Shell>, id: AttemptId) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.cancel_authorization(id) }).await
}

/// Answers what becomes of the grant of another account than the integration's.
#[tauri::command]
#[specta::specta]
pub async fn decide_account(
    shell: State<'_, Shell>,
    id: AttemptId,
    answer: AccountAnswer,
) -> Result<AuthorizationProgress, Failure> {
    shell.ask(|engine| async move { engine.decide_account(id, answer).await }).await
}
