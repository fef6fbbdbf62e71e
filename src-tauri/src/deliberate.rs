//! A panic on demand, to see that a command which panics takes nothing else with it. In debug builds only: a release does not
//! contain this file.

/// Names a file. While it exists, the next command of the window removes it and panics.
const WANTED: &str = "STORM_TEST_PANIC";

/// Panics when the file is there.
pub(crate) fn panic_if_wanted() {
    let wanted = std::env::var_os(WANTED).is_some_and(|file| std::fs::remove_file(file).is_ok());
    if wanted {
        panic!("what a test wanted");
    }
}
