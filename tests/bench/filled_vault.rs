//! A vault with many integrations, put there through the vault's own port: ten thousand sign-ins in a browser would take a
//! day, and leave the same rows.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use storm_auth::{OsEntropy, SystemClock};
use storm_domain::port::{Clock as _, Keyring, NewIntegration, Vault};
use storm_domain::{
    AppRegistration, Credential, Fields, Integration, IntegrationId, Method, OAuthGrant, RefreshState, RegistrationId,
    ServiceAccountKey, Timestamp, TokenState,
};
use storm_store::{SqliteVault, VaultFolder, open_vault};
use storm_testkit::{integration as plain_integration, oauth_grant, oauth_integration};
use storm_tests::{Outcome, StepError};

use crate::group_commit::failed;
use crate::lean_service::{LIFETIME_S, LeanService};

/// Writes under way at once; the writer commits them together.
const AT_ONCE: usize = 256;

/// The name of the integration that holds a grant.
pub fn name(grant: usize) -> String {
    format!("Integration {grant}")
}

/// Makes a vault with one integration for each of the service's first `count` grants. Nothing of it is due for most of an
/// hour, and all of it may be lent.
///
/// # Errors
/// When it cannot be written.
pub async fn fill(
    data: &Path,
    keyring: Arc<dyn Keyring>,
    service: &LeanService,
    count: usize,
) -> Outcome<Vec<IntegrationId>> {
    let now = SystemClock.now();
    let vault = open(data, keyring).await?;
    let fields = fields(service);
    let registration = AppRegistration {
        id: RegistrationId(uuid::Uuid::from_u128(1)),
        connector_id: "practice".to_owned(),
        client_id: "practice-desktop".to_owned(),
        has_secret: false,
        secret_ends_at: None,
        fields: fields.clone(),
        created_at: now,
    };
    vault.put_registration(&registration, None).await.map_err(failed)?;
    let filled = &vault;
    let mut ids: Vec<(usize, IntegrationId)> = stream::iter(scattered(count))
        .map(|grant| {
            let adding = add(filled, integration(grant, &registration, now), grant);
            async move { Ok::<_, StepError>((grant, adding.await?)) }
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    ids.sort_unstable_by_key(|(grant, _)| *grant);
    vault.close().await;
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

/// Makes a vault with so many service accounts at the service, all with the same key.
///
/// # Errors
/// When it cannot be written.
pub async fn fill_accounts(
    data: &Path,
    keyring: Arc<dyn Keyring>,
    service: &LeanService,
    key: &ServiceAccountKey,
    count: usize,
) -> Outcome<Vec<IntegrationId>> {
    let vault = open(data, keyring).await?;
    let (mut ids, now) = (Vec::new(), SystemClock.now());
    for number in 0..count {
        let integration = Integration {
            name: name(number),
            fields: fields(service),
            requested_scopes: vec!["read".to_owned()],
            state: TokenState::Active { expires_at: Some(end_after(now)), refresh: RefreshState::Idle },
            created_at: now,
            ..plain_integration(spread(number), Method::ServiceAccount)
        };
        let credential = Some(Credential::ServiceAccountKey(key.clone()));
        ids.push(vault.add_integration(NewIntegration { integration, credential }).await.map_err(failed)?.id);
    }
    vault.close().await;
    Ok(ids)
}

async fn open(data: &Path, keyring: Arc<dyn Keyring>) -> Outcome<SqliteVault> {
    let folder = VaultFolder::new(data);
    open_vault(folder, keyring, Arc::new(SystemClock), Arc::new(OsEntropy)).await.map_err(failed)
}

fn fields(service: &LeanService) -> Fields {
    Fields::from([("base_url".to_owned(), service.base_url().to_owned())])
}

/// All grants, not in the order of their names: nobody adds integrations by the alphabet.
fn scattered(count: usize) -> impl Iterator<Item = usize> {
    const STEP: usize = 7_919; // a prime that divides no count
    (0..count).map(move |place| place * STEP % count)
}

/// A realistic id: the vault's index must not profit from ids that count up.
fn spread(number: usize) -> u128 {
    (number as u128 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

async fn add(vault: &SqliteVault, integration: Integration, grant: usize) -> Outcome<IntegrationId> {
    let access_token = format!("at.{grant}.{}", "a".repeat(1024));
    let grant = OAuthGrant {
        expires_at: Some(end_after(integration.created_at)),
        obtained_at: integration.created_at,
        ..oauth_grant(&access_token, Some(&LeanService::refresh_token(grant)))
    };
    let new = NewIntegration { integration, credential: Some(Credential::OAuthGrant(grant)) };
    Ok(vault.add_integration(new).await.map_err(failed)?.id)
}

fn integration(grant: usize, registration: &AppRegistration, now: Timestamp) -> Integration {
    Integration {
        name: name(grant),
        fields: registration.fields.clone(),
        registration_id: Some(registration.id),
        requested_scopes: vec!["read".to_owned(), "offline_access".to_owned()],
        state: TokenState::Active { expires_at: Some(end_after(now)), refresh: RefreshState::Idle },
        lending_allowed: true,
        last_refreshed_at: Some(now),
        refresh_life: None,
        created_at: now,
        ..oauth_integration(spread(grant))
    }
}

fn end_after(now: Timestamp) -> Timestamp {
    now.after(Duration::from_secs(LIFETIME_S))
}
