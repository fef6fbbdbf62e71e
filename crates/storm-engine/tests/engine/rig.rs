//! One engine with everything around it, which can be stopped and started again on the same data.

use std::sync::Arc;
use std::time::Duration;

use storm_auth::{Deadlines, HttpProvider, OsEntropy};
use storm_connectors::Catalogue;
use storm_domain::port::{EventSink, Network, Vault};
use storm_domain::{Event, Failure, Fields, IntegrationId, LeaseOwner, Timestamp};
use storm_engine::view::{
    AddApiKeyRequest, AuthorizationProgress, AuthorizationTarget, BeginAuthorizationRequest, HeldFileView,
    IntegrationDetailView, KeyInput, SaveRegistrationRequest,
};
use storm_engine::{Engine, EngineParts, HeldFile};
use storm_sandbox::{JournalQuery, NewKey, Options, Sandbox, Step};
use storm_secret::ApiKey;
use storm_store::{SqliteVault, VaultFolder, open_vault};
use storm_testkit::{FakeBrowser, FakeClock, FakeKeyring, RecordingEvents};
use tempfile::TempDir;

use crate::person::{Decision, visit};

pub struct Rig {
    pub engine: Arc<Engine>,
    pub vault: Arc<SqliteVault>,
    pub sandbox: Sandbox,
    pub clock: FakeClock,
    pub browser: Arc<FakeBrowser>,
    pub events: Arc<RecordingEvents>,
    keyring: Arc<FakeKeyring>,
    folder: TempDir,
    refresher: Option<tokio::task::JoinHandle<()>>,
}

impl Rig {
    pub async fn start() -> Self {
        let clock = FakeClock::at(Timestamp(jiff_now()));
        let keyring = Arc::new(FakeKeyring::default());
        let folder = TempDir::new().unwrap();
        let sandbox = Sandbox::start(Options::default()).await.unwrap();
        let (browser, events) = (Arc::new(FakeBrowser::default()), Arc::new(RecordingEvents::default()));
        let vault = open(&folder, &keyring, &clock).await;
        let engine = engine(&vault, &clock, &browser, events.clone());
        Self { engine, vault, sandbox, clock, browser, events, keyring, folder, refresher: None }
    }

    /// Runs recovery and the refresher, as a host does.
    pub async fn run(&mut self) {
        self.engine.recover().await.unwrap();
        let engine = Arc::clone(&self.engine);
        self.refresher = Some(tokio::spawn(async move {
            tokio::try_join!(engine.run_refresher(), engine.run_revocations()).unwrap();
        }));
    }

    /// Ends the program without ceremony and starts it again on the same data.
    pub async fn restart(mut self) -> Self {
        self.engine.shut_down().await;
        if let Some(refresher) = self.refresher.take() {
            refresher.await.unwrap();
        }
        let Self { engine: old, vault, sandbox, clock, browser, events, keyring, folder, .. } = self;
        drop(old);
        vault.close().await;
        drop(vault);
        let vault = open(&folder, &keyring, &clock).await;
        let engine = engine(&vault, &clock, &browser, events.clone());
        Self { engine, vault, sandbox, clock, browser, events, keyring, folder, refresher: None }
    }

    /// A further engine on the same vault, as a process runs it that ends in the middle of its work.
    pub fn doomed_engine(&self, events: Arc<dyn EventSink>) -> Arc<Engine> {
        engine(&self.vault, &self.clock, &self.browser, events)
    }

    /// A further engine on the same vault, which looks at another network.
    pub fn engine_on(&self, network: Arc<dyn Network>) -> Arc<Engine> {
        let parts = parts(&self.vault, &self.clock, &self.browser, self.events.clone());
        Engine::new(EngineParts { network, ..parts })
    }

    pub fn fields(&self) -> Fields {
        Fields::from([("base_url".to_owned(), self.sandbox.base_url().to_owned())])
    }

    /// A key of the practice service that may do everything.
    pub async fn make_key(&self) -> String {
        self.make_key_with(&["read", "reports"]).await
    }

    pub async fn make_key_with(&self, permissions: &[&str]) -> String {
        let permissions: Vec<String> = permissions.iter().map(ToString::to_string).collect();
        let asked = NewKey { permissions: Some(permissions), ..NewKey::default() };
        self.sandbox.control().create_key(asked).await.unwrap().key
    }

    /// A key as the window sends it.
    pub fn typed(&self, key: &str) -> KeyInput {
        let held = self.engine.hold_key("practice", &ApiKey::new(key)).unwrap();
        KeyInput::Held { id: held.id, key_id: None }
    }

    pub async fn add_key(&self, key: &str) -> IntegrationId {
        let request = AddApiKeyRequest {
            connector_id: "practice".into(),
            name: None,
            fields: self.fields(),
            key: self.typed(key),
        };
        self.engine.add_api_key(request).await.unwrap().integration_id
    }

    /// A service-account key file of the practice service, held for a dialog.
    pub async fn hold_file(&self, file: &serde_json::Value) -> storm_domain::HeldSecretId {
        match self.hold(file.to_string().as_bytes(), "key.json").await.unwrap() {
            HeldFileView::Known { file } => file.id,
            other => panic!("{other:?}"),
        }
    }

    /// Any file, as it is dropped.
    pub async fn hold(&self, bytes: &[u8], name: &str) -> Result<HeldFileView, Failure> {
        let file = HeldFile { bytes: storm_secret::SecretBytes::new(bytes.to_vec()), name: name.to_owned() };
        match self.engine.hold_files(vec![file]).await?.pop().unwrap().view {
            HeldFileView::Refused { failure, .. } => Err(failure),
            held => Ok(held),
        }
    }

