//! A folder of data with connected integrations, made by the real store, and the service that knows what is true of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use storm_auth::{OsEntropy, SystemClock};
use storm_connectors::read_key_file;
use storm_domain::port::{Clock as _, Keyring as _, NewIntegration, Vault as _};
use storm_domain::{
    ApiKeyCredential, AppRegistration, Credential, Fields, Integration, IntegrationId, Method, OAuthGrant,
    RefreshState, RegistrationId, Timestamp, TokenState,
};
use storm_engine::view::StatusView;
use storm_sandbox::{
    ClientCreated, ClientKind, JournalQuery, NewClient, NewGrant, NewKey, Options, Sandbox, Settings, Step,
};
use storm_secret::{AccessToken, ApiKey, ClientSecret, RefreshToken};
use storm_store::{VaultFolder, open_vault};
use storm_testkit::{FakeKeyring, integration};
use storm_tests::{Moto, Outcome, StepError};

use crate::process::FORKING;
use crate::victim::report::{Beginning, Standing};
use crate::victim::trap::Trap;
use crate::victim::turn::Turn;

/// How the service takes a refresh token that was replaced already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Server {
    /// It repeats its answer for a minute.
    Grace,
    /// It ends the grant.
    Strict,
}

impl Server {
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Grace, Self::Strict].into_iter().find(|server| server.name() == name)
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Grace => "grace",
            Self::Strict => "strict",
        }
    }

    fn settings(self) -> Settings {
        match self {
            Self::Grace => Settings { reuse_grace_s: 60, ..Settings::default() },
            Self::Strict => Settings { reuse_grace_s: 0, reuse_kills_grant: true, ..Settings::default() },
        }
    }
}

/// What an integration stands on, and how that is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Grant,
    /// A pasted key whose service ends the old one when it is asked to.
    Key,
    /// A service account's JSON file, the same.
    KeyFile,
    /// A pasted key whose successor the service makes.
    Minted,
    /// The same at AWS, whose keys sign requests.
    Aws,
    /// A pasted key that only its user can end, at the service.
    KeyByHand,
    /// An OAuth grant of a confidential client, whose secret is rotated.
    ClientSecret,
    /// The same, where the rotation is only rehearsed.
    ClientSecretDrill,
}

impl Kind {
    /// Those that are rotated.
    pub const ROTATED: [Self; 7] = [
        Self::Key,
        Self::KeyFile,
        Self::Minted,
        Self::Aws,
        Self::KeyByHand,
        Self::ClientSecret,
        Self::ClientSecretDrill,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Grant => "OAuth grant",
            Self::Key => "API key",
            Self::KeyFile => "service-account key file",
            Self::Minted => "API key made by its service",
            Self::Aws => "AWS access key",
            Self::KeyByHand => "API key ended by hand",
            Self::ClientSecret => "client secret",
            Self::ClientSecretDrill => "drill of a client secret",
        }
    }

    /// Whether the service makes the new one, and ends both by their ids.
    pub fn is_minted(self) -> bool {
        matches!(self, Self::Minted | Self::Aws)
    }

    /// Whether it is a client secret that is replaced.
    pub fn is_secret(self) -> bool {
        matches!(self, Self::ClientSecret | Self::ClientSecretDrill)
    }

    /// Whether the new one is only tried, and the old one stays.
    pub fn is_drill(self) -> bool {
        self == Self::ClientSecretDrill
    }

    /// Whether its user ends the old one at the service.
    pub fn is_ended_by_hand(self) -> bool {
        self == Self::KeyByHand || self.is_secret()
    }

    fn method(self) -> Method {
        match self {
            Self::Grant | Self::ClientSecret | Self::ClientSecretDrill => Method::OAuth,
            Self::Key | Self::Minted | Self::Aws | Self::KeyByHand => Method::ApiKey,
            Self::KeyFile => Method::ServiceAccount,
        }
    }

    fn connector_id(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::KeyByHand => "generic-api-key",
            // It has no page that a browser would be opened with.
            Self::ClientSecret | Self::ClientSecretDrill => "generic-oauth",
            _ => "practice",
        }
    }

    fn fields(self, service: &Sandbox, moto: Option<&Moto>) -> Fields {
        let base_url = service.base_url();
        match self {
            Self::Aws => Fields::from([
                ("region".to_owned(), "eu-central-1".to_owned()),
                ("base_url".to_owned(), moto.map(Moto::url).unwrap_or_default().to_owned()),
                ("lend".to_owned(), "key".to_owned()), // whose end is what is waited for
            ]),
            Self::KeyByHand => Fields::from([
                ("verify_url".to_owned(), format!("{base_url}/api/whoami")),
                ("placement".to_owned(), "bearer".to_owned()),
            ]),
            Self::ClientSecret | Self::ClientSecretDrill => Fields::from([
                ("authorize_url".to_owned(), format!("{base_url}/oauth/authorize")),
                ("token_url".to_owned(), format!("{base_url}/oauth/token")),
                ("userinfo_url".to_owned(), format!("{base_url}/api/whoami")),
                ("grant".to_owned(), "authorization_code".to_owned()),
                ("client_auth".to_owned(), "automatic".to_owned()),
                ("dpop".to_owned(), "no".to_owned()),
            ]),
            _ => Fields::from([("base_url".to_owned(), base_url.to_owned())]),
        }
    }
}

