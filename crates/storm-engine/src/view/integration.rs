//! Integrations as the list and the page show them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use storm_domain::{
    Account, Fields, GenerationInfo, HeldSecretId, Hold, IntegrationId, Method, NewFound, ReconnectReason,
    RevocationId, RotationMode, RotationStep, Timestamp, Trouble, Verdict, VerdictRecord,
};

use super::{ConnectorBadge, ConnectorPage, KeyIdView, KeyInput, RegistrationView, UndecidedAccountView};

/// One row of the Integrations list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct IntegrationView {
    /// Stable id.
    pub id: IntegrationId,
    /// The user's name for it.
    pub name: String,
    /// The user's own words on it.
    pub labels: Vec<String>,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// How it authenticates.
    pub method: Method,
    /// Who it is connected as.
    pub account: Option<Account>,
    /// The one status that counts.
    pub status: StatusView,
    /// The last verification.
    pub last_verdict: Option<VerdictRecord>,
    /// When a token was last obtained.
    pub last_refreshed_at: Option<Timestamp>,
    /// When the next refresh is due.
    pub next_refresh_at: Option<Timestamp>,
    /// End of the access token: detail, never a warning.
    pub access_expires_at: Option<Timestamp>,
    /// Whether a token is being asked for right now.
    pub refreshing: bool,
    /// Whether a rotation is under way.
    pub rotating: bool,
    /// Whether other programs may be lent its access.
    pub lending_allowed: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What tray and notifications are made of.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct OutstandingView {
    /// How many integrations there are, those included that are well.
    pub count: usize,
    /// Which connectors they are of.
    pub connector_ids: BTreeSet<String>,
    /// Those whose status is any other than connected, in the order in which they were made.
    pub rows: Vec<IntegrationView>,
}

/// The status of an integration. The UI gives each a shape, a colour and a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum StatusView {
    /// All well.
    Connected,
    /// Works, but may not do something.
    Limited {
        /// What it may not do.
        missing: String,
    },
    /// Works, though not everything that was asked for was granted.
    ScopesMissing {
        /// What was not granted; never empty.
        missing: Vec<String>,
    },
    /// Works, and its key or key file is to be replaced: it is older than its user wants, or its end is near.
    ReplaceSoon {
        /// When the credential was saved.
        saved_at: Timestamp,
        /// When it ends, if that is known. May have passed.
        ends_at: Option<Timestamp>,
    },
    /// Only the user can help: Reconnect, or replace the key.
    NeedsYou {
        /// Why.
        reason: ReconnectReason,
        /// Since when.
        since: Timestamp,
    },
    /// A passing trouble; it is tried again by itself. The access token may still work.
    Retrying {
        /// What is wrong.
        trouble: Trouble,
        /// When it is tried again.
        until: Timestamp,
    },
    /// The last verification did not reach the service.
    Unverified {
        /// In plain words.
        reason: String,
    },
    /// Nothing automatic touches it.
    Paused {
        /// Since when.
        since: Timestamp,
        /// Why, where that was not its user's pause.
        hold: Option<Hold>,
    },
    /// The first authorization is under way.
    Connecting,
    /// Set up, but not connected.
    NotConnected,
}

/// What other tools are lent of an integration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum LendingView {
    /// An access token, which ends by itself.
    AccessToken,
    /// The key itself.
    Key,
    /// A key that signs, with its id.
    AccessKey,
    /// A short-lived key that is made of one that signs.
    SessionKey,
    /// Nothing: it is a private key that proves connections, and stays here.
    Nothing,
}

/// An integration's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct IntegrationDetailView {
    /// The row.
    pub integration: IntegrationView,
    /// The connector's fields, as title and value.
    pub fields: Vec<(String, String)>,
    /// The service's host.
    pub host: String,
    /// Scopes asked for.
    pub requested_scopes: Vec<String>,
    /// Scopes granted.
    pub granted_scopes: Vec<String>,
    /// Scopes asked for and not granted.
    pub missing_scopes: Vec<String>,
    /// A grant of another account that waits for the user's word.
    pub undecided: Option<UndecidedAccountView>,
    /// The app registration.
    pub registration: Option<RegistrationView>,
    /// The public part of its keys, where they have two.
    pub key_id: Option<KeyIdView>,
    /// Whether a new key may come in a file, too.
    pub takes_file: bool,
    /// What other tools are lent of it, where its user allows that.
    pub lends: LendingView,
    /// The credential's generations, newest first, without their secrets.
    pub generations: Vec<GenerationInfo>,
    /// When it is to be replaced; None = it renews itself, or there is none.
    pub replacement: Option<ReplacementView>,
    /// The rotation under way.
    pub rotation: Option<RotationView>,
    /// Other programs that were lent the credential in use, or its rotation's old one, as far as the log reaches; latest first.
    pub borrowers: Vec<LastUseView>,
    /// What can be done with it.
    pub can: Capabilities,
}

/// The age of a key or a key file, and when it is to be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReplacementView {
    /// When the credential in use was saved.
    pub saved_at: Timestamp,
    /// After how many days its user wants to be reminded; None = not by age.
    pub after_days: Option<u16>,
    /// When it ends; None = not known.
    pub ends_at: Option<Timestamp>,
    /// When the reminder comes.
    pub due_at: Option<Timestamp>,
    /// The last loan to another program that the log knows.
    pub last_use: Option<LastUseView>,
}

