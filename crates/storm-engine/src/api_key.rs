//! Setting up with a pasted key: looked at first, saved, then verified with a real request.

use storm_connectors::{PasteProblem, check_key_id, check_pasted_key, connector_of_pasted_key};
use storm_domain::port::NewIntegration;
use storm_domain::{
    Action, ActivityKind, ApiKeyCredential, Credential, ErrorCode, Event, Failure, Fields, HeldSecretId, Integration,
    IntegrationId, Method, RefreshState, RegistrationId, ReplacementPolicy, TokenEvent, TokenState,
};
use storm_secret::ApiKey;

use crate::engine::Engine;
use crate::error::ToFailure as _;
use crate::naming::is_chosen;
use crate::view::{AddApiKeyRequest, CheckKeyRequest, HeldKeyView, KeyInput, SavedView, TypedKeyView};

impl Engine {
    /// Holds a key that was read from the clipboard, so that it need not pass through the window.
    ///
    /// # Errors
    /// When it is empty, spans lines, or is plainly not a key.
    pub fn hold_key(&self, connector_id: &str, key: &ApiKey) -> Result<HeldKeyView, Failure> {
        let CheckedKey { key_id, key, remarks } = self.checked_key(connector_id, key)?;
        let id = HeldSecretId(self.parts.entropy.make_uuid());
        let storm_domain::CredentialSummary::ApiKey { hint, .. } =
            Credential::ApiKey(ApiKeyCredential { id: None, key: key.clone() }).summary()
        else {
            return Err(crate::engine::internal("A key has the wrong summary."));
        };
        self.held.hold_key(id, key, self.now());
        Ok(HeldKeyView { id, hint, key_id, remarks })
    }

    /// The connector that a key is for by its form, where nobody has said whose it is. None = none that is known.
    ///
    /// # Errors
    /// When there is nothing in it.
    pub fn connector_of_key(&self, key: &ApiKey) -> Result<Option<String>, Failure> {
        // EXPOSE: only whether there is anything.
        if key.expose().trim().is_empty() {
            return Err(Failure::new(
                ErrorCode::ClipboardEmpty,
                PasteProblem::Empty.to_string(),
                Some(Action::ReplaceCredential),
            ));
        }
        Ok(connector_of_pasted_key(key).map(|connector| connector.id.clone()))
    }

    /// Shows a held key to the user who pasted it. The one secret that goes to the window, on the user's own gesture.
    ///
    /// # Errors
    /// When it is no longer held.
    pub fn reveal_held_key(&self, id: HeldSecretId) -> Result<String, Failure> {
        // EXPOSE: the user asked to see what was read from their own clipboard.
        self.held.key(id).map(|key| key.expose().to_owned())
    }

    /// Remarks on a key while it is typed.
    ///
    /// # Errors
    /// Says why it cannot be used.
    pub fn check_typed_key(&self, request: &CheckKeyRequest) -> Result<TypedKeyView, Failure> {
        // EXPOSE: looked at for its shape only; it becomes a secret type at once.
        let typed = ApiKey::new(request.key.expose());
        let CheckedKey { key_id, remarks, .. } = self.checked_key(&request.connector_id, &typed)?;
        Ok(TypedKeyView { key_id, remarks })
    }

    /// Saves a new integration with its key, then verifies it.
    ///
    /// # Errors
    /// When the fields or the key cannot be used, or the vault cannot be written; nothing is saved then.
    pub async fn add_api_key(&self, request: AddApiKeyRequest) -> Result<SavedView, Failure> {
        let connector = self.connector(&request.connector_id)?;
        let fields = self.checked_fields(connector, Method::ApiKey, &request.fields).await?;
        let key = self.key_of(&request.connector_id, &request.key)?;
        let is_named = is_chosen(request.name.as_deref());
        let integration =
            self.new_integration(&request.connector_id, request.name, Method::ApiKey, fields, None, Vec::new()).await?;
        let saved = self.add(integration, Credential::ApiKey(key), is_named).await?;
        self.release(&request.key);
        Ok(saved)
    }

