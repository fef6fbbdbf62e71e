//! The store of everything that must survive: sealed credentials, integrations, rotations, the log, leases and landing slots.
//!
//! Every write is durable when its future is done. Every write of a credential is compare-and-set.

use async_trait::async_trait;
use storm_secret::ClientSecret;

use crate::{
    ActivityEntry, ActivityKind, ActivityPortion, AppRegistration, Credential, CredentialSummary, Generation,
    GenerationInfo, GenerationNumber, GenerationPhase, Integration, IntegrationId, Landed, Lease, LeaseOwner,
    LinkedActivity, Method, NetworkSettings, OAuthGrant, PendingRevocation, Preferences, RawTokenAnswer, RefreshIntent,
    RegistrationId, RevocationId, Rotation, RotationMode, SecretRotation, Timestamp, TokenEvent, VaultError,
};

/// An integration that is added together with its first credential, or before it.
#[derive(Debug, Clone)]
pub struct NewIntegration {
    /// The row; `revision` is set to 1.
    pub integration: Integration,
    /// Its first generation, made active at once.
    pub credential: Option<Credential>,
}

/// A key or a key file in use, without its secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyInUse {
    /// Whose it is.
    pub integration_id: IntegrationId,
    /// Which of its credentials.
    pub generation: GenerationNumber,
    /// When it was saved.
    pub saved_at: Timestamp,
    /// When its certificate ends; None = it has none.
    pub ends_at: Option<Timestamp>,
}

impl KeyInUse {
    /// That among an integration's credentials, if one that its user replaces by hand is in use.
    #[must_use]
    pub fn among(integration: &Integration, generations: &[GenerationInfo]) -> Option<Self> {
        let is_by_hand = matches!(integration.method, Method::ApiKey | Method::ServiceAccount);
        let active = generations.iter().find(|one| is_by_hand && one.phase == GenerationPhase::Active)?;
        Some(Self {
            integration_id: integration.id,
            generation: active.number,
            saved_at: active.created_at,
            ends_at: match &active.summary {
                CredentialSummary::ServiceAccountKey { ends_at, .. } => *ends_at,
                _ => None,
            },
        })
    }
}

/// All that a refresh starts from, read together.
#[derive(Debug, Clone)]
pub struct RefreshBasis {
    /// The row.
    pub integration: Integration,
    /// The active generation with its secret; None = not connected yet.
    pub active: Option<Generation>,
    /// The app registration and its secret, if the row names one that exists.
    pub registration: Option<(AppRegistration, Option<ClientSecret>)>,
    /// A new secret of it that could not be tried beforehand, so that this refresh is what tells whether it works
    /// ([`Rotation::is_told_by_refresh`]).
    pub untold_secret: Option<ClientSecret>,
}

/// A token answer's grant, to be made the active generation.
#[derive(Debug)]
pub struct GrantCommit<'a> {
    /// Still ours, or the commit fails with [`VaultError::LeaseLost`]. A commit that succeeds gives it back.
    pub lease: &'a Lease,
    /// The active generation the answer was obtained with; None = there is none yet.
    pub expected: Option<GenerationNumber>,
    /// The new generation.
    pub grant: &'a OAuthGrant,
    /// What it means for the integration's row; None = the row is not touched yet.
    pub event: Option<TokenEvent>,
    /// What the log says of it.
    pub log: Vec<ActivityKind>,
    /// When.
    pub at: Timestamp,
}

/// A credential that outlives its integration until its service confirms its end.
#[derive(Debug, Clone)]
pub struct NewRevocation {
    /// What is known of it.
    pub pending: PendingRevocation,
    /// The secret; an ID token in it is not kept.
    pub credential: Credential,
}

/// A key that a service is to be asked for.
#[derive(Debug, Clone)]
pub struct NewMinting {
    /// How far the rotation goes.
    pub mode: RotationMode,
    /// The service's ids of the keys there are.
    pub known: Vec<String>,
    /// The service's id of the key in use, where it is known.
    pub old: Option<String>,
}

