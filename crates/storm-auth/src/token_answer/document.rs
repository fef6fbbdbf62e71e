//! Which objects an answer holds, and which of them the tokens are in.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use storm_domain::{AnswerOddity, RawTokenAnswer};
use zeroize::Zeroizing;

use super::name::Name;
use super::value::Value;
use super::{form, page, scan, text};

/// Braces that are tried as the start of the object, when something stands before it.
const MOST_STARTS: usize = 8;

/// The values of one object whose names are known.
#[derive(Default)]
pub(super) struct Object {
    values: Vec<(Name, Value)>,
    seen: u32, // one bit for each name
    has_duplicates: bool,
}

impl Object {
    pub(super) fn add(&mut self, name: Name, value: Value) {
        let bit = 1 << name as u32;
        let matters = matches!(name, Name::RefreshToken | Name::AccessToken | Name::ExpiresIn);
        self.has_duplicates |= matters && self.seen & bit != 0;
        self.seen |= bit;
        self.values.push((name, value));
    }

    /// The last value of a name that says anything; otherwise the last that says nothing.
    pub(super) fn last(&self, name: Name) -> Option<&Value> {
        let says_something =
            |value: &&Value| !matches!(value, Value::Null) && value.text().is_none_or(|text| !text.is_empty());
        self.all(name).rfind(says_something).or_else(|| self.all(name).next_back())
    }

    pub(super) fn all(&self, name: Name) -> impl DoubleEndedIterator<Item = &Value> {
        self.values.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value)
    }

    fn refresh_token(&self) -> Option<String> {
        self.last(Name::RefreshToken)?.token().filter(|text| !is_empty(text))
    }

    fn access_token(&self) -> Option<String> {
        self.last(Name::AccessToken)?.text().filter(|text| !is_empty(text))
    }

    fn holds_tokens(&self) -> bool {
        self.last(Name::AccessToken).is_some() || self.refresh_token().is_some()
    }

    pub(super) fn holds_both_tokens(&self) -> bool {
        self.access_token().is_some() && self.refresh_token().is_some()
    }

    fn without_tokens(mut self) -> Self {
        self.values.retain(|(name, _)| !matches!(name, Name::AccessToken | Name::RefreshToken));
        self
    }
}

/// Whether a token is none: nothing, or what a log filter puts in the place of one. An echo of our own request must never
/// take the place of a grant.
fn is_empty(token: &str) -> bool {
    const FILTERED: &[&str] = &["filtered", "redacted", "masked", "null", "undefined"];
    let token = token.trim();
    let bare = token.trim_matches(|c: char| matches!(c, '[' | ']' | '<' | '>' | '(' | ')' | '{' | '}'));
    token.chars().all(|c| matches!(c, '*' | '•' | '.')) || FILTERED.iter().any(|word| bare.eq_ignore_ascii_case(word))
}

/// What the bytes are at first sight.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// JSON, of whatever shape.
    Json,
    /// A page, or XML.
    Page,
    /// Nothing, a part of an answer, or something else.
    Broken,
}

/// A whole answer.
pub(super) struct Document {
    text: Zeroizing<String>,
    /// The outermost object, then what it wraps.
    objects: Vec<Object>,
    /// Which of the objects holds the tokens.
    holder: usize,
    /// Whether the connector said where the tokens are, and they were there.
    is_on_path: bool,
    is_success: bool,
    pub(super) looks: Looks,
    pub(super) oddities: Vec<AnswerOddity>,
}

impl Document {
    pub(super) fn read(answer: &RawTokenAnswer, path: Option<&str>) -> Self {
        // EXPOSE: this is where the answer is read.
        let (text, is_odd) = text::decode(answer.body.expose());
        let mut document = Self {
            text,
            objects: Vec::new(),
            holder: 0,
            is_on_path: false,
            is_success: (200..=299).contains(&answer.status),
            looks: Looks::Broken,
            oddities: if is_odd { vec![AnswerOddity::Encoding] } else { Vec::new() },
        };
        document.fill(path);
        document
    }

    /// A value of the object that holds the tokens.
    pub(super) fn tokens(&self, name: Name) -> Option<&Value> {
        self.objects.get(self.holder)?.last(name)
    }

    /// The refresh token: beside the access token, or in another object, or anywhere in the bytes.
    pub(super) fn refresh_token(&self) -> Option<String> {
        let holder = self.objects.get(self.holder)?;
        if let Some(token) = holder.refresh_token() {
            return Some(token);
        }
        if self.is_on_path {
            return None; // what stands elsewhere belongs to another account
        }
        self.objects.iter().find_map(Object::refresh_token).or_else(|| {
            let is_error = self.objects.iter().any(|object| object.last(Name::Error).is_some());
            let found = (!is_error && self.is_success).then(|| scan::find(&self.text, Name::RefreshToken)).flatten();
            found.and_then(|value| value.text()).filter(|token| !is_empty(token))
        })
    }

    /// All objects, the outermost first.
    pub(super) fn objects(&self) -> &[Object] {
        &self.objects
    }

