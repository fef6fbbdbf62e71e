//! The commit of a token answer's grant: the one write of the program that must not be lost.
//!
//! INVARIANT: no refresh token is erased before a later grant than its successor is committed, and a grant without a refresh
//! token inherits the one it was obtained with (RFC 6749 §6). So the tokens of the last two grants are always there.

use sqlx::SqliteConnection;
use storm_domain::port::CommittedGrant;
use storm_domain::{
    ActivityKind, Credential, GenerationNumber, GenerationPhase, Integration, IntegrationId, Lease, OAuthGrant,
    Timestamp, TokenEvent, VaultError,
};
use storm_secret::RefreshToken;

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::{activity, generation, integration, lease};

/// One command to the database, because each is a round trip to its thread and a thousand refreshes may wait behind this one.
/// Twenty retired generations are kept for the history of an integration.
///
/// Parameters: 1 integration, 2 time, 3 number, 4 credential, 5 summary. Each statement must use a run of them from ?1 on
/// without a gap: sqlx leaves the ones after a gap unbound when the statement is not the first.
const COMMIT: &str = "
    UPDATE generation SET phase = 'retired', sealed_credential = NULL, changed_at = ?2
        WHERE integration_id = ?1 AND phase = 'superseded' AND kind = 'oauth_grant'
            AND number < (SELECT g.number FROM generation g WHERE g.integration_id = ?1 AND g.phase = 'active')
            AND NOT EXISTS (SELECT 1 FROM rotation WHERE integration_id = ?1 AND number IN (old, new));
    UPDATE generation SET phase = 'superseded', changed_at = ?2 WHERE integration_id = ?1 AND phase = 'active';
    INSERT INTO generation
        (integration_id, number, phase, kind, sealed_credential, sealed_summary, created_at, changed_at)
        VALUES (?1, ?3, 'active', 'oauth_grant', ?4, ?5, ?2, ?2);
    UPDATE integration SET last_generation = last_generation + 1 WHERE id = ?1;
    DELETE FROM generation WHERE integration_id = ?1 AND phase = 'retired'
        AND number < (SELECT last_generation FROM integration WHERE id = ?1) - 20;
    DELETE FROM intent WHERE integration_id = ?1;
    UPDATE lease SET settled = fencing, process = NULL WHERE integration_id = ?1;
";

/// What the port's [`storm_domain::port::GrantCommit`] says, owned.
pub(crate) struct Commit {
    pub(crate) lease: Lease,
    pub(crate) expected: Option<GenerationNumber>,
    pub(crate) grant: OAuthGrant,
    pub(crate) event: Option<TokenEvent>,
    pub(crate) log: Vec<ActivityKind>,
    pub(crate) at: Timestamp,
}

pub(crate) async fn commit(
    connection: &mut SqliteConnection,
    seal: &Seal,
    Commit { lease, expected, mut grant, event, log, at }: Commit,
) -> Result<CommittedGrant, VaultError> {
    let id = lease.integration_id;
    let (last, mut integration) = check(connection, &lease, expected).await?;
    if let Some(event) = event {
        integration = integration.with_grant(&grant, event, at);
    }
    if grant.refresh_token.as_ref().is_none_or(RefreshToken::is_empty) {
        grant.refresh_token = inherited(connection, seal, id, expected).await?;
    }
    let next = GenerationNumber(last + 1);
    let credential = Credential::OAuthGrant(grant);
    sqlx::query(COMMIT)
        .bind(id.to_string())
        .bind(at.0)
        .bind(next.0.cast_signed())
        .bind(seal.credential(id, next, &credential)?)
        .bind(seal.summary(id, next, &credential.summary())?)
        .execute(&mut *connection)
        .await
        .map_err(of_sqlx)?;
    for what in &log {
        activity::append(connection, seal, Some(id), integration.name.clone(), what, at).await?;
    }
    let integration = integration::update(connection, integration).await?;
    Ok(CommittedGrant { number: next, integration })
}

/// Stores a grant under the next number beside the active one, and ends the intent and the lease.
pub(crate) async fn keep_beside(
    connection: &mut SqliteConnection,
    seal: &Seal,
    lease: &Lease,
    grant: OAuthGrant,
    phase: GenerationPhase,
    log: &[ActivityKind],
    at: Timestamp,
) -> Result<GenerationNumber, VaultError> {
    let id = lease.integration_id;
    lease::check(connection, lease).await?;
    let kept = generation::insert(connection, seal, id, &Credential::OAuthGrant(grant), phase, at).await?;
    sqlx::query(
        "DELETE FROM intent WHERE integration_id = ?1;
         UPDATE lease SET settled = fencing, process = NULL WHERE integration_id = ?1;",
    )
    .bind(id.to_string())
    .execute(&mut *connection)
    .await
    .map_err(of_sqlx)?;
    let name = integration::one(connection, id).await?.name;
    for what in log {
        activity::append(connection, seal, Some(id), name.clone(), what, at).await?;
    }
    Ok(kept)
}

/// [`VaultError::LeaseLost`] and [`VaultError::Conflict`] as the port says; else the last number that was given, and the row.
async fn check(
    connection: &mut SqliteConnection,
    held: &Lease,
    expected: Option<GenerationNumber>,
) -> Result<(u64, Integration), VaultError> {
    let found: Option<(bool, Option<i64>, i64, i64, String)> = sqlx::query_as(
        "SELECT fencing = ?2 AND process IS NOT NULL,
                (SELECT number FROM generation WHERE integration_id = ?1 AND phase = 'active'),
                last_generation, revision, row
         FROM lease JOIN integration ON id = integration_id WHERE integration_id = ?1",
    )
    .bind(held.integration_id.to_string())
    .bind(held.fencing.cast_signed())
    .fetch_optional(connection)
    .await
    .map_err(of_sqlx)?;
    match found {
        Some((true, active, last, revision, row))
            if active.map(i64::cast_unsigned) == expected.map(|number| number.0) =>
        {
            Ok((last.cast_unsigned(), integration::read((revision, row))?))
        }
        Some((true, ..)) => Err(VaultError::Conflict),
        Some((false, ..)) | None => Err(VaultError::LeaseLost),
    }
}

/// The refresh token of the grant that is about to be superseded.
async fn inherited(
    connection: &mut SqliteConnection,
    seal: &Seal,
    id: IntegrationId,
    expected: Option<GenerationNumber>,
) -> Result<Option<RefreshToken>, VaultError> {
    if expected.is_none() {
        return Ok(None);
    }
    match generation::with_secret(connection, seal, id, expected).await?.credential {
        Credential::OAuthGrant(active) => Ok(active.refresh_token),
        _ => Ok(None),
    }
}
