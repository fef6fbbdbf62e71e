//! A rotation whose new key the service makes, at the word of the one in use.
//!
//! INVARIANT: which keys there are is durable before the service is asked for another one; it is asked once, and the new key is
//! saved before anybody uses it. One whose answer was lost is not among the known ones, in no vault and never used: it is ended
//! before the service is asked again.

use storm_connectors::read_key_file;
use storm_domain::port::NewMinting;
use storm_domain::{
    ActivityKind, ApiKeyCredential, Credential, CredentialSummary, ErrorCode, Failure, Integration, IntegrationId,
    KeyAnswer, KeyTask, ListedKey, MintedKey, RefreshFailure, Rotation, RotationEvent, RotationMilestone, RotationMode,
    RotationStep, VaultError,
};

use std::collections::HashSet;
use std::sync::Arc;

use crate::engine::{Engine, internal};
use crate::error::{ToFailure as _, passing_trouble, quoted};
use crate::view::IntegrationDetailView;

/// The keys of an account at its service.
struct Listed {
    keys: Vec<ListedKey>,
    /// The service's id of the one in use here.
    own: Option<String>,
}

impl Listed {
    fn ids(&self) -> Vec<String> {
        self.keys.iter().map(|key| key.id.clone()).collect()
    }
}

impl Engine {
    /// Has the service make a new key, tries it and switches to it; the old one is turned off by itself when old and new are
    /// alike. In a drill the new one is tried, compared and discarded, and nothing is switched.
    ///
    /// # Errors
    /// When the service makes no keys by API, allows no more of them, refuses, or a rotation is under way.
    pub async fn begin_minted_rotation(
        self: &Arc<Self>,
        id: IntegrationId,
        drill: bool,
    ) -> Result<IntegrationDetailView, Failure> {
        let integration = self.live(id).await?;
        let rotation = {
            let _turn = self.ending.minting.lock().await;
            self.clear_over(id).await?;
            if self.vault().rotation(id).await.map_err(|error| error.to_failure())?.is_some() {
                return Err(super::under_way());
            }
            let listed = self.list_keys(&integration).await?;
            self.refuse_at_limit(&integration, &listed)?;
            let mode = if drill { RotationMode::Drill } else { RotationMode::Automatic };
            let minting = NewMinting { mode, known: listed.ids(), old: listed.own };
            let begun = match self.vault().begin_minting(id, minting, self.now()).await {
                Err(VaultError::Conflict) => return Err(super::under_way()),
                begun => begun.map_err(|error| error.to_failure())?,
            };
            self.mint(&integration, begun).await?
        };
        self.try_new(&integration, rotation).await?;
        self.integration(id).await
    }

    /// Takes up a request for a new key whose answer was lost.
    pub(super) async fn mint_again(self: &Arc<Self>, integration: &Integration) -> Result<(), Failure> {
        let rotation = {
            let _turn = self.ending.minting.lock().await;
            let rotation = self.rotation_under_way(integration.id).await?;
            let RotationStep::Minting { known, .. } = &rotation.step else { return Ok(()) };
            let listed = match self.sweep(integration, known).await {
                Ok(listed) => self.refuse_at_limit(integration, &listed).map(|()| listed),
                Err(failure) => Err(failure),
            };
            let listed = match listed {
                Ok(listed) => listed,
                Err(failure) => {
                    self.advance(&rotation, RotationEvent::MintFailed { reason: failure.message.clone() }).await?;
                    return Err(failure);
                }
            };
            let rotation = self.advance(&rotation, RotationEvent::Asked { known: listed.ids() }).await?;
            self.mint(integration, rotation).await?
        };
        self.try_new(integration, rotation).await
    }

    /// Gives a request for a new key up, with what may have come of it.
    pub(super) async fn undo_minting(&self, integration: &Integration) -> Result<(), Failure> {
        let _turn = self.ending.minting.lock().await;
        let rotation = self.rotation_under_way(integration.id).await?;
        let RotationStep::Minting { known, .. } = &rotation.step else {
            return Err(VaultError::Conflict.to_failure());
        };
        self.sweep(integration, known).await?;
        self.advance(&rotation, RotationEvent::Undo).await?;
        self.clear_over(integration.id).await
    }

