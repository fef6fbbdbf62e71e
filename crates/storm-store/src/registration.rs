//! App registrations and their sealed secrets.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;
use storm_domain::{AppRegistration, GenerationNumber, RegistrationId, VaultError};
use storm_secret::ClientSecret;

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::secret_rotation;

/// A registration as it is written, with the number of the secret whose end it names.
#[derive(Serialize, Deserialize)]
struct Row {
    #[serde(flatten)]
    registration: AppRegistration,
    #[serde(default)]
    secret_ends_of: u64,
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<AppRegistration>, VaultError> {
    let rows: Vec<(String, bool, i64)> =
        sqlx::query_as("SELECT row, sealed_secret IS NOT NULL, secret_number FROM registration ORDER BY rowid")
            .fetch_all(connection)
            .await
            .map_err(of_sqlx)?;
    rows.into_iter().map(|(row, has_secret, number)| read(&row, has_secret, number)).collect()
}

/// Whether there is a secret is known by the secret, not by the row; and an end that was noted for another one is none of this.
pub(crate) fn read(row: &str, has_secret: bool, secret_number: i64) -> Result<AppRegistration, VaultError> {
    let Row { registration, secret_ends_of } = serde_json::from_str(row).map_err(|_| VaultError::Damaged)?;
    let is_of_this = secret_ends_of == secret_number.cast_unsigned();
    let secret_ends_at = registration.secret_ends_at.filter(|_| is_of_this);
    Ok(AppRegistration { has_secret, secret_ends_at, ..registration })
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
    if secret.is_some() {
        secret_rotation::forget_if_over(connection, id).await?;
    }
    let number = match sealed_secret(connection, id).await {
        Err(VaultError::NotFound) => GenerationNumber(0),
        in_use => in_use?.0,
    };
    let sealed = secret.map(|secret| seal.client_secret(id, number, secret)).transpose()?;
    let row = Row { registration: registration.clone(), secret_ends_of: number.0 };
    let row = serde_json::to_string(&row).map_err(|_| VaultError::Damaged)?;
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
