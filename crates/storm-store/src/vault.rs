//! The vault itself: the port's methods, each one reading through the readers or writing through the writer.

use std::path::PathBuf;
use std::sync::Arc;

use async_trait::async_trait;
use sqlx::pool::PoolConnection;
use sqlx::{Connection as _, Sqlite, SqliteConnection, SqlitePool};
use storm_domain::port::{
    CommittedGrant, GrantCommit, KeyInUse, NewIntegration, NewMinting, NewRevocation, RefreshBasis, Vault,
};
use storm_domain::{
    ActivityEntry, ActivityKind, ActivityPortion, AppRegistration, Credential, Generation, GenerationInfo,
    GenerationNumber, GenerationPhase, Integration, IntegrationId, Landed, Lease, LeaseOwner, LinkedActivity,
    NetworkSettings, OAuthGrant, PendingRevocation, Preferences, RawTokenAnswer, RefreshIntent, RegistrationId,
    RevocationId, Rotation, RotationMode, SecretRotation, Timestamp, VaultError,
};
use storm_secret::{ClientSecret, SecretBytes};
use tokio::sync::{Mutex, MutexGuard};

use crate::activity::ChainVerdict;
use crate::database::FileIdentity;
use crate::header::Header;
use crate::landing::{Landing, Place};
use crate::lock::VaultLock;
use crate::seal::Seal;
use crate::writer::Writer;
use crate::{
    OpenedBy, VaultFolder, activity, backup, basis, database, epoch, fault, generation, grant, integration, lease,
    registration, revocation, rotation, secret_rotation, setting,
};

/// An open vault. It holds the vault lock until it is closed.
pub struct SqliteVault {
    folder: VaultFolder,
    pub(crate) readers: SqlitePool,
    /// LOCK: held by whoever reads a whole table, so that what takes no time always finds a reader.
    long_reading: Mutex<()>,
    pub(crate) writer: Writer,
    landing: Landing,
    pub(crate) seal: Arc<Seal>,
    file: FileIdentity,
    restored_at: Option<Timestamp>,
    opened_by: OpenedBy,
}

impl std::fmt::Debug for SqliteVault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SqliteVault").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl SqliteVault {
    pub(crate) fn start(
        folder: VaultFolder,
        connection: SqliteConnection,
        lock: VaultLock,
        header: &Header,
        seal: Arc<Seal>,
        opened_by: OpenedBy,
    ) -> Result<Self, VaultError> {
        let landing = Landing::start(&folder)?;
        Ok(Self {
            readers: database::readers(&folder),
            long_reading: Mutex::default(),
            writer: Writer::start(folder.clone(), connection, lock),
            landing,
            seal,
            file: FileIdentity::of(&folder),
            restored_at: header.restored_at,
            opened_by,
            folder,
        })
    }

    /// Commits what waits, closes the database and gives the vault lock back. Every later call fails with
    /// [`VaultError::Locked`].
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }

    /// What it was opened with.
    #[must_use]
    pub fn opened_by(&self) -> OpenedBy {
        self.opened_by
    }

    /// Since when it is known that the database was put back from a backup: its grants may have been rotated since, so
    /// nothing should be refreshed before the user knows.
    #[must_use]
    pub fn restored_at(&self) -> Option<Timestamp> {
        self.restored_at
    }

    /// The user knows; the next opening will not report it again.
    pub async fn acknowledge_restore(&self) -> Result<(), VaultError> {
        self.writer.write_statement(|connection| Box::pin(epoch::acknowledge_restore(connection))).await
    }

    /// Where it lies.
    #[must_use]
    pub fn folder(&self) -> &VaultFolder {
        &self.folder
    }

    /// Makes a copy of the database in the backups folder and keeps five. The host calls it every hour.
    pub async fn backup(&self, at: Timestamp) -> Result<PathBuf, VaultError> {
        let made = backup::make(&self.folder, self.file, at).await?;
        let epoch = self.writer.write_statement(|connection| Box::pin(epoch::advance(connection))).await?;
        epoch::write(&self.folder, epoch).map_err(|error| fault::of_io(&error))?;
        Ok(made)
    }

    /// Reads the whole database and reports damage. Some 50 ms for each 20 MB.
    pub async fn check_integrity(&self) -> Result<(), VaultError> {
        let (_turn, mut reader) = self.long_reader().await?;
        backup::check_integrity(&mut reader).await
    }

    /// Goes through the whole activity log and reports where it was tampered with.
    pub async fn verify_activity_chain(&self) -> Result<ChainVerdict, VaultError> {
        let (_turn, mut reader) = self.long_reader().await?;
        // One view of the log: entries that are written or shortened away meanwhile must not look like tampering.
        let mut transaction = reader.begin().await.map_err(fault::of_sqlx)?;
        activity::verify(&mut transaction, &self.seal).await
    }

    /// What lies in the slots and fits by its fencing and the settled one. Slots of integrations that are erased are emptied,
    /// and what does not open is set aside.
    async fn in_slots(&self, fits: impl Fn(u64, u64) -> bool) -> Result<Vec<Landed>, VaultError> {
        let mut connection = self.reader().await?;
        let mut landed = Vec::new();
        for (slot, place, sealed) in self.landing.read_all().await? {
            match lease::settled(&mut connection, place.integration).await? {
                None => self.landing.clear(place.integration.0, place.fencing).await?,
                Some(settled) if !fits(place.fencing, settled) => {}
                Some(_) => match self.seal.open_answer(&place, &sealed) {
                    Ok(answer) => landed.push(Landed {
                        integration_id: place.integration,
                        fencing: place.fencing,
                        generation: place.generation,
                        answer,
                    }),
                    Err(error) => {
                        tracing::warn!(%error, "a landed answer did not open");
                        self.landing.set_aside(slot).await?;
                    }
                },
            }
        }
        Ok(landed)
    }

    pub(crate) async fn put_setting(&self, name: &'static str, setting: SecretBytes) -> Result<(), VaultError> {
        let seal = Arc::clone(&self.seal);
        self.writer
            .write_statement(move |connection| {
                Box::pin(async move { setting::put(connection, &seal, name, &setting).await })
            })
            .await
    }

    pub(crate) async fn reader(&self) -> Result<PoolConnection<Sqlite>, VaultError> {
        self.readers.acquire().await.map_err(fault::of_sqlx)
    }

    /// To read a whole table with. One such reading at a time.
    pub(crate) async fn long_reader(&self) -> Result<(MutexGuard<'_, ()>, PoolConnection<Sqlite>), VaultError> {
        let turn = self.long_reading.lock().await;
        Ok((turn, self.reader().await?))
    }
}

