//! Rules that are searches over the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Every file that git tracks or would, below `folder`.
fn files(root: &Path, folder: &str) -> Vec<PathBuf> {
    let output = Command::new("git")
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", folder])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let names = String::from_utf8(output.stdout).unwrap();
    names
        .split('\0')
        .filter(|name| !name.is_empty())
        .map(|name| root.join(name))
        .filter(|path| path.is_file())
        .collect()
}

/// Files that are text, with their text.
fn texts(root: &Path, folder: &str) -> Vec<(String, String)> {
    let text = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().display().to_string();
        fs::read_to_string(&path).ok().map(|text| (name, text))
    };
    files(root, folder).into_iter().filter_map(text).collect()
}

/// The part of a source file that is in the program: everything before its test module.
fn program(text: &str) -> &str {
    text.split("#[cfg(test)]").next().unwrap_or_default()
}

/// Line numbers of borrowed secrets that no `EXPOSE:` within three lines above explains.
pub fn unexplained_lines(text: &str) -> Vec<usize> {
    const REACH: usize = 3;
    let lines: Vec<&str> = program(text).lines().collect();
    let borrows = |line: &str| line.contains(".expose()") && !line.trim_start().starts_with("//");
    let explained =
        |index: usize| lines[index.saturating_sub(REACH)..=index].iter().any(|line| line.contains("EXPOSE:"));
    (0..lines.len()).filter(|&index| borrows(lines[index]) && !explained(index)).map(|index| index + 1).collect()
}

pub fn unexplained_exposures(root: &Path) -> Vec<String> {
    let in_program = |name: &str| {
        let sources = name.starts_with("src-tauri/src/") || (name.starts_with("crates/") && name.contains("/src/"));
        sources && name.ends_with(".rs") && !name.starts_with("crates/storm-testkit/")
    };
    let of_file = |(name, text): (String, String)| {
        let lines = unexplained_lines(&text);
        lines
            .into_iter()
            .map(move |line| format!("{name}:{line}: expose() without an EXPOSE: comment"))
            .collect::<Vec<_>>()
    };
    texts(root, ".").into_iter().filter(|(name, _)| in_program(name)).flat_map(of_file).collect()
}

/// Lines of files below `folder` in which `is_fault` finds something.
fn lines(root: &Path, folder: &str, is_fault: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, text) in texts(root, folder) {
        for (index, line) in text.lines().enumerate() {
            if is_fault(&name, line) {
                faults.push(format!("{name}:{}: {}", index + 1, line.trim().chars().take(120).collect::<String>()));
            }
        }
    }
    faults
}

pub fn impure_domain(root: &Path) -> Vec<String> {
    const IMPURE: &[&str] = &["std::fs", "std::env", "std::net", "std::process", "SystemTime::now", "Instant::now"];
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    lines(root, "crates/storm-domain/src", |_, line| !is_comment(line) && IMPURE.iter().any(|word| line.contains(word)))
}

pub fn host_outside_api(root: &Path) -> Vec<String> {
    lines(root, "ui/src", |name, line| {
        line.contains("@tauri-apps") && !name.starts_with("ui/src/api") && name != "ui/src/bindings.ts"
    })
}

pub fn machine_paths(root: &Path) -> Vec<String> {
    // In two halves, so that this file does not name them itself.
    let folders = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/"), concat!("/Use", "rs/")];
    let starts_path =
        |before: Option<char>| before.is_none_or(|last| !last.is_alphanumeric() && !"}_-.".contains(last));
    let names_one = |line: &str| {
        folders
            .iter()
            .any(|folder| line.match_indices(folder).any(|(at, _)| starts_path(line[..at].chars().next_back())))
    };
    lines(root, ".", |_, line| names_one(line))
}

pub fn resolved_hosts(root: &Path) -> Vec<String> {
    lines(root, ".", |name, line| name.ends_with("package-lock.json") && line.contains("\"resolved\""))
}