/// One integration of the estate.
#[derive(Debug, Clone)]
pub struct Holding {
    pub id: IntegrationId,
    /// Whose; nobody else has it at the service.
    pub account: String,
    pub method: Method,
    pub kind: Kind,
}

pub struct Estate {
    pub service: Sandbox,
    /// Where AWS keys are taken, if there are any.
    pub moto: Option<Moto>,
    pub registration: RegistrationId,
    pub holdings: Vec<Holding>,
    pub folder: PathBuf,
    key: String,
}

impl Estate {
    /// Starts the service and makes the vault in `folder`: so many OAuth integrations, so many with a key.
    pub async fn make(folder: &Path, server: Server, grants: usize, keys: usize) -> Outcome<Self> {
        let kinds: Vec<Kind> = [vec![Kind::Grant; grants], vec![Kind::Key; keys]].concat();
        Self::make_of(folder, server, &kinds).await
    }

    /// The same with one integration of each of `kinds`.
    pub async fn make_of(folder: &Path, server: Server, kinds: &[Kind]) -> Outcome<Self> {
        let service = Sandbox::start(Options { settings: server.settings(), ..Options::default() }).await;
        let service = service.map_err(|error| wrong(&error))?;
        let moto = if kinds.contains(&Kind::Aws) { Some(Moto::start().await?) } else { None };
        let (keyring, clock) = (Arc::new(FakeKeyring::default()), Arc::new(SystemClock));
        let forking = FORKING.lock().await;
        let vault = open_vault(VaultFolder::new(folder), keyring.clone(), clock.clone(), Arc::new(OsEntropy)).await;
        let vault = vault.map_err(|error| wrong(&error))?;
        let fields = Fields::from([("base_url".to_owned(), service.base_url().to_owned())]);
        let now = clock.now();
        let registration = AppRegistration {
            id: RegistrationId(uuid::Uuid::new_v4()),
            connector_id: "practice".to_owned(),
            client_id: "practice-desktop".to_owned(),
            has_secret: false,
            secret_ends_at: None,
            fields: fields.clone(),
            created_at: now,
        };
        vault.put_registration(&registration, None).await.map_err(|error| wrong(&error))?;
        let mut holdings = Vec::new();
        for (number, kind) in kinds.iter().copied().enumerate() {
            let method = kind.method();
            let account = format!("person-{number}@practice.example");
            let client = make_client(&service, kind, &account).await?;
            let credential = make_credential((&service, moto.as_ref()), kind, &account, client.as_ref(), now).await?;
            let own = client.map(|client| {
                let id = RegistrationId(uuid::Uuid::new_v4());
                let connector_id = kind.connector_id().to_owned();
                let (has_secret, fields) = (true, kind.fields(&service, moto.as_ref()));
                let client_id = client.client_id.clone();
                (
                    AppRegistration {
                        id,
                        connector_id,
                        client_id,
                        has_secret,
                        secret_ends_at: None,
                        fields,
                        created_at: now,
                    },
                    client,
                )
            });
            if let Some((own, client)) = &own {
                let secret = client.client_secret.as_deref().map(ClientSecret::new);
                vault.put_registration(own, secret.as_ref()).await.map_err(|error| wrong(&error))?;
            }
            let registration_id = own.map_or(registration.id, |(own, _)| own.id);
            let scopes: &[&str] =
                if method == Method::OAuth { &["read", "reports", "offline_access"] } else { &["read"] };
            let is_refreshed = method != Method::ApiKey;
            let row = Integration {
                connector_id: kind.connector_id().to_owned(),
                fields: kind.fields(&service, moto.as_ref()),
                registration_id: (method == Method::OAuth).then_some(registration_id),
                requested_scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
                state: TokenState::Active {
                    expires_at: (method == Method::OAuth).then(|| now.after(Duration::from_secs(3_600))),
                    refresh: if is_refreshed { RefreshState::Idle } else { RefreshState::NotRefreshable },
                },
                created_at: now,
                ..integration(number as u128 + 1, method)
            };
            holdings.push(Holding { id: row.id, account, method, kind });
            let new = NewIntegration { integration: row, credential: Some(credential) };
            vault.add_integration(new).await.map_err(|error| wrong(&error))?;
        }
        vault.close().await;
        drop(forking);
        let user = keyring.users().pop().ok_or_else(|| wrong(&"the vault made no key"))?;
        let key = keyring.read(&user).await.map_err(|error| wrong(&error))?;
        // EXPOSE: handed to the victims over their standard input.
        let key = String::from_utf8_lossy(key.expose()).into_owned();
        let registration = registration.id;
        Ok(Self { service, moto, registration, holdings, folder: folder.to_owned(), key })
    }

