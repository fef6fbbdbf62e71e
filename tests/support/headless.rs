//! The host without a window, in this process: the real vault, the real keyring of the private desktop, the real protocol
//! clients; only the window is missing. For what the window cannot show, and for what needs no window.

use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use storm_agent::{Host, HostOptions};
use storm_domain::port::Keyring;
use storm_domain::{Failure, IntegrationId, Verdict};
use storm_engine::Engine;
use storm_engine::view::{
    AuthorizationProgress, AuthorizationView, BeginAuthorizationRequest, IntegrationView, RegistrationView, SavedView,
    VaultView,
};
use storm_testkit::RecordingEvents;

use crate::patience::{Look, PATIENCE, eventually};
use crate::{Outcome, Practice, StepError};

/// A running host.
pub struct Headless {
    host: Arc<Host>,
    /// Everything that was published to the shell.
    pub events: Arc<RecordingEvents>,
}

fn refused(failure: Failure) -> StepError {
    StepError::Wrong(format!("{:?}: {}", failure.code, failure.message))
}

impl Headless {
    /// Starts one on a data folder, with the keyring of the private desktop, and waits until the vault is open.
    ///
    /// # Errors
    /// When the vault does not open.
    pub async fn start(data: &Path) -> Outcome<Self> {
        let headless = Self::start_locked(data, None).await;
        match headless.vault() {
            VaultView::Unlocked { .. } => Ok(headless),
            other => Err(StepError::Wrong(format!("the vault is not open: {other:?}"))),
        }
    }

    /// Starts one, whether its vault opens or not. None = the keyring of the private desktop.
    pub async fn start_locked(data: &Path, keyring: Option<Arc<dyn Keyring>>) -> Self {
        let events = Arc::new(RecordingEvents::default());
        let host = Host::start_headless(HostOptions {
            data_folder: data.to_owned(),
            socket_path: Some(data.with_extension("sock")),
            events: Arc::clone(&events) as _,
            keyring,
            version: "0.0.0".to_owned(),
        });
        host.wait_until_opened().await;
        Self { host, events }
    }

    /// Ends it as a shutdown does.
    pub async fn stop(self) {
        self.host.shut_down().await;
    }

    /// The host itself.
    #[must_use]
    pub fn host(&self) -> &Arc<Host> {
        &self.host
    }

    /// Where the vault stands.
    #[must_use]
    pub fn vault(&self) -> VaultView {
        self.host.view().vault
    }

    /// The engine.
    ///
    /// # Errors
    /// While the vault is closed.
    pub fn engine(&self) -> Outcome<Arc<Engine>> {
        self.host.engine().map_err(refused)
    }

    /// An integration by its id.
    ///
    /// # Errors
    /// When it is gone.
    pub async fn integration(&self, id: IntegrationId) -> Outcome<IntegrationView> {
        Ok(self.engine()?.integration(id).await.map_err(refused)?.integration)
    }

    /// Connects the practice service with a key, which is verified at once.
    ///
    /// # Errors
    /// When it cannot be saved or does not work.
    pub async fn connect_key(&self, practice: &Practice, name: &str, key: &str) -> Outcome<IntegrationId> {
        let request = json!({
            "connector_id": "practice",
            "name": name,
            "fields": { "base_url": practice.base_url() },
            "key": { "from": "typed", "value": key },
        });
        let saved = self.engine()?.add_api_key(serde_json::from_value(request)?).await.map_err(refused)?;
        working(saved)
    }

