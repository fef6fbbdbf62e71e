//! Texts of files: what may be shown of them, and on which line something stands.

use zeroize::Zeroizing;

/// A text that may be shown: one line, no marks that turn it around, at most 200 characters.
pub(crate) fn plain(text: &str) -> String {
    let is_mark =
        |c: char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    text.trim().chars().filter(|c| !c.is_control() && !is_mark(*c)).take(200).collect()
}

/// The line on which `part` first stands in `text`, from 1.
pub(crate) fn line_of(text: &str, part: &str) -> Option<u32> {
    let at = (!part.is_empty()).then(|| text.find(part)).flatten()?;
    Some(line_at(text, at))
}

/// The line of a place in `text`, from 1.
pub(crate) fn line_at(text: &str, at: usize) -> u32 {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    u32::try_from(before.iter().filter(|byte| **byte == b'\n').count() + 1).unwrap_or(u32::MAX)
}

/// Base64 that holds text, as tools keep `name:password` in.
pub(crate) fn from_base64(text: &str) -> Option<Zeroizing<String>> {
    use base64::Engine as _;
    let bytes = Zeroizing::new(base64::engine::general_purpose::STANDARD.decode(text.trim()).ok()?);
    std::str::from_utf8(&bytes).ok().map(|text| Zeroizing::new(text.to_owned()))
}

/// Whether a value stands for another one: a variable, a command's output, a password manager's address, a template.
pub(crate) fn is_reference(value: &str) -> bool {
    let begins = ["${", "$(", "op://", "bw://", "vault://", "secret://", "keyring:", "encrypted:", "ENC["];
    let is_variable = value.strip_prefix('$').is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    });
    is_variable || begins.iter().any(|begin| value.starts_with(begin)) || (value.contains("{{") && value.contains("}}"))
}

/// Whether a value only shows where a real one goes.
pub(crate) fn is_placeholder(value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let framed = (lower.starts_with('<') && lower.ends_with('>')) || (lower.starts_with('[') && lower.ends_with(']'));
    let words = [
        "changeme",
        "change_me",
        "change-me",
        "your_",
        "your-",
        "replace_me",
        "replaceme",
        "placeholder",
        "example_key",
        "xxxx",
        "****",
        "todo",
    ];
    framed || words.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_count_from_one() {
        let text = "a\nb\r\nkey";
        assert_eq!(
            [line_of(text, "a"), line_of(text, "key"), line_of(text, "gone"), line_of(text, "")],
            [Some(1), Some(3), None, None]
        );
    }

    #[test]
    fn what_stands_for_something_else_is_no_value() {
        for reference in
            ["${TOKEN}", "$TOKEN", "$(pass show x)", "op://vault/item/field", "{{ _.token }}", "encrypted:BF3"]
        {
            assert!(is_reference(reference), "{reference}");
        }
        for value in ["pa$$word1", "$2b$10$abcdef", "ghp_x", "a{b}c"] {
            assert!(!is_reference(value), "{value}");
        }
    }
}
