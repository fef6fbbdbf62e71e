//! `storm log`: the activity log page by page, for a person or with `--json` one document a line; and `storm log verify`, which
//! ends with 1 when somebody changed it.

use std::fmt::Write as _;

use serde::Serialize;
use storm_broker::{ExitCode as Exit, LogEntry, LogRequest, LogVerdict, Request, Response};
use time::UtcDateTime;
use time::format_description::well_known::Rfc3339;

use crate::command::LogCommand;
use crate::{Stopped, host, say};

/// An entry with `--json`. The names stay.
#[derive(Serialize)]
struct Document<'a> {
    sequence: u64,
    time: String,
    integration: &'a str,
    text: &'a str,
}

pub(crate) fn print(command: &LogCommand) -> Result<(), Stopped> {
    let mut left = command.limit;
    let mut before = None;
    while left > 0 {
        let asked = LogRequest { before, ..command.asked.clone() };
        let page = match host::ask(&Request::Log(asked), true)? {
            Response::Log(page) => page,
            other => return Err(host::stopped(other)),
        };
        let shown = usize::try_from(left).unwrap_or(usize::MAX).min(page.entries.len());
        let mut text = String::new();
        for entry in &page.entries[..shown] {
            text.push_str(&if command.json { document(entry)? } else { line(entry) });
        }
        say(&text)?;
        left -= shown as u64;
        before = match page.older {
            // A host that does not go on would be asked for ever.
            Some(older) if before.is_none_or(|before| older < before) => Some(older),
            _ => return Ok(()),
        };
    }
    Ok(())
}

pub(crate) fn verify(json: bool) -> Result<(), Stopped> {
    let verdict = match host::ask(&Request::VerifyLog, true)? {
        Response::LogVerdict(verdict) => verdict,
        other => return Err(host::stopped(other)),
    };
    if json {
        let document = serde_json::to_string(&verdict).map_err(|_| unwritten())?;
        say(&(document + "\n"))?;
    }
    match verdict {
        LogVerdict::Intact { entries } if !json => {
            say(&format!("Intact: {entries} {}\n", if entries == 1 { "entry" } else { "entries" }))
        }
        LogVerdict::Intact { .. } => Ok(()),
        LogVerdict::Broken { sequence } => Err(Stopped::new(
            Exit::Other,
            format!(
                "the activity log was changed outside of Storm Connect: entry {sequence} does not follow from those before it. \
                 Do not rely on the log from there on, and find out who can write in the data folder."
            ),
        )),
    }
}

fn line(entry: &LogEntry) -> String {
    let mut line = String::new();
    let name = if entry.integration.is_empty() { "Storm Connect" } else { &entry.integration };
    // Writing into a String cannot fail.
    let _ = writeln!(line, "{}  {}  {}", moment(entry.at), printable(name), printable(&entry.text));
    line
}

fn document(entry: &LogEntry) -> Result<String, Stopped> {
    let LogEntry { sequence, at, integration, text } = entry;
    let document = Document { sequence: *sequence, time: moment(*at), integration, text };
    serde_json::to_string(&document).map(|document| document + "\n").map_err(|_| unwritten())
}

fn unwritten() -> Stopped {
    Stopped::new(Exit::Other, "the log could not be written as JSON")
}

/// What a service called itself moves no cursor and colours no terminal.
fn printable(text: &str) -> String {
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect()
}

/// RFC 3339 in UTC, in whole seconds.
fn moment(milliseconds: i64) -> String {
    let moment = UtcDateTime::from_unix_timestamp(milliseconds.div_euclid(1000)).ok();
    moment.and_then(|moment| moment.format(&Rfc3339).ok()).unwrap_or_else(|| "at an unknown time".to_owned())
}
