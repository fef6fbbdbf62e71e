//! The paste guard: looks at a pasted key before anything is sent anywhere.
//!
//! It takes off what came along by accident, recognises keys that belong elsewhere, and says so. INVARIANT: no text it makes
//! holds any part of the key, and a key that is plainly another service's is never cleaned for this one. Deliberately
//! absent: any opinion on whether the service will accept the key.

mod parts;
mod wrapping;

use storm_domain::Method;
use storm_secret::ApiKey;
use thiserror::Error;

use crate::catalogue::Catalogue;
use crate::connector::{Category, Connector};
use crate::key_shape::{KeyKind, KeyShape, longest_match};
use crate::method::KeyIdSpec;

pub use wrapping::Wrapping;

const LONGEST_KEY_BYTES: usize = 8 * 1024;
/// Beginnings shorter than this are shared by many services.
const SHORTEST_TELLING_PREFIX: usize = 4;

/// What the guard found.
#[derive(Debug, Clone)]
pub struct PasteReport {
    /// The key as it should be saved; None when there is a problem.
    pub cleaned: Option<ApiKey>,
    /// The key's public id, where it has one and it was pasted with the key.
    pub key_id: Option<String>,
    /// Remarks that stop nothing.
    pub hints: Vec<PasteHint>,
    /// Why it cannot be used.
    pub problem: Option<PasteProblem>,
}

/// A remark on a usable key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasteHint {
    /// Something around the key was taken off.
    #[error("{0}")]
    TakenOff(Wrapping),
    /// Both parts of a key were pasted together.
    #[error("Both parts were taken out of what was pasted.")]
    BothParts,
    /// What kind of key it is.
    #[error("This looks like {what}.")]
    Recognised {
        /// With its article.
        what: String,
    },
    /// A test key.
    #[error("This is a test key: it works with test data only. Use a live key for real data.")]
    TestKey,
    /// A key of a service that has its own entry or is known by sight, pasted where any key fits.
    #[error("This looks like a key of {service}. Go on only if this is where it belongs.")]
    OtherService {
        /// Its name.
        service: String,
    },
    /// None of the known beginnings.
    #[error("{service} keys mostly begin with {prefixes}. Check that the whole key was copied.")]
    Unfamiliar {
        /// The service.
        service: String,
        /// The usual beginnings.
        prefixes: String,
    },
}

