//! What a victim is told and what it tells: a line of JSON each. Of secrets it tells fingerprints.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use storm_domain::{ActivityEntry, Failure, GenerationNumber, IntegrationId, RegistrationId, RotationStep, Verdict};
use storm_engine::view::StatusView;
use storm_secret::RefreshToken;
use storm_store::VaultFolder;

use super::trap::Trap;
use super::turn::Turn;

/// The first line. The key of the vault comes this way so that it is in no argument and no variable.
#[derive(Serialize, Deserialize)]
pub struct Beginning {
    pub folder: std::path::PathBuf,
    pub key: String,
    /// Dies while it opens the vault and takes up what was left.
    pub trap: Option<Trap>,
    /// Says that the vault is open when everything that was left is taken up, not before.
    pub waits: bool,
}

impl Beginning {
    pub fn vault_folder(&self) -> VaultFolder {
        VaultFolder::new(&self.folder)
    }
}

/// Each further line.
#[derive(Serialize, Deserialize)]
pub struct Order {
    pub what: What,
    pub trap: Option<Trap>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Refreshes now.
    Refresh(IntegrationId),
    /// Signs in with a new integration.
    Connect { base_url: String, registration: RegistrationId, account: String },
    /// Signs in again.
    Reconnect { id: IntegrationId, account: String },
    /// The person's next turn in a rotation; what goes on by itself from there, too.
    Turn(Turn),
    /// Asks the service whether the credential works.
    Verify(IntegrationId),
    /// Tells where everything stands.
    Look,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Report {
    /// The vault is open and what was left is taken up.
    Opened(Vec<Standing>),
    /// The vault did not open; in plain words.
    NotOpened(String),
    /// The operation is over.
    Done(Option<Failure>),
    /// The service's word on a credential.
    Verified(Verdict),
    Looked(Vec<Standing>),
    /// It dies at this call now.
    Falls {
        call: String,
        after: bool,
    },
    /// The store said that an answer is safe in its slot.
    Landed {
        id: IntegrationId,
        fencing: u64,
    },
    /// The store said that a grant is committed.
    Committed {
        id: IntegrationId,
        fencing: u64,
        generation: GenerationNumber,
        sha256: Option<String>,
    },
}

/// Where an integration stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Standing {
    pub id: IntegrationId,
    pub status: StatusView,
    /// The active generation, or the number of the client secret in use, and the fingerprint of its refresh token.
    pub generation: Option<GenerationNumber>,
    pub sha256: Option<String>,
    pub rotation: Option<RotationStep>,
    /// The newest entries of its log, newest first.
    pub log: Vec<ActivityEntry>,
}

/// SHA-256 in hexadecimal, as the practice service shows it.
pub fn fingerprint(token: &RefreshToken) -> String {
    // EXPOSE: hashed.
    sha256_of(token.expose())
}

/// SHA-256 in hexadecimal.
pub fn sha256_of(secret: &str) -> String {
    Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}