    pub async fn new_target(&self) -> AuthorizationTarget {
        let registration = SaveRegistrationRequest {
            id: None,
            connector_id: "practice".into(),
            client_id: "practice-desktop".into(),
            client_secret: None,
            file: None,
            secret_ends_at: None,
            fields: self.fields(),
        };
        AuthorizationTarget::New {
            connector_id: "practice".into(),
            name: None,
            fields: self.fields(),
            registration_id: self.engine.save_registration(registration).await.unwrap().id,
            scopes: Vec::new(),
        }
    }

    pub fn reconnect(id: IntegrationId) -> AuthorizationTarget {
        AuthorizationTarget::Reconnect { integration_id: id, more_scopes: Vec::new() }
    }

    /// Authorizes in the browser and waits for the end.
    pub async fn authorize(
        &self,
        target: AuthorizationTarget,
        account: &str,
        decision: Decision,
    ) -> AuthorizationProgress {
        let begun = self.engine.begin_authorization(BeginAuthorizationRequest { target }).await.unwrap();
        let page = self.browser.next().await;
        visit(page, account, decision).await;
        self.authorization_ended(begun.id).await
    }

    pub async fn authorization_ended(&self, id: storm_domain::AttemptId) -> AuthorizationProgress {
        loop {
            self.events.wait_for(|event| *event == Event::AuthorizationChanged { id }).await;
            match self.engine.authorization(id).unwrap().progress {
                AuthorizationProgress::Waiting { .. }
                | AuthorizationProgress::EnteringCode { .. }
                | AuthorizationProgress::Exchanging => self.events.clear(),
                ended => return ended,
            }
        }
    }

    /// An integration that is connected by OAuth.
    pub async fn connect(&self) -> IntegrationId {
        let target = self.new_target().await;
        match self.authorize(target, "ada@practice.example", Decision::Approve).await {
            AuthorizationProgress::Completed { integration_id, .. } => integration_id,
            other => panic!("not connected: {other:?}"),
        }
    }

    pub async fn page(&self, id: IntegrationId) -> IntegrationDetailView {
        self.engine.integration(id).await.unwrap()
    }

    /// Waits until the page is as `fits` wants it; woken by events, not by time.
    pub async fn page_when(
        &self,
        id: IntegrationId,
        fits: impl Fn(&IntegrationDetailView) -> bool,
    ) -> IntegrationDetailView {
        let waiting = async {
            loop {
                self.events.clear();
                let page = self.page(id).await;
                if fits(&page) {
                    return page;
                }
                self.events.wait_for(|_| true).await;
            }
        };
        match tokio::time::timeout(Duration::from_secs(20), waiting).await {
            Ok(page) => page,
            Err(_) => panic!("the page never became so: {:#?}", self.page(id).await),
        }
    }

    /// How many token requests with this grant type the service has seen.
    pub fn token_requests(&self, grant_type: &str) -> usize {
        let query = JournalQuery { path: Some("/oauth/token".into()), ..JournalQuery::default() };
        self.sandbox
            .control()
            .requests(&query)
            .iter()
            .filter(|entry| entry.grant_type.as_deref() == Some(grant_type))
            .count()
    }

    /// Scripts the next answer of the token endpoint.
    pub fn next_token_answer(&self, step: Step) {
        self.sandbox.control().script(Step { path: "/oauth/token".into(), ..step }).unwrap();
    }

    pub async fn refresh_token(&self, id: IntegrationId) -> String {
        match self.vault.active_generation(id).await.unwrap().unwrap().credential {
            // EXPOSE: compared in a test.
            storm_domain::Credential::OAuthGrant(grant) => grant.refresh_token.unwrap().expose().to_owned(),
            other => panic!("not a grant: {other:?}"),
        }
    }
}

pub fn failure<T: std::fmt::Debug>(result: Result<T, Failure>) -> Failure {
    result.unwrap_err()
}

async fn open(folder: &TempDir, keyring: &Arc<FakeKeyring>, clock: &FakeClock) -> Arc<SqliteVault> {
    let keyring = Arc::clone(keyring);
    let opened = open_vault(VaultFolder::new(folder.path()), keyring, Arc::new(clock.clone()), Arc::new(OsEntropy));
    Arc::new(opened.await.unwrap())
}

fn engine(
    vault: &Arc<SqliteVault>,
    clock: &FakeClock,
    browser: &Arc<FakeBrowser>,
    events: Arc<dyn EventSink>,
) -> Arc<Engine> {
    Engine::new(parts(vault, clock, browser, events))
}

fn parts(
    vault: &Arc<SqliteVault>,
    clock: &FakeClock,
    browser: &Arc<FakeBrowser>,
    events: Arc<dyn EventSink>,
) -> EngineParts {
    let clock = Arc::new(clock.clone());
    let deadlines = Deadlines { token: Duration::from_secs(2), other: Duration::from_secs(4), ..Deadlines::default() };
    let provider = Arc::new(HttpProvider::with_deadlines(clock.clone(), Arc::new(OsEntropy), deadlines).unwrap());
    EngineParts {
        vault: vault.clone(),
        network: provider.clone(),
        provider,
        browser: browser.clone(),
        clock,
        entropy: Arc::new(OsEntropy),
        events,
        catalogue: Catalogue::embedded().unwrap(),
        owner: LeaseOwner { process: uuid::Uuid::new_v4().to_string(), boot: "test".into() },
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the practice service runs by the real clock, so the fake one starts there"
)]
fn jiff_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}
