//! App registrations: the OAuth clients that a user registered at services, or that registered themselves. One may serve several
//! integrations.

use storm_connectors::{DroppedFile, MaterialSecret, read_key_material};
use storm_domain::{
    Action, AppRegistration, AuthorizationGrant, ClientAuth, ClientMetadata, ErrorCode, Failure, HeldSecretId, Method,
    RefreshFailure, RegistrationId, Timestamp, VaultError,
};
use storm_secret::ClientSecret;

use crate::engine::Engine;
use crate::error::{ToFailure, file_not_usable, passing_trouble, quoted};
use crate::rotation::secret_is_rotating;
use crate::view::{RegisterClientRequest, RegistrationView, SaveRegistrationRequest};

impl Engine {
    /// App registrations of a connector.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub async fn registrations(&self, connector_id: &str) -> Result<Vec<RegistrationView>, Failure> {
        let all = self.vault().registrations().await.map_err(|error| error.to_failure())?;
        let mut views = Vec::new();
        for registration in all.into_iter().filter(|registration| registration.connector_id == connector_id) {
            views.push(self.registration_view(&registration).await?);
        }
        Ok(views)
    }

    /// Saves an app registration. Without a new secret the one that is kept stays.
    ///
    /// # Errors
    /// When a value cannot be used, or the vault cannot be written.
    pub async fn save_registration(&self, request: SaveRegistrationRequest) -> Result<RegistrationView, Failure> {
        self.connector(&request.connector_id)?;
        let client_id = plain("client_id", &request.client_id)?;
        let secret = match (&request.client_secret, request.file) {
            // EXPOSE: from the window into the secret type.
            (Some(secret), _) if !secret.expose().trim().is_empty() => Some(self.checked_secret(secret.expose())?),
            (_, Some(file)) => Some(self.secret_in(file, &client_id)?),
            _ => None,
        };
        let earlier = match request.id {
            Some(id) => Some(self.registration(id).await?),
            None => None,
        };
        if let Some(earlier) = &earlier
            && earlier.client_id != client_id
            && self.is_secret_rotating(earlier.id).await?
        {
            return Err(secret_is_rotating()); // the secrets are this client's
        }
        let told = secret.as_ref().and_then(|secret| end_of_certificate(secret, self.now()));
        let has_secret = secret.is_some() || earlier.as_ref().is_some_and(|earlier| earlier.has_secret);
        let registration = AppRegistration {
            id: earlier.as_ref().map_or_else(|| RegistrationId(self.parts.entropy.make_uuid()), |earlier| earlier.id),
            connector_id: request.connector_id,
            client_id,
            has_secret,
            secret_ends_at: told.or(request.secret_ends_at).filter(|_| has_secret),
            fields: request.fields,
            created_at: earlier.map_or_else(|| self.now(), |earlier| earlier.created_at),
        };
        match self.vault().put_registration(&registration, secret.as_ref()).await {
            Err(VaultError::Conflict) => return Err(secret_is_rotating()),
            put => put.map_err(|error| error.to_failure())?,
        }
        if let Some(file) = request.file {
            self.held.release(file);
        }
        self.wake_those_waiting_for(registration.id).await?;
        self.registration_view(&registration).await
    }

    /// The client secret in a held file: the password of this very client, or a private key with its certificates.
    fn secret_in(&self, file: HeldSecretId, client_id: &str) -> Result<ClientSecret, Failure> {
        let material = self.held.material(file)?;
        match &material.secret {
            MaterialSecret::Client { id, secret } if id == client_id => Ok(secret.clone()),
            MaterialSecret::Client { .. } => Err(not_usable(
                "client_id",
                "This is another client than the one in the file. Use the file’s own.".to_owned(),
            )),
            _ => match material.service_account_key() {
                // EXPOSE: held to the same rules as a key that was typed.
                Some(key) => self.checked_secret(key.with_certificates().expose()),
                None => Err(file_not_usable(format!(
                    "This is: {}. It holds no client secret. Choose the file that the service let you download for the app.",
                    material.shape.title()
                ))),
            },
        }
    }

    /// Registers this program at the service that the fields name (RFC 7591), and saves that.
    ///
    /// # Errors
    /// When the service cannot be looked up, does not offer that or refuses it, or the vault cannot be written.
    pub async fn register_client(&self, request: RegisterClientRequest) -> Result<RegistrationView, Failure> {
        let connector = self.connector(&request.connector_id)?;
        let fields = connector.check_fields(Method::OAuth, &request.fields).map_err(ToFailure::to_failure)?;
        let found = self.discovered(connector, &fields).await?.ok_or_else(not_offered)?;
        let offer = found.offers.registration.as_ref().ok_or_else(not_offered)?;
        let is_of_person = found.service.grant == AuthorizationGrant::AuthorizationCode;
        let metadata = ClientMetadata {
            redirect_uris: if is_of_person { connector.redirect_uris().unwrap_or_default() } else { Vec::new() },
            grant: found.service.grant,
            refresh: found.offers.refresh.unwrap_or(true),
            device: found.offers.device,
        };
        let registered = self.parts.provider.register_client(offer, &metadata).await.map_err(not_registered)?;
        // How it was registered is how it presents itself from now on, whatever else the service would take.
        let client_auth = registered.client_auth.unwrap_or(ClientAuth::Body);
        let registration = AppRegistration {
            id: RegistrationId(self.parts.entropy.make_uuid()),
            connector_id: request.connector_id,
            client_id: registered.client_id,
            has_secret: registered.client_secret.is_some(),
            secret_ends_at: registered.secret_ends_at,
            fields: connector.with_client_auth(fields, client_auth),
            created_at: self.now(),
        };
        let secret = registered.client_secret.as_ref();
        self.vault().put_registration(&registration, secret).await.map_err(ToFailure::to_failure)?;
        self.registration_view(&registration).await
    }

    /// A password, or a private key in PEM that can be used, with its certificates for mutual TLS.
    pub(crate) fn checked_secret(&self, typed: &str) -> Result<ClientSecret, Failure> {
        const LONGEST_KEY: usize = 64 * 1024;
        let typed = typed.trim();
        if !typed.contains("-----BEGIN ") {
            return plain("client_secret", typed).map(ClientSecret::new);
        }
        let secret = ClientSecret::new(typed);
        let problem = if typed.len() > LONGEST_KEY {
            Some("this text is longer than a key and its certificates are".to_owned())
        } else {
            self.parts.provider.check_client_secret(&secret).err().map(|error| error.to_string())
        };
        match problem {
            None => Ok(secret),
            Some(problem) => Err(not_usable("client_secret", format!("The client secret cannot be used: {problem}."))),
        }
    }

    /// A mended registration is tried at once, not after the hour that a refused one waits.
    pub(crate) async fn wake_those_waiting_for(&self, id: RegistrationId) -> Result<(), Failure> {
        for integration in self.vault().integrations().await.map_err(|error| error.to_failure())? {
            if integration.registration_id == Some(id) && self.backing_off(&integration).is_some() {
                self.end_pause(integration.id).await?;
            }
        }
        Ok(())
    }

    async fn is_secret_rotating(&self, id: RegistrationId) -> Result<bool, Failure> {
        let rotation = self.vault().secret_rotation(id).await.map_err(|error| error.to_failure())?;
        Ok(rotation.is_some_and(|rotation| !rotation.is_over()))
    }

    pub(crate) async fn registration(&self, id: RegistrationId) -> Result<AppRegistration, Failure> {
        let all = self.vault().registrations().await.map_err(|error| error.to_failure())?;
        all.into_iter().find(|registration| registration.id == id).ok_or_else(registration_missing)
    }

    pub(crate) async fn registration_view(&self, registration: &AppRegistration) -> Result<RegistrationView, Failure> {
        let integrations = self.vault().integrations().await.map_err(|error| error.to_failure())?;
        let sharing = || integrations.iter().filter(|row| row.registration_id == Some(registration.id));
        let names = sharing().filter(|row| row.trashed_at.is_none()).map(|row| row.name.clone()).collect();
        Ok(RegistrationView {
            id: registration.id,
            connector_id: registration.connector_id.clone(),
            client_id: registration.client_id.clone(),
            has_secret: registration.has_secret,
            secret_ends_at: registration.secret_ends_at,
            fields: registration.fields.clone(),
            used_by: u32::try_from(sharing().count()).unwrap_or(u32::MAX),
            names,
        })
    }
}

