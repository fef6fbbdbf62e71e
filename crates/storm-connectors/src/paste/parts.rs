//! Keys in two parts: a public id and a secret, pasted together in any of the forms that people have them in.
//!
//! Two lines or columns, a CSV, settings of a shell or a file, or a JSON object: all are words with marks between them, and a
//! word before `=` or `:` is a name. INVARIANT: an id never stands for the secret, and of several keys none is chosen.

use super::PasteProblem;
use crate::method::KeyIdSpec;

/// What was found of a key.
#[derive(Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) id: Option<&'a str>,
    pub(super) key: Option<&'a str>,
}

/// A word, and the name before it if there is one.
struct Word<'a> {
    name: Option<&'a str>,
    value: &'a str,
}

/// Takes both parts out of a text.
pub(super) fn find<'a>(spec: &KeyIdSpec, text: &'a str) -> Result<Parts<'a>, PasteProblem> {
    let words = words(spec, text);
    if words.iter().any(|word| spec.is_temporary(word.value)) {
        return Err(PasteProblem::Temporary { title: spec.title.clone(), example: spec.example.clone() });
    }
    let id_at = words.iter().position(|word| spec.pattern.matches(word.value));
    let id = id_at.map(|at| words[at].value);
    let is_another_id = |word: &Word<'_>| spec.pattern.matches(word.value) && Some(word.value) != id;
    if words.iter().any(is_another_id) {
        return Err(PasteProblem::SeveralKeys);
    }
    let fits = |word: &&Word<'_>| spec.key_pattern.matches(word.value) && !spec.pattern.matches(word.value);
    let named: Vec<_> = words.iter().filter(|word| word.is_named_secret()).filter(fits).collect();
    let beside = id_at.and_then(|at| words.get(at + 1)).filter(fits);
    let mut fitting = words.iter().filter(fits);
    let key = match (named.as_slice(), beside) {
        ([one, others @ ..], _) if others.iter().all(|other| other.value == one.value) => Some(*one),
        ([_, ..], _) => return Err(PasteProblem::SeveralKeys),
        ([], Some(beside)) => Some(beside),
        ([], None) => fitting.next().filter(|_| fitting.next().is_none()),
    };
    Ok(Parts { id, key: key.map(|word| word.value) })
}

impl Word<'_> {
    fn is_named_secret(&self) -> bool {
        self.name.is_some_and(|name| name.to_ascii_lowercase().contains("secret"))
    }
}

/// The words of a text, without the names of values.
fn words<'a>(spec: &KeyIdSpec, text: &'a str) -> Vec<Word<'a>> {
    let mut words = Vec::new();
    let mut name = None;
    let marks = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '"' | '\'' | '`' | '{' | '}' | '“' | '”');
    let mut pieces = text.split(marks).map(super::wrapping::trim).filter(|piece| !piece.is_empty()).peekable();
    while let Some(piece) = pieces.next() {
        let (head, value) = match piece.split_once(['=', ':']) {
            // The two parts themselves, as HTTP Basic joins them.
            Some((id, key)) if spec.pattern.matches(id) => {
                words.push(Word { name: name.take(), value: id });
                (None, key)
            }
            // `name=value`, and `name=` or `name:` with the value behind a space or a quote.
            Some((head, value)) if is_name(head) => (Some(head), value),
            Some(("", value)) => (name.take(), value),
            _ if pieces.peek().is_some_and(|next| matches!(*next, "=" | ":")) => (Some(piece), ""),
            _ => (name.take(), piece),
        };
        match (head, value) {
            (head, "") => name = head,
            (head, value) => words.push(Word { name: head, value }),
        }
    }
    words
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
}
