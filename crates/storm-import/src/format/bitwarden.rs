//! Bitwarden's exports without a password. Of its logins only what is plainly a key is taken; the rest are passwords of web pages.

use csv::ReaderBuilder;
use storm_domain::Timestamp;

use crate::Format;
use crate::candidate::Reading;
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn json(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::BitwardenJson);
    let tree = Tree::json(text.text, Format::BitwardenJson.title())?;
    if tree.flag("encrypted") == Some(true) {
        return Err(ReadError::Encrypted { program: "Bitwarden" });
    }
    for item in tree.list("items") {
        let title = item.text("name").unwrap_or_default();
        let login = item.get("login");
        let uri = login.and_then(|login| login.list("uris").first()?.text("uri"));
        let password = login.and_then(|login| login.text("password")).unwrap_or_default();
        let user = login.and_then(|login| login.text("username"));
        let mut entries = vec![Entry { user, ..of_login(title, uri, password) }];
        for field in item.list("fields") {
            let (Some(name), Some(value)) = (field.text("name"), field.text("value")) else { continue };
            entries.push(of_field(title, uri, name, value));
        }
        finish(entries, text.text, text.now, &mut reading);
    }
    Ok(reading)
}

pub(super) fn csv(text: Text<'_>) -> Result<Reading, ReadError> {
    let title = Format::BitwardenCsv.title();
    let mut reading = Reading::new(Format::BitwardenCsv);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.text.as_bytes());
    let damaged = |error: csv::Error| ReadError::Damaged {
        title,
        line: error.position().and_then(|position| u32::try_from(position.line()).ok()),
    };
    let heads = reader.headers().map_err(damaged)?.clone();
    let column = |name: &str| heads.iter().position(|head| head.trim().eq_ignore_ascii_case(name));
    let columns = ["name", "fields", "login_uri", "login_username", "login_password"].map(column);
    for record in reader.records() {
        let record = record.map_err(damaged)?;
        let [title, fields, uri, user, password] =
            columns.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
        let uri = Some(uri).filter(|uri| !uri.is_empty());
        let mut entries = vec![Entry { user: Some(user), ..of_login(title, uri, password) }];
        for line in fields.lines() {
            let Some((name, value)) = line.split_once(": ") else { continue };
            entries.push(of_field(title, uri, name, value));
        }
        finish(entries, text.text, text.now, &mut reading);
    }
    Ok(reading)
}

/// A password counts only where its own form, or the item's title, says that it is a key.
pub(super) fn of_login<'a>(title: &'a str, uri: Option<&'a str>, password: &'a str) -> Entry<'a> {
    let is_key = says_key(title);
    Entry {
        name: title,
        value: password,
        shown: title.to_owned(),
        is_secret: is_key,
        host: uri.filter(|_| is_key),
        title: Some(title.to_owned()),
        only_known: !is_key,
        ..Entry::default()
    }
}

pub(super) fn of_field<'a>(title: &str, uri: Option<&'a str>, name: &'a str, value: &'a str) -> Entry<'a> {
    let is_key = says_key(name) || says_key(title);
    Entry {
        name,
        value,
        shown: format!("{title} › {name}"),
        host: uri.filter(|_| is_key),
        title: Some(title.to_owned()),
        only_known: !says_key(name),
        ..Entry::default()
    }
}

pub(super) fn finish(mut entries: Vec<Entry<'_>>, text: &str, now: Timestamp, reading: &mut Reading) {
    for entry in &mut entries {
        entry.line = line_of(text, entry.value);
    }
    take_all(&entries, now, reading);
}

/// Whether a title speaks of a key of an API, and not of a password only.
fn says_key(title: &str) -> bool {
    let words = crate::recognise::words(title);
    let has = |word: &str| words.iter().any(|other| other == word);
    has("token") || has("apikey") || has("pat") || (has("key") && (has("api") || has("secret") || has("access")))
}
