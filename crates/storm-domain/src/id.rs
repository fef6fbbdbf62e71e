//! Identifiers. Each kind is its own type; all are random UUIDs made by the engine.

use std::fmt;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

id!(/** One row of the Integrations list. Reconnect and rotation keep it. */ IntegrationId);
id!(/** One app registration at a service; may serve several integrations. */ RegistrationId);
id!(/** One try at authorizing in the browser. */ AttemptId);
id!(/** A secret that the core holds for a dialog which has not saved yet. */ HeldSecretId);
id!(/** A credential that is still to be ended at its service, after its integration was removed here. */ RevocationId);
