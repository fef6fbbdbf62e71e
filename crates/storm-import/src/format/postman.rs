//! Postman: an environment or globals as exported, and the environments of a data dump.

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Postman);
    let tree = Tree::json(text.text, Format::Postman.title())?;
    let several = tree.list("environments");
    if several.is_empty() {
        take(&tree, text, &mut reading);
    }
    several.iter().for_each(|environment| take(environment, text, &mut reading));
    Ok(reading)
}

fn take(environment: &Tree, text: Text<'_>, reading: &mut Reading) {
    let of = environment.text("name").unwrap_or_default();
    let mut entries = Vec::new();
    for value in environment.list("values") {
        let Some(name) = value.text("key") else { continue };
        let secret = value.text("value").unwrap_or_default();
        let is_secret = value.text("type") == Some("secret");
        let shown = if of.is_empty() { name.to_owned() } else { format!("{of} › {name}") };
        if is_secret && secret.trim().is_empty() {
            let line = line_of(text.text, name);
            reading.leave(
                Place::new(&shown, line),
                "It is empty: Postman keeps the present value of a secret out of exports.",
            );
            continue;
        }
        entries.push(Entry {
            name,
            value: secret,
            shown,
            line: line_of(text.text, secret),
            is_secret,
            ..Entry::default()
        });
    }
    take_all(&entries, text.now, reading);
}
