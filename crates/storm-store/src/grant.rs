//! The commit of a token answer's grant: the one write of the program that must not be lost.
//!
//! INVARIANT: no refresh token is erased before a later grant than its successor is committed, and a grant without a refresh
//! token inherits the one it was obtained with (RFC 6749 §6). So the tokens of the last two grants are always there.

use sqlx::{FromRow as _, SqliteConnection};
use storm_domain::port::CommittedGrant;
use storm_domain::{
    ActivityKind, Credential, GenerationNumber, GenerationPhase, Integration, IntegrationId, Lease, OAuthGrant,
    Timestamp, TokenEvent, VaultError,
};
use storm_secret::RefreshToken;

use crate::activity::{End, Entry, end_of_activity, insert_activity};
use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::writer::Turn;
use crate::{activity, generation, integration, lease};

/// What a commit depends on, in one command. Parameters: 1 integration, 2 fencing.
const CHECK: &str = concat!(
    "SELECT fencing = $2 AND process IS NOT NULL,
        (SELECT number FROM generation WHERE integration_id = $1 AND phase = 'active'),
        last_generation, revision, row, ",
    end_of_activity!(),
    " FROM lease JOIN integration ON id = integration_id WHERE integration_id = $1"
);

/// What it writes, in one command: each is a round trip to the database's thread, and a thousand refreshes may wait behind this
/// one. Twenty retired generations are kept for the history of an integration.
///
/// Parameters: 1 integration, 2 time, 3 to 7 entry of the activity log, 8 number, 9 credential, 10 summary, 11 revision, 12 row.
const COMMIT: &str = concat!(
    insert_activity!(),
    "; UPDATE generation SET phase = 'retired', sealed_credential = NULL, changed_at = $2
        WHERE integration_id = $1 AND phase = 'superseded' AND kind = 'oauth_grant'
            AND number < (SELECT g.number FROM generation g WHERE g.integration_id = $1 AND g.phase = 'active')
            AND NOT EXISTS (SELECT 1 FROM rotation WHERE integration_id = $1 AND number IN (old, new));
    UPDATE generation SET phase = 'superseded', changed_at = $2 WHERE integration_id = $1 AND phase = 'active';
    INSERT INTO generation
        (integration_id, number, phase, kind, sealed_credential, sealed_summary, created_at, changed_at)
        VALUES ($1, $8, 'active', 'oauth_grant', $9, $10, $2, $2);
    UPDATE integration SET last_generation = $8, revision = $11, row = $12 WHERE id = $1;
    DELETE FROM generation WHERE integration_id = $1 AND phase = 'retired' AND number < $8 - 20;
    DELETE FROM intent WHERE integration_id = $1;
    UPDATE lease SET settled = fencing, process = NULL WHERE integration_id = $1"
);

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
    turn: &mut Turn<'_>,
    seal: &Seal,
    Commit { lease, expected, mut grant, event, mut log, at }: Commit,
) -> Result<CommittedGrant, VaultError> {
    let id = lease.integration_id;
    let Basis { last, mut integration, mut end } = check(turn, &lease, expected).await?;
    if let Some(event) = event {
        integration = integration.with_grant(&grant, event, at);
    }
    if grant.refresh_token.as_ref().is_none_or(RefreshToken::is_empty) {
        grant.refresh_token = inherited(turn.connection().await?, seal, id, expected).await?;
    }
    // The last entry goes along with the rest; there is hardly ever another one.
    let last_entry = log.pop();
    let mut next_entry = |what| end.next(seal, Some(id), integration.name.clone(), what, at);
    for what in &log {
        next_entry(what)?.insert(turn.connection().await?).await?;
    }
    let entry = last_entry.as_ref().map(next_entry).transpose()?;
    if let Some(entry) = &entry {
        entry.prune(turn.connection().await?).await?;
    }
    let next = GenerationNumber(last + 1);
    let credential = Credential::OAuthGrant(grant);
    let (sealed, summary) = (seal.credential(id, next, &credential)?, seal.summary(id, next, &credential.summary())?);
    integration.revision += 1;
    let row = integration::write(&integration)?;
    turn.send_last(COMMIT, |command| {
        Entry::bind(entry, command.bind(id.to_string()).bind(at.0))
            .bind(next.0.cast_signed())
            .bind(sealed)
            .bind(summary)
            .bind(integration.revision.cast_signed())
            .bind(row)
    })
    .await?;
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

/// What a commit goes on from.
struct Basis {
    /// The last number that was given.
    last: u64,
    integration: Integration,
    end: End,
}

/// Lease, number of the active generation, last number, revision and row, end of the log.
type Checked = (bool, Option<i64>, i64, i64, String, Option<i64>, Option<Vec<u8>>);

/// [`VaultError::LeaseLost`] and [`VaultError::Conflict`] as the port says.
async fn check(turn: &mut Turn<'_>, held: &Lease, expected: Option<GenerationNumber>) -> Result<Basis, VaultError> {
    let (id, fencing) = (held.integration_id.to_string(), held.fencing.cast_signed());
    let rows = turn.send(CHECK, |command| command.bind(id).bind(fencing)).await?;
    let found = rows.first().map(Checked::from_row).transpose().map_err(of_sqlx)?;
    match found {
        Some((true, active, last, revision, row, sequence, link))
            if active.map(i64::cast_unsigned) == expected.map(|number| number.0) =>
        {
            let integration = integration::read((revision, row))?;
            Ok(Basis { last: last.cast_unsigned(), integration, end: End::read((sequence, link))? })
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