/// When the certificate ends that stands beside a private key.
fn end_of_certificate(secret: &ClientSecret, now: Timestamp) -> Option<Timestamp> {
    // EXPOSE: only the end of the certificate leaves here.
    let text = secret.expose();
    let read = || read_key_material(DroppedFile { bytes: text.as_bytes(), name: "" }, None, now).ok()?.ends();
    if text.contains("-----BEGIN CERTIFICATE-----") { read() } else { None }
}

pub(crate) fn registration_missing() -> Failure {
    Failure::new(ErrorCode::NotFound, "That app registration does not exist any more.", None)
}

fn not_offered() -> Failure {
    Failure::new(
        ErrorCode::NotSupported,
        "This service does not let apps register themselves. Register one there, and enter its client ID here.",
        None,
    )
}

fn not_registered(failure: RefreshFailure) -> Failure {
    match failure {
        RefreshFailure::Transient { kind, .. } => passing_trouble(kind, "No app was registered"),
        RefreshFailure::RequestRefused(words)
        | RefreshFailure::RegistrationRefused(words)
        | RefreshFailure::GrantRefused(words) => Failure::new(
            ErrorCode::RequestRefused,
            format!(
                "The service did not register the app ({}). Register one there by hand, and enter its client ID here.",
                quoted(&words)
            ),
            None,
        ),
        other => other.to_failure(),
    }
}

/// A client id or a password: one line of visible characters.
fn plain(field: &str, text: &str) -> Result<String, Failure> {
    const LONGEST: usize = 4096;
    let trimmed = text.trim();
    if trimmed.is_empty() || trimmed.len() > LONGEST || trimmed.chars().any(|c| c.is_control() || c.is_whitespace()) {
        let message = "This must be one piece of text without spaces. Copy it again from the service's page.";
        return Err(not_usable(field, message.to_owned()));
    }
    Ok(trimmed.to_owned())
}

fn not_usable(field: &str, message: String) -> Failure {
    let failure = Failure::new(ErrorCode::FieldNotUsable, message, Some(Action::EditField));
    Failure { field: Some(field.to_owned()), ..failure }
}
