//! Generations: every version of a credential, sealed.
//!
//! INVARIANT: at most one active generation per integration (a unique index holds it), numbers are never used twice, and a
//! generation's secret is there until it is retired and not afterwards.

use futures_util::TryStreamExt as _;
use sqlx::SqliteConnection;
use storm_domain::port::KeyInUse;
use storm_domain::{
    Credential, CredentialSummary, Generation, GenerationInfo, GenerationNumber, GenerationPhase, Integration,
    IntegrationId, Timestamp, VaultError,
};
use uuid::Uuid;

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::{credential, integration};

fn word(phase: GenerationPhase) -> &'static str {
    match phase {
        GenerationPhase::Staged => "staged",
        GenerationPhase::Active => "active",
        GenerationPhase::Superseded => "superseded",
        GenerationPhase::Retired => "retired",
    }
}

fn phase(word: &str) -> Result<GenerationPhase, VaultError> {
    match word {
        "staged" => Ok(GenerationPhase::Staged),
        "active" => Ok(GenerationPhase::Active),
        "superseded" => Ok(GenerationPhase::Superseded),
        "retired" => Ok(GenerationPhase::Retired),
        _ => Err(VaultError::Damaged),
    }
}

fn number(column: i64) -> GenerationNumber {
    GenerationNumber(column.cast_unsigned())
}

/// The number of the active generation.
pub(crate) async fn active_number(
    connection: &mut SqliteConnection,
    id: IntegrationId,
) -> Result<Option<GenerationNumber>, VaultError> {
    let active = sqlx::query_scalar("SELECT number FROM generation WHERE integration_id = ?1 AND phase = 'active'")
        .bind(id.to_string())
        .fetch_optional(connection)
        .await;
    Ok(active.map_err(of_sqlx)?.map(number))
}

