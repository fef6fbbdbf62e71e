//! What the shim wrote down of a victim's files, in the order in which it happened.

use std::path::{Path, PathBuf};

use storm_tests::{Outcome, StepError};

/// One thing that happened.
#[derive(Debug)]
pub enum Entry {
    Created(PathBuf),
    Wrote {
        path: PathBuf,
        offset: usize,
        bytes: Vec<u8>,
    },
    /// Cut or filled up with zeros to this length.
    Resized {
        path: PathBuf,
        length: usize,
    },
    /// Filled up with zeros to this length if it was shorter.
    Preallocated {
        path: PathBuf,
        length: usize,
    },
    Renamed {
        from: PathBuf,
        to: PathBuf,
    },
    Removed(PathBuf),
    /// A sync of what the descriptor names began.
    SyncBegun {
        path: PathBuf,
        descriptor: usize,
    },
    Synced {
        path: PathBuf,
        descriptor: usize,
    },
    /// A line of standard output.
    Said(String),
}

/// Reads all of it. `shim.c` has the format.
pub fn read_record(record: &Path) -> Outcome<Vec<Entry>> {
    const HEAD: usize = 21;
    let bytes = std::fs::read(record)?;
    let mut rest = bytes.as_slice();
    let mut entries = Vec::new();
    while !rest.is_empty() {
        let (head, after) = rest.split_at_checked(HEAD).ok_or_else(broken)?;
        let number = |at: usize, length: usize| {
            let number =
                head.get(at..at + length)?.iter().rev().fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
            usize::try_from(number).ok()
        };
        let (Some(name_length), Some(offset), Some(length)) = (number(1, 4), number(5, 8), number(13, 8)) else {
            return Err(broken());
        };
        let (name, after) = after.split_at_checked(name_length).ok_or_else(broken)?;
        let path = PathBuf::from(String::from_utf8_lossy(name).into_owned());
        // Only these carry bytes.
        let carried = if matches!(head[0], b'W' | b'R' | b'A') { length } else { 0 };
        let (bytes, after) = after.split_at_checked(carried).ok_or_else(broken)?;
        rest = after;
        let text = || String::from_utf8_lossy(bytes).into_owned();
        entries.push(match head[0] {
            b'C' => Entry::Created(path),
            b'W' => Entry::Wrote { path, offset, bytes: bytes.to_vec() },
            b'T' => Entry::Resized { path, length: offset },
            b'F' => Entry::Preallocated { path, length: offset },
            b'R' => Entry::Renamed { from: path, to: PathBuf::from(text()) },
            b'U' => Entry::Removed(path),
            b's' => Entry::SyncBegun { path, descriptor: offset },
            b'S' => Entry::Synced { path, descriptor: offset },
            b'A' => Entry::Said(text()),
            _ => return Err(broken()),
        });
    }
    Ok(entries)
}

fn broken() -> StepError {
    StepError::Wrong("the record of the shim is broken".to_owned())
}
