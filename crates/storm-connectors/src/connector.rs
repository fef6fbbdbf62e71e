//! A connector: one catalogue entry, parsed and checked.
//!
//! INVARIANT: every connector that exists has passed `Connector::check`: its templates name declared fields only, its fields
//! accept their own examples, each method comes once. Deliberately absent: anything that belongs to one integration.

use std::collections::{BTreeSet, HashSet};

use serde::Deserialize;
use storm_domain::{AuthorizationGrant, Fields, Method, ProviderWords};
use thiserror::Error;

use crate::field::{FieldError, FieldProblem, FieldSpec};
use crate::key_shape::KeyShape;
use crate::known_cause::KnownCause;
use crate::method::{KeyIdSpec, MethodSpec, Setup};
use crate::source::Source;

/// A place that a template may name without a field: the service's id of a key, known only with the key.
pub(crate) const KEY_ID: &str = "key_id";
/// The same for the fingerprint of a key.
pub(crate) const KEY_FINGERPRINT: &str = "key_fingerprint";
/// The same for the account that a key file names.
pub(crate) const KEY_ACCOUNT: &str = "key_account";
/// The same for that account's project.
pub(crate) const KEY_PROJECT: &str = "key_project";
/// Names that no field may have.
const OF_KEYS: [&str; 4] = [KEY_ID, KEY_FINGERPRINT, KEY_ACCOUNT, KEY_PROJECT];

/// How one external service authenticates, verifies, revokes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Connector {
    /// Stable id: lower-case letters, digits, hyphens.
    pub id: String,
    /// The service's name.
    pub name: String,
    /// What kind of service.
    pub category: Category,
    /// One or two letters for its tile.
    pub monogram: String,
    /// `#rrggbb` behind the letters.
    pub colour: String,
    /// One sentence.
    pub description: String,
    /// Other words a search should find it by.
    #[serde(default)]
    pub words: Vec<String>,
    /// What the user types besides the credential.
    #[serde(default)]
    pub fields: Vec<FieldSpec>,
    /// The ways to authenticate, best first; each kind at most once.
    pub methods: Vec<MethodSpec>,
    /// How its keys look.
    #[serde(default)]
    pub key_shapes: Vec<KeyShape>,
    /// Where the facts come from.
    pub sources: Vec<Source>,
}

/// What kind of service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Category {
    /// The practice service on this computer.
    Practice,
    /// Code hosting and tools for developers.
    DeveloperTools,
    /// Mail, documents, calendars.
    Productivity,
    /// Chat.
    Communication,
    /// Language models.
    Ai,
    /// Payments.
    Payments,
    /// Computing and data platforms.
    Cloud,
    /// Any service that the catalogue does not have.
    AnyService,
}

impl Category {
    /// As the setup dialog shows it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Practice => "Practice",
            Self::DeveloperTools => "Developer tools",
            Self::Productivity => "Productivity",
            Self::Communication => "Communication",
            Self::Ai => "AI",
            Self::Payments => "Payments",
            Self::Cloud => "Cloud and data",
            Self::AnyService => "Any other service",
        }
    }
}

