//! The real vault behind traps. It also announces what the store promised: landed, committed.

use std::sync::Arc;

use async_trait::async_trait;
use storm_domain::port::{CommittedGrant, GrantCommit, NewIntegration, NewMinting, NewRevocation, RefreshBasis, Vault};
use storm_domain::{
    ActivityEntry, ActivityKind, ActivityPortion, AppRegistration, Credential, Generation, GenerationInfo,
    GenerationNumber, GenerationPhase, Integration, IntegrationId, Landed, Lease, LeaseOwner, LinkedActivity,
    NetworkSettings, OAuthGrant, PendingRevocation, Preferences, RawTokenAnswer, RefreshIntent, RegistrationId,
    RevocationId, Rotation, RotationMode, SecretRotation, Timestamp, VaultError,
};
use storm_secret::ClientSecret;

use super::report::{Report, fingerprint};
use super::trap::Traps;

/// Where announcements go.
pub type Say = Arc<dyn Fn(&Report) + Send + Sync>;

type Stored<T> = Result<T, VaultError>;

/// Announces through `say`, dies by `traps`.
pub struct TrappedVault {
    pub inner: Arc<dyn Vault>,
    pub traps: Arc<Traps>,
    pub say: Say,
}

/// A call that only looks, between its two traps.
macro_rules! looked {
    ($self:ident.$call:ident($($argument:expr),*)) => {{
        $self.traps.look(stringify!($call), false);
        let outcome = $self.inner.$call($($argument),*).await;
        $self.traps.look(stringify!($call), true);
        outcome
    }};
}

/// A call between its two traps. Afterwards something may have changed.
macro_rules! trapped {
    ($self:ident.$call:ident($($argument:expr),*)) => {{
        $self.traps.pass(stringify!($call), false);
        let outcome = $self.inner.$call($($argument),*).await;
        $self.traps.pass(stringify!($call), true);
        $self.traps.ring();
        outcome
    }};
}

