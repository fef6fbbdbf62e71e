//! `.npmrc`: `//registry/path/:_authToken=…`, `_auth` and `_password`.

use crate::Format;
use crate::candidate::Reading;
use crate::named::{Entry, take_all};
use crate::text::from_base64;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Reading {
    let mut reading = Reading::new(Format::Npmrc);
    for (number, line) in (1..).zip(text.text.lines()) {
        let line = line.trim();
        if line.starts_with(['#', ';']) {
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let value = value.trim().trim_matches('"');
        let (registry, name) = key.trim().rsplit_once(':').unwrap_or(("//registry.npmjs.org/", key.trim()));
        let decoded = match name {
            "_auth" | "_password" => from_base64(value),
            "_authToken" => Some(zeroize::Zeroizing::new(value.to_owned())),
            _ => continue,
        };
        // What does not decode is said as it stands: a reference.
        let secret = decoded.unwrap_or_else(|| zeroize::Zeroizing::new(value.to_owned()));
        let (user, secret) = match (name, secret.split_once(':')) {
            ("_auth", Some((user, password))) => (Some(user), password),
            _ => (None, secret.as_str()),
        };
        let entry = Entry {
            name,
            value: secret,
            shown: key.trim().to_owned(),
            line: Some(number),
            is_secret: true,
            host: Some(registry.trim_start_matches('/')),
            user: user.or_else(|| user_of(text.text, registry).filter(|_| name == "_password")),
            // What `npm whoami` asks.
            verify_url: Some(format!("https:{}/-/whoami", registry.trim_end_matches('/'))),
            ..Entry::default()
        };
        take_all(&[entry], text.now, &mut reading);
    }
    reading
}

/// `_password` has its user on a line of its own.
fn user_of<'a>(text: &'a str, registry: &str) -> Option<&'a str> {
    let wanted = format!("{registry}:username");
    let pair = |line: &'a str| line.split_once('=').filter(|(key, _)| key.trim() == wanted);
    text.lines().find_map(pair).map(|(_, user)| user.trim().trim_matches('"'))
}
