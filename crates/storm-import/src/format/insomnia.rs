//! Insomnia: environments of an export in version 4 (JSON) or 5 (YAML).

use crate::Format;
use crate::candidate::Reading;
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let title = Format::Insomnia.title();
    let mut reading = Reading::new(Format::Insomnia);
    if !text.text.trim_start().starts_with('{') {
        let tree = Tree::yaml(text.text, title)?;
        let Some(environments) = tree.get("environments") else { return Ok(reading) };
        take(environments, text, &mut reading);
        environments.list("subEnvironments").iter().for_each(|one| take(one, text, &mut reading));
        return Ok(reading);
    }
    let tree = Tree::json(text.text, title)?;
    if tree.number("__export_format").is_some_and(|version| version != 4) {
        return Err(ReadError::OtherVersion { title, instead: "version 4 (JSON) or 5 (YAML)" });
    }
    let is_environment = |one: &&Tree| one.text("_type") == Some("environment");
    tree.list("resources").iter().filter(is_environment).for_each(|one| take(one, text, &mut reading));
    Ok(reading)
}

fn take(environment: &Tree, text: Text<'_>, reading: &mut Reading) {
    let of = environment.text("name").unwrap_or("environment");
    let mut texts: Vec<(String, &str, bool)> = Vec::new();
    if let Some(data) = environment.get("data") {
        data.each_text("", &mut |name, value| texts.push((name, value, false)));
    }
    // The table of newer versions says which of them is a secret.
    for pair in environment.list("kvPairData") {
        if let (Some(name), Some(value)) = (pair.text("name"), pair.text("value")) {
            let is_secret = pair.text("type") == Some("secret");
            match texts.iter_mut().find(|(known, ..)| known == name) {
                Some(known) => known.2 |= is_secret,
                None => texts.push((name.to_owned(), value, is_secret)),
            }
        }
    }
    let entries: Vec<Entry<'_>> = texts
        .iter()
        .map(|(name, value, is_secret)| Entry {
            name: name.as_str(),
            value,
            shown: format!("{of} › {name}"),
            line: line_of(text.text, value),
            is_secret: *is_secret,
            ..Entry::default()
        })
        .collect();
    take_all(&entries, text.now, reading);
}
