//! One integration with all that belongs to it.

use std::collections::BTreeMap;

use storm_domain::port::GrantCommit;
use storm_domain::{
    Credential, CredentialSummary, Generation, GenerationInfo, GenerationNumber, GenerationPhase, Integration, Lease,
    LeaseOwner, OAuthGrant, RefreshIntent, Rotation, Timestamp, VaultError,
};
use storm_secret::RefreshToken;

/// Retired generations that are kept for the history.
const HISTORY: u64 = 20;

pub(super) struct Record {
    pub(super) row: Integration,
    pub(super) intent: Option<RefreshIntent>,
    pub(super) rotation: Option<Rotation>,
    /// The last fencing whose grant was committed.
    pub(super) settled: u64,
    lease: Option<Holding>,
    generations: BTreeMap<u64, Stored>,
    last_generation: u64,
}

/// The last lease that was given.
struct Holding {
    fencing: u64,
    owner: LeaseOwner,
    deadline: Timestamp,
    is_free: bool,
}

struct Stored {
    phase: GenerationPhase,
    /// None once it is retired.
    credential: Option<Credential>,
    summary: CredentialSummary,
    created_at: Timestamp,
    changed_at: Timestamp,
}

impl Record {
    pub(super) fn new(row: Integration) -> Self {
        Self {
            row,
            intent: None,
            rotation: None,
            settled: 0,
            lease: None,
            generations: BTreeMap::new(),
            last_generation: 0,
        }
    }

    /// Writes the row if it is of the present revision.
    pub(super) fn update(&mut self, row: Integration) -> Result<Integration, VaultError> {
        if row.revision != self.row.revision {
            return Err(VaultError::Conflict);
        }
        self.row = Integration { revision: row.revision + 1, ..row };
        Ok(self.row.clone())
    }

    pub(super) fn insert(
        &mut self,
        credential: &Credential,
        phase: GenerationPhase,
        at: Timestamp,
    ) -> GenerationNumber {
        let number = self.take_number();
        self.insert_at(number, credential, phase, at);
        number
    }

    pub(super) fn take_number(&mut self) -> GenerationNumber {
        self.last_generation += 1;
        GenerationNumber(self.last_generation)
    }

    pub(super) fn insert_at(
        &mut self,
        number: GenerationNumber,
        credential: &Credential,
        phase: GenerationPhase,
        at: Timestamp,
    ) {
        let stored = Stored {
            phase,
            credential: Some(credential.clone()),
            summary: credential.summary(),
            created_at: at,
            changed_at: at,
        };
        self.generations.insert(number.0, stored);
    }

    /// The generation that a rotation would replace; [`VaultError::Conflict`] while another is under way.
    pub(super) fn rotatable(&self) -> Result<GenerationNumber, VaultError> {
        match (self.active_number(), &self.rotation) {
            (None, _) => Err(VaultError::NotFound),
            (Some(_), Some(_)) => Err(VaultError::Conflict),
            (Some(active), None) => Ok(active),
        }
    }

    pub(super) fn active_number(&self) -> Option<GenerationNumber> {
        let active = self.generations.iter().find(|(_, stored)| stored.phase == GenerationPhase::Active);
        active.map(|(number, _)| GenerationNumber(*number))
    }

    pub(super) fn generation(&self, number: GenerationNumber) -> Result<Generation, VaultError> {
        let stored = self.generations.get(&number.0).ok_or(VaultError::NotFound)?;
        Ok(Generation {
            integration_id: self.row.id,
            number,
            phase: stored.phase,
            credential: stored.credential.clone().ok_or(VaultError::NotFound)?,
            created_at: stored.created_at,
        })
    }

    /// Newest first.
    pub(super) fn infos(&self) -> Vec<GenerationInfo> {
        let info = |(number, stored): (&u64, &Stored)| GenerationInfo {
            number: GenerationNumber(*number),
            phase: stored.phase,
            summary: stored.summary.clone(),
            created_at: stored.created_at,
            changed_at: stored.changed_at,
        };
        self.generations.iter().rev().map(info).collect()
    }

    pub(super) fn switch(
        &mut self,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        if self.active_number() != expected {
            return Err(VaultError::Conflict);
        }
        match self.generations.get(&next.0).ok_or(VaultError::NotFound)?.phase {
            GenerationPhase::Staged | GenerationPhase::Superseded => {}
            GenerationPhase::Active | GenerationPhase::Retired => return Err(VaultError::Conflict),
        }
        if let Some(old) = expected {
            self.set_phase(old.0, GenerationPhase::Superseded, at);
        }
        self.set_phase(next.0, GenerationPhase::Active, at);
        Ok(())
    }

