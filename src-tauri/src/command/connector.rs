//! The catalogue.

use storm_domain::{Failure, Fields};
use storm_engine::view::{ConnectorPage, ConnectorView};

/// Connectors that fit the search, best first; all for an empty one.
#[tauri::command]
#[specta::specta]
pub async fn connectors(search: String) -> Result<Vec<ConnectorView>, Failure> {
    let _ = (search,);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}

/// Opens a page of the service in the browser.
#[tauri::command]
#[specta::specta]
pub async fn open_connector_page(connector_id: String, page: ConnectorPage, fields: Fields) -> Result<(), Failure> {
    let _ = (connector_id, page, fields);
    Err(Failure::new(storm_domain::ErrorCode::Internal, "", None))
}
