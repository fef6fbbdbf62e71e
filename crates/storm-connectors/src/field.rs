//! A connector's fields: what the user types besides the credential, such as a host or a tenant.
//!
//! A field is never a secret. What was typed is trimmed and held to its kind and pattern; what does not fit is refused in
//! plain words, with the value that would fit where it can be told. Deliberately absent: silent repair of a pasted address.

use regex::Regex;
use serde::Deserialize;
use storm_domain::Method;
use thiserror::Error;
use url::{Host, Url};

use crate::template::{UrlRefused, check_url};

const LONGEST_VALUE_BYTES: usize = 2048;

/// One field, as the catalogue describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct FieldSpec {
    /// Its name in templates and in `Fields`: lower-case letters and underscores.
    pub name: String,
    /// Its label.
    pub title: String,
    /// One sentence under it.
    pub help: Option<String>,
    /// A value that fits.
    pub example: String,
    /// What a value is.
    #[serde(default)]
    pub kind: FieldKind,
    /// What a whole value must match; anchored at both ends.
    pub pattern: Option<Pattern>,
    /// Shown before the input, and taken off when typed too.
    pub prefix: Option<String>,
    /// Shown after the input, and taken off when typed too.
    pub suffix: Option<String>,
    /// The only values allowed; empty = any.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The value when nothing is typed.
    pub default: Option<String>,
    /// Whether it may stay empty.
    #[serde(default)]
    pub optional: bool,
    /// The methods that ask for it; empty = all.
    #[serde(default)]
    pub methods: Vec<Method>,
    /// Name of a field that makes this one needless when it is filled.
    pub only_without: Option<String>,
    /// Whether few need it: it is asked for under “More settings”.
    #[serde(default)]
    pub advanced: bool,
    /// Whether it is never asked for, and filled from the service's metadata only.
    #[serde(default)]
    pub discovered: bool,
}

/// What a field's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldKind {
    /// Any text.
    #[default]
    Text,
    /// One label of a host name, such as `acme` of `acme.service.example`.
    Subdomain,
    /// A host name or IP literal, with a port if need be.
    Host,
    /// A web address: https, or http for this computer.
    Url,
    /// The issuer of a service, or its plain address: `login.example.com` stands for `https://login.example.com`.
    Issuer,
}

/// A regular expression that must match from the first character to the last.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct Pattern(Regex);

impl TryFrom<String> for Pattern {
    type Error = regex::Error;

    fn try_from(text: String) -> Result<Self, regex::Error> {
        Regex::new(&format!(r"\A(?:{text})\z")).map(Self)
    }
}

impl Pattern {
    /// Whether the whole value fits.
    #[must_use]
    pub fn matches(&self, value: &str) -> bool {
        self.0.is_match(value)
    }
}

/// What is wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{title}: {problem}")]
pub struct FieldError {
    /// The field's name.
    pub field: String,
    /// The field's label.
    pub title: String,
    /// What is wrong, and what to do.
    pub problem: FieldProblem,
}

/// What can be wrong with a field. The value itself is repeated only where it was understood.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FieldProblem {
    /// Nothing was typed.
    #[error("nothing is filled in. Type a value such as {example}.")]
    Missing {
        /// A value that fits.
        example: String,
    },
    /// Nothing was typed here, nor in the field that would make it needless.
    #[error("nothing is filled in. Fill in this, or “{other}” instead.")]
    MissingBoth {
        /// The label of the other field.
        other: String,
    },
    /// A whole address where a part of it belongs.
    #[error("this is a whole web address, but only the name is needed. Type {suggestion}.")]
    AddressInsteadOfName {
        /// What to type.
        suggestion: String,
    },
    /// A whole address, of which no part fits.
    #[error("this is a web address, but only a name is needed. Type a value such as {example}.")]
    AddressThatDoesNotFit {
        /// A value that fits.
        example: String,
    },
    /// Not a host name.
    #[error("this is not a host name. Type the name as it stands in the browser's address, such as {example}.")]
    NotAHost {
        /// A value that fits.
        example: String,
    },
    /// Not a web address that may be used.
    #[error("{refused}.")]
    NotAUrl {
        /// Which rule is broken.
        refused: UrlRefused,
    },
    /// Not one of the choices.
    #[error("this is not one of the possible values. Choose one of: {choices}.")]
    NotAChoice {
        /// The choices, with commas.
        choices: String,
    },
    /// Not of the right form.
    #[error("this does not have the form that the service uses. Type a value such as {example}.")]
    DoesNotFit {
        /// A value that fits.
        example: String,
    },
    /// A line break or control character inside.
    #[error("there is a line break or an invisible character in it. Type it again on one line.")]
    ControlCharacter,
    /// Too long to be true.
    #[error("this is far longer than such a value can be. Check what was pasted.")]
    TooLong,
    /// The connector does not have this field.
    #[error("this connector does not ask for it. Leave it out.")]
    Unknown,
}

impl FieldProblem {
    /// What to type instead, where that can be told; fit for a button that fills it in.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        match self {
            Self::AddressInsteadOfName { suggestion } => Some(suggestion),
            _ => None,
        }
    }
}

impl FieldSpec {
    /// Whether a method asks for it.
    #[must_use]
    pub fn is_asked_by(&self, method: Method) -> bool {
        !self.discovered && self.is_of(method)
    }

