//! The victim: the real vault, the real protocol clients and the real engine in a small process that does one operation
//! after another as it is told, and can be killed anywhere.
//!
//! The key is handed over on standard input, since a keyring is not what is tried here. Time is the system's.

pub mod provider;
pub mod report;
pub mod trap;
pub mod turn;
pub mod vault;

use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use storm_auth::{HttpProvider, OsEntropy, SystemClock};
use storm_connectors::Catalogue;
use storm_domain::port::{Keyring, KeyringError, Vault};
use storm_domain::{
    Credential, Failure, Fields, GenerationNumber, GenerationPhase, Integration, IntegrationId, LeaseOwner, Method,
    RotationMode, RotationStep, VaultError,
};
use storm_engine::view::{AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, StatusView};
use storm_engine::{Engine, EngineParts};
use storm_secret::SecretBytes;
use storm_store::open_vault;
use storm_tests::{Outcome, StepError};
use tokio::sync::watch;

use self::provider::{Person, TrappedEvents, TrappedProvider};
use self::report::{Beginning, Order, Report, Standing, What, fingerprint};
use self::trap::Traps;
use self::turn::Turn;
use self::vault::{Say, TrappedVault};

/// The one key, whatever it is asked for.
pub struct HandedOver(SecretBytes);

impl HandedOver {
    pub fn of(beginning: &Beginning) -> Self {
        Self(SecretBytes::new(beginning.key.clone().into_bytes()))
    }
}

#[async_trait]
impl Keyring for HandedOver {
    fn backend(&self) -> String {
        "Handed over".to_owned()
    }
    async fn read(&self, _: &str) -> Result<SecretBytes, KeyringError> {
        Ok(self.0.clone())
    }
    async fn write(&self, _: &str, _: &SecretBytes) -> Result<(), KeyringError> {
        Err(KeyringError::AccessDenied) // the vault has a key already
    }
    async fn remove(&self, _: &str) -> Result<(), KeyringError> {
        Err(KeyringError::AccessDenied)
    }
}

/// The engine with all that is needed to give it orders.
pub struct Victim {
    engine: Arc<Engine>,
    vault: Arc<dyn Vault>,
    traps: Arc<Traps>,
    account: watch::Sender<String>,
}

/// Runs until standard input ends.
pub async fn run() -> Outcome {
    let beginning: Beginning = serde_json::from_str(&line().await?.ok_or_else(|| wrong("nothing to begin with"))?)?;
    let traps = Arc::new(Traps::default());
    traps.set(beginning.trap.clone());
    let victim = match Victim::open(&beginning, Arc::clone(&traps), Arc::new(|report: &Report| print(report))).await {
        Ok(victim) => victim,
        Err(error) => {
            print(&Report::NotOpened(error.to_string()));
            return Ok(());
        }
    };
    if beginning.waits {
        victim.wait_until_quiet().await.map_err(|error| wrong(error.to_string()))?;
    }
    traps.set(None);
    print(&Report::Opened(victim.standings().await.map_err(|error| wrong(error.to_string()))?));
    while let Some(line) = line().await? {
        let order: Order = serde_json::from_str(&line)?;
        traps.set(order.trap);
        let report = victim.carry_out(order.what).await?;
        traps.set(None);
        print(&report);
    }
    Ok(())
}

impl Victim {
    /// Opens the vault and takes up what was left.
    pub async fn open(beginning: &Beginning, traps: Arc<Traps>, say: Say) -> Outcome<Self> {
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let keyring = Arc::new(HandedOver::of(beginning));
        let opened = open_vault(beginning.vault_folder(), keyring, clock.clone(), entropy.clone()).await;
        let vault: Arc<dyn Vault> = Arc::new(opened.map_err(|error| wrong(error.to_string()))?);
        let provider = HttpProvider::new(clock.clone(), entropy.clone()).map_err(|error| wrong(error.to_string()))?;
        let provider = Arc::new(provider);
        let (account, person) = watch::channel(String::new());
        let engine = Engine::new(EngineParts {
            vault: Arc::new(TrappedVault { inner: Arc::clone(&vault), traps: Arc::clone(&traps), say }),
            network: Arc::clone(&provider) as _,
            provider: Arc::new(TrappedProvider { inner: provider, traps: Arc::clone(&traps) }),
            browser: Arc::new(Person(person)),
            clock,
            entropy,
            events: Arc::new(TrappedEvents(Arc::clone(&traps))),
            catalogue: Catalogue::embedded().map_err(|_| wrong("the catalogue is damaged"))?,
            owner: LeaseOwner { process: uuid::Uuid::new_v4().to_string(), boot: "this one".to_owned() },
        });
        engine.recover().await.map_err(|error| wrong(error.to_string()))?;
        Ok(Self { engine, vault, traps, account })
    }

    /// Waits until everything that the run before left behind is taken up.
    async fn wait_until_quiet(&self) -> Result<(), VaultError> {
        let mut bell = self.traps.listen();
        while !self.is_quiet().await? {
            if bell.changed().await.is_err() {
                break;
            }
        }
        Ok(())
    }

