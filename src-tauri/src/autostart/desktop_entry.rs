//! The entry on Linux: a file in `autostart` of the configuration folder, as the Desktop Application Autostart Specification has it.
//!
//! Written here and not by the `auto-launch` crate, which does not know of `XDG_CONFIG_HOME`, quotes no path, and takes an entry for
//! on that the desktop's settings have switched off.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;

use super::{Entry, HIDDEN};

const NAME: &str = "dev.stormconnect.app.desktop";
/// Characters that a quoted argument writes with a backslash, which a value of text doubles (Desktop Entry Specification, "The
/// Exec key").
const ESCAPED: [char; 3] = ['"', '`', '$'];

/// Whether the desktop follows an entry that starts this program.
pub(super) fn is_on(entry: &Entry) -> bool {
    fs::read_to_string(path(entry)).is_ok_and(|text| starts(&text, &entry.program))
}

/// Writes it whole or not at all.
pub(super) fn write(entry: &Entry) -> io::Result<()> {
    fs::create_dir_all(&entry.folder)?;
    let mut file = tempfile::NamedTempFile::new_in(&entry.folder)?;
    file.write_all(text(&entry.program).as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path(entry)).map_err(|error| error.error)?;
    Ok(())
}

/// Takes it away. That it is not there is not an error.
pub(super) fn remove(entry: &Entry) -> io::Result<()> {
    match fs::remove_file(path(entry)) {
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Err(error),
        _ => Ok(()),
    }
}

fn path(entry: &Entry) -> PathBuf {
    entry.folder.join(NAME)
}

fn text(program: &str) -> String {
    format!(
        "[Desktop Entry]\n\
         Type=Application\n\
         Name=Storm Connect\n\
         Exec={} {HIDDEN}\n\
         Icon=storm-connect\n\
         Terminal=false\n\
         StartupNotify=false\n\
         X-GNOME-Autostart-enabled=true\n",
        quoted(program)
    )
}

/// A path as the first word of `Exec`.
fn quoted(program: &str) -> String {
    let mut quoted = String::from("\"");
    for character in program.chars() {
        match character {
            '\n' => quoted.push_str("\\n"),
            '%' => quoted.push_str("%%"),
            '\\' => quoted.push_str(r"\\\\"),
            _ if ESCAPED.contains(&character) => quoted.extend(['\\', '\\', character]),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether an entry with this text is followed, and starts this program and no other.
fn starts(text: &str, program: &str) -> bool {
    let lines = text.lines().map(str::trim).skip_while(|line| *line != "[Desktop Entry]").skip(1);
    let group: Vec<&str> = lines.take_while(|line| !line.starts_with('[')).collect();
    let value = |key: &str| {
        let mut values = group.iter().filter_map(|line| line.split_once('='));
        values.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim())
    };
    let is_followed = value("Hidden") != Some("true") && value("X-GNOME-Autostart-enabled") != Some("false");
    let is_ours = value("Exec").is_some_and(|command| {
        // By hand, somebody may have written the path as it is.
        [quoted(program).as_str(), program]
            .iter()
            .any(|ours| command.strip_prefix(ours).is_some_and(|rest| rest.is_empty() || rest.starts_with(' ')))
    });
    is_followed && is_ours
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROGRAM: &str = "/usr/bin/storm-connect";

    #[test]
    fn the_entry_starts_the_program_out_of_sight() {
        assert_eq!(
            text(PROGRAM),
            "[Desktop Entry]\nType=Application\nName=Storm Connect\nExec=\"/usr/bin/storm-connect\" --hidden\n\
             Icon=storm-connect\nTerminal=false\nStartupNotify=false\nX-GNOME-Autostart-enabled=true\n"
        );
    }

    #[test]
    fn a_path_is_quoted_as_desktops_read_it() {
        for (program, expected) in [
            ("/opt/Storm Connect/storm", r#""/opt/Storm Connect/storm""#),
            ("/opt/100%/storm", r#""/opt/100%%/storm""#),
            (r#"/opt/a"b/storm"#, r#""/opt/a\\"b/storm""#),
            ("/opt/$HOME`x`/storm", r#""/opt/\\$HOME\\`x\\`/storm""#),
            (r"/opt/a\b/storm", r#""/opt/a\\\\b/storm""#),
        ] {
            assert_eq!(quoted(program), expected, "{program}");
            assert!(starts(&text(program), program), "{program}");
        }
    }

    #[test]
    fn an_entry_that_the_desktop_does_not_follow_or_that_starts_something_else_is_off() {
        let with = |line: &str| format!("[Desktop Entry]\nExec={PROGRAM} --hidden\n{line}\n");
        assert!(starts(&with("Hidden=false"), PROGRAM));
        assert!(starts(&with(""), PROGRAM));
        assert!(!starts(&with("Hidden=true"), PROGRAM), "switched off in the settings of the desktop");
        assert!(!starts(&with("X-GNOME-Autostart-enabled = false"), PROGRAM));
        assert!(!starts(&with(""), "/srv/ada/storm-connect"), "another copy of the program");
        assert!(!starts(&with(""), "/usr/bin/storm"), "a program whose name begins like ours");
        assert!(starts(&with("[Desktop Action off]\nHidden=true"), PROGRAM), "that is another group's");
        assert!(!starts("", PROGRAM));
    }
}
