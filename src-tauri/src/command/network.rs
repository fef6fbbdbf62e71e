//! Why something failed, and how the network is reached.

use storm_domain::{Failure, IntegrationId};
use storm_engine::view::{ChooseProxyRequest, ExaminationSubject, FindingView, NetworkSettingsView, ReachView};
use tauri::{State, WebviewWindow};

use crate::shell::{Shell, guarded};
use crate::{key_file, window};

/// Looks for what stands behind a failure. None = the failure itself says it all.
#[tauri::command]
#[specta::specta]
pub async fn examine(shell: State<'_, Shell>, subject: ExaminationSubject) -> Result<Option<FindingView>, Failure> {
    shell.ask(|engine| async move { engine.examine(subject).await }).await
}

/// How services are reached.
#[tauri::command]
#[specta::specta]
pub async fn network_settings(shell: State<'_, Shell>) -> Result<NetworkSettingsView, Failure> {
    shell.ask(|engine| async move { engine.network_settings().await }).await
}

/// Chooses which proxy is asked.
#[tauri::command]
#[specta::specta]
pub async fn choose_proxy(
    shell: State<'_, Shell>,
    request: ChooseProxyRequest,
) -> Result<NetworkSettingsView, Failure> {
    shell.ask(|engine| async move { engine.choose_proxy(request).await }).await
}

/// Shows the system's file chooser, and trusts the certificate authorities in the file. None = the user closed it.
#[tauri::command]
#[specta::specta]
pub async fn choose_authority_file(
    shell: State<'_, Shell>,
    window: WebviewWindow,
) -> Result<Option<NetworkSettingsView>, Failure> {
    let wanted = window::Wanted::Authority;
    let Some(path) = guarded(async { Ok(window::choose_file(&window, wanted).await) }).await? else { return Ok(None) };
    let file = key_file::read_public(path).await?;
    // EXPOSE: certificates are public; only the type says otherwise.
    shell.ask(|engine| async move { engine.trust_authorities(file.expose()).await }).await.map(Some)
}

/// Trusts the system's certificate authorities only.
#[tauri::command]
#[specta::specta]
pub async fn remove_authorities(shell: State<'_, Shell>) -> Result<NetworkSettingsView, Failure> {
    shell.ask(|engine| async move { engine.remove_authorities().await }).await
}

/// Looks how the service of one integration is reached, or those of all.
#[tauri::command]
#[specta::specta]
pub async fn test_network(shell: State<'_, Shell>, id: Option<IntegrationId>) -> Result<Vec<ReachView>, Failure> {
    shell.ask(|engine| async move { engine.test_network(id).await }).await
}
