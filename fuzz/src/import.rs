//! Files that other tools left: read within the limits under every name that says something, and nothing of a secret stands in
//! what is shown of them.

use storm_domain::{Credential, Timestamp};
use storm_import::{ReadError, Reading};

use crate::{PLANTED, limit};

/// 1 December 2026, as in the tests of the golden files.
const NOW: Timestamp = Timestamp(1_796_083_200_000);
/// A name for each format that is told by its name; the others tell themselves by their content.
const NAMES: [&str; 9] =
    [".env", "credentials", "hosts.yml", "config.json", ".netrc", ".npmrc", ".pypirc", "local.bru", "export.1pux"];
/// Shorter ones may stand in a file as something else as well.
const LEAST_SECRET: usize = 8;

pub fn read(data: &[u8]) {
    for name in NAMES {
        let read = limit::within(|| storm_import::read(data, name, None, NOW));
        check(&read);
        let Some(planted) = read.as_ref().ok().and_then(|reading| planted(data, reading)) else { continue };
        let read = limit::within(|| storm_import::read(&planted, name, None, NOW));
        let shown = format!("{read:?}");
        assert!(!shown.contains(PLANTED), "{shown}");
        check(&read);
    }
}

fn check(read: &Result<Reading, ReadError>) {
    let reading = match read {
        Ok(reading) => reading,
        Err(error) => return check_line(&error.to_string()),
    };
    for one in &reading.found {
        check_line(&one.place.key);
        one.name.iter().chain(&one.remarks).for_each(|text| check_line(text));
    }
    for one in &reading.left {
        check_line(&one.place.key);
        check_line(&one.reason);
    }
}

/// One line, which nobody has to scroll through.
fn check_line(shown: &str) {
    assert!(!shown.contains(char::is_control) && shown.chars().count() <= 500, "{shown}");
}

/// The file with [`PLANTED`] in the middle of the first secret of it that stands at one place only.
fn planted(data: &[u8], reading: &Reading) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(data).ok().filter(|text| !text.contains(PLANTED))?;
    if text.contains('&') && text.contains('*') {
        return None; // YAML may say one text in several places
    }
    reading.found.iter().find_map(|one| {
        let secret = match &one.credential {
            // EXPOSE: looked for in the file that it is from.
            Credential::ApiKey(key) => key.key.expose(),
            _ => return None,
        };
        let at = text.find(secret).filter(|_| secret.len() >= LEAST_SECRET && text.matches(secret).count() == 1)?;
        let (front, rest) = text.split_at((at + secret.len() / 2..).find(|at| text.is_char_boundary(*at))?);
        Some([front, PLANTED, rest].concat().into_bytes())
    })
}
