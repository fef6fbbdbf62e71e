//! The typed control handle.
//!
//! What changes something durable is async: it returns when the change is on disk, if there is a state file.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::journal::{JournalEntry, JournalQuery, Progress};
use super::request::{
    ClientCreated, GrantFilter, GrantView, KeyCreated, NewClient, NewGrant, NewKey, SecretCreated, State,
};
use super::script::Step;
use crate::SandboxError;
use crate::oauth::{TokenAnswer, parse_scopes};
use crate::provider::{
    Account, Client, ClientKind, EndReason, GeneratedKey, Provider, ServiceAccounts, is_registrable, known_permissions,
};
use crate::secret::make_id;
use crate::server::{Service, World};
use crate::settings::Settings;

/// Controls a running practice service from the same process.
#[derive(Clone)]
pub struct Control {
    service: Arc<Service>,
}

impl Control {
    pub(crate) fn new(service: Arc<Service>) -> Self {
        Self { service }
    }

    /// An overview of the service.
    pub fn state(&self) -> State {
        let world = self.service.world();
        let provider = &world.provider;
        State {
            base_url: self.service.base_url.clone(),
            now_ms: world.now_ms(),
            settings: world.settings.clone(),
            clients: provider.clients.values().map(client_view).collect(),
            keys: provider
                .api_keys
                .newest_first()
                .into_iter()
                .map(|key| {
                    json!({
                        "id": key.id, "name": key.name, "account": key.account, "permissions": key.permissions,
                        "masked": key.masked(), "created_at_ms": key.created_at_ms, "revoked_at_ms": key.revoked_at_ms,
                        "disabled": key.disabled,
                    })
                })
                .collect(),
            service_accounts: provider
                .service_accounts
                .iter()
                .map(|account| {
                    let keys: Vec<Value> =
                        account.keys.iter().map(|key| json!({ "id": key.id, "disabled": key.disabled })).collect();
                    json!({ "email": account.email, "client_id": account.client_id, "keys": keys })
                })
                .collect(),
            grants_alive: provider.grants.values().filter(|grant| grant.ended.is_none()).count(),
            grants: provider.grants.len(),
            scripted: world.script.len(),
            last_sequence: world.journal.last_sequence(),
        }
    }

    /// Changes how the provider behaves, from now on.
    pub fn change_settings(&self, change: impl FnOnce(&mut Settings)) -> Settings {
        let mut world = self.service.world();
        let mut settings = world.settings.clone();
        change(&mut settings);
        world.settings = settings.clamped();
        world.settings.clone()
    }

    /// Applies a JSON merge patch (RFC 7396) to the settings; `null` clears an optional one.
    pub fn patch_settings(&self, patch: Value) -> Result<Settings, SandboxError> {
        let (Value::Object(patch), mut world) = (patch, self.service.world()) else {
            return Err(SandboxError::Unusable("The settings must be a JSON object."));
        };
        let mut settings = serde_json::to_value(&world.settings).map_err(SandboxError::SerializeState)?;
        for (name, value) in patch {
            settings[name] = value;
        }
        let settings: Settings = serde_json::from_value(settings)
            .map_err(|_| SandboxError::Unusable("A setting is unknown or has a wrong value."))?;
        world.settings = settings.clamped();
        Ok(world.settings.clone())
    }

    /// Makes an API key.
    pub async fn create_key(&self, asked: NewKey) -> Result<KeyCreated, SandboxError> {
        let permissions = match &asked.permissions {
            Some(permissions) => known_permissions(permissions.iter().map(String::as_str))
                .ok_or(SandboxError::Unusable("permissions may be read and reports."))?,
            None => vec!["read".to_owned(), "reports".to_owned()],
        };
        let account = Account::label_from_input(asked.account.as_deref().unwrap_or_default());
        let (key, raw) = self.change(|world, now_ms| {
            let ends_at_ms = asked.expires_in.map(|seconds| now_ms.saturating_add(i64::from(seconds) * 1_000));
            world.provider.api_keys.create(&account, &asked.name, permissions, ends_at_ms, now_ms)
        })?;
        self.service.persist().await?;
        Ok(KeyCreated { id: key.id, key: raw, name: key.name, account: key.account, permissions: key.permissions })
    }

    /// Revokes an API key.
    pub async fn revoke_key(&self, id: &str) -> Result<(), SandboxError> {
        self.change(|world, now_ms| {
            world.provider.api_keys.by_id(id).ok_or(SandboxError::Unknown("key"))?;
            world.provider.api_keys.revoke(id, now_ms);
            Ok(())
        })?;
        self.service.persist().await
    }

