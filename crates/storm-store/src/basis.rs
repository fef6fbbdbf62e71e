//! All that a refresh starts from, in one question to the database.

use sqlx::{FromRow, SqliteConnection};
use storm_domain::port::RefreshBasis;
use storm_domain::{Generation, GenerationNumber, GenerationPhase, IntegrationId, Timestamp, VaultError};

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::{integration, registration, secret_rotation};

#[derive(FromRow)]
struct Row {
    revision: i64,
    row: String,
    number: Option<i64>,
    sealed_credential: Option<Vec<u8>>,
    created_at: Option<i64>,
    registration: Option<String>,
    secret_number: Option<i64>,
    sealed_secret: Option<Vec<u8>>,
    rotation_revision: Option<i64>,
    rotation: Option<String>,
    spare_number: Option<i64>,
    sealed_spare: Option<Vec<u8>>,
}

pub(crate) async fn read(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
) -> Result<RefreshBasis, VaultError> {
    let read: Row = sqlx::query_as(
        "SELECT i.revision, i.row, g.number, g.sealed_credential, g.created_at, r.row AS registration,
            r.secret_number, r.sealed_secret, s.revision AS rotation_revision, s.row AS rotation, s.spare_number, s.sealed_spare
         FROM integration i
            LEFT JOIN generation g ON g.integration_id = i.id AND g.phase = 'active'
            LEFT JOIN registration r ON r.id = i.row ->> 'registration_id'
            LEFT JOIN secret_rotation s ON s.registration_id = r.id
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
    let mut untold_secret = None;
    let registration = match read.registration {
        Some(row) => {
            let sealed = read.sealed_secret;
            let registration = registration::read(&row, sealed.is_some(), read.secret_number.unwrap_or(0))?;
            let open = |number: Option<i64>, sealed: Option<Vec<u8>>| {
                let number = GenerationNumber(number.unwrap_or(0).cast_unsigned());
                sealed.map(|sealed| seal.open_client_secret(registration.id, number, &sealed)).transpose()
            };
            // A refresh needs only the one in use: a damaged rotation keeps none from being sent.
            if let (Some(revision), Some(rotation)) = (read.rotation_revision, read.rotation)
                && secret_rotation::read((revision, rotation)).is_ok_and(|rotation| rotation.is_told_by_refresh())
            {
                untold_secret = open(read.spare_number, read.sealed_spare).ok().flatten();
            }
            let secret = open(read.secret_number, sealed)?;
            Some((registration, secret))
        }
        None => None,
    };
    let integration = integration::read((read.revision, read.row))?;
    Ok(RefreshBasis { integration, active, registration, untold_secret })
}