    fn fill(&mut self, path: Option<&str>) {
        let text = std::mem::take(&mut self.text);
        let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        if trimmed.is_empty() {
            return;
        }
        if trimmed.starts_with('<') {
            self.looks = Looks::Page;
            if let Some(object) = page::read(trimmed).filter(|_| self.is_success) {
                self.note(AnswerOddity::Page);
                self.objects.push(object);
            }
            return; // and nothing else of a page is looked at again
        }
        if serde_json::from_str::<IgnoredAny>(trimmed).is_ok() {
            self.looks = Looks::Json;
        }
        // A service may send its JSON as one JSON text.
        let inner = if trimmed.starts_with('"') {
            serde_json::from_str::<String>(trimmed).ok().map(Zeroizing::new)
        } else {
            None
        };
        let source = inner.as_ref().map_or(trimmed, |inner| inner.trim());
        if inner.is_some() {
            self.note(AnswerOddity::TrailingBytes);
        }

        if let Some((outermost, has_more)) = first_object(source, path_names(path).next()) {
            if has_more {
                self.note(AnswerOddity::TrailingBytes);
            }
            self.looks = Looks::Json;
            self.unwrap(outermost, path);
            self.look_deeper(source);
        } else if let Some(object) = form::read(source).filter(|_| is_form(source)) {
            self.note(AnswerOddity::FormEncoded);
            self.objects.push(object);
        } else {
            self.note(AnswerOddity::TrailingBytes);
            self.objects.push(self.scanned(source));
        }
        if self.objects.iter().any(|object| object.has_duplicates) {
            self.note(AnswerOddity::DuplicateName);
        }
        if self.holder != 0 && !self.is_on_path {
            self.note(AnswerOddity::Nested);
        }
        self.text = text;
    }

    /// Puts the objects in order and finds the one with the tokens.
    fn unwrap(&mut self, outermost: Object, path: Option<&str>) {
        let on_path = follow(&outermost, path);
        let first_level: Vec<Object> = wrapped(&outermost);
        let second_level: Vec<Object> = first_level.iter().flat_map(wrapped).collect();
        self.objects.push(outermost);
        self.objects.extend(first_level);
        self.objects.extend(second_level);
        if let Some(object) = on_path.filter(Object::holds_tokens) {
            self.is_on_path = true;
            self.holder = self.objects.len();
            self.objects.push(object);
            return;
        }
        let has_access_token =
            |object: &Object| object.last(Name::AccessToken).and_then(Value::text).is_some_and(|text| !text.is_empty());
        self.holder = self
            .objects
            .iter()
            .position(has_access_token)
            .or_else(|| self.objects.iter().position(Object::holds_tokens))
            .unwrap_or(0);
    }

    /// What lies in an object that nobody has a name for.
    fn look_deeper(&mut self, source: &str) {
        let is_known = self.objects.iter().any(|object| object.holds_tokens() || object.last(Name::Error).is_some());
        if is_known {
            return;
        }
        let found = self.scanned(source);
        if found.holds_tokens() {
            self.holder = self.objects.len();
            self.objects.push(found);
        }
    }

    /// Everything that could be found. Answers to failures repeat the request; there both tokens are needed to believe one.
    fn scanned(&self, source: &str) -> Object {
        let found = scan::read(source);
        if self.is_success || found.holds_both_tokens() { found } else { found.without_tokens() }
    }

    fn note(&mut self, oddity: AnswerOddity) {
        if !self.oddities.contains(&oddity) {
            self.oddities.push(oddity);
        }
    }
}

/// Whether the text begins as a form does: with a name and `=`.
fn is_form(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '+');
    text.split_once('=').is_some_and(|(name, _)| !name.is_empty() && name.chars().all(is_of_name))
}

/// Where the connector says the tokens are.
fn follow(outermost: &Object, path: Option<&str>) -> Option<Object> {
    let names: Vec<&str> = path_names(path).collect();
    let mut object = nested(outermost.last(Name::Path)?, names.get(1).copied())?;
    for depth in 2..=names.len() {
        object = nested(object.last(Name::Path)?, names.get(depth).copied())?;
    }
    Some(object)
}

fn path_names(path: Option<&str>) -> impl Iterator<Item = &str> {
    path.unwrap_or("").split(['.', '/']).filter(|name| !name.is_empty())
}

fn wrapped(object: &Object) -> Vec<Object> {
    object.all(Name::Wrapper).filter_map(|value| nested(value, None)).collect()
}

/// The object a value is.
pub(super) fn nested(value: &Value, path: Option<&str>) -> Option<Object> {
    let Value::Object(json) = value else { return None };
    read_object(json, path).map(|(object, _)| object)
}

/// The first object in the text with a name that is looked for, and whether something stands around it.
fn first_object(text: &str, path: Option<&str>) -> Option<(Object, bool)> {
    let mut starts = text.match_indices('{').map(|(at, _)| at).take(MOST_STARTS);
    starts.find_map(|start| {
        let (object, has_trailing) = read_object(&text[start..], path)?;
        (start == 0 || !object.values.is_empty()).then_some((object, has_trailing || start > 0))
    })
}

fn read_object(json: &str, path: Option<&str>) -> Option<(Object, bool)> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let object = ObjectSeed { path }.deserialize(&mut deserializer).ok()?;
    Some((object, deserializer.end().is_err()))
}

/// Reads an object name by name and keeps what is known. Unknown values are skipped without recursion, however deep.
struct ObjectSeed<'p> {
    path: Option<&'p str>,
}

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Object, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
        let mut object = Object::default();
        while let Some(name) = map.next_key_seed(NameSeed { path: self.path })? {
            match name {
                Some(name) => object.add(name, Value::of(map.next_value::<&RawValue>()?)),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(object)
    }
}

struct NameSeed<'p> {
    path: Option<&'p str>,
}

impl<'de> DeserializeSeed<'de> for NameSeed<'_> {
    type Value = Option<Name>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Name>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for NameSeed<'_> {
    type Value = Option<Name>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<Name>, E> {
        Ok(Name::of(text, self.path))
    }
}
