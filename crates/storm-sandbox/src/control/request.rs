//! What goes into the control functions and what comes out, in the shapes of the JSON API.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::provider::{ClientKind, EndReason};
use crate::settings::Settings;

/// Asks for an API key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewKey {
    /// Whose; the default account when absent.
    pub account: Option<String>,
    /// What to call it.
    pub name: String,
    /// `read`, `reports`; both when absent.
    pub permissions: Option<Vec<String>>,
    /// In how many seconds it ends by itself; never when absent.
    pub expires_in: Option<u32>,
}

/// A new API key.
#[derive(Clone, Serialize)]
pub struct KeyCreated {
    /// Its id.
    pub id: String,
    /// The key itself; it is not shown again.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The account's label.
    pub account: String,
    /// What it may do.
    pub permissions: Vec<String>,
}

/// Asks for an OAuth client.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewClient {
    /// What the consent page calls it.
    pub name: String,
    /// Public or confidential.
    pub kind: ClientKind,
    /// Its redirect URIs.
    #[serde(default)]
    pub redirect_uris: Vec<String>,
    /// Whether it is a native app: any loopback port and path. True for public clients when absent.
    #[serde(default)]
    pub any_loopback_redirect: Option<bool>,
}

/// A new OAuth client.
#[derive(Clone, Serialize)]
pub struct ClientCreated {
    /// The client_id.
    pub client_id: String,
    /// Its secret, if it is confidential; not shown again.
    pub client_secret: Option<String>,
}

/// A further client secret.
#[derive(Clone, Serialize)]
pub struct SecretCreated {
    /// Names the secret when it is to be deleted.
    pub secret_id: String,
    /// The secret; not shown again.
    pub client_secret: String,
}

/// Asks for a grant without a browser.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NewGrant {
    /// Whose; the default account when absent.
    pub account: Option<String>,
    /// To which client; `practice-desktop` when absent.
    pub client_id: Option<String>,
    /// Space-separated scopes; `read reports` when absent.
    pub scope: Option<String>,
}

/// Which grants are meant: all of them, or those that fit both.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GrantFilter {
    /// Only this one.
    pub id: Option<String>,
    /// Only this account's.
    pub account: Option<String>,
    /// Only this client's.
    pub client_id: Option<String>,
}

/// A grant, as the control API shows it.
#[derive(Clone, Debug, Serialize)]
pub struct GrantView {
    /// Its id.
    pub id: String,
    /// The account's label.
    pub account: String,
    /// The client.
    pub client_id: String,
    /// What was granted.
    pub scopes: Vec<String>,
    /// Whether it still works.
    pub alive: bool,
    /// How many refresh tokens it has had.
    pub refresh_generation: u64,
    /// SHA-256, in hexadecimal, of the refresh token that works.
    pub refresh_token_sha256: Option<String>,
    /// Why it ended.
    pub killed_reason: Option<EndReason>,
    /// When it was made, in Unix milliseconds.
    pub created_at_ms: i64,
    /// When it ended, in Unix milliseconds.
    pub ended_at_ms: Option<i64>,
}

/// An overview.
#[derive(Clone, Debug, Serialize)]
pub struct State {
    /// The service's address and issuer.
    pub base_url: String,
    /// The service's time, in Unix milliseconds.
    pub now_ms: i64,
    /// How it behaves.
    pub settings: Settings,
    /// The registered clients, without secrets.
    pub clients: Vec<Value>,
    /// The API keys, masked.
    pub keys: Vec<Value>,
    /// The service accounts, with the ids of their keys.
    pub service_accounts: Vec<Value>,
    /// How many grants are alive.
    pub grants_alive: usize,
    /// How many grants there are.
    pub grants: usize,
    /// How many requests the script will still strike.
    pub scripted: u64,
    /// The newest request's number.
    pub last_sequence: u64,
}

macro_rules! redacted_debug {
    ($($type:ident: $shown:ident),*) => {$(
        impl fmt::Debug for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_struct(stringify!($type)).field(stringify!($shown), &self.$shown).finish_non_exhaustive()
            }
        }
    )*};
}

redacted_debug!(KeyCreated: id, ClientCreated: client_id, SecretCreated: secret_id);
