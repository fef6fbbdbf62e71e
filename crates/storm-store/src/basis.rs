//! All that a refresh starts from, in one question to the database.

use sqlx::{FromRow, SqliteConnection};
use storm_domain::port::RefreshBasis;
use storm_domain::{Generation, GenerationNumber, GenerationPhase, IntegrationId, Timestamp, VaultError};

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::{integration, registration};

#[derive(FromRow)]
struct Row {
    revision: i64,
    row: String,
    number: Option<i64>,
    sealed_credential: Option<Vec<u8>>,
    created_at: Option<i64>,
    registration: Option<String>,
    sealed_secret: Option<Vec<u8>>,
}

pub(crate) async fn read(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
) -> Result<RefreshBasis, VaultError> {
    let read: Row = sqlx::query_as(
        "SELECT i.revision, i.row, g.number, g.sealed_credential, g.created_at, r.row AS registration, r.sealed_secret
         FROM integration i
            LEFT JOIN generation g ON g.integration_id = i.id AND g.phase = 'active'
            LEFT JOIN registration r ON r.id = i.row ->> 'registration_id'
         WHERE i.id = ?1",
    )
    .bind(id.to_string())
    .fetch_one(connection)
    .await
    .map_err(of_sqlx)?;
    let active = match (read.number, read.sealed_credential, read.created_at) {
        (Some(number), Some(sealed), Some(created_at)) => {
            let number = GenerationNumber(number.cast_unsigned());
            Some(Generation {
                integration_id: id,
                number,
                phase: GenerationPhase::Active,
                credential: seal.open_credential(id, number, &sealed)?,
                created_at: Timestamp(created_at),
            })
        }
        _ => None,
    };
    let registration = match read.registration {
        Some(row) => {
            let sealed = read.sealed_secret;
            let registration = registration::read(&row, sealed.is_some())?;
            let secret = sealed.map(|sealed| seal.open_client_secret(registration.id, &sealed)).transpose()?;
            Some((registration, secret))
        }
        None => None,
    };
    Ok(RefreshBasis { integration: integration::read((read.revision, read.row))?, active, registration })
}