/// Why a pasted key cannot be used: what happened, what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PasteProblem {
    /// Nothing was pasted.
    #[error("There is no key here. Copy the key on the service's page and paste it.")]
    Empty,
    /// Far too long.
    #[error("This is far longer than any key. Copy only the key itself.")]
    TooLong,
    /// More than one line.
    #[error("There are several lines here. Copy only the key itself, on one line.")]
    SeveralLines,
    /// A space inside.
    #[error("There is a space inside. Copy the key again, without the words around it.")]
    InnerSpace,
    /// A control or invisible character, or a letter no key has, such as a curly quote.
    #[error(
        "There is a character in it that no key has, perhaps from a formatted document. Copy the key from the service's page."
    )]
    StrangeCharacter,
    /// A private key or a key file.
    #[error("This is a key file, not a key. Save it as a file and drop it as a service account.")]
    KeyFile,
    /// Another service's key.
    #[error(
        "This looks like a key of {service}, so it was not sent anywhere. Paste the key of {expected}, or add {service} instead."
    )]
    OtherService {
        /// Whose it looks like.
        service: String,
        /// Whose was expected.
        expected: String,
        /// The connector of that service, if there is one that takes such keys.
        connector_id: Option<String>,
    },
    /// A key for public pages.
    #[error("This is {what}, which authenticates nobody. Copy the secret key beside it.")]
    Publishable {
        /// With its article.
        what: String,
    },
    /// A secret of this service that does not fit here.
    #[error("This is {what}, which does not work here. Copy the key that the setup text names.")]
    WrongKind {
        /// With its article.
        what: String,
    },
    /// The fixed beginning and nothing after it.
    #[error("This is only the beginning of {what}. Copy the whole key again.")]
    OnlyBeginning {
        /// With its article.
        what: String,
    },
    /// Characters are missing.
    #[error("{what} has {expected} characters; this has {found}. Copy the whole key again.")]
    Truncated {
        /// What it looks like, with its article.
        what: String,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// Characters are too many.
    #[error("{what} has {expected} characters; this has {found}. Copy only the key itself.")]
    Overlong {
        /// What it looks like, with its article.
        what: String,
        /// How many it should have.
        expected: usize,
        /// How many it has.
        found: usize,
    },
    /// No id beside the key.
    #[error("{title} is missing. Copy it too; it stands beside the key, and looks like {example}.")]
    IdMissing {
        /// What the id is called.
        title: String,
        /// One that fits.
        example: String,
    },
    /// Something else where the id should be.
    #[error("This is no {title}. It looks like {example}.")]
    NotAnId {
        /// What the id is called.
        title: String,
        /// One that fits.
        example: String,
    },
    /// Another id was pasted together with the key.
    #[error("The key was pasted with another {title}. Paste both parts of one key.")]
    AnotherId {
        /// What the id is called.
        title: String,
    },
    /// The id and nothing else.
    #[error("This is only the {title}. Paste the secret that belongs to it.")]
    OnlyId {
        /// What the id is called.
        title: String,
    },
    /// A key that ends by itself.
    #[error("This is a temporary key, which ends within hours. Make one that lasts; its {title} looks like {example}.")]
    Temporary {
        /// What the id is called.
        title: String,
        /// One that fits.
        example: String,
    },
    /// Several keys, each in two parts.
    #[error("There are several keys here. Copy one of them.")]
    SeveralKeys,
    /// Not what the secret of such a key looks like.
    #[error("This is not the secret of a key of {service}. Copy it again, the whole of it and nothing else.")]
    NotTheSecret {
        /// The service.
        service: String,
    },
    /// The checksum does not fit.
    #[error("A character of this key is wrong or missing: its checksum does not fit. Copy the key again.")]
    Mistyped,
}

/// Looks at a pasted key that is meant for `connector`.
#[must_use]
pub fn check_pasted_key(connector: &Connector, pasted: &ApiKey) -> PasteReport {
    let mut hints = Vec::new();
    // EXPOSE: examined in place; only a cleaned copy leaves, in its own secret type.
    match examine(connector, pasted.expose(), &mut hints) {
        Ok((key_id, key)) => {
            PasteReport { cleaned: Some(ApiKey::new(key)), key_id: key_id.map(str::to_owned), hints, problem: None }
        }
        Err(problem) => PasteReport { cleaned: None, key_id: None, hints: Vec::new(), problem: Some(problem) },
    }
}

/// Looks at the id of a key that is meant for `connector`: the one that was typed, or pasted with the key. None = keys of this
/// service have none.
///
/// # Errors
/// When there is none, it does not fit, or two that differ were given.
pub fn check_key_id(
    connector: &Connector,
    typed: Option<&str>,
    pasted: Option<&str>,
) -> Result<Option<String>, PasteProblem> {
    let Some(spec) = connector.key_id() else { return Ok(None) };
    let (title, example) = (spec.title.clone(), spec.example.clone());
    let typed = typed.map(wrapping::trim).filter(|typed| !typed.is_empty());
    match (typed, pasted) {
        (None, None) => Err(PasteProblem::IdMissing { title, example }),
        (Some(typed), Some(pasted)) if typed != pasted => Err(PasteProblem::AnotherId { title }),
        (Some(id), _) if spec.is_temporary(id) => Err(PasteProblem::Temporary { title, example }),
        (Some(id), _) | (None, Some(id)) if spec.pattern.matches(id) => Ok(Some(id.to_owned())),
        _ => Err(PasteProblem::NotAnId { title, example }),
    }
}

