//! What a filter shows, as a file for spreadsheets (RFC 4180) or for programs: JSON, one entry a line, with the chain's links.
//!
//! INVARIANT: no cell of the file begins with what a spreadsheet takes for a formula, whatever a service called itself.

use std::borrow::Cow;

use serde::Serialize;
use serde_json::value::RawValue;
use storm_domain::{Failure, LinkedActivity, Timestamp};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use super::{LinkedPage, sentence};
use crate::engine::{Engine, internal};
use crate::view::{ActivityFilter, ActivityQuery, ExportFormat};

const HEADER: &str = "sequence,time,integration,kind,text\r\n";

impl Engine {
    /// Gives each entry that the filter shows to `write`, newest first, as text of the format. Reads a page at a time; a log
    /// that goes on growing meanwhile does not get into the file. Returns how many there were.
    ///
    /// # Errors
    /// When the vault cannot be read, or what `write` says.
    pub async fn export_activity(
        &self,
        filter: ActivityFilter,
        format: ExportFormat,
        mut write: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<u32, Failure> {
        if format == ExportFormat::Csv {
            write(HEADER)?;
        }
        let mut query = ActivityQuery { filter, before: None, after: None };
        let mut entries = 0_u32;
        loop {
            let LinkedPage { found, older, .. } = self.linked_activity_page(&query).await?;
            for linked in &found {
                write(&match format {
                    ExportFormat::Csv => row(linked),
                    ExportFormat::JsonLines => line(linked)?,
                })?;
                entries += 1;
            }
            if older.is_none() {
                return Ok(entries);
            }
            query.before = older;
        }
    }
}

fn row(LinkedActivity { entry, .. }: &LinkedActivity) -> String {
    let kind = kind_of(&entry.what);
    let text = sentence(&entry.what);
    let cells = [
        Cow::Owned(entry.sequence.to_string()),
        Cow::Owned(moment(entry.at)),
        cell(&entry.integration_name),
        cell(&kind),
        cell(&text),
    ];
    cells.join(",") + "\r\n"
}

/// A text as one cell. What a spreadsheet would work out is made text by an apostrophe; line breaks stay inside the quotes.
fn cell(text: &str) -> Cow<'_, str> {
    let is_formula = text.trim_start().starts_with(['=', '+', '-', '@']) || text.starts_with(['\t', '\r', '\n']);
    let is_plain = !text.contains([',', '"', '\r', '\n']);
    match (is_formula, is_plain) {
        (false, true) => Cow::Borrowed(text),
        (true, true) => Cow::Owned(format!("'{text}")),
        (is_formula, false) => {
            let guard = if is_formula { "'" } else { "" };
            Cow::Owned(format!("\"{guard}{}\"", text.replace('"', "\"\"")))
        }
    }
}

#[derive(Serialize)]
struct Line<'a> {
    sequence: u64,
    time: String,
    /// As the link covers it, in milliseconds since 1970-01-01 UTC.
    at: i64,
    integration_id: Option<String>,
    integration: &'a str,
    text: String,
    /// As it is stored and as the link covers it; a text where somebody made it something else.
    what: Content<'a>,
    /// In hexadecimal: the link of the entry before, and its own.
    previous: String,
    link: String,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Json(Box<RawValue>),
    Text(&'a str),
}

fn line(LinkedActivity { entry, content, previous, link }: &LinkedActivity) -> Result<String, Failure> {
    // Line breaks between the parts of a value would make two lines of one.
    let raw = (!content.contains(['\n', '\r'])).then(|| RawValue::from_string(content.clone()).ok()).flatten();
    let line = Line {
        sequence: entry.sequence,
        time: moment(entry.at),
        at: entry.at.0,
        integration_id: entry.integration_id.map(|id| id.to_string()),
        integration: &entry.integration_name,
        text: sentence(&entry.what),
        what: raw.map_or(Content::Text(content), Content::Json),
        previous: hexadecimal(previous),
        link: hexadecimal(link),
    };
    let text =
        serde_json::to_string(&line).map_err(|_| internal("An entry of the log could not be written as JSON."))?;
    Ok(text + "\n")
}

fn kind_of(what: &storm_domain::ActivityKind) -> String {
    let value = serde_json::to_value(what).unwrap_or_default();
    value.get("kind").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// RFC 3339 in UTC, with milliseconds where there are some.
fn moment(at: Timestamp) -> String {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000_000)
        .ok()
        .and_then(|moment| moment.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use storm_domain::{ActivityEntry, ActivityKind, IntegrationId};

    use super::*;

    fn linked(name: &str, what: ActivityKind) -> LinkedActivity {
        let content = serde_json::to_string(&what).unwrap();
        let entry = ActivityEntry {
            sequence: 7,
            at: Timestamp(1_767_225_600_250),
            integration_id: Some(IntegrationId(uuid::Uuid::nil())),
            integration_name: name.to_owned(),
            what,
        };
        LinkedActivity { entry, content, previous: vec![0xab; 32], link: vec![0x01; 32] }
    }

    #[test]
    fn a_cell_is_quoted_where_rfc_4180_wants_it_and_is_never_a_formula() {
        for (text, written) in [
            ("plain", "plain"),
            ("a, b", "\"a, b\""),
            ("say \"hi\"", "\"say \"\"hi\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            ("=1+1", "'=1+1"),
            ("+49", "'+49"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("  =1", "'  =1"),
            ("=HYPERLINK(\"x\",\"y\")", "\"'=HYPERLINK(\"\"x\"\",\"\"y\"\")\""),
            ("\ttab", "'\ttab"),
            ("", ""),
        ] {
            assert_eq!(cell(text), written, "{text:?}");
        }
    }

    #[test]
    fn a_row_has_five_cells_and_ends_as_rfc_4180_wants_it() {
        let row = row(&linked("=cmd", ActivityKind::Lent { consumer: "git, 2".to_owned() }));
        assert_eq!(row, "7,2026-01-01T00:00:00.25Z,'=cmd,lent,\"Access was lent to git, 2\"\r\n");
    }

    #[test]
    fn a_line_carries_what_its_link_covers_byte_for_byte() {
        let mut entry = linked("CRM", ActivityKind::Refreshed { took_ms: None });
        entry.content = r#"{ "kind":"refreshed" }"#.to_owned();
        let line = line(&entry).unwrap();
        assert!(line.contains(r#""what":{ "kind":"refreshed" }"#), "{line}");
        assert!(line.contains(&format!(r#""previous":"{}""#, "ab".repeat(32))), "{line}");
        assert_eq!(line.matches('\n').count(), 1);
    }

    #[test]
    fn a_content_that_somebody_wrote_over_is_still_one_line() {
        for content in ["not json", "{\n}", "{\"kind\":\"refreshed\"} x"] {
            let mut entry = linked("CRM", ActivityKind::Unreadable);
            entry.content = content.to_owned();
            let line = line(&entry).unwrap();
            assert_eq!(line.matches('\n').count(), 1, "{line}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap()["what"], content);
        }
    }
}
