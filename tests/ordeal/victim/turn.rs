//! A rotation as a person leads it, one turn after the other, whoever runs the engine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use storm_connectors::{Catalogue, RevokeBy};
use storm_domain::{AccountComparison, ErrorCode, Failure, Integration, IntegrationId, RotationMode, RotationStep};
use storm_engine::view::{HeldFileView, KeyInput, TypedSecret};
use storm_engine::{Engine, HeldFile};
use storm_secret::{ApiKey, SecretBytes};

/// What the person does next.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Begins a rotation with this key.
    Key { id: IntegrationId, connector_id: String, key: String },
    /// Begins one with this key file.
    File { id: IntegrationId, file: String },
    /// Begins one of its app registration with this client secret, or rehearses it.
    Secret { id: IntegrationId, secret: String, drill: bool },
    /// Has the service make a new one.
    Mint(IntegrationId),
    /// Takes the new one although the service does not say whose it is.
    Switch(IntegrationId),
    /// Turns the old one off.
    RevokeOld(IntegrationId),
    /// Says that it was turned off at the service.
    Confirm(IntegrationId),
}

impl Turn {
    pub async fn take(self, engine: &Arc<Engine>) -> Result<(), Failure> {
        match self {
            Self::Key { id, connector_id, key } => {
                let held = engine.hold_key(&connector_id, &ApiKey::new(key))?;
                engine.begin_key_rotation(id, KeyInput::Held { id: held.id, key_id: None }, false).await
            }
            Self::File { id, file } => {
                let file = HeldFile { bytes: SecretBytes::new(file.into_bytes()), name: "key.json".to_owned() };
                match engine.hold_files(vec![file]).await?.pop().map(|held| held.view) {
                    Some(HeldFileView::Known { file }) => engine.begin_key_file_rotation(id, file.id, false).await,
                    other => Err(Failure::new(ErrorCode::Internal, format!("no key but {other:?}"), None)),
                }
            }
            Self::Secret { id, secret, drill } => engine.begin_secret_rotation(id, typed(secret)?, drill).await,
            Self::Mint(id) => engine.begin_minted_rotation(id, false).await,
            Self::Switch(id) => engine.switch_rotation(id, false).await,
            Self::RevokeOld(id) => engine.revoke_old_key(id).await,
            Self::Confirm(id) => engine.confirm_old_key_revoked(id).await,
        }
        .map(drop)
    }

    /// Whose old key is ended in the background from this turn on.
    pub fn ends(&self) -> Option<IntegrationId> {
        match self {
            Self::Mint(id) | Self::RevokeOld(id) | Self::Confirm(id) => Some(*id),
            _ => None,
        }
    }
}

/// As the window sends it.
fn typed(secret: String) -> Result<TypedSecret, Failure> {
    serde_json::from_value(secret.into()).map_err(|_| Failure::new(ErrorCode::Internal, "A text that is none.", None))
}

/// Whether a rotation goes no further by itself.
pub fn is_persons(row: &Integration, (step, mode): &(RotationStep, RotationMode)) -> bool {
    match step {
        RotationStep::Switched => *mode == RotationMode::Guided,
        // It is deleted by itself after a while, and at once when the person says so.
        RotationStep::Deactivating { ordered, .. } => *ordered,
        RotationStep::Done | RotationStep::Undone | RotationStep::Rehearsed => true,
        RotationStep::Verified { comparison, missing } => *comparison != AccountComparison::Same || missing.is_some(),
        RotationStep::Revoking { ordered: false, .. } | RotationStep::Discarding { ordered: false, .. } => {
            !is_ended_by_api(row)
        }
        _ => false,
    }
}

fn is_ended_by_api(row: &Integration) -> bool {
    let connector = Catalogue::embedded().ok().and_then(|catalogue| catalogue.connector(&row.connector_id));
    let spec = connector.and_then(|connector| connector.rotation(row.method, &row.fields).ok());
    spec.is_some_and(|spec| spec.revoke == RevokeBy::Api)
}
