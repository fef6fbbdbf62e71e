//! What a vault holds, tried at the service: the ordeal's own eyes while the program is dead.
//!
//! INVARIANT: a copy is opened, so that the next start of the program finds what the kill left, and nothing else.

use std::path::Path;
use std::sync::Arc;

use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::Catalogue;
use storm_domain::port::{Clock as _, Provider as _, Vault as _};
use storm_domain::{Credential, GenerationNumber, GenerationPhase, Integration, IntegrationId};
use storm_store::{SqliteVault, open_vault};
use storm_tests::{Outcome, StepError};

use crate::chance::Chance;
use crate::estate::Estate;
use crate::power_cut::disk::{Disk, Loss};
use crate::process::FORKING;
use crate::victim::HandedOver;

/// A credential that is kept.
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
    for (number, phase, credential) in credentials {
        held.push(Held { number, phase, works: works(estate, &row, &credential).await? });
    }
    Ok(held)
}

type Kept = (GenerationNumber, GenerationPhase, Credential);

async fn read(vault: &SqliteVault, id: IntegrationId) -> Outcome<(Integration, Vec<Kept>)> {
    let row = vault.integration(id).await.map_err(|error| wrong(&error))?;
    let mut kept = Vec::new();
    for info in vault.generations(id).await.map_err(|error| wrong(&error))? {
        if info.phase != GenerationPhase::Retired {
            let generation = vault.generation(id, info.number).await.map_err(|error| wrong(&error))?;
            kept.push((info.number, info.phase, generation.credential));
        }
    }
    Ok((row, kept))
}

/// Whether the service answers a call with it.
async fn works(estate: &Estate, row: &Integration, credential: &Credential) -> Outcome<bool> {
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).build()?;
    let call = http.get(format!("{}/api/whoami", estate.service.base_url()));
    let call = match credential {
        // EXPOSE: sent to the practice service.
        Credential::ApiKey(key) => call.bearer_auth(key.key.expose()),
        Credential::ServiceAccountKey(key) => {
            let catalogue = Catalogue::embedded().map_err(|_| wrong(&"the catalogue is damaged"))?;
            let connector = catalogue.connector(&row.connector_id).ok_or_else(|| wrong(&"no such connector"))?;
            let service = connector.service_account_service(&row.fields, &row.requested_scopes, key);
            let service = service.map_err(|error| wrong(&error))?;
            let provider = HttpProvider::new(Arc::new(SystemClock), Arc::new(OsEntropy));
            let provider = provider.map_err(|error| wrong(&error))?;
            match provider.exchange_assertion(&service, key, SystemClock.now()).await {
                // EXPOSE: sent to the practice service.
                Ok((token, _)) => call.bearer_auth(token.expose()),
                Err(_) => return Ok(false),
            }
        }
        _ => return Err(wrong(&"a credential that is not rotated")),
    };
    Ok(call.send().await?.status().is_success())
}

fn wrong(error: &impl ToString) -> StepError {
    StepError::Wrong(error.to_string())
}
