//! Files of every format, read from outside.
#![allow(clippy::unwrap_used, reason = "clippy.toml allows it in tests, but does not see that these helpers are tests")]

mod any;
mod archive;
mod find;
mod golden;

use std::fmt::Write as _;

use storm_domain::{Credential, Timestamp};
use storm_import::{Certainty, ReadError, Reading, read};

/// 1 December 2026, 00:00 UTC.
const NOW: Timestamp = Timestamp(1_796_083_200_000);

fn read_as(bytes: &[u8], name: &str) -> Result<Reading, ReadError> {
    read(bytes, name, None, NOW)
}

/// All that was read, as text: `+` is taken, `-` is left, `!` is refused.
fn told(read: &Result<Reading, ReadError>) -> String {
    let reading = match read {
        Ok(reading) => reading,
        Err(error) => return format!("! {error}\n"),
    };
    let mut text = format!("= {}\n", reading.format.title());
    let line = |line: Option<u32>| line.map_or_else(|| "?".to_owned(), |line| line.to_string());
    for one in &reading.found {
        let certainty = match one.certainty {
            Certainty::Certain => "certain",
            Certainty::Presumed => "presumed",
            Certainty::Unknown => "unknown",
        };
        let secret = match &one.credential {
            Credential::ApiKey(key) => {
                format!("{}{}", key.id.as_ref().map(|id| format!("{id} ")).unwrap_or_default(), key.key.expose())
            }
            Credential::ServiceAccountKey(key) => format!("key {}", key.key_id.as_deref().unwrap_or_default()),
            other => panic!("{other:?}"),
        };
        write!(text, "+ {} {}: {} {certainty} {secret}", line(one.place.line), one.place.key, one.connector_id)
            .unwrap();
        one.name.iter().for_each(|name| write!(text, " “{name}”").unwrap());
        one.fields.iter().for_each(|(name, value)| write!(text, " {name}={value}").unwrap());
        one.remarks.iter().for_each(|remark| write!(text, " ({remark})").unwrap());
        text.push('\n');
    }
    for left in &reading.left {
        writeln!(text, "- {} {}: {}", line(left.place.line), left.place.key, left.reason).unwrap();
    }
    text
}
