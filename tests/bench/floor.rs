//! The floors: small C programs, built when they are measured.

use std::path::{Path, PathBuf};

use storm_tests::Outcome;
use storm_tests::program::run;

fn source(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench/floor").join(name).to_string_lossy().into_owned()
}

/// A static program that does nothing.
///
/// # Errors
/// When there is no C compiler.
pub async fn build_empty_program(folder: &Path) -> Outcome<PathBuf> {
    let path = folder.join("empty");
    run("cc", &["-O2", "-static", "-o", &path.to_string_lossy(), &source("empty.c")]).await?;
    Ok(path)
}

/// A WebKitGTK window with a line of text.
///
/// # Errors
/// When there is no C compiler, or WebKitGTK's development files are missing.
pub async fn build_empty_window(folder: &Path) -> Outcome<PathBuf> {
    let path = folder.join("empty-window");
    let flags = run("pkg-config", &["--cflags", "--libs", "webkit2gtk-4.1"]).await?;
    let (target, window) = (path.to_string_lossy().into_owned(), source("window.c"));
    let arguments: Vec<&str> = ["-O2", "-o", &target, &window].into_iter().chain(flags.split_whitespace()).collect();
    run("cc", &arguments).await?;
    Ok(path)
}
