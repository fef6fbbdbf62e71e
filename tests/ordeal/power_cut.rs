//! Power cuts. Everything that a victim writes is recorded in order, and for every moment at which something was synced or
//! promised, the disk is put together as a power cut at that moment may have left it: what was synced is there, and of the rest
//! nothing, all of it, or any part, torn between sectors. Each such disk must open, and hold all that was promised.
//!
//! What is assumed: a sync of a file makes what was written to it before the sync began safe, and the file's own entry in its
//! folder; a sync of the folder makes the entries in it safe.

pub mod disk;
mod record;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use storm_auth::{OsEntropy, SystemClock};
use storm_domain::port::Vault as _;
use storm_domain::{GenerationNumber, GenerationPhase, IntegrationId, Landed, Method};
use storm_store::{SqliteVault, open_vault};
use storm_tests::{Outcome, StepError};

use self::disk::{Disk, Loss};
use self::record::{Entry, read_record};
use crate::chance::Chance;
use crate::estate::{Estate, Holding, Kind, Server};
use crate::process::Process;
use crate::scratch;
use crate::shim::Shim;
use crate::victim::HandedOver;
use crate::victim::report::{Beginning, Order, Report, What, fingerprint};
use crate::victim::turn::Turn;

/// Disks with a random part of what was not synced, for each moment, beside those with all and with nothing of it.
const RANDOM_DISKS: usize = 4;
const REFRESHES: usize = 6;

/// A grant that the store said is there.
#[derive(Debug, Clone)]
struct Promise {
    id: IntegrationId,
    fencing: u64,
    /// None = it only landed.
    generation: Option<GenerationNumber>,
    sha256: Option<String>,
}

/// Cuts the power at every moment of some busy seconds, and gives the closing figures.
pub async fn run(seed: u64) -> Outcome<Value> {
    let (scratch, mut chance) = (scratch()?, Chance(seed));
    let (folder, before) = (scratch.path().join("data"), scratch.path().join("before"));
    std::fs::create_dir_all(&folder)?;
    let estate = Estate::make(&folder, Server::Strict, 4, 1).await?;
    let mut disk = Disk::of_folder(&folder)?;
    disk.write_to(&before, Loss::Nothing, &mut chance)?;
    let record = scratch.path().join("record");
    work(&estate, &folder, scratch.path(), &record).await?;
    let (entries, mut promises) = (read_record(&record)?, Vec::<Promise>::new());
    let (mut moments, mut disks, mut violations) = (0_u64, 0_u64, 0_u64);
    for entry in entries {
        let is_moment = matches!(entry, Entry::SyncBegun { .. } | Entry::Synced { .. } | Entry::Said(_));
        if let Entry::Said(line) = &entry {
            promises.extend(promise(line));
        }
        disk.take(entry);
        if !is_moment {
            continue;
        }
        moments += 1;
        let random = [Loss::Some; RANDOM_DISKS];
        for loss in [Loss::All, Loss::Nothing].into_iter().chain(random) {
            let at = scratch.path().join("cut");
            disk.write_to(&at, loss, &mut chance)?;
            disks += 1;
            if let Err(what) = is_kept(&estate.beginning_at(&at, None), &promises).await {
                violations += 1;
                eprintln!("VIOLATION at moment {moments}, lost {loss:?}: {what}");
            }
        }
    }
    Ok(json!({ "moments": moments, "disks": disks, "promises": promises.len(), "violations": violations }))
}

