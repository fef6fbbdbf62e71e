//! `.env` files, as the libraries of most languages agree on them: `NAME=value`, `export`, comments, quotes over several lines.
//!
//! Read here and not by a library: those put variables of this program's own environment in for `$NAME`, and quote the line with its
//! value in an error. Nothing is put in here; a value that refers to another one is said to.

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::named::{Entry, take_all};
use zeroize::Zeroizing;

use super::Text;

struct Line<'a> {
    name: &'a str,
    value: Zeroizing<String>,
    line: u32,
}

pub(super) fn read(text: Text<'_>) -> Reading {
    let mut reading = Reading::new(Format::Dotenv);
    let lines = lines(text.text, &mut reading);
    let entries: Vec<Entry<'_>> = lines
        .iter()
        .map(|line| Entry { name: line.name, value: &line.value, line: Some(line.line), ..Entry::default() })
        .collect();
    take_all(&entries, text.now, &mut reading);
    reading
}

fn lines<'a>(text: &'a str, reading: &mut Reading) -> Vec<Line<'a>> {
    let (mut found, mut rest, mut line) = (Vec::new(), text, 1_u32);
    while !rest.is_empty() {
        let end = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let mut taken = end;
        if let Some((name, after)) = assignment(&rest[..end]) {
            // The place of the value in what is left.
            let at = after.as_ptr() as usize - rest.as_ptr() as usize;
            match value(&rest[at..]) {
                Some((value, length)) => {
                    let last = at + length;
                    taken = rest[last..].find('\n').map_or(rest.len(), |more| last + more + 1).max(end);
                    found.push(Line { name, value, line });
                }
                None => {
                    reading.leave(Place::new(name, Some(line)), "Its quote is not closed, so the value was not read.")
                }
            }
        }
        let newlines = rest.as_bytes()[..taken].iter().filter(|byte| **byte == b'\n').count();
        line = line.saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        rest = &rest[taken..];
    }
    found
}

/// The name, and what follows the sign; None = a comment, or nothing of the kind.
fn assignment(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start();
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let end = line.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))?;
    let (name, after) = line.split_at(end);
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let after = after.trim_start_matches([' ', '\t']);
    after.strip_prefix('=').or_else(|| after.strip_prefix(": ")).map(|after| (name, after))
}

/// A value, and how much of the text it takes; None = a quote that is never closed.
fn value(text: &str) -> Option<(Zeroizing<String>, usize)> {
    let inner = text.trim_start_matches([' ', '\t']);
    let before = text.len() - inner.len();
    let quote = inner.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'));
    let Some(quote) = quote else {
        let end = inner.find(['\n', '\r']).unwrap_or(inner.len());
        let line = &inner[..end];
        let comment = if line.starts_with('#') { Some(0) } else { line.find(" #").or_else(|| line.find("\t#")) };
        let kept = line[..comment.unwrap_or(line.len())].trim();
        return Some((Zeroizing::new(kept.to_owned()), before + end));
    };
    let body = &inner[1..];
    // Room from the start, so that growing leaves no copy behind; a value is never longer than its text.
    let length = closing(body, quote)?;
    let mut value = Zeroizing::new(String::with_capacity(length));
    let mut characters = body[..length].chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' if quote == '"' => match characters.next() {
                Some('n') => value.push('\n'),
                Some('r') => value.push('\r'),
                Some('t') => value.push('\t'),
                Some(c @ ('"' | '\\' | '$')) => value.push(c),
                Some(other) => value.extend(['\\', other]),
                None => value.push('\\'),
            },
            c => value.push(c),
        }
    }
    Some((value, before + 1 + length + 1))
}

fn closing(body: &str, quote: char) -> Option<usize> {
    let mut escaped = false;
    body.char_indices().find_map(|(at, c)| {
        let closes = c == quote && !escaped;
        escaped = quote == '"' && c == '\\' && !escaped;
        closes.then_some(at)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(String, String, u32)> {
        let mut reading = Reading::new(Format::Dotenv);
        lines(text, &mut reading)
            .into_iter()
            .map(|line| (line.name.to_owned(), (*line.value).clone(), line.line))
            .collect()
    }

    fn value_of(text: &str) -> String {
        let [(_, value, _)] = &values(text)[..] else { panic!("one value in {text:?}") };
        value.clone()
    }

    #[test]
    fn values_are_read_as_the_libraries_read_them() {
        for (text, value) in [
            ("A=b", "b"),
            ("export A = b c ", "b c"),
            ("A: b", "b"),
            ("A=b # why", "b"),
            ("A=b#c", "b#c"),
            ("A=", ""),
            ("A=#c", ""),
            ("A='b # $c \\n'", "b # $c \\n"),
            ("A=\"b\\n\\\"c\\\" \\$d\"", "b\n\"c\" $d"),
            ("A=`b'\"c`", "b'\"c"),
            ("A=\"b\nc\"", "b\nc"),
            ("A=b\r\n", "b"),
            ("A=pa$$word", "pa$$word"),
        ] {
            assert_eq!(value_of(text), value, "{text:?}");
        }
    }

    #[test]
    fn lines_are_counted_over_values_of_several() {
        let text = "# first\nA=1\n\nB=\"x\ny\nz\"  # after\nC=2\nnot a line\n1D=3\n";
        let lines: Vec<_> = values(text).into_iter().map(|(name, _, line)| (name, line)).collect();
        assert_eq!(lines, [("A".to_owned(), 2), ("B".to_owned(), 4), ("C".to_owned(), 7)]);
    }

    #[test]
    fn a_quote_that_is_not_closed_costs_its_own_line_only() {
        let mut reading = Reading::new(Format::Dotenv);
        let found = lines("A_KEY=\"never\nB=2\n", &mut reading);
        assert_eq!(found.len(), 1);
        assert_eq!((reading.left[0].place.key.as_str(), reading.left[0].place.line), ("A_KEY", Some(1)));
        assert!(!reading.left[0].reason.contains("never"));
    }
}
