//! Settings in sections, `[name]` and `key = value`, each section as its own text, so that a line which cannot be read costs one only.

use crate::text::line_at;

/// A section as it stands in the file.
pub(super) struct Section<'a> {
    pub(super) name: &'a str,
    /// With its head.
    pub(super) text: &'a str,
    /// Of its head, from 1.
    pub(super) line: u32,
}

impl<'a> Section<'a> {
    /// The first value of this name. Nested settings are indented, and belong to another name.
    pub(super) fn value(&self, name: &str) -> Option<&'a str> {
        self.text.lines().find_map(|line| {
            let (key, value) = line.split_once('=')?;
            key.trim_end().eq_ignore_ascii_case(name).then(|| value.trim()).filter(|value| !value.is_empty())
        })
    }
}

/// All of a file; one without a name where there is no head.
pub(super) fn sections<'a>(text: &'a str) -> Vec<Section<'a>> {
    let mut heads: Vec<(usize, &'a str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim();
        if let Some(name) = trimmed.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
            heads.push((at, name.trim()));
        }
        at += line.len();
    }
    let ends = heads.iter().skip(1).map(|(at, _)| *at).chain([text.len()]);
    let section = |((start, name), end): ((usize, &'a str), usize)| Section {
        name: name_of(name),
        text: &text[start..end],
        line: line_at(text, start),
    };
    let found: Vec<_> = heads.iter().copied().zip(ends).map(section).collect();
    if found.is_empty() { vec![Section { name: "", text, line: 1 }] } else { found }
}

/// The settings file writes "profile" before the name, the one of credentials does not. An unclosed bracket names no more than its line.
fn name_of(name: &str) -> &str {
    let name = name.strip_prefix("profile ").unwrap_or(name).trim();
    if name.contains('=') { "" } else { name }
}
