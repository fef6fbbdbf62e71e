//! Rows of the Integrations list. They hold no secret and are stored as the domain's own JSON.
//!
//! INVARIANT: a row that does not read hides no other one. It stands in the list as damaged, and is never written over.

use futures_util::TryStreamExt as _;
use sqlx::SqliteConnection;
use storm_domain::{
    Fields, Integration, IntegrationId, Method, ReconnectReason, ReplacementPolicy, Timestamp, TokenState, VaultError,
};
use uuid::Uuid;

use crate::fault::of_sqlx;

/// The revision column is what counts; the one inside the row is only a copy.
pub(crate) fn read((revision, row): (i64, String)) -> Result<Integration, VaultError> {
    let mut integration: Integration = serde_json::from_str(&row).map_err(|_| VaultError::Damaged)?;
    integration.revision = revision.cast_unsigned();
    Ok(integration)
}

pub(crate) fn write(integration: &Integration) -> Result<String, VaultError> {
    serde_json::to_string(integration).map_err(|_| VaultError::Damaged)
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Integration>, VaultError> {
    let rows: Vec<(String, i64, String)> = sqlx::query_as("SELECT id, revision, row FROM integration ORDER BY ordinal")
        .fetch_all(connection)
        .await
        .map_err(of_sqlx)?;
    let read = |(id, revision, row): (String, i64, String)| read((revision, row)).or_else(|_| stand_in(&id));
    rows.into_iter().map(read).collect()
}

/// Shows each of them in turn, without holding more than one.
pub(crate) async fn each(
    connection: &mut SqliteConnection,
    show: &mut (dyn FnMut(Integration) + Send),
) -> Result<(), VaultError> {
    let mut rows =
        sqlx::query_as::<_, (String, i64, String)>("SELECT id, revision, row FROM integration ORDER BY ordinal")
            .fetch(connection);
    while let Some((id, revision, row)) = rows.try_next().await.map_err(of_sqlx)? {
        show(read((revision, row)).or_else(|_| stand_in(&id))?);
    }
    Ok(())
}

/// By the two indexes of this purpose: the expression must be that of their migration.
const UNSETTLED: &str = "SELECT revision, row FROM integration WHERE iif(json_valid(row),
    row ->> 'trashed_at' IS NOT NULL OR row ->> '$.state.state' = 'authorizing'
        OR row ->> '$.state.refresh.refresh' = 'in_flight', 0)
    UNION SELECT revision, row FROM integration
        WHERE id IN (SELECT integration_id FROM generation WHERE phase = 'staged') AND json_valid(row)";

pub(crate) async fn unsettled(connection: &mut SqliteConnection) -> Result<Vec<Integration>, VaultError> {
    let rows: Vec<(i64, String)> = sqlx::query_as(UNSETTLED).fetch_all(connection).await.map_err(of_sqlx)?;
    // One that does not read all the same is in the list as damaged, and is its user's to look at.
    Ok(rows.into_iter().filter_map(|row| read(row).ok()).collect())
}

/// What is shown of a row that does not read.
fn stand_in(id: &str) -> Result<Integration, VaultError> {
    let id = Uuid::parse_str(id).map(IntegrationId).map_err(|_| VaultError::DatabaseDamaged)?;
    tracing::error!(integration = %id, "the row of an integration is damaged");
    Ok(Integration {
        id,
        revision: 0,
        name: format!("Damaged {id}"),
        labels: Vec::new(),
        connector_id: String::new(),
        method: Method::ApiKey,
        fields: Fields::new(),
        registration_id: None,
        requested_scopes: Vec::new(),
        asked_scopes: None,
        granted_scopes: Vec::new(),
        account: None,
        state: TokenState::NeedsReconnect { reason: ReconnectReason::RecordDamaged, since: Timestamp(0) },
        paused_at: None,
        hold: None,
        lending_allowed: false,
        replacement: ReplacementPolicy::default(),
        last_verdict: None,
        last_refreshed_at: None,
        refresh_life: None,
        created_at: Timestamp(0),
        trashed_at: None,
    })
}

pub(crate) async fn one(connection: &mut SqliteConnection, id: IntegrationId) -> Result<Integration, VaultError> {
    let row = sqlx::query_as("SELECT revision, row FROM integration WHERE id = ?1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await;
    read(row.map_err(of_sqlx)?)
}

/// By the index on the name: the expression must be that of its migration.
pub(crate) const CALLED: &str = "SELECT revision, row FROM integration
    WHERE iif(json_valid(row), row ->> 'name', NULL) COLLATE NOCASE = ?1 ORDER BY ordinal";

pub(crate) async fn called(connection: &mut SqliteConnection, name: &str) -> Result<Vec<Integration>, VaultError> {
    let rows = sqlx::query_as(CALLED).bind(name).fetch_all(connection).await.map_err(of_sqlx)?;
    rows.into_iter().map(read).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_from_before_there_were_labels_has_none() {
        let mut row = serde_json::to_value(stand_in(&Uuid::nil().to_string()).unwrap()).unwrap();
        assert!(row.as_object_mut().unwrap().remove("labels").is_some());
        assert_eq!(read((3, row.to_string())).unwrap().labels, Vec::<String>::new());
    }
}