/// A grant that was committed.
#[derive(Debug, Clone, PartialEq)]
pub struct CommittedGrant {
    /// Its generation.
    pub number: GenerationNumber,
    /// The row as it stands now.
    pub integration: Integration,
}

/// The vault port.
#[async_trait]
pub trait Vault: Send + Sync {
    /// All integrations, those in the bin too, in the order they were made.
    async fn integrations(&self) -> Result<Vec<Integration>, VaultError>;
    /// Shows each of them in turn. A store that can do so without holding all of them at once should: there may be ten
    /// thousand.
    async fn each_integration(&self, show: &mut (dyn FnMut(Integration) + Send)) -> Result<(), VaultError> {
        self.integrations().await?.into_iter().for_each(show);
        Ok(())
    }
    /// Those that an earlier run may have left half done, or that are in the bin: in a state that
    /// [`TokenState::settled`](crate::TokenState::settled) would change, or with a staged credential. A store may give others,
    /// too; one that can find them without reading all should.
    async fn unsettled(&self) -> Result<Vec<Integration>, VaultError> {
        self.integrations().await
    }
    /// One integration.
    async fn integration(&self, id: IntegrationId) -> Result<Integration, VaultError>;
    /// Those of this name, in upper or lower case (ASCII), also those in the bin. A store that can find them without reading all
    /// the others should: it is asked at every hand-out.
    async fn integrations_called(&self, name: &str) -> Result<Vec<Integration>, VaultError> {
        let all = self.integrations().await?;
        Ok(all.into_iter().filter(|row| row.name.eq_ignore_ascii_case(name)).collect())
    }
    /// Adds an integration, and its first credential, in one transaction.
    async fn add_integration(&self, new: NewIntegration) -> Result<Integration, VaultError>;
    /// Writes a row whose `revision` is the one that was read, and gives it back with the next one.
    async fn update_integration(&self, integration: Integration) -> Result<Integration, VaultError>;
    /// Removes an integration and all that belongs to it for good.
    async fn erase_integration(&self, id: IntegrationId) -> Result<(), VaultError>;

    /// All app registrations.
    async fn registrations(&self) -> Result<Vec<AppRegistration>, VaultError>;
    /// Adds or replaces an app registration and its secret. [`VaultError::Conflict`] when a secret is given while another
    /// rotates.
    async fn put_registration(
        &self,
        registration: &AppRegistration,
        secret: Option<&ClientSecret>,
    ) -> Result<(), VaultError>;
    /// The secret of an app registration that is in use, if it has one.
    async fn registration_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError>;

