//! The program as the system sees it: its process, its name on the bus, its window on the screen.

use std::path::Path;

use rustix::process::Pid;
use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::ConnectionExt as _;

use crate::patience::{Look, eventually};
use crate::program::run;
use crate::{Outcome, PATIENCE, StepError};

/// Waits until the bus has forgotten the instance before: one that just ended would still be sent the new start.
///
/// # Errors
/// When it stays.
pub async fn await_no_instance() -> Outcome {
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

/// Closes the program's window as its close button does, and waits until it is gone from the screen.
pub(super) async fn close_window() -> Outcome {
    run("wmctrl", &["-c", "Storm Connect"]).await?;
    eventually("the window to close", PATIENCE, async || {
        Ok(if window_is_shown().await? { Look::NotYet("it is shown".to_owned()) } else { Look::Found(()) })
    })
    .await
}

/// A part of the screen.
pub(super) struct Area {
    pub(super) x: i16,
    pub(super) y: i16,
    pub(super) width: u16,
    pub(super) height: u16,
}

/// Where the page is on the screen. xdotool's own answer counts the frame of the window twice.
pub(super) async fn page_on_screen() -> Outcome<Area> {
    let found = run("xdotool", &["search", "--onlyvisible", "--name", "^Storm Connect$"]).await?;
    let window = found.lines().last().unwrap_or_default();
    let window = window.parse().map_err(|_| StepError::Wrong(format!("xdotool found {window:?}")))?;
    let (connection, number) = x11rb::connect(None).map_err(unreadable)?;
    let root = connection.setup().roots[number].root;
    let corner = connection.translate_coordinates(window, root, 0, 0).map_err(unreadable)?;
    let corner = corner.reply().map_err(unreadable)?;
    let size = connection.get_geometry(window).map_err(unreadable)?.reply().map_err(unreadable)?;
    Ok(Area { x: corner.dst_x, y: corner.dst_y, width: size.width, height: size.height })
}

/// When the screen does not answer.
pub(super) fn unreadable(error: impl std::fmt::Display) -> StepError {
    StepError::Wrong(format!("the screen cannot be read: {error}"))
}

/// A process of which a thread runs; one that ended and was not waited for does not.
pub(super) fn is_running(process: Pid) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{}/task", process.as_raw_nonzero())).into_iter().flatten().flatten();
    threads.into_iter().any(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['Z', 'X']))
    })
}

/// The child of a process that runs a program, whose name the system cuts off after fifteen characters.
pub(super) fn child_of(parent: u32, program: &str) -> Outcome<Pid> {
    let named = format!("({})", &program[..program.len().min(15)]);
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        let its_parent = stat.rsplit(") ").next().and_then(|rest| rest.split(' ').nth(1)?.parse::<u32>().ok());
        if let (true, true, Some(process)) = (its_parent == Some(parent), stat.contains(&named), Pid::from_raw(id))
            && is_running(process)
        {
            return Ok(process);
        }
    }
    Err(StepError::Wrong(format!("process {parent} runs no {program}")))
}

/// The end of a log, for an error.
pub(super) fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().rev().take(5).collect();
    lines.into_iter().rev().collect::<Vec<_>>().join("\n")
}