    /// Asks for a new key, once, and saves it.
    async fn mint(&self, integration: &Integration, rotation: Rotation) -> Result<Rotation, Failure> {
        let id = integration.id;
        self.parts.events.publish(storm_domain::Event::RotationChanged { id });
        let using = self.key_in_use(id).await?;
        let made = match self.about_keys(integration, KeyTask::Create, None, &using).await {
            Ok(KeyAnswer::Made { id, key }) => self.read_minted(integration, id, key),
            Ok(_) => Err(internal("The service made something else than a key.")),
            // The service has said that it made none.
            Err(failure) if failure.code != ErrorCode::ServiceUnreachable => {
                self.advance(&rotation, RotationEvent::Undo).await?;
                self.clear_over(id).await?;
                return Err(failure);
            }
            Err(failure) => Err(failure),
        };
        let (new_id, credential) = match made {
            Ok(made) => made,
            Err(failure) => {
                self.advance(&rotation, RotationEvent::MintFailed { reason: failure.message.clone() }).await?;
                return Err(failure);
            }
        };
        let now = self.now();
        let next =
            rotation.step(RotationEvent::Minted { id: new_id.clone() }, now).map_err(|error| error.to_failure())?;
        match self.vault().keep_minted(next, &credential, now).await {
            Ok(written) => {
                self.milestone(integration, RotationMilestone::Minted).await;
                Ok(written)
            }
            Err(error) => {
                // What cannot be kept must not stay at the service. If this fails, too, the next try finds it.
                if let Err(failure) = self.about_keys(integration, KeyTask::Delete, Some(&new_id), &using).await {
                    tracing::warn!(integration = %id, code = ?failure.code, "a new key that could not be saved was not ended yet");
                }
                Err(error.to_failure())
            }
        }
    }

    /// Ends what may have come of a request whose answer was lost, and lists what is left.
    async fn sweep(&self, integration: &Integration, known: &[String]) -> Result<Listed, Failure> {
        let listed = self.list_keys(integration).await?;
        let known: HashSet<&str> = known.iter().map(String::as_str).collect();
        let unknown: Vec<&ListedKey> = listed
            .keys
            .iter()
            .filter(|key| !known.contains(key.id.as_str()) && listed.own.as_ref() != Some(&key.id))
            .collect();
        if unknown.is_empty() {
            return Ok(listed);
        }
        let (kept, using) = (self.kept_ids(integration).await?, self.key_in_use(integration.id).await?);
        for key in unknown.into_iter().filter(|key| !kept.contains(&key.id)) {
            match self.was_used(integration, key, &using).await? {
                Some(false) => {
                    self.about_keys(integration, KeyTask::Delete, Some(&key.id), &using).await?;
                }
                Some(true) => {} // somebody else made it meanwhile
                None => {
                    let what = format!(
                        "A new key may have been made whose answer was lost. If nobody knows the key {}, delete it at the service.",
                        key.id
                    );
                    self.log(integration, ActivityKind::OddAnswer { what }).await;
                }
            }
        }
        self.list_keys(integration).await
    }