#[async_trait]
impl Vault for TrappedVault {
    async fn integrations(&self) -> Stored<Vec<Integration>> {
        looked!(self.integrations())
    }
    async fn each_integration(&self, show: &mut (dyn FnMut(Integration) + Send)) -> Stored<()> {
        looked!(self.each_integration(show))
    }
    async fn unsettled(&self) -> Stored<Vec<Integration>> {
        looked!(self.unsettled())
    }
    async fn integration(&self, id: IntegrationId) -> Stored<Integration> {
        looked!(self.integration(id))
    }
    async fn add_integration(&self, new: NewIntegration) -> Stored<Integration> {
        trapped!(self.add_integration(new))
    }
    async fn update_integration(&self, integration: Integration) -> Stored<Integration> {
        trapped!(self.update_integration(integration))
    }
    async fn erase_integration(&self, id: IntegrationId) -> Stored<()> {
        trapped!(self.erase_integration(id))
    }
    async fn registrations(&self) -> Stored<Vec<AppRegistration>> {
        looked!(self.registrations())
    }
    async fn put_registration(&self, registration: &AppRegistration, secret: Option<&ClientSecret>) -> Stored<()> {
        trapped!(self.put_registration(registration, secret))
    }
    async fn registration_secret(&self, id: RegistrationId) -> Stored<Option<ClientSecret>> {
        looked!(self.registration_secret(id))
    }
    async fn active_generation(&self, id: IntegrationId) -> Stored<Option<Generation>> {
        looked!(self.active_generation(id))
    }
    async fn generation(&self, id: IntegrationId, number: GenerationNumber) -> Stored<Generation> {
        looked!(self.generation(id, number))
    }
    async fn generations(&self, id: IntegrationId) -> Stored<Vec<GenerationInfo>> {
        looked!(self.generations(id))
    }
    async fn stage_generation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        at: Timestamp,
    ) -> Stored<GenerationNumber> {
        trapped!(self.stage_generation(id, credential, at))
    }
    async fn switch_generation(
        &self,
        id: IntegrationId,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Stored<()> {
        trapped!(self.switch_generation(id, expected, next, at))
    }
    async fn switch_with_row(
        &self,
        integration: Integration,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Stored<Integration> {
        trapped!(self.switch_with_row(integration, expected, next, at))
    }
    async fn part_generation(
        &self,
        id: IntegrationId,
        staged: GenerationNumber,
        new: Integration,
        at: Timestamp,
    ) -> Stored<Integration> {
        trapped!(self.part_generation(id, staged, new, at))
    }
    async fn retire_generation(&self, id: IntegrationId, number: GenerationNumber, at: Timestamp) -> Stored<()> {
        trapped!(self.retire_generation(id, number, at))
    }
    async fn acquire_lease(
        &self,
        id: IntegrationId,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Stored<Lease> {
        trapped!(self.acquire_lease(id, owner, now, deadline))
    }
    async fn release_lease(&self, lease: &Lease) -> Stored<()> {
        trapped!(self.release_lease(lease))
    }
    async fn begin_refresh(
        &self,
        intent: &RefreshIntent,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Stored<Lease> {
        trapped!(self.begin_refresh(intent, owner, now, deadline))
    }
    async fn refresh_basis(&self, id: IntegrationId) -> Stored<RefreshBasis> {
        trapped!(self.refresh_basis(id))
    }
    async fn land(&self, lease: &Lease, generation: Option<GenerationNumber>, answer: &RawTokenAnswer) -> Stored<()> {
        let landed = trapped!(self.land(lease, generation, answer));
        if landed.is_ok() {
            (self.say)(&Report::Landed { id: lease.integration_id, fencing: lease.fencing });
        }
        landed
    }
    async fn commit_grant(&self, commit: GrantCommit<'_>) -> Stored<CommittedGrant> {
        let sha256 = commit.grant.refresh_token.as_ref().map(fingerprint);
        let (id, fencing) = (commit.lease.integration_id, commit.lease.fencing);
        let committed = trapped!(self.commit_grant(commit));
        if let Ok(committed) = &committed {
            (self.say)(&Report::Committed { id, fencing, generation: committed.number, sha256 });
        }
        committed
    }
    async fn keep_beside(
        &self,
        lease: &Lease,
        grant: &OAuthGrant,
        phase: GenerationPhase,
        log: Vec<ActivityKind>,
        at: Timestamp,
    ) -> Stored<GenerationNumber> {
        let kept = trapped!(self.keep_beside(lease, grant, phase, log, at));
        if let Ok(generation) = kept {
            let sha256 = grant.refresh_token.as_ref().map(fingerprint);
            let (id, fencing) = (lease.integration_id, lease.fencing);
            (self.say)(&Report::Committed { id, fencing, generation, sha256 });
        }
        kept
    }
    async fn clear_intent(&self, lease: &Lease) -> Stored<()> {
        trapped!(self.clear_intent(lease))
    }
    async fn clear_landing(&self, lease: &Lease) -> Stored<()> {
        trapped!(self.clear_landing(lease))
    }
    async fn open_intents(&self) -> Stored<Vec<RefreshIntent>> {
        looked!(self.open_intents())
    }
    async fn landed(&self) -> Stored<Vec<Landed>> {
        trapped!(self.landed())
    }
    async fn overtaken(&self) -> Stored<Vec<Landed>> {
        looked!(self.overtaken())
    }
    async fn rotation(&self, id: IntegrationId) -> Stored<Option<Rotation>> {
        looked!(self.rotation(id))
    }
    async fn rotations(&self) -> Stored<Vec<Rotation>> {
        looked!(self.rotations())
    }
    async fn begin_rotation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        mode: RotationMode,
        at: Timestamp,
    ) -> Stored<Rotation> {
        trapped!(self.begin_rotation(id, credential, mode, at))
    }
    async fn begin_minting(&self, id: IntegrationId, minting: NewMinting, at: Timestamp) -> Stored<Rotation> {
        trapped!(self.begin_minting(id, minting, at))
    }
    async fn keep_minted(&self, rotation: Rotation, credential: &Credential, at: Timestamp) -> Stored<Rotation> {
        trapped!(self.keep_minted(rotation, credential, at))
    }
    async fn update_rotation(&self, rotation: Rotation, at: Timestamp) -> Stored<Rotation> {
        trapped!(self.update_rotation(rotation, at))
    }
    async fn finish_rotation(&self, id: IntegrationId, at: Timestamp) -> Stored<()> {
        trapped!(self.finish_rotation(id, at))
    }
    async fn secret_rotation(&self, id: RegistrationId) -> Stored<Option<SecretRotation>> {
        looked!(self.secret_rotation(id))
    }
    async fn secret_rotations(&self) -> Stored<Vec<SecretRotation>> {
        looked!(self.secret_rotations())
    }
    async fn spare_secret(&self, id: RegistrationId) -> Stored<Option<ClientSecret>> {
        looked!(self.spare_secret(id))
    }
    async fn begin_secret_rotation(
        &self,
        id: RegistrationId,
        secret: &ClientSecret,
        mode: RotationMode,
        at: Timestamp,
    ) -> Stored<SecretRotation> {
        trapped!(self.begin_secret_rotation(id, secret, mode, at))
    }
    async fn update_secret_rotation(&self, rotation: SecretRotation) -> Stored<SecretRotation> {
        trapped!(self.update_secret_rotation(rotation))
    }
    async fn leave_to_revoke(&self, id: IntegrationId, left: Vec<NewRevocation>) -> Stored<()> {
        trapped!(self.leave_to_revoke(id, left))
    }
    async fn leave_generation_to_revoke(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        left: NewRevocation,
        at: Timestamp,
    ) -> Stored<()> {
        trapped!(self.leave_generation_to_revoke(id, number, left, at))
    }
    async fn pending_revocations(&self) -> Stored<Vec<PendingRevocation>> {
        looked!(self.pending_revocations())
    }
    async fn credential_to_revoke(&self, id: RevocationId) -> Stored<Credential> {
        looked!(self.credential_to_revoke(id))
    }
    async fn update_revocation(&self, pending: &PendingRevocation) -> Stored<()> {
        trapped!(self.update_revocation(pending))
    }
    async fn erase_revocation(&self, id: RevocationId) -> Stored<()> {
        trapped!(self.erase_revocation(id))
    }
    async fn network_settings(&self) -> Stored<Option<NetworkSettings>> {
        looked!(self.network_settings())
    }
    async fn put_network_settings(&self, settings: &NetworkSettings) -> Stored<()> {
        trapped!(self.put_network_settings(settings))
    }
    async fn preferences(&self) -> Stored<Option<Preferences>> {
        looked!(self.preferences())
    }
    async fn put_preferences(&self, preferences: &Preferences) -> Stored<()> {
        trapped!(self.put_preferences(preferences))
    }
    async fn list_top(&self) -> Stored<Vec<IntegrationId>> {
        looked!(self.list_top())
    }
    async fn put_list_top(&self, top: &[IntegrationId]) -> Stored<()> {
        trapped!(self.put_list_top(top))
    }
    async fn append_activity(
        &self,
        id: Option<IntegrationId>,
        name: &str,
        what: &ActivityKind,
        at: Timestamp,
    ) -> Stored<()> {
        trapped!(self.append_activity(id, name, what, at))
    }
    async fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Stored<Vec<ActivityEntry>> {
        looked!(self.activity(id, limit))
    }
    async fn refreshes(&self, id: IntegrationId, limit: u32) -> Stored<Vec<ActivityEntry>> {
        looked!(self.refreshes(id, limit))
    }
    async fn linked_activity(&self, portion: &ActivityPortion) -> Stored<Vec<LinkedActivity>> {
        looked!(self.linked_activity(portion))
    }
    async fn last_loan(&self, id: IntegrationId) -> Stored<Option<ActivityEntry>> {
        looked!(self.last_loan(id))
    }
}