    async fn is_quiet(&self) -> Result<bool, VaultError> {
        // An intent without a generation is a code: it was used once, and nothing is tried again with it.
        if self.vault.open_intents().await?.iter().any(|intent| intent.generation.is_some()) {
            return Ok(false);
        }
        for row in self.vault.integrations().await? {
            let staged = match row.method {
                Method::OAuth => self.vault.generations(row.id).await?,
                _ => Vec::new(),
            };
            let is_settled = self.step_of(&row).await?.is_none_or(|step| turn::is_persons(&row, &step))
                && staged.iter().all(|generation| generation.phase != GenerationPhase::Staged)
                && self.engine.integration(row.id).await.is_ok_and(|page| {
                    !page.integration.refreshing && page.integration.status != StatusView::Connecting
                });
            if !is_settled {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where the rotation of its key, or of its client secret, stands, and how far it goes.
    async fn step_of(&self, row: &Integration) -> Result<Option<(RotationStep, RotationMode)>, VaultError> {
        Ok(match row.registration_id {
            Some(id) => self.vault.secret_rotation(id).await?.map(|rotation| (rotation.step, rotation.mode)),
            None => self.vault.rotation(row.id).await?.map(|rotation| (rotation.step, rotation.mode)),
        })
    }

    /// The number of the client secret in use, if the app registration has one.
    async fn secret_in_use(&self, row: &Integration) -> Result<Option<GenerationNumber>, VaultError> {
        let Some(id) = row.registration_id else { return Ok(None) };
        let has_secret = self.vault.registration_secret(id).await?.is_some();
        let rotation = self.vault.secret_rotation(id).await?;
        Ok(has_secret.then(|| rotation.map_or(GenerationNumber(0), |rotation| rotation.in_use())))
    }

    async fn standings(&self) -> Result<Vec<Standing>, VaultError> {
        const LOG: u32 = 8;
        let mut standings = Vec::new();
        for row in self.vault.integrations().await? {
            let Ok(page) = self.engine.integration(row.id).await else { continue };
            let active = self.vault.active_generation(row.id).await?;
            let token = active.as_ref().and_then(|active| match &active.credential {
                Credential::OAuthGrant(grant) => grant.refresh_token.as_ref(),
                _ => None,
            });
            standings.push(Standing {
                id: row.id,
                status: page.integration.status,
                generation: self.secret_in_use(&row).await?.or(active.as_ref().map(|active| active.number)),
                sha256: token.map(fingerprint),
                rotation: page.rotation.map(|rotation| rotation.step),
                log: self.vault.activity(Some(row.id), LOG).await?,
            });
        }
        Ok(standings)
    }

    /// Does what it is told, to the end.
    pub async fn carry_out(&self, what: What) -> Outcome<Report> {
        let outcome = match what {
            What::Refresh(id) => self.engine.refresh_integration(id).await,
            What::Connect { base_url, registration, account } => {
                let fields = Fields::from([("base_url".to_owned(), base_url)]);
                let (connector_id, registration_id) = ("practice".to_owned(), registration);
                let target =
                    AuthorizationTarget::New { connector_id, name: None, fields, registration_id, scopes: Vec::new() };
                self.authorize(target, account).await
            }
            What::Reconnect { id, account } => {
                self.authorize(AuthorizationTarget::Reconnect { integration_id: id, more_scopes: Vec::new() }, account)
                    .await
            }
            What::Turn(turn) => self.take(turn).await,
            What::Verify(id) => match self.engine.verify_integration(id).await {
                Ok(verdict) => return Ok(Report::Verified(verdict)),
                Err(failure) => Err(failure),
            },
            What::Look => {
                return Ok(Report::Looked(self.standings().await.map_err(|error| wrong(error.to_string()))?));
            }
        };
        Ok(Report::Done(outcome.err()))
    }

    async fn authorize(&self, target: AuthorizationTarget, account: String) -> Result<(), Failure> {
        self.account.send_replace(account);
        let mut bell = self.traps.listen();
        let begun = self.engine.begin_authorization(BeginAuthorizationRequest { target }).await?;
        loop {
            match self.engine.authorization(begun.id)?.progress {
                AuthorizationProgress::Waiting { .. } | AuthorizationProgress::Exchanging => {}
                AuthorizationProgress::Failed { failure } => return Err(failure),
                _ => return Ok(()),
            }
            let _ = bell.changed().await; // the bell is held here
        }
    }

    /// Until it is the person's turn again; after the end of the old key that is when it is proved dead and forgotten.
    async fn take(&self, turn: Turn) -> Result<(), Failure> {
        let mut bell = self.traps.listen();
        let ends = turn.ends();
        turn.take(&self.engine).await?;
        while let Some(id) = ends
            && !self.is_persons_turn(id).await
        {
            let _ = bell.changed().await; // the bell is held here
        }
        Ok(())
    }

    async fn is_persons_turn(&self, id: IntegrationId) -> bool {
        let Ok(row) = self.vault.integration(id).await else { return false };
        self.step_of(&row).await.is_ok_and(|step| step.is_none_or(|step| turn::is_persons(&row, &step)))
    }
}

/// A line of standard input; None at its end.
pub async fn line() -> Outcome<Option<String>> {
    let reading = tokio::task::spawn_blocking(|| {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line).map(|read| (read > 0).then_some(line))
    });
    Ok(reading.await.map_err(|_| wrong("standard input cannot be read"))??)
}

/// One write for a line, so that none is ever half.
pub fn print(report: &impl Serialize) {
    if let Ok(mut line) = serde_json::to_vec(report) {
        line.push(b'\n');
        let mut output = std::io::stdout().lock();
        let _ = output.write_all(&line).and_then(|()| output.flush()); // whoever does not listen has gone
    }
}

fn wrong(what: impl Into<String>) -> StepError {
    StepError::Wrong(what.into())
}
