//! Secrets the core holds for a dialog that has not saved yet: a key read from the clipboard, files that were dropped, opened or
//! still under their password.
//!
//! They live in memory only, at most [`MOST_HELD`] at a time and no longer than [`HOLD_TERM`]; a dialog that is closed without
//! saving need not tell.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use storm_connectors::{DroppedFile, KeyMaterial, PasswordTries};
use storm_domain::{ErrorCode, Export, Failure, HeldSecretId, Timestamp};
use storm_secret::{ApiKey, SecretBytes};

use crate::engine::lock;

/// As many files as may be dropped at once, and the same number again once they are opened with their passwords.
const MOST_HELD: usize = 16;
const HOLD_TERM: Duration = Duration::from_secs(15 * 60);

#[derive(Default)]
pub(crate) struct HeldSecrets {
    entries: Mutex<VecDeque<Entry>>,
    /// What was saved last; ids only.
    saved: Mutex<VecDeque<HeldSecretId>>,
}

struct Entry {
    id: HeldSecretId,
    since: Timestamp,
    held: Held,
}

enum Held {
    Key(ApiKey),
    Material(Box<KeyMaterial>),
    Locked(Arc<LockedFiles>),
    Sealed(Arc<HeldFile>),
    Export(Arc<Export>),
}

/// Files under a password that has not been entered yet.
pub(crate) struct LockedFiles {
    pub(crate) files: Vec<HeldFile>,
    pub(crate) tries: Mutex<PasswordTries>,
}

/// A file as it was read.
pub struct HeldFile {
    /// The whole content.
    pub bytes: SecretBytes,
    /// With or without its folder.
    pub name: String,
}

impl HeldFile {
    pub(crate) fn as_dropped(&self) -> DroppedFile<'_> {
        // EXPOSE: read for its shape; what is secret in it becomes a secret type.
        DroppedFile { bytes: self.bytes.expose(), name: &self.name }
    }
}

impl HeldSecrets {
    pub(crate) fn hold_key(&self, id: HeldSecretId, key: ApiKey, now: Timestamp) {
        self.push(Entry { id, since: now, held: Held::Key(key) });
    }

    pub(crate) fn hold_material(&self, id: HeldSecretId, material: KeyMaterial, now: Timestamp) {
        self.push(Entry { id, since: now, held: Held::Material(Box::new(material)) });
    }

    pub(crate) fn hold_locked(&self, id: HeldSecretId, files: Vec<HeldFile>, now: Timestamp) {
        let locked = LockedFiles { files, tries: Mutex::default() };
        self.push(Entry { id, since: now, held: Held::Locked(Arc::new(locked)) });
    }

    pub(crate) fn hold_sealed(&self, id: HeldSecretId, file: HeldFile, now: Timestamp) {
        self.push(Entry { id, since: now, held: Held::Sealed(Arc::new(file)) });
    }

    /// A sealed export that waits for its passphrase; it stays held, so that a wrong one can be tried again.
    pub(crate) fn sealed(&self, id: HeldSecretId) -> Result<Arc<HeldFile>, Failure> {
        self.find(id, |held| match held {
            Held::Sealed(file) => Some(Arc::clone(file)),
            _ => None,
        })
    }

    pub(crate) fn hold_export(&self, id: HeldSecretId, export: Export, now: Timestamp) {
        self.push(Entry { id, since: now, held: Held::Export(Arc::new(export)) });
    }

    /// Drops what was held too long.
    pub(crate) fn expire(&self, now: Timestamp) {
        lock(&self.entries).retain(|entry| now.since(entry.since) < HOLD_TERM);
    }

    /// A held key; it stays held, so that a failed save can be tried again.
    pub(crate) fn key(&self, id: HeldSecretId) -> Result<ApiKey, Failure> {
        self.find(id, |held| match held {
            Held::Key(key) => Some(key.clone()),
            _ => None,
        })
    }

    /// What a held file holds; it stays held, so that a failed save can be tried again.
    pub(crate) fn material(&self, id: HeldSecretId) -> Result<KeyMaterial, Failure> {
        self.find(id, |held| match held {
            Held::Material(material) => Some((**material).clone()),
            _ => None,
        })
    }

    /// Held files that wait for their password.
    pub(crate) fn locked(&self, id: HeldSecretId) -> Result<Arc<LockedFiles>, Failure> {
        self.find(id, |held| match held {
            Held::Locked(locked) => Some(Arc::clone(locked)),
            _ => None,
        })
    }

    /// An opened export; it stays held, since what is in it is restored one by one.
    pub(crate) fn export(&self, id: HeldSecretId) -> Result<Arc<Export>, Failure> {
        self.find(id, |held| match held {
            Held::Export(export) => Some(Arc::clone(export)),
            _ => None,
        })
    }

    fn find<T>(&self, id: HeldSecretId, take: impl Fn(&Held) -> Option<T>) -> Result<T, Failure> {
        lock(&self.entries).iter().filter(|entry| entry.id == id).find_map(|entry| take(&entry.held)).ok_or_else(gone)
    }

    /// Drops what was saved, and remembers that it was.
    pub(crate) fn release(&self, id: HeldSecretId) {
        self.forget(id);
        let mut saved = lock(&self.saved);
        saved.truncate(MOST_HELD - 1);
        saved.push_front(id);
    }

    /// Drops what is of no use any more.
    pub(crate) fn forget(&self, id: HeldSecretId) {
        lock(&self.entries).retain(|entry| entry.id != id);
    }

    /// Whether it was among the last that were saved.
    pub(crate) fn was_saved(&self, id: HeldSecretId) -> bool {
        lock(&self.saved).contains(&id)
    }

    fn push(&self, entry: Entry) {
        let mut all = lock(&self.entries);
        if all.len() >= MOST_HELD {
            all.pop_front();
        }
        all.push_back(entry);
    }
}

fn gone() -> Failure {
    Failure::new(ErrorCode::NotFound, "It is no longer held in memory. Paste or choose it again.", None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn id(number: u128) -> HeldSecretId {
        HeldSecretId(Uuid::from_u128(number))
    }

    #[test]
    fn what_nobody_saves_is_dropped_after_a_while() {
        let held = HeldSecrets::default();
        held.hold_key(id(1), ApiKey::new("k"), Timestamp(0));
        held.expire(Timestamp(0).after(HOLD_TERM / 2));
        assert!(held.key(id(1)).is_ok());
        held.expire(Timestamp(0).after(HOLD_TERM));
        assert!(held.key(id(1)).is_err());
    }

    #[test]
    fn only_what_was_saved_counts_as_saved() {
        let held = HeldSecrets::default();
        (1..4).for_each(|number| held.hold_key(id(number), ApiKey::new("k"), Timestamp(0)));
        held.release(id(1));
        held.forget(id(2));
        assert_eq!([1, 2, 3].map(|number| held.was_saved(id(number))), [true, false, false]);
        (10..10 + MOST_HELD as u128).for_each(|number| held.release(id(number)));
        assert!(!held.was_saved(id(1)), "it is long ago");
        assert!(held.was_saved(id(10)));
    }

    #[test]
    fn the_oldest_gives_way() {
        let held = HeldSecrets::default();
        (0..=MOST_HELD as u128).for_each(|number| held.hold_key(id(number), ApiKey::new("k"), Timestamp(0)));
        assert!(held.key(id(0)).is_err());
        assert!(held.key(id(1)).is_ok());
    }
}
