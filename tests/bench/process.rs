//! What a process and everything it started costs, as the kernel counts it.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// A process and all it started, itself first.
fn tree(root: u32) -> Vec<u32> {
    let mut found = vec![root];
    let mut next = 0;
    while let Some(id) = found.get(next).copied() {
        for task in tasks(id) {
            let children = std::fs::read_to_string(task.join("children")).unwrap_or_default();
            found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
        }
        next += 1;
    }
    found
}

fn tasks(id: u32) -> impl Iterator<Item = PathBuf> {
    std::fs::read_dir(format!("/proc/{id}/task")).into_iter().flatten().flatten().map(|task| task.path())
}

/// The first number after `label` in a file of /proc; 0 when the process is gone.
fn number(path: &str, label: &str) -> u32 {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(label)?.split_whitespace().next()?.parse().ok());
    value.unwrap_or_default()
}

/// Proportional memory in megabytes.
pub fn memory(root: u32) -> f64 {
    let kilobytes: u32 = tree(root).into_iter().map(|id| number(&format!("/proc/{id}/smaps_rollup"), "Pss:")).sum();
    f64::from(kilobytes) / 1024.0
}

/// How often its threads have gone to sleep of their own will, each of which a wake-up ends.
pub fn sleeps(root: u32) -> u32 {
    let of_task = |task: PathBuf| number(&task.join("status").to_string_lossy(), "voluntary_ctxt_switches:");
    tree(root).into_iter().flat_map(tasks).map(of_task).sum()
}

/// The same of each program among them, by its name as the kernel has it, which is cut off after fifteen characters.
pub fn memory_by_program(root: u32) -> BTreeMap<String, f64> {
    let mut found = BTreeMap::new();
    for id in tree(root) {
        let name = std::fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        let kilobytes = number(&format!("/proc/{id}/smaps_rollup"), "Pss:");
        *found.entry(name.trim().to_owned()).or_default() += f64::from(kilobytes) / 1024.0;
    }
    found
}
