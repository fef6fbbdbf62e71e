//! Credentials that are still to be ended at their service. INVARIANT: one comes into this table in the transaction that
//! removes its integration or its generation, so that a secret which lives on at its service is never unknown here.

use sqlx::SqliteConnection;
use storm_domain::port::NewRevocation;
use storm_domain::{Credential, IntegrationId, OAuthGrant, PendingRevocation, RevocationId, VaultError};

use crate::fault::of_sqlx;
use crate::integration;
use crate::seal::Seal;

fn read((row,): (String,)) -> Result<PendingRevocation, VaultError> {
    serde_json::from_str(&row).map_err(|_| VaultError::Damaged)
}

fn write(pending: &PendingRevocation) -> Result<String, VaultError> {
    serde_json::to_string(pending).map_err(|_| VaultError::Damaged)
}

pub(crate) async fn all(connection: &mut SqliteConnection) -> Result<Vec<PendingRevocation>, VaultError> {
    let rows = sqlx::query_as("SELECT row FROM pending_revocation ORDER BY ordinal").fetch_all(connection).await;
    rows.map_err(of_sqlx)?.into_iter().map(read).collect()
}

/// Removes an integration and keeps what is left to end.
pub(crate) async fn leave(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    left: &[NewRevocation],
) -> Result<(), VaultError> {
    for new in left {
        insert(connection, seal, new).await?;
    }
    integration::erase(connection, id).await
}

pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    seal: &Seal,
    new: &NewRevocation,
) -> Result<(), VaultError> {
    sqlx::query("INSERT INTO pending_revocation (id, row, sealed_credential) VALUES (?1, ?2, ?3)")
        .bind(new.pending.id.to_string())
        .bind(write(&new.pending)?)
        .bind(seal.credential_to_revoke(new.pending.id, &needed_of(&new.credential))?)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

/// An ID token says who the user is, and ends nothing.
fn needed_of(credential: &Credential) -> Credential {
    match credential {
        Credential::OAuthGrant(grant) => Credential::OAuthGrant(OAuthGrant { id_token: None, ..grant.clone() }),
        other => other.clone(),
    }
}

pub(crate) async fn credential(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: RevocationId,
) -> Result<Credential, VaultError> {
    let sealed: Vec<u8> = sqlx::query_scalar("SELECT sealed_credential FROM pending_revocation WHERE id = ?1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await
        .map_err(of_sqlx)?;
    seal.open_credential_to_revoke(id, &sealed)
}

pub(crate) async fn update(connection: &mut SqliteConnection, pending: &PendingRevocation) -> Result<(), VaultError> {
    let updated = sqlx::query("UPDATE pending_revocation SET row = ?2 WHERE id = ?1")
        .bind(pending.id.to_string())
        .bind(write(pending)?)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    if updated.rows_affected() == 0 { Err(VaultError::NotFound) } else { Ok(()) }
}

pub(crate) async fn erase(connection: &mut SqliteConnection, id: RevocationId) -> Result<(), VaultError> {
    sqlx::query("DELETE FROM pending_revocation WHERE id = ?1")
        .bind(id.to_string())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}
