//! Authorizing in the browser, and the app registrations it needs.

use serde::{Deserialize, Serialize};
use storm_domain::{
    Account, AttemptId, Failure, Fields, HeldSecretId, IntegrationId, RegistrationId, Timestamp, Verdict,
};

use super::{ConnectorBadge, QrView, RevocationView, TypedSecret};

/// An app registration, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RegistrationView {
    /// Stable id.
    pub id: RegistrationId,
    /// Which connector it is for.
    pub connector_id: String,
    /// Public identifier of the client.
    pub client_id: String,
    /// Whether the vault holds a secret for it.
    pub has_secret: bool,
    /// When the secret ends; None = it does not, or that is not known.
    pub secret_ends_at: Option<Timestamp>,
    /// The fields it belongs to.
    pub fields: Fields,
    /// How many integrations use it, those in the bin too.
    pub used_by: u32,
    /// The names of those that are not in the bin.
    pub names: Vec<String>,
}

/// Has this program registered at the service itself (RFC 7591).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct RegisterClientRequest {
    /// Which connector it is for.
    pub connector_id: String,
    /// The fields that name the service.
    pub fields: Fields,
}

/// Saves an app registration.
#[derive(Debug, Deserialize, specta::Type)]
pub struct SaveRegistrationRequest {
    /// The one to change; None = a new one.
    pub id: Option<RegistrationId>,
    /// Which connector it is for.
    pub connector_id: String,
    /// Public identifier of the client.
    pub client_id: String,
    /// Its secret; None = none, or the one already kept.
    #[specta(type = Option<String>)]
    pub client_secret: Option<TypedSecret>,
    /// A held file that has the secret in it: what the service let one download for a client, or a private key.
    pub file: Option<HeldSecretId>,
    /// When the secret ends, as its user says; None = it does not, or that is not known. What a certificate in it says counts more.
    pub secret_ends_at: Option<Timestamp>,
    /// The fields it belongs to.
    pub fields: Fields,
}

/// A new client secret, in place of one that works.
#[derive(Debug, Deserialize, specta::Type)]
pub struct NewSecretRequest {
    /// A password, or a private key in PEM.
    #[specta(type = String)]
    pub secret: TypedSecret,
}

/// What is authorized.
#[derive(Debug, Clone, Deserialize, specta::Type)]
#[serde(tag = "target", rename_all = "snake_case")]
pub enum AuthorizationTarget {
    /// A new integration.
    New {
        /// Which connector.
        connector_id: String,
        /// The user's name for it; None = the connector's.
        name: Option<String>,
        /// The connector's fields.
        fields: Fields,
        /// The app registration.
        registration_id: RegistrationId,
        /// Scopes asked for.
        scopes: Vec<String>,
    },
    /// An integration that is there already; it keeps its id.
    Reconnect {
        /// Which.
        integration_id: IntegrationId,
        /// Scopes asked for besides those it asked for before; they count once the new grant is in use.
        more_scopes: Vec<String>,
    },
}

/// Begins an authorization.
#[derive(Debug, Clone, Deserialize, specta::Type)]
pub struct BeginAuthorizationRequest {
    /// What is authorized.
    pub target: AuthorizationTarget,
}

/// The address the browser ended on, pasted because its redirect could not arrive.
#[derive(Debug, Deserialize, specta::Type)]
pub struct PasteRedirectRequest {
    /// Which attempt.
    pub id: AttemptId,
    /// The address.
    #[specta(type = String)]
    pub address: TypedSecret,
}

/// An authorization under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct AuthorizationView {
    /// Which attempt.
    pub id: AttemptId,
    /// The connector's tile.
    pub connector: ConnectorBadge,
    /// Scopes asked for.
    pub scopes: Vec<String>,
    /// The link, always shown with a Copy button.
    pub url: String,
    /// Where the browser comes back to; None when a code is typed on another device.
    pub redirect_uri: Option<String>,
    /// Whether the link works once only (RFC 9126 §4): opening it again means to begin again.
    pub is_one_time: bool,
    /// Whether the service would take a code on another device instead (RFC 8628).
    pub offers_code: bool,
    /// When waiting ends.
    pub expires_at: Timestamp,
    /// Whether another program seems to knock at the port. It gains nothing, and the user should know.
    pub disturbed: bool,
    /// Where it stands.
    pub progress: AuthorizationProgress,
}

/// Where an authorization stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum AuthorizationProgress {
    /// The user is in the browser.
    Waiting {
        /// False when no browser could be opened: the link must be copied.
        browser_opened: bool,
    },
    /// The user types a code on another device (RFC 8628 §3.3).
    EnteringCode {
        /// What to type.
        user_code: String,
        /// Where, as the service wrote it.
        verification_uri: String,
        /// The same address as a picture, with the code in it where the service offers that; None = too long for one.
        qr: Option<QrView>,
    },
    /// The code is exchanged for tokens.
    Exchanging,
    /// Connected.
    Completed {
        /// The integration.
        integration_id: IntegrationId,
        /// As whom.
        account: Option<Account>,
        /// How the first verification went.
        verdict: Verdict,
    },
    /// Another account signed in than the one the integration belongs to, or nobody can tell which; nothing was changed yet.
    DifferentAccount {
        /// The one it belongs to.
        expected: Account,
        /// The one that signed in; None = the service did not say.
        got: Option<Account>,
    },
    /// The other account has an integration of its own, and the old one stayed as it was.
    KeptBoth {
        /// The new one.
        integration_id: IntegrationId,
        /// Its name.
        name: String,
        /// The name of the old one.
        kept: String,
    },
    /// The other account's grant was given back; nothing was changed.
    Declined {
        /// Whose it was.
        account: Option<Account>,
        /// What became of it at the service.
        revocation: RevocationView,
    },
    /// No grant came of it; what worked before still does.
    Failed {
        /// Why.
        failure: Failure,
    },
    /// The user cancelled.
    Cancelled,
}

/// A grant of another account, stored beside the one in use until the user decides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct UndecidedAccountView {
    /// What the answer names.
    pub attempt: AttemptId,
    /// Whose the integration is.
    pub expected: Account,
    /// Whose the new grant is; None = the service did not say.
    pub got: Option<Account>,
}

/// What becomes of a grant of another account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum AccountAnswer {
    /// The integration is the other account's from now on.
    Replace,
    /// The other account gets an integration of its own.
    KeepBoth,
    /// The grant is revoked where that ends nothing else, and forgotten.
    Cancel,
}
