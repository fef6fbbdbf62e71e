//! What a vault holds. Every method either does all of what it says or nothing.

use std::collections::{BTreeMap, HashMap, VecDeque};

use storm_domain::port::{CommittedGrant, GrantCommit, NewIntegration, NewMinting, NewRevocation};
use storm_domain::{
    ActivityEntry, ActivityKind, ActivityPortion, AppRegistration, Credential, GenerationNumber, GenerationPhase,
    Integration, IntegrationId, Landed, Lease, LinkedActivity, MintedIds, NetworkSettings, OAuthGrant, Preferences,
    RawTokenAnswer, RegistrationId, RevocationId, Rotation, RotationMode, RotationStep, SecretRotation, Timestamp,
    VaultError,
};
use storm_secret::ClientSecret;

use super::record::Record;

const LARGEST_ANSWER_BYTES: usize = 1024 * 1024;
const ENTRIES_KEPT: usize = 100_000;

#[derive(Default)]
pub(super) struct Tables {
    /// By the order in which they were made.
    pub(super) records: BTreeMap<u64, Record>,
    pub(super) registrations: Vec<(AppRegistration, Option<ClientSecret>)>,
    /// With the secret that is not in use.
    pub(super) secret_rotations: Vec<(SecretRotation, Option<ClientSecret>)>,
    pub(super) revocations: Vec<NewRevocation>,
    pub(super) network_settings: Option<NetworkSettings>,
    pub(super) preferences: Option<Preferences>,
    pub(super) list_top: Vec<IntegrationId>,
    pub(super) is_full: bool,
    ordinals: HashMap<IntegrationId, u64>,
    last_ordinal: u64,
    slots: Vec<Landed>,
    activity: VecDeque<ActivityEntry>,
    last_entry: u64,
}

impl Tables {
    pub(super) fn record(&self, id: IntegrationId) -> Result<&Record, VaultError> {
        self.ordinals.get(&id).and_then(|ordinal| self.records.get(ordinal)).ok_or(VaultError::NotFound)
    }

    pub(super) fn record_mut(&mut self, id: IntegrationId) -> Result<&mut Record, VaultError> {
        self.ordinals.get(&id).and_then(|ordinal| self.records.get_mut(ordinal)).ok_or(VaultError::NotFound)
    }

    pub(super) fn free_leases(&mut self) {
        self.records.values_mut().for_each(Record::free_lease);
    }

    pub(super) fn add(&mut self, new: NewIntegration) -> Result<Integration, VaultError> {
        let row = Integration { revision: 1, ..new.integration };
        if self.ordinals.contains_key(&row.id) {
            return Err(VaultError::Conflict);
        }
        let mut record = Record::new(row.clone());
        if let Some(credential) = &new.credential {
            record.insert(credential, GenerationPhase::Active, row.created_at);
        }
        self.last_ordinal += 1;
        self.ordinals.insert(row.id, self.last_ordinal);
        self.records.insert(self.last_ordinal, record);
        Ok(row)
    }

    /// Moves a staged generation into a new integration.
    pub(super) fn part(
        &mut self,
        id: IntegrationId,
        staged: GenerationNumber,
        new: Integration,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        let generation = self.record(id)?.generation(staged)?;
        if generation.phase != GenerationPhase::Staged {
            return Err(VaultError::Conflict);
        }
        let added = self.add(NewIntegration { integration: new, credential: Some(generation.credential) })?;
        self.record_mut(id)?.retire(staged, at)?;
        Ok(added)
    }

    pub(super) fn erase(&mut self, id: IntegrationId) -> Result<(), VaultError> {
        let ordinal = self.ordinals.remove(&id).ok_or(VaultError::NotFound)?;
        self.records.remove(&ordinal);
        self.clear_landing(id, u64::MAX);
        Ok(())
    }

    pub(super) fn registration(&self, id: RegistrationId) -> Option<(AppRegistration, Option<ClientSecret>)> {
        self.registrations.iter().find(|(registration, _)| registration.id == id).cloned()
    }

    /// Without a new secret the old one stays, unless the registration says that it has none.
    pub(super) fn put_registration(
        &mut self,
        registration: AppRegistration,
        secret: Option<ClientSecret>,
    ) -> Result<(), VaultError> {
        if secret.is_some() {
            self.forget_if_over(registration.id)?;
        }
        let known = self.registrations.iter_mut().find(|(known, _)| known.id == registration.id);
        let old = known.as_ref().and_then(|(_, secret)| secret.clone()).filter(|_| registration.has_secret);
        let secret = secret.or(old);
        let put = (AppRegistration { has_secret: secret.is_some(), ..registration }, secret);
        match known {
            Some(known) => *known = put,
            None => self.registrations.push(put),
        }
        Ok(())
    }

