//! Secrets the core holds for a dialog that has not saved yet: a key read from the clipboard, a key file that was dropped.
//!
//! They live in memory only, at most [`MOST_HELD`] at a time, and are dropped when they are taken or pushed out.

use std::collections::VecDeque;
use std::sync::Mutex;

use storm_connectors::KeyFile;
use storm_domain::{ErrorCode, Failure, HeldSecretId};
use storm_secret::ApiKey;

use crate::engine::lock;

const MOST_HELD: usize = 8;

#[derive(Default)]
pub(crate) struct HeldSecrets(Mutex<VecDeque<(HeldSecretId, Held)>>);

enum Held {
    Key(ApiKey),
    KeyFile(Box<KeyFile>),
}

impl HeldSecrets {
    pub(crate) fn hold_key(&self, id: HeldSecretId, key: ApiKey) {
        self.push(id, Held::Key(key));
    }

    pub(crate) fn hold_key_file(&self, id: HeldSecretId, file: KeyFile) {
        self.push(id, Held::KeyFile(Box::new(file)));
    }

    /// A held key; it stays held, so that a failed save can be tried again.
    pub(crate) fn key(&self, id: HeldSecretId) -> Result<ApiKey, Failure> {
        lock(&self.0)
            .iter()
            .find_map(|(held_id, held)| match held {
                Held::Key(key) if *held_id == id => Some(key.clone()),
                _ => None,
            })
            .ok_or_else(gone)
    }

    /// A held key file; it stays held, so that a failed save can be tried again.
    pub(crate) fn key_file(&self, id: HeldSecretId) -> Result<KeyFile, Failure> {
        lock(&self.0)
            .iter()
            .find_map(|(held_id, held)| match held {
                Held::KeyFile(file) if *held_id == id => Some((**file).clone()),
                _ => None,
            })
            .ok_or_else(gone)
    }

    /// Drops what was saved.
    pub(crate) fn release(&self, id: HeldSecretId) {
        lock(&self.0).retain(|(held_id, _)| *held_id != id);
    }

    fn push(&self, id: HeldSecretId, held: Held) {
        let mut all = lock(&self.0);
        if all.len() >= MOST_HELD {
            all.pop_front();
        }
        all.push_back((id, held));
    }
}

fn gone() -> Failure {
    Failure::new(ErrorCode::NotFound, "It is no longer held in memory. Paste or choose it again.", None)
}