#[async_trait]
impl Vault for SqliteVault {
    async fn integrations(&self) -> Result<Vec<Integration>, VaultError> {
        let (_turn, mut reader) = self.long_reader().await?;
        integration::all(&mut reader).await
    }

    async fn each_integration(&self, show: &mut (dyn FnMut(Integration) + Send)) -> Result<(), VaultError> {
        let (_turn, mut reader) = self.long_reader().await?;
        integration::each(&mut reader, show).await
    }

    async fn unsettled(&self) -> Result<Vec<Integration>, VaultError> {
        integration::unsettled(&mut *self.reader().await?).await
    }

    async fn integration(&self, id: IntegrationId) -> Result<Integration, VaultError> {
        integration::one(&mut *self.reader().await?, id).await
    }

    async fn integrations_called(&self, name: &str) -> Result<Vec<Integration>, VaultError> {
        integration::called(&mut *self.reader().await?, name).await
    }

    async fn add_integration(&self, new: NewIntegration) -> Result<Integration, VaultError> {
        let seal = Arc::clone(&self.seal);
        let add = async move |connection: &mut SqliteConnection| {
            let added = integration::insert(connection, new.integration).await?;
            if let Some(credential) = &new.credential {
                let phase = GenerationPhase::Active;
                generation::insert(connection, &seal, added.id, credential, phase, added.created_at).await?;
            }
            Ok(added)
        };
        self.writer.write(|connection| Box::pin(add(connection))).await
    }

    async fn update_integration(&self, integration: Integration) -> Result<Integration, VaultError> {
        self.writer.write_statement(|connection| Box::pin(integration::update(connection, integration))).await
    }

    async fn erase_integration(&self, id: IntegrationId) -> Result<(), VaultError> {
        self.writer.write_statement(move |connection| Box::pin(integration::erase(connection, id))).await?;
        self.landing.clear(id.0, u64::MAX).await
    }

    async fn registrations(&self) -> Result<Vec<AppRegistration>, VaultError> {
        registration::all(&mut *self.reader().await?).await
    }

    async fn put_registration(
        &self,
        registration: &AppRegistration,
        secret: Option<&ClientSecret>,
    ) -> Result<(), VaultError> {
        let (seal, registration, secret) = (Arc::clone(&self.seal), registration.clone(), secret.cloned());
        self.writer
            .write(move |connection| {
                Box::pin(async move { registration::put(connection, &seal, &registration, secret.as_ref()).await })
            })
            .await
    }