    /// The active generation with its secret.
    async fn active_generation(&self, id: IntegrationId) -> Result<Option<Generation>, VaultError>;
    /// One generation with its secret; [`VaultError::NotFound`] once it is retired.
    async fn generation(&self, id: IntegrationId, number: GenerationNumber) -> Result<Generation, VaultError>;
    /// All generations without secrets, newest first.
    async fn generations(&self, id: IntegrationId) -> Result<Vec<GenerationInfo>, VaultError>;
    /// All keys and key files in use. A store that can find them without asking for each integration should.
    async fn keys_in_use(&self) -> Result<Vec<KeyInUse>, VaultError> {
        let mut keys = Vec::new();
        for row in self.integrations().await? {
            keys.extend(KeyInUse::among(&row, &self.generations(row.id).await?));
        }
        Ok(keys)
    }
    /// Saves a credential beside the active one.
    async fn stage_generation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError>;
    /// Makes `next` (staged or superseded) the active one if `expected` is; the old one becomes superseded.
    async fn switch_generation(
        &self,
        id: IntegrationId,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError>;
    /// The same, and writes the row that goes with it (`revision` is the one that was read), in one transaction.
    async fn switch_with_row(
        &self,
        integration: Integration,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<Integration, VaultError>;
    /// Takes a staged generation out of `id` and adds an integration that has it as its active one, in one transaction; what is
    /// in use in `id` stays. [`VaultError::Conflict`] unless it is staged.
    async fn part_generation(
        &self,
        id: IntegrationId,
        staged: GenerationNumber,
        new: Integration,
        at: Timestamp,
    ) -> Result<Integration, VaultError>;
    /// Erases a generation's secret; never the active one ([`VaultError::Conflict`]).
    async fn retire_generation(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError>;

    /// Takes the lease of an integration, if it is free, ours, void (another boot) or past its deadline.
    async fn acquire_lease(
        &self,
        id: IntegrationId,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError>;
    /// Gives a lease back; nothing happens when it was taken over.
    async fn release_lease(&self, lease: &Lease) -> Result<(), VaultError>;
    /// Takes the lease, commits the intent with it, and preallocates the landing slot: the last things that can fail
    /// harmlessly, in one wait for the disk.
    async fn begin_refresh(
        &self,
        intent: &RefreshIntent,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError>;
    /// What a refresh of this integration starts from.
    async fn refresh_basis(&self, id: IntegrationId) -> Result<RefreshBasis, VaultError>;
    /// Seals an answer into its landing slot and syncs it to the disk.
    async fn land(
        &self,
        lease: &Lease,
        generation: Option<GenerationNumber>,
        answer: &RawTokenAnswer,
    ) -> Result<(), VaultError>;
    /// Makes the grant the active generation, keeps the old one as superseded, brings the row and the log up to date, removes
    /// the intent and gives the lease back, in one transaction. Then the landing slot is emptied.
    async fn commit_grant(&self, commit: GrantCommit<'_>) -> Result<CommittedGrant, VaultError>;
    /// Stores a grant beside the active one, which stays, removes the intent and gives the lease back, in one transaction. Then
    /// the landing slot is emptied. `phase` is staged for a reconnect's grant, and superseded for one that an overtaken answer
    /// brought: it is there in case that the service refuses the active one.
    async fn keep_beside(
        &self,
        lease: &Lease,
        grant: &OAuthGrant,
        phase: GenerationPhase,
        log: Vec<ActivityKind>,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError>;
    /// Removes the intent of a request that brought no grant.
    async fn clear_intent(&self, lease: &Lease) -> Result<(), VaultError>;
    /// Empties the landing slot.
    async fn clear_landing(&self, lease: &Lease) -> Result<(), VaultError>;
    /// Intents left by an earlier run.
    async fn open_intents(&self) -> Result<Vec<RefreshIntent>, VaultError>;
    /// Answers left in landing slots by an earlier run, for which no grant was stored yet.
    async fn landed(&self) -> Result<Vec<Landed>, VaultError>;
    /// Answers left in landing slots although a later lease has stored a grant. As a rule that was this very answer's, and only
    /// the emptying was lost; else its lease was taken over while its holder stood still.
    async fn overtaken(&self) -> Result<Vec<Landed>, VaultError>;

    /// The rotation of an integration, if one is under way.
    async fn rotation(&self, id: IntegrationId) -> Result<Option<Rotation>, VaultError>;
    /// All rotations under way.
    async fn rotations(&self) -> Result<Vec<Rotation>, VaultError>;
    /// Begins a rotation: saves the new credential and the rotation in one transaction. Fails with
    /// [`VaultError::Conflict`] when one is under way.
    async fn begin_rotation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<Rotation, VaultError>;
    /// Begins a rotation whose new credential the service is to make: what is known before it is asked. The number of the
    /// generation is taken. Fails as [`Vault::begin_rotation`] does.
    async fn begin_minting(
        &self,
        id: IntegrationId,
        minting: NewMinting,
        at: Timestamp,
    ) -> Result<Rotation, VaultError>;
    /// Writes a rotation as [`Vault::update_rotation`] does, and its new credential under the number that was taken for it, in
    /// one transaction.
    async fn keep_minted(
        &self,
        rotation: Rotation,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<Rotation, VaultError>;
    /// Writes a rotation whose `revision` is the one that was read. When its step calls for another active generation than
    /// the present one, the generations are switched in the same transaction.
    async fn update_rotation(&self, rotation: Rotation, at: Timestamp) -> Result<Rotation, VaultError>;
    /// Removes a rotation that is over, and erases the generation it left unused, in one transaction.
    async fn finish_rotation(&self, id: IntegrationId, at: Timestamp) -> Result<(), VaultError>;

    /// The rotation of an app registration's secret. One that is over stays until the next begins.
    async fn secret_rotation(&self, id: RegistrationId) -> Result<Option<SecretRotation>, VaultError>;
    /// All of them.
    async fn secret_rotations(&self) -> Result<Vec<SecretRotation>, VaultError>;
    /// The secret of a rotation that is not in use; None = there is none, or it is erased.
    async fn spare_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError>;
    /// Begins a rotation: saves the new secret beside the one in use and the rotation in one transaction.
    /// [`VaultError::Conflict`] when one is under way, [`VaultError::NotFound`] when there is no secret to replace.
    async fn begin_secret_rotation(
        &self,
        id: RegistrationId,
        secret: &ClientSecret,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<SecretRotation, VaultError>;
    /// Writes a rotation whose `revision` is the one that was read. In the same transaction the secret that its step calls for
    /// comes into use, and the other is erased when it is over.
    async fn update_secret_rotation(&self, rotation: SecretRotation) -> Result<SecretRotation, VaultError>;

    /// Removes an integration for good, and keeps of it only what ending these credentials at its service needs, in one
    /// transaction.
    async fn leave_to_revoke(&self, id: IntegrationId, left: Vec<NewRevocation>) -> Result<(), VaultError>;
    /// Erases one generation of an integration that stays, as [`Vault::retire_generation`] does, and keeps what ending it at its
    /// service needs, in one transaction.
    async fn leave_generation_to_revoke(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        left: NewRevocation,
        at: Timestamp,
    ) -> Result<(), VaultError>;
    /// Revocations that the service has not confirmed, oldest first.
    async fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, VaultError>;
    /// The credential that one of them is about.
    async fn credential_to_revoke(&self, id: RevocationId) -> Result<Credential, VaultError>;
    /// Writes one after a try; [`VaultError::NotFound`] once it was erased.
    async fn update_revocation(&self, pending: &PendingRevocation) -> Result<(), VaultError>;
    /// Erases one with its secret. Doing it again is not an error.
    async fn erase_revocation(&self, id: RevocationId) -> Result<(), VaultError>;

    /// How the network is reached; None until it was chosen.
    async fn network_settings(&self) -> Result<Option<NetworkSettings>, VaultError>;
    /// Keeps how the network is reached, sealed.
    async fn put_network_settings(&self, settings: &NetworkSettings) -> Result<(), VaultError>;

    /// What the user prefers of the program; None until something was chosen.
    async fn preferences(&self) -> Result<Option<Preferences>, VaultError>;
    /// Keeps what the user prefers, sealed.
    async fn put_preferences(&self, preferences: &Preferences) -> Result<(), VaultError>;

    /// What stood on top of the list when the window was used last; empty where nobody noted it.
    async fn list_top(&self) -> Result<Vec<IntegrationId>, VaultError>;

    /// Notes it.
    async fn put_list_top(&self, top: &[IntegrationId]) -> Result<(), VaultError>;

    /// Adds to the log.
    async fn append_activity(
        &self,
        id: Option<IntegrationId>,
        name: &str,
        what: &ActivityKind,
        at: Timestamp,
    ) -> Result<(), VaultError>;
    /// The newest entries, of one integration or of all, newest first.
    async fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Result<Vec<ActivityEntry>, VaultError>;
    /// The newest entries about an integration's refreshes, newest first: those that [`ActivityKind::is_of_refresh`] is true of.
    async fn refreshes(&self, id: IntegrationId, limit: u32) -> Result<Vec<ActivityEntry>, VaultError>;
    /// A part of the log with its links, newest first.
    async fn linked_activity(&self, portion: &ActivityPortion) -> Result<Vec<LinkedActivity>, VaultError>;
    /// The newest [`ActivityKind::Lent`] of an integration, however long ago; None = the log knows of none.
    async fn last_loan(&self, id: IntegrationId) -> Result<Option<ActivityEntry>, VaultError>;
}
