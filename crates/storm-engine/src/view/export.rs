//! Sealed exports, and what is restored from them.

use serde::{Deserialize, Serialize};
use storm_domain::{Account, HeldSecretId, IntegrationId, Method, Timestamp, Verdict};

use super::{ConnectorBadge, TypedSecret};

/// What goes with an integration into an export, or comes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Carries {
    /// Its key, which works in two places.
    Key,
    /// Its key file, which works in two places.
    KeyFile,
    /// Its app registration, which is all that a client in its own name needs.
    Client,
    /// Its sign-in, which works in one place.
    SignIn,
    /// Settings and app registration; one signs in again.
    Settings,
}

/// What becomes of sign-ins (OAuth) in an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SignIns {
    /// They stay here. What is needed to sign in again goes into the export.
    Leave,
    /// They go into the export, and are not refreshed here any more.
    Move,
}

/// An integration that was chosen for an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ExportCandidateView {
    /// Which.
    pub id: IntegrationId,
    /// Its name.
    pub name: String,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// What goes with it, where sign-ins move: they stay unless that is chosen.
    pub carries: Carries,
    /// Why it cannot be exported now, and what to do.
    pub obstacle: Option<String>,
    /// Why its sign-in cannot move now.
    pub move_obstacle: Option<String>,
}

/// Writes an export.
#[derive(Debug, Deserialize, specta::Type)]
pub struct ExportRequest {
    /// What is in it.
    pub ids: Vec<IntegrationId>,
    /// What becomes of sign-ins.
    pub sign_ins: SignIns,
    /// For how many days it can be opened, 1 to 365.
    pub days: u16,
    /// What it is opened with.
    #[specta(type = String)]
    pub passphrase: TypedSecret,
}

/// An export was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ExportedFileView {
    /// Its name without its folder.
    pub file: String,
    /// How many integrations are in it.
    pub integrations: u32,
    /// How many sign-ins moved into it.
    pub moved: u32,
    /// The last moment at which it can be opened.
    pub ends_at: Timestamp,
}

/// A sealed export that was dropped or chosen, before its passphrase is entered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SealedExportView {
    /// Its name without the folder.
    pub name: String,
    /// When it says that it was made.
    pub made_at: Timestamp,
    /// The last moment at which it can be opened.
    pub ends_at: Timestamp,
}

/// The passphrase of an export that was dropped or chosen.
#[derive(Debug, Deserialize, specta::Type)]
pub struct OpenExportRequest {
    /// Which file.
    pub id: HeldSecretId,
    /// Its passphrase.
    #[specta(type = String)]
    pub passphrase: TypedSecret,
}

/// What is in an export that was opened. The core holds it for the dialog; nothing of it is in the vault yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OpenedExportView {
    /// To name it when restoring.
    pub id: HeldSecretId,
    /// When it was made.
    pub made_at: Timestamp,
    /// The last moment at which it can be opened.
    pub ends_at: Timestamp,
    /// What is in it.
    pub integrations: Vec<ArrivalView>,
}

/// An integration in an export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ArrivalView {
    /// Its id in the export.
    pub id: IntegrationId,
    /// Its name there.
    pub name: String,
    /// Its connector's tile.
    pub connector: ConnectorBadge,
    /// How it authenticates.
    pub method: Method,
    /// Whose it is.
    pub account: Option<Account>,
    /// What comes with it.
    pub carries: Carries,
    /// How it stands to what is here.
    pub presence: Presence,
}

/// How an integration in an export stands to those of the vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "presence", rename_all = "snake_case")]
pub enum Presence {
    /// There is none like it.
    New,
    /// It is here already, or another one of its account is. It can be added as a second one; its sign-in cannot, where that is
    /// here.
    Here {
        /// The name of the one that is here.
        name: String,
        /// Whether that is another key or sign-in of the same account, and not this one.
        other: bool,
    },
    /// Its sign-in was moved away from here with this export or another one, and can be taken back.
    MovedAway {
        /// The name of the one that is here.
        name: String,
    },
    /// It cannot be used here.
    Unusable {
        /// Why, and what to do.
        reason: String,
    },
}

/// Restores one integration of an opened export.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RestoreRequest {
    /// Which export.
    pub export: HeldSecretId,
    /// Which integration in it.
    pub id: IntegrationId,
    /// Whether to take over its sign-in, where it brings one; otherwise one signs in again.
    pub sign_in: bool,
    /// Whether to add it although one like it is here.
    pub as_second: bool,
}

/// An integration was restored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RestoredView {
    /// Its id here.
    pub integration_id: IntegrationId,
    /// Its name here.
    pub name: String,
    /// How that ended.
    pub outcome: RestoreOutcome,
}

/// How restoring an integration ended. It is in the vault in each case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum RestoreOutcome {
    /// The service accepted it, and it is switched on.
    SwitchedOn {
        /// How the service took it.
        verdict: Verdict,
    },
    /// It is switched off until a service accepts it.
    Off {
        /// Why, in plain words.
        reason: String,
    },
    /// It came without its sign-in: one signs in again.
    SignInAgain,
}