    async fn registration_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError> {
        registration::secret(&mut *self.reader().await?, &self.seal, id).await
    }

    async fn active_generation(&self, id: IntegrationId) -> Result<Option<Generation>, VaultError> {
        match generation::with_secret(&mut *self.reader().await?, &self.seal, id, None).await {
            Err(VaultError::NotFound) => Ok(None),
            found => found.map(Some),
        }
    }

    async fn generation(&self, id: IntegrationId, number: GenerationNumber) -> Result<Generation, VaultError> {
        generation::with_secret(&mut *self.reader().await?, &self.seal, id, Some(number)).await
    }

    async fn generations(&self, id: IntegrationId) -> Result<Vec<GenerationInfo>, VaultError> {
        generation::infos(&mut *self.reader().await?, &self.seal, id).await
    }

    async fn keys_in_use(&self) -> Result<Vec<KeyInUse>, VaultError> {
        let (_turn, mut reader) = self.long_reader().await?;
        generation::keys_in_use(&mut reader, &self.seal).await
    }

    async fn stage_generation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError> {
        let (seal, credential) = (Arc::clone(&self.seal), credential.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    generation::insert(connection, &seal, id, &credential, GenerationPhase::Staged, at).await
                })
            })
            .await
    }

    async fn switch_generation(
        &self,
        id: IntegrationId,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.writer.write(move |connection| Box::pin(generation::switch(connection, id, expected, next, at))).await
    }

    async fn switch_with_row(
        &self,
        integration: Integration,
        expected: Option<GenerationNumber>,
        next: GenerationNumber,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    generation::switch(connection, integration.id, expected, next, at).await?;
                    integration::update(connection, integration).await
                })
            })
            .await
    }

    async fn part_generation(
        &self,
        id: IntegrationId,
        staged: GenerationNumber,
        new: Integration,
        at: Timestamp,
    ) -> Result<Integration, VaultError> {
        let seal = Arc::clone(&self.seal);
        self.writer
            .write(move |connection| {
                Box::pin(async move { generation::part(connection, &seal, id, staged, new, at).await })
            })
            .await
    }

    async fn retire_generation(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        self.writer.write(move |connection| Box::pin(generation::retire(connection, id, number, at))).await
    }

    async fn acquire_lease(
        &self,
        id: IntegrationId,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError> {
        let owner = owner.clone();
        self.writer
            .write_statement(move |connection| {
                Box::pin(async move { lease::acquire(connection, id, &owner, now, deadline).await })
            })
            .await
    }

    async fn release_lease(&self, lease: &Lease) -> Result<(), VaultError> {
        let released = lease.clone();
        self.writer
            .write_statement(move |connection| Box::pin(async move { lease::release(connection, &released).await }))
            .await?;
        self.landing.give_back(lease.integration_id.0).await
    }

    async fn refresh_basis(&self, id: IntegrationId) -> Result<RefreshBasis, VaultError> {
        basis::read(&mut *self.reader().await?, &self.seal, id).await
    }

    async fn begin_refresh(
        &self,
        intent: &RefreshIntent,
        owner: &LeaseOwner,
        now: Timestamp,
        deadline: Timestamp,
    ) -> Result<Lease, VaultError> {
        let integration = intent.integration_id.0;
        let (intent, owner) = (intent.clone(), owner.clone());
        let begin = self.writer.write_in_turn(move |turn| {
            Box::pin(async move { lease::begin(turn, &intent, &owner, now, deadline).await })
        });
        let (reserved, begun) = tokio::join!(self.landing.reserve(integration), begin);
        match (reserved, begun) {
            (Ok(()), Ok(lease)) => Ok(lease),
            (Err(error), Ok(lease)) => {
                // Without a slot nothing may be sent; the lease is of no use.
                self.clear_intent(&lease).await?;
                self.release_lease(&lease).await?;
                Err(error)
            }
            (_, Err(error)) => {
                self.landing.give_back(integration).await?;
                Err(error)
            }
        }
    }

    async fn land(
        &self,
        lease: &Lease,
        generation: Option<GenerationNumber>,
        answer: &RawTokenAnswer,
    ) -> Result<(), VaultError> {
        let place = Place { integration: lease.integration_id, fencing: lease.fencing, generation };
        let sealed = self.seal.answer(&place, answer)?;
        self.landing.land(place, sealed).await
    }

    async fn commit_grant(&self, commit: GrantCommit<'_>) -> Result<CommittedGrant, VaultError> {
        let seal = Arc::clone(&self.seal);
        let GrantCommit { lease, expected, grant, event, log, at } = commit;
        let commit = grant::Commit { lease: lease.clone(), expected, grant: grant.clone(), event, log, at };
        let committed = self
            .writer
            .write_in_turn(move |turn| Box::pin(async move { grant::commit(turn, &seal, commit).await }))
            .await?;
        // Nobody need wait for it: a slot that stays full is recognised by its fencing.
        self.landing.clear_later(lease.integration_id.0, lease.fencing);
        Ok(committed)
    }

    async fn keep_beside(
        &self,
        lease: &Lease,
        grant: &OAuthGrant,
        phase: GenerationPhase,
        log: Vec<ActivityKind>,
        at: Timestamp,
    ) -> Result<GenerationNumber, VaultError> {
        let (seal, held, grant) = (Arc::clone(&self.seal), lease.clone(), grant.clone());
        let kept = self
            .writer
            .write(move |connection| {
                Box::pin(async move { grant::keep_beside(connection, &seal, &held, grant, phase, &log, at).await })
            })
            .await?;
        self.landing.clear_later(lease.integration_id.0, lease.fencing);
        Ok(kept)
    }

    async fn clear_intent(&self, lease: &Lease) -> Result<(), VaultError> {
        let held = lease.clone();
        self.writer
            .write_statement(move |connection| Box::pin(async move { lease::clear_intent(connection, &held).await }))
            .await?;
        self.landing.give_back(lease.integration_id.0).await
    }

    async fn clear_landing(&self, lease: &Lease) -> Result<(), VaultError> {
        self.landing.clear(lease.integration_id.0, lease.fencing).await
    }

    async fn open_intents(&self) -> Result<Vec<RefreshIntent>, VaultError> {
        lease::intents(&mut *self.reader().await?).await
    }

    async fn landed(&self) -> Result<Vec<Landed>, VaultError> {
        self.in_slots(|fencing, settled| fencing > settled).await
    }

    async fn overtaken(&self) -> Result<Vec<Landed>, VaultError> {
        self.in_slots(|fencing, settled| fencing <= settled).await
    }

    async fn rotation(&self, id: IntegrationId) -> Result<Option<Rotation>, VaultError> {
        rotation::one(&mut *self.reader().await?, id).await
    }

    async fn rotations(&self) -> Result<Vec<Rotation>, VaultError> {
        rotation::all(&mut *self.reader().await?).await
    }

    async fn begin_rotation(
        &self,
        id: IntegrationId,
        credential: &Credential,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        let (seal, credential) = (Arc::clone(&self.seal), credential.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move { rotation::begin(connection, &seal, id, &credential, mode, at).await })
            })
            .await
    }

    async fn begin_minting(
        &self,
        id: IntegrationId,
        minting: NewMinting,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        self.writer
            .write(move |connection| {
                Box::pin(async move { rotation::begin_minting(connection, id, &minting, at).await })
            })
            .await
    }

    async fn keep_minted(
        &self,
        rotation: Rotation,
        credential: &Credential,
        at: Timestamp,
    ) -> Result<Rotation, VaultError> {
        let (seal, credential) = (Arc::clone(&self.seal), credential.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move { rotation::keep_minted(connection, &seal, rotation, &credential, at).await })
            })
            .await
    }

    async fn update_rotation(&self, rotation: Rotation, at: Timestamp) -> Result<Rotation, VaultError> {
        self.writer.write(move |connection| Box::pin(rotation::update(connection, rotation, at))).await
    }

    async fn finish_rotation(&self, id: IntegrationId, at: Timestamp) -> Result<(), VaultError> {
        self.writer.write(move |connection| Box::pin(rotation::finish(connection, id, at))).await
    }

    async fn secret_rotation(&self, id: RegistrationId) -> Result<Option<SecretRotation>, VaultError> {
        secret_rotation::one(&mut *self.reader().await?, id).await
    }

    async fn secret_rotations(&self) -> Result<Vec<SecretRotation>, VaultError> {
        secret_rotation::all(&mut *self.reader().await?).await
    }

    async fn spare_secret(&self, id: RegistrationId) -> Result<Option<ClientSecret>, VaultError> {
        secret_rotation::spare(&mut *self.reader().await?, &self.seal, id).await
    }

    async fn begin_secret_rotation(
        &self,
        id: RegistrationId,
        secret: &ClientSecret,
        mode: RotationMode,
        at: Timestamp,
    ) -> Result<SecretRotation, VaultError> {
        let (seal, secret) = (Arc::clone(&self.seal), secret.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move { secret_rotation::begin(connection, &seal, id, &secret, mode, at).await })
            })
            .await
    }

    async fn update_secret_rotation(&self, rotation: SecretRotation) -> Result<SecretRotation, VaultError> {
        self.writer.write(move |connection| Box::pin(secret_rotation::update(connection, rotation))).await
    }

    async fn leave_to_revoke(&self, id: IntegrationId, left: Vec<NewRevocation>) -> Result<(), VaultError> {
        let seal = Arc::clone(&self.seal);
        self.writer
            .write(move |connection| Box::pin(async move { revocation::leave(connection, &seal, id, &left).await }))
            .await?;
        self.landing.clear(id.0, u64::MAX).await
    }

    async fn leave_generation_to_revoke(
        &self,
        id: IntegrationId,
        number: GenerationNumber,
        left: NewRevocation,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        let seal = Arc::clone(&self.seal);
        self.writer
            .write(move |connection| {
                Box::pin(async move {
                    revocation::insert(connection, &seal, &left).await?;
                    generation::retire(connection, id, number, at).await
                })
            })
            .await
    }

    async fn pending_revocations(&self) -> Result<Vec<PendingRevocation>, VaultError> {
        revocation::all(&mut *self.reader().await?).await
    }

    async fn credential_to_revoke(&self, id: RevocationId) -> Result<Credential, VaultError> {
        revocation::credential(&mut *self.reader().await?, &self.seal, id).await
    }

    async fn update_revocation(&self, pending: &PendingRevocation) -> Result<(), VaultError> {
        let pending = pending.clone();
        self.writer
            .write_statement(move |connection| Box::pin(async move { revocation::update(connection, &pending).await }))
            .await
    }

    async fn erase_revocation(&self, id: RevocationId) -> Result<(), VaultError> {
        self.writer.write_statement(move |connection| Box::pin(revocation::erase(connection, id))).await
    }

    async fn network_settings(&self) -> Result<Option<NetworkSettings>, VaultError> {
        let kept = setting::one(&mut *self.reader().await?, &self.seal, setting::NETWORK).await?;
        kept.map(|kept| setting::decode(&kept)).transpose()
    }

    async fn put_network_settings(&self, settings: &NetworkSettings) -> Result<(), VaultError> {
        self.put_setting(setting::NETWORK, setting::encode(settings)?).await
    }

    async fn preferences(&self) -> Result<Option<Preferences>, VaultError> {
        setting::preferences(&mut *self.reader().await?, &self.seal).await
    }

    async fn put_preferences(&self, preferences: &Preferences) -> Result<(), VaultError> {
        let (seal, preferences) = (Arc::clone(&self.seal), preferences.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move { setting::put_preferences(connection, &seal, &preferences).await })
            })
            .await
    }

    async fn list_top(&self) -> Result<Vec<IntegrationId>, VaultError> {
        setting::list_top(&mut *self.reader().await?, &self.seal).await
    }

    async fn put_list_top(&self, top: &[IntegrationId]) -> Result<(), VaultError> {
        let (seal, top) = (Arc::clone(&self.seal), top.to_vec());
        self.writer
            .write(move |connection| Box::pin(async move { setting::put_list_top(connection, &seal, &top).await }))
            .await
    }

    async fn append_activity(
        &self,
        id: Option<IntegrationId>,
        name: &str,
        what: &ActivityKind,
        at: Timestamp,
    ) -> Result<(), VaultError> {
        let (seal, name, what) = (Arc::clone(&self.seal), name.to_owned(), what.clone());
        self.writer
            .write(move |connection| {
                Box::pin(async move { activity::append(connection, &seal, id, name, &what, at).await })
            })
            .await
    }

    async fn activity(&self, id: Option<IntegrationId>, limit: u32) -> Result<Vec<ActivityEntry>, VaultError> {
        activity::newest(&mut *self.reader().await?, id, limit).await
    }

    async fn refreshes(&self, id: IntegrationId, limit: u32) -> Result<Vec<ActivityEntry>, VaultError> {
        activity::refreshes(&mut *self.reader().await?, id, limit).await
    }

    async fn linked_activity(&self, portion: &ActivityPortion) -> Result<Vec<LinkedActivity>, VaultError> {
        activity::portion(&mut *self.reader().await?, portion).await
    }

    async fn last_loan(&self, id: IntegrationId) -> Result<Option<ActivityEntry>, VaultError> {
        activity::last_loan(&mut *self.reader().await?, id).await
    }
}
