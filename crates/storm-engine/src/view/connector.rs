//! Connectors as the setup dialog shows them.

use serde::{Deserialize, Serialize};
use storm_domain::Method;

/// Enough of a connector to draw its tile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ConnectorBadge {
    /// Catalogue id.
    pub id: String,
    /// The service's name.
    pub name: String,
    /// Two letters.
    pub monogram: String,
    /// `#rrggbb` behind the letters.
    pub colour: String,
}

/// A connector in the setup dialog.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct ConnectorView {
    /// Its tile.
    pub badge: ConnectorBadge,
    /// Such as "Developer tools".
    pub category: String,
    /// One sentence.
    pub description: String,
    /// The ways to authenticate, best first.
    pub methods: Vec<MethodView>,
}

/// One way to authenticate.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, specta::Type)]
pub struct MethodView {
    /// Which way.
    pub method: Method,
    /// What the service calls it, such as "Personal access token".
    pub title: String,
    /// When to use it.
    pub when_to_use: String,
    /// How to get the credential, in one or two sentences.
    pub how_to_get: String,
    /// Fields besides the credential.
    pub fields: Vec<FieldView>,
    /// The public part of a key, where it has two.
    pub key_id: Option<KeyIdView>,
    /// Whether a key may come in a file, too.
    pub takes_file: bool,
    /// Scopes asked for unless the user changes them.
    pub default_scopes: Vec<String>,
    /// For OAuth: what the registration step needs.
    pub oauth: Option<OAuthSetupView>,
    /// Pages of the service that can be opened.
    pub pages: Vec<ConnectorPage>,
}

/// A page of the service that the core can open in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ConnectorPage {
    /// Where keys or key files are made.
    Keys,
    /// Where apps are registered.
    Apps,
    /// The service's own guide.
    Docs,
}

/// A field besides the credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FieldView {
    /// Key in the fields.
    pub name: String,
    /// Label.
    pub title: String,
    /// One sentence below the field.
    pub help: String,
    /// Placeholder.
    pub example: String,
    /// Drawn before the input, such as `https://`.
    pub prefix: String,
    /// Drawn after the input, such as `.zendesk.com`.
    pub suffix: String,
    /// Choices, when only some values are allowed.
    pub options: Vec<String>,
    /// Filled in from the start.
    pub default: String,
    /// Whether it may stay empty.
    pub required: bool,
    /// A field that makes this one needless when it is filled.
    pub only_without: Option<String>,
    /// Whether few need it.
    pub advanced: bool,
}

/// The public part of a key in two parts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KeyIdView {
    /// Its label.
    pub title: String,
    /// Placeholder.
    pub example: String,
}

/// What the app registration step needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OAuthSetupView {
    /// A client that needs no registration, when the service offers one.
    pub default_client_id: Option<String>,
    /// What to enter as redirect URI at the service.
    pub redirect_uri: String,
    /// One sentence on the redirect URI, such as "any port is accepted".
    pub redirect_help: String,
    /// Whether this service needs a client secret.
    pub secret_required: bool,
    /// Whether a scope may be edited as free text.
    pub scopes_editable: bool,
    /// The field whose value makes the service's addresses be looked up.
    pub discovers_from: Option<String>,
}