    pub(super) fn switch_with_row(
        &mut self,
        row: Integration,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        if row.revision != self.row.revision {
            return Err(VaultError::Conflict);
        }
        self.switch(expected, next, at)?;
        self.update(row)
    }

    pub(super) fn retire(&mut self, number: GenerationNumber, at: Timestamp) -> Result<(), VaultError> {
        match self.generations.get(&number.0).ok_or(VaultError::NotFound)?.phase {
            GenerationPhase::Active => return Err(VaultError::Conflict),
            GenerationPhase::Retired => {}
            GenerationPhase::Staged | GenerationPhase::Superseded => {
                self.set_phase(number.0, GenerationPhase::Retired, at);
            }
        }
        Ok(())
    }

    fn set_phase(&mut self, number: u64, phase: GenerationPhase, at: Timestamp) {
        if let Some(stored) = self.generations.get_mut(&number) {
            (stored.phase, stored.changed_at) = (phase, at);
            if phase == GenerationPhase::Retired {
                stored.credential = None;
            }
        }
    }

    pub(super) fn acquire(
        &mut self,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError> {
        if let Some(held) = &self.lease
            && !held.is_free
            && held.owner.process != owner.process
            && held.owner.boot == owner.boot
            && held.deadline > now
        {
            return Err(VaultError::LeaseHeld { until: held.deadline });
        }
        let fencing = self.lease.as_ref().map_or(1, |held| held.fencing + 1);
        self.lease = Some(Holding { fencing, owner: owner.clone(), deadline, is_free: false });
        Ok(Lease { integration_id: self.row.id, fencing, deadline })
    }

    /// [`VaultError::LeaseLost`] unless the lease is the last one given and has not been given back.
    pub(super) fn check(&self, lease: &Lease) -> Result<(), VaultError> {
        match &self.lease {
            Some(held) if held.fencing == lease.fencing && !held.is_free => Ok(()),
            _ => Err(VaultError::LeaseLost),
        }
    }

    pub(super) fn release(&mut self, fencing: u64) {
        if let Some(held) = self.lease.as_mut().filter(|held| held.fencing == fencing) {
            held.is_free = true;
        }
    }

    pub(super) fn free_lease(&mut self) {
        if let Some(held) = &mut self.lease {
            held.is_free = true;
        }
    }

    pub(super) fn commit(&mut self, commit: &GrantCommit<'_>) -> Result<GenerationNumber, VaultError> {
        self.check(commit.lease)?;
        let active = self.active_number();
        if active != commit.expected {
            return Err(VaultError::Conflict);
        }
        let mut grant = commit.grant.clone();
        if let Some(event) = &commit.event {
            self.row = self.row.clone().with_grant(&grant, event.clone(), commit.at);
        }
        if grant.refresh_token.as_ref().is_none_or(RefreshToken::is_empty) {
            grant.refresh_token = self.refresh_token_of(active);
        }
        if let Some(active) = active {
            self.retire_before(active, commit.at);
            self.set_phase(active.0, GenerationPhase::Superseded, commit.at);
        }
        let number = self.insert(&Credential::OAuthGrant(grant), GenerationPhase::Active, commit.at);
        let oldest = number.0.saturating_sub(HISTORY);
        self.generations.retain(|number, stored| *number >= oldest || stored.phase != GenerationPhase::Retired);
        self.settle(commit.lease);
        self.row.revision += 1;
        Ok(number)
    }

    /// A grant was stored under this lease, which ends with that.
    pub(super) fn settle(&mut self, lease: &Lease) {
        self.intent = None;
        self.settled = lease.fencing;
        self.release(lease.fencing);
    }

    fn refresh_token_of(&self, number: Option<GenerationNumber>) -> Option<RefreshToken> {
        match self.generations.get(&number?.0)?.credential.as_ref()? {
            Credential::OAuthGrant(OAuthGrant { refresh_token, .. }) => refresh_token.clone(),
            _ => None,
        }
    }

    /// The grants that the active one has superseded are needed no more, unless a rotation is about them.
    fn retire_before(&mut self, active: GenerationNumber, at: Timestamp) {
        let kept = self.rotation.as_ref().map(|rotation| [rotation.old.0, rotation.new.0]).unwrap_or_default();
        let is_over = |(number, stored): (&u64, &Stored)| {
            let is_grant = matches!(stored.summary, CredentialSummary::OAuthGrant { .. });
            let over = stored.phase == GenerationPhase::Superseded && is_grant && *number < active.0;
            (over && !kept.contains(number)).then_some(*number)
        };
        let over: Vec<u64> = self.generations.iter().filter_map(is_over).collect();
        for number in over {
            self.set_phase(number, GenerationPhase::Retired, at);
        }
    }
}