/// A catalogue entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EntryError {
    /// Not TOML of the right shape; the parser's words name line and key.
    #[error("the entry cannot be read: {0}")]
    Shape(toml::de::Error),
    /// The id has other characters than lower-case letters, digits and hyphens.
    #[error("the id `{id}` may hold lower-case letters, digits and hyphens only")]
    Id {
        /// The id.
        id: String,
    },
    /// There is no method, or one comes twice.
    #[error("`{id}` needs at least one method, and each kind at most once")]
    Methods {
        /// The connector.
        id: String,
    },
    /// A template, a placement or discovery names a field that is not declared.
    #[error("`{id}` uses the field `{field}` without declaring it")]
    UndeclaredField {
        /// The connector.
        id: String,
        /// The name.
        field: String,
    },
    /// A field's name is malformed, reserved or used twice.
    #[error("`{id}` cannot have a field named `{field}`")]
    FieldName {
        /// The connector.
        id: String,
        /// The name.
        field: String,
    },
    /// A known cause fits everything, nothing, or says nothing.
    #[error("`{id}` has a cause that cannot be told from others, or says nothing: {what}")]
    Cause {
        /// The connector.
        id: String,
        /// What it says.
        what: String,
    },
    /// A method of key files that does not say what is signed, for whom, or where it goes.
    #[error("connector `{id}`: it is not said what is signed with a key file, or where it goes")]
    Exchange {
        /// The connector.
        id: String,
    },
    /// New keys that are made by API, and of which it is not said where the key stands, or how one that is not wanted ends.
    #[error("connector `{id}`: a key that is made by API needs its secret, its id, and a way to end it")]
    Mint {
        /// The connector.
        id: String,
    },
    /// A field refuses its own example, default or choice.
    #[error("`{id}` has a field that refuses its own example, default or choice: {refused}")]
    Example {
        /// The connector.
        id: String,
        /// What the field says.
        refused: FieldError,
    },
    /// The pattern of a key's id does not fit its own example.
    #[error("`{id}` has keys whose “{title}” refuses its own example")]
    KeyId {
        /// The connector.
        id: String,
        /// What the id is called.
        title: String,
    },
    /// The id is used by two entries.
    #[error("two entries have the id `{id}`")]
    Twice {
        /// The id.
        id: String,
    },
}

impl Connector {
    /// Reads and checks one entry.
    ///
    /// # Errors
    /// [`EntryError`] says what in the entry is wrong.
    pub fn from_toml(text: &str) -> Result<Self, EntryError> {
        let connector: Self = toml::from_str(text).map_err(EntryError::Shape)?;
        connector.check()?;
        Ok(connector)
    }

    /// The method of this kind, if the service offers it.
    #[must_use]
    pub fn method(&self, method: Method) -> Option<&MethodSpec> {
        self.methods.iter().find(|spec| spec.method() == method)
    }

