//! A rotation as a person leads it, one turn after the other, whoever runs the engine.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use storm_connectors::{Catalogue, RevokeBy};
use storm_domain::{AccountComparison, Failure, Integration, IntegrationId, RotationStep};
use storm_engine::Engine;
use storm_engine::view::KeyInput;
use storm_secret::{ApiKey, SecretBytes};

/// What the person does next.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Begins a rotation with this key.
    Key { id: IntegrationId, connector_id: String, key: String },
    /// Begins one with this key file.
    File { id: IntegrationId, file: String },
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
                engine.begin_key_rotation(id, KeyInput::Held { id: held.id, key_id: None }).await
            }
            Self::File { id, file } => {
                let held = engine.hold_key_file(&SecretBytes::new(file.into_bytes()), "key.json")?;
                engine.begin_key_file_rotation(id, held.id).await
            }
            Self::Switch(id) => engine.switch_rotation(id, false).await,
            Self::RevokeOld(id) => engine.revoke_old_key(id).await,
            Self::Confirm(id) => engine.confirm_old_key_revoked(id).await,
        }
        .map(drop)
    }

    /// Whose old key is ended in the background from this turn on.
    pub fn ends(&self) -> Option<IntegrationId> {
        match self {
            Self::RevokeOld(id) | Self::Confirm(id) => Some(*id),
            _ => None,
        }
    }
}

/// Whether a rotation goes no further by itself.
pub fn is_persons(row: &Integration, step: &RotationStep) -> bool {
    match step {
        RotationStep::Switched | RotationStep::Done | RotationStep::Undone => true,
        RotationStep::Verified { comparison, missing } => *comparison != AccountComparison::Same || missing.is_some(),
        RotationStep::Revoking { ordered: false, .. } => !is_ended_by_api(row),
        _ => false,
    }
}

fn is_ended_by_api(row: &Integration) -> bool {
    let connector = Catalogue::embedded().ok().and_then(|catalogue| catalogue.connector(&row.connector_id));
    let spec = connector.and_then(|connector| connector.rotation(row.method, &row.fields).ok());
    spec.is_some_and(|spec| spec.revoke == RevokeBy::Api)
}