/// The id, where it was pasted with the key, and the key.
fn examine<'a>(
    connector: &Connector,
    pasted: &'a str,
    hints: &mut Vec<PasteHint>,
) -> Result<(Option<&'a str>, &'a str), PasteProblem> {
    let trimmed = wrapping::trim(pasted);
    if trimmed.is_empty() {
        return Err(PasteProblem::Empty);
    }
    let is_object = trimmed.starts_with('{');
    if trimmed.contains("-----BEGIN ") || (is_object && trimmed.contains("\"private_key\"")) {
        return Err(PasteProblem::KeyFile);
    }
    if trimmed.len() > LONGEST_KEY_BYTES {
        return Err(PasteProblem::TooLong);
    }
    if let Some(spec) = connector.key_id() {
        return examine_parts(connector, spec, trimmed, hints);
    }
    let has_lines = trimmed.contains(['\n', '\r']);
    let alone = if is_object || has_lines || wrapping::member(trimmed).is_some() {
        let fits = |value: &str| longest_match(&connector.key_shapes, value).is_some();
        let otherwise = if is_object { PasteProblem::KeyFile } else { PasteProblem::SeveralLines };
        let key = wrapping::among_others(trimmed, fits).ok_or(otherwise)?;
        hints.push(PasteHint::TakenOff(if has_lines || is_object {
            Wrapping::Neighbours
        } else {
            Wrapping::Assignment
        }));
        key
    } else {
        trimmed
    };
    let (key, taken_off) = wrapping::unwrap(alone);
    hints.extend(taken_off.into_iter().map(PasteHint::TakenOff));
    if key.is_empty() {
        return Err(PasteProblem::Empty);
    }
    if key.contains(' ') {
        return Err(PasteProblem::InnerSpace);
    }
    if !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(PasteProblem::StrangeCharacter);
    }
    let own = longest_match(&connector.key_shapes, key);
    let other = whose(key).filter(|other| other.service != connector.name);
    match (own, other) {
        // The longer beginning tells: `sk-ant-` is not OpenAI's, though `sk-` is.
        (Some(own), other) if other.as_ref().is_none_or(|other| other.prefix.len() <= own.prefix.len()) => {
            check_shape(own, key, hints)?;
        }
        (_, Some(other)) => refuse_unless_any_service(connector, &other, hints)?,
        (_, None) => hints.extend(unfamiliar(connector)),
    }
    Ok((None, key))
}

/// A key in two parts, or its secret alone.
fn examine_parts<'a>(
    connector: &Connector,
    spec: &KeyIdSpec,
    pasted: &'a str,
    hints: &mut Vec<PasteHint>,
) -> Result<(Option<&'a str>, &'a str), PasteProblem> {
    let found = parts::find(spec, pasted)?;
    match found.key {
        Some(key) => {
            hints.extend(found.id.map(|_| PasteHint::BothParts));
            Ok((found.id, key))
        }
        None if found.id.is_some() => Err(PasteProblem::OnlyId { title: spec.title.clone() }),
        None => {
            if let Some(other) = whose(wrapping::unwrap(pasted).0).filter(|other| other.service != connector.name) {
                refuse_unless_any_service(connector, &other, hints)?;
            }
            Err(PasteProblem::NotTheSecret { service: connector.name.clone() })
        }
    }
}

/// A key that begins as this service's keys do.
fn check_shape(shape: &KeyShape, key: &str, hints: &mut Vec<PasteHint>) -> Result<(), PasteProblem> {
    let what = || shape.what.clone();
    match shape.kind {
        KeyKind::Publishable => return Err(PasteProblem::Publishable { what: what() }),
        KeyKind::WrongKind => return Err(PasteProblem::WrongKind { what: what() }),
        KeyKind::Secret | KeyKind::Test => {}
    }
    if key == shape.prefix {
        return Err(PasteProblem::OnlyBeginning { what: what() });
    }
    let found = key.len();
    match shape.length {
        Some(expected) if found < expected => {
            return Err(PasteProblem::Truncated { what: capitalised(&shape.what), expected, found });
        }
        Some(expected) if found > expected => {
            return Err(PasteProblem::Overlong { what: capitalised(&shape.what), expected, found });
        }
        _ => {}
    }
    if shape.checksum.is_some_and(|checksum| !checksum.matches(key, &shape.prefix)) {
        return Err(PasteProblem::Mistyped);
    }
    hints.push(PasteHint::Recognised { what: what() });
    if shape.kind == KeyKind::Test {
        hints.push(PasteHint::TestKey);
    }
    Ok(())
}

