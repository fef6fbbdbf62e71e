//! Another master key: made, everything sealed anew under it, and the old one taken away.
//!
//! INVARIANT: at each moment one key opens every record, and it is where the header says. The new key is noted in the header
//! before it is written anywhere, is in the keyring and was read back before anything is sealed under it, and everything goes
//! over to it in one transaction. The old one is taken away only when a copy under the new one is made. A run that ends before
//! that transaction is gone on with by the next opening that finds the new key, and withdrawn by any other; one that ends after
//! it is finished by the openings that follow.
//!
//! A record that does not open stays as it is, damaged as before; so does a break in the activity log. Deliberately absent:
//! keeping the recovery code, which belongs to the old key, and lies on paper.

mod records;
mod trace;

use std::sync::Arc;

use storm_crypto::{KeyId, MasterKey, PassphraseCost, SealError, UnwrapError};
use storm_domain::port::{Clock, Keyring, KeyringError};
use storm_domain::{Timestamp, VaultError};
use storm_secret::Passphrase;
use thiserror::Error;

use crate::header::{Header, NextKey, keyring_user};
use crate::opening::{Opening, apart};
use crate::seal::Seal;
use crate::{OpenError, OpenedBy, SqliteVault, VaultFolder};

/// The master key was not changed; the old one opens the vault as before.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyRotationError {
    /// The vault could not be read or written.
    #[error("the vault could not be written")]
    Vault(VaultError),
    /// The keyring did not take or give the new key, or keeps one from an earlier rotation.
    #[error("the keyring did not take or give the key")]
    Keyring(KeyringError),
    /// The keyring took the new key and did not give it back.
    #[error("the keyring did not keep what was written to it")]
    KeyringForgetful,
    /// The vault has a passphrase: the new key must be wrapped under it.
    #[error("the passphrase is needed")]
    PassphraseNeeded,
    /// Not this one.
    #[error("the passphrase is wrong")]
    PassphraseWrong,
    /// A token answer lies in its slot and is not committed yet.
    #[error("a token answer is not committed yet")]
    UnsettledAnswer,
    /// How the key is kept was changed since the rotation was prepared.
    #[error("how the key is kept was changed meanwhile")]
    ChangedMeanwhile,
    /// The system gave no random bytes, memory or thread.
    #[error("the system has too few resources")]
    Resources,
}

impl From<VaultError> for KeyRotationError {
    fn from(error: VaultError) -> Self {
        Self::Vault(error)
    }
}

/// A new master key that nothing knows of yet. The vault is to be closed before it [runs](KeyRotation::run).
pub struct KeyRotation {
    folder: VaultFolder,
    old: Arc<Seal>,
    new: MasterKey,
    /// The old key's wrap that the passphrase opened, and the new key's.
    wraps: Option<(Vec<u8>, Vec<u8>)>,
    opened_by: OpenedBy,
}

