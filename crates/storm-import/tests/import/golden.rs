//! The files of tests/golden, each held to what is taken, left and said, line by line; and those of tests/hostile, which are refused.

use std::path::{Path, PathBuf};

use crate::{read_as, told};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

fn files(name: &str) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<_> = std::fs::read_dir(folder(name))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_none_or(|extension| extension != "expected"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Every file is compared before the first that differs fails, so that a change is seen as a whole.
fn compare(name: &str) {
    let mut different = String::new();
    for (file, bytes) in files(name) {
        let told = told(&read_as(&bytes, &file));
        let expected = std::fs::read_to_string(folder(name).join(format!("{file}.expected"))).unwrap_or_default();
        if told != expected {
            different += &format!("=== {file}\n{told}");
        }
    }
    assert!(different.is_empty(), "not as expected:\n{different}=== end\n");
}

#[test]
fn every_format_gives_what_its_golden_file_says() {
    compare("golden");
}

#[test]
fn every_hostile_file_is_refused_or_left_with_a_reason() {
    compare("hostile");
}

#[test]
fn no_reason_repeats_a_value() {
    let secrets = ["goldenFile", "golden-file", "correct-horse", "EXAMPLEKEY", "never-shown", "web-page", "acme0123"];
    for (file, bytes) in files("golden").into_iter().chain(files("hostile")) {
        let told = told(&read_as(&bytes, &file));
        for line in told.lines().filter(|line| !line.starts_with('+')) {
            assert!(!secrets.iter().any(|secret| line.contains(secret)), "{file}: {line}");
        }
    }
}