    /// What a victim is told first.
    pub fn beginning(&self, trap: Option<Trap>) -> Beginning {
        self.beginning_at(&self.folder, trap)
    }

    /// The same for a copy of the folder.
    pub fn beginning_at(&self, folder: &Path, trap: Option<Trap>) -> Beginning {
        Beginning { folder: folder.to_owned(), key: self.key.clone(), trap, waits: true }
    }

    /// Makes another credential at the service; the turn that begins a rotation with it.
    pub async fn make_replacement(&self, kind: Kind, holding: &Holding) -> Outcome<Turn> {
        let id = holding.id;
        if kind.is_minted() {
            return Ok(Turn::Mint(id));
        }
        if kind.is_secret() {
            let client = self.client_of(&holding.account).ok_or_else(|| wrong(&"no such client"))?;
            let made = self.service.control().add_client_secret(&text(&client, "client_id")).await;
            let secret = made.map_err(|error| wrong(&error))?.client_secret;
            return Ok(Turn::Secret { id, secret, drill: kind.is_drill() });
        }
        if kind == Kind::KeyFile {
            let made = self.service.control().add_service_account_key(&holding.account).await;
            return Ok(Turn::File { id, file: made.map_err(|error| wrong(&error))?.to_string() });
        }
        let key = make_key(&self.service, &holding.account).await?;
        Ok(Turn::Key { id, connector_id: kind.connector_id().to_owned(), key })
    }

    /// The client that was registered for an account, as the service shows it.
    fn client_of(&self, account: &str) -> Option<Value> {
        self.service.control().state().clients.into_iter().find(|client| client["name"] == account)
    }

    /// Ids of the keys of a holding, or of its client's secrets, that the service takes; where it makes them itself, those that
    /// are switched off, too.
    pub async fn living_keys(&self, holding: &Holding) -> Outcome<Vec<String>> {
        let account = &holding.account;
        if let (Kind::Aws, Some(moto)) = (holding.kind, &self.moto) {
            return moto.keys(account).await;
        }
        let state = self.service.control().state();
        let keys = state.keys.iter().filter(|key| key["account"] == *account && key["revoked_at_ms"].is_null());
        let robots = state.service_accounts.iter().filter(|robot| robot["email"] == *account);
        let of_robots = robots.flat_map(|robot| robot["keys"].as_array()).flatten();
        let client = self.client_of(account);
        let secrets =
            client.iter().flat_map(|client| client["secret_ids"].as_array()).flatten().filter_map(Value::as_str);
        let ids = keys.chain(of_robots.filter(|key| key["disabled"] == false)).filter_map(|key| key["id"].as_str());
        Ok(ids.chain(secrets).map(str::to_owned).collect())
    }

    /// Ends what a rotation leaves over as its user does on the service's page, unless that is done: the `old` keys or client
    /// secrets of a holding, or in a drill all others.
    pub async fn end_by_hand(&self, holding: &Holding, old: &[String]) -> Outcome {
        let (control, client) = (self.service.control(), self.client_of(&holding.account));
        let living = self.living_keys(holding).await?;
        for id in living.iter().filter(|id| old.contains(id) != holding.kind.is_drill()) {
            match &client {
                Some(client) => control.delete_client_secret(&text(client, "client_id"), id).await,
                None => control.revoke_key(id).await,
            }
            .map_err(|error| wrong(&error))?;
        }
        Ok(())
    }

