//! The vault port in memory, for simulations of months: everything that the port promises of leases, compare-and-set,
//! generations, intents and landing slots, and nothing of disks and sealing.
//!
//! The same contract tests run on it and on the vault people use (crates/storm-store/tests/vault). What was written is there for
//! whoever opens it next, as after a crash: [`MemoryVault::reopen`].

mod record;
mod tables;

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use storm_domain::port::{
    Clock, CommittedGrant, GrantCommit, NewIntegration, NewMinting, NewRevocation, RefreshBasis, Vault,
};
use storm_domain::{
    ActivityEntry, ActivityKind, ActivityPortion, AppRegistration, Credential, Generation, GenerationInfo,
    GenerationNumber, GenerationPhase, Integration, IntegrationId, Landed, Lease, LeaseOwner, LinkedActivity,
    NetworkSettings, OAuthGrant, PendingRevocation, Preferences, RawTokenAnswer, RefreshIntent, RegistrationId,
    RevocationId, Rotation, RotationMode, SecretRotation, Timestamp, VaultError,
};
use storm_secret::ClientSecret;

use tables::Tables;

/// A vault in memory. Clones are the same vault.
#[derive(Clone, Default)]
pub struct MemoryVault {
    tables: Arc<Mutex<Tables>>,
    disk: Option<Disk>,
}

/// How long a write takes.
#[derive(Clone)]
struct Disk {
    clock: Arc<dyn Clock>,
    latency: Duration,
}

impl MemoryVault {
    /// The same vault as the next program finds it, however the last one ended: what was written stands, no lease is held.
    #[must_use]
    pub fn reopen(&self) -> Self {
        self.tables().free_leases();
        self.clone()
    }

    /// The same vault, whose writes take so long by `clock`. A caller that goes away in the first half of it has written
    /// nothing; in the second half it has, and does not know.
    #[must_use]
    pub fn with_latency(self, clock: Arc<dyn Clock>, latency: Duration) -> Self {
        Self { disk: Some(Disk { clock, latency }), ..self }
    }

    /// From now on the disk is full, or no longer so. What lands in a slot that a refresh reserved still finds room.
    pub fn fill_up(&self, full: bool) {
        self.tables().is_full = full;
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap()
    }

    async fn write<T>(&self, write: impl FnOnce(&mut Tables) -> Result<T, VaultError> + Send) -> Result<T, VaultError> {
        self.pass().await;
        let written = {
            let mut tables = self.tables();
            if tables.is_full { Err(VaultError::DiskFull) } else { write(&mut tables) }
        };
        self.pass().await;
        written
    }

