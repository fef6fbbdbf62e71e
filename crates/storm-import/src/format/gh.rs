//! `hosts.yml` of the GitHub command line: a token for each account of each host, unless they lie in the keyring.

use std::collections::HashSet;

use storm_domain::Fields;

use crate::Format;
use crate::candidate::{Place, Reading};
use crate::error::ReadError;
use crate::named::{Entry, take_all};
use crate::text::line_of;
use crate::tree::Tree;

use super::Text;

pub(super) fn read(text: Text<'_>) -> Result<Reading, ReadError> {
    let mut reading = Reading::new(Format::Gh);
    let tree = Tree::yaml(text.text, Format::Gh.title())?;
    for (host, settings) in tree.members() {
        let users = settings.get("users").map(Tree::members).unwrap_or_default();
        let of_users = users.iter().map(|(user, settings)| (Some(user.as_str()), settings.text("oauth_token")));
        // The token in use stands a second time beside the users.
        let all: Vec<_> = of_users.chain([(settings.text("user"), settings.text("oauth_token"))]).collect();
        let mut seen = HashSet::new();
        for (user, token) in all {
            let Some(token) = token.filter(|token| !token.is_empty()) else { continue };
            if !seen.insert(token) {
                continue;
            }
            take(host, user, token, text, &mut reading);
        }
        if seen.is_empty() {
            let line = line_of(text.text, host);
            reading.leave(
                Place::new(host, line),
                "The token lies in the keyring, not in this file. Paste it with gh auth token.",
            );
        }
    }
    Ok(reading)
}

fn take(host: &str, user: Option<&str>, token: &str, text: Text<'_>, reading: &mut Reading) {
    let is_github = host.eq_ignore_ascii_case("github.com");
    let shown = user.map_or_else(|| host.to_owned(), |user| format!("{user} at {host}"));
    let entry = Entry {
        name: "oauth_token",
        value: token,
        shown,
        line: line_of(text.text, token),
        is_secret: true,
        host: is_github.then_some("github.com"),
        ..Entry::default()
    };
    let before = reading.found.len();
    take_all(&[entry], text.now, reading);
    if is_github {
        return;
    }
    // A server of one's own: the entry of GitHub asks github.com.
    for candidate in reading.found.iter_mut().skip(before) {
        candidate.connector_id = crate::named::GENERIC.to_owned();
        candidate.fields = Fields::from([("verify_url".to_owned(), format!("https://{host}/api/v3/user"))]);
        candidate.certainty = crate::Certainty::Unknown;
        candidate.name = Some(host.to_owned());
    }
}
