//! The catalogue.

use storm_domain::{Failure, Fields};
use storm_engine::view::{ConnectorPage, ConnectorView, DiscoveryView};
use tauri::State;

use crate::shell::Shell;

/// Connectors that fit the search, best first; all for an empty one.
#[tauri::command]
#[specta::specta]
pub async fn connectors(shell: State<'_, Shell>, search: String) -> Result<Vec<ConnectorView>, Failure> {
    shell.ask(|engine| async move { Ok(engine.connectors(&search)) }).await
}

/// Looks up what the service behind these fields says of itself; None = nothing is to be looked up for them.
#[tauri::command]
#[specta::specta]
pub async fn discover(
    shell: State<'_, Shell>,
    connector_id: String,
    fields: Fields,
) -> Result<Option<DiscoveryView>, Failure> {
    shell.ask(|engine| async move { engine.discover(&connector_id, &fields).await }).await
}

/// Opens a page of the service in the browser.
#[tauri::command]
#[specta::specta]
pub async fn open_connector_page(
    shell: State<'_, Shell>,
    connector_id: String,
    page: ConnectorPage,
    fields: Fields,
) -> Result<(), Failure> {
    shell.ask(|engine| async move { engine.open_connector_page(&connector_id, page, &fields).await }).await
}
