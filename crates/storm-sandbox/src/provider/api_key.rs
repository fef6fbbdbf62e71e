//! API keys: made on a page, by the API, or by control; shown once; revoked for good.
//!
//! Only the fingerprint and the last four characters are kept. A revoked key stays in the list, so that "this key is
//! dead" can be seen, not guessed.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::SandboxError;
use crate::secret::{API_KEY_PREFIX, Fingerprint, make_id, make_secret};

/// What a key may be allowed to do.
pub(crate) const PERMISSIONS: [&str; 2] = ["read", "reports"];

/// One key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ApiKey {
    /// `key_` and sixteen hexadecimal digits.
    pub(crate) id: String,
    /// The account's label.
    pub(crate) account: String,
    /// What its maker called it.
    pub(crate) name: String,
    /// What it may do.
    pub(crate) permissions: Vec<String>,
    /// The key's SHA-256.
    pub(crate) fingerprint: Fingerprint,
    /// Its last four characters, to tell keys apart.
    pub(crate) last_four: String,
    /// When it was made, in Unix milliseconds.
    pub(crate) created_at_ms: i64,
    /// When it ends by itself, in Unix milliseconds.
    #[serde(default)]
    pub(crate) ends_at_ms: Option<i64>,
    /// When it was revoked, in Unix milliseconds.
    pub(crate) revoked_at_ms: Option<i64>,
    /// Whether it is switched off.
    #[serde(default)]
    pub(crate) disabled: bool,
    /// When it was used last, in Unix milliseconds.
    #[serde(default)]
    pub(crate) last_used_at_ms: Option<i64>,
}

impl ApiKey {
    /// The key as lists show it.
    pub(crate) fn masked(&self) -> String {
        format!("{API_KEY_PREFIX}…{}", self.last_four)
    }
}

/// All keys, living and revoked.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct ApiKeys {
    keys: BTreeMap<String, ApiKey>,
    #[serde(skip)]
    by_fingerprint: HashMap<Fingerprint, String>,
}

impl ApiKeys {
    /// Makes a key; the returned text is the only time it is seen.
    pub(crate) fn create(
        &mut self,
        account: &str,
        name: &str,
        permissions: Vec<String>,
        ends_at_ms: Option<i64>,
        now_ms: i64,
    ) -> Result<(ApiKey, String), SandboxError> {
        let raw = make_secret(API_KEY_PREFIX)?;
        let name = if name.trim().is_empty() { "Unnamed key" } else { name.trim() };
        let key = ApiKey {
            id: make_id("key_")?,
            account: account.to_owned(),
            name: name.chars().take(100).collect(),
            permissions,
            fingerprint: Fingerprint::of(&raw),
            last_four: raw[raw.len() - 4..].to_owned(),
            created_at_ms: now_ms,
            ends_at_ms,
            revoked_at_ms: None,
            disabled: false,
            last_used_at_ms: None,
        };
        self.by_fingerprint.insert(key.fingerprint, key.id.clone());
        self.keys.insert(key.id.clone(), key.clone());
        Ok((key, raw))
    }

    /// The living key with this fingerprint, which is used now.
    pub(crate) fn used(&mut self, fingerprint: &Fingerprint, now_ms: i64) -> Option<&ApiKey> {
        let key = self.keys.get_mut(self.by_fingerprint.get(fingerprint)?)?;
        if key.revoked_at_ms.is_some() || key.disabled || key.ends_at_ms.is_some_and(|end| end <= now_ms) {
            return None;
        }
        key.last_used_at_ms = Some(now_ms);
        Some(key)
    }

    /// Switches a key that is not revoked off or on; false when there is none.
    pub(crate) fn set_disabled(&mut self, id: &str, disabled: bool) -> bool {
        let Some(key) = self.keys.get_mut(id).filter(|key| key.revoked_at_ms.is_none()) else { return false };
        key.disabled = disabled;
        true
    }

    /// The key with this id, living or not.
    pub(crate) fn by_id(&self, id: &str) -> Option<&ApiKey> {
        self.keys.get(id)
    }

    /// Revokes a key; false when there is no such living key.
    pub(crate) fn revoke(&mut self, id: &str, now_ms: i64) -> bool {
        let Some(key) = self.keys.get_mut(id).filter(|key| key.revoked_at_ms.is_none()) else { return false };
        key.revoked_at_ms = Some(now_ms);
        true
    }

    /// All keys, newest first.
    pub(crate) fn newest_first(&self) -> Vec<&ApiKey> {
        let mut keys: Vec<&ApiKey> = self.keys.values().collect();
        keys.sort_by(|a, b| b.created_at_ms.cmp(&a.created_at_ms).then_with(|| a.id.cmp(&b.id)));
        keys
    }

    /// Fills the index after the state was read.
    pub(crate) fn rebuild_index(&mut self) {
        self.by_fingerprint = self.keys.values().map(|key| (key.fingerprint, key.id.clone())).collect();
    }
}

/// Only permissions that exist, each once; `None` when one does not exist.
pub(crate) fn known_permissions<'a>(asked: impl Iterator<Item = &'a str>) -> Option<Vec<String>> {
    let mut permissions: Vec<String> = Vec::new();
    for permission in asked {
        if !PERMISSIONS.contains(&permission) {
            return None;
        }
        if !permissions.iter().any(|known| known == permission) {
            permissions.push(permission.to_owned());
        }
    }
    Some(permissions)
}
