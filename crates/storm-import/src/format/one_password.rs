//! 1Password's exports: CSV, and 1PUX, an archive whose `export.data` is JSON. Of logins only what is plainly a key is taken.

use std::io::{Cursor, Read as _};

use csv::ReaderBuilder;
use storm_domain::Timestamp;
use zeroize::Zeroizing;
use zip::ZipArchive;

use crate::Format;
use crate::candidate::Reading;
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::bitwarden::{of_field, of_login};
use super::{MIB, Text};

/// Attachments are entries, too.
const MOST_ENTRIES: usize = 2_000;
const LARGEST_DATA: usize = 8 * MIB;
/// The category of items that are keys.
const API_CREDENTIAL: &str = "112";

pub(super) fn csv(text: Text<'_>) -> Result<Reading, ReadError> {
    let title = Format::OnePasswordCsv.title();
    let mut reading = Reading::new(Format::OnePasswordCsv);
    let mut reader = ReaderBuilder::new().flexible(true).from_reader(text.text.as_bytes());
    let damaged = |error: csv::Error| ReadError::Damaged {
        title,
        line: error.position().and_then(|position| u32::try_from(position.line()).ok()),
    };
    let heads = reader.headers().map_err(damaged)?.clone();
    let column =
        |names: &[&str]| heads.iter().position(|head| names.iter().any(|name| head.trim().eq_ignore_ascii_case(name)));
    let columns =
        [column(&["title"]), column(&["url", "website", "urls"]), column(&["username"]), column(&["password"])];
    for record in reader.records() {
        let record = record.map_err(damaged)?;
        let [title, url, user, password] = columns.map(|at| at.and_then(|at| record.get(at)).unwrap_or_default());
        let url = Some(url).filter(|url| !url.is_empty());
        let entry = Entry { user: Some(user), line: line_of(text.text, password), ..of_login(title, url, password) };
        take_all(&[entry], text.now, &mut reading);
    }
    Ok(reading)
}

pub(super) fn archive(bytes: &[u8], now: Timestamp) -> Result<Reading, ReadError> {
    let title = Format::OnePux.title();
    let damaged = || ReadError::Damaged { title, line: None };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > MOST_ENTRIES {
        return Err(ReadError::TooMany { title });
    }
    // An archive without it is something else.
    let mut data = archive.by_name("export.data").map_err(|_| ReadError::Unknown)?;
    if data.encrypted() {
        return Err(ReadError::Encrypted { program: "1Password" });
    }
    let said = usize::try_from(data.size()).unwrap_or(usize::MAX);
    let too_large = ReadError::TooLarge { most_mib: LARGEST_DATA / MIB, title };
    if said > LARGEST_DATA {
        return Err(too_large);
    }
    // What it says of its size may be wrong.
    let mut inflated = Zeroizing::new(Vec::with_capacity(said.saturating_add(1)));
    let most = u64::try_from(LARGEST_DATA).unwrap_or(u64::MAX);
    data.by_ref().take(most + 1).read_to_end(&mut inflated).map_err(|_| damaged())?;
    if inflated.len() > LARGEST_DATA {
        return Err(too_large);
    }
    let text = std::str::from_utf8(&inflated).map_err(|_| damaged())?;
    let tree = Tree::json(text, title)?;
    let mut reading = Reading::new(Format::OnePux);
    for vault in tree.list("accounts").iter().flat_map(|account| account.list("vaults")) {
        for item in vault.list("items") {
            // Older exports wrap each item once more.
            take_item(item.get("item").unwrap_or(item), now, &mut reading);
        }
    }
    Ok(reading)
}

fn take_item(item: &Tree, now: Timestamp, reading: &mut Reading) {
    let overview = |name: &str| item.at(&["overview", name]).and_then(Tree::as_text);
    let title = overview("title").unwrap_or_default();
    let url = overview("url").filter(|url| !url.is_empty());
    let is_key = item.text("categoryUuid") == Some(API_CREDENTIAL);
    let Some(details) = item.get("details") else { return };
    let mut entries = Vec::new();
    for field in details.list("loginFields") {
        if field.text("designation") == Some("password")
            && let Some(value) = field.text("value")
        {
            entries.push(of_login(title, url, value));
        }
    }
    if let Some(password) = details.text("password") {
        entries.push(of_login(title, url, password));
    }
    for field in details.list("sections").iter().flat_map(|section| section.list("fields")) {
        let name = field.text("title").or_else(|| field.text("id")).unwrap_or_default();
        if let Some(value) = field.at(&["value", "concealed"]).and_then(Tree::as_text) {
            let entry = of_field(title, url, name, value);
            let known = if is_key { Entry { is_secret: true, only_known: false, host: url, ..entry } } else { entry };
            entries.push(known);
        }
    }
    take_all(&entries, now, reading);
}
