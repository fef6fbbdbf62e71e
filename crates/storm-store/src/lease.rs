//! Leases and intents: who may send a credential to the token endpoint, and what was sent.
//!
//! INVARIANT: an integration's fencing only rises, and nothing is done under a lease whose fencing is not the last one.

use sqlx::{Row as _, SqliteConnection};
use storm_domain::{GenerationNumber, IntegrationId, Lease, LeaseOwner, RefreshIntent, Timestamp, VaultError};
use uuid::Uuid;

use crate::fault::of_sqlx;
use crate::writer::Turn;

/// Parameters: 1 integration, 2 process, 3 boot, 4 now, 5 deadline. No row when somebody else has it.
macro_rules! acquire {
    () => {
        "INSERT INTO lease (integration_id, fencing, process, boot, deadline) VALUES ($1, 1, $2, $3, $5)
         ON CONFLICT (integration_id) DO UPDATE SET fencing = fencing + 1, process = $2, boot = $3, deadline = $5
         WHERE process IS NULL OR process = $2 OR boot <> $3 OR deadline <= $4
         RETURNING fencing"
    };
}

pub(crate) async fn acquire(
    connection: &mut SqliteConnection,
    id: IntegrationId,
    owner: &LeaseOwner,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<Lease, VaultError> {
    let taken: Option<i64> = sqlx::query_scalar(acquire!())
        .bind(id.to_string())
        .bind(&owner.process)
        .bind(&owner.boot)
        .bind(now.0)
        .bind(deadline.0)
        .fetch_optional(&mut *connection)
        .await
        .map_err(of_sqlx)?;
    match taken {
        Some(fencing) => Ok(Lease { integration_id: id, fencing: fencing.cast_unsigned(), deadline }),
        None => Err(VaultError::LeaseHeld { until: held_until(connection, id).await? }),
    }
}

async fn held_until(connection: &mut SqliteConnection, id: IntegrationId) -> Result<Timestamp, VaultError> {
    let until = sqlx::query_scalar("SELECT deadline FROM lease WHERE integration_id = ?1")
        .bind(id.to_string())
        .fetch_one(connection)
        .await;
    until.map(Timestamp).map_err(of_sqlx)
}

pub(crate) async fn release(connection: &mut SqliteConnection, lease: &Lease) -> Result<(), VaultError> {
    sqlx::query("UPDATE lease SET process = NULL WHERE integration_id = ?1 AND fencing = ?2")
        .bind(lease.integration_id.to_string())
        .bind(lease.fencing.cast_signed())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

/// Frees every lease. Only for whoever holds the vault lock: no other process of this computer can be using one then, whatever
/// their deadlines say, and a crash must not keep its own leases from the next start.
pub(crate) async fn free_all(connection: &mut SqliteConnection) -> Result<(), VaultError> {
    sqlx::query("UPDATE lease SET process = NULL WHERE process IS NOT NULL")
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

/// [`VaultError::LeaseLost`] unless the lease is the last one given and has not been given back. A passed deadline alone
/// does no harm: nobody else has the credential.
pub(crate) async fn check(connection: &mut SqliteConnection, lease: &Lease) -> Result<(), VaultError> {
    let held: Option<bool> =
        sqlx::query_scalar("SELECT fencing = ?2 AND process IS NOT NULL FROM lease WHERE integration_id = ?1")
            .bind(lease.integration_id.to_string())
            .bind(lease.fencing.cast_signed())
            .fetch_optional(connection)
            .await
            .map_err(of_sqlx)?;
    if held == Some(true) { Ok(()) } else { Err(VaultError::LeaseLost) }
}

/// The last fencing whose grant was committed; `None` without such an integration.
pub(crate) async fn settled(connection: &mut SqliteConnection, id: IntegrationId) -> Result<Option<u64>, VaultError> {
    let settled: Option<i64> = sqlx::query_scalar(
        "SELECT coalesce((SELECT settled FROM lease WHERE integration_id = ?1), 0) FROM integration WHERE id = ?1",
    )
    .bind(id.to_string())
    .fetch_optional(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(settled.map(i64::cast_unsigned))
}

/// Takes the lease and notes what is about to be sent under it, if it was taken.
pub(crate) async fn begin(
    turn: &mut Turn<'_>,
    intent: &RefreshIntent,
    owner: &LeaseOwner,
    now: Timestamp,
    deadline: Timestamp,
) -> Result<Lease, VaultError> {
    let id = intent.integration_id;
    let begin = concat!(
        acquire!(),
        "; INSERT OR REPLACE INTO intent (integration_id, fencing, generation, at, retries)
            SELECT integration_id, fencing, $6, $7, $8 FROM lease WHERE integration_id = $1 AND process = $2 AND boot = $3"
    );
    let taken = turn.send_last(begin, |command| {
        command
            .bind(id.to_string())
            .bind(owner.process.clone())
            .bind(owner.boot.clone())
            .bind(now.0)
            .bind(deadline.0)
            .bind(intent.generation.map(|number| number.0.cast_signed()))
            .bind(intent.at.0)
            .bind(intent.retries)
    });
    match taken.await?.first() {
        Some(row) => {
            let fencing: i64 = row.try_get(0).map_err(of_sqlx)?;
            Ok(Lease { integration_id: id, fencing: fencing.cast_unsigned(), deadline })
        }
        None => Err(VaultError::LeaseHeld { until: held_until(turn.connection().await?, id).await? }),
    }
}

pub(crate) async fn clear_intent(connection: &mut SqliteConnection, lease: &Lease) -> Result<(), VaultError> {
    check(connection, lease).await?;
    sqlx::query("DELETE FROM intent WHERE integration_id = ?1")
        .bind(lease.integration_id.to_string())
        .execute(connection)
        .await
        .map_err(of_sqlx)?;
    Ok(())
}

pub(crate) async fn intents(connection: &mut SqliteConnection) -> Result<Vec<RefreshIntent>, VaultError> {
    let rows: Vec<(String, Option<i64>, i64, u32)> =
        sqlx::query_as("SELECT integration_id, generation, at, retries FROM intent ORDER BY at")
            .fetch_all(connection)
            .await
            .map_err(of_sqlx)?;
    let read = |(id, generation, at, retries): (String, Option<i64>, i64, u32)| {
        Ok(RefreshIntent {
            integration_id: IntegrationId(Uuid::parse_str(&id).map_err(|_| VaultError::Damaged)?),
            generation: generation.map(|number| GenerationNumber(number.cast_unsigned())),
            at: Timestamp(at),
            retries,
        })
    };
    rows.into_iter().map(read).collect()
}