    /// Replaces the key of an integration at once, for a key that no longer works, then verifies it.
    ///
    /// # Errors
    /// When the key cannot be used or saved; the old one stays then.
    pub async fn replace_api_key(&self, id: IntegrationId, key: KeyInput) -> Result<SavedView, Failure> {
        let integration = self.live(id).await?;
        let new = self.key_of(&integration.connector_id, &key)?;
        let saved = self.replace(&integration, Credential::ApiKey(new)).await?;
        self.release(&key);
        Ok(saved)
    }

    /// Adds an integration with its first credential, and tries it.
    pub(crate) async fn add(
        &self,
        integration: Integration,
        credential: Credential,
        is_named: bool,
    ) -> Result<SavedView, Failure> {
        let integration = self.store_new(integration, credential).await?;
        self.try_stored(&integration, is_named).await
    }

    /// Stores an integration with its first credential.
    pub(crate) async fn store_new(
        &self,
        integration: Integration,
        credential: Credential,
    ) -> Result<Integration, Failure> {
        let new = NewIntegration { integration, credential: Some(credential) };
        let integration = self.vault().add_integration(new).await.map_err(|error| error.to_failure())?;
        self.log(&integration, ActivityKind::Added).await;
        self.parts.events.publish(Event::IntegrationChanged { id: integration.id });
        Ok(integration)
    }

    /// Tries the first credential of an integration that was just stored.
    pub(crate) async fn try_stored(&self, integration: &Integration, is_named: bool) -> Result<SavedView, Failure> {
        let verdict = self.verify_integration(integration.id).await?;
        if let (false, Some(name)) = (is_named, self.name_by_account(integration, verdict.account()).await?) {
            let named = self.change(integration.id, |row| row.name.clone_from(&name)).await;
            named.map_err(|error| error.to_failure())?;
        }
        Ok(SavedView { integration_id: integration.id, verdict })
    }

    /// Puts a credential in the place of one that no longer works, and tries it. A working one is rotated instead.
    pub(crate) async fn replace(
        &self,
        integration: &Integration,
        credential: Credential,
    ) -> Result<SavedView, Failure> {
        let id = integration.id;
        let now = self.now();
        let old = self.active_number(id).await.map_err(|error| error.to_failure())?;
        let new = self.vault().stage_generation(id, &credential, now).await.map_err(|error| error.to_failure())?;
        self.vault().switch_generation(id, old, new, now).await.map_err(|error| error.to_failure())?;
        self.exchanged.forget(id);
        let refreshable = !self.is_lasting(integration);
        self.step(id, TokenEvent::CredentialSaved { expires_at: None, refreshable })
            .await
            .map_err(|error| error.to_failure())?;
        let verdict = self.verify_integration(id).await?;
        Ok(SavedView { integration_id: id, verdict })
    }

