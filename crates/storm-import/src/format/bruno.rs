//! Bruno: an environment of a collection (`.bru`), or one that was exported (JSON). Bruno keeps the values of secrets elsewhere.

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

const ELSEWHERE: &str = "Bruno keeps the value of a secret outside of this file. Copy it in Bruno and paste it here.";

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Bruno);
    if text.text.trim_start().starts_with('{') {
        of_export(text, &mut reading)?;
    } else {
        of_bru(text, &mut reading);
    }
    Ok(reading)
}

/// What stands in which block.
enum Block {
    Vars,
    Secrets,
    Other,
}

fn of_bru(text: Text<'_>, reading: &mut Reading) {
    let (mut block, mut entries) = (None, Vec::new());
    for (number, line) in (1..).zip(text.text.lines()) {
        let line = line.trim();
        match &block {
            None if line.ends_with('{') || line.ends_with('[') => {
                block = Some(match line.trim_end_matches(['{', '[']).trim() {
                    "vars" => Block::Vars,
                    "vars:secret" => Block::Secrets,
                    _ => Block::Other,
                });
            }
            Some(_) if line == "}" || line == "]" => block = None,
            Some(Block::Vars) => {
                let Some((name, value)) = line.split_once(':') else { continue };
                // A tilde switches one off; it lies there all the same.
                let name = name.trim().trim_start_matches('~').trim_matches('"');
                entries.push(Entry { name, value: value.trim(), line: Some(number), ..Entry::default() });
            }
            Some(Block::Secrets) => {
                for name in line.split(',').map(|name| name.trim().trim_start_matches('~')) {
                    if !name.is_empty() && name != "]" {
                        reading.leave(Place::new(name, Some(number)), ELSEWHERE);
                    }
                }
            }
            _ => {}
        }
    }
    take_all(&entries, text.now, reading);
}

fn of_export(text: Text<'_>, reading: &mut Reading) -> Result<(), ReadError> {
    let tree = Tree::json(text.text, Format::Bruno.title())?;
    let mut entries = Vec::new();
    for variable in tree.list("variables") {
        let Some(name) = variable.text("name") else { continue };
        let is_secret = variable.flag("secret") == Some(true);
        let value = variable.text("value").unwrap_or_default();
        if is_secret && value.is_empty() {
            reading.leave(Place::new(name, line_of(text.text, name)), ELSEWHERE);
            continue;
        }
        entries.push(Entry { name, value, line: line_of(text.text, value), is_secret, ..Entry::default() });
    }
    take_all(&entries, text.now, reading);
    Ok(())
}
