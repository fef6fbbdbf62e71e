//! The last resort: a name and its value, looked for in bytes that no parser takes.
//!
//! Finds `"refresh_token": "…"` in JSON with trailing commas, single quotes, a missing end, escaped inside another text, or
//! deeper than anyone looks, and `<refresh_token>…</refresh_token>`. A value without its closing quote is not taken: half a token is none.

use zeroize::Zeroizing;

use super::document::Object;
use super::name::Name;
use super::value::{Value, unescape};

const SPELLINGS: &[(Name, &[&str])] = &[
    (Name::RefreshToken, &["refresh_token", "refreshToken"]),
    (Name::AccessToken, &["access_token", "accessToken"]),
    (Name::TokenType, &["token_type", "tokenType"]),
    (Name::ExpiresIn, &["expires_in", "expiresIn"]),
    (Name::Scope, &["scope"]),
    (Name::IdToken, &["id_token", "idToken"]),
    (Name::Error, &["error"]),
    (Name::Description, &["error_description"]),
];

/// How many places of one name are tried; more only costs time.
const MOST_PLACES: usize = 16;

/// Everything that could be found.
pub(super) fn read(text: &str) -> Object {
    let mut object = Object::default();
    for (name, _) in SPELLINGS {
        if let Some(value) = find(text, *name) {
            object.add(*name, value);
        }
    }
    object
}

/// The last non-empty value of `name`.
pub(super) fn find(text: &str, name: Name) -> Option<Value> {
    let spellings = SPELLINGS.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, spellings)| spellings);
    spellings.iter().find_map(|spelling| {
        let mut places = text.rmatch_indices(spelling).take(MOST_PLACES);
        places.find_map(|(start, _)| value_after(name, &text[..start], &text[start + spelling.len()..]))
    })
}

fn value_after(name: Name, before: &str, after: &str) -> Option<Value> {
    if before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
        return None;
    }
    if let (true, Some(rest)) = (before.ends_with('<'), after.strip_prefix('>')) {
        let text = rest[..rest.find('<')?].trim();
        return (!text.is_empty()).then(|| Value::Text(Zeroizing::new(text.to_owned())));
    }
    let (escape, quote) = opening(after);
    let rest = after[escape.len() + quote.len()..].trim_start();
    let rest = rest.strip_prefix("=>").or_else(|| rest.strip_prefix([':', '=']))?;
    // Of a list the first is found, which is enough for a token; the other scopes would seem to be lost.
    if name == Name::Scope && rest.trim_start().starts_with('[') {
        return None;
    }
    let rest = within(rest);
    match opening(rest) {
        (_, "") => bare(rest),
        (escape, quote) => quoted(&rest[escape.len() + quote.len()..], escape, quote),
    }
}

/// The one value of a list, or of an object of its own: `["…"]`, `{"value":"…"}`.
fn within(rest: &str) -> &str {
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '[');
    let own = rest.strip_prefix('{').and_then(|inner| inner.split_once(':'));
    let is_value = |name: &str| matches!(name.trim_matches(|c: char| !c.is_alphanumeric()), "value" | "token");
    own.filter(|(name, _)| is_value(name)).map_or(rest, |(_, value)| value.trim_start())
}

/// The backslashes and the quote that a name or value begins or ends with.
fn opening(text: &str) -> (&str, &str) {
    let unescaped = text.trim_start_matches('\\');
    if unescaped.starts_with(['"', '\'']) { (&text[..text.len() - unescaped.len()], &unescaped[..1]) } else { ("", "") }
}

fn quoted(rest: &str, escape: &str, quote: &str) -> Option<Value> {
    let end = rest.match_indices(quote).find_map(|(at, _)| {
        let backslashes = rest[..at].len() - rest[..at].trim_end_matches('\\').len();
        // Inside an escaped text the quote that ends it carries as many backslashes as the one that began it.
        let is_end = if escape.is_empty() { backslashes.is_multiple_of(2) } else { backslashes == escape.len() };
        is_end.then(|| at - escape.len())
    })?;
    let text = Zeroizing::new(unescape(&rest[..end]));
    (!text.is_empty()).then_some(Value::Text(text))
}

/// A number, or a value without quotes. What a keyword says is not a value.
fn bare(rest: &str) -> Option<Value> {
    let end =
        rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '&' | '}' | ']' | ')' | '{' | '[' | '<'))?;
    match &rest[..end] {
        "" | "null" | "undefined" | "None" | "nil" | "true" | "false" => None,
        text if text.parse::<f64>().is_ok() => Some(Value::Number(text.to_owned())),
        text => Some(Value::Text(Zeroizing::new(text.to_owned()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_scopes_is_not_taken_for_its_first() {
        assert!(find(r#"{"scope":["read","reports"],}"#, Name::Scope).is_none());
        assert_eq!(find(r#"{"scope":"read reports",}"#, Name::Scope).unwrap().text().unwrap(), "read reports");
    }

    #[test]
    fn a_refresh_token_is_found_wherever_it_stands() {
        for text in [
            r#"{"refresh_token":"r1",}"#,
            r#"{'refresh_token': 'r1'}"#,
            r#"{refresh_token: "r1"}"#,
            r#"{"body":"{\"refresh_token\":\"r1\"}"}"#,
            r#"{"body":"{\\\"refresh_token\\\":\\\"r1\\\"}"}"#,
            r#"{"a":{"b":{"c":{"refreshToken":"r1"}}}}"#,
            r#"{"refresh_token":"r1","access_token":"cut off he"#,
            r#"array("refresh_token" => "r1")"#,
            "refresh_token=r1;",
            r#"{"refresh_token": [ "r1" ],}"#,
            r#"{"refresh_token": {"value": "r1"},}"#,
            "<a><refresh_token> r1 </refresh_token></a>",
        ] {
            assert_eq!(find(text, Name::RefreshToken).and_then(|value| value.text()).as_deref(), Some("r1"), "{text}");
        }
    }

    #[test]
    fn what_is_not_a_value_is_not_taken() {
        for text in [
            r#"{"refresh_token":"cut off he"#,
            r#"{"old_refresh_token":"r1"}"#,
            r#"{"refresh_token_expires_in":"r1"}"#,
            r#"{"refresh_token":null}"#,
            r#"{"refresh_token":""}"#,
            "no refresh_token here",
            "<refresh_token></refresh_token>",
            "<refresh_token>cut off he",
        ] {
            assert!(find(text, Name::RefreshToken).is_none(), "{text}");
        }
    }
}
