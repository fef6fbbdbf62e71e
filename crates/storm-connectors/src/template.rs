//! Text with `{field}` places, filled from an integration's fields.
//!
//! `{tenant|common}` falls back to `common`. INVARIANT: a filled URL has the shape its author wrote: a value in the host can
//! not start a path, a value in the path cannot start a query, and the result is https, or http on this computer only.
//! Deliberately absent: conditions, loops, nested places.

use serde::Deserialize;
use thiserror::Error;
use url::{Host, Url};

/// What a place is filled from: the value of a field, if it has one.
pub(crate) type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Why a template cannot be read or filled.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A brace without its partner, or a name that is not lower case letters and underscores.
    #[error("a place in a template must look like {{field}} or {{field|fall-back}}")]
    Malformed,
    /// A field has neither a value nor a fall-back.
    #[error("the field `{field}` has no value yet; fill it in")]
    FieldMissing {
        /// Which.
        field: String,
    },
    /// A field's value cannot stand in a host name.
    #[error("the field `{field}` cannot be part of a host name; use letters, digits, dots and hyphens")]
    NotHostSafe {
        /// Which.
        field: String,
    },
    /// A field's value would change the path around it.
    #[error("the field `{field}` cannot consist of dots only; fill in its real value")]
    NotPathSafe {
        /// Which.
        field: String,
    },
    /// The filled text is not a URL that may be used.
    #[error(transparent)]
    Url(#[from] UrlRefused),
}

/// Why a URL may not be used. The URL itself is not repeated: it may hold a value that was pasted by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum UrlRefused {
    /// Not a URL at all.
    #[error("this is not a web address; it should look like https://service.example/path")]
    NotAUrl,
    /// A scheme other than https, or http to another computer.
    #[error("the address must begin with https://; http:// is for this computer only (127.0.0.1)")]
    NotHttps,
    /// A user name or password before the host.
    #[error("the address has a user name or password in it; remove the part before the @")]
    UserInfo,
    /// White space or control characters.
    #[error("the address has a space, line break or control character in it; remove it")]
    ControlCharacter,
    /// A `#…` at the end, which is never sent.
    #[error("the address has a # part, which is never sent; remove it")]
    Fragment,
}

/// Reads a URL and holds it to the rule: https, or http where the host is a loopback one; no user information, no fragment.
///
/// # Errors
/// [`UrlRefused`] says which part of the rule is broken.
pub fn check_url(text: &str) -> Result<Url, UrlRefused> {
    // The URL parser drops tabs and line breaks silently, so they are looked for first.
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(UrlRefused::ControlCharacter);
    }
    let url = Url::parse(text).map_err(|_| UrlRefused::NotAUrl)?;
    let scheme_fits = match url.scheme() {
        "https" => url.host().is_some(),
        "http" => is_loopback(&url),
        _ => false,
    };
    if !scheme_fits {
        return Err(UrlRefused::NotHttps);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlRefused::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(UrlRefused::Fragment);
    }
    Ok(url)
}

/// Whether a URL names this computer: `127.0.0.0/8`, `[::1]` or `localhost`.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// One piece of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Place { field: String, fall_back: Option<String> },
}

/// Text with places, filled as it is: header names, user names, JSON pointers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct TextTemplate(Vec<Piece>);

impl TryFrom<String> for TextTemplate {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some((before, place_on)) = rest.split_once('{') {
            let (place, after) = place_on.split_once('}').ok_or(TemplateError::Malformed)?;
            if before.contains('}') {
                return Err(TemplateError::Malformed);
            }
            pieces.push(Piece::Text(before.to_owned()));
            let (field, fall_back) = match place.split_once('|') {
                Some((field, fall_back)) => (field, Some(fall_back.to_owned())),
                None => (place, None),
            };
            if field.is_empty() || !field.chars().all(|c| c.is_ascii_lowercase() || c == '_') || place.contains('{') {
                return Err(TemplateError::Malformed);
            }
            pieces.push(Piece::Place { field: field.to_owned(), fall_back });
            rest = after;
        }
        if rest.contains('}') {
            return Err(TemplateError::Malformed);
        }
        pieces.push(Piece::Text(rest.to_owned()));
        Ok(Self(pieces))
    }
}

impl TextTemplate {
    /// The names of the fields it uses.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place { field, .. } => Some(field.as_str()),
            Piece::Text(_) => None,
        })
    }

    /// The names of the fields it cannot do without.
    pub(crate) fn needed_fields(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Place { field, fall_back: None } => Some(field.as_str()),
            _ => None,
        })
    }

    /// The text with every place filled.
    pub(crate) fn fill(&self, lookup: Lookup<'_>) -> Result<String, TemplateError> {
        let mut filled = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Place { field, fall_back } => filled.push_str(&value(field, fall_back.as_ref(), lookup)?),
            }
        }
        Ok(filled)
    }
}

fn value(field: &str, fall_back: Option<&String>, lookup: Lookup<'_>) -> Result<String, TemplateError> {
    lookup(field)
        .filter(|value| !value.is_empty())
        .or_else(|| fall_back.cloned())
        .ok_or_else(|| TemplateError::FieldMissing { field: field.to_owned() })
}

/// A URL with places. At the very start a place stands for a whole URL; before the first `/` for a part of the host; after
/// it for one path segment or one query value, percent-encoded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub(crate) struct UrlTemplate(TextTemplate);

impl UrlTemplate {
    /// The names of the fields it uses.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.fields()
    }

    /// The names of the fields it cannot do without.
    pub(crate) fn needed_fields(&self) -> impl Iterator<Item = &str> {
        self.0.needed_fields()
    }

    /// The URL with every place filled, checked by [`check_url`].
    pub(crate) fn fill(&self, lookup: Lookup<'_>) -> Result<Url, TemplateError> {
        let mut filled = String::new();
        for piece in &self.0.0 {
            match piece {
                Piece::Text(text) => filled.push_str(text),
                Piece::Place { field, fall_back } => {
                    let value = value(field, fall_back.as_ref(), lookup)?;
                    match place(&filled) {
                        Place::WholeUrl => filled.push_str(check_url(&value)?.as_str().trim_end_matches('/')),
                        Place::Host if is_host_safe(&value) => filled.push_str(&value),
                        Place::Host => return Err(TemplateError::NotHostSafe { field: field.clone() }),
                        Place::AfterHost if is_segment_safe(&value) => filled.push_str(&percent_encoded(&value)),
                        Place::AfterHost => return Err(TemplateError::NotPathSafe { field: field.clone() }),
                    }
                }
            }
        }
        Ok(check_url(&filled)?)
    }
}

enum Place {
    WholeUrl,
    Host,
    AfterHost,
}

/// Where the next piece would stand, judged by what is already there.
fn place(filled: &str) -> Place {
    if filled.is_empty() {
        return Place::WholeUrl;
    }
    match filled.split_once("://") {
        Some((_, rest)) if rest.contains(['/', '?']) => Place::AfterHost,
        _ => Place::Host,
    }
}

fn is_host_safe(value: &str) -> bool {
    value.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']'))
}

/// Whether a value stays one segment: a URL parser walks along `.` and `..`, even percent-encoded.
fn is_segment_safe(value: &str) -> bool {
    !value.chars().all(|c| c == '.')
}

/// One path segment or query value: everything but the unreserved characters of RFC 3986 §2.3 is encoded.
fn percent_encoded(value: &str) -> String {
    value.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
        encoded
    })
}