/// A generation with its secret; `None` = the active one. [`VaultError::NotFound`] when there is none, or it is retired.
pub(crate) async fn with_secret(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    wanted: Option<GenerationNumber>,
) -> Result<Generation, VaultError> {
    let (stored, word, sealed, created_at): (i64, String, Option<Vec<u8>>, i64) = sqlx::query_as(
        "SELECT number, phase, sealed_credential, created_at FROM generation
         WHERE integration_id = ?1 AND iif(?2 IS NULL, phase = 'active', number = ?2)",
    )
    .bind(id.to_string())
    .bind(wanted.map(|number| number.0.cast_signed()))
    .fetch_one(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(Generation {
        integration_id: id,
        number: number(stored),
        phase: phase(&word)?,
        credential: seal.open_credential(id, number(stored), &sealed.ok_or(VaultError::NotFound)?)?,
        created_at: Timestamp(created_at),
    })
}

/// All generations, newest first.
pub(crate) async fn infos(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
) -> Result<Vec<GenerationInfo>, VaultError> {
    let rows: Vec<(i64, String, Vec<u8>, i64, i64)> = sqlx::query_as(
        "SELECT number, phase, sealed_summary, created_at, changed_at FROM generation
         WHERE integration_id = ?1 ORDER BY number DESC",
    )
    .bind(id.to_string())
    .fetch_all(connection)
    .await
    .map_err(of_sqlx)?;
    let read = |(stored, word, sealed, created_at, changed_at): (i64, String, Vec<u8>, i64, i64)| {
        Ok(GenerationInfo {
            number: number(stored),
            phase: phase(&word)?,
            // The page must show the others, and let this one be replaced. A newer vault was refused when it was opened: bytes
            // that look like a newer envelope are damage, too.
            summary: match seal.open_summary(id, number(stored), &sealed) {
                Err(VaultError::Damaged | VaultError::NewerSchema) => CredentialSummary::Damaged,
                opened => opened?,
            },
            created_at: Timestamp(created_at),
            changed_at: Timestamp(changed_at),
        })
    };
    rows.into_iter().map(read).collect()
}

/// The keys and key files in use. Only the summary of a key file is opened: it may name an end.
pub(crate) async fn keys_in_use(connection: &mut SqliteConnection, seal: &Seal) -> Result<Vec<KeyInUse>, VaultError> {
    let mut rows = sqlx::query_as::<_, (String, i64, i64, Option<Vec<u8>>)>(
        "SELECT integration_id, number, created_at, iif(kind = 'service_account_key', sealed_summary, NULL)
         FROM generation WHERE phase = 'active' AND kind IN ('api_key', 'service_account_key')",
    )
    .fetch(connection);
    let mut keys = Vec::new();
    while let Some((id, stored, created_at, sealed)) = rows.try_next().await.map_err(of_sqlx)? {
        let integration_id = IntegrationId(Uuid::parse_str(&id).map_err(|_| VaultError::Damaged)?);
        // One that does not open says nothing of its end, and hides no other.
        let summary = sealed.and_then(|sealed| seal.open_summary(integration_id, number(stored), &sealed).ok());
        let ends_at = match summary {
            Some(CredentialSummary::ServiceAccountKey { ends_at, .. }) => ends_at,
            _ => None,
        };
        keys.push(KeyInUse { integration_id, generation: number(stored), saved_at: Timestamp(created_at), ends_at });
    }
    Ok(keys)
}

/// Saves a credential under the next number. [`VaultError::NotFound`] without such an integration.
pub(crate) async fn insert(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    credential: &Credential,
    phase: GenerationPhase,
    at: Timestamp,
) -> Result<GenerationNumber, VaultError> {
    let next = take_number(connection, id).await?;
    insert_at(connection, seal, (id, next), credential, phase, at).await?;
    Ok(next)
}

/// The next number, which is used by nobody else from now on. [`VaultError::NotFound`] without such an integration.
pub(crate) async fn take_number(
    connection: &mut SqliteConnection,
    id: IntegrationId,
) -> Result<GenerationNumber, VaultError> {
    let next = sqlx::query_scalar(
        "UPDATE integration SET last_generation = last_generation + 1 WHERE id = ?1 RETURNING last_generation",
    )
    .bind(id.to_string())
    .fetch_one(connection)
    .await;
    Ok(number(next.map_err(of_sqlx)?))
}

/// Saves a credential under a number that was taken for it.
pub(crate) async fn insert_at(
    connection: &mut SqliteConnection,
    seal: &Seal,
    (id, number): (IntegrationId, GenerationNumber),
    credential: &Credential,
    phase: GenerationPhase,
    at: Timestamp,
) -> Result<(), VaultError> {
    sqlx::query(
        "INSERT INTO generation
         (integration_id, number, phase, kind, sealed_credential, sealed_summary, created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)",
    )
    .bind(id.to_string())
    .bind(number.0.cast_signed())
    .bind(word(phase))
    .bind(credential::kind(credential)?)
    .bind(seal.credential(id, number, credential)?)
    .bind(seal.summary(id, number, &credential.summary())?)
    .bind(at.0)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(())
}

/// Makes `next`, which is staged or superseded, the active one if `expected` is.
pub(crate) async fn switch(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    expected: Option<GenerationNumber>,
    next: GenerationNumber,
    at: Timestamp,
) -> Result<(), VaultError> {
    if active_number(connection, id).await? != expected {
        return Err(VaultError::Conflict);
    }
    match phase_of(connection, id, next).await? {
        GenerationPhase::Staged | GenerationPhase::Superseded => {}
        GenerationPhase::Active | GenerationPhase::Retired => return Err(VaultError::Conflict),
    }
    supersede_active(connection, id, at).await?;
    set_phase(connection, id, next, GenerationPhase::Active, at).await
}

/// Moves a staged secret into a new integration, where it is the active one.
pub(crate) async fn part(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    staged: GenerationNumber,
    new: Integration,
    at: Timestamp,
) -> Result<Integration, VaultError> {
    if phase_of(connection, id, staged).await? != GenerationPhase::Staged {
        return Err(VaultError::Conflict);
    }
    let credential = with_secret(connection, seal, id, Some(staged)).await?.credential;
    let added = integration::insert(connection, new).await?;
    insert(connection, seal, added.id, &credential, GenerationPhase::Active, at).await?;
    retire(connection, id, staged, at).await?;
    Ok(added)
}

/// Erases a secret. Doing it again is not an error.
pub(crate) async fn retire(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    number: GenerationNumber,
    at: Timestamp,
) -> Result<(), VaultError> {
    match phase_of(connection, id, number).await? {
        GenerationPhase::Active => return Err(VaultError::Conflict),
        GenerationPhase::Retired => return Ok(()),
        GenerationPhase::Staged | GenerationPhase::Superseded => {}
    }
    sqlx::query(
        "UPDATE generation SET phase = 'retired', sealed_credential = NULL, changed_at = ?3
         WHERE integration_id = ?1 AND number = ?2",
    )
    .bind(id.to_string())
    .bind(number.0.cast_signed())
    .bind(at.0)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(())
}

async fn phase_of(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    number: GenerationNumber,
) -> Result<GenerationPhase, VaultError> {
    let stored = sqlx::query_scalar("SELECT phase FROM generation WHERE integration_id = ?1 AND number = ?2")
        .bind(id.to_string())
        .bind(number.0.cast_signed())
        .fetch_one(connection)
        .await;
    phase(&stored.map_err(of_sqlx).map(|word: String| word)?)
}

/// The active generation, if there is one, becomes superseded.
async fn supersede_active(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    at: Timestamp,
) -> Result<(), VaultError> {
    sqlx::query(
        "UPDATE generation SET phase = 'superseded', changed_at = ?2 WHERE integration_id = ?1 AND phase = 'active'",
    )
    .bind(id.to_string())
    .bind(at.0)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(())
}

async fn set_phase(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    number: GenerationNumber,
    phase: GenerationPhase,
    at: Timestamp,
) -> Result<(), VaultError> {
    sqlx::query("UPDATE generation SET phase = ?3, changed_at = ?4 WHERE integration_id = ?1 AND number = ?2")
        .bind(id.to_string())
        .bind(number.0.cast_signed())
        .bind(word(phase))
        .bind(at.0)
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}
