//! Opening a vault, and making one.
//!
//! INVARIANT: an opening makes a master key only when the database holds neither a header nor any record; it is written to the
//! keyring, read back and compared before the header that names it is committed. Every other state is an [`OpenError`] that
//! changes nothing.

use std::sync::Arc;

use sqlx::{Connection as _, SqliteConnection};
use storm_crypto::{MasterKey, PassphraseCost, RecoveryError, RecoveryKey, SealError, UnwrapError};
use storm_domain::VaultError;
use storm_domain::port::{Clock, Entropy, Keyring, KeyringError};
use storm_secret::Passphrase;
use uuid::Uuid;

use crate::header::{self, Header, keyring_user};
use crate::key_rotation::{self, NextKeyIn};
use crate::lock::VaultLock;
use crate::seal::Seal;
use crate::{OpenError, OpenedBy, SqliteVault, VaultFolder, database, epoch, fault, lease, mark};

/// The fewest characters of a new passphrase: it is all that stands between a copied file and its secrets.
pub const PASSPHRASE_LEAST_CHARACTERS: usize = 12;

/// A locked folder with an open, up-to-date database: everything but the key.
pub(crate) struct Opening {
    pub(crate) folder: VaultFolder,
    pub(crate) connection: SqliteConnection,
    lock: VaultLock,
    /// Whether the log was shortened since the vault was last open.
    has_lost_commits: bool,
}

