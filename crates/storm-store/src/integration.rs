//! Rows of the Integrations list. They hold no secret and are stored as the domain's own JSON.

use sqlx::SqliteConnection;
use storm_domain::{Integration, IntegrationId, VaultError};

use crate::fault::of_sqlx;

/// The revision column is what counts; the one inside the row is only a copy.
pub(crate) fn read((revision, row): (i64, String)) -> Result<Integration, VaultError> {
    let mut integration: Integration = serde_json::from_str(&row).map_err(|_| VaultError::Damaged)?;
    integration.revision = revision.cast_unsigned();
    Ok(integration)
}

fn write(integration: &Integration) -> Result<String, VaultError> {
    serde_json::to_string(integration).map_err(|_| VaultError::Damaged)
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Integration>, VaultError> {
    let rows = sqlx::query_as("SELECT revision, row FROM integration ORDER BY ordinal").fetch_all(connection).await;
    rows.map_err(of_sqlx)?.into_iter().map(read).collect()
}

pub(crate) async fn one(connection: &mut SqliteConnection, id: IntegrationId) -> Result<Integration, VaultError> {
    let row = sqlx::query_as("SELECT revision, row FROM integration WHERE id = ?1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await;
    read(row.map_err(of_sqlx)?)
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    mut integration: Integration,
) -> Result<Integration, VaultError> {
    integration.revision = 1;
    sqlx::query("INSERT INTO integration (id, revision, row) VALUES (?1, 1, ?2)")
        .bind(integration.id.to_string())
        .bind(write(&integration)?)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(integration)
}

pub(crate) async fn update(
    connection: &mut SqliteConnection,
    mut integration: Integration,
) -> Result<Integration, VaultError> {
    let read = integration.revision.cast_signed();
    integration.revision += 1;
    let updated = sqlx::query("UPDATE integration SET revision = ?3 + 1, row = ?2 WHERE id = ?1 AND revision = ?3")
        .bind(integration.id.to_string())
        .bind(write(&integration)?)
        .bind(read)
        .execute(&mut *connection)
        .await
        .map_err(of_sqlx)?;
    if updated.rows_affected() == 0 {
        one(connection, integration.id).await?;
        return Err(VaultError::Conflict);
    }
    Ok(integration)
}

pub(crate) async fn erase(connection: &mut SqliteConnection, id: IntegrationId) -> Result<(), VaultError> {
    let erased = sqlx::query("DELETE FROM integration WHERE id = ?1")
        .bind(id.to_string())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    if erased.rows_affected() == 0 { Err(VaultError::NotFound) } else { Ok(()) }
}
