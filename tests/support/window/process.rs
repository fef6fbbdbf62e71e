//! The program as the system sees it: its process, its name on the bus, its window on the screen.

use std::path::Path;

use rustix::process::Pid;

use crate::patience::{Look, eventually};
use crate::program::run;
use crate::{Outcome, PATIENCE, StepError};

/// Waits until the bus has forgotten the instance before: one that just ended would still be sent the new start.
pub(super) async fn await_no_instance() -> Outcome {
    const NAME: &str = "dev.stormconnect.app.SingleInstance";
    const BUS: [&str; 4] = ["-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus"];
    let ask = ["-m", "org.freedesktop.DBus.NameHasOwner", NAME];
    let arguments: Vec<&str> = ["call", "--session"].into_iter().chain(BUS).chain(ask).collect();
    eventually("the instance before to be gone", PATIENCE, async || {
        let said = run("gdbus", &arguments).await?;
        Ok(if said.contains("false") { Look::Found(()) } else { Look::NotYet(said) })
    })
    .await
}

/// Whether the window manager shows the program's window.
pub(super) async fn window_is_shown() -> Outcome<bool> {
    let found = run("xdotool", &["search", "--onlyvisible", "--name", "^Storm Connect$"]).await;
    // xdotool fails when it finds nothing.
    Ok(found.is_ok_and(|ids| !ids.trim().is_empty()))
}

/// A process of which a thread runs; one that ended and was not waited for does not.
pub(super) fn is_running(process: Pid) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero())).into_iter().flatten().flatten();
    threads.into_iter().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    })
}

/// The program that WebKitWebDriver started.
pub(super) fn child_of(driver: u32) -> Outcome<Pid> {
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)?.parse::<u32>().ok());
        let ours = stat.contains("(storm-connect)");
        if let (true, true, Some(process)) = (parent == Some(driver), ours, Pid::from_raw(id)) {
            return Ok(process);
        }
    }
    Err(StepError::Wrong("WebKitWebDriver has no program".to_owned()))
}

/// The end of a log, for an error.
pub(super) fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