    /// Makes a service account and its first key; the name may be a plain name or an address. Returns the key file.
    pub async fn create_service_account(&self, name: &str) -> Result<Value, SandboxError> {
        let email = ServiceAccounts::email_from_input(name)
            .ok_or(SandboxError::Unusable("The service account needs a name or an address."))?;
        if self.service.world().provider.service_accounts.by_email(&email).is_some() {
            return Err(SandboxError::Unusable("This service account exists already."));
        }
        self.add_key_to(&email).await
    }

    /// Makes another key for a service account. Returns the key file.
    pub async fn add_service_account_key(&self, email: &str) -> Result<Value, SandboxError> {
        if self.service.world().provider.service_accounts.by_email(email).is_none() {
            return Err(SandboxError::Unknown("service account"));
        }
        self.add_key_to(email).await
    }

    async fn add_key_to(&self, email: &str) -> Result<Value, SandboxError> {
        let key = tokio::task::spawn_blocking(GeneratedKey::generate).await.map_err(|_| SandboxError::Task)??;
        let base_url = &self.service.base_url;
        let file =
            self.change(|world, now_ms| Ok(world.provider.service_accounts.add_key(email, key, base_url, now_ms)))?;
        self.service.persist().await?;
        Ok(file)
    }

    /// Switches a service account key off or on.
    pub async fn set_service_account_key_disabled(&self, key_id: &str, disabled: bool) -> Result<(), SandboxError> {
        self.change(|world, _| match world.provider.service_accounts.set_disabled(key_id, disabled) {
            true => Ok(()),
            false => Err(SandboxError::Unknown("service account key")),
        })?;
        self.service.persist().await
    }

    /// Registers an OAuth client.
    pub async fn create_client(&self, asked: NewClient) -> Result<ClientCreated, SandboxError> {
        let name: String = asked.name.trim().chars().take(100).collect();
        if name.is_empty() {
            return Err(SandboxError::Unusable("The app needs a name."));
        }
        if !asked.redirect_uris.iter().all(|uri| is_registrable(uri)) {
            return Err(SandboxError::Unusable(
                "A redirect URI must be https, http on this machine, or a private scheme with a dot; without a fragment.",
            ));
        }
        let id = make_id("app_")?;
        let public = asked.kind == ClientKind::Public;
        let mut client = Client {
            id: id.clone(),
            name,
            kind: asked.kind,
            any_loopback_redirect: asked.any_loopback_redirect.unwrap_or(public),
            redirect_uris: asked.redirect_uris,
            secrets: Vec::new(),
            access_tokens: std::collections::VecDeque::new(),
        };
        let client_secret = if public { None } else { Some(client.add_secret()?.1) };
        self.change(|world, _| {
            world.provider.clients.insert(id.clone(), client);
            Ok(())
        })?;
        self.service.persist().await?;
        Ok(ClientCreated { client_id: id, client_secret })
    }

    /// Adds a secret to a confidential client, beside those it has.
    pub async fn add_client_secret(&self, client_id: &str) -> Result<SecretCreated, SandboxError> {
        let (secret_id, client_secret) = self.change(|world, _| {
            let client = world.provider.clients.get_mut(client_id).ok_or(SandboxError::Unknown("client"))?;
            if client.kind == ClientKind::Public {
                return Err(SandboxError::Unusable("A public client has no secret."));
            }
            client.add_secret()
        })?;
        self.service.persist().await?;
        Ok(SecretCreated { secret_id, client_secret })
    }

    /// Deletes one secret of a client.
    pub async fn delete_client_secret(&self, client_id: &str, secret_id: &str) -> Result<(), SandboxError> {
        self.change(|world, _| {
            let client = world.provider.clients.get_mut(client_id).ok_or(SandboxError::Unknown("client"))?;
            let before = client.secrets.len();
            client.secrets.retain(|secret| secret.id != secret_id);
            if client.secrets.len() == before { Err(SandboxError::Unknown("client secret")) } else { Ok(()) }
        })?;
        self.service.persist().await
    }

    /// Makes a grant without a browser, and returns what the token endpoint would have answered.
    pub async fn create_grant(&self, asked: NewGrant) -> Result<Value, SandboxError> {
        let account = Account::label_from_input(asked.account.as_deref().unwrap_or_default());
        let client_id = asked.client_id.as_deref().unwrap_or("practice-desktop");
        let scopes = parse_scopes(Some(asked.scope.as_deref().unwrap_or("read reports")))
            .ok_or(SandboxError::Unusable("A scope does not exist."))?;
        let answer = self.change(|world, now_ms| {
            world.provider.clients.get(client_id).ok_or(SandboxError::Unknown("client"))?;
            let (id, tokens) = world.provider.begin_grant(&account, client_id, scopes, &world.settings, now_ms)?;
            let answer = TokenAnswer::new(tokens, &world.settings, now_ms);
            let mut answer = serde_json::to_value(answer).map_err(SandboxError::SerializeState)?;
            answer["grant_id"] = json!(id);
            Ok(answer)
        })?;
        self.service.persist().await?;
        Ok(answer)
    }