    /// A row for an integration that does not exist yet.
    pub(crate) async fn new_integration(
        &self,
        connector_id: &str,
        name: Option<String>,
        method: Method,
        fields: Fields,
        registration_id: Option<RegistrationId>,
        requested_scopes: Vec<String>,
    ) -> Result<Integration, Failure> {
        let wanted = match name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()) {
            Some(name) => checked_name(&name)?,
            None => self.connector(connector_id)?.name.clone(),
        };
        let active = |refresh| TokenState::Active { expires_at: None, refresh };
        let state = match method {
            Method::OAuth => TokenState::Authorizing,
            Method::ServiceAccount if !self.shows_certificate(connector_id, method) => active(RefreshState::Idle),
            Method::ApiKey | Method::ServiceAccount => active(RefreshState::NotRefreshable),
        };
        Ok(Integration {
            id: IntegrationId(self.parts.entropy.make_uuid()),
            revision: 0,
            name: self.free_name(wanted).await?,
            labels: Vec::new(),
            connector_id: connector_id.to_owned(),
            method,
            fields,
            registration_id,
            requested_scopes,
            asked_scopes: None,
            granted_scopes: Vec::new(),
            account: None,
            state,
            paused_at: None,
            hold: None,
            lending_allowed: false,
            replacement: ReplacementPolicy::default(),
            last_verdict: None,
            last_refreshed_at: None,
            refresh_life: None,
            created_at: self.now(),
            trashed_at: None,
        })
    }

    /// The name itself, or with a number behind it: a name is what other tools ask by, so each stands once.
    pub(crate) async fn free_name(&self, wanted: String) -> Result<String, Failure> {
        let taken = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let is_taken =
            |name: &str| taken.iter().any(|other| other.trashed_at.is_none() && other.name.eq_ignore_ascii_case(name));
        if !is_taken(&wanted) {
            return Ok(wanted);
        }
        let free = (2..).map(|number| format!("{wanted} {number}")).find(|name| !is_taken(name));
        Ok(free.unwrap_or(wanted))
    }

    /// The key of a request, checked and cleaned, with its id where keys of the service have one.
    pub(crate) fn key_of(&self, connector_id: &str, input: &KeyInput) -> Result<ApiKeyCredential, Failure> {
        let (typed_id, pasted_id, key) = match input {
            KeyInput::Typed { value, key_id } => {
                // EXPOSE: from the window into the secret type.
                let checked = self.checked_key(connector_id, &ApiKey::new(value.expose()))?;
                (key_id.clone(), checked.key_id, checked.key)
            }
            KeyInput::File { id, key_id } => {
                let found = self.key_in_file(connector_id, *id, key_id.as_deref())?;
                (found.id, None, self.checked_key(connector_id, &found.key)?.key)
            }
            KeyInput::Held { id, key_id } => (key_id.clone(), None, self.held.key(*id)?),
        };
        let id = self.checked_key_id(connector_id, typed_id.as_deref(), pasted_id.as_deref())?;
        Ok(ApiKeyCredential { id, key })
    }

    /// A key that nobody pasted, checked and cleaned as if somebody had.
    pub(crate) fn checked_credential(
        &self,
        connector_id: &str,
        key: &ApiKey,
        key_id: Option<&str>,
    ) -> Result<ApiKeyCredential, Failure> {
        let checked = self.checked_key(connector_id, key)?;
        let id = self.checked_key_id(connector_id, key_id, checked.key_id.as_deref())?;
        Ok(ApiKeyCredential { id, key: checked.key })
    }

    fn checked_key_id(
        &self,
        connector_id: &str,
        typed: Option<&str>,
        pasted: Option<&str>,
    ) -> Result<Option<String>, Failure> {
        check_key_id(self.connector(connector_id)?, typed, pasted).map_err(|problem| Failure {
            field: Some("key_id".to_owned()),
            ..Failure::new(ErrorCode::KeyNotUsable, problem.to_string(), Some(Action::ReplaceCredential))
        })
    }

    pub(crate) fn release(&self, input: &KeyInput) {
        if let KeyInput::Held { id, .. } | KeyInput::File { id, .. } = input {
            self.held.release(*id);
        }
    }

    fn checked_key(&self, connector_id: &str, key: &ApiKey) -> Result<CheckedKey, Failure> {
        let report = check_pasted_key(self.connector(connector_id)?, key);
        match (report.cleaned, report.problem) {
            (Some(key), None) => {
                let remarks = report.hints.iter().map(ToString::to_string).collect();
                Ok(CheckedKey { key_id: report.key_id, key, remarks })
            }
            (_, problem) => {
                let message = problem.as_ref().map_or_else(|| "This is not a key.".to_owned(), ToString::to_string);
                let connector = match problem {
                    Some(PasteProblem::OtherService { connector_id, .. }) => connector_id,
                    _ => None,
                };
                let failure = Failure::new(ErrorCode::KeyNotUsable, message, Some(Action::ReplaceCredential));
                Err(Failure { connector, ..failure })
            }
        }
    }
}

/// A pasted key that can be used.
struct CheckedKey {
    /// Its id, where that was pasted with it.
    key_id: Option<String>,
    key: ApiKey,
    remarks: Vec<String>,
}

/// A name that can be shown in a row and typed after `storm token`.
pub(crate) fn checked_name(name: &str) -> Result<String, Failure> {
    const LONGEST_NAME: usize = 80;
    let trimmed = name.trim();
    let problem = if trimmed.is_empty() {
        Some("A name cannot be empty. Type one that you will recognise.")
    } else if trimmed.chars().count() > LONGEST_NAME {
        Some("This name is longer than 80 characters. Type a shorter one.")
    } else if trimmed.chars().any(char::is_control) {
        Some("This name holds a character that cannot be shown. Type it again.")
    } else {
        None
    };
    match problem {
        None => Ok(trimmed.to_owned()),
        Some(message) => Err(Failure {
            field: Some("name".to_owned()),
            ..Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField))
        }),
    }
}
