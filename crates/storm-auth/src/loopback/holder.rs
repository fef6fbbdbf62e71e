//! Who listens on a port that should have been free.
//!
//! A system tells only about programs of the same user, so not every holder has a name.

use std::path::Path;

use listeners::{Listener, Process, Protocol, SocketState};
use storm_domain::port::PortHolder;

const LONGEST_NAME: usize = 64;

pub(super) async fn holder_of(port: u16) -> Option<PortHolder> {
    // It reads the descriptors of every process.
    tokio::task::spawn_blocking(move || look(port)).await.ok().flatten()
}

fn look(port: u16) -> Option<PortHolder> {
    let holds = |listener: &Listener| {
        listener.protocol == Protocol::TCP
            && listener.state == SocketState::Listen
            && listener.socket.port() == port
            && (listener.socket.ip().is_loopback() || listener.socket.ip().is_unspecified())
    };
    let process = listeners::get_all().ok()?.into_iter().find(holds)?.process;
    if process.pid == std::process::id() {
        return Some(PortHolder::Ourselves);
    }
    Some(PortHolder::Program { name: name_of(&process), process: process.pid })
}

/// The program's file; the name a process has by itself is cut off after fifteen characters on Linux.
fn name_of(process: &Process) -> String {
    let file = Path::new(&process.path).file_name().map(|name| name.to_string_lossy().into_owned());
    let name = file.unwrap_or_else(|| process.name.clone());
    let name = name.strip_suffix(" (deleted)").unwrap_or(&name);
    name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_programs_name_is_its_files_and_shows_nothing_odd() {
        let name = |name: &str, path: &str| name_of(&Process { pid: 1, name: name.to_owned(), path: path.to_owned() });
        assert_eq!(name("gnome-session-b", "/usr/libexec/gnome-session-binary"), "gnome-session-binary");
        assert_eq!(name("updated", "/usr/bin/updated (deleted)"), "updated");
        assert_eq!(name("of\nanother\u{1b}", ""), "ofanother");
        assert_eq!(name(&"x".repeat(500), "").len(), LONGEST_NAME);
    }
}
