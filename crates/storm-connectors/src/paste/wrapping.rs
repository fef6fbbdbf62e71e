//! What comes along when a key is copied: spaces, quotes, the rest of a shell line or of an HTTP header.

use std::fmt;

/// What was taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Wrapping {
    /// `"…"`, `'…'` or `` `…` ``.
    Quotes,
    /// `NAME=…`, with or without `export`.
    Assignment,
    /// `Authorization: …` or `Bearer …`.
    Header,
    /// Other lines, or other members of a JSON object.
    Neighbours,
}

impl fmt::Display for Wrapping {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Quotes => "The quotes around the key were taken off.",
            Self::Assignment => "Only the value of the pasted line was kept.",
            Self::Header => "The words before the key were taken off.",
            Self::Neighbours => "Only the key was taken out of what was pasted.",
        })
    }
}

/// Without white space and invisible marks at the ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(|c: char| {
        c.is_whitespace() || c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}')
    })
}

/// Takes off one wrapping after the other until the key itself is left.
pub(super) fn unwrap(text: &str) -> (&str, Vec<Wrapping>) {
    let mut taken_off = Vec::new();
    let mut key = text;
    while let Some((inner, wrapping)) = header(key).or_else(|| assignment(key)).or_else(|| quotes(key)) {
        key = trim(inner);
        if !taken_off.contains(&wrapping) {
            taken_off.push(wrapping);
        }
    }
    (key, taken_off)
}

/// The key among other lines or in a JSON object: the one value whose name speaks of a key, or of several the one that `fits`.
pub(super) fn among_others(text: &str, fits: impl Fn(&str) -> bool) -> Option<&str> {
    let pieces = text.split(['\n', '\r', ',', '{', '}']).map(trim);
    let mut values: Vec<&str> = pieces
        .filter_map(|piece| member(piece).or_else(|| assignment(piece)))
        .map(|(value, _)| unwrap(value).0)
        .collect();
    values.sort_unstable();
    values.dedup();
    match values.as_slice() {
        [only] => Some(only),
        several => {
            let mut fitting = several.iter().filter(|value| fits(value));
            fitting.next().filter(|_| fitting.next().is_none()).copied()
        }
    }
}

/// `"name": "value"` or `name: value`, where the name speaks of a key. `name:value` without either mark may be one key.
pub(super) fn member(text: &str) -> Option<(&str, Wrapping)> {
    let (name, value) = text.split_once(':')?;
    let is_marked = name.trim_end().ends_with(['"', '\'']) || value.starts_with([' ', '\t', '"', '\'']);
    let name = name.trim().trim_matches(['"', '\'']);
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let lower = name.to_ascii_lowercase();
    let is_telling = ["key", "token", "secret"].iter().any(|word| lower.ends_with(word));
    let value = trim(value);
    // `https://…` has a name, too.
    let has_value = !value.is_empty() && !value.starts_with("//");
    (is_marked && is_name && is_telling && has_value).then_some((value, Wrapping::Assignment))
}

fn header(text: &str) -> Option<(&str, Wrapping)> {
    const WORDS: [&str; 4] = ["authorization:", "x-api-key:", "private-token:", "bearer "];
    let rest = WORDS.iter().find_map(|word| {
        let (head, rest) = text.split_at_checked(word.len())?;
        head.eq_ignore_ascii_case(word).then_some(rest)
    })?;
    Some((rest, Wrapping::Header))
}

/// `export NAME=value`, `set NAME=value`, `$env:NAME = value`, or `NAME=value` where the name speaks of a key.
fn assignment(text: &str) -> Option<(&str, Wrapping)> {
    let (name, value) = text.split_once('=')?;
    let commanded = ["export ", "set ", "$env:"].iter().find_map(|command| name.strip_prefix(command));
    let name = commanded.unwrap_or(name).trim();
    let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let lower = name.to_ascii_lowercase();
    let telling = commanded.is_some()
        || ["key", "token", "secret"].iter().any(|word| lower == *word || lower.ends_with(&format!("_{word}")));
    // A value of `=` alone is the padding of a base64 key, not a value.
    let has_value = !value.trim_matches(['=', ' ']).is_empty();
    (is_name && telling && has_value).then_some((value.trim_end_matches(';'), Wrapping::Assignment))
}

fn quotes(text: &str) -> Option<(&str, Wrapping)> {
    const PAIRS: [(char, char); 5] = [('"', '"'), ('\'', '\''), ('`', '`'), ('“', '”'), ('‘', '’')];
    let text = text.trim_end_matches([',', ';']);
    let inner = PAIRS.iter().find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))?;
    Some((inner, Wrapping::Quotes))
}
