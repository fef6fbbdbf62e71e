//! A vault in a temporary folder, opened with a fake keyring.

#[macro_use]
pub mod contract;
pub mod keyed;

use std::sync::Arc;

use storm_domain::port::{GrantCommit, NewIntegration, Vault};
use storm_domain::{
    Credential, GenerationNumber, Integration, IntegrationId, Lease, LeaseOwner, OAuthGrant, RawTokenAnswer,
    RefreshIntent, Timestamp,
};
use storm_secret::SecretBytes;
use storm_store::{OpenError, SqliteVault, VaultFolder, open_vault};
use storm_testkit::{FakeClock, FakeKeyring, SeededEntropy};
use tempfile::TempDir;
use uuid::Uuid;

pub const NOW: Timestamp = Timestamp(1_767_225_600_000);
pub const LATER: Timestamp = Timestamp(1_767_225_700_000);

/// The folder, keyring and clock outlive the vault, so that it can be opened again.
pub struct House {
    pub directory: TempDir,
    pub keyring: Arc<FakeKeyring>,
    pub clock: FakeClock,
    pub entropy: Arc<SeededEntropy>,
}

impl Default for House {
    fn default() -> Self {
        Self {
            directory: tempfile::tempdir().unwrap(),
            keyring: Arc::default(),
            clock: FakeClock::default(),
            entropy: Arc::default(),
        }
    }
}

impl House {
    /// Another folder with the same keyring and clock.
    pub fn at(other: &Self) -> Self {
        Self {
            keyring: other.keyring.clone(),
            clock: other.clock.clone(),
            entropy: other.entropy.clone(),
            ..Self::default()
        }
    }

    pub fn folder(&self) -> VaultFolder {
        VaultFolder::new(self.directory.path().join("data"))
    }

    pub async fn try_open(&self) -> Result<SqliteVault, OpenError> {
        open_vault(self.folder(), self.keyring.clone(), Arc::new(self.clock.clone()), self.entropy.clone()).await
    }

    pub async fn open(&self) -> SqliteVault {
        self.try_open().await.unwrap()
    }

    pub async fn refusal(&self) -> OpenError {
        self.try_open().await.map(|_| ()).unwrap_err()
    }

    /// Closes the vault and opens it again.
    pub async fn reopen(&self, vault: SqliteVault) -> SqliteVault {
        vault.close().await;
        self.open().await
    }
}

pub fn id(number: u128) -> IntegrationId {
    IntegrationId(Uuid::from_u128(number))
}

pub async fn add(vault: &impl Vault, integration: Integration, credential: Option<Credential>) -> IntegrationId {
    vault.add_integration(NewIntegration { integration, credential }).await.unwrap().id
}

pub fn owner(process: &str, boot: &str) -> LeaseOwner {
    LeaseOwner { process: process.to_owned(), boot: boot.to_owned() }
}

pub async fn lease(vault: &impl Vault, id: IntegrationId) -> Lease {
    vault.acquire_lease(id, &owner("this", "boot"), NOW, LATER).await.unwrap()
}

pub fn intent(id: IntegrationId, generation: Option<GenerationNumber>) -> RefreshIntent {
    RefreshIntent { integration_id: id, generation, at: NOW, retries: 0 }
}

/// A refresh of this process that is about to be sent.
pub async fn begun(vault: &impl Vault, id: IntegrationId, generation: Option<GenerationNumber>) -> Lease {
    vault.begin_refresh(&intent(id, generation), &owner("this", "boot"), NOW, LATER).await.unwrap()
}

/// A commit that leaves the row and the log alone.
pub fn commit_of<'a>(lease: &'a Lease, expected: Option<GenerationNumber>, grant: &'a OAuthGrant) -> GrantCommit<'a> {
    GrantCommit { lease, expected, grant, event: None, log: Vec::new(), at: NOW }
}

pub fn raw_answer(body: &[u8]) -> RawTokenAnswer {
    RawTokenAnswer {
        status: 200,
        content_type: Some("application/json".to_owned()),
        retry_after: Some(std::time::Duration::from_secs(7)),
        server_time: Some(NOW),
        received_at: LATER,
        body: SecretBytes::new(body),
        dpop_key: None,
    }
}

/// The refresh token of a grant, as text.
pub fn refresh_token(credential: &Credential) -> Option<String> {
    let Credential::OAuthGrant(grant) = credential else { panic!("not a grant") };
    grant.refresh_token.as_ref().map(|token| token.expose().to_owned())
}
