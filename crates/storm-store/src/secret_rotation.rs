//! Rotations of app registrations' client secrets: one per registration, compare-and-set on its revision.
//!
//! INVARIANT: the secret that the stored step calls for is the one in use, and there is a second one exactly until the rotation is
//! over, because row and secrets change in one transaction.

use sqlx::SqliteConnection;
use storm_domain::{
    GenerationNumber, RegistrationId, Rotation, RotationMode, RotationStep, SecretRotation, Timestamp, VaultError,
};
use storm_secret::ClientSecret;

use crate::fault::of_sqlx;
use crate::registration;
use crate::seal::Seal;

pub(crate) fn read((revision, row): (i64, String)) -> Result<SecretRotation, VaultError> {
    let mut rotation: SecretRotation = serde_json::from_str(&row).map_err(|_| VaultError::Damaged)?;
    rotation.revision = revision.cast_unsigned();
    Ok(rotation)
}

fn write(rotation: &SecretRotation) -> Result<String, VaultError> {
    serde_json::to_string(rotation).map_err(|_| VaultError::Damaged)
}

pub(crate) async fn one(
    connection: &mut SqliteConnection,
    id: RegistrationId,
) -> Result<Option<SecretRotation>, VaultError> {
    let row = sqlx::query_as("SELECT revision, row FROM secret_rotation WHERE registration_id = ?1")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await;
    row.map_err(of_sqlx)?.map(read).transpose()
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<SecretRotation>, VaultError> {
    let rows = sqlx::query_as("SELECT revision, row FROM secret_rotation ORDER BY rowid").fetch_all(connection).await;
    rows.map_err(of_sqlx)?.into_iter().map(read).collect()
}

/// The secret that is not in use, sealed, with its number.
async fn sealed_spare(
    connection: &mut SqliteConnection,
    id: RegistrationId,
) -> Result<Option<(GenerationNumber, Vec<u8>)>, VaultError> {
    let spare: Option<(i64, Option<Vec<u8>>)> =
        sqlx::query_as("SELECT spare_number, sealed_spare FROM secret_rotation WHERE registration_id = ?1")
            .bind(id.to_string())
            .fetch_optional(connection)
            .await
            .map_err(of_sqlx)?;
    Ok(spare.and_then(|(number, sealed)| Some((GenerationNumber(number.cast_unsigned()), sealed?))))
}

pub(crate) async fn spare(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: RegistrationId,
) -> Result<Option<ClientSecret>, VaultError> {
    let spare = sealed_spare(connection, id).await?;
    spare.map(|(number, sealed)| seal.open_client_secret(id, number, &sealed)).transpose()
}

/// Removes what is left of a rotation that is over. [`VaultError::Conflict`] while it is not.
pub(crate) async fn forget_if_over(connection: &mut SqliteConnection, id: RegistrationId) -> Result<(), VaultError> {
    match one(connection, id).await? {
        None => return Ok(()),
        Some(rotation) if !rotation.is_over() => return Err(VaultError::Conflict),
        Some(_) => {}
    }
    sqlx::query("DELETE FROM secret_rotation WHERE registration_id = ?1")
        .bind(id.to_string())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

/// [`VaultError::Conflict`] when one is under way, [`VaultError::NotFound`] when there is no secret to replace.
pub(crate) async fn begin(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: RegistrationId,
    secret: &ClientSecret,
    mode: RotationMode,
    at: Timestamp,
) -> Result<SecretRotation, VaultError> {
    let (old, in_use) = registration::sealed_secret(connection, id).await?;
    in_use.ok_or(VaultError::NotFound)?;
    let undone = one(connection, id).await?.map_or(old, |earlier| earlier.new);
    forget_if_over(connection, id).await?;
    let numbers = (old, GenerationNumber(old.max(undone).0 + 1));
    let rotation = Rotation::begun(id, numbers, RotationStep::Staged { verdict: None }, mode, at);
    sqlx::query(
        "INSERT INTO secret_rotation (registration_id, revision, row, spare_number, sealed_spare) VALUES (?1, 1, ?2, ?3, ?4)",
    )
    .bind(id.to_string())
    .bind(write(&rotation)?)
    .bind(rotation.new.0.cast_signed())
    .bind(seal.client_secret(id, rotation.new, secret)?)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(rotation)
}

pub(crate) async fn update(
    connection: &mut SqliteConnection,
    mut rotation: SecretRotation,
) -> Result<SecretRotation, VaultError> {
    let id = rotation.subject;
    let stored = one(connection, id).await?.ok_or(VaultError::NotFound)?;
    if (stored.revision, stored.old, stored.new) != (rotation.revision, rotation.old, rotation.new) {
        return Err(VaultError::Conflict);
    }
    rotation.revision += 1;
    let (in_use, _) = registration::sealed_secret(connection, id).await?;
    if in_use != rotation.in_use() {
        change_places(connection, id).await?;
    }
    sqlx::query(
        "UPDATE secret_rotation SET revision = ?2, row = ?3, sealed_spare = iif(?4, NULL, sealed_spare)
         WHERE registration_id = ?1",
    )
    .bind(id.to_string())
    .bind(rotation.revision.cast_signed())
    .bind(write(&rotation)?)
    .bind(rotation.is_over())
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(rotation)
}

/// The one in use becomes the other, and the other is in use. [`VaultError::Conflict`] when there is only one.
async fn change_places(connection: &mut SqliteConnection, id: RegistrationId) -> Result<(), VaultError> {
    let (old_number, old) = registration::sealed_secret(connection, id).await?;
    let (new_number, new) = sealed_spare(connection, id).await?.ok_or(VaultError::Conflict)?;
    let places = [
        ("UPDATE registration SET secret_number = ?2, sealed_secret = ?3 WHERE id = ?1", new_number, Some(new)),
        ("UPDATE secret_rotation SET spare_number = ?2, sealed_spare = ?3 WHERE registration_id = ?1", old_number, old),
    ];
    for (write, number, sealed) in places {
        sqlx::query(write)
            .bind(id.to_string())
            .bind(number.0.cast_signed())
            .bind(sealed)
            .execute(&mut *connection)
            .await
            .map_err(of_sqlx)?;
    }
    Ok(())
}
