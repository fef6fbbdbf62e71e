//! Rotations under way: one per integration, compare-and-set on its revision.
//!
//! INVARIANT: the generation that the stored step calls for is the active one, because both change in one transaction.

use sqlx::SqliteConnection;
use storm_domain::port::NewMinting;
use storm_domain::{
    Credential, GenerationNumber, GenerationPhase, IntegrationId, MintedIds, Rotation, RotationMode, RotationStep,
    Timestamp, VaultError,
};

use crate::fault::of_sqlx;
use crate::generation;
use crate::seal::Seal;

fn read((revision, row): (i64, String)) -> Result<Rotation, VaultError> {
    let mut rotation: Rotation = serde_json::from_str(&row).map_err(|_| VaultError::Damaged)?;
    rotation.revision = revision.cast_unsigned();
    Ok(rotation)
}

fn write(rotation: &Rotation) -> Result<String, VaultError> {
    serde_json::to_string(rotation).map_err(|_| VaultError::Damaged)
}

pub(crate) async fn one(connection: &mut SqliteConnection, id: IntegrationId) -> Result<Option<Rotation>, VaultError> {
    let row = sqlx::query_as("SELECT revision, row FROM rotation WHERE integration_id = ?1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await;
    row.map_err(of_sqlx)?.map(read).transpose()
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<Rotation>, VaultError> {
    let rows = sqlx::query_as("SELECT revision, row FROM rotation ORDER BY rowid").fetch_all(connection).await;
    rows.map_err(of_sqlx)?.into_iter().map(read).collect()
}

/// [`VaultError::Conflict`] when one is under way, [`VaultError::NotFound`] when there is nothing to replace.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    credential: &Credential,
    mode: RotationMode,
    at: Timestamp,
) -> Result<Rotation, VaultError> {
    let old = generation::active_number(connection, id).await?.ok_or(VaultError::NotFound)?;
    let new = generation::insert(connection, seal, id, credential, GenerationPhase::Staged, at).await?;
    let rotation = Rotation::begun(id, (old, new), RotationStep::Staged { verdict: None }, mode, at);
    insert(connection, &rotation).await?;
    Ok(rotation)
}

/// The same where the service is to make the new one, whose number is taken now.
pub(crate) async fn begin_minting(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    minting: &NewMinting,
    at: Timestamp,
) -> Result<Rotation, VaultError> {
    let old = generation::active_number(connection, id).await?.ok_or(VaultError::NotFound)?;
    let new = generation::take_number(connection, id).await?;
    let step = RotationStep::Minting { known: minting.known.clone(), failure: None };
    let mut rotation = Rotation::begun(id, (old, new), step, minting.mode, at);
    rotation.minted = Some(MintedIds { old: minting.old.clone(), new: None });
    insert(connection, &rotation).await?;
    Ok(rotation)
}

/// Writes a rotation and the new credential under the number that it took.
pub(crate) async fn keep_minted(
    connection: &mut SqliteConnection,
    seal: &Seal,
    rotation: Rotation,
    credential: &Credential,
    at: Timestamp,
) -> Result<Rotation, VaultError> {
    let (id, new) = (rotation.subject, rotation.new);
    let written = update(connection, rotation, at).await?;
    generation::insert_at(connection, seal, (id, new), credential, GenerationPhase::Staged, at).await?;
    Ok(written)
}

async fn insert(connection: &mut SqliteConnection, rotation: &Rotation) -> Result<(), VaultError> {
    sqlx::query("INSERT INTO rotation (integration_id, revision, old, new, row) VALUES (?1, 1, ?2, ?3, ?4)")
        .bind(rotation.subject.to_string())
        .bind(rotation.old.0.cast_signed())
        .bind(rotation.new.0.cast_signed())
        .bind(write(rotation)?)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

pub(crate) async fn update(
    connection: &mut SqliteConnection,
    mut rotation: Rotation,
    at: Timestamp,
) -> Result<Rotation, VaultError> {
    let id = rotation.subject;
    let stored = one(connection, id).await?.ok_or(VaultError::NotFound)?;
    if (stored.revision, stored.old, stored.new) != (rotation.revision, rotation.old, rotation.new) {
        return Err(VaultError::Conflict);
    }
    rotation.revision += 1;
    sqlx::query("UPDATE rotation SET revision = ?2, row = ?3 WHERE integration_id = ?1")
        .bind(id.to_string())
        .bind(rotation.revision.cast_signed())
        .bind(write(&rotation)?)
        .execute(&mut *connection)
        .await
        .map_err(of_sqlx)?;
    let active = generation::active_number(connection, id).await?;
    if active != Some(rotation.in_use()) {
        generation::switch(connection, id, active, rotation.in_use(), at).await?;
    }
    Ok(rotation)
}

/// Removes a rotation that is over, and the secret that it left unused. Doing it again is not an error;
/// [`VaultError::Conflict`] while it is not over.
pub(crate) async fn finish(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    at: Timestamp,
) -> Result<(), VaultError> {
    let Some(rotation) = one(connection, id).await? else { return Ok(()) };
    if !rotation.is_over() {
        return Err(VaultError::Conflict);
    }
    match generation::retire(connection, id, unused(&rotation), at).await {
        Ok(()) | Err(VaultError::NotFound) => {} // it was never made
        Err(error) => return Err(error),
    }
    sqlx::query("DELETE FROM rotation WHERE integration_id = ?1")
        .bind(id.to_string())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

fn unused(rotation: &Rotation) -> GenerationNumber {
    if rotation.in_use() == rotation.new { rotation.old } else { rotation.new }
}