/// A key that belongs to another service.
fn refuse_unless_any_service(
    connector: &Connector,
    owner: &Owner,
    hints: &mut Vec<PasteHint>,
) -> Result<(), PasteProblem> {
    let service = owner.service.to_owned();
    if connector.category != Category::AnyService {
        let connector_id = owner.connector_id.map(str::to_owned);
        return Err(PasteProblem::OtherService { service, expected: connector.name.clone(), connector_id });
    }
    hints.push(PasteHint::OtherService { service });
    Ok(())
}

/// A key that begins like none that is known, pasted where the beginnings are known.
fn unfamiliar(connector: &Connector) -> Option<PasteHint> {
    let usual = connector.key_shapes.iter().filter(|shape| shape.kind == KeyKind::Secret);
    let prefixes: Vec<&str> = usual.map(|shape| shape.prefix.as_str()).collect();
    let service = connector.name.clone();
    (!prefixes.is_empty()).then(|| PasteHint::Unfamiliar { service, prefixes: prefixes.join(", ") })
}

/// Whose a key plainly is, by how it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyOwner {
    /// The service's name.
    pub service: &'static str,
    /// Its connector; None = it has none that takes keys.
    pub connector_id: Option<&'static str>,
}

/// Tells whose a key is where nobody has said it. None = its beginning is known of no service, or of too many.
#[must_use]
pub fn owner_of_key(key: &ApiKey) -> Option<KeyOwner> {
    // EXPOSE: its beginning is compared, and nothing of it is kept.
    let Owner { service, connector_id, .. } = whose(key.expose())?;
    Some(KeyOwner { service, connector_id })
}

/// The connector that takes a key which was pasted where nobody has said whose it is. None = none that is known, or several.
#[must_use]
pub fn connector_of_pasted_key(pasted: &ApiKey) -> Option<&'static Connector> {
    let catalogue = Catalogue::embedded().ok()?;
    // EXPOSE: its beginning and its length are compared, and nothing of it is kept.
    let pasted = wrapping::trim(pasted.expose());
    let owner = |value: &str| {
        let of_length = catalogue.connectors().iter().find(|connector| is_of_telling_length(connector, value));
        of_length.or_else(|| catalogue.connector(whose(value)?.connector_id?))
    };
    let alone = Some(wrapping::unwrap(pasted).0).filter(|alone| !alone.contains(char::is_whitespace));
    alone.and_then(&owner).or_else(|| owner(wrapping::among_others(pasted, |value| owner(value).is_some())?))
}

fn is_of_telling_length(connector: &Connector, key: &str) -> bool {
    connector.method(Method::ApiKey).is_some()
        && longest_match(&connector.key_shapes, key).is_some_and(|shape| shape.telling_length == Some(key.len()))
}

/// A service known by the beginning of its keys.
struct Owner {
    service: &'static str,
    prefix: &'static str,
    /// Its connector, if that takes keys.
    connector_id: Option<&'static str>,
}

/// The service that a key belongs to by its beginning. Practice is left out: it borrows other services' beginnings.
fn whose(key: &str) -> Option<Owner> {
    let catalogue = Catalogue::embedded().ok()?;
    let entries = catalogue.connectors().iter().filter(|connector| connector.category != Category::Practice);
    let of_entries = entries.flat_map(|connector| {
        let connector_id = connector.method(Method::ApiKey).map(|_| connector.id.as_str());
        connector.key_shapes.iter().map(move |shape| Owner {
            service: &connector.name,
            prefix: &shape.prefix,
            connector_id,
        })
    });
    let foreign = catalogue.foreign_keys().iter().map(|foreign| Owner {
        service: &foreign.service,
        prefix: &foreign.prefix,
        connector_id: None,
    });
    of_entries
        .chain(foreign)
        .filter(|owner| owner.prefix.len() >= SHORTEST_TELLING_PREFIX && key.starts_with(owner.prefix))
        .max_by_key(|owner| owner.prefix.len())
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