    /// All grants, living and ended.
    pub fn grants(&self) -> Vec<GrantView> {
        let world = self.service.world();
        let view = |grant: &crate::provider::Grant| GrantView {
            id: grant.id.clone(),
            account: grant.account.clone(),
            client_id: grant.client_id.clone(),
            scopes: grant.scopes.clone(),
            alive: grant.ended.is_none(),
            refresh_generation: grant.refresh_generation,
            refresh_token_sha256: grant.current.map(|fingerprint| fingerprint.to_string()),
            killed_reason: grant.ended.map(|ended| ended.reason),
            created_at_ms: grant.created_at_ms,
            ended_at_ms: grant.ended.map(|ended| ended.at_ms),
        };
        let mut grants: Vec<GrantView> = world.provider.grants.values().map(view).collect();
        grants.sort_by(|a, b| a.created_at_ms.cmp(&b.created_at_ms).then_with(|| a.id.cmp(&b.id)));
        grants
    }

    /// Ends living grants, as a person does who revokes an app's access. Says how many.
    pub async fn revoke_grants(&self, filter: &GrantFilter) -> Result<usize, SandboxError> {
        let ended = self.change(|world, now_ms| {
            let fits = |asked: &Option<String>, value: &str| asked.as_deref().is_none_or(|asked| asked == value);
            let grants = world.provider.grants.values();
            let ids: Vec<String> = grants
                .filter(|grant| grant.ended.is_none())
                .filter(|grant| fits(&filter.id, &grant.id))
                .filter(|grant| fits(&filter.account, &grant.account) && fits(&filter.client_id, &grant.client_id))
                .map(|grant| grant.id.clone())
                .collect();
            Ok(ids.iter().filter(|id| world.provider.end_grant(id, EndReason::RevokedByControl, now_ms)).count())
        })?;
        self.service.persist().await?;
        Ok(ended)
    }

    /// Queues a step; one that holds also closes its gate.
    pub fn script(&self, step: Step) -> Result<(), SandboxError> {
        let mut world = self.service.world();
        let gate = step.hold.clone();
        world.script.queue(step)?;
        if let Some(gate) = gate {
            world.gates.close(&gate);
        }
        Ok(())
    }

    /// Forgets the queued steps and opens every gate.
    pub fn clear_script(&self) {
        let mut world = self.service.world();
        world.script.clear();
        world.gates.release_all();
        drop(world);
        self.service.progressed();
    }

    /// Opens a gate; says how many answers stood at it.
    pub fn release(&self, gate: &str) -> usize {
        let released = self.service.world().gates.release(gate);
        self.service.progressed();
        released
    }

    /// The journal's matching entries.
    pub fn requests(&self, query: &JournalQuery) -> Vec<JournalEntry> {
        self.service.world().journal.matching(query, Progress::Arrived)
    }

    /// Waits until at least `count` matching requests have come so far; `None` when that takes too long.
    pub async fn wait_for_requests(
        &self,
        query: &JournalQuery,
        reached: Progress,
        count: usize,
        patience: Duration,
    ) -> Option<Vec<JournalEntry>> {
        let waiting = async {
            loop {
                let mut progress = pin!(self.service.next_progress());
                progress.as_mut().enable();
                let matching = self.service.world().journal.matching(query, reached);
                if matching.len() >= count {
                    return matching;
                }
                progress.await;
            }
        };
        tokio::time::timeout(patience, waiting).await.ok()
    }

    /// Forgets the journal.
    pub fn clear_requests(&self) {
        self.service.world().journal.clear();
    }

    /// Back to the beginning: settings as started, built-in clients only, no grants, keys, accounts, script or journal.
    pub async fn reset(&self) -> Result<(), SandboxError> {
        {
            let mut world = self.service.world();
            world.settings = self.service.initial_settings.clone();
            *world.provider = Provider::default();
            world.attempts = Default::default();
            world.codes = Default::default();
            world.journal.clear();
        }
        self.clear_script();
        self.service.persist().await
    }

    fn change<T>(&self, change: impl FnOnce(&mut World, i64) -> Result<T, SandboxError>) -> Result<T, SandboxError> {
        let mut world = self.service.world();
        let now_ms = world.now_ms();
        change(&mut world, now_ms)
    }
}

fn client_view(client: &Client) -> Value {
    let secrets: Vec<&str> = client.secrets.iter().map(|secret| secret.id.as_str()).collect();
    json!({
        "client_id": client.id,
        "name": client.name,
        "kind": client.kind,
        "redirect_uris": client.redirect_uris,
        "any_loopback_redirect": client.any_loopback_redirect,
        "secret_ids": secrets,
    })
}