/// Opens the vault with the key from the keyring; makes one when there is none yet.
pub async fn open_vault(
    folder: VaultFolder,
    keyring: Arc<dyn Keyring>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<SqliteVault, OpenError> {
    let mut opening = Opening::begin(folder).await?;
    match find_key(&mut opening, keyring.as_ref(), clock.as_ref(), entropy.as_ref()).await {
        Ok((header, key)) => {
            let next = NextKeyIn::Keyring(keyring.as_ref());
            opening.complete(header, key, next, OpenedBy::Keyring, clock.as_ref()).await
        }
        Err(error) => opening.abandon(error).await,
    }
}

/// Opens a vault that has a passphrase. Takes about a second.
pub async fn open_with_passphrase(
    folder: VaultFolder,
    passphrase: Passphrase,
    clock: Arc<dyn Clock>,
) -> Result<SqliteVault, OpenError> {
    let mut opening = Opening::begin(folder).await?;
    match unwrap_key(&mut opening, passphrase).await {
        Ok((header, key, next)) => {
            let next = next.map_or(NextKeyIn::Nowhere, NextKeyIn::Wrap);
            opening.complete(header, key, next, OpenedBy::Passphrase, clock.as_ref()).await
        }
        Err(error) => opening.abandon(error).await,
    }
}

/// Opens a vault that has a recovery code.
pub async fn open_with_recovery_code(
    folder: VaultFolder,
    recovery: &RecoveryKey,
    clock: Arc<dyn Clock>,
) -> Result<SqliteVault, OpenError> {
    let mut opening = Opening::begin(folder).await?;
    match recover_key(&mut opening, recovery).await {
        Ok((header, key)) => {
            opening.complete(header, key, NextKeyIn::Nowhere, OpenedBy::RecoveryCode, clock.as_ref()).await
        }
        Err(error) => opening.abandon(error).await,
    }
}

/// Makes a vault that opens with a passphrase, where there is none. Takes about a second.
pub async fn create_passphrase_vault(
    folder: VaultFolder,
    passphrase: Passphrase,
    cost: PassphraseCost,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
) -> Result<SqliteVault, OpenError> {
    // EXPOSE: its length in characters.
    if passphrase.expose().chars().count() < PASSPHRASE_LEAST_CHARACTERS {
        return Err(OpenError::PassphraseTooShort);
    }
    let mut opening = Opening::begin(folder).await?;
    match make_wrapped_key(&mut opening, passphrase, cost, clock.as_ref(), entropy.as_ref()).await {
        Ok((header, key)) => {
            opening.complete(header, key, NextKeyIn::Nowhere, OpenedBy::Passphrase, clock.as_ref()).await
        }
        Err(error) => opening.abandon(error).await,
    }
}

impl Opening {
    pub(crate) async fn begin(folder: VaultFolder) -> Result<Self, OpenError> {
        let lock = VaultLock::try_lock(&folder)?;
        if epoch::has_begun(&folder)? && !folder.database().exists() {
            return Err(OpenError::DatabaseMissing);
        }
        let has_lost_commits = mark::has_lost_commits(&folder).map_err(|error| fault::of_io(&error))?;
        let mut connection = database::connect(&folder).await?;
        let migrated = database::migrate(&mut connection).await;
        let opening = Self { folder, connection, lock, has_lost_commits };
        match migrated {
            Ok(()) => Ok(opening),
            Err(error) => opening.abandon(error.into()).await,
        }
    }

    /// The header; `None` = the vault is new. Records or an epoch without a header are damage, never a reason for a new key.
    pub(crate) async fn header(&mut self) -> Result<Option<Header>, OpenError> {
        let header = Header::read(&mut self.connection).await?;
        if header.is_none() && (epoch::has_begun(&self.folder)? || header::holds_records(&mut self.connection).await?) {
            return Err(OpenError::DatabaseDamaged);
        }
        Ok(header)
    }

    async fn complete(
        mut self,
        mut header: Header,
        key: MasterKey,
        next: NextKeyIn<'_>,
        opened_by: OpenedBy,
        clock: &dyn Clock,
    ) -> Result<SqliteVault, OpenError> {
        let seal = Arc::new(Seal::new(key, header.vault_id));
        let begun = match self.begin_epoch(&mut header, clock).await {
            Ok(()) => key_rotation::go_on(&mut self, &mut header, seal, next, clock.now()).await,
            Err(error) => Err(error),
        };
        match begun {
            Ok(seal) => self.start(&header, seal, opened_by).await,
            Err(error) => self.abandon(error.into()).await,
        }
    }

    /// Takes the leases of the run before, and begins an epoch.
    pub(crate) async fn begin_epoch(&mut self, header: &mut Header, clock: &dyn Clock) -> Result<(), VaultError> {
        lease::free_all(&mut self.connection).await?;
        epoch::begin(&mut self.connection, &self.folder, header, self.has_lost_commits, clock.now()).await
    }

    pub(crate) async fn start(
        self,
        header: &Header,
        seal: Arc<Seal>,
        opened_by: OpenedBy,
    ) -> Result<SqliteVault, OpenError> {
        let vault = SqliteVault::start(self.folder, self.connection, self.lock, header, seal, opened_by)?;
        database::open_all(&vault.readers).await?;
        vault.writer.damaged.send_replace(self.has_lost_commits);
        Ok(vault)
    }

    /// Closes the database before the lock goes.
    pub(crate) async fn abandon<T>(self, error: OpenError) -> Result<T, OpenError> {
        if self.connection.close().await.is_err() {
            tracing::warn!("the database was not closed cleanly");
        }
        drop(self.lock);
        Err(error)
    }
}

async fn find_key(
    opening: &mut Opening,
    keyring: &dyn Keyring,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Header, MasterKey), OpenError> {
    let Some(header) = opening.header().await? else {
        let vault_id = entropy.make_uuid();
        let key = make_key_in_keyring(keyring, vault_id).await?;
        let header = Header::make(vault_id, &key, None, clock.now())?;
        header.insert(&mut opening.connection).await?;
        return Ok((header, key));
    };
    if !header.in_keyring {
        return Err(OpenError::PassphraseNeeded);
    }
    let line = keyring.read(&header.keyring_user()).await.map_err(|error| OpenError::of_keyring(error, false))?;
    let key = MasterKey::of_keyring_line(&line).map_err(|_| OpenError::Keyring(KeyringError::Garbage))?;
    if header.is_opened_by(&key)? { Ok((header, key)) } else { Err(OpenError::WrongKey) }
}

/// Makes a key and does not trust the keyring before it has given it back.
async fn make_key_in_keyring(keyring: &dyn Keyring, vault_id: Uuid) -> Result<MasterKey, OpenError> {
    let of_keyring = |error: KeyringError| OpenError::of_keyring(error, true);
    let key = MasterKey::make().map_err(of_seal)?;
    let user = keyring_user(vault_id, key.id());
    keyring.write(&user, &key.keyring_line()).await.map_err(of_keyring)?;
    let line = keyring.read(&user).await.map_err(of_keyring)?;
    match MasterKey::of_keyring_line(&line) {
        Ok(read) if read.is_same(&key) => Ok(key),
        _ => Err(OpenError::KeyringForgetful),
    }
}

async fn make_wrapped_key(
    opening: &mut Opening,
    passphrase: Passphrase,
    cost: PassphraseCost,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<(Header, MasterKey), OpenError> {
    if opening.header().await?.is_some() {
        return Err(OpenError::Exists);
    }
    let vault_id = entropy.make_uuid();
    let (key, wrap) = apart(move || {
        let key = MasterKey::make().map_err(of_seal)?;
        let wrap = key.wrap(&passphrase, vault_id.into_bytes(), cost).map_err(|_| OpenError::Resources)?;
        Ok((key, wrap))
    })
    .await?;
    let header = Header::make(vault_id, &key, Some(wrap), clock.now())?;
    header.insert(&mut opening.connection).await?;
    Ok((header, key))
}

/// The key, and the one that a rotation left under way goes over to, if the passphrase opens that, too.
async fn unwrap_key(
    opening: &mut Opening,
    passphrase: Passphrase,
) -> Result<(Header, MasterKey, Option<MasterKey>), OpenError> {
    let header = opening.header().await?.ok_or(OpenError::NoSuchWay)?;
    let wrap = header.passphrase_wrap.clone().ok_or(OpenError::NoSuchWay)?;
    // A key that should be in the keyring, too, is looked for there.
    let next_wrap = header.next.clone().filter(|_| !header.in_keyring).and_then(|next| next.passphrase_wrap);
    let vault_id = header.vault_id.into_bytes();
    let (key, next) = apart(move || {
        let key = MasterKey::unwrap(&wrap, &passphrase, vault_id).map_err(of_unwrap)?;
        let next = next_wrap.and_then(|wrap| MasterKey::unwrap(&wrap, &passphrase, vault_id).ok());
        Ok((key, next))
    })
    .await?;
    if header.is_opened_by(&key)? { Ok((header, key, next)) } else { Err(OpenError::DatabaseDamaged) }
}

fn of_unwrap(error: UnwrapError) -> OpenError {
    match error {
        UnwrapError::WrongPassphrase => OpenError::PassphraseWrong,
        UnwrapError::NoMemory => OpenError::Resources,
        UnwrapError::UnknownFormat => OpenError::NewerSchema,
        _ => OpenError::DatabaseDamaged,
    }
}

async fn recover_key(opening: &mut Opening, recovery: &RecoveryKey) -> Result<(Header, MasterKey), OpenError> {
    let header = opening.header().await?.ok_or(OpenError::NoSuchWay)?;
    let wrap = header.recovery_wrap.as_ref().ok_or(OpenError::NoSuchWay)?;
    let key = MasterKey::unwrap_with_recovery(wrap, recovery, header.vault_id.into_bytes());
    let key = key.map_err(|error| match error {
        RecoveryError::WrongCode => OpenError::RecoveryCodeWrong,
        _ => OpenError::NewerSchema,
    })?;
    if header.is_opened_by(&key)? { Ok((header, key)) } else { Err(OpenError::DatabaseDamaged) }
}

/// Runs what takes a second of one core away from the threads that serve everybody.
pub(crate) async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, OpenError> + Send + 'static,
) -> Result<T, OpenError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| OpenError::Resources)?
}

fn of_seal(_: SealError) -> OpenError {
    OpenError::Resources
}