    /// None = the service does not tell.
    async fn was_used(
        &self,
        integration: &Integration,
        key: &ListedKey,
        using: &Credential,
    ) -> Result<Option<bool>, Failure> {
        if let Some(used) = key.used {
            return Ok(Some(used));
        }
        match self.about_keys(integration, KeyTask::LastUse, Some(&key.id), using).await {
            Ok(KeyAnswer::Used(used)) => Ok(Some(used)),
            Ok(_) | Err(Failure { code: ErrorCode::NotSupported, .. }) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The service's ids of all keys that the vault holds.
    async fn kept_ids(&self, integration: &Integration) -> Result<HashSet<String>, Failure> {
        let mut ids = HashSet::new();
        let rows = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        for row in rows.iter().filter(|row| row.connector_id == integration.connector_id) {
            let generations = self.vault().generations(row.id).await.map_err(|error| error.to_failure())?;
            ids.extend(generations.into_iter().filter_map(|one| match one.summary {
                CredentialSummary::ApiKey { id, .. } => id,
                CredentialSummary::ServiceAccountKey { key_id, .. } => key_id,
                _ => None,
            }));
            let rotation = self.vault().rotation(row.id).await.map_err(|error| error.to_failure())?;
            let minted = rotation.and_then(|rotation| rotation.minted);
            ids.extend(minted.into_iter().flat_map(|ids| [ids.old, ids.new]).flatten());
        }
        Ok(ids)
    }

    async fn list_keys(&self, integration: &Integration) -> Result<Listed, Failure> {
        let using = self.key_in_use(integration.id).await?;
        match self.about_keys(integration, KeyTask::List, None, &using).await? {
            KeyAnswer::Listed { keys, own } => Ok(Listed { keys, own: own.or_else(|| id_of(&using)) }),
            _ => Err(internal("The service listed something else than keys.")),
        }
    }

    /// Says before anything is made that there is no room for another one, and which could go.
    fn refuse_at_limit(&self, integration: &Integration, listed: &Listed) -> Result<(), Failure> {
        let connector = self.connector(&integration.connector_id)?;
        let spec = connector.rotation(integration.method, &integration.fields).map_err(|error| error.to_failure())?;
        let Some(most) = spec.max_keys.filter(|most| listed.keys.len() >= *most as usize) else { return Ok(()) };
        let others: Vec<&str> =
            listed.keys.iter().map(|key| key.id.as_str()).filter(|id| listed.own.as_deref() != Some(id)).collect();
        let message = format!(
            "{} allows {most} keys at a time, and there are {} already, so no new one was made. Delete {} at the service if nothing uses it any more, then try again.",
            connector.name,
            listed.keys.len(),
            others.join(" or ")
        );
        Err(Failure::new(ErrorCode::RotationNotPossible, message, None))
    }

    fn read_minted(
        &self,
        integration: &Integration,
        id: Option<String>,
        key: MintedKey,
    ) -> Result<(String, Credential), Failure> {
        let connector = self.connector(&integration.connector_id)?;
        let unnamed = || internal("The service did not say which key it made.");
        match key {
            MintedKey::Key(key) => {
                let service_id = id.ok_or_else(unnamed)?;
                let id = connector.key_id().map(|_| service_id.clone());
                Ok((service_id, Credential::ApiKey(ApiKeyCredential { id, key })))
            }
            MintedKey::File(bytes) => {
                // EXPOSE: read into the secret type.
                let file = read_key_file(bytes.expose(), "key.json").map_err(|error| error.to_failure())?;
                connector.check_key_file(&integration.fields, &file.key).map_err(|error| error.to_failure())?;
                let id = id.or_else(|| file.key.key_id.clone()).ok_or_else(unnamed)?;
                Ok((id, Credential::ServiceAccountKey(file.key)))
            }
        }
    }

    async fn key_in_use(&self, id: IntegrationId) -> Result<Credential, Failure> {
        let active = self.vault().active_generation(id).await.map_err(|error| error.to_failure())?;
        active.map(|generation| generation.credential).ok_or_else(|| VaultError::NotFound.to_failure())
    }

    /// Asks the service about keys. [`ErrorCode::ServiceUnreachable`] alone leaves open what became of it, and
    /// [`ErrorCode::NotSupported`] says that there is no such request.
    pub(super) async fn about_keys(
        &self,
        integration: &Integration,
        task: KeyTask,
        key_id: Option<&str>,
        using: &Credential,
    ) -> Result<KeyAnswer, Failure> {
        let account = match using {
            Credential::ServiceAccountKey(key) => key.account.as_ref(),
            _ => None,
        };
        let connector = self.connector(&integration.connector_id)?;
        let request = connector.key_request(integration.method, &integration.fields, task, key_id, account);
        let request = request.map_err(|error| error.to_failure())?.ok_or_else(|| {
            let message = "This service does not do that with keys by itself; use its page.";
            Failure::new(ErrorCode::NotSupported, message, None)
        })?;
        let token = match using {
            Credential::ServiceAccountKey(key) => {
                Some(self.exchange_key(integration, key).await.map_err(failure_of)?.token)
            }
            _ => None,
        };
        self.parts.provider.manage_keys(&request, using, token.as_ref()).await.map_err(failure_of)
    }
}

fn failure_of(failure: RefreshFailure) -> Failure {
    match failure {
        RefreshFailure::RequestRefused(words) => {
            let message = format!("The service refused it ({}).", quoted(&words));
            Failure::new(ErrorCode::RequestRefused, message, None)
        }
        RefreshFailure::Transient { kind, .. } => passing_trouble(kind, "It is not done yet"),
        failure => failure.to_failure(),
    }
}

/// The service's id of a key, where the key itself tells it.
pub(super) fn id_of(credential: &Credential) -> Option<String> {
    match credential {
        Credential::ApiKey(credential) => credential.id.clone(),
        Credential::ServiceAccountKey(key) => key.key_id.clone(),
        _ => None,
    }
}