    /// Begins to sign in at the practice service; the browser does the rest.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub async fn begin_sign_in(&self, practice: &Practice, name: &str) -> Outcome<AuthorizationView> {
        let fields = json!({ "base_url": practice.base_url() });
        self.begin_sign_in_to(
            "practice",
            "practice-desktop",
            &fields,
            name,
            &["openid", "read", "reports", "offline_access"],
        )
        .await
    }

    /// Begins to sign in at any service.
    ///
    /// # Errors
    /// When it cannot be begun.
    pub async fn begin_sign_in_to(
        &self,
        connector: &str,
        client_id: &str,
        fields: &Value,
        name: &str,
        scopes: &[&str],
    ) -> Outcome<AuthorizationView> {
        let target = self.new_target(connector, client_id, fields, name, scopes).await?;
        self.engine()?.begin_authorization(target).await.map_err(refused)
    }

    /// Begins to sign in at any service by a code that is typed on another device.
    ///
    /// # Errors
    /// When the service gives no code.
    pub async fn begin_code_of(
        &self,
        connector: &str,
        client_id: &str,
        fields: &Value,
        name: &str,
        scopes: &[&str],
    ) -> Outcome<AuthorizationView> {
        let target = self.new_target(connector, client_id, fields, name, scopes).await?;
        self.engine()?.begin_device_authorization(target).await.map_err(refused)
    }

    /// Has the program register itself at a service.
    ///
    /// # Errors
    /// When the service registers nobody.
    pub async fn register_client(&self, connector: &str, fields: &Value) -> Outcome<RegistrationView> {
        let request = json!({ "connector_id": connector, "fields": fields });
        self.engine()?.register_client(serde_json::from_value(request)?).await.map_err(refused)
    }

    /// What to begin for a new integration of this app registration.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn target_of(
        registration: &RegistrationView,
        name: &str,
        scopes: &[&str],
    ) -> Outcome<BeginAuthorizationRequest> {
        let target = json!({ "target": {
            "target": "new",
            "connector_id": registration.connector_id,
            "name": name,
            "fields": registration.fields,
            "registration_id": registration.id,
            "scopes": scopes,
        }});
        Ok(serde_json::from_value(target)?)
    }

    async fn new_target(
        &self,
        connector: &str,
        client_id: &str,
        fields: &Value,
        name: &str,
        scopes: &[&str],
    ) -> Outcome<BeginAuthorizationRequest> {
        let registration = json!({ "id": null, "connector_id": connector, "client_id": client_id, "client_secret": null, "fields": fields });
        let registration = self.engine()?.save_registration(serde_json::from_value(registration)?).await;
        Self::target_of(&registration.map_err(refused)?, name, scopes)
    }

    /// Waits until an authorization has ended, and gives how.
    ///
    /// # Errors
    /// When it does not end.
    pub async fn await_end(&self, attempt: &AuthorizationView) -> Outcome<AuthorizationProgress> {
        let engine = self.engine()?;
        eventually("the authorization to end", PATIENCE, async || {
            let now = engine.authorization(attempt.id).map_err(refused)?.progress;
            Ok(match now {
                AuthorizationProgress::Waiting { .. }
                | AuthorizationProgress::EnteringCode { .. }
                | AuthorizationProgress::Exchanging => Look::NotYet(format!("{now:?}")),
                ended => Look::Found(ended),
            })
        })
        .await
    }

    /// Signs in at the practice service, to the end.
    ///
    /// # Errors
    /// When it is not connected.
    pub async fn connect_sign_in(&self, practice: &Practice, name: &str) -> Outcome<IntegrationId> {
        let attempt = self.begin_sign_in(practice, name).await?;
        connected(self.await_end(&attempt).await?)
    }
}

/// The integration of an authorization that ended well.
///
/// # Errors
/// When it did not.
pub fn connected(progress: AuthorizationProgress) -> Outcome<IntegrationId> {
    match progress {
        AuthorizationProgress::Completed { integration_id, .. } => Ok(integration_id),
        other => Err(StepError::Wrong(format!("the authorization ended otherwise: {other:?}"))),
    }
}

fn working(saved: SavedView) -> Outcome<IntegrationId> {
    match saved.verdict {
        Verdict::Works { .. } => Ok(saved.integration_id),
        other => Err(StepError::Wrong(format!("the credential was saved and does not work: {other:?}"))),
    }
}