/// Some of everything that stores a credential, with the record running.
async fn work(estate: &Estate, folder: &Path, beside: &Path, record: &Path) -> Outcome {
    let shim = Shim::new(&Shim::build(beside).await?, folder)?;
    let mut victim = Process::start(&estate.beginning(None), Some(&shim), Some(record)).await?;
    let opened = victim.answer().await?;
    let of = |method| estate.holdings.iter().find(move |holding: &&Holding| holding.method == method).cloned();
    let (Some(Report::Opened(_)), Some(grant), Some(key)) = (opened, of(Method::OAuth), of(Method::ApiKey)) else {
        return Err(wrong("the victim did not open the vault"));
    };
    let mut orders: Vec<What> =
        estate.holdings.iter().filter(|one| one.method == Method::OAuth).map(|one| What::Refresh(one.id)).collect();
    orders.extend((0..REFRESHES).map(|_| What::Refresh(grant.id)));
    orders.push(What::Connect {
        base_url: estate.service.base_url().to_owned(),
        registration: estate.registration,
        account: "newcomer@practice.example".to_owned(),
    });
    orders.push(What::Reconnect { id: grant.id, account: grant.account.clone() });
    orders.push(What::Refresh(grant.id));
    orders.push(What::Verify(key.id)); // whose it is, so that a new one of the same account is switched to by itself
    orders.push(What::Turn(estate.make_replacement(Kind::Key, &key).await?));
    orders.push(What::Turn(Turn::RevokeOld(key.id)));
    for what in orders {
        victim.order(&Order { what, trap: None }).await?;
        match victim.answer().await? {
            Some(Report::Done(None) | Report::Verified(_)) => {}
            other => return Err(wrong(format!("an order that nobody disturbed: {other:?}"))),
        }
    }
    victim.kill()?;
    victim.wait().await.map(drop)
}

/// What a line of the victim promises.
fn promise(line: &str) -> Option<Promise> {
    match serde_json::from_str(line).ok()? {
        Report::Landed { id, fencing } => Some(Promise { id, fencing, generation: None, sha256: None }),
        Report::Committed { id, fencing, generation, sha256 } => {
            Some(Promise { id, fencing, generation: Some(generation), sha256 })
        }
        _ => None,
    }
}

/// Opens the disk as a start after the power cut does. An Err says what is missing.
async fn is_kept(beginning: &Beginning, promises: &[Promise]) -> Result<(), String> {
    let keyring = Arc::new(HandedOver::of(beginning));
    let opened = open_vault(beginning.vault_folder(), keyring, Arc::new(SystemClock), Arc::new(OsEntropy)).await;
    let vault = opened.map_err(|error| format!("it does not open: {error}"))?;
    let kept = look_for(&vault, promises).await;
    vault.close().await;
    kept
}

async fn look_for(vault: &SqliteVault, promises: &[Promise]) -> Result<(), String> {
    let text = |error: storm_domain::VaultError| error.to_string();
    vault.check_integrity().await.map_err(text)?;
    let landed = vault.landed().await.map_err(text)?;
    // Of each integration the newest promise holds: the grants before it were replaced. What landed and was then committed may
    // be told of in either order, since the two go on side by side.
    let mut newest: BTreeMap<IntegrationId, &Promise> = BTreeMap::new();
    for promise in promises {
        let known = newest.entry(promise.id).or_insert(promise);
        if (promise.fencing, promise.generation) >= (known.fencing, known.generation) {
            *known = promise;
        }
    }
    for promise in newest.into_values() {
        let infos = vault.generations(promise.id).await.map_err(text)?;
        let is_there = match promise.generation {
            Some(number) => {
                // The row that follows the promised one may be there, too; the promised one is the active one or was it.
                let active = vault.active_generation(promise.id).await.map_err(text)?;
                let info = infos.iter().find(|info| info.number == number);
                let stored = vault.generation(promise.id, number).await.ok();
                let is_it = stored.is_some_and(|stored| token_of(&stored.credential) == promise.sha256);
                info.is_some_and(|info| info.phase == GenerationPhase::Retired) || is_it && active.is_some()
            }
            None => {
                let is_it = |one: &Landed| one.integration_id == promise.id && one.fencing == promise.fencing;
                // Not in its slot any more: then its grant is stored, which is one that nobody was told of yet.
                let told = promises.iter().filter(|one| one.id == promise.id).filter_map(|one| one.generation).max();
                landed.iter().any(is_it) || infos.iter().any(|info| Some(info.number) > told)
            }
        };
        if !is_there {
            return Err(format!("{promise:?} is not there: {infos:?}"));
        }
    }
    Ok(())
}

fn token_of(credential: &storm_domain::Credential) -> Option<String> {
    match credential {
        storm_domain::Credential::OAuthGrant(grant) => grant.refresh_token.as_ref().map(fingerprint),
        _ => None,
    }
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
