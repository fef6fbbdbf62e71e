//! What the provider knows and must not forget: clients, grants, tokens, API keys, service accounts.
//!
//! Plain data and plain methods, without HTTP, clock or settings of its own: time and settings come in as arguments.
//! INVARIANT: no raw secret and no private key is a field of anything that is serialized here.

mod access_token;
mod account;
mod api_key;
mod client;
mod grant;
mod refresh;
mod service_account;
mod state_file;

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

pub(crate) use access_token::{AccessToken, Subject};
pub(crate) use account::Account;
pub(crate) use api_key::{ApiKeys, known_permissions};
pub use client::ClientKind;
pub(crate) use client::{Client, is_registrable};
pub use grant::EndReason;
pub(crate) use grant::Grant;
pub(crate) use grant::IssuedTokens;
pub(crate) use refresh::{RefreshRefusal, limit_scopes};
pub(crate) use service_account::{GeneratedKey, ServiceAccount, ServiceAccounts};
pub(crate) use state_file::StateFile;

use crate::secret::Fingerprint;

/// Everything durable.
#[derive(Serialize, Deserialize)]
pub(crate) struct Provider {
    /// OAuth clients by client_id.
    pub(crate) clients: BTreeMap<String, Client>,
    /// Grants by id, living and ended.
    pub(crate) grants: BTreeMap<String, Grant>,
    /// Living access tokens.
    pub(crate) access_tokens: HashMap<Fingerprint, AccessToken>,
    /// API keys.
    pub(crate) api_keys: ApiKeys,
    /// Service accounts.
    pub(crate) service_accounts: ServiceAccounts,
    /// Which grant a refresh token, current or replaced, belongs to; rebuilt when the state is read.
    #[serde(skip)]
    refresh_tokens: HashMap<Fingerprint, String>,
}

impl Default for Provider {
    fn default() -> Self {
        Self {
            clients: Client::built_in(),
            grants: BTreeMap::new(),
            access_tokens: HashMap::new(),
            api_keys: ApiKeys::default(),
            service_accounts: ServiceAccounts::default(),
            refresh_tokens: HashMap::new(),
        }
    }
}

impl Provider {
    /// Rebuilds what is derived from the stored fields.
    pub(crate) fn with_indexes(mut self) -> Self {
        self.refresh_tokens = self
            .grants
            .values()
            .flat_map(|grant| grant.refresh_fingerprints().map(|fingerprint| (fingerprint, grant.id.clone())))
            .collect();
        self.api_keys.rebuild_index();
        self
    }
}