impl std::fmt::Debug for KeyRotation {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeyRotation").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// Where the key that a rotation goes over to is to be found.
pub(crate) enum NextKeyIn<'a> {
    Keyring(&'a dyn Keyring),
    /// In the wrap that the passphrase opened.
    Wrap(MasterKey),
    /// Not with what the vault was opened with.
    Nowhere,
}

impl SqliteVault {
    /// Makes a new master key, and wraps it where the vault has a passphrase. Changes nothing; takes some seconds then.
    pub async fn prepare_key_rotation(
        &self,
        passphrase: Option<Passphrase>,
        cost: PassphraseCost,
    ) -> Result<KeyRotation, KeyRotationError> {
        let header = Header::read(&mut *self.reader().await?).await?.ok_or(VaultError::DatabaseDamaged)?;
        let (old, vault) = (Arc::clone(&self.seal), self.seal.vault());
        let wrapped = match (header.passphrase_wrap, passphrase) {
            (None, _) => None,
            (Some(_), None) => return Err(KeyRotationError::PassphraseNeeded),
            (Some(wrap), Some(passphrase)) => Some((wrap, passphrase)),
        };
        let is_taken = move |id: KeyId| id == header.key_id || Some(id) == header.retired;
        let made = apart(move || {
            let new = make_key(is_taken).map_err(|_| OpenError::Resources)?;
            let Some((wrap, passphrase)) = wrapped else { return Ok((new, None)) };
            let opened = MasterKey::unwrap(&wrap, &passphrase, vault).map_err(|error| match error {
                UnwrapError::NoMemory => OpenError::Resources,
                _ => OpenError::PassphraseWrong,
            })?;
            if !opened.is_same(old.key()) {
                return Err(OpenError::PassphraseWrong);
            }
            let new_wrap = new.wrap(&passphrase, vault, cost).map_err(|_| OpenError::Resources)?;
            Ok((new, Some((wrap, new_wrap))))
        });
        let (new, wraps) = made.await.map_err(|error| match error {
            OpenError::PassphraseWrong => KeyRotationError::PassphraseWrong,
            _ => KeyRotationError::Resources,
        })?;
        let (folder, old, opened_by) = (self.folder().clone(), Arc::clone(&self.seal), self.opened_by());
        Ok(KeyRotation { folder, old, new, wraps, opened_by })
    }
}

fn make_key(is_taken: impl Fn(KeyId) -> bool) -> Result<MasterKey, SealError> {
    loop {
        let key = MasterKey::make()?;
        if !is_taken(key.id()) {
            return Ok(key);
        }
    }
}

impl KeyRotation {
    /// Changes the key of the vault, which is closed, and opens it: under the new key, or with an error under the old one.
    ///
    /// # Errors
    /// When the vault does not open at all. What was begun is finished or withdrawn when it does.
    pub async fn run(
        self,
        keyring: &dyn Keyring,
        clock: &dyn Clock,
    ) -> Result<(SqliteVault, Result<(), KeyRotationError>), OpenError> {
        let mut opening = Opening::begin(self.folder.clone()).await?;
        let mut header = match self.header(&mut opening, clock).await {
            Ok(header) => header,
            Err(error) => return opening.abandon(error).await,
        };
        let opened_by = self.opened_by;
        let (seal, outcome) = self.turn(&mut opening, &mut header, keyring, clock.now()).await;
        let opened_by = match outcome {
            Ok(()) if header.in_keyring => OpenedBy::Keyring, // it gave the new key back
            _ => opened_by,
        };
        let seal = match seal {
            Ok(seal) => seal,
            Err(error) => return opening.abandon(error.into()).await,
        };
        Ok((opening.start(&header, seal, opened_by).await?, outcome))
    }

    async fn header(&self, opening: &mut Opening, clock: &dyn Clock) -> Result<Header, OpenError> {
        let mut header = opening.header().await?.ok_or(OpenError::DatabaseMissing)?;
        if !header.is_opened_by(self.old.key())? {
            return Err(OpenError::DatabaseDamaged);
        }
        opening.begin_epoch(&mut header, clock).await?;
        Ok(header)
    }

    /// What seals the vault from now on, and how it went. An error for the first: it is not known what does.
    async fn turn(
        self,
        opening: &mut Opening,
        header: &mut Header,
        keyring: &dyn Keyring,
        now: Timestamp,
    ) -> (Result<Arc<Seal>, VaultError>, Result<(), KeyRotationError>) {
        let (old, in_keyring) = (Arc::clone(&self.old), Some(keyring));
        let turned = match self.may_begin(opening, header, keyring, now).await {
            Ok(()) => self.begun(opening, header, keyring, now).await,
            Err(error) => return (Ok(old), Err(error)),
        };
        match turned {
            Ok(new) => {
                tidy_up(opening, header, in_keyring, now).await;
                (Ok(new), Ok(()))
            }
            Err(error) => match withdraw(opening, header).await {
                Ok(()) => {
                    tidy_up(opening, header, in_keyring, now).await;
                    (Ok(old), Err(error))
                }
                Err(failed) => (Err(failed), Err(error)),
            },
        }
    }

    async fn may_begin(
        &self,
        opening: &mut Opening,
        header: &mut Header,
        keyring: &dyn Keyring,
        now: Timestamp,
    ) -> Result<(), KeyRotationError> {
        if header.passphrase_wrap.as_ref() != self.wraps.as_ref().map(|(old, _)| old) {
            return Err(KeyRotationError::ChangedMeanwhile);
        }
        if trace::has_unsettled_answer(opening).await? {
            return Err(KeyRotationError::UnsettledAnswer);
        }
        // One key after the other: the header has room for one that is still to be taken away.
        if header.has_traces {
            trace::clear(opening, header, now).await?;
        }
        take_away_retired(opening, header, Some(keyring)).await
    }