    /// Has the service let every token request wait before it looks at it, so that much can happen meanwhile.
    pub fn slow_token_requests_down(&self) -> Outcome {
        const DELAY_MS: u64 = 40;
        let path = "/oauth/token".to_owned();
        let wait = Step { path, delay_ms: DELAY_MS, times: Some(u32::MAX), ..Step::default() };
        self.service.control().script(wait).map_err(|error| wrong(&error))
    }

    /// The service's side of everything.
    pub fn truth(&self) -> Truth {
        let mut living: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for grant in self.service.control().grants().into_iter().filter(|grant| grant.alive) {
            living.entry(grant.account).or_default().extend(grant.refresh_token_sha256);
        }
        Truth { living, requests: self.token_requests() }
    }

    /// How many token requests the service has seen.
    pub fn token_requests(&self) -> u64 {
        let query = JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() };
        self.service.control().requests(&query).len() as u64
    }
}

/// What the service knows.
pub struct Truth {
    pub living: BTreeMap<String, BTreeSet<String>>,
    /// Token requests so far.
    pub requests: u64,
}

impl Truth {
    pub fn holds(&self, account: &str, standing: &Standing) -> bool {
        let held = standing.sha256.as_ref();
        self.living.get(account).is_some_and(|living| held.is_some_and(|held| living.contains(held)))
    }
}

/// Whether an integration that nothing was done with is still well.
pub fn is_well(holding: &Holding, standing: Option<&Standing>, truth: &Truth) -> bool {
    standing.is_some_and(|standing| {
        standing.status == StatusView::Connected
            && (holding.method != Method::OAuth || truth.holds(&holding.account, standing))
    })
}

/// A client of its own, where its secret is what is rotated.
async fn make_client(service: &Sandbox, kind: Kind, account: &str) -> Outcome<Option<ClientCreated>> {
    if !kind.is_secret() {
        return Ok(None);
    }
    let asked = NewClient {
        name: account.to_owned(),
        kind: ClientKind::Confidential,
        redirect_uris: Vec::new(),
        any_loopback_redirect: Some(true),
    };
    service.control().create_client(asked).await.map(Some).map_err(|error| wrong(&error))
}

/// A credential of an account that nobody else has.
async fn make_credential(
    (service, moto): (&Sandbox, Option<&Moto>),
    kind: Kind,
    account: &str,
    client: Option<&ClientCreated>,
    now: Timestamp,
) -> Outcome<Credential> {
    Ok(match kind {
        Kind::Grant | Kind::ClientSecret | Kind::ClientSecretDrill => {
            let client_id = client.map(|client| client.client_id.clone());
            Credential::OAuthGrant(make_grant(service, account, client_id, now).await?)
        }
        Kind::Aws => {
            let key = moto.ok_or_else(|| wrong(&"there is no AWS"))?.make_key(account).await?;
            Credential::ApiKey(ApiKeyCredential { id: Some(key.id), key: ApiKey::new(key.secret) })
        }
        Kind::Key | Kind::Minted | Kind::KeyByHand => {
            Credential::ApiKey(ApiKeyCredential { id: None, key: ApiKey::new(make_key(service, account).await?) })
        }
        Kind::KeyFile => {
            let file = service.control().create_service_account(account).await.map_err(|error| wrong(&error))?;
            let file = read_key_file(file.to_string().as_bytes(), "key.json").map_err(|error| wrong(&error))?;
            Credential::ServiceAccountKey(file.key)
        }
    })
}

async fn make_grant(
    service: &Sandbox,
    account: &str,
    client_id: Option<String>,
    now: Timestamp,
) -> Outcome<OAuthGrant> {
    let asked = NewGrant { account: Some(account.to_owned()), client_id, ..NewGrant::default() };
    let answer = service.control().create_grant(asked).await.map_err(|error| wrong(&error))?;
    let token = |name: &str| answer[name].as_str().map(str::to_owned);
    Ok(OAuthGrant {
        refresh_token: token("refresh_token").map(RefreshToken::new),
        access_token: token("access_token").map(AccessToken::new),
        expires_at: Some(now.after(Duration::from_secs(3_600))),
        token_type: Some("Bearer".to_owned()),
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at: now,
        refresh_life: None,
    })
}

async fn make_key(service: &Sandbox, account: &str) -> Outcome<String> {
    let asked = NewKey { account: Some(account.to_owned()), ..NewKey::default() };
    Ok(service.control().create_key(asked).await.map_err(|error| wrong(&error))?.key)
}

fn text(json: &Value, name: &str) -> String {
    json[name].as_str().unwrap_or_default().to_owned()
}

fn wrong(error: &impl ToString) -> StepError {
    StepError::Wrong(error.to_string())
}