    /// Half of what a write takes.
    async fn pass(&self) {
        if let Some(disk) = &self.disk {
            disk.clock.sleep(disk.latency / 2).await;
        }
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn integrations(&self) -> Result<Vec<Integration>, VaultError> {
        Ok(self.tables().records.values().map(|record| record.row.clone()).collect())
    }

    async fn integration(&self, id: IntegrationId) -> Result<Integration, VaultError> {
        self.tables().record(id).map(|record| record.row.clone())
    }

    async fn add_integration(&self, new: NewIntegration) -> Result<Integration, VaultError> {
        self.write(|tables| tables.add(new)).await
    }

    async fn update_integration(&self, integration: Integration) -> Result<Integration, VaultError> {
        self.write(|tables| tables.record_mut(integration.id)?.update(integration)).await
    }

    async fn erase_integration(&self, id: IntegrationId) -> Result<(), VaultError> {
        self.write(|tables| tables.erase(id)).await
    }

    async fn registrations(&self) -> Result<Vec<AppRegistration>, VaultError> {
        Ok(self.tables().registrations.iter().map(|(registration, _)| registration.clone()).collect())
    }

    async fn put_registration(
        &self,
        registration: &AppRegistration,
        secret: Option<&ClientSecret>,
    ) -> Result<(), VaultError> {
        self.write(|tables| tables.put_registration(registration.clone(), secret.cloned())).await
    }

    async fn registration_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError> {
        self.tables().registration(id).map(|(_, secret)| secret).ok_or(VaultError::NotFound)
    }

    async fn active_generation(&self, id: IntegrationId) -> Result<Option<Generation>, VaultError> {
        let tables = self.tables();
        let Ok(record) = tables.record(id) else { return Ok(None) };
        record.active_number().map(|number| record.generation(number)).transpose()
    }

    async fn generation(&self, id: IntegrationId, number: GenerationNumber) -> Result<Generation, VaultError> {
        self.tables().record(id)?.generation(number)
    }

    async fn generations(&self, id: IntegrationId) -> Result<Vec<GenerationInfo>, VaultError> {
        Ok(self.tables().record(id).map_or_else(|_| Vec::new(), |record| record.infos()))
    }

    async fn stage_generation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError> {
        self.write(|tables| Ok(tables.record_mut(id)?.insert(credential, GenerationPhase::Staged, at))).await
    }

    async fn switch_generation(
        &self,
        id: IntegrationId,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.write(|tables| tables.record_mut(id)?.switch(expected, next, at)).await
    }

    async fn switch_with_row(
        &self,
        integration: Integration,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        self.write(|tables| tables.record_mut(integration.id)?.switch_with_row(integration, expected, next, at)).await
    }

    async fn part_generation(
        &self,
        id: IntegrationId,
        staged: GenerationNumber,
        new: Integration,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        self.write(|tables| tables.part(id, staged, new, at)).await
    }

    async fn retire_generation(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.write(|tables| tables.record_mut(id)?.retire(number, at)).await
    }

    async fn acquire_lease(
        &self,
        id: IntegrationId,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError> {
        self.write(|tables| tables.record_mut(id)?.acquire(owner, now, deadline)).await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), VaultError> {
        self.write(|tables| {
            if let Ok(record) = tables.record_mut(lease.integration_id) {
                record.release(lease.fencing);
            }
            Ok(())
        })
        .await
    }

    async fn begin_refresh(
        &self,
        intent: &RefreshIntent,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError> {
        self.write(|tables| {
            let record = tables.record_mut(intent.integration_id)?;
            let lease = record.acquire(owner, now, deadline)?;
            record.intent = Some(intent.clone());
            Ok(lease)
        })
        .await
    }

    async fn refresh_basis(&self, id: IntegrationId) -> Result<RefreshBasis, VaultError> {
        let tables = self.tables();
        let record = tables.record(id)?;
        Ok(RefreshBasis {
            integration: record.row.clone(),
            active: record.active_number().map(|number| record.generation(number)).transpose()?,
            registration: record.row.registration_id.and_then(|id| tables.registration(id)),
            untold_secret: record.row.registration_id.and_then(|id| tables.untold_secret(id)),
        })
    }

    async fn land(
        &self,
        lease: &Lease,
        generation: Option<GenerationNumber>,
        answer: &RawTokenAnswer,
    ) -> Result<(), VaultError> {
        self.pass().await;
        let landed = self.tables().land(lease, generation, answer);
        self.pass().await;
        landed
    }

    async fn commit_grant(&self, commit: GrantCommit<'_>) -> Result<CommittedGrant, VaultError> {
        self.write(|tables| tables.commit(&commit)).await
    }

    async fn keep_beside(
        &self,
        lease: &Lease,
        grant: &OAuthGrant,
        phase: GenerationPhase,
        log: Vec<ActivityKind>,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError> {
        self.write(|tables| tables.keep_beside(lease, grant, phase, log, at)).await
    }

    async fn clear_intent(&self, lease: &Lease) -> Result<(), VaultError> {
        self.write(|tables| {
            let record = tables.record_mut(lease.integration_id).map_err(|_| VaultError::LeaseLost)?;
            record.check(lease)?;
            record.intent = None;
            Ok(())
        })
        .await
    }

    async fn clear_landing(&self, lease: &Lease) -> Result<(), VaultError> {
        self.tables().clear_landing(lease.integration_id, lease.fencing);
        Ok(())
    }

    async fn open_intents(&self) -> Result<Vec<RefreshIntent>, VaultError> {
        let mut intents: Vec<_> = self.tables().records.values().filter_map(|record| record.intent.clone()).collect();
        intents.sort_by_key(|intent| intent.at);
        Ok(intents)
    }

    async fn landed(&self) -> Result<Vec<Landed>, VaultError> {
        Ok(self.tables().landed(|fencing, settled| fencing > settled))
    }

    async fn overtaken(&self) -> Result<Vec<Landed>, VaultError> {
        Ok(self.tables().landed(|fencing, settled| fencing <= settled))
    }

    async fn rotation(&self, id: IntegrationId) -> Result<Option<Rotation>, VaultError> {
        Ok(self.tables().record(id).ok().and_then(|record| record.rotation.clone()))
    }

    async fn rotations(&self) -> Result<Vec<Rotation>, VaultError> {
        Ok(self.tables().records.values().filter_map(|record| record.rotation.clone()).collect())
    }

    async fn begin_rotation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        self.write(|tables| tables.begin_rotation(id, credential, mode, at)).await
    }

    async fn begin_minting(
        &self,
        id: IntegrationId,
        minting: NewMinting,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        self.write(|tables| tables.begin_minting(id, minting, at)).await
    }

    async fn keep_minted(
        &self,
        rotation: Rotation,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        self.write(|tables| tables.keep_minted(rotation, credential, at)).await
    }

    async fn update_rotation(&self, rotation: Rotation, at: Timestamp) -> Result<Rotation, VaultError> {
        self.write(|tables| tables.update_rotation(rotation, at)).await
    }

    async fn finish_rotation(&self, id: IntegrationId, at: Timestamp) -> Result<(), VaultError> {
        self.write(|tables| tables.finish_rotation(id, at)).await
    }

    async fn secret_rotation(&self, id: RegistrationId) -> Result<Option<SecretRotation>, VaultError> {
        Ok(self.tables().secret_rotation(id).map(|(rotation, _)| rotation.clone()))
    }

    async fn secret_rotations(&self) -> Result<Vec<SecretRotation>, VaultError> {
        Ok(self.tables().secret_rotations.iter().map(|(rotation, _)| rotation.clone()).collect())
    }

    async fn spare_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError> {
        Ok(self.tables().secret_rotation(id).and_then(|(_, spare)| spare.clone()))
    }

    async fn begin_secret_rotation(
        &self,
        id: RegistrationId,
        secret: &ClientSecret,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<SecretRotation, VaultError> {
        self.write(|tables| tables.begin_secret_rotation(id, secret.clone(), mode, at)).await
    }

    async fn update_secret_rotation(&self, rotation: SecretRotation) -> Result<SecretRotation, VaultError> {
        self.write(|tables| tables.update_secret_rotation(rotation)).await
    }

    async fn leave_to_revoke(&self, id: IntegrationId, left: Vec<NewRevocation>) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.erase(id)?;
            tables.revocations.extend(left);
            Ok(())
        })
        .await
    }

    async fn leave_generation_to_revoke(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        left: NewRevocation,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.record_mut(id)?.retire(number, at)?;
            tables.revocations.push(left);
            Ok(())
        })
        .await
    }

    async fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, VaultError> {
        Ok(self.tables().revocations.iter().map(|new| new.pending.clone()).collect())
    }

    async fn credential_to_revoke(&self, id: RevocationId) -> Result<Credential, VaultError> {
        self.tables().revocation(id).map(|new| tables::needed_of(&new.credential))
    }

    async fn update_revocation(&self, pending: &PendingRevocation) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.revocation(pending.id)?.pending = pending.clone();
            Ok(())
        })
        .await
    }

    async fn erase_revocation(&self, id: RevocationId) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.revocations.retain(|new| new.pending.id != id);
            Ok(())
        })
        .await
    }

    async fn network_settings(&self) -> Result<Option<NetworkSettings>, VaultError> {
        Ok(self.tables().network_settings.clone())
    }

    async fn put_network_settings(&self, settings: &NetworkSettings) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.network_settings = Some(settings.clone());
            Ok(())
        })
        .await
    }

    async fn preferences(&self) -> Result<Option<Preferences>, VaultError> {
        Ok(self.tables().preferences.clone())
    }

    async fn put_preferences(&self, preferences: &Preferences) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.preferences = Some(preferences.clone());
            Ok(())
        })
        .await
    }

    async fn list_top(&self) -> Result<Vec<IntegrationId>, VaultError> {
        Ok(self.tables().list_top.clone())
    }

    async fn put_list_top(&self, top: &[IntegrationId]) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.list_top = top.to_vec();
            Ok(())
        })
        .await
    }

    async fn append_activity(
        &self,
        id: Option<IntegrationId>,
        name: &str,
        what: &ActivityKind,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.write(|tables| {
            tables.log(id, name, what.clone(), at);
            Ok(())
        })
        .await
    }

    async fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Result<Vec<ActivityEntry>, VaultError> {
        Ok(self.tables().activity(id, limit))
    }

    async fn refreshes(&self, id: IntegrationId, limit: u32) -> Result<Vec<ActivityEntry>, VaultError> {
        let log = self.tables().activity(Some(id), u32::MAX);
        let of_refresh = log.into_iter().filter(|entry| entry.what.is_of_refresh());
        Ok(of_refresh.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    async fn linked_activity(&self, portion: &ActivityPortion) -> Result<Vec<LinkedActivity>, VaultError> {
        Ok(self.tables().linked_activity(portion))
    }

    async fn last_loan(&self, id: IntegrationId) -> Result<Option<ActivityEntry>, VaultError> {
        let log = self.tables().activity(Some(id), u32::MAX);
        Ok(log.into_iter().find(|entry| matches!(entry.what, ActivityKind::Lent { .. })))
    }
}