    async fn begun(
        self,
        opening: &mut Opening,
        header: &mut Header,
        keyring: &dyn Keyring,
        now: Timestamp,
    ) -> Result<Arc<Seal>, KeyRotationError> {
        let next = NextKey { id: self.new.id(), passphrase_wrap: self.wraps.map(|(_, new)| new) };
        header.change_keys(&mut opening.connection, |header| header.next = Some(next)).await?;
        if header.in_keyring {
            write_key(keyring, header, &self.new).await?;
        }
        Ok(records::reseal(opening, header, &self.old, self.new, now).await?)
    }
}

/// Writes the new key into the keyring, which is believed when it has given it back.
async fn write_key(keyring: &dyn Keyring, header: &Header, key: &MasterKey) -> Result<(), KeyRotationError> {
    let user = keyring_user(header.vault_id, key.id());
    keyring.write(&user, &key.keyring_line()).await.map_err(KeyRotationError::Keyring)?;
    match keyring.read(&user).await {
        Ok(line) if MasterKey::of_keyring_line(&line).is_ok_and(|read| read.is_same(key)) => Ok(()),
        Ok(_) | Err(KeyringError::NoEntry) => Err(KeyRotationError::KeyringForgetful),
        Err(error) => Err(KeyRotationError::Keyring(error)),
    }
}

/// Goes on with a rotation that another run left, or withdraws it; then takes the old key away. What seals the vault from now on.
pub(crate) async fn go_on(
    opening: &mut Opening,
    header: &mut Header,
    old: Arc<Seal>,
    next: NextKeyIn<'_>,
    now: Timestamp,
) -> Result<Arc<Seal>, VaultError> {
    let keyring = match &next {
        NextKeyIn::Keyring(keyring) => Some(*keyring),
        _ => None,
    };
    let mut seal = old;
    if let Some(id) = header.next.as_ref().map(|next| next.id) {
        let turned = match find_next(header, id, next).await {
            Some(_) if trace::has_unsettled_answer(opening).await? => None,
            Some(key) => records::reseal(opening, header, &seal, key, now)
                .await
                .inspect_err(|error| tracing::error!(%error, "the records could not be sealed under the new key"))
                .ok(),
            None => None,
        };
        match turned {
            Some(new) => seal = new,
            None => withdraw(opening, header).await?,
        }
    }
    tidy_up(opening, header, keyring, now).await;
    Ok(seal)
}

async fn find_next(header: &Header, id: KeyId, next: NextKeyIn<'_>) -> Option<MasterKey> {
    let key = match next {
        NextKeyIn::Keyring(keyring) => {
            let line = keyring.read(&keyring_user(header.vault_id, id)).await.ok()?;
            MasterKey::of_keyring_line(&line).ok()?
        }
        NextKeyIn::Wrap(key) => key,
        NextKeyIn::Nowhere => return None,
    };
    (key.id() == id).then_some(key)
}

/// Nothing was sealed under the next key; it is taken away as a retired one is.
async fn withdraw(opening: &mut Opening, header: &mut Header) -> Result<(), VaultError> {
    let Some(next) = header.next.as_ref().map(|next| next.id) else { return Ok(()) };
    tracing::warn!("a change of the master key is withdrawn; the vault opens as before");
    let withdrawn = |header: &mut Header| {
        header.next = None;
        header.retired = Some(next);
    };
    header.change_keys(&mut opening.connection, withdrawn).await
}

/// Removes what the retired key could open, then the key. What fails is tried again at the next opening.
async fn tidy_up(opening: &mut Opening, header: &mut Header, keyring: Option<&dyn Keyring>, now: Timestamp) {
    if header.has_traces
        && let Err(error) = trace::clear(opening, header, now).await
    {
        tracing::warn!(%error, "copies that the old key opens are still there; the next opening removes them");
        return;
    }
    if let Err(error) = take_away_retired(opening, header, keyring).await {
        tracing::warn!(%error, "the old key is still in the keyring; the next opening takes it out");
    }
}

async fn take_away_retired(
    opening: &mut Opening,
    header: &mut Header,
    keyring: Option<&dyn Keyring>,
) -> Result<(), KeyRotationError> {
    let Some(retired) = header.retired else { return Ok(()) };
    let removed = match keyring {
        Some(keyring) => keyring.remove(&keyring_user(header.vault_id, retired)).await,
        None => Err(KeyringError::NoEntry),
    };
    match removed {
        // Where the key is not kept in a keyring there is nothing to be removed, as a rule not even a keyring.
        Err(error) if header.in_keyring => return Err(KeyRotationError::Keyring(error)),
        _ => {}
    }
    Ok(header.change_keys(&mut opening.connection, |header| header.retired = None).await?)
}
