//! One value of an answer, and its escapes.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

/// A value as deep as anyone needs to look. Numbers stay text: no number is too large to be read.
#[derive(Clone)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Number(String),
    Text(Zeroizing<String>),
    /// The texts in it.
    List(Vec<String>),
    /// Unread JSON.
    Object(Zeroizing<String>),
}

impl Value {
    /// Reads one JSON value, already known to be well formed.
    pub(super) fn of(raw: &RawValue) -> Self {
        let raw = raw.get();
        match raw.as_bytes().first() {
            Some(b'"') => Self::Text(Zeroizing::new(unquote(raw))),
            Some(b'{') => Self::Object(Zeroizing::new(raw.to_owned())),
            Some(b'[') => Self::of_list(raw),
            Some(b't') => Self::Bool(true),
            Some(b'f') => Self::Bool(false),
            Some(b'-' | b'0'..=b'9') => Self::Number(raw.to_owned()),
            _ => Self::Null,
        }
    }

    /// A list of texts, or the first object in a list of objects. A list inside a list is passed over, so that no depth of
    /// them recurses.
    fn of_list(raw: &str) -> Self {
        let items = serde_json::from_str::<Vec<&RawValue>>(raw).unwrap_or_default();
        let flat: Vec<Self> = items.into_iter().filter(|item| !item.get().starts_with('[')).map(Self::of).collect();
        match flat.first() {
            Some(Self::Object(object)) => Self::Object(object.clone()),
            _ => Self::List(flat.iter().filter_map(Self::text).collect()),
        }
    }

    /// A text, or the one text in a list, or the one in an object of its own: `{"value":"…"}`.
    pub(super) fn token(&self) -> Option<String> {
        match self {
            Self::List(list) => list.first().cloned(),
            Self::Object(json) => {
                let members = serde_json::from_str::<BTreeMap<&str, &RawValue>>(json).unwrap_or_default();
                let value =
                    ["value", "token", "refresh_token", "refreshToken"].iter().find_map(|name| members.get(name));
                Self::of(value?).text()
            }
            value => value.text(),
        }
    }

    /// A text, or a number as text.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.to_string()),
            Self::Number(text) => Some(text.clone()),
            Self::Null | Self::Bool(_) | Self::List(_) | Self::Object(_) => None,
        }
    }
}

fn unquote(raw: &str) -> String {
    serde_json::from_str(raw).unwrap_or_else(|_| unescape(raw.trim_matches('"')))
}

/// Undoes JSON's escapes and keeps what is not one.
pub(super) fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        plain.push_str(before);
        let (character, taken) = escaped(after);
        plain.extend(character);
        rest = &after[taken..];
    }
    plain + rest
}

/// The character that stands after a backslash, and how many bytes it took.
fn escaped(after: &str) -> (Option<char>, usize) {
    let Some(first) = after.chars().next() else { return (Some('\\'), 0) };
    let character = match first {
        'n' => '\n',
        't' => '\t',
        'r' => '\r',
        'b' => '\u{8}',
        'f' => '\u{c}',
        'u' => {
            let code = after.get(1..5).and_then(|digits| u32::from_str_radix(digits, 16).ok());
            return code.map_or((Some('u'), 1), |code| (char::from_u32(code).or(Some(char::REPLACEMENT_CHARACTER)), 5));
        }
        other => other,
    };
    (Some(character), first.len_utf8())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_and_halves_of_pairs_replaced() {
        assert_eq!(unescape(r"a\/b\nA\u0041"), "a/b\nAA");
        assert_eq!(unescape(r"\ud800x"), "\u{fffd}x");
        assert_eq!(unescape(r"\uZZ\"), r"uZZ\");
    }
}
