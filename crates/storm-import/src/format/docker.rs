//! Docker's `config.json`: what a registry is signed in to with, unless a credential store keeps it.

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::{from_base64, line_of};
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Docker);
    let tree = Tree::json(text.text, Format::Docker.title())?;
    let store = tree.text("credsStore").filter(|store| !store.is_empty());
    if let Some(store) = store {
        let line = line_of(text.text, "\"credsStore\"");
        reading.leave(
            Place::new("credsStore", line),
            format!("Docker keeps its passwords in “{}”, not in this file.", crate::text::plain(store)),
        );
    }
    for (registry, _) in tree.get("credHelpers").map(Tree::members).unwrap_or_default() {
        reading
            .leave(Place::new(registry, line_of(text.text, registry)), "A credential helper keeps it, not this file.");
    }
    for (registry, settings) in tree.get("auths").map(Tree::members).unwrap_or_default() {
        take(registry, settings, text, &mut reading);
    }
    Ok(reading)
}

fn take(registry: &str, settings: &Tree, text: Text<'_>, reading: &mut Reading) {
    let pair = settings.text("auth").and_then(from_base64);
    let pair = pair.as_ref().and_then(|pair| pair.split_once(':'));
    let (user, password, written) = match (settings.text("identitytoken"), pair) {
        (Some(token), _) if !token.is_empty() => (None, token, token),
        (_, Some((user, password))) if !password.is_empty() => {
            (Some(user), password.trim_end_matches('\0'), settings.text("auth").unwrap_or_default())
        }
        _ => (settings.text("username"), settings.text("password").unwrap_or_default(), registry),
    };
    if password.is_empty() {
        // With a store, what is here only says that one is signed in.
        if settings.text("auth").is_some_and(|auth| !auth.is_empty()) {
            reading.leave(Place::new(registry, line_of(text.text, registry)), "Its “auth” is not what Docker writes.");
        }
        return;
    }
    let entry = Entry {
        name: "password",
        value: password,
        shown: registry.to_owned(),
        line: line_of(text.text, written),
        is_secret: true,
        host: Some(registry),
        user,
        ..Entry::default()
    };
    take_all(&[entry], text.now, reading);
}
