//! A real drag of files from another window, with a real pointer.

use std::path::Path;

use tokio::process::Command;

use crate::program::{Program, desktop_script, run};
use crate::{Outcome, StepError};

/// A window beside the program's, from which files are dragged.
pub struct DragSource {
    program: Program,
}

/// The middle of the drag source, in the lower right corner of the screen.
const SOURCE: (i32, i32) = (1245, 865);

impl DragSource {
    /// Shows it with these files.
    ///
    /// # Errors
    /// When it does not appear.
    pub async fn show(files: &[&Path]) -> Outcome<Self> {
        let mut command = Command::new("/usr/bin/python3");
        command.arg(desktop_script("drag_source.py")).args(files);
        let mut program = Program::start(command)?;
        program.line("READY", |line| (line == "READY").then_some(())).await?;
        Ok(Self { program })
    }

    /// Presses the button on it and moves over a point of the screen, without letting go.
    ///
    /// # Errors
    /// When the pointer cannot be moved.
    pub async fn hover(&self, at: (i32, i32)) -> Outcome {
        const STEPS: i32 = 20;
        let mut arguments = vec![
            "mousemove".to_owned(),
            SOURCE.0.to_string(),
            SOURCE.1.to_string(),
            "mousedown".to_owned(),
            "1".to_owned(),
        ];
        let mut step_to = |x: i32, y: i32| {
            arguments.extend(["mousemove", "--sync"].map(str::to_owned));
            arguments.extend([x.to_string(), y.to_string(), "sleep".to_owned(), "0.02".to_owned()]);
        };
        for step in 1..=STEPS {
            step_to(SOURCE.0 + (at.0 - SOURCE.0) * step / STEPS, SOURCE.1 + (at.1 - SOURCE.1) * step / STEPS);
        }
        // The receiving toolkit answers a drag only while the pointer moves over it.
        for nudge in [3, 0, 3] {
            step_to(at.0 + nudge, at.1 + nudge);
        }
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        run("xdotool", &arguments).await.map(drop)
    }

    /// Lets go, and waits until the drag has ended.
    ///
    /// # Errors
    /// When nobody took the files.
    pub async fn drop_files(mut self) -> Outcome {
        run("xdotool", &["mouseup", "1"]).await?;
        let ended = self.program.line("the end of the drag", |line| match line {
            "DROPPED" => Some(true),
            "FAILED" => Some(false),
            _ => None,
        });
        if ended.await? { Ok(()) } else { Err(StepError::Wrong("nobody took the dragged files".to_owned())) }
    }
}
