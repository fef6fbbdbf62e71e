//! A disk: what is safe on it, and what was only handed to the system.
//!
//! INVARIANT: what is safe never depends on anything that is not.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use storm_tests::Outcome;

use super::record::Entry;
use crate::chance::Chance;

/// The least that a disk writes as a whole.
const SECTOR: usize = 512;

/// What the power cut takes of all that was not synced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    All,
    Some,
    Nothing,
}

/// Files by their path below the folder.
type Files = BTreeMap<PathBuf, Vec<u8>>;

pub struct Disk {
    root: PathBuf,
    folders: Vec<PathBuf>,
    safe: Files,
    /// Not synced yet, oldest first.
    pending: Vec<Entry>,
    /// How many of those came before a sync began, by what is synced.
    syncs: Vec<(PathBuf, usize, usize)>,
}

impl Disk {
    /// A folder as it lies there, all of it safe. The index of the write-ahead log is shared memory and no part of the disk.
    pub fn of_folder(root: &Path) -> Outcome<Self> {
        let root = root.canonicalize()?;
        let mut disk = Self { folders: Vec::new(), safe: Files::new(), pending: Vec::new(), syncs: Vec::new(), root };
        let mut waiting = vec![disk.root.clone()];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(&folder)? {
                let path = entry?.path();
                if path.is_dir() {
                    disk.folders.push(path.strip_prefix(&disk.root).unwrap_or(&path).to_owned());
                    waiting.push(path);
                } else if !is_shared_memory(&path) {
                    let bytes = std::fs::read(&path)?;
                    disk.safe.insert(path.strip_prefix(&disk.root).unwrap_or(&path).to_owned(), bytes);
                }
            }
        }
        Ok(disk)
    }

    fn below(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    /// What happened next.
    pub fn take(&mut self, entry: Entry) {
        match entry {
            Entry::Said(_) => {}
            Entry::SyncBegun { path, descriptor } => {
                let path = self.below(&path);
                self.syncs.retain(|(of, by, _)| (of, by) != (&path, &descriptor));
                self.syncs.push((path, descriptor, self.pending.len()));
            }
            Entry::Synced { path, descriptor } => {
                let path = self.below(&path);
                let begun = self.syncs.iter().position(|(of, by, _)| (of, by) == (&path, &descriptor));
                if let Some(begun) = begun {
                    let (_, _, before) = self.syncs.swap_remove(begun);
                    self.make_safe(&path, before);
                }
            }
            entry => self.pending.push(self.relative(entry)),
        }
    }

    fn relative(&self, entry: Entry) -> Entry {
        match entry {
            Entry::Created(path) => Entry::Created(self.below(&path)),
            Entry::Wrote { path, offset, bytes } => Entry::Wrote { path: self.below(&path), offset, bytes },
            Entry::Resized { path, length } => Entry::Resized { path: self.below(&path), length },
            Entry::Preallocated { path, length } => Entry::Preallocated { path: self.below(&path), length },
            Entry::Renamed { from, to } => Entry::Renamed { from: self.below(&from), to: self.below(&to) },
            Entry::Removed(path) => Entry::Removed(self.below(&path)),
            other => other,
        }
    }

    /// Moves what a sync of `path` covers, of the first `before` entries, to what is safe.
    fn make_safe(&mut self, path: &Path, before: usize) {
        let mut index = 0;
        let mut taken = 0;
        while index < before.min(self.pending.len() + taken) - taken {
            let Some(entry) = self.pending.get(index) else { break };
            let is_covered = match entry {
                Entry::Created(file) | Entry::Removed(file) => file == path || file.parent() == Some(path),
                Entry::Renamed { to, .. } => to == path || to.parent() == Some(path),
                Entry::Wrote { path: file, .. }
                | Entry::Resized { path: file, .. }
                | Entry::Preallocated { path: file, .. } => file == path,
                _ => true,
            };
            if is_covered {
                let entry = self.pending.remove(index);
                taken += 1;
                for (_, _, before) in &mut self.syncs {
                    if index < *before {
                        *before -= 1;
                    }
                }
                apply(&mut self.safe, &entry, None);
            } else {
                index += 1;
            }
        }
    }

    /// Writes the disk as a power cut now may leave it.
    pub fn write_to(&self, folder: &Path, loss: Loss, chance: &mut Chance) -> Outcome {
        let mut files = self.safe.clone();
        if loss != Loss::All {
            // Any of it may be there without the rest, as if the disk had its own order. Of two writes to one place the older
            // never comes after the newer: the system keeps one page of it.
            for entry in &self.pending {
                match loss {
                    Loss::Some if chance.coin() => {}
                    Loss::Some => apply(&mut files, entry, Some(&mut *chance)),
                    _ => apply(&mut files, entry, None),
                }
            }
        }
        let _ = std::fs::remove_dir_all(folder); // of the cut before
        let mut private = std::fs::DirBuilder::new();
        private.mode(0o700).recursive(true).create(folder)?;
        for below in &self.folders {
            private.create(folder.join(below))?;
        }
        for (path, bytes) in files {
            let mut file = std::fs::File::options().write(true).create_new(true).mode(0o600).open(folder.join(path))?;
            std::io::Write::write_all(&mut file, &bytes)?;
        }
        Ok(())
    }
}

/// Does to the files what happened. With `torn`, a write may reach the disk in part, by whole sectors.
fn apply(files: &mut Files, entry: &Entry, torn: Option<&mut Chance>) {
    match entry {
        Entry::Created(path) => drop(files.entry(path.clone()).or_default()),
        Entry::Wrote { path, offset, bytes } => {
            // Without its entry in the folder, a file is not there.
            let Some(file) = files.get_mut(path) else { return };
            let end = offset + bytes.len();
            if file.len() < end {
                file.resize(end, 0);
            }
            let mut chance = torn.and_then(|chance| chance.coin().then_some(chance));
            let mut at = *offset;
            while at < end {
                let next = ((at / SECTOR + 1) * SECTOR).min(end);
                if chance.as_mut().is_none_or(|chance| chance.coin()) {
                    file[at..next].copy_from_slice(&bytes[at - offset..next - offset]);
                }
                at = next;
            }
        }
        Entry::Resized { path, length } => {
            if let Some(file) = files.get_mut(path) {
                file.resize(*length, 0);
            }
        }
        Entry::Preallocated { path, length } => {
            if let Some(file) = files.get_mut(path).filter(|file| file.len() < *length) {
                file.resize(*length, 0);
            }
        }
        Entry::Renamed { from, to } => {
            if let Some(file) = files.remove(from) {
                files.insert(to.clone(), file);
            }
        }
        Entry::Removed(path) => drop(files.remove(path)),
        Entry::SyncBegun { .. } | Entry::Synced { .. } | Entry::Said(_) => {}
    }
}

fn is_shared_memory(path: &Path) -> bool {
    path.extension() == Some(OsStr::new("db-shm"))
}
