//! The commit of a token answer's grant: the one write of the program that must not be lost.
//!
//! INVARIANT: no refresh token is erased before a later grant than its successor is committed, and a grant without a refresh
//! token inherits the one it was obtained with (RFC 6749 §6). So the tokens of the last two grants are always there.

use sqlx::SqliteConnection;
use storm_domain::{Credential, GenerationNumber, GenerationPhase, Lease, OAuthGrant, Timestamp, VaultError};

use crate::fault::of_sqlx;
use crate::seal::Seal;
use crate::{generation, lease};

/// How many retired generations are kept for the history of an integration.
const RETIRED_KEPT: i64 = 20;

pub(crate) async fn commit(
    connection: &mut SqliteConnection,
    seal: &Seal,
    held: &Lease,
    expected: Option<GenerationNumber>,
    mut grant: OAuthGrant,
    at: Timestamp,
) -> Result<GenerationNumber, VaultError> {
    let id = held.integration_id;
    lease::check(connection, held).await?;
    if generation::active_number(connection, id).await? != expected {
        return Err(VaultError::Conflict);
    }
    if grant.refresh_token.as_ref().is_none_or(storm_secret::RefreshToken::is_empty) && expected.is_some() {
        let active = generation::with_secret(connection, seal, id, expected).await?;
        if let Credential::OAuthGrant(active) = active.credential {
            grant.refresh_token = active.refresh_token;
        }
    }
    generation::supersede_active(connection, id, at).await?;
    let credential = Credential::OAuthGrant(grant);
    let next = generation::insert(connection, seal, id, &credential, GenerationPhase::Active, at).await?;
    sqlx::query(
        "UPDATE generation SET phase = 'retired', sealed_credential = NULL, changed_at = ?3
         WHERE integration_id = ?1 AND phase = 'superseded' AND kind = 'oauth_grant' AND number < ?2
           AND NOT EXISTS (SELECT 1 FROM rotation WHERE integration_id = ?1 AND number IN (old, new));
         DELETE FROM generation WHERE integration_id = ?1 AND phase = 'retired' AND number < ?4 - ?5;
         DELETE FROM intent WHERE integration_id = ?1;
         UPDATE lease SET settled = fencing WHERE integration_id = ?1;",
    )
    .bind(id.to_string())
    .bind(expected.map(|number| number.0.cast_signed()))
    .bind(at.0)
    .bind(next.0.cast_signed())
    .bind(RETIRED_KEPT)
    .execute(connection)
    .await
    .map_err(of_sqlx)?;
    Ok(next)
}
