//! Looks for credentials: at well-known places, in folders that their user named, and in files that they chose.
//!
//! INVARIANT: no link is followed, no other disk entered, nothing written, and there is an end: by depth, by entries, by files and by
//! bytes. What cannot be read is named with its reason and stops nothing.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use storm_connectors::{OpenFileError, open_dropped_file, open_found_file};
use storm_secret::SecretBytes;
use walkdir::{DirEntry, WalkDir};

use crate::Format;
use crate::place::{Look, WellKnown};

const DEEPEST: usize = 6;
const MOST_ENTRIES: usize = 50_000;
const MOST_FILES: usize = 200;
const MOST_BYTES: usize = 32 * 1024 * 1024;
/// How often progress is told, in entries.
const TOLD_EACH: usize = 250;

/// Folders of other people's code, and of what was made of one's own.
const PASSED_OVER: [&str; 14] = [
    "node_modules",
    ".git",
    ".hg",
    ".svn",
    "target",
    "vendor",
    "venv",
    ".venv",
    "__pycache__",
    "dist",
    "build",
    ".cache",
    ".cargo",
    ".rustup",
];

/// Where to look.
#[derive(Debug, Default, Clone)]
pub struct Search {
    /// Well-known places.
    pub places: Vec<WellKnown>,
    /// Folders that were named, to be looked through.
    pub folders: Vec<PathBuf>,
    /// Files that were chosen.
    pub files: Vec<PathBuf>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// Files that were read.
    pub files: Vec<FoundFile>,
    /// What could not be, or was not, and why.
    pub refused: Vec<Refused>,
    /// How many files and folders were looked at.
    pub looked_at: usize,
    /// How it ended.
    pub end: SearchEnd,
}

/// A file that was read.
#[derive(Debug)]
pub struct FoundFile {
    /// Where it lies.
    pub path: PathBuf,
    /// Its content.
    pub bytes: SecretBytes,
    /// What its place says of it.
    pub format: Option<Format>,
}

/// What was seen and not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it lies.
    pub path: PathBuf,
    /// Why, and what to do.
    pub reason: String,
}

/// How a search ended.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum SearchEnd {
    /// Everything was looked at.
    #[default]
    Done,
    /// There was more than is looked at in one go.
    Limit,
    /// It was stopped.
    Stopped,
}

/// Looks, and tells how many entries it has looked at. `is_wanted` is asked between two of them; false ends the search.
///
/// Blocks, for as long as disks need; call it off an async runtime.
pub fn find(search: &Search, is_wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(usize)) -> Found {
    let mut run = Run { found: Found::default(), seen: HashSet::new(), bytes: 0, is_wanted, tell };
    // It is over when one of them says that nothing more is to be looked at.
    let _ = run.all(search);
    run.found
}

struct Run<'a> {
    found: Found,
    seen: HashSet<PathBuf>,
    bytes: usize,
    is_wanted: &'a dyn Fn() -> bool,
    tell: &'a mut dyn FnMut(usize),
}

/// The search is over.
struct Over;

impl Run<'_> {
    fn all(&mut self, search: &Search) -> Result<(), Over> {
        for file in &search.files {
            self.step()?;
            self.read(file, None, open_dropped_file)?;
        }
        for place in &search.places {
            self.step()?;
            match place.look {
                Look::File(format) => self.known(&place.path, format)?,
                Look::Exports => self.walk(&place.path, 1, is_export)?,
                Look::Beside(reason) if place.path.is_file() => {
                    self.found.refused.push(Refused { path: place.path.clone(), reason: reason.to_owned() });
                }
                Look::Beside(_) => {}
            }
        }
        for folder in &search.folders {
            self.walk(folder, DEEPEST, |entry| is_export(entry) || is_settings(entry))?;
        }
        Ok(())
    }

    /// A place where most people have nothing.
    fn known(&mut self, path: &Path, format: Format) -> Result<(), Over> {
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        self.read(path, Some(format), open_found_file)
    }

    fn walk(&mut self, folder: &Path, deepest: usize, is_one: impl Fn(&DirEntry) -> bool) -> Result<(), Over> {
        let walk =
            WalkDir::new(folder).follow_links(false).follow_root_links(true).same_file_system(true).max_depth(deepest);
        let is_passed = |entry: &DirEntry| {
            let name = entry.file_name().to_string_lossy();
            entry.depth() > 0 && entry.file_type().is_dir() && PASSED_OVER.contains(&name.as_ref())
        };
        let mut wanted = Vec::new();
        for entry in walk.into_iter().filter_entry(|entry| !is_passed(entry)) {
            self.step()?;
            // Folders of somebody else are nobody's business here.
            let Ok(entry) = entry else { continue };
            if entry.file_type().is_file() && is_one(&entry) {
                wanted.push(entry.into_path());
            }
        }
        wanted.sort();
        for path in wanted {
            if !(self.is_wanted)() {
                return self.over(SearchEnd::Stopped);
            }
            self.read(&path, None, open_found_file)?;
        }
        Ok(())
    }

    fn read(
        &mut self,
        path: &Path,
        format: Option<Format>,
        open: fn(&Path) -> Result<SecretBytes, OpenFileError>,
    ) -> Result<(), Over> {
        // Two names of one file are one file.
        if !self.seen.insert(std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())) {
            return Ok(());
        }
        match open(path) {
            Ok(bytes) => {
                self.bytes += bytes.len();
                if self.found.files.len() >= MOST_FILES || self.bytes > MOST_BYTES {
                    return self.over(SearchEnd::Limit);
                }
                self.found.files.push(FoundFile { path: path.to_owned(), bytes, format });
            }
            Err(error) => self.found.refused.push(Refused { path: path.to_owned(), reason: error.to_string() }),
        }
        Ok(())
    }

    fn step(&mut self) -> Result<(), Over> {
        if !(self.is_wanted)() {
            return self.over(SearchEnd::Stopped);
        }
        if self.found.looked_at >= MOST_ENTRIES {
            return self.over(SearchEnd::Limit);
        }
        self.found.looked_at += 1;
        if self.found.looked_at.is_multiple_of(TOLD_EACH) {
            (self.tell)(self.found.looked_at);
        }
        Ok(())
    }

    fn over(&mut self, end: SearchEnd) -> Result<(), Over> {
        self.found.end = end;
        Err(Over)
    }
}

/// What programs call their exports.
fn is_export(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    ends(&[".postman_environment.json", ".postman_globals.json", ".1pux", "accesskeys.csv"])
        || (name.starts_with("bitwarden_") && ends(&[".json", ".csv"]))
        || (name.starts_with("1password") && ends(&[".csv"]))
        || (name.starts_with("insomnia") && ends(&[".json", ".yaml", ".yml"]))
}

/// What tools read from a project's folder.
fn is_settings(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
    let folder =
        entry.path().parent().and_then(Path::file_name).map(|name| name.to_string_lossy().to_ascii_lowercase());
    let is_sample = ["example", "sample", "template", "dist", "defaults"].iter().any(|word| name.contains(word));
    let is_dotenv = name == ".env" || name.starts_with(".env.") || name.ends_with(".env") || name == ".envrc";
    (is_dotenv && !is_sample)
        || [".npmrc", ".pypirc", ".netrc", "_netrc"].contains(&name.as_str())
        || (name == "credentials" && folder.as_deref() == Some(".aws"))
        || (name.ends_with(".bru") && folder.as_deref() == Some("environments"))
}
