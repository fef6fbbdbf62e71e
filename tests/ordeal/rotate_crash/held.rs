//! What a vault holds, tried at the service: the ordeal's own eyes while the program is dead.
//!
//! INVARIANT: a copy is opened, so that the next start of the program finds what the kill left, and nothing else.

use std::path::Path;
use std::sync::Arc;

use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::{Catalogue, Connector};
use storm_domain::port::{Clock as _, Provider as _, Vault as _};
use storm_domain::{
    Credential, GenerationNumber, GenerationPhase, Integration, IntegrationId, RegistrationId, Rotation, VaultError,
};
use storm_secret::ClientSecret;
use storm_store::{SqliteVault, open_vault};
use storm_tests::{Outcome, StepError};

use crate::chance::Chance;
use crate::estate::Estate;
use crate::power_cut::disk::{Disk, Loss};
use crate::process::FORKING;
use crate::victim::HandedOver;

/// A credential that is kept, or a client secret.
#[derive(Debug)]
pub struct Held {
    pub number: GenerationNumber,
    pub phase: GenerationPhase,
    /// Whether the service takes it.
    pub works: bool,
}

/// Everything that the vault holds of an integration. `copy` is a folder to work in.
pub async fn look(estate: &Estate, id: IntegrationId, copy: &Path) -> Outcome<Vec<Held>> {
    Disk::of_folder(&estate.folder)?.write_to(copy, Loss::Nothing, &mut Chance(0))?;
    let beginning = estate.beginning_at(copy, None);
    let forking = FORKING.lock().await;
    let keyring = Arc::new(HandedOver::of(&beginning));
    let opened = open_vault(beginning.vault_folder(), keyring, Arc::new(SystemClock), Arc::new(OsEntropy)).await;
    let vault = opened.map_err(|error| wrong(&format!("what the kill left does not open: {error}")))?;
    let credentials = read(&vault, id).await;
    vault.close().await;
    drop(forking);
    let (row, credentials) = credentials?;
    let mut held = Vec::new();
    for (number, phase, kept) in credentials {
        let works = match kept {
            Kept::Credential(credential) => works(estate, &row, &credential).await?,
            Kept::Secret { client_id, secret } => is_believed(estate, &client_id, &secret).await?,
        };
        held.push(Held { number, phase, works });
    }
    Ok(held)
}

enum Kept {
    Credential(Box<Credential>),
    Secret { client_id: String, secret: ClientSecret },
}

type Numbered = (GenerationNumber, GenerationPhase, Kept);

async fn read(vault: &SqliteVault, id: IntegrationId) -> Outcome<(Integration, Vec<Numbered>)> {
    let row = vault.integration(id).await.map_err(|error| wrong(&error))?;
    if let Some(registration) = row.registration_id {
        let secrets = secrets(vault, registration).await.map_err(|error| wrong(&error))?;
        return Ok((row, secrets));
    }
    let mut kept = Vec::new();
    for info in vault.generations(id).await.map_err(|error| wrong(&error))? {
        if info.phase != GenerationPhase::Retired {
            let generation = vault.generation(id, info.number).await.map_err(|error| wrong(&error))?;
            kept.push((info.number, info.phase, Kept::Credential(Box::new(generation.credential))));
        }
    }
    Ok((row, kept))
}

/// The client secret in use, and the one beside it.
async fn secrets(vault: &SqliteVault, id: RegistrationId) -> Result<Vec<Numbered>, VaultError> {
    let all = vault.registrations().await?;
    let client_id = all.into_iter().find(|one| one.id == id).ok_or(VaultError::NotFound)?.client_id;
    let rotation = vault.secret_rotation(id).await?;
    let (old, new) = rotation.as_ref().map_or((GenerationNumber(0), GenerationNumber(0)), |one| (one.old, one.new));
    let in_use = rotation.as_ref().map_or(GenerationNumber(0), Rotation::in_use);
    let other = if in_use == new { old } else { new };
    let places = [
        (in_use, GenerationPhase::Active, vault.registration_secret(id).await?),
        (other, GenerationPhase::Superseded, vault.spare_secret(id).await?),
    ];
    let kept = |secret| Kept::Secret { client_id: client_id.clone(), secret };
    Ok(places.into_iter().filter_map(|(number, phase, secret)| Some((number, phase, kept(secret?)))).collect())
}

/// Whether the service takes it for the client's; no grant is spent for that.
async fn is_believed(estate: &Estate, client_id: &str, secret: &ClientSecret) -> Outcome<bool> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let form = [
        ("grant_type", "refresh_token"),
        ("refresh_token", "nobody's"),
        ("client_id", client_id),
        // EXPOSE: sent to the practice service.
        ("client_secret", secret.expose()),
    ];
    let answer = http.post(format!("{}/oauth/token", estate.service.base_url())).form(&form).send().await?;
    Ok(answer.status() == reqwest::StatusCode::BAD_REQUEST)
}

/// Whether the service answers a call with it.
async fn works(estate: &Estate, row: &Integration, credential: &Credential) -> Outcome<bool> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    if let Credential::ApiKey(key) = credential
        && key.id.is_some()
    {
        let (connector, provider) = (connector_of(row)?, provider()?);
        let request = connector.verify_request(row.method, &row.fields).map_err(|error| wrong(&error))?;
        return Ok(provider.verify(&request, credential, None).await.is_accepted());
    }
    let call = http.get(format!("{}/api/whoami", estate.service.base_url()));
    let call = match credential {
        // EXPOSE: sent to the practice service.
        Credential::ApiKey(key) => call.bearer_auth(key.key.expose()),
        Credential::ServiceAccountKey(key) => {
            let connector = connector_of(row)?;
            let service = connector.service_account_service(&row.fields, &row.requested_scopes, key);
            let service = service.map_err(|error| wrong(&error))?;
            match provider()?.exchange_assertion(&service, key, SystemClock.now()).await {
                // EXPOSE: sent to the practice service.
                Ok((token, _)) => call.bearer_auth(token.expose()),
                Err(_) => return Ok(false),
            }
        }
        _ => return Err(wrong(&"a credential that is not rotated")),
    };
    Ok(call.send().await?.status().is_success())
}

fn connector_of(row: &Integration) -> Outcome<&'static Connector> {
    let catalogue = Catalogue::embedded().map_err(|_| wrong(&"the catalogue is damaged"))?;
    catalogue.connector(&row.connector_id).ok_or_else(|| wrong(&"no such connector"))
}

fn provider() -> Outcome<HttpProvider> {
    HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy)).map_err(|error| wrong(&error))
}

fn wrong(error: &impl ToString) -> StepError {
    StepError::Wrong(error.to_string())
}