/// A loan to another program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LastUseView {
    /// When.
    pub at: Timestamp,
    /// To whom.
    pub consumer: String,
}

/// Sets when its user wants to be reminded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, specta::Type)]
pub struct SetReplacementRequest {
    /// So many days after the credential was saved, 1 to 3,650; None = not by age.
    pub after_days: Option<u16>,
    /// When the credential in use ends; None = not known.
    pub ends_at: Option<Timestamp>,
}

/// What can be done with an integration now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Capabilities {
    /// Verify now.
    pub verify: bool,
    /// Refresh now.
    pub refresh: bool,
    /// Have the service make the new key.
    pub mint: bool,
    /// Rotate on the Credentials tab: the key or key file, or the app registration's client secret.
    pub rotate: bool,
    /// Reconnect in the browser.
    pub reconnect: bool,
    /// Revoke at the service while disconnecting.
    pub revoke: bool,
    /// Pages that can be opened.
    pub pages: Vec<ConnectorPage>,
}

/// A rotation under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct RotationView {
    /// Where it stands.
    pub step: RotationStep,
    /// The credential being replaced.
    pub old: GenerationInfo,
    /// The credential replacing it; None = the service has not made it yet.
    pub new: Option<GenerationInfo>,
    /// How far it goes.
    pub mode: RotationMode,
    /// Whether the service makes the new one.
    pub is_minted: bool,
    /// What trying the new one told.
    pub found: Option<NewFound>,
    /// When it was begun.
    pub begun_at: Timestamp,
    /// When the new one was verified.
    pub verified_at: Option<Timestamp>,
    /// When it was switched to.
    pub switched_at: Option<Timestamp>,
    /// Until when the end of the old one is put off, for those that were lent it until the switch. None = nobody waits.
    pub lent_until: Option<Timestamp>,
    /// Why turning the old one off failed the last time, in plain words.
    pub revoke_failure: Option<String>,
    /// When the old one was switched off, which can be taken back.
    pub deactivated_at: Option<Timestamp>,
    /// When the old one was turned off, or what is discarded.
    pub revoked_at: Option<Timestamp>,
    /// When that was proved dead.
    pub proved_at: Option<Timestamp>,
    /// Whether the way back is open.
    pub can_undo: bool,
    /// How the old one is turned off.
    pub revoke_mode: RevokeMode,
}

/// How an old credential is turned off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RevokeMode {
    /// Storm Connect asks the service.
    ByApi,
    /// The service's page is opened, and the user says when it is done.
    ByPage,
    /// By nobody: it works until its end, as a certificate does, and is only erased here.
    AtItsEnd,
}

/// Adds an integration with a pasted key.
#[derive(Debug, Deserialize, specta::Type)]
pub struct AddApiKeyRequest {
    /// Which connector.
    pub connector_id: String,
    /// The user's name for it; None = the connector's.
    pub name: Option<String>,
    /// The connector's fields.
    pub fields: Fields,
    /// The key.
    pub key: KeyInput,
}

/// Adds an integration with a key file.
#[derive(Debug, Deserialize, specta::Type)]
pub struct AddServiceAccountRequest {
    /// Which connector.
    pub connector_id: String,
    /// The user's name for it; None = the connector's.
    pub name: Option<String>,
    /// The connector's fields.
    pub fields: Fields,
    /// The file the core holds.
    pub file: HeldSecretId,
    /// Scopes asked for; empty = the connector's.
    pub scopes: Vec<String>,
}

/// A credential was saved and tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SavedView {
    /// The integration.
    pub integration_id: IntegrationId,
    /// How the service took it.
    pub verdict: Verdict,
}

/// An integration was disconnected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DisconnectedView {
    /// Until when the removal can be undone; None when it was revoked at the service.
    pub undo_until: Option<Timestamp>,
    /// What became of the credential at the service.
    pub revocation: RevocationView,
}

/// What became of a credential at its service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "revocation", rename_all = "snake_case")]
pub enum RevocationView {
    /// Nobody asked for it.
    NotAsked,
    /// It is over at the service.
    Revoked,
    /// The service could not be asked. It is removed here, and ending it is tried again by itself.
    Pending {
        /// In plain words.
        reason: String,
    },
    /// The service refused; nothing was removed here.
    Failed {
        /// In plain words.
        reason: String,
    },
}

/// A credential of a removed integration whose end the service has not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PendingRevocationView {
    /// Stable id.
    pub id: RevocationId,
    /// The integration's name as it was.
    pub name: String,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// Whose it is.
    pub account: Option<Account>,
    /// When the user asked for the end.
    pub asked_at: Timestamp,
    /// How often it was tried.
    pub tries: u32,
    /// Why the last try failed, in plain words.
    pub reason: String,
    /// When it is tried again by itself; None = given up.
    pub next_try_at: Option<Timestamp>,
    /// Where the user can end it by hand.
    pub page: Option<ConnectorPage>,
}