    /// Whether a method has it, asked for or discovered.
    pub(crate) fn is_of(&self, method: Method) -> bool {
        self.methods.is_empty() || self.methods.contains(&method)
    }

    /// An error about this field.
    pub(crate) fn error(&self, problem: FieldProblem) -> FieldError {
        FieldError { field: self.name.clone(), title: self.title.clone(), problem }
    }

    /// The value to keep for what was typed; None = an optional field left empty.
    pub(crate) fn check(&self, typed: &str) -> Result<Option<String>, FieldProblem> {
        let typed = typed.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
        if typed.is_empty() {
            return match &self.default {
                Some(default) => Ok(Some(default.clone())),
                None if self.optional => Ok(None),
                None => Err(FieldProblem::Missing { example: self.example.clone() }),
            };
        }
        if typed.len() > LONGEST_VALUE_BYTES {
            return Err(FieldProblem::TooLong);
        }
        if typed.chars().any(char::is_control) {
            return Err(FieldProblem::ControlCharacter);
        }
        let value = match self.kind {
            FieldKind::Text => self.bare(typed).to_owned(),
            FieldKind::Url => self.url(typed)?,
            FieldKind::Issuer => self.url(&whole_issuer(typed))?,
            FieldKind::Host | FieldKind::Subdomain => self.name(typed)?,
        };
        if !self.choices.is_empty() && !self.choices.contains(&value) {
            return Err(FieldProblem::NotAChoice { choices: self.choices.join(", ") });
        }
        if self.pattern.as_ref().is_some_and(|pattern| !pattern.matches(&value)) {
            return Err(FieldProblem::DoesNotFit { example: self.example.clone() });
        }
        Ok(Some(value))
    }

    /// Without the prefix and suffix that are shown around the input anyway.
    fn bare<'a>(&self, typed: &'a str) -> &'a str {
        let typed = self.prefix.as_deref().and_then(|prefix| typed.strip_prefix(prefix)).unwrap_or(typed);
        self.suffix.as_deref().and_then(|suffix| typed.strip_suffix(suffix)).unwrap_or(typed)
    }

    fn url(&self, typed: &str) -> Result<String, FieldProblem> {
        let typed = self.bare(typed);
        // Kept as typed: an issuer is compared to the letter, and the parser would add a slash.
        check_url(typed).map_err(|refused| FieldProblem::NotAUrl { refused })?;
        Ok(typed.to_owned())
    }

    fn name(&self, typed: &str) -> Result<String, FieldProblem> {
        let suggestion = |typed: &str| self.name_in_address(typed).filter(|name| self.fits(name));
        if typed.contains(['/', '@', '?', '#', '\\']) {
            return Err(match suggestion(typed) {
                Some(suggestion) => FieldProblem::AddressInsteadOfName { suggestion },
                None => FieldProblem::AddressThatDoesNotFit { example: self.example.clone() },
            });
        }
        let name = self.bare(typed).to_ascii_lowercase();
        let is_name = match self.kind {
            FieldKind::Subdomain => is_label(&name),
            _ => is_host(&name),
        };
        if is_name { Ok(name) } else { Err(FieldProblem::NotAHost { example: self.example.clone() }) }
    }

    /// The name inside a pasted address, if the address is one.
    fn name_in_address(&self, typed: &str) -> Option<String> {
        let with_scheme = if typed.contains("://") { typed.to_owned() } else { format!("https://{typed}") };
        let url = Url::parse(&with_scheme).ok()?;
        let host = url.host_str()?;
        match self.kind {
            FieldKind::Subdomain => {
                let suffix = self.suffix.as_deref()?;
                host.strip_suffix(suffix).filter(|label| is_label(label)).map(str::to_owned)
            }
            _ => Some(url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))),
        }
    }

    fn fits(&self, value: &str) -> bool {
        self.pattern.as_ref().is_none_or(|pattern| pattern.matches(value))
    }
}

/// The issuer in what was typed or pasted: a bare host gets its scheme, and the address of the metadata loses what RFC 8414 §3
/// and OpenID Connect Discovery §4 put behind the issuer.
fn whole_issuer(typed: &str) -> String {
    const WELL_KNOWN: [&str; 2] = ["/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"];
    let issuer = WELL_KNOWN.into_iter().find_map(|suffix| typed.strip_suffix(suffix)).unwrap_or(typed);
    if issuer.contains("://") || !is_host(issuer.split('/').next().unwrap_or_default()) {
        return issuer.to_owned();
    }
    format!("https://{issuer}")
}

/// One label of a host name (RFC 1123 §2.1).
fn is_label(text: &str) -> bool {
    (1..=63).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// A host name of labels, or an IP literal, with an optional port.
fn is_host(text: &str) -> bool {
    let Ok(url) = Url::parse(&format!("https://{text}/")) else { return false };
    let as_typed = match (url.host_str(), url.port()) {
        (Some(host), None) => host == text,
        (Some(host), Some(port)) => format!("{host}:{port}") == text,
        (None, _) => false,
    };
    as_typed
        && match url.host() {
            Some(Host::Domain(name)) => name.len() <= 253 && name.split('.').all(is_label),
            other => other.is_some(),
        }
}
