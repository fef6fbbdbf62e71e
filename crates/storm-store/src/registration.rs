//! App registrations and their sealed secrets.

use sqlx::SqliteConnection;
use storm_domain::{AppRegistration, GenerationNumber, RegistrationId, VaultError};
use storm_secret::ClientSecret;

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::secret_rotation;

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<AppRegistration>, VaultError> {
    let rows: Vec<(String, bool)> =
        sqlx::query_as("SELECT row, sealed_secret IS NOT NULL FROM registration ORDER BY rowid")
            .fetch_all(connection)
            .await
            .map_err(of_sqlx)?;
    rows.into_iter().map(|(row, has_secret)| read(&row, has_secret)).collect()
}

/// Whether there is a secret is known by the secret, not by the row.
pub(crate) fn read(row: &str, has_secret: bool) -> Result<AppRegistration, VaultError> {
    let registration: AppRegistration = serde_json::from_str(row).map_err(|_| VaultError::Damaged)?;
    Ok(AppRegistration { has_secret, ..registration })
}

/// Without a new secret the old one stays, unless the registration says that it has none. A new one takes the place of the one in
/// use; [`VaultError::Conflict`] while that rotates.
pub(crate) async fn put(
    connection: &mut SqliteConnection,
    seal: &Seal,
    registration: &AppRegistration,
    secret: Option<&ClientSecret>,
) -> Result<(), VaultError> {
    let id = registration.id;
    let sealed = match secret {
        Some(secret) => {
            secret_rotation::forget_if_over(connection, id).await?;
            let number = match sealed_secret(connection, id).await {
                Err(VaultError::NotFound) => GenerationNumber(0),
                in_use => in_use?.0,
            };
            Some(seal.client_secret(id, number, secret)?)
        }
        None => None,
    };
    let row = serde_json::to_string(registration).map_err(|_| VaultError::Damaged)?;
    sqlx::query(
        "INSERT INTO registration (id, row, sealed_secret) VALUES (?1, ?2, ?3)
         ON CONFLICT (id) DO UPDATE SET row = ?2, sealed_secret = coalesce(?3, iif(?4, sealed_secret, NULL))",
    )
    .bind(id.to_string())
    .bind(row)
    .bind(sealed)
    .bind(registration.has_secret)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(())
}

/// The secret in use, sealed, with its number. [`VaultError::NotFound`] when there is no such registration.
pub(crate) async fn sealed_secret(
    connection: &mut SqliteConnection,
    id: RegistrationId,
) -> Result<(GenerationNumber, Option<Vec<u8>>), VaultError> {
    let (number, sealed): (i64, _) =
        sqlx::query_as("SELECT secret_number, sealed_secret FROM registration WHERE id = ?1")
            .bind(id.to_string())
            .fetch_one(connection)
            .await
            .map_err(of_sqlx)?;
    Ok((GenerationNumber(number.cast_unsigned()), sealed))
}

/// The secret in use.
pub(crate) async fn secret(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: RegistrationId,
) -> Result<Option<ClientSecret>, VaultError> {
    let (number, sealed) = sealed_secret(connection, id).await?;
    sealed.map(|sealed| seal.open_client_secret(id, number, &sealed)).transpose()
}
