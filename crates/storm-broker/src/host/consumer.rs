//! Who asks, as well as the system can say.
//!
//! It is for the log and for nothing else: a process can end, and its number be given to another, between asking and looking.
//! What a consumer may have does not depend on it.

use std::fmt;

/// The longest program name that is shown.
const LONGEST_NAME: usize = 64;

/// A program that asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer(String);

impl Consumer {
    /// The program of this process; `storm` itself is named after who called it.
    #[must_use]
    pub fn of_process(process: Option<i32>) -> Self {
        let named = process.and_then(|process| {
            let name = program(process)?;
            let caller = if name == "storm" { caller(process).and_then(program) } else { None };
            Some(caller.map_or_else(|| name.clone(), |caller| format!("{caller} (through {name})")))
        });
        Self(named.unwrap_or_else(|| "an unknown program".to_owned()))
    }

    /// A consumer of this name.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.to_owned())
    }

    /// Its name, to be shown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Consumer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(target_os = "linux")]
fn program(process: i32) -> Option<String> {
    let path = std::fs::read_link(format!("/proc/{process}/exe")).ok()?;
    let name = path.file_name()?.to_string_lossy();
    let name = name.strip_suffix(" (deleted)").unwrap_or(&name);
    Some(name.chars().filter(|character| !character.is_control()).take(LONGEST_NAME).collect())
}

#[cfg(target_os = "linux")]
fn caller(process: i32) -> Option<i32> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // "pid (name) state ppid …", where the name may hold anything, parentheses and spaces too.
    let (_, behind_name) = stat.rsplit_once(')')?;
    behind_name.split_whitespace().nth(1)?.parse().ok()
}

#[cfg(not(target_os = "linux"))]
fn program(_process: i32) -> Option<String> {
    None
}

#[cfg(not(target_os = "linux"))]
fn caller(_process: i32) -> Option<i32> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_running_program_is_named_after_its_file() {
        let own = i32::try_from(std::process::id()).unwrap();
        let file = std::env::current_exe().unwrap().file_name().unwrap().to_string_lossy().into_owned();
        let shown: String = file.chars().take(LONGEST_NAME).collect();
        assert_eq!(Consumer::of_process(Some(own)).name(), shown);
        assert_eq!(caller(own), Some(i32::try_from(std::os::unix::process::parent_id()).unwrap()));
    }

    #[test]
    fn a_program_that_is_gone_is_still_a_consumer() {
        assert_eq!(Consumer::of_process(Some(i32::MAX)).name(), "an unknown program");
        assert_eq!(Consumer::of_process(None).name(), "an unknown program");
    }
}
