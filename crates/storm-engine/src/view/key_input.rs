//! Secrets on their way in: typed in the window, read from the clipboard, or read from a file.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use storm_domain::HeldSecretId;
use storm_secret::{Passphrase, PastedRedirect, RecoveryCode, SecretBytes};

/// A secret that was typed in the window. It becomes a secret type while it is read and has no way back out.
pub struct TypedSecret(SecretBytes);

impl TypedSecret {
    /// Borrows the text.
    #[must_use]
    pub fn expose(&self) -> &str {
        // EXPOSE: handed on to the secret type that fits; it was UTF-8 when it was read.
        std::str::from_utf8(self.0.expose()).unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for TypedSecret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(|text| Self(SecretBytes::new(text.into_bytes())))
    }
}

impl fmt::Debug for TypedSecret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TypedSecret(redacted)")
    }
}

impl From<TypedSecret> for Passphrase {
    fn from(typed: TypedSecret) -> Self {
        // EXPOSE: moved on into the type it belongs in.
        Self::new(typed.expose())
    }
}

impl From<TypedSecret> for PastedRedirect {
    fn from(typed: TypedSecret) -> Self {
        // EXPOSE: moved on into the type it belongs in.
        Self::new(typed.expose())
    }
}

impl From<TypedSecret> for RecoveryCode {
    fn from(typed: TypedSecret) -> Self {
        // EXPOSE: moved on into the type it belongs in.
        Self::new(typed.expose())
    }
}

/// A pasted key on its way in.
#[derive(Debug, Deserialize, specta::Type)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum KeyInput {
    /// Typed or pasted into the field.
    Typed {
        /// The key.
        #[specta(type = String)]
        value: TypedSecret,
        /// Its public id, for a key in two parts; not needed where it was pasted with the key.
        key_id: Option<String>,
    },
    /// In a file that was dropped or chosen.
    File {
        /// Which file.
        id: HeldSecretId,
        /// The public id of the one that is meant, where the file holds several.
        key_id: Option<String>,
    },
    /// Held by the core since it was read from the clipboard.
    Held {
        /// Which.
        id: HeldSecretId,
        /// Its public id, for a key in two parts.
        key_id: Option<String>,
    },
}

/// A key that the core holds for a dialog.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HeldKeyView {
    /// To name it when saving.
    pub id: HeldSecretId,
    /// Masked, with up to eight characters.
    pub hint: String,
    /// Its public id, where that was read with the key.
    pub key_id: Option<String>,
    /// Remarks such as "looks like a test key"; none of them stops saving.
    pub remarks: Vec<String>,
}

/// What was seen in a key while it is typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TypedKeyView {
    /// Its public id, where that was pasted with the key.
    pub key_id: Option<String>,
    /// Remarks; none of them stops saving.
    pub remarks: Vec<String>,
}

/// Asks for remarks on a key while it is typed.
#[derive(Debug, Deserialize, specta::Type)]
pub struct CheckKeyRequest {
    /// Which connector it is for.
    pub connector_id: String,
    /// The key.
    #[specta(type = String)]
    pub key: TypedSecret,
}
