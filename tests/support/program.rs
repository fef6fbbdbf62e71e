//! Programs that a test runs: ours from the build folder, and tools of the system. Each ends with the test.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::{Outcome, PATIENCE, StepError};

/// The path of a program of this workspace, beside the running one.
///
/// # Errors
/// When it has not been built.
pub fn built(name: &str) -> Outcome<PathBuf> {
    let mut folder = std::env::current_exe()?;
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(name);
    if path.is_file() {
        Ok(path)
    } else {
        Err(StepError::Wrong(format!("{} has not been built; cargo build --workspace does", path.display())))
    }
}

/// The Python that scripts/ensure.sh put into the build folder, above the running program, with what tests/requirements.txt names.
///
/// # Errors
/// When it is not there.
pub fn python() -> Outcome<PathBuf> {
    let program = std::env::current_exe()?;
    let found = program.ancestors().map(|folder| folder.join("moto/bin/python")).find(|python| python.is_file());
    found.ok_or_else(|| StepError::Wrong("moto is not installed; scripts/ensure.sh test does".to_owned()))
}

/// A file of tests/desktop.
#[must_use]
pub fn desktop_script(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("desktop").join(name)
}

/// A folder of the user's own, gone when dropped: sockets are refused in one that others can open.
///
/// # Errors
/// When it cannot be made.
pub fn private_folder() -> Outcome<tempfile::TempDir> {
    let only_owner = std::os::unix::fs::PermissionsExt::from_mode(0o700);
    Ok(tempfile::Builder::new().prefix("storm-").permissions(only_owner).tempdir()?)
}

/// A program whose standard output is read line by line. Killed when dropped.
pub struct Program {
    name: String,
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Program {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(mut command: Command) -> Outcome<Self> {
        let name = command.as_std().get_program().to_string_lossy().into_owned();
        let failed = |cause| StepError::Program { program: name.clone(), cause };
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true).spawn().map_err(failed)?;
        let stdout = child.stdout.take().ok_or_else(|| failed(std::io::Error::other("it has no standard output")))?;
        Ok(Self { name, child, lines: BufReader::new(stdout).lines() })
    }

    /// The next line it prints that `pick` takes something from.
    ///
    /// # Errors
    /// When it ends, or prints nothing of the kind for [`PATIENCE`].
    pub async fn line<T>(&mut self, what: &str, pick: impl Fn(&str) -> Option<T>) -> Outcome<T> {
        let mut seen = String::from("nothing");
        let search = async {
            while let Some(line) = self.lines.next_line().await? {
                if let Some(picked) = pick(&line) {
                    return Ok(picked);
                }
                seen = line;
            }
            Err(StepError::Wrong(format!("{} ended before {what}", self.name)))
        };
        match tokio::time::timeout(PATIENCE, search).await {
            Ok(outcome) => outcome,
            Err(_) => Err(StepError::InVain { what: what.to_owned(), seen }),
        }
    }

    /// Its process; None once it has ended.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// Kills it and waits until it is gone.
    ///
    /// # Errors
    /// When it cannot be killed.
    pub async fn kill(mut self) -> Outcome {
        Ok(self.child.kill().await?)
    }
}

/// Runs a tool of the system to its end and gives what it prints.
///
/// # Errors
/// When it cannot be started, takes longer than [`PATIENCE`], or fails; then with what it wrote to standard error.
pub async fn run(program: &str, arguments: &[&str]) -> Outcome<String> {
    let failed = |cause| StepError::Program { program: program.to_owned(), cause };
    let output = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
    let Ok(output) = tokio::time::timeout(PATIENCE, output).await else {
        return Err(StepError::InVain { what: format!("the end of {program}"), seen: arguments.join(" ") });
    };
    let output = output.map_err(failed)?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(StepError::Wrong(format!("{program} {}: {said}", arguments.join(" "))))
    }
}
