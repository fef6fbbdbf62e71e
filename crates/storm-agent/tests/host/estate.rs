//! A vault with one grant of the practice service, made by the real store, and the service that knows what became of it.

use std::sync::Arc;
use std::time::Duration;

use storm_agent::Host;
use storm_auth::{OsEntropy, SystemClock};
use storm_domain::port::{Clock as _, NewIntegration, Vault as _};
use storm_domain::{
    AppRegistration, Credential, Failure, Fields, Integration, IntegrationId, OAuthGrant, RefreshState, RegistrationId,
    Timestamp, TokenState,
};
use storm_engine::LentSecret;
use storm_sandbox::{GrantView, JournalQuery, NewGrant, Options, Sandbox};
use storm_secret::{AccessToken, Passphrase, RefreshToken};
use storm_store::{PassphraseCost, SqliteVault, VaultFolder, create_passphrase_vault, open_vault};
use storm_testkit::oauth_integration;
use uuid::Uuid;

use super::desk::Desk;

pub const ID: IntegrationId = IntegrationId(Uuid::from_u128(1));
pub const PASSPHRASE: &str = "correct horse battery";

/// A strict service: a refresh token that comes twice ends its grant.
pub struct Estate {
    pub desk: Desk,
    pub service: Sandbox,
}

impl Estate {
    /// The key is in the desk's keyring. The access token has an hour to go.
    pub async fn at(desk: Desk) -> Self {
        let folder = VaultFolder::new(desk.data());
        let vault = open_vault(folder, desk.keyring.clone(), Arc::new(SystemClock), Arc::new(OsEntropy)).await.unwrap();
        Self::fill(desk, vault, Duration::from_secs(3_600)).await
    }

    /// The vault opens with [`PASSPHRASE`]; the access token has ended, so that whoever opens it refreshes.
    pub async fn with_passphrase(desk: Desk) -> Self {
        let (folder, passphrase) = (VaultFolder::new(desk.data()), Passphrase::new(PASSPHRASE));
        let (clock, entropy) = (Arc::new(SystemClock), Arc::new(OsEntropy));
        let vault = create_passphrase_vault(folder, passphrase, PassphraseCost::LEAST, clock, entropy).await.unwrap();
        Self::fill(desk, vault, Duration::ZERO).await
    }

    async fn fill(desk: Desk, vault: SqliteVault, lifetime: Duration) -> Self {
        let service = Sandbox::start(Options::default()).await.unwrap();
        let fields = Fields::from([("base_url".to_owned(), service.base_url().to_owned())]);
        let now = SystemClock.now();
        let registration = AppRegistration {
            id: RegistrationId(Uuid::from_u128(2)),
            connector_id: "practice".to_owned(),
            client_id: "practice-desktop".to_owned(),
            has_secret: false,
            secret_ends_at: None,
            fields: fields.clone(),
            created_at: now,
        };
        vault.put_registration(&registration, None).await.unwrap();
        let expires_at = Some(now.after(lifetime));
        let integration = Integration {
            fields,
            registration_id: Some(registration.id),
            state: TokenState::Active { expires_at, refresh: RefreshState::Idle },
            lending_allowed: true,
            created_at: now.before(Duration::from_secs(3_600)),
            ..oauth_integration(1)
        };
        let credential = Some(Credential::OAuthGrant(new_grant(&service, now, expires_at).await));
        vault.add_integration(NewIntegration { integration, credential }).await.unwrap();
        vault.close().await;
        Self { desk, service }
    }

    /// How many refreshes the service has seen.
    pub fn refreshes(&self) -> usize {
        self.service.control().requests(&token_requests()).len()
    }

    /// The grant, as the service has it.
    pub fn grant(&self) -> GrantView {
        self.service.control().grants().remove(0)
    }
}

pub fn token_requests() -> JournalQuery {
    JournalQuery { path: Some("/oauth/token".to_owned()), ..JournalQuery::default() }
}

async fn new_grant(service: &Sandbox, obtained_at: Timestamp, expires_at: Option<Timestamp>) -> OAuthGrant {
    let answer = service.control().create_grant(NewGrant::default()).await.unwrap();
    let token = |name: &str| answer[name].as_str().map(str::to_owned);
    OAuthGrant {
        refresh_token: token("refresh_token").map(RefreshToken::new),
        access_token: token("access_token").map(AccessToken::new),
        expires_at,
        token_type: Some("Bearer".to_owned()),
        scopes: None,
        id_token: None,
        dpop_key: None,
        obtained_at,
        refresh_life: None,
    }
}

/// Refreshes the grant, as its user may wish.
pub async fn refresh(host: &Host) -> Result<(), Failure> {
    host.engine()?.refresh_integration(ID).await
}

/// The access token that another program is lent now.
pub async fn lent(host: &Host) -> String {
    match host.engine().unwrap().lend(&ID.to_string(), "test", None).await.unwrap().secret {
        // EXPOSE: compared in a test.
        LentSecret::AccessToken(token) => token.expose().to_owned(),
        other => panic!("{other:?}"),
    }
}
