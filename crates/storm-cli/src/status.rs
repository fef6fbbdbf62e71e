//! `storm status`: for a person, or with `--json` for a program. Ends with 5 while the vault is locked, so that a script need
//! not read it.

use std::fmt::Write as _;

use storm_broker::{ExitCode as Exit, IntegrationStatus, Request, Response, Status, VaultState};

use crate::{Stopped, host, say};

pub(crate) fn print(json: bool) -> Result<(), Stopped> {
    let status = match host::ask(&Request::Status, false)? {
        Response::Status(status) => status,
        other => return Err(host::stopped(other)),
    };
    if json {
        let document = serde_json::to_string(&status)
            .map_err(|_| Stopped::new(Exit::Other, "the status could not be written as JSON"))?;
        say(&(document + "\n"))?;
    } else {
        say(&shown(&status))?;
    }
    match status.vault {
        VaultState::Unlocked => Ok(()),
        VaultState::Opening | VaultState::Locked => Err(Stopped::new(Exit::Locked, status.message)),
        VaultState::Failed => Err(Stopped::new(Exit::Other, status.message)),
    }
}

fn shown(status: &Status) -> String {
    let mut text = format!("Storm Connect {}: {}\n", status.host_version, status.message);
    let width = |of: fn(&IntegrationStatus) -> &str| {
        status.integrations.iter().map(|row| of(row).chars().count()).max().unwrap_or(0)
    };
    let (names, connectors) = (width(|row| &row.name), width(|row| &row.connector));
    for row in &status.integrations {
        let lending = if row.lending_allowed { "" } else { ", not lent" };
        // Writing into a String cannot fail.
        let _ = writeln!(text, "  {:names$}  {:connectors$}  {}{lending}", row.name, row.connector, row.status);
    }
    if status.not_listed > 0 {
        let _ = writeln!(text, "  and {} more", status.not_listed);
    }
    text
}