    /// The public part of this service's keys, where they have two.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyIdSpec> {
        self.method(Method::ApiKey)?.key_id()
    }

    /// What a refusal means at this service, so many days after the authorization, if it means something particular.
    #[must_use]
    pub fn known_cause(&self, method: Method, words: &ProviderWords, days: Option<f64>) -> Option<&KnownCause> {
        KnownCause::find(&self.method(method)?.causes, words, days)
    }

    /// The fields that a method asks for, in the order of the dialog; not those that are discovered.
    pub fn fields_of(&self, method: Method) -> impl Iterator<Item = &FieldSpec> {
        self.fields.iter().filter(move |field| field.is_asked_by(method))
    }

    /// What to keep of the typed fields: trimmed, checked, defaults filled in, empty optional ones left out.
    ///
    /// # Errors
    /// [`FieldError`] names the first field that does not fit, what is wrong, and what to do.
    pub fn check_fields(&self, method: Method, typed: &Fields) -> Result<Fields, FieldError> {
        // A saved registration remembers all fields. What was discovered for it is left out, and discovered anew.
        let known = |name: &str| self.fields.iter().any(|field| field.name == name && field.is_of(method));
        if let Some(unknown) = typed.keys().find(|name| !known(name)) {
            let title = self.field(unknown).map_or_else(|| unknown.clone(), |field| field.title.clone());
            return Err(FieldError { field: unknown.clone(), title, problem: FieldProblem::Unknown });
        }
        let mut checked = Fields::new();
        for field in self.fields_of(method) {
            let value = field.check(typed.get(&field.name).map_or("", String::as_str));
            if let Some(value) = value.map_err(|problem| field.error(problem))? {
                checked.insert(field.name.clone(), value);
            }
        }
        self.check_completeness(method, &checked)?;
        Ok(checked)
    }

    /// Optional fields that become needed by what the others hold: endpoints that cannot be discovered, the name of the
    /// header a key stands in.
    fn check_completeness(&self, method: Method, checked: &Fields) -> Result<(), FieldError> {
        let Some(spec) = self.method(method) else { return Ok(()) };
        let missing = |name: &str| self.field(name).filter(|field| !checked.contains_key(&field.name));
        match &spec.setup {
            Setup::OAuth(setup) => {
                let Some(discover_from) = &setup.discover_from else { return Ok(()) };
                let Some(issuer) = missing(discover_from) else { return Ok(()) };
                let endpoints: &[_] = match self.grant(checked, setup) {
                    AuthorizationGrant::AuthorizationCode => {
                        &[&setup.authorize_url, &setup.token_url, &spec.verify.url]
                    }
                    AuthorizationGrant::ClientCredentials => &[&setup.token_url],
                };
                match endpoints.iter().flat_map(|url| url.needed_fields()).find_map(missing) {
                    Some(field) => Err(field.error(FieldProblem::MissingBoth { other: issuer.title.clone() })),
                    None => Ok(()),
                }
            }
            Setup::ApiKey(setup) => {
                let lookup = |name: &str| self.value(checked, name);
                match setup.placement.needed_fields(&lookup).into_iter().find_map(missing) {
                    Some(field) => Err(field.error(FieldProblem::Missing { example: field.example.clone() })),
                    None => Ok(()),
                }
            }
            Setup::ServiceAccount(_) => Ok(()),
        }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&FieldSpec> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// A field's value, or its default.
    pub(crate) fn value(&self, fields: &Fields, name: &str) -> Option<String> {
        fields.get(name).or_else(|| self.field(name)?.default.as_ref()).cloned()
    }

    /// Holds the entry to the schema; what the types alone cannot say.
    fn check(&self) -> Result<(), EntryError> {
        let id = || self.id.clone();
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.id.is_empty() || !self.id.chars().all(plain) {
            return Err(EntryError::Id { id: id() });
        }
        let kinds: HashSet<Method> = self.methods.iter().map(MethodSpec::method).collect();
        if self.methods.is_empty() || kinds.len() != self.methods.len() {
            return Err(EntryError::Methods { id: id() });
        }
        let mut names = BTreeSet::new();
        for field in &self.fields {
            let well_named = !field.name.is_empty() && field.name.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            if !well_named || OF_KEYS.contains(&field.name.as_str()) || !names.insert(field.name.as_str()) {
                return Err(EntryError::FieldName { id: id(), field: field.name.clone() });
            }
            for value in [&field.example].into_iter().chain(&field.default).chain(&field.choices) {
                let accepted = field.check(value);
                if accepted != Ok(Some(value.clone())) {
                    let problem = accepted.err().unwrap_or(FieldProblem::DoesNotFit { example: value.clone() });
                    return Err(EntryError::Example { id: id(), refused: field.error(problem) });
                }
            }
        }
        if let Some(spec) = self.key_id().filter(|spec| !spec.pattern.matches(&spec.example)) {
            return Err(EntryError::KeyId { id: id(), title: spec.title.clone() });
        }
        if let Some(cause) = self.methods.iter().flat_map(|spec| &spec.causes).find(|cause| !cause.is_whole()) {
            return Err(EntryError::Cause { id: id(), what: cause.what.clone() });
        }
        if self.methods.iter().any(|spec| spec.rotation.mint.as_ref().is_some_and(|mint| !mint.is_whole())) {
            return Err(EntryError::Mint { id: id() });
        }
        if self.service_account_setup().is_some_and(|setup| !setup.is_whole()) {
            return Err(EntryError::Exchange { id: id() });
        }
        for spec in &self.methods {
            let named = spec
                .oauth()
                .map(|setup| [&setup.discover_from, &setup.grant_from, &setup.client_auth_from, &setup.dpop_from]);
            let named = named.into_iter().flatten().filter_map(|name| name.as_deref());
            let others = self.fields_of(spec.method()).filter_map(|field| field.only_without.as_deref());
            let declared =
                |name: &str| self.fields.iter().any(|field| field.name == name && field.is_of(spec.method()));
            for name in spec.template_fields().into_iter().chain(named).chain(others) {
                if !OF_KEYS.contains(&name) && !declared(name) {
                    return Err(EntryError::UndeclaredField { id: id(), field: name.to_owned() });
                }
            }
        }
        Ok(())
    }
}