    pub(super) fn secret_rotation(&self, id: RegistrationId) -> Option<&(SecretRotation, Option<ClientSecret>)> {
        self.secret_rotations.iter().find(|(rotation, _)| rotation.subject == id)
    }

    pub(super) fn untold_secret(&self, id: RegistrationId) -> Option<ClientSecret> {
        self.secret_rotation(id)
            .filter(|(rotation, _)| rotation.is_told_by_refresh())
            .and_then(|(_, spare)| spare.clone())
    }

    fn forget_if_over(&mut self, id: RegistrationId) -> Result<(), VaultError> {
        if self.secret_rotation(id).is_some_and(|(rotation, _)| !rotation.is_over()) {
            return Err(VaultError::Conflict);
        }
        self.secret_rotations.retain(|(rotation, _)| rotation.subject != id);
        Ok(())
    }

    pub(super) fn begin_secret_rotation(
        &mut self,
        id: RegistrationId,
        secret: ClientSecret,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<SecretRotation, VaultError> {
        self.registration(id).and_then(|(_, secret)| secret).ok_or(VaultError::NotFound)?;
        let earlier = self.secret_rotation(id).map(|(rotation, _)| (rotation.in_use(), rotation.new));
        let (old, last) = earlier.unwrap_or((GenerationNumber(0), GenerationNumber(0)));
        self.forget_if_over(id)?;
        let (numbers, step) = ((old, GenerationNumber(last.0 + 1)), RotationStep::Staged { verdict: None });
        let rotation = Rotation::begun(id, numbers, step, mode, at);
        self.secret_rotations.push((rotation.clone(), Some(secret)));
        Ok(rotation)
    }

    pub(super) fn update_secret_rotation(&mut self, next: SecretRotation) -> Result<SecretRotation, VaultError> {
        let known = self.secret_rotations.iter_mut().find(|(rotation, _)| rotation.subject == next.subject);
        let (stored, spare) = known.ok_or(VaultError::NotFound)?;
        if (stored.revision, stored.old, stored.new) != (next.revision, next.old, next.new) {
            return Err(VaultError::Conflict);
        }
        let registration = self.registrations.iter_mut().find(|(registration, _)| registration.id == next.subject);
        let (registration, in_use) = registration.ok_or(VaultError::NotFound)?;
        if stored.in_use() != next.in_use() {
            std::mem::swap(in_use, spare);
            registration.secret_ends_at = None; // it was the other one's
        }
        if next.is_over() {
            *spare = None;
        }
        *stored = Rotation { revision: next.revision + 1, ..next };
        Ok(stored.clone())
    }

    pub(super) fn land(
        &mut self,
        lease: &Lease,
        generation: Option<GenerationNumber>,
        answer: &RawTokenAnswer,
    ) -> Result<(), VaultError> {
        if answer.body.len() > LARGEST_ANSWER_BYTES {
            return Err(VaultError::TooLarge);
        }
        let (integration_id, fencing, answer) = (lease.integration_id, lease.fencing, answer.clone());
        self.slots.push(Landed { integration_id, fencing, generation, answer });
        Ok(())
    }

    pub(super) fn clear_landing(&mut self, id: IntegrationId, up_to: u64) {
        self.slots.retain(|landed| landed.integration_id != id || landed.fencing > up_to);
    }

    /// What fits by its fencing and the settled one. An answer whose integration is erased is not needed any more.
    pub(super) fn landed(&mut self, fits: impl Fn(u64, u64) -> bool) -> Vec<Landed> {
        let mut slots = std::mem::take(&mut self.slots);
        slots.retain(|landed| self.record(landed.integration_id).is_ok());
        self.slots = slots;
        let fits = |landed: &&Landed| {
            self.record(landed.integration_id).is_ok_and(|record| fits(landed.fencing, record.settled))
        };
        self.slots.iter().filter(fits).cloned().collect()
    }

    pub(super) fn keep_beside(
        &mut self,
        lease: &Lease,
        grant: &OAuthGrant,
        phase: GenerationPhase,
        log: Vec<ActivityKind>,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError> {
        let id = lease.integration_id;
        let record = self.record_mut(id).map_err(|_| VaultError::LeaseLost)?;
        record.check(lease)?;
        let number = record.insert(&Credential::OAuthGrant(grant.clone()), phase, at);
        record.settle(lease);
        let name = record.row.name.clone();
        for what in log {
            self.log(Some(id), &name, what, at);
        }
        self.clear_landing(id, lease.fencing);
        Ok(number)
    }

    pub(super) fn commit(&mut self, commit: &GrantCommit<'_>) -> Result<CommittedGrant, VaultError> {
        let id = commit.lease.integration_id;
        let record = self.record_mut(id).map_err(|_| VaultError::LeaseLost)?;
        let number = record.commit(commit)?;
        let integration = record.row.clone();
        for what in &commit.log {
            self.log(Some(id), &integration.name, what.clone(), commit.at);
        }
        self.clear_landing(id, commit.lease.fencing);
        Ok(CommittedGrant { number, integration })
    }

    pub(super) fn begin_rotation(
        &mut self,
        id: IntegrationId,
        credential: &Credential,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        let record = self.record_mut(id)?;
        let old = record.rotatable()?;
        let new = record.insert(credential, GenerationPhase::Staged, at);
        let rotation = Rotation::begun(id, (old, new), RotationStep::Staged { verdict: None }, mode, at);
        Ok(record.rotation.insert(rotation).clone())
    }

    pub(super) fn begin_minting(
        &mut self,
        id: IntegrationId,
        minting: NewMinting,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        let record = self.record_mut(id)?;
        let old = record.rotatable()?;
        let (new, step) = (record.take_number(), RotationStep::Minting { known: minting.known, failure: None });
        let mut rotation = Rotation::begun(id, (old, new), step, minting.mode, at);
        rotation.minted = Some(MintedIds { old: minting.old, new: None });
        Ok(record.rotation.insert(rotation).clone())
    }

    pub(super) fn keep_minted(
        &mut self,
        rotation: Rotation,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        let written = self.update_rotation(rotation, at)?;
        self.record_mut(written.subject)?.insert_at(written.new, credential, GenerationPhase::Staged, at);
        Ok(written)
    }

    pub(super) fn update_rotation(&mut self, mut rotation: Rotation, at: Timestamp) -> Result<Rotation, VaultError> {
        let record = self.record_mut(rotation.subject)?;
        let stored = record.rotation.as_ref().ok_or(VaultError::NotFound)?;
        if (stored.revision, stored.old, stored.new) != (rotation.revision, rotation.old, rotation.new) {
            return Err(VaultError::Conflict);
        }
        let active = record.active_number();
        if active != Some(rotation.in_use()) {
            record.switch(active, rotation.in_use(), at)?;
        }
        rotation.revision += 1;
        record.rotation = Some(rotation.clone());
        Ok(rotation)
    }

    pub(super) fn finish_rotation(&mut self, id: IntegrationId, at: Timestamp) -> Result<(), VaultError> {
        let Ok(record) = self.record_mut(id) else { return Ok(()) };
        let Some(rotation) = &record.rotation else { return Ok(()) };
        if !rotation.is_over() {
            return Err(VaultError::Conflict);
        }
        let unused = if rotation.in_use() == rotation.new { rotation.old } else { rotation.new };
        match record.retire(unused, at) {
            Ok(()) | Err(VaultError::NotFound) => {} // it was never made
            Err(error) => return Err(error),
        }
        record.rotation = None;
        Ok(())
    }

    pub(super) fn revocation(&mut self, id: RevocationId) -> Result<&mut NewRevocation, VaultError> {
        self.revocations.iter_mut().find(|new| new.pending.id == id).ok_or(VaultError::NotFound)
    }

    pub(super) fn log(&mut self, id: Option<IntegrationId>, name: &str, what: ActivityKind, at: Timestamp) {
        self.last_entry += 1;
        let integration_name = name.to_owned();
        let entry = ActivityEntry { sequence: self.last_entry, at, integration_id: id, integration_name, what };
        self.activity.push_back(entry);
        if self.activity.len() > ENTRIES_KEPT {
            self.activity.pop_front();
        }
    }

    pub(super) fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Vec<ActivityEntry> {
        let fits = |entry: &&ActivityEntry| id.is_none() || entry.integration_id == id;
        self.activity.iter().rev().filter(fits).take(limit as usize).cloned().collect()
    }

    /// Its links and what they would cover are empty: nobody tampers with memory.
    pub(super) fn linked_activity(&self, portion: &ActivityPortion) -> Vec<LinkedActivity> {
        let fits = |entry: &&ActivityEntry| {
            (portion.integration_id.is_none() || entry.integration_id == portion.integration_id)
                && portion.since.is_none_or(|since| entry.at >= since)
                && portion.before.is_none_or(|before| entry.sequence < before)
                && portion.after.is_none_or(|after| entry.sequence > after)
        };
        let linked = |entry: &ActivityEntry| LinkedActivity {
            entry: entry.clone(),
            content: String::new(),
            previous: Vec::new(),
            link: Vec::new(),
        };
        self.activity.iter().rev().filter(fits).take(portion.limit as usize).map(linked).collect()
    }
}

/// An ID token says who the user is, and ends nothing.
pub(super) fn needed_of(credential: &Credential) -> Credential {
    match credential {
        Credential::OAuthGrant(grant) => Credential::OAuthGrant(OAuthGrant { id_token: None, ..grant.clone() }),
        other => other.clone(),
    }
}
